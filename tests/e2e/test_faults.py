"""What breaks in the middle of a call, and the call that goes on."""

import contextlib
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from support.browsers.conditions import until
from support.browsers.watch import call, excuse_sockets, keep_result, patience, picture_moves
from support.browsers.window import COLORS, FLAGS, Open, Window, write_picture
from support.networks.proxy import Proxy
from support.servers.server import RawSocket, Server, eventually, running

CUTS = 20


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """The way of one window to the server."""
    with Proxy(server.port) as proxy:
        yield proxy


def meet(open_window: Open, proxy: Proxy, query: str = "name=Bob") -> tuple[Window, Window]:
    """Two windows; the first one reaches the server through the proxy."""
    ada, bob = open_window("red", query="name=Ada", at=proxy), open_window("green", query=query)
    ada.sees(bob)
    bob.sees(ada)
    return ada, bob


def take_away(window: Window, proxy: Proxy, how: str = "cut") -> None:
    """Break a window's socket and let it find no way back."""
    proxy.refuse()
    getattr(proxy, how)()
    window.wait_connection("resuming")


def bring_back(window: Window, proxy: Proxy) -> None:
    """Let a window come back at once."""
    proxy.accept()
    window.wake()
    window.wait_connection("open")


def break_and_return(window: Window, proxy: Proxy, how: str) -> None:
    """Break a window's socket and wait until it has begun a new one."""
    before = proxy.accepted
    getattr(proxy, how)()

    def returns() -> bool:
        window.wake()
        return proxy.accepted > before

    eventually(returns, "the page connects again")


@pytest.mark.rule("RES1", "RES2")
@pytest.mark.parametrize("how", ["cut", pytest.param("reset", marks=pytest.mark.nightly)])
def test_a_broken_socket_touches_no_call(open_window: Open, proxy: Proxy, how: str) -> None:
    """The others see a peer that is away and then back, never gone."""
    ada, bob = meet(open_window, proxy)
    watches = call(ada, bob)
    ids = ada.peer_id, bob.peer_id
    take_away(ada, proxy, how)
    bob.wait_entry(ada, "away")
    for watch in watches:
        picture_moves(watch.window, watch.peer_id)
    bob.picture(f"away-{how}")
    bring_back(ada, proxy)
    bob.wait_entry(ada, "connected")
    for watch in watches:
        watch.untouched()
        assert watch.stayed_in_list
    assert (ada.peer_id, bob.peer_id) == ids
    assert ada.tile(bob).count() == bob.tile(ada).count() == 1
    excuse_sockets(ada)


@pytest.mark.nightly
@pytest.mark.rule("RES1")
def test_a_socket_that_breaks_again_and_again_loses_nothing(
    open_window: Open, server: Server, proxy: Proxy
) -> None:
    """What is sent to a page arrives once and in order, wherever its socket was cut."""
    ada = open_window("red", session="numbers", query="name=Ada", at=proxy)
    ada.page.evaluate(
        """() => {
            window.seen = [];
            signalingManager.handleIceCandidate = (_, {candidate}) => seen.push(Number(candidate));
        }"""
    )
    target, stop, sent = ada.peer_id, threading.Event(), 0

    def send() -> None:
        nonlocal sent
        with RawSocket(server) as wire:
            wire.join("numbers", display_name="Counter")
            while not stop.is_set():
                for _ in range(20):
                    wire.send(
                        {"type": "ice_candidate", "target_peer_id": target, "candidate": str(sent)}
                    )
                    sent += 1
                wire.fence()
                stop.wait(0.005)
            ada_is_done.wait(30)

    ada_is_done = threading.Event()
    sender = threading.Thread(target=send)
    sender.start()
    try:
        chance = random.Random(1)
        for number in range(CUTS):
            ada.page.wait_for_timeout(chance.uniform(0, 200))
            break_and_return(ada, proxy, "reset" if number % 3 == 0 else "cut")
        stop.set()
        ada.wait_connection("open")
        eventually(lambda: ada.page.evaluate("seen.length") >= sent, "everything has arrived")
    finally:
        stop.set()
        ada_is_done.set()
        sender.join(30)
    assert ada.page.evaluate("seen") == list(range(sent))
    assert ada.peer_id == target
    print(f"{sent} messages over {CUTS} cuts")
    excuse_sockets(ada)


