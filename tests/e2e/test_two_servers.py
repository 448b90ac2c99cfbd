"""Two windows at two servers of different people, which share a session over the real x0xd."""

import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.browsers.conditions import until
from support.browsers.watch import call, picture_moves
from support.browsers.window import Open, Window, all_see_all, connect, join, place
from support.servers.sites import FederatedServer, two_sites

CALLS = 12
CALL_TIME = """id => new Promise(resolve => {
  const started = performance.now();
  signalingManager.on('state', change => {
    if (change.peerId === id && change.state === 'connected') resolve(performance.now() - started);
  });
  signalingManager.startCall(id);
})"""


@pytest.fixture(params=[pytest.param("double", marks=pytest.mark.nightly), "x0xd"])
def sites(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[FederatedServer, FederatedServer]]:
    with two_sites(tmp_path, request.param) as sites:
        yield sites


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[FederatedServer, FederatedServer]]:
    with two_sites(tmp_path, "x0xd") as sites:
        yield sites


def windows(
    open_window: Open, sites: tuple[FederatedServer, FederatedServer], query: str = ""
) -> tuple[Window, Window]:
    ada = open_window("red", "team", f"name=Ada{query}", at=sites[0].server)
    bob = open_window("green", "team", f"name=Bob{query}", at=sites[1].server)
    ada.sees(bob)
    bob.sees(ada)
    return ada, bob


def test_call_see_each_other_move_a_tile_hang_up(
    open_window: Open, sites: tuple[FederatedServer, FederatedServer]
) -> None:
    ada, bob = windows(open_window, sites)
    assert "at South" in ada.entry(bob).inner_text()
    assert "at North" in bob.entry(ada).inner_text()
    connect(ada, bob)
    for window, other in ((ada, bob), (bob, ada)):
        window.shows(other)
        window.shows(window)
        assert window.page.locator("[data-element-id][data-stream-id]").count() == 2
    assert "Bob · South" in ada.tile(bob).inner_text()
    assert place(ada, bob) == pytest.approx(place(bob, bob), abs=2)  # bars differ in height
    ada.picture("two-servers-ada")
    before = place(ada, bob)
    ada.tile(bob).click(position={"x": 40, "y": 40})
    for _ in range(5):
        ada.page.keyboard.press("Shift+ArrowDown")
    until(
        bob.page,
        """([stream, y]) => document.querySelector(
            `[data-element-id][data-stream-id="${stream}"]`).getBoundingClientRect().y > y + 20""",
        arg=[f"peer-{bob.peer_id}", before["y"]],
    )
    bob.press("hangup", ada)
    for window in (ada, bob):
        window.wait_clear()
    assert "at South" in ada.entry(bob).inner_text()


@pytest.mark.nightly
def test_a_call_outlives_the_daemon(
    open_window: Open, real: tuple[FederatedServer, FederatedServer]
) -> None:
    """Killed and started again: the others are reconnecting meanwhile, the picture moves on."""
    ada, bob = windows(open_window, real)
    watches = call(ada, bob)
    real[1].daemon.kill()
    ada.wait_entry(bob, "away")
    bob.wait_entry(ada, "away")
    for watch in watches:
        picture_moves(watch.window, watch.peer_id)
    real[1].daemon.start()
    ada.wait_entry(bob, "connected")
    bob.wait_entry(ada, "connected")
    for watch in watches:
        watch.untouched()
    bob.press("hangup", ada)
    ada.wait_clear()
    bob.wait_clear()


@pytest.mark.nightly
def test_everybody_of_both_servers_is_in_one_call(
    open_window: Open, real: tuple[FederatedServer, FederatedServer]
) -> None:
    """And one of them reloads the page."""
    ada, bob = windows(open_window, real)
    cem = open_window("blue", "team", "name=Cem", at=real[1].server)
    for window, other in ((ada, cem), (cem, ada), (cem, bob), (bob, cem)):
        window.sees(other)
    for window in (ada, bob, cem):
        join(window)
    all_see_all([ada, bob, cem])
    bob.page.reload()
    bob.wait_connection("open")
    all_see_all([ada, bob, cem])
    ada.press("leave-call")
    ada.wait_clear_of_calls()
    all_see_all([bob, cem])


@pytest.mark.nightly
def test_calls_are_set_up_soon(
    open_window: Open, real: tuple[FederatedServer, FederatedServer]
) -> None:
    """Measured, not judged: the figure of the documentation comes from here."""
    ada, bob = windows(open_window, real, "&auto=1")
    times: list[float] = []
    for _ in range(CALLS):
        times.append(ada.page.evaluate(CALL_TIME, bob.peer_id))
        ada.press("hangup", bob)
        ada.wait_clear()
        bob.wait_clear()
    print(
        f"call set-up across two servers: median {statistics.median(times):.0f} ms, "
        f"most {max(times):.0f} ms"
    )
    assert len(times) == CALLS
