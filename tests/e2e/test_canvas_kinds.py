"""Every kind of element is drawn, in both themes, and only where it can be seen."""

import base64
import contextlib
import io
import json
import shutil
import struct
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from support.browsers.conditions import until
from support.browsers.violations import VIOLATIONS
from support.browsers.window import FLAGS, OUTPUT, PAST_LOBBY
from support.servers.server import Server, eventually

# Pictures in three dimensions need a GPU, or this.
GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SIZE = {"width": 1280, "height": 800}
SLOW = 90_000
"""Milliseconds a busy machine may take to draw in three dimensions without a GPU."""


def data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def picture(color: tuple[int, int, int]) -> str:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return data_url("image/png", out.getvalue())


def model() -> str:
    """A red cube in binary glTF 2.0."""
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = [
        ((0, 1, 3, 2), (-1, 0, 0)),
        ((4, 6, 7, 5), (1, 0, 0)),
        ((0, 4, 5, 1), (0, -1, 0)),
        ((2, 3, 7, 6), (0, 1, 0)),
        ((0, 2, 6, 4), (0, 0, -1)),
        ((1, 5, 7, 3), (0, 0, 1)),
    ]
    places = b"".join(struct.pack("<3f", *corners[c]) for face, _ in faces for c in face)
    normals = b"".join(struct.pack("<3f", *normal) * 4 for _, normal in faces)
    indices = [4 * f + c for f in range(6) for c in (0, 1, 2, 0, 2, 3)]
    binary = places + normals + struct.pack("<36H", *indices)
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "scene": 0,
        "nodes": [{"mesh": 0}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2, "material": 0}
                ]
            }
        ],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorFactor": [0.9, 0, 0, 1], "metallicFactor": 0}}
        ],
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 288},
            {"buffer": 0, "byteOffset": 288, "byteLength": 288},
            {"buffer": 0, "byteOffset": 576, "byteLength": 72},
        ],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 24,
                "type": "VEC3",
                "min": [-1, -1, -1],
                "max": [1, 1, 1],
            },
            {"bufferView": 1, "componentType": 5126, "count": 24, "type": "VEC3"},
            {"bufferView": 2, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(binary), 0x004E4942) + binary
    head = struct.pack("<III", 0x46546C67, 2, 12 + len(chunks))
    return data_url("model/gltf-binary", head + chunks)


def element(name: str, kind: dict[str, Any], x: float, y: float, **place: float) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "transform": {"x": x, "y": y, "width": 280, "height": 190, **place},
    }


def chart(form: str, data: Any) -> dict[str, Any]:
    return {"type": "Chart", "chart_type": form, "data": data}


QUARTERS = {
    "title": "Revenue",
    "labels": ["Q1", "Q2", "Q3", "Q4"],
    "series": [{"name": "North", "values": [12, 19, 14, 22]}, {"name": "South", "values": [9, 11]}],
}
POINTS = {"points": [{"x": n, "y": n * n % 7} for n in range(12)]}
CHARTS = {"bar": QUARTERS, "line": QUARTERS, "area": QUARTERS, "donut": QUARTERS, "scatter": POINTS}
SCENE = [
    element("title", {"type": "Text", "content": "A review", "font_size": 40}, 40, 20),
    element(
        "centred",
        {"type": "Text", "content": "navy <b>", "color": "#000080", "align": "center"},
        340,
        30,
    ),
    *(
        element(form, chart(form, data), 20 + 250 * place, 120, width=240)
        for place, (form, data) in enumerate(CHARTS.items())
    ),
    element("empty", chart("heatmap", {"matrix": "?"}), 20, 340),
    element("picture", {"type": "Image", "src": picture((20, 160, 60)), "alt": "A lawn"}, 320, 340),
    element(
        "model",
        {"type": "Model3D", "src": model(), "rotation": [0.4, 0.7, 0]},
        920,
        340,
        rotation=10,
    ),
    element("stream", {"type": "Video", "stream_id": "not-a-camera"}, 20, 560, height=100),
    element("far", {"type": "Text", "content": "far away"}, 6000, 4000),
]


def add_elements(server: Server, session: str, elements: list[dict[str, Any]]) -> None:
    body = json.dumps({"session_id": session, "add": elements}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/scene", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer)["success"]


@contextlib.contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=flags
    )
    VIOLATIONS.watch(browser)
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def painter(playwright: Playwright) -> Iterator[Browser]:
    """A browser that draws in three dimensions."""
    flags = [flag for flag in FLAGS if flag != "--disable-gpu"]
    with chromium(playwright, *flags, *GL) as browser:
        yield browser


