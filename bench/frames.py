"""How smooth the canvas is in a real Chromium, and how fast a large scene opens.

``make frames`` shows 500 elements and the live pictures of four cameras, pans, zooms and drags by
the mouse for some seconds each, and takes the time from one animation frame to the next; the same
with 5,000 elements of which 1,000 are strokes. ``--ink`` measures that alone. Then it
opens scenes of some sizes and takes the time from the arrival of the scene in the page until all
that is in sight is drawn. Chromium draws in software here: with a graphics card it is faster.
Writes a table, and test-output/frames.json.
"""

import json
import math
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from support.browsers.conditions import until  # noqa: E402
from support.browsers.window import FLAGS, PAST_LOBBY  # noqa: E402
from support.hub.drawings import png_url  # noqa: E402 - helpers of the tests
from support.servers.server import RawSocket, Server, running  # noqa: E402

OUTPUT = ROOT / "test-output" / "frames.json"
SECONDS = 4
OPENED = (100, 1_000, 10_000)
INKED = 5_000

# The time from one frame to the next, and when the scene came.
WATCH = """() => {
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({data}) => {
        if (data.startsWith('{"type":"scene_update"')) window.sceneCame ??= performance.now();
      });
    }
  };
  window.watchFrames = () => {
    const frames = [];
    let last = performance.now();
    let on = true;
    const step = now => {
      frames.push(now - last);
      last = now;
      if (on) requestAnimationFrame(step);
    };
    requestAnimationFrame(now => { last = now; requestAnimationFrame(step); });
    return () => { on = false; return frames; };
  };
}"""
# Every node is there, and those in sight have content; then one more frame, to have it painted.
DRAWN = """count => {
  const nodes = document.querySelectorAll('[data-element-id]');
  if (nodes.length < count) return false;
  const {left, top, right, bottom} = document.getElementById('stage').getBoundingClientRect();
  for (const node of nodes) {
    if (node.childElementCount > 0) continue;
    const box = node.getBoundingClientRect();
    if (box.right > left && box.left < right && box.bottom > top && box.top < bottom) return false;
  }
  return true;
}"""
OPENING = f"""async count => {{
  const drawn = {DRAWN};
  while (!drawn(count)) await new Promise(requestAnimationFrame);
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
  return [performance.now() - window.sceneCame, performance.now()];
}}"""
CAMERAS = """async peers => {
  for (const peer of peers) {
    const stream = await navigator.mediaDevices.getUserMedia({video: {width: 640, height: 360}});
    videoManager.addPeerStream(stream, peer);
  }
}"""
LIVE = """() => [...document.querySelectorAll('[data-element-id] video')]
  .filter(video => video.readyState >= 2 && !video.paused).length"""


def stroke(number: int) -> dict[str, Any]:
    """Return a stroke of 60 points that is about as large as the other elements."""
    turns = 1 + number % 5
    points = [
        [
            round(75 + n + 40 * math.sin(n * turns / 9), 1),
            round(55 + 50 * math.cos(n * turns / 9), 1),
        ]
        for n in range(60)
    ]
    color = ("#1e1e1e", "#e03131", "#1c7ed6")[number % 3]
    return {"type": "Ink", "points": points, "color": color, "size": 4}


