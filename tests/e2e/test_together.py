"""Two who work at one thing: words of both in one note, and each sees where the other is."""

import pytest
from playwright.sync_api import Locator, expect

from support.browsers.desk import Desk
from support.browsers.window import Open, Window

FIELD = "textarea.text-field"


def opened(desk: Desk, window: Window, note: str, key: str) -> None:
    """Begin to write in a note, at its beginning or its end."""
    desk.node(note, window).dblclick()
    window.page.locator(FIELD).press(key)


def outline(window: Window, note: str, of: Window) -> Locator:
    """What a window draws around a note that another person has selected."""
    return window.page.locator(f'[data-outline-of="{note}"][data-selected-by="{of.peer_id}"]')


@pytest.mark.rule("TOG1", "TOG2", "TOG3", "TOG6", "TOG7", "TOG8", "TOG9", "TOG10")
@pytest.mark.report(
    "lost",
    "Words of two who write in one note at once end up in two notes",
    "Two people type in one note at the same time, in turn",
    "Both see the words of both in it while they type; undo takes back own words",
)
def test_two_write_in_one_note_and_a_third_sees_them(desk: Desk, open_window: Open) -> None:
    """All words are there in all windows; outlines and signs of typing are seen, also later."""
    ada, bob = desk.ada, desk.bob
    note = desk.write((540, 300), "plan:")
    expect(desk.node(note, bob)).to_have_text("plan:")
    desk.select(note)
    expect(outline(bob, note, ada)).to_have_text("Ada")
    opened(desk, ada, note, "Control+End")
    opened(desk, bob, note, "Control+Home")
    for one, other in (("buy ", " first"), ("some ", " second")):
        bob.page.keyboard.type(one)
        ada.page.keyboard.type(other)
    expect(outline(bob, note, ada)).to_have_text("Ada is typing…")
    expect(outline(ada, note, bob)).to_have_text("Bob is typing…")
    for window in (ada, bob):
        expect(window.page.locator(FIELD)).to_have_value("buy some plan: first second")
    ada.page.keyboard.type(" third")
    bob.page.keyboard.type("more ")
    whole = "buy some more plan: first second third"
    for window in (ada, bob):
        expect(window.page.locator(FIELD)).to_have_value(whole)
    eve = open_window("blue", query="name=Eve")
    for other in (ada, bob):
        expect(outline(eve, note, other)).to_be_visible()
    eve.page.locator('[data-panel="elements"]').click()
    expect(eve.page.locator(".row-note")).to_contain_text("by Ada")
    eve.picture("two-write")
    for window in (ada, bob):
        window.page.keyboard.press("Control+Enter")
        window.page.keyboard.press("Escape")
    for window in (ada, bob, eve):
        expect(desk.node(note, window)).to_have_text(whole)
    ada.page.keyboard.press("Control+z")
    for window in (ada, bob, eve):
        expect(desk.node(note, window)).to_have_text("buy some more plan:")
    left = outline(eve, note, bob)
    bob.page.close()
    expect(left).to_have_count(0)
