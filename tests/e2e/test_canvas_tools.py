"""What people do to the canvas with mouse, keys and fingers, and what the other window shows."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browsers.desk import Desk
from support.browsers.window import Open
from support.servers.server import Server

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

    desk.mouse.click(860, 560)
    desk.drag((250, 130), (560, 460))
    expect(desk.page.locator("[data-selected]")).to_have_count(2)
    desk.arrange("alignLeft")
    desk.agree()
    desk.mouse.click(860, 560)
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
    desk.mouse.wheel(0, 3000)
    desk.keys.press("0")
    shown, frame = desk.node(note).bounding_box(), desk.page.locator("#stage").bounding_box()
    assert shown
    assert frame
    for axis, size in (("x", "width"), ("y", "height")):
        assert frame[axis] < shown[axis] < frame[axis] + frame[size] - shown[size]


def test_what_is_pasted(desk: Desk) -> None:
    """Tables become charts, pictures pictures, words texts; elements can be copied."""
    origin = desk.page.evaluate("location.origin")
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    desk.page.locator("#stage").focus()
    write = "words => navigator.clipboard.writeText(words)"
    desk.page.evaluate(write, TABLE)
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Chart"] canvas')).to_be_visible()
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
    expect(picture).to_be_visible()
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
    expect(dialog.locator("canvas")).to_be_visible()
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


def test_a_note_is_written_coloured_and_saved(desk: Desk, server: Server) -> None:
    desk.keys.press("n")
    desk.page.locator("textarea:focus").fill("Buy milk")
    desk.keys.press("Escape")
    (note,) = desk.ids()
    desk.bob.page.locator(f'[data-element-id="{note}"] p', has_text="Buy milk").wait_for()
    desk.select(note)
    desk.page.get_by_role("button", name="Green").click()
    paper = desk.node(note, desk.bob).locator("p")
    expect(paper).to_have_css("background-color", "rgb(201, 232, 167)")
    expect(desk.node(note)).to_have_attribute("aria-label", re.compile("Note: Buy milk"))
    desk.agree()
    session = desk.page.evaluate("location.pathname.split('/').pop()")
    drawn = server.get(f"/api/scene/{session}/export.svg")[1].decode()
    assert "Buy milk" in drawn
    assert "#c9e8a7" in drawn
