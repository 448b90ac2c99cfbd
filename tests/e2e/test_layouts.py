"""Nobody is out of sight: the strip, the layouts, pinning and full screen."""

import pytest
from playwright.sync_api import expect

from support.browsers.conditions import until
from support.browsers.window import Open, Window, connect, pair

MOVES = """selector => {
  const video = document.querySelector(`${selector} video`);
  return video !== null && video.readyState >= 2 && video.currentTime > 0.2
      && video.getBoundingClientRect().width >= 60;
}"""

TWICE = """() => {
  const ids = [...document.querySelectorAll('video[data-stream-id]')].map(v => v.dataset.streamId);
  return ids.length - new Set(ids).size;
}"""


def face(other: Window, place: str = "[data-strip]") -> str:
    return f'{place} [data-stream-id="peer-{other.peer_id}"]'


def choose(window: Window, layout: str) -> None:
    """Choose a layout: two presses."""
    window.press("layout")
    window.page.locator(f'[data-layout-choice="{layout}"]').click()
    expect(window.page.locator("body")).to_have_attribute("data-layout", layout)


@pytest.mark.rule("LAY1")
def test_whoever_is_not_seen_on_the_canvas_is_beside_it(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    ada.shows(bob)
    strip = ada.page.locator("[data-strip]")
    expect(strip).to_be_hidden()
    ada.page.mouse.move(400, 300)
    ada.page.mouse.wheel(0, 4000)
    for other in (ada, bob):
        until(ada.page, MOVES, arg=face(other))
    ada.shows(bob)  # its tile is the one of the stream still
    assert ada.page.evaluate(TWICE) == 0
    ada.page.locator(face(bob)).get_by_role("button", name="Show Bob").click()
    expect(ada.page.locator(face(bob))).to_have_count(0)
    expect(ada.tile(bob)).to_be_in_viewport(ratio=0.9)
    # Full screen by a double click; Escape leaves.
    ada.tile(bob).dblclick()
    until(ada.page, MOVES, arg="dialog.filled")
    ada.page.keyboard.press("Escape")
    expect(ada.page.locator("dialog.filled")).to_have_count(0)
    # A layout is two presses away, and is remembered.
    choose(ada, "grid")
    for other in (ada, bob):
        until(ada.page, MOVES, arg=face(other, "#layout-view"))
    ada.picture("layout-grid")
    choose(ada, "strip")
    until(ada.page, MOVES, arg=face(bob))
    choose(ada, "speaker")
    until(ada.page, MOVES, arg=face(bob, "#layout-view"))
    until(ada.page, MOVES, arg=face(ada))
    pin = ada.page.locator(face(ada)).get_by_role("button", name="Pin Ada (you)")
    pin.focus()
    pin.press("Enter")
    until(ada.page, MOVES, arg=face(ada, "#layout-view"))
    ada.page.locator('[data-action="give-back"]').click()
    until(ada.page, MOVES, arg=face(bob, "#layout-view"))
    assert ada.page.evaluate(TWICE) == 0
    ada.press("leave-call")
    expect(ada.page.locator("#layout-view")).to_be_hidden()
    expect(strip).to_be_hidden()
    ada.page.reload()
    expect(ada.page.locator("body")).to_have_attribute("data-layout", "speaker")
