"""Shared screens: a second tile beside the camera, for everybody in the call, now and later."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from support.browsers.conditions import until
from support.browsers.window import FLAGS, Open, Window, connect

# The middle of a screen's tile, as shown in a window.
MIDDLE = """stream => {
  const video = document.querySelector(`[data-element-id] video[data-stream-id="${stream}"]`);
  if (!video || video.readyState < 2 || video.videoWidth < 320) return null;
  const pixel = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  pixel.canvas.width = pixel.canvas.height = 1;
  pixel.drawImage(video, 0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


@pytest.fixture(scope="module")
def sharing(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium that shares a made-up screen without asking."""
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or "/usr/bin/chromium",
        args=[*FLAGS, "--use-fake-ui-for-media-stream"],
    )
    yield browser
    browser.close()


@pytest.fixture
def context(sharing: Browser) -> Iterator[BrowserContext]:
    with sharing.new_context() as context:
        yield context


@pytest.fixture
def ada(open_window: Open, context: BrowserContext) -> Window:
    return open_window("green", context=context, query="name=Ada")


@pytest.fixture
def bob(open_window: Open, ada: Window) -> Window:
    bob = open_window("red", query="name=Bob")
    ada.sees(bob)
    return bob


def screen(window: Window, of: Window) -> str:
    return f'[data-element-id][data-stream-id="screen-{of.peer_id}"]'


def shows_screen(window: Window, of: Window) -> None:
    """Wait until a screen moves in its tile, with the sharer's own picture beside for comparison."""
    stream = f"screen-{of.peer_id}"
    until(window.page, f"stream => ({MIDDLE})(stream) !== null", arg=stream)
    moved = """stream => document.querySelector(
        `[data-element-id] video[data-stream-id="${stream}"]`).currentTime > 0.5"""
    until(window.page, moved, arg=stream)
    there, here = of.page.evaluate(MIDDLE, stream), window.page.evaluate(MIDDLE, stream)
    assert max(abs(a - b) for a, b in zip(there, here, strict=True)) < 60


def takes_the_stage(window: Window, of: Window) -> None:
    """Wait until a screen fills the window, in its own proportions, with the people beside it."""
    filled = """selector => {
        const {width, height} = document.querySelector(selector).getBoundingClientRect();
        const video = document.querySelector(`${selector} video`);
        const frame = document.querySelector("#stage").getBoundingClientRect();
        const isWhole = Math.abs(width / height - video.videoWidth / video.videoHeight) < 0.05;
        return isWhole && (width > 0.85 * frame.width || height > 0.65 * frame.height);
    }"""
    until(window.page, filled, arg=screen(window, of))
    for peer_id in (window.peer_id, of.peer_id):
        expect(
            window.page.locator(f'[data-strip] [data-stream-id="peer-{peer_id}"]')
        ).to_be_visible()


def sections(window: Window, other: Window) -> int:
    return window.page.evaluate(
        "id => signalingManager.peerConnections.get(id).getTransceivers().length", other.peer_id
    )


@pytest.mark.rule("LAY4")
def test_a_screen_is_shared_and_shared_again(ada: Window, bob: Window) -> None:
    connect(ada, bob)
    ada.shows(bob)
    ada.press("screen")
    shows_screen(bob, ada)
    tile = bob.page.locator(screen(bob, ada))
    expect(tile).to_contain_text("Ada: screen")
    expect(bob.page.locator("[data-element-id][data-stream-id]")).to_have_count(3)
    takes_the_stage(bob, ada)
    bob.picture("screen-shared")
    bob.page.locator('[data-action="give-back"]').click()
    bob.shows(ada)
    expect(bob.page.locator("[data-strip]")).to_be_hidden()
    expect(bob.tile(ada)).to_be_in_viewport(ratio=0.9)
    own = ada.page.locator(f"{screen(ada, ada)} video")
    assert "mirrored" not in (own.get_attribute("class") or "")
    ada.picture("screen-own")
    before = sections(ada, bob)
    # As the browser's own bar does: the track ends by itself.
    own.evaluate("video => video.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    expect(bob.page.locator(screen(bob, ada))).to_have_count(0)
    expect(ada.page.locator(screen(ada, ada))).to_have_count(0)
    assert ada.state(bob) == bob.state(ada) == "connected"
    ada.press("screen")
    shows_screen(bob, ada)
    assert sections(ada, bob) == before
    ada.press("screen")
    expect(bob.page.locator(screen(bob, ada))).to_have_count(0)
    ada.press("hangup", bob)
    bob.wait_clear()
    ada.wait_clear()


@pytest.mark.nightly
def test_two_screens_and_a_latecomer(
    open_window: Open, context: BrowserContext, ada: Window, bob: Window
) -> None:
    """Who comes later sees what is shared already; a reload ends what the page shared."""
    carol = open_window("green", context=context, query="name=Carol")
    connect(ada, carol)
    ada.press("screen")
    carol.press("screen")
    shows_screen(ada, carol)
    shows_screen(carol, ada)
    connect(ada, bob)
    shows_screen(bob, ada)
    # Carol has no call with Bob: he sees her tile, and that he can join.
    expect(bob.page.locator(screen(bob, carol))).to_contain_text("Carol: screen")
    ada.page.reload()
    ada.wait_connection("open")
    expect(bob.page.locator(screen(bob, ada))).to_have_count(0)
    ada.wait_state(bob, "connected")
    ada.wait_state(carol, "connected")
    shows_screen(ada, carol)
