"""The call of the canvas: a mesh that grows and shrinks."""

import pytest

from support.browsers.window import Open, Window, all_see_all, call_everyone, join

pytestmark = pytest.mark.rule("SIG10", "JON1")

COLORS = ("red", "green", "blue")


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
    call_everyone(ada)
    for window in (bob, eve):
        window.press("accept")
    all_see_all([ada, bob, eve])
    late = open_window("red", query="name=Late")
    late.page.get_by_text("are in the call").wait_for()
    late.picture("group-latecomer")
    join(late)
    all_see_all([ada, bob, eve, late])
    ada.picture("group-of-four")
    ada.press("leave-call")
    ada.wait_clear_of_calls()
    for window in (bob, eve, late):
        window.wait_state(ada, "idle", "ended")
    all_see_all([bob, eve, late])
    join(ada)
    all_see_all([ada, bob, eve, late])


@pytest.mark.nightly
def test_who_declines_is_left_alone_and_can_join_later(open_window: Open) -> None:
    ada, bob, eve = people(open_window, 3)
    call_everyone(ada)
    eve.press("decline")
    bob.press("accept")
    all_see_all([ada, bob])
    assert eve.page.evaluate("signalingManager.peerConnections.size") == 0
    join(eve)
    all_see_all([ada, bob, eve])


@pytest.mark.nightly
def test_a_reload_comes_back_into_the_call(open_window: Open) -> None:
    ada, bob, eve = people(open_window, 3)
    call_everyone(ada)
    bob.press("accept")
    eve.press("accept")
    all_see_all([ada, bob, eve])
    bob.page.reload()
    bob.wait_connection("open")
    all_see_all([ada, bob, eve])
