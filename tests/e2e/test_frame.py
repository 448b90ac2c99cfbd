"""The frame of the page: the dock, the drawer and what they leave of the canvas, large and small."""

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import Open
from support.servers.server import Server, post

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ACROSS: ViewportSize = {"width": 844, "height": 390}
APART = """names => {
  const boxes = names.map(name => document.querySelector(name).getBoundingClientRect());
  return boxes.every((one, place) => one.width > 0 && one.x >= 0 && one.y >= 0
    && one.right <= innerWidth + 0.5 && one.bottom <= innerHeight + 0.5
    && boxes.every((other, index) => index <= place || one.right <= other.left + 0.5
      || other.right <= one.left + 0.5 || one.bottom <= other.top + 0.5
      || other.bottom <= one.top + 0.5));
}"""
FITTED = """() => {
  const dock = document.querySelector('#dock').getBoundingClientRect();
  const frame = document.querySelector('#stage').getBoundingClientRect();
  const drawer = document.querySelector('#drawer').getBoundingClientRect();
  const isOver = drawer.width > 0 && drawer.top < frame.bottom && drawer.left < frame.right;
  const isBelow = isOver && drawer.width >= frame.width - 1;
  const right = isOver && !isBelow ? drawer.left : frame.right;
  const bottom = Math.min(dock.left < frame.right ? dock.top : frame.bottom,
    isBelow ? drawer.top : frame.bottom, frame.bottom);
  return [...document.querySelectorAll('[data-element-id]')].every(node => {
    const box = node.getBoundingClientRect();
    return box.left >= frame.left && box.top >= frame.top
      && box.right <= right + 0.5 && box.bottom <= bottom + 0.5;
  });
}"""


def furnish(server: Server, session: str) -> None:
    """Put two texts on the canvas, far from each other."""
    add = [
        {
            "kind": {"type": "Text", "content": f"Text {x}", "font_size": 40},
            "transform": {"x": x, "y": y, "width": 300, "height": 80},
        }
        for x, y in ((-900, -300), (1800, 1500))
    ]
    post(server, {"session_id": session, "add": add})


def fit(page: Page) -> None:
    """Press Fit, and wait until all there is lies where no bar does."""
    page.locator("#zoom-fit").click()
    until(page, FITTED)


def open_drawer(page: Page) -> Any:
    """The panel in sight."""
    return page.locator("#drawer [role=tabpanel]:visible")


@pytest.mark.rule("SHL1", "SHL2", "SHL4", "SHL6")
def test_on_a_desk_the_drawer_stands_beside_the_canvas(open_window: Open, server: Server) -> None:
    furnish(server, "frame-desk")
    ada = open_window("red", session="frame-desk", query="name=Ada&auto=1", viewport=DESKTOP)
    page = ada.page
    expect(page.locator("#drawer-people")).to_be_visible()
    until(page, APART, arg=["#top", "#zoom", "#dock", "#drawer"])
    connection = page.locator("[data-connection=open]").bounding_box()
    assert connection
    assert connection["width"] <= 1, "all is well: nothing to look at"
    fit(page)
    page.locator("[data-panel=history]").click()
    expect(open_drawer(page)).to_have_attribute("id", "drawer-history")
    accessible(ada, "history beside the canvas")
    page.keyboard.press("Home")
    expect(page.locator("[data-panel=people]")).to_be_focused()
    page.locator("#drawer-close").click()
    expect(open_drawer(page)).to_have_count(0)
    expect(page.locator("[data-panel=people]")).to_be_focused()
    fit(page)
    page.reload()
    ada.wait_connection("open")
    expect(open_drawer(page)).to_have_count(0)
    page.locator(".faces-button").click()
    expect(page.locator("#drawer-people")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".faces-button")).to_be_focused()
    page.set_viewport_size({"width": 900, "height": 700})
    page.locator("[data-panel=elements]").click()
    until(page, APART, arg=["#top", "#zoom", "#dock", "#drawer"])
    fit(page)
    # What the dock has no room for is one press further, and each button is there once.
    folded = page.evaluate("document.body.dataset.fold")
    page.set_viewport_size({"width": 1440, "height": 900})
    until(page, "['none', 'seldom', 'rows', 'rows-seldom'].includes(document.body.dataset.fold)")
    assert page.locator("[data-action=devices]").count() == 1
    assert folded in ("rows", "rows-seldom", "tools")


@pytest.mark.rule("SHL3", "SHL4", "SHL5")
def test_on_a_phone_the_drawer_is_a_sheet_and_the_dock_stays(
    open_window: Open, server: Server
) -> None:
    furnish(server, "frame-phone")
    ada = open_window(
        "red", session="frame-phone", query="name=Ada&auto=1", viewport=PHONE, has_touch=True
    )
    page = ada.page
    expect(open_drawer(page)).to_have_count(0)
    until(page, APART, arg=["#top", "#zoom", "#dock"])
    fit(page)
    accessible(ada, "a phone")
    page.locator("[data-action=more]").click()
    expect(page.locator("#drawer [data-action=devices]")).to_be_visible()
    until(page, APART, arg=["#top", "#drawer", "#dock"])
    page.locator("[data-panel=people]").click()
    expect(page.locator("#drawer-people")).to_be_visible()
    until(page, APART, arg=["#top", "#drawer", "#dock"])
    accessible(ada, "the people on a phone")
    page.keyboard.press("Escape")
    expect(open_drawer(page)).to_have_count(0)
    expect(page.locator("[data-action=more]")).to_be_focused()
    page.locator("[data-action=tools]").click()
    page.locator("[data-command=text]").click()
    field = page.get_by_role("textbox", name="Text", exact=True)
    expect(field).to_be_focused()
    assert field.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 16
    until(page, APART, arg=["#top", ".text-sheet", "#dock"])
    page.keyboard.type("Milk")
    page.get_by_role("button", name="Done").click()
    expect(field).to_have_count(0)
    expect(page.locator("[data-element-id]", has_text="Milk")).to_have_count(1)

    page.set_viewport_size(ACROSS)
    until(page, "getComputedStyle(document.querySelector('#top')).display === 'none'")
    until(page, APART, arg=["#zoom", "#dock"])
    page.locator("[data-action=more]").click()
    until(page, APART, arg=["#drawer", "#dock"])
    fit(page)
    accessible(ada, "a phone held across")
