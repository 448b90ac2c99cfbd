"""Makes docs/call.png: two real windows in a call, side by side, for the README."""

import io
import math
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.browsers.conditions import until  # noqa: E402
from support.browsers.window import FLAGS, Window  # noqa: E402
from support.servers.server import Server, post, running  # noqa: E402 - helpers of the tests

SIZE = (640, 360)
WINDOW = {"width": 1100, "height": 700}
SESSION = "launch-plan"


def furnish(server: Server, session: str) -> None:
    """Put on the canvas what two people might talk about; the tiles go below."""
    title = {"type": "Text", "content": "Launch in March: what is left?", "font_size": 32}
    tasks = {
        "type": "Text",
        "content": "Ada: pricing page\nBob: import of old boards\nboth: a walk on Friday",
        "font_size": 22,
        "color": "#2563eb",
    }
    chart = {
        "type": "Chart",
        "chart_type": "line",
        "data": {
            "title": "Sign-ups",
            "labels": ["Oct", "Nov", "Dec", "Jan", "Feb"],
            "series": [
                {"name": "teams", "values": [12, 19, 31, 52, 84]},
                {"name": "people", "values": [40, 61, 88, 140, 213]},
            ],
        },
    }
    add = [
        {"kind": kind, "transform": dict(zip(("x", "y", "width", "height"), place, strict=True))}
        for kind, place in (
            (title, (150, 14, 480, 44)),
            (tasks, (150, 90, 380, 120)),
            (chart, (640, 10, 560, 300)),
        )
    ]
    answer = post(server, {"session_id": session, "add": add})
    if answer[0] != 200:
        raise SystemExit(answer[2])


def portrait(
    skin: tuple[int, int, int], shirt: tuple[int, int, int], wall: tuple[int, int, int]
) -> Image.Image:
    """Draw somebody in front of a wall: a picture for a fake camera."""
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    for y in range(SIZE[1]):
        shade = 1.1 - 0.4 * y / SIZE[1]
        draw.line([(0, y), (SIZE[0], y)], fill=tuple(min(255, int(c * shade)) for c in wall))
    middle = SIZE[0] // 2
    draw.ellipse([middle - 170, 255, middle + 170, 560], fill=shirt)
    draw.rectangle([middle - 28, 205, middle + 28, 275], fill=tuple(int(c * 0.9) for c in skin))
    draw.ellipse([middle - 80, 60, middle + 80, 240], fill=skin)
    draw.pieslice([middle - 88, 42, middle + 88, 200], 180, 360, fill=(60, 42, 36))
    for side in (-1, 1):
        x = middle + side * 30
        draw.ellipse([x - 7, 138, x + 7, 152], fill=(40, 30, 30))
    points = [(middle + 34 * math.cos(a / 10), 180 + 22 * math.sin(a / 10)) for a in range(4, 28)]
    draw.line(points, fill=(130, 50, 50), width=5)
    return picture


def film(path: Path, picture: Image.Image) -> None:
    """Write a still as a film (YUV4MPEG2, 4:2:0)."""
    y, u, v = picture.convert("YCbCr").split()
    half = (SIZE[0] // 2, SIZE[1] // 2)
    frame = b"FRAME\n" + b"".join(plane.tobytes() for plane in (y, u.resize(half), v.resize(half)))
    head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F30:1 Ip A1:1 C420\n".encode()
    path.write_bytes(head + frame * 10)


def main() -> None:
    """Call, accept, take both pictures."""
    people = {
        "Ada": portrait((236, 188, 160), (70, 90, 170), (214, 205, 190)),
        "Bob": portrait((160, 112, 84), (40, 120, 100), (150, 180, 200)),
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder)
        with running(path / "data") as server:
            furnish(server, SESSION)
            windows: list[Window] = []
            for name, picture in people.items():
                film(path / f"{name}.y4m", picture)
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium",
                    args=[*FLAGS, f"--use-file-for-fake-video-capture={path / name}.y4m"],
                )
                context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
                context.grant_permissions(["camera", "microphone"], origin=server.url)
                window = Window(context.new_page(), name)
                window.page.goto(f"{server.url}/s/{SESSION}?name={name}")
                window.page.locator('[data-connection="open"]').wait_for(state="attached")
                windows.append(window)
            ada, bob = windows
            ada.sees(bob)
            ada.press("call", bob)
            bob.press("accept")
            for window, other in ((ada, bob), (bob, ada)):
                window.wait_state(other, "connected")
                video = f'[data-element-id] video[data-stream-id="peer-{other.peer_id}"]'
                until(
                    window.page,
                    "query => document.querySelector(query)?.videoWidth >= 320",
                    arg=video,
                )
            bob.page.locator("[data-panel=history]").click()
            ada.page.mouse.move(640, 330)
            ada.page.mouse.move(700, 300)
            bob.page.locator("[data-cursor-of]").get_by_text("Ada").wait_for()
            shots = [Image.open(io.BytesIO(window.page.screenshot())) for window in windows]
    both = Image.new("RGB", (2 * WINDOW["width"] + 24, WINDOW["height"]), (128, 132, 140))
    both.paste(shots[0], (0, 0))
    both.paste(shots[1], (WINDOW["width"] + 24, 0))
    both.resize((both.width * 3 // 5, both.height * 3 // 5)).save(
        ROOT / "docs" / "call.png", optimize=True
    )
    print("wrote docs/call.png")


if __name__ == "__main__":
    main()