@pytest.mark.nightly
def test_calls_begin_and_end_around_cuts(open_window: Open, proxy: Proxy) -> None:
    ada, bob = meet(open_window, proxy, "name=Bob&auto=1")
    chance = random.Random(2)
    for number in range(8):
        how = ("cut", "reset")[number % 2]
        ada.press("call", bob)
        ada.page.wait_for_timeout(chance.uniform(0, 150))
        break_and_return(ada, proxy, how)
        picture_moves(ada, bob)
        picture_moves(bob, ada)
        caller = (ada, bob)[number // 2 % 2]
        caller.press("hangup", bob if caller is ada else ada)
        break_and_return(ada, proxy, how)
        for window in (ada, bob):
            window.wait_clear()
        ada.wait_connection("open")
        bob.entry(ada).locator('[data-action="call"]').wait_for()
    excuse_sockets(ada)


@pytest.mark.nightly
def test_a_half_dead_connection_is_noticed_and_replaced(
    open_window: Open, server: Server, proxy: Proxy
) -> None:
    """The page asks when it is woken, does not wait long, and takes its place over."""
    ada, bob = meet(open_window, proxy)
    watches = call(ada, bob)
    server_says = server.metric("canvas_connections")
    taken_over = server.metric("canvas_closed_total")
    proxy.stall(new=False)
    started = time.time()
    ada.wake()
    watches[0].returned()
    seconds = time.time() - started
    keep_result("half-dead connection replaced", seconds)
    assert seconds < patience(5)
    eventually(lambda: server.metric("canvas_closed_total") == taken_over + 1, "the old is closed")
    assert server.metric("canvas_connections") == server_says
    for watch in watches:
        watch.untouched()
    ada.press("hangup", bob)
    bob.wait_clear()
    excuse_sockets(ada)


UFRAG = """id => signalingManager.peerConnections.get(id)
    .currentRemoteDescription.sdp.match(/a=ice-ufrag:(.*)/)[1]"""


@pytest.mark.nightly
@pytest.mark.parametrize("change", ["restartIce()", "addTransceiver('audio')"])
def test_what_is_offered_to_a_peer_that_is_away_waits_for_it(
    open_window: Open, proxy: Proxy, change: str
) -> None:
    ada, bob = meet(open_window, proxy)
    watches = call(ada, bob)
    before = bob.page.evaluate(UFRAG, ada.peer_id)
    take_away(ada, proxy)
    bob.wait_entry(ada, "away")
    connection = f"signalingManager.peerConnections.get('{ada.peer_id}')"
    bob.page.evaluate(f"() => {{ {connection}.{change}; }}")
    until(bob.page, f"{connection}.signalingState === 'have-local-offer'")
    bring_back(ada, proxy)
    until(bob.page, f"{connection}.signalingState === 'stable'")
    if change.startswith("restart"):
        assert bob.page.evaluate(UFRAG, ada.peer_id) != before
    else:
        sections = ada.page.evaluate(
            "id => signalingManager.peerConnections.get(id).getTransceivers().length", bob.peer_id
        )
        assert sections == 3
    for watch in watches:
        watch.untouched()
    excuse_sockets(ada)


@pytest.mark.nightly
def test_hanging_up_while_away_reaches_the_other_later(open_window: Open, proxy: Proxy) -> None:
    ada, bob = meet(open_window, proxy)
    call(ada, bob)
    take_away(ada, proxy)
    bob.wait_entry(ada, "away")
    ada.press("hangup", bob)
    ada.wait_state(bob, "ended")
    assert ada.page.evaluate("signalingManager.peerConnections.size") == 0
    assert bob.state(ada) != "ended"
    bring_back(ada, proxy)
    ada.wait_clear()
    bob.wait_clear()
    assert (ada.state(bob), bob.state(ada)) == ("ended", "ended")
    excuse_sockets(ada)
    again = call(bob, ada)
    for watch in again:
        watch.untouched()


@pytest.mark.parametrize("how", [pytest.param("SIGTERM", marks=pytest.mark.nightly), "SIGKILL"])
def test_a_call_outlives_the_server(open_window: Open, tmp_path: Path, how: str) -> None:
    """The new server finds the same peers under the same ids, and passes on what they offer."""
    with running(tmp_path) as first:
        ada = open_window("red", query="name=Ada", at=first)
        bob = open_window("green", query="name=Bob", at=first)
        watches = call(ada, bob)
        ids = ada.peer_id, bob.peer_id
        first.process.send_signal(signal.Signals[how])
        first.process.wait(10)
    for watch in watches:
        watch.window.wait_connection("resuming")
    picture_moves(ada, bob)
    with running(tmp_path, "--port", str(first.port)) as second:
        started = time.time()
        for watch in watches:
            watch.returned()
        for window, other in ((ada, bob), (bob, ada)):
            window.wait_entry(other, "connected")
            window.tile(other).wait_for()
        seconds = time.time() - started
        keep_result(f"peers back after {how} of the server", seconds)
        assert seconds < patience(3)
        assert (ada.peer_id, bob.peer_id) == ids
        for watch in watches:
            watch.untouched()
        before = ada.page.evaluate(UFRAG, bob.peer_id)
        ada.page.evaluate(
            "id => { signalingManager.peerConnections.get(id).restartIce(); }", bob.peer_id
        )
        until(ada.page, f"([id, old]) => ({UFRAG})(id) !== old", arg=[bob.peer_id, before])
        for watch in watches:
            watch.untouched()
        assert second.metric("canvas_peers") == 2
        bob.press("hangup", ada)
        ada.wait_clear()
        bob.wait_clear()
        excuse_sockets(ada, bob)
        for window in (ada, bob):
            window.page.close()


@pytest.mark.parametrize("who", ["caller", pytest.param("callee", marks=pytest.mark.nightly)])
def test_a_reloaded_page_takes_its_call_up_again(open_window: Open, who: str) -> None:
    """Nobody clicks."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob")
    watches = call(ada, bob) if who == "callee" else tuple(reversed(call(bob, ada)))
    peer_id = bob.peer_id
    started = time.time()
    bob.page.reload()
    loaded = time.time()
    bob.wait_connection("open")
    assert bob.peer_id == peer_id
    bob.wait_state(ada, "connected")
    ada.wait_state(bob, "connected")
    seconds = time.time() - loaded
    picture_moves(ada, bob)
    picture_moves(bob, ada)
    keep_result(f"picture again after the {who} reloaded", time.time() - started)
    assert seconds < patience(3)
    assert not watches[0].same_connection
    assert "ended" not in watches[0].states
    bob.shows(ada)
    ada.shows(bob)
    assert ada.tile(bob).count() == bob.tile(ada).count() == 1


def test_a_closed_window_ends_its_call(open_window: Open) -> None:
    """It could have been a reload, for 5 s."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob")
    call(ada, bob)
    left = bob.peer_id
    started = time.time()
    bob.page.close()
    wait_gone = ada.page.locator(f'[data-peer-id="{left}"]')
    wait_gone.wait_for(state="detached")
    seconds = time.time() - started
    ada.wait_clear()
    keep_result("window closed, gone for the others", seconds)
    assert 4 < seconds < patience(8)


