"""What people do to the canvas with mouse, keys and fingers, and what the other window shows."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from windows import Open, Window

TABLE = "Quarter\tNorth\tSouth\nQ1\t120\t80\nQ2\t150\t95\nQ3\t90\t130"
COPY_PICTURE = """async () => {
  const canvas = document.createElement('canvas');
  canvas.width = 120;
  canvas.height = 80;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#1c7a48';
  pen.fillRect(0, 0, 120, 80);
  const picture = await new Promise(resolve => canvas.toBlob(resolve, 'image/png'));
  await navigator.clipboard.write([new ClipboardItem({'image/png': picture})]);
}"""
PLACE = """id => {
  const node = document.querySelector(`[data-element-id="${id}"]`);
  if (!node) return null;
  const {transform, width, height, zIndex} = node.style;
  const [, x, y, turn] = /translate\\((.+)px, (.+)px\\)(?: rotate\\((.+)deg\\))?/.exec(transform);
  return [x, y, parseFloat(width), parseFloat(height), turn ?? 0, zIndex].map(Number);
}"""


class Desk:
    """Two windows on one canvas, and what is on it."""

    def __init__(self, ada: Window, bob: Window) -> None:
        self.ada = ada
        self.bob = bob
        self.page = ada.page
        self.keys = ada.page.keyboard
        self.mouse = ada.page.mouse

    def ids(self, window: Window | None = None) -> list[str]:
        """Ids of the elements, in order of coming."""
        nodes = "nodes => nodes.map(node => node.dataset.elementId)"
        return (window or self.ada).page.locator("[data-element-id]").evaluate_all(nodes)

    def place(self, element_id: str, window: Window | None = None) -> list[float]:
        """x, y, width, height, rotation and layer of an element, in scene units."""
        return (window or self.ada).page.evaluate(PLACE, element_id)

    def node(self, element_id: str, window: Window | None = None) -> Locator:
        """The node of an element."""
        return (window or self.ada).page.locator(f'[data-element-id="{element_id}"]')

    def agree(self) -> None:
        """Wait until both windows have the same elements at the same places."""
        here = {element_id: self.place(element_id) for element_id in self.ids()}
        self.bob.page.wait_for_function(
            f"""here => Object.keys(here).length === document.querySelectorAll(
                    '[data-element-id]').length
                && Object.entries(here).every(([id, place]) =>
                    String(({PLACE})(id)) === String(place))""",
            arg=here,
            timeout=20_000,
        )

    def middle(self, element_id: str) -> tuple[float, float]:
        """The middle of an element, in pixels of the page."""
        box = self.node(element_id).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def select(self, *element_ids: str) -> None:
        """Click elements, with Shift all but the first."""
        for number, element_id in enumerate(element_ids):
            if number:
                self.keys.down("Shift")
            self.mouse.click(*self.middle(element_id))
            if number:
                self.keys.up("Shift")

    def drag(self, start: tuple[float, float], way: tuple[float, float], hold: str = "") -> None:
        """Drag the pointer from a place some way, with a key held if one is named."""
        self.mouse.move(*start)
        self.mouse.down()
        if hold:
            self.keys.down(hold)
        for step in (0.4, 0.8, 1):
            self.mouse.move(start[0] + way[0] * step, start[1] + way[1] * step)
        self.mouse.up()
        if hold:
            self.keys.up(hold)

    def write(self, at: tuple[float, float], words: str) -> str:
        """Write a text with the mouse: double click at an empty place, type, click beside it."""
        before = set(self.ids())
        self.mouse.dblclick(*at)
        field = self.page.get_by_role("textbox", name="Text", exact=True)
        field.wait_for()
        self.keys.type(words)
        self.keys.press("Control+Enter")
        field.wait_for(state="detached")
        (element_id,) = set(self.ids()) - before
        self.keys.press("Escape")
        return element_id

    def handle(self, name: str) -> tuple[float, float]:
        """The middle of a handle of the selection."""
        box = self.page.locator(f'[data-handle="{name}"]').bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def tool(self, name: str) -> None:
        """Press a button of the bar, or of its menu."""
        self.page.locator(f'[data-command="{name}"]').click()

    def arrange(self, name: str) -> None:
        """Choose from the menu of the bar."""
        self.page.get_by_role("button", name="Arrange").click()
        self.tool(name)


@pytest.fixture
def desk(open_window: Open) -> Desk:
    """Ada and Bob on one empty canvas."""
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob")
    ada.sees(bob)
    return Desk(ada, bob)


def test_with_the_mouse(desk: Desk) -> None:
    """Write, move, resize, rotate, choose by a frame, restack, align, delete and undo."""
    note = desk.write((340, 200), "A note")
    expect(desk.node(note, desk.bob)).to_contain_text("A note")
    other = desk.write((340, 420), "Another one")

    x, y, width, height, *_ = desk.place(note)
    desk.drag(desk.middle(note), (120, 60), hold="Control")
    scale = desk.node(note).bounding_box()["width"] / width  # type: ignore[index]
    desk.agree()
    moved = desk.place(note, desk.bob)
    assert moved[0] - x == pytest.approx(120 / scale, abs=1)
    assert moved[1] - y == pytest.approx(60 / scale, abs=1)

    desk.drag(desk.handle("se"), (80, 40), hold="Control")
    desk.agree()
    larger = desk.place(note, desk.bob)
    assert larger[2] - width == pytest.approx(80 / scale, abs=1)
    assert larger[3] - height == pytest.approx(40 / scale, abs=1)
    assert larger[:2] == moved[:2]

    left, top = desk.middle(note)
    desk.drag(
        desk.handle("turn"), (left - desk.handle("turn")[0] + 90, top - desk.handle("turn")[1])
    )
    desk.agree()
    assert desk.place(note, desk.bob)[4] == pytest.approx(90, abs=1)
    desk.ada.picture("tools-selected")

    desk.mouse.click(900, 600)
    desk.drag((250, 130), (560, 460))
    expect(desk.page.locator("[data-selected]")).to_have_count(2)
    desk.arrange("alignLeft")
    desk.agree()
    desk.mouse.click(900, 600)
    desk.select(other)
    desk.arrange("front")
    desk.agree()
    assert desk.place(other, desk.bob)[5] > desk.place(note, desk.bob)[5]

    desk.arrange("delete")
    expect(desk.node(other, desk.bob)).to_have_count(0)
    desk.tool("undo")
    expect(desk.node(other, desk.bob)).to_contain_text("Another one")
    desk.tool("redo")
    expect(desk.node(other, desk.bob)).to_have_count(0)
    desk.agree()


def test_with_the_keys(desk: Desk) -> None:
    """The same without a mouse, and zoom and pan with both."""
    desk.page.locator("#stage").focus()
    desk.keys.press("t")
    desk.page.get_by_role("textbox", name="Text", exact=True).wait_for()
    desk.keys.type("By keys")
    desk.keys.press("Control+Enter")
    expect(desk.bob.page.get_by_text("By keys")).to_be_visible()
    (note,) = desk.ids()
    start = desk.place(note)

    desk.keys.press("ArrowRight")
    desk.keys.press("Shift+ArrowDown")
    desk.keys.press("Alt+ArrowRight")
    desk.keys.press(".")
    desk.agree()
    x, y, width, _, turn, _ = desk.place(note, desk.bob)
    assert (turn, width - start[2]) == (15, 10)
    desk.keys.press("Control+z")
    desk.keys.press("Control+z")
    desk.agree()
    x, y, width, _, turn, _ = desk.place(note, desk.bob)
    assert (x - start[0], y - start[1], width, turn) == (10, 50, start[2], 0)

    desk.keys.press("Enter")
    desk.keys.press("End")
    desk.keys.type(", edited")
    desk.keys.press("Control+Enter")
    expect(desk.node(note, desk.bob)).to_contain_text("By keys, edited")

    desk.keys.press("Control+d")
    expect(desk.bob.page.get_by_text("By keys, edited")).to_have_count(2)
    desk.keys.press("[")
    desk.keys.press("Control+a")
    expect(desk.page.locator("[data-selected]")).to_have_count(2)
    desk.keys.press("Delete")
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(0)
    desk.keys.press("Control+z")
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(2)
    desk.agree()

    before = desk.node(note).bounding_box()
    assert before
    desk.mouse.move(600, 400)
    desk.mouse.wheel(0, 100)
    after = desk.node(note).bounding_box()
    assert after
    assert after["y"] == pytest.approx(before["y"] - 100, abs=1)
    desk.keys.press("+")
    larger = desk.node(note).bounding_box()
    assert larger
    assert larger["width"] == pytest.approx(before["width"] * 1.25, rel=0.02)
    desk.keys.press("0")
    assert desk.node(note).bounding_box() == pytest.approx(before, abs=1)


def test_what_is_pasted(desk: Desk) -> None:
    """Tables become charts, pictures pictures, words texts; elements can be copied."""
    origin = desk.page.evaluate("location.origin")
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    desk.page.locator("#stage").focus()
    write = "words => navigator.clipboard.writeText(words)"
    desk.page.evaluate(write, TABLE)
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Chart"] canvas')).to_be_visible(timeout=15_000)
    (chart,) = desk.ids()
    panel = desk.page.get_by_role("region", name="Properties")
    panel.get_by_label("Type").select_option("pie")
    title = panel.get_by_label("Title")
    title.fill("Sold")
    title.press("Enter")
    expect(desk.node(chart, desk.bob)).to_have_attribute(
        "aria-label", re.compile("Pie chart: Sold")
    )

    desk.page.locator("#stage").focus()
    desk.page.evaluate(COPY_PICTURE)
    desk.keys.press("Control+v")
    picture = desk.bob.page.locator('[data-kind="Image"] img.loaded')
    expect(picture).to_be_visible(timeout=15_000)
    panel.get_by_label("Description").fill("A green field")
    desk.page.locator("#stage").focus()
    expect(picture).to_have_attribute("alt", "A green field")

    desk.page.evaluate(write, "Just words")
    desk.keys.press("Control+v")
    expect(desk.bob.page.get_by_text("Just words")).to_be_visible()
    desk.keys.press("Control+c")
    desk.keys.press("Control+v")
    expect(desk.bob.page.get_by_text("Just words")).to_have_count(2)
    desk.agree()
    desk.ada.picture("tools-pasted")

    desk.tool("chart")
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Table").fill(TABLE)
    expect(dialog.locator("canvas")).to_be_visible(timeout=15_000)
    desk.ada.picture("tools-chart-dialog")
    dialog.get_by_role("button", name="Add to the canvas").click()
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(2)


def test_with_fingers(open_window: Open) -> None:
    """One finger moves what it touches, or the canvas; two fingers zoom."""
    ada = open_window(
        "red", query="name=Ada", has_touch=True, viewport={"width": 390, "height": 780}
    )
    bob = open_window("green", query="name=Bob", viewport={"width": 390, "height": 780})
    desk = Desk(ada, bob)
    ada.sees(bob)
    desk.tool("text")
    desk.keys.type("Touch me")
    desk.keys.press("Control+Enter")
    (note,) = desk.ids()
    start = desk.place(note)
    fingers = ada.page.context.new_cdp_session(ada.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at: list[dict[str, Any]] = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    x, y = desk.middle(note)
    touch("touchStart", (x, y))
    for step in range(1, 5):
        touch("touchMove", (x + 10 * step, y + 10 * step))
    touch("touchEnd")
    desk.agree()
    assert desk.place(note, bob)[0] > start[0]

    before = desk.node(note).bounding_box()
    assert before
    touch("touchStart", (100, 300), (200, 300))
    for step in range(1, 6):
        touch("touchMove", (100 - 10 * step, 300), (200 + 10 * step, 300))
    touch("touchEnd")
    after = desk.node(note).bounding_box()
    assert after
    assert math.isclose(after["width"] / before["width"], 2, rel_tol=0.1)
    ada.picture("tools-phone")