def open_canvas(browser: Browser, server: Server, session: str, **options: Any) -> Page:
    """Open the page and note what it asks of others, and what breaks its security policy."""
    page = browser.new_context(viewport=SIZE, **options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(SLOW)
    page.add_init_script(PAST_LOBBY)
    page.goto(f"{server.url}/s/{session}?name=Ada")
    page.locator(".toolbar").wait_for(state="attached")  # all is there, the tools too
    return page


def node(page: Page, name: str) -> Any:
    return page.locator(f'[data-element-id="{name}"]')


# How many pixels of an element's own canvas have a colour of the page.
COUNT_PIXELS = """([name, property]) => {
  const canvas = document.querySelector(`[data-element-id="${name}"] canvas`);
  if (!canvas?.width) return 0;
  const hex = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  const wanted = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255 && wanted.every((part, n) => Math.abs(part - data[at + n]) < 3)) count++;
  }
  return count;
}"""


def is_red(image: Image.Image) -> bool:
    """Whether much of the middle is red, as the cube is."""
    middle = image.convert("RGB").crop(
        (image.width // 3, image.height // 3, 2 * image.width // 3, 2 * image.height // 3)
    )
    data = middle.tobytes()
    pixels = zip(data[::3], data[1::3], data[2::3], strict=True)
    return sum(r > g + 60 and r > b + 60 for r, g, b in pixels) > len(data) / 9


@pytest.mark.timeout(150)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_every_kind_is_drawn(server: Server, painter: Browser, scheme: str) -> None:
    session = f"kinds-{scheme}"
    add_elements(server, session, SCENE)
    page = open_canvas(painter, server, session, color_scheme=scheme)
    elsewhere: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not_ours(r.url, server) else None)

    for form in CHARTS:
        until(page, f"args => ({COUNT_PIXELS})(args) > 20", arg=[form, "--chart-1"])
    expect(node(page, "empty")).to_contain_text("no data that can be drawn")
    expect(node(page, "bar").locator("canvas")).to_have_attribute(
        "aria-label", "Bar chart: Revenue"
    )

    title = node(page, "title").locator("p")
    expect(title).to_have_text("A review")
    expect(title).to_have_css("font-size", "40px")
    ink = page.evaluate("getComputedStyle(document.documentElement).color")
    expect(title).to_have_css("color", ink)  # nobody chose a colour: it is the page's
    centred = node(page, "centred").locator("p")
    expect(centred).to_have_text("navy <b>")
    expect(centred).to_have_css("text-align", "center")
    carded = "carded" if scheme == "dark" else ""
    expect(centred).to_have_class(carded)  # it would vanish on a dark page

    image = node(page, "picture").locator("img")
    until(page, "image => image.naturalWidth === 60", arg=image.element_handle())
    expect(image).to_have_attribute("alt", "A lawn")
    expect(node(page, "picture")).to_have_attribute(
        "aria-label", "A lawn. Move it with the arrow keys."
    )
    expect(node(page, "stream")).to_contain_text("Video")

    until(page, "document.querySelector('model-viewer')?.loaded === true")
    shown = node(page, "model")
    eventually(lambda: is_red(Image.open(io.BytesIO(shown.screenshot()))), "a red cube")
    OUTPUT.mkdir(exist_ok=True)
    page.screenshot(path=OUTPUT / f"kinds-{scheme}.png")
    assert elsewhere == [], "the page asks nobody else"
    page.context.close()


def not_ours(url: str, server: Server) -> bool:
    return not url.startswith((server.url, "data:", "blob:", server.url.replace("http", "ws")))


def test_what_is_far_away_has_a_node_and_gets_content_when_it_is_seen(
    server: Server, painter: Browser
) -> None:
    session = "kinds-far"
    add_elements(server, session, SCENE[:2] + SCENE[-1:])
    page = open_canvas(painter, server, session)
    expect(node(page, "title")).to_have_text("A review")
    far = node(page, "far")
    expect(far).to_have_attribute("aria-label", "far away. Move it with the arrow keys.")
    expect(far).to_have_text("")
    far.focus()  # with the keyboard one comes to everything, and the canvas follows
    until(
        page,
        """node => { const box = node.getBoundingClientRect();
                     return box.left > 0 && box.right < innerWidth && box.bottom < innerHeight; }""",
        arg=far.element_handle(),
    )
    expect(far).to_have_text("far away")
    page.context.close()


@pytest.mark.nightly
def test_without_webgl_a_model_says_why_it_is_not_shown(
    server: Server, playwright: Playwright
) -> None:
    session = "kinds-flat"
    add_elements(server, session, [one for one in SCENE if one["id"] == "model"])
    # Chromium has a software fallback on some machines, which draws the model after all.
    with chromium(playwright, *FLAGS, "--disable-3d-apis") as flat:
        page = open_canvas(flat, server, session)
        expect(node(page, "model").locator(".stand-in")).to_contain_text("WebGL")


@pytest.mark.nightly
def test_zooming_keeps_the_middle_and_fitting_shows_what_there_is(
    server: Server, browsers: dict[str, Browser]
) -> None:
    session = "kinds-zoom"
    middle = element("middle", {"type": "Text", "content": "+"}, 630, 350, width=20, height=20)
    add_elements(server, session, [middle])
    page = open_canvas(browsers["red"], server, session)
    box = "document.querySelector('[data-element-id=middle]').getBoundingClientRect().toJSON()"
    node(page, "middle").wait_for()
    first = page.evaluate(box)
    page.locator("#zoom-larger").click()
    larger = page.evaluate(box)
    assert larger["width"] == pytest.approx(first["width"] * 1.25)
    for axis, size in (("x", "width"), ("y", "height")):
        centre = first[axis] + first[size] / 2
        assert larger[axis] + larger[size] / 2 == pytest.approx(centre, abs=0.5)
    for _ in range(30):
        page.locator("#zoom-smaller").click()
    assert page.evaluate(box)["width"] == pytest.approx(20 * 0.05)
    page.mouse.move(400, 300)
    page.mouse.wheel(0, 5000)
    page.locator("#zoom-fit").click()
    fitted = page.evaluate(box)
    assert fitted["width"] == pytest.approx(20 * 2)
    stage = page.locator("#stage").bounding_box()
    assert stage
    assert stage["x"] < fitted["x"] < stage["x"] + stage["width"]
    assert stage["y"] < fitted["y"] < stage["y"] + stage["height"]
    page.context.close()