def element(number: int, columns: int, *, inked: bool = False) -> dict[str, Any]:
    """Return one of a field of texts, charts and pictures; `inked`: one in five is a stroke."""
    x, y = (number % columns) * 180, (number // columns) * 130
    kinds: list[dict[str, Any]] = [
        {"type": "Text", "content": f"Note {number}: what we wanted to say", "font_size": 18},
        {"type": "Image", "src": png_url(120, 80, f"#{number * 7919 % 0xFFFFFF:06x}")},
        {"type": "Text", "content": f"{number} · another line", "color": "#2563eb"},
        {
            "type": "Chart",
            "chart_type": "bar",
            "data": {
                "labels": ["a", "b", "c"],
                "series": [{"name": "n", "values": [number, 3, 5]}],
            },
        },
    ]
    # One in twenty is a chart, as dear as they are.
    kind = kinds[3] if number % 20 == 0 else kinds[number % 3]
    if inked and number % 5 == 1:
        kind = stroke(number)
    place = {"x": x, "y": y, "width": 160, "height": 110, "rotation": number % 9 - 4}
    return {"kind": kind, "transform": place}


def fill(server: Server, session: str, count: int, *, inked: bool = False) -> None:
    """Put a field of elements on a canvas."""
    columns = max(8, round((count * 0.7) ** 0.5))
    for start in range(0, count, 2_000):
        several = [
            element(n, columns, inked=inked) for n in range(start, min(count, start + 2_000))
        ]
        body = json.dumps({"session_id": session, "add": several}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{server.url}/api/scene", body, headers)
        urllib.request.urlopen(request).close()


def spread(frames: list[float]) -> dict[str, float]:
    """Return what is worth knowing about the times between frames, in ms."""
    ordered = sorted(frames)
    late = sum(frame > 34 for frame in frames) / len(frames)
    return {
        "frames": len(frames),
        "p50": round(ordered[len(ordered) // 2], 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "longest": round(ordered[-1], 1),
        "over 34 ms, %": round(100 * late, 1),
    }


def gestures(page: Page) -> dict[str, dict[str, float]]:
    """Pan, zoom and drag for some seconds each."""
    results: dict[str, dict[str, float]] = {}

    def measure(name: str, act: Callable[[int], object]) -> None:
        page.evaluate("() => { window.stopFrames = watchFrames(); }")
        page.evaluate("() => { window.started = performance.now(); }")
        step = 0
        while page.evaluate("() => performance.now() - started") < SECONDS * 1_000:
            act(step)
            step += 1
        results[name] = spread(page.evaluate("() => stopFrames()"))

    page.mouse.move(500, 400)
    measure("at rest", lambda _: page.wait_for_timeout(100))
    measure("panning", lambda step: page.mouse.wheel(12, 8 if step // 40 % 2 else -8))

    def zoom(step: int) -> None:
        page.keyboard.down("Control")
        page.mouse.wheel(0, 4 if step // 30 % 2 else -4)
        page.keyboard.up("Control")

    measure("zooming", zoom)
    page.keyboard.press("0")
    page.mouse.move(500, 330)
    page.mouse.down()
    measure("dragging one", lambda step: page.mouse.move(500 + step % 200, 330 + step % 90))
    page.mouse.up()
    page.keyboard.press("Control+a")
    page.mouse.down()
    measure("dragging all", lambda step: page.mouse.move(500 + step % 200, 330 + step % 90))
    page.mouse.up()
    return results


def smoothness(
    browser: Browser, server: Server, session: str, count: int, *, inked: bool = False
) -> dict[str, dict[str, float]]:
    """Measure gestures over so many elements and four cameras."""
    fill(server, session, count, inked=inked)
    wires = [RawSocket(server) for _ in range(4)]
    peers = [wire.join(session) for wire in wires]
    for number, (wire, peer) in enumerate(zip(wires, peers, strict=True)):
        place = {"x": 40 + 620 * (number % 2), "y": 20 + 350 * (number // 2), "z_index": 5}
        size = {"width": 576, "height": 324}
        tile = {
            "kind": {"type": "Video", "stream_id": f"peer-{peer}"},
            "transform": {**place, **size},
        }
        wire.send({"type": "add_element", "element": tile})
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.grant_permissions(["camera"], origin=server.url)
    context.add_init_script(f"({WATCH})()")
    context.add_init_script(PAST_LOBBY)
    page = context.new_page()
    page.goto(f"{server.url}/s/{session}?name=Ada")
    until(page, DRAWN, arg=count + 4)
    page.evaluate(CAMERAS, peers)
    until(page, f"({LIVE})() === 4")
    try:
        return gestures(page)
    finally:
        context.close()
        for wire in wires:
            wire.close()


def opening(
    browser: Browser, server: Server, sizes: Sequence[int] = OPENED, *, inked: bool = False
) -> dict[int, dict[str, float]]:
    """Open scenes of some sizes, three times each; return the times of the middle one, in ms."""
    results: dict[int, dict[str, float]] = {}
    for count in sizes:
        session = f"open-{count}-{inked}"
        fill(server, session, count, inked=inked)
        times: list[list[float]] = []
        for _ in range(3):
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            context.add_init_script(f"({WATCH})()")
            page = context.new_page()
            page.goto(f"{server.url}/s/{session}?name=Ada", wait_until="commit")
            until(page, "() => window.sceneCame")
            times.append(page.evaluate(OPENING, count))
            context.close()
        from_scene, from_start = sorted(times)[1]
        results[count] = {"from the scene": round(from_scene), "from the link": round(from_start)}
    return results


def table(results: dict[Any, dict[str, float]]) -> str:
    """Return a table in Markdown."""
    (names,) = {tuple(row) for row in results.values()}
    head = f"| | {' | '.join(names)} |\n|---|{'---:|' * len(names)}\n"
    return head + "\n".join(
        f"| {name} | {' | '.join(f'{value:,}' for value in row.values())} |"
        for name, row in results.items()
    )


def main() -> None:
    """Measure and print."""
    executable = shutil.which("chromium") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        with running(Path(folder)) as server:
            results: dict[str, Any] = {}
            if "--ink" not in sys.argv[1:]:
                print("panning, zooming and dragging 500 elements with four cameras …", flush=True)
                frames = results["frames"] = smoothness(browser, server, "frames", 500)
                print(f"\nms from one frame to the next, {SECONDS} s each\n\n{table(frames)}\n")
                print("opening large scenes …", flush=True)
                opened = results["opening"] = opening(browser, server)
                print(f"\nms until all in sight is drawn, by elements\n\n{table(opened)}")
            print(f"\n{INKED} elements, one in five a stroke, with four cameras …", flush=True)
            inked = results["inked"] = smoothness(browser, server, "inked", INKED, inked=True)
            print(f"\n{table(inked)}\n")
            opened = results["opening inked"] = opening(browser, server, (INKED,), inked=True)
            print(f"\nms until all in sight is drawn\n\n{table(opened)}")
        browser.close()
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
