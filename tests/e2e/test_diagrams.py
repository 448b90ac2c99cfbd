"""Flow charts: two people draw one with the mouse and with the keys, and see arrows follow."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browsers.conditions import until
from support.browsers.desk import Desk
from support.browsers.window import PATIENCE_MS, Window

STEPS = ["Idea", "Plan", "Draw", "Ask", "Build", "Test", "Show", "Fix", "Ship", "Rest"]
LINE = """id => {
  const path = document.querySelector(`[data-element-id="${id}"] .drawing > .line`);
  return path?.getAttribute('d') ?? '';
}"""
SAME = f"""([id, before]) => {{
  const line = ({LINE})(id);
  return line !== '' && line !== before;
}}"""


def of_kind(window: Window, kind: str) -> list[str]:
    """Ids of the elements of a kind, in order of coming."""
    nodes = window.page.locator(f'[data-element-id][data-kind="{kind}"]')
    return nodes.evaluate_all("nodes => nodes.map(node => node.dataset.elementId)")


def draw_box(desk: Desk, place: tuple[float, float], words: str) -> str:
    """Draw a rectangle, and write in it."""
    before = set(desk.ids())
    desk.keys.press("r")
    desk.drag(place, (110, 56))
    desk.keys.press("Enter")
    field = desk.page.get_by_role("textbox", name="Words in the shape")
    field.wait_for()
    desk.keys.type(words)
    desk.keys.press("Escape")
    field.wait_for(state="detached")
    (made,) = set(desk.ids()) - before
    return made


def connect(desk: Desk, one: str, other: str) -> str:
    """Draw an arrow from one element to another."""
    before = set(desk.ids())
    start, end = desk.middle(one), desk.middle(other)
    desk.keys.press("a")
    desk.drag(start, (end[0] - start[0], end[1] - start[1]))
    (made,) = set(desk.ids()) - before
    return made


def line_of(page: Page, element_id: str) -> str:
    return page.evaluate(LINE, element_id)


@pytest.mark.rule("ARW1", "SHP2")
def test_a_flow_chart_of_ten_boxes(desk: Desk, tmp_path: Path) -> None:
    """Draw it, move a box and see the arrows follow in the other window, reload, export."""
    left, top = 210, 150
    places = [(left + 165 * (n % 5), top + 150 * (n // 5)) for n in range(10)]
    boxes = [draw_box(desk, place, words) for place, words in zip(places, STEPS, strict=True)]
    arrows = [connect(desk, *pair) for pair in pairwise(boxes)]
    desk.keys.press("Escape")
    desk.ada.picture("diagram-drawn")
    for box, words in zip(boxes, STEPS, strict=True):
        expect(desk.node(box, desk.bob)).to_have_text(words)
    desk.agree()
    label = desk.node(arrows[1], desk.bob).get_attribute("aria-label") or ""
    assert "“Plan”" in label
    assert "“Draw”" in label

    # While it is dragged, and not only when it is let go.
    before = line_of(desk.bob.page, arrows[0])
    x, y = desk.middle(boxes[0])
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x + 4, y + 60)
    desk.mouse.move(x + 8, y + 84)
    until(desk.bob.page, SAME, arg=[arrows[0], before], timeout=PATIENCE_MS)
    desk.mouse.up()
    desk.agree()
    for arrow in arrows[:2]:
        assert line_of(desk.page, arrow) == line_of(desk.bob.page, arrow)

    _edit_arrow(desk, boxes, arrows)
    _style(desk, boxes[3])
    chart = _by_keys(desk, boxes[9])

    desk.bob.page.reload()
    expect(desk.node(chart, desk.bob)).to_have_text("Again")
    desk.agree()
    here = re.match(r"(.*)/s/([\w-]+)", desk.page.url)
    assert here
    answer = desk.page.request.get(f"{here[1]}/api/scene/{here[2]}/export.svg")
    assert answer.ok, answer.text()
    drawing: Any = answer.text()
    assert drawing.count("<path") >= 20
    (tmp_path / "diagram.svg").write_text(drawing)
    for words in (*STEPS, "yes"):
        assert f">{words}<" in drawing


def _style(desk: Desk, box: str) -> None:
    """Fill a box by the bar of its style."""
    words = desk.node(box).locator("p").bounding_box()
    assert words
    desk.mouse.click(words["x"] + words["width"] / 2, words["y"] + words["height"] / 2)
    desk.page.get_by_role("toolbar", name="Style").get_by_role("button", name="Fill").click()
    desk.page.get_by_role("menuitemradio", name="Green").click()
    fill = desk.node(box, desk.bob).locator(".line")
    expect(fill).to_have_css("fill", "rgb(178, 242, 187)")


def _edit_arrow(desk: Desk, boxes: list[str], arrows: list[str]) -> None:
    """Label an arrow, let its end go to another box, and remove that box."""
    x, y = desk.middle(arrows[2])
    desk.mouse.dblclick(x, y)
    desk.page.get_by_role("textbox", name="Label of the arrow").wait_for()
    desk.keys.type("yes")
    desk.keys.press("Escape")
    expect(desk.node(arrows[2], desk.bob)).to_have_text("yes")
    grip = desk.page.locator('[data-grip="end"]').bounding_box()
    assert grip
    goal = desk.middle(boxes[8])
    start = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    desk.drag(start, (goal[0] - start[0], goal[1] - start[1]))
    expect(desk.node(arrows[2], desk.bob)).to_have_attribute(
        "aria-label", re.compile("“Ship”.*yes")
    )
    desk.agree()


def _by_keys(desk: Desk, start: str) -> str:
    """Go on from a shape by keys alone; return the last one."""
    desk.node(start).focus()
    for words in ("Once", "More", "Again"):
        desk.keys.press("Control+ArrowDown")
        desk.keys.press("Enter")
        desk.page.get_by_role("textbox", name="Words in the shape").wait_for()
        desk.keys.type(words)
        desk.keys.press("Escape")
    last = of_kind(desk.ada, "Shape")[-1]
    expect(desk.node(last, desk.bob)).to_have_text("Again")
    desk.agree()
    return last
