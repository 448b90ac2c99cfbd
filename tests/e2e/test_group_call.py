"""Everybody in one call: a mesh that grows and shrinks (SIG10)."""

import time

import pytest

from windows import OUTPUT, Open, Window

COLORS = ("red", "green", "blue")


def join(window: Window) -> None:
    """Press the button that starts or joins the call of everybody."""
    window.page.locator('[data-action="group"]:visible').click()


def all_see_all(windows: list[Window]) -> None:
    """Wait until everybody is connected with everybody and sees their picture."""
    for window in windows:
        for other in windows:
            if other is not window:
                window.wait_state(other, "connected")
                window.shows(other)
    for window in windows:
        assert window.page.evaluate("signalingManager.peerConnections.size") == len(windows) - 1


def people(open_window: Open, count: int) -> list[Window]:
    """Windows that all see each other in the list."""
    windows = [open_window(COLORS[n % 3], query=f"name=P{n}") for n in range(count)]
    for window in windows:
        for other in windows:
            if other is not window:
                window.sees(other)
    return windows


def test_everybody_joins_one_call_latecomers_too_and_one_leaves(open_window: Open) -> None:
    ada, bob, eve = people(open_window, 3)
    join(ada)
    for window in (bob, eve):
        window.press("accept")
    all_see_all([ada, bob, eve])
    late = open_window("red", query="name=Late")
    late.page.get_by_text("in the call of everybody").wait_for()
    late.picture("group-latecomer")
    join(late)
    all_see_all([ada, bob, eve, late])
    ada.picture("group-of-four")
    ada.press("leave")
    ada.wait_clear_of_calls()
    for window in (bob, eve, late):
        window.wait_state(ada, "idle", "ended")
    all_see_all([bob, eve, late])
    join(ada)
    all_see_all([ada, bob, eve, late])


def test_who_declines_is_left_alone_and_can_join_later(open_window: Open) -> None:
    ada, bob, eve = people(open_window, 3)
    join(ada)
    eve.press("decline")
    bob.press("accept")
    all_see_all([ada, bob])
    assert eve.page.evaluate("signalingManager.peerConnections.size") == 0
    join(eve)
    all_see_all([ada, bob, eve])


def test_a_reload_comes_back_into_the_call_of_everybody(open_window: Open) -> None:
    ada, bob, eve = people(open_window, 3)
    join(ada)
    bob.press("accept")
    eve.press("accept")
    all_see_all([ada, bob, eve])
    bob.page.reload()
    bob.wait_connection("open")
    all_see_all([ada, bob, eve])


@pytest.mark.parametrize("count", [8])
def test_eight_people_in_one_call(open_window: Open, count: int) -> None:
    """56 streams. The page says what that costs; how long it took is kept as test output."""
    windows = people(open_window, count)
    for window in windows[1:]:
        window.page.evaluate("signalingManager.autoAccept = true")
    started = time.monotonic()
    join(windows[0])
    for window in windows:
        window.page.wait_for_function(
            """count => [...signalingManager.peerConnections.values()]
                .filter(pc => pc.connectionState === 'connected').length === count - 1
                && [...document.querySelectorAll('[data-element-id] video')]
                    .filter(video => video.videoWidth > 16 && video.readyState >= 2).length === count""",
            arg=count,
            timeout=60_000,
        )
    seconds = time.monotonic() - started
    rates = [
        window.page.evaluate(
            """async () => {
                const [pc] = signalingManager.peerConnections.values();
                const frames = async () => [...(await pc.getStats()).values()]
                    .filter(r => r.type === 'inbound-rtp' && r.kind === 'video')
                    .reduce((sum, r) => sum + r.framesDecoded, 0);
                const before = await frames(), at = performance.now();
                await new Promise(done => setTimeout(done, 3000));
                return (await frames() - before) * 1000 / (performance.now() - at);
            }"""
        )
        for window in windows[:2]
    ]
    windows[0].page.get_by_text("Pictures are sent smaller").wait_for()
    windows[0].picture("group-of-eight")
    print(f"{count} people, {count * (count - 1)} streams in {seconds:.1f} s, {rates} frames/s")
    OUTPUT.mkdir(exist_ok=True)
    (OUTPUT / "group.json").write_text(f'{{"people": {count}, "seconds": {seconds:.2f}}}')
