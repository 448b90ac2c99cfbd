"""Pointers, the list of elements, the history, help; and what axe finds wrong with all of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.desk import Desk
from support.browsers.window import Open, pair


@pytest.fixture
def desk(open_window: Open) -> Desk:
    """Ada and Bob on one canvas with three texts."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob")
    ada.sees(bob)
    desk = Desk(ada, bob)
    for row, words in enumerate(("One", "Two", "Three")):
        desk.write((340, 180 + 120 * row), words)
    desk.agree()
    return desk


def test_pointers_of_the_others_are_seen_with_their_names(desk: Desk) -> None:
    """At the same place of the canvas, and no longer than they are here."""
    desk.bob.page.mouse.move(400, 400)
    desk.bob.page.mouse.move(500, 300)
    pointer = desk.page.locator(f'[data-cursor-of="{desk.bob.peer_id}"]')
    expect(pointer).to_have_text("Bob")
    until(
        desk.page,
        """id => {
            const {x, y} = document.querySelector(`[data-cursor-of="${id}"]`).getBoundingClientRect();
            return Math.abs(x - 500) < 4 && Math.abs(y - 300) < 4;
        }""",
        arg=desk.bob.peer_id,
    )
    desk.bob.page.close()
    expect(pointer).to_have_count(0)


def test_the_list_of_elements_by_keyboard(desk: Desk) -> None:
    """It reads what is there, selects on the canvas, edits and removes."""
    desk.page.get_by_role("tab", name="Elements").click()
    rows = desk.page.locator("#drawer .list [role=option]:visible")
    expect(rows).to_contain_text(["One", "Two", "Three"])
    desk.page.get_by_role("listbox").focus()
    desk.keys.press("ArrowDown")
    desk.keys.press("ArrowDown")
    expect(desk.page.locator("[data-selected]")).to_have_text("Two")
    desk.keys.press("Enter")
    desk.keys.type("Second")
    desk.keys.press("Control+Enter")
    expect(desk.bob.page.get_by_text("Second")).to_be_visible()
    expect(rows).to_contain_text(["One", "Second", "Three"])
    desk.page.get_by_role("listbox").focus()
    desk.keys.press("Delete")
    expect(rows).to_contain_text(["One", "Three"])
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(2)
    desk.ada.picture("panel-elements")


def test_the_history_is_played_and_restored(desk: Desk) -> None:
    """One person looks at the past, the other goes on; a restored moment is a new change."""
    desk.page.locator("#stage").focus()
    desk.keys.press("Control+a")
    desk.keys.press("Delete")
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(0)
    desk.page.get_by_role("tab", name="History").click()
    events = desk.page.locator("#drawer .list [role=option]:visible")
    expect(events.first).to_contain_text("Ada removed 3 elements")
    slider = desk.page.get_by_role("slider", name="Moment")
    slider.focus()
    for _ in range(4):
        desk.keys.press("ArrowLeft")
    expect(desk.page.locator("[data-element-id]")).to_have_count(2)
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(0)
    desk.ada.picture("panel-past")
    desk.page.locator("#stage").focus()
    desk.keys.press("Control+a")
    desk.keys.press("Delete")
    expect(desk.page.locator("#notices")).to_contain_text("The past cannot be edited")
    desk.page.locator('[data-action="restore"]').click()
    desk.page.locator('[data-action="confirm"]').click()
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(2)
    expect(events.first).to_contain_text("Ada restored the canvas")
    desk.agree()
    desk.page.locator('[data-action="play"]').click()
    expect(desk.page.locator(".past-banner")).to_be_visible()
    desk.page.locator('[data-action="now"]').click()
    expect(desk.page.locator("[data-element-id]")).to_have_count(2)


def test_the_canvas_is_saved_as_a_picture(desk: Desk, tmp_path: Path) -> None:
    """As it is, and as it was at the moment that is looked at."""

    def saved() -> str:
        with desk.page.expect_download() as download:
            desk.page.locator('[data-format="svg"]').click()
        download.value.save_as(tmp_path / "saved.svg")
        return (tmp_path / "saved.svg").read_text()

    desk.page.get_by_role("tab", name="Save").click()
    assert [word in saved() for word in ("One", "Three")] == [True, True]
    desk.page.get_by_role("tab", name="History").click()
    events = desk.page.locator("#drawer .list [role=option]:visible")
    expect(events.first).to_be_visible()
    desk.page.get_by_role("slider", name="Moment").focus()
    desk.keys.press("ArrowLeft")
    desk.page.get_by_role("tab", name="Save").click()
    expect(desk.page.locator('[data-format="svg"]')).to_have_attribute(
        "href", re.compile("revision=")
    )
    assert [word in saved() for word in ("One", "Three")] == [True, False]
    with desk.page.expect_download() as download:
        desk.page.locator('[data-format="png"]').click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_axe_finds_nothing_serious(open_window: Open) -> None:
    """WCAG 2.2 A and AA, in both themes: alone, in a call, and with each panel open."""
    ada, bob = pair(open_window)
    accessible(bob, "two people")
    desk = Desk(ada, bob)
    desk.write((340, 200), "A note")
    desk.tool("chart")
    accessible(ada, "the dialog of a chart")
    ada.page.get_by_role("dialog").get_by_label("Table").fill("a\tb\nx\t1\ny\t2")
    ada.page.get_by_role("button", name="Add to the canvas").click()
    expect(ada.page.locator('[data-kind="Chart"] canvas')).to_be_visible()
    accessible(ada, "a chart is selected")
    ada.press("call", bob)
    bob.press("accept")
    ada.wait_state(bob, "connected")
    accessible(ada, "a call")
    for panel in ("Elements", "History", "Save"):
        ada.page.get_by_role("tab", name=panel, exact=True).click()
        accessible(ada, panel)
    ada.page.get_by_role("tab", name="History").click()
    ada.page.get_by_role("slider", name="Moment").focus()
    ada.page.keyboard.press("ArrowLeft")
    expect(ada.page.locator(".past-banner")).to_be_visible()
    accessible(ada, "the past")
    ada.page.locator('[data-action="now"]').click()
    ada.page.get_by_role("button", name="Keys").click()
    accessible(ada, "help")