@pytest.mark.nightly
def test_a_duplicated_tab_is_a_peer_of_its_own(open_window: Open) -> None:
    """Browsers copy the session storage, and with it the proof of who the page is."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob")
    watches = call(ada, bob)
    with bob.page.expect_popup() as popup:
        bob.page.evaluate("() => { window.open(location.href); }")
    twin = Window(popup.value, "green")
    twin.wait_connection("open")
    assert twin.peer_id != bob.peer_id
    ada.sees(twin)
    bob.sees(twin)
    assert bob.page.locator('[data-connection="open"]').count() == 1
    for watch in watches:
        watch.untouched()
    left = twin.peer_id
    twin.page.close()
    ada.entry(left).wait_for(state="detached")
    for watch in watches:
        watch.untouched()


# --- a computer that sleeps ----------------------------------------------------------------------


class Computer:
    """A browser of its own whose every process can be stopped, as a sleeping computer stops it."""

    def __init__(self, playwright: Playwright, folder: Path, color: str) -> None:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        start, pid = folder / "chromium", folder / "pid"
        start.write_text(f'#!/bin/sh\necho $$ >"{pid}"\nexec {chromium} "$@"\n')
        start.chmod(0o755)
        write_picture(folder / "picture.y4m", COLORS[color])
        self.browser = playwright.chromium.launch(
            executable_path=start,
            args=[*FLAGS, f"--use-file-for-fake-video-capture={folder / 'picture.y4m'}"],
        )
        self._pid = int(pid.read_text())
        self._stopped: list[int] = []

    def context(self, origin: str) -> BrowserContext:
        """A context whose camera may be used."""
        context = self.browser.new_context()
        context.grant_permissions(["camera", "microphone"], origin=origin)
        return context

    def sleep(self) -> None:
        """Stop every process, also those that begin meanwhile."""
        while True:
            rest = [pid for pid in _family(self._pid) if pid not in self._stopped]
            if not rest:
                return
            for pid in rest:
                self._stopped.append(pid)
                _send(pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Let them go on."""
        for pid in self._stopped:
            _send(pid, signal.SIGCONT)
        self._stopped = []


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _family(ancestor: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            after_name = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(after_name[1])
    family = [ancestor]
    for pid in family:
        family += [child for child, parent in parents.items() if parent == pid]
    return family


@pytest.fixture
def computer(playwright: Playwright, tmp_path: Path) -> Iterator[Computer]:
    """A computer that can sleep."""
    computer = Computer(playwright, tmp_path, "green")
    yield computer
    computer.wake()
    computer.browser.close()


@pytest.mark.nightly
def test_a_call_outlives_a_sleeping_computer(
    open_window: Open, server: Server, computer: Computer
) -> None:
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob", context=computer.context(server.url))
    watches = call(ada, bob)
    computer.sleep()
    time.sleep(12)
    computer.wake()
    started = time.time()
    keep_result(
        "call after 12 s of sleep",
        max(watch.steady(started, min(80, patience(30))) for watch in watches),
    )
    for watch in watches:
        print(f"sleep: {watch.states}")
        assert "ended" not in watch.states
    bob.wait_connection("open")
    ada.wait_entry(bob, "connected")
    excuse_sockets(ada, bob)
