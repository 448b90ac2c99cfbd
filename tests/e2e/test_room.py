"""A meeting of five on every screen: nothing covered or cut off, everybody seen, nothing far away."""

import re

import pytest

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.room import SCREENS, Screen, faultless, moving, shown_as
from support.browsers.window import Open, Window

NAMES = ("Ada Lovelace", "Bob", "Clara", "Dan", "Eve")
LAYOUTS = ("canvas", "strip", "speaker", "grid")
PANELS = ("chat", "people", "elements", "history", "quality", "save")


def press(window: Window, selector: str) -> None:
    """Press what a person would: the control, or "More" and then the control."""
    control = window.page.locator(f"{selector}:visible")
    if control.count() == 0:
        window.page.locator('[data-action="more"]:visible').click()
    control.first.click()


def choose(window: Window, layout: str) -> None:
    """Choose a layout from its menu."""
    press(window, '[data-action="layout"]')
    window.page.locator(f'[data-layout-choice="{layout}"]:visible').click()
    window.page.locator(f'body[data-layout="{layout}"]').wait_for()


def meeting(open_window: Open, screen: Screen, people: int = 5) -> list[Window]:
    """So many people in the call of one canvas, the first of them on a screen of a size."""
    size = {"width": screen.width, "height": screen.height}
    colors = ("red", "green", "blue", "red", "green")
    windows = [
        open_window(
            color,
            query=f"name={name}",
            viewport=size,
            has_touch=screen.touch and number == 0,
        )
        for number, (name, color) in enumerate(zip(NAMES[:people], colors, strict=False))
    ]
    faultless(windows[0], screen, "lobby", NAMES)
    for window in windows:
        press(window, '[data-action="join-call"]')
    for window in windows:
        until(
            window.page,
            "count => [...signalingManager.peerConnections.values()]"
            ".filter(pc => pc.connectionState === 'connected').length === count",
            arg=people - 1,
        )
    return windows


def look_at_everything(ada: Window, screen: Screen, theme: str, others: int) -> None:
    """Look at each layout and each panel in a theme."""
    shown_as(ada, screen, theme)
    for layout in LAYOUTS:
        choose(ada, layout)
        moving(ada, others)
        faultless(ada, screen, f"{layout}-{theme}", NAMES)
    choose(ada, "canvas")
    for panel in PANELS:
        press(ada, f'[data-panel="{panel}"]')
        ada.page.locator("#drawer-close:visible").wait_for()
        faultless(ada, screen, f"{panel}-{theme}", NAMES)
        if panel == "chat":
            moving(ada, others)
        ada.page.keyboard.press("Escape")


def with_messages(ada: Window, screen: Screen) -> None:
    """Look whether messages leave the people and the sheets of a small window in sight."""
    page = ada.page
    choose(ada, "strip")
    press(ada, '[data-panel="chat"]')
    page.locator("#drawer-close:visible").wait_for()
    page.evaluate(
        """() => {
          for (const words of ["The first. ".repeat(12), "The second. ".repeat(12)]) {
            const note = document.createElement('div');
            note.className = 'notice test';
            note.append(words);
            document.querySelector('#notices').append(note);
          }
        }"""
    )
    page.locator(".notice.test", has_text="second").wait_for()
    ada.picture(f"messages-{screen.name}")
    for covered in ("#strip", "#panels", "#drawer-close", "#dock"):
        over = page.evaluate(
            """selector => {
              const box = document.querySelector(selector).getBoundingClientRect();
              return [...document.querySelectorAll('.notice')].some(note => {
                const {top, bottom, left, right, width} = note.getBoundingClientRect();
                return width > 0 && top < box.bottom && bottom > box.top
                    && left < box.right && right > box.left;
              });
            }""",
            covered,
        )
        assert not over, covered
    page.evaluate("() => document.querySelectorAll('.notice.test').forEach(one => one.remove())")
    page.keyboard.press("Escape")


def in_forced_colours(ada: Window, screen: Screen) -> None:
    """Look whether who speaks can be told where the system decides the colours, without shadows."""
    page = ada.page
    page.emulate_media(forced_colors="active")
    widths = """selector => [...document.querySelectorAll(selector)].map(node => {
      const width = () => parseFloat(getComputedStyle(node).outlineWidth);
      node.removeAttribute('data-speaking');
      const quiet = width();
      node.setAttribute('data-speaking', '');
      return [quiet, width()];
    })"""
    tiles = page.evaluate(widths, ".tile")
    assert tiles
    assert all(speaking > quiet > 0 for quiet, speaking in tiles), tiles
    ada.picture(f"forced-colours-{screen.name}")
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("screen", [SCREENS[0], SCREENS[2]], ids=lambda screen: screen.name)
def test_everybody_is_seen_and_everything_can_be_pressed(open_window: Open, screen: Screen) -> None:
    """In each layout and with each panel."""
    ada, *others = meeting(open_window, screen, 3)
    look_at_everything(ada, screen, "light", len(others))
    accessible(ada, f"in a call, {screen.name}")
    in_forced_colours(ada, screen)
    if screen.touch:
        with_messages(ada, screen)
    press(ada, '[data-action="leave-call"]')
    ada.wait_clear_of_calls()
    faultless(ada, screen, "left", NAMES)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_meeting_of_five_in_both_themes(open_window: Open, screen: Screen) -> None:
    ada, *others = meeting(open_window, screen)
    for theme in ("light", "dark"):
        look_at_everything(ada, screen, theme, len(others))


def test_who_is_out_of_sight_is_in_the_strip(open_window: Open) -> None:
    ada, bob, eve = meeting(open_window, SCREENS[0], 3)
    strip = ada.page.locator("[data-strip] [data-stream-id]")
    moving(ada, 2)
    assert strip.count() == 0, "on an empty canvas the tiles are whole and visible"
    ada.page.mouse.move(400, 300)
    ada.page.mouse.wheel(0, 4_000)
    for other in (bob, eve):
        ada.page.locator(f'[data-strip] [data-stream-id="peer-{other.peer_id}"]').wait_for()
    moving(ada, 2)
    faultless(ada, SCREENS[0], "out-of-sight", NAMES)
    ada.page.locator("#zoom-fit").click()
    ada.page.locator("[data-strip] [data-stream-id]").first.wait_for(state="detached")
    assert re.fullmatch(r"canvas", ada.page.evaluate("document.body.dataset.layout"))
