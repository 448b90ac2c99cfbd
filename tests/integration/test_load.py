"""Peers that lag, flood, vanish or come in thousands: memory stays bounded and comes back."""

import asyncio
import contextlib
import json
import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from support.servers.server import (
    CLOSE,
    RawSocket,
    RawSocketClosed,
    Server,
    eventually,
    frame,
    running,
)

SDP = "v=0\r\n" + "x" * 3000


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of one test, so that its memory is not that of others."""
    with running(tmp_path) as server:
        yield server


def push(wire: RawSocket, data: bytes, seconds: float) -> int:
    """Write as much as the server takes within a time; return the bytes."""
    wire.socket.setblocking(False)
    deadline, sent = time.monotonic() + seconds, 0
    while sent < len(data) and time.monotonic() < deadline:
        if select.select([], [wire.socket], [], 0.1)[1]:
            with contextlib.suppress(BlockingIOError):
                sent += wire.socket.send(data[sent : sent + 262144])
    wire.socket.setblocking(True)
    return sent


@pytest.mark.rule("OUT1")
def test_a_peer_that_never_reads_is_closed_and_costs_a_bounded_amount(own: Server) -> None:
    """40,000 offers of 3 KB, 120 MB in all, to somebody who does not read."""
    with RawSocket(own) as sender, RawSocket(own) as sleeper, RawSocket(own) as third:
        sender.join("lag")
        target = sleeper.join("lag")
        third.join("lag")
        before = own.memory_kib()
        offer = json.dumps({"type": "offer", "target_peer_id": target, "sdp": SDP}).encode()
        flood = frame(offer) * 1000
        peak = before
        for _ in range(40):
            assert push(sender, flood, 20) == len(flood)
            peak = max(peak, own.memory_kib())
            # The errors told to the sender once the sleeper is gone must be read, as a peer does.
            while select.select([sender.socket], [], [], 0)[0]:
                assert sender.socket.recv(262144)
        assert third.until("peer_updated")["peer"]["connected"] is False
        assert peak - before < 24 * 1024, f"{peak - before} KiB for one slow reader"
        assert own.metric("canvas_closed_total") == 1
        assert sleeper.close_code() in (4000, None)
        assert third.fence() == [], "its place is kept"


@pytest.mark.rule("OUT1")
def test_cursors_are_dropped_before_a_slow_reader_is_given_up(tmp_path: Path) -> None:
    """A cursor storm alone never closes anybody, and what is no cursor arrives."""
    unthrottled = {"WS_RATE_LIMIT_SUSTAINED": "1000000"}
    with (
        running(tmp_path, env=unthrottled) as own,
        RawSocket(own) as mover,
        RawSocket(own) as sleeper,
    ):
        mover.join("storm")
        sleeper.join("storm")
        cursor = frame(b'{"type":"cursor","x":1.23456789,"y":9.87654321}')
        count = 200_000  # about 20 MB as they are relayed
        push(mover, cursor * count, 30)
        mover.send({"type": "media_state", "audio": True, "video": True, "screen": False})
        mover.fence()
        cursors = 0
        while (message := sleeper.receive())["type"] != "media_state":
            cursors += message["type"] == "peer_cursor"
        assert 0 < cursors < count, "some were dropped, and only they"
        assert own.metric("canvas_closed_total") == 0


@pytest.mark.rule("OUT2")
def test_a_sender_that_is_too_fast_is_slowed_and_loses_nothing(tmp_path: Path) -> None:
    slow = {"WS_RATE_LIMIT_BURST": "100", "WS_RATE_LIMIT_SUSTAINED": "2000"}
    with running(tmp_path, env=slow) as server, RawSocket(server) as a, RawSocket(server) as b:
        a.join("fast")
        target = b.join("fast")
        count = 2000
        candidates = b"".join(
            frame(
                json.dumps(
                    {"type": "ice_candidate", "target_peer_id": target, "candidate": str(n)}
                ).encode()
            )
            for n in range(count)
        )
        a.socket.sendall(candidates)
        got = [b.until("relay_ice_candidate")["candidate"] for _ in range(count)]
        assert got == [str(n) for n in range(count)]
        assert server.metric("canvas_held_back_total") >= 1
        assert server.metric("canvas_messages_refused_total") == 0
        a.send({"type": "ping"})
        assert a.until("pong")


def test_who_closes_without_reading_keeps_no_socket(own: Server) -> None:
    def sockets() -> int:
        return len(list(Path(f"/proc/{own.pid}/fd").iterdir()))

    with RawSocket(own) as sender:
        sender.join("rude")
        before = sockets()
        with RawSocket(own) as rude:
            target = rude.join("rude")
            offer = frame(
                json.dumps({"type": "offer", "target_peer_id": target, "sdp": SDP}).encode()
            )
            assert push(sender, offer * 1500, 20) == len(offer) * 1500
            sender.fence()
            assert sockets() == before + 1
            rude.send((1000).to_bytes(2), CLOSE)
            eventually(lambda: sockets() == before, "the socket is given up", seconds=6)


@pytest.mark.nightly
def test_pings_without_reading_do_not_fill_the_memory(own: Server) -> None:
    with RawSocket(own) as wire:
        wire.join("s")
        before = own.memory_kib()
        push(wire, frame(b"x" * 125, 9) * 200_000, 10)
        assert own.memory_kib() - before < 16 * 1024
    with RawSocket(own) as wire:
        assert wire.receive()["type"] == "welcome"


class _Peer(WSListener):
    """Subscribes, then vanishes."""

    opened = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, b'{"type":"subscribe","session_id":"crowd"}')

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if b'"peer_assigned"' in frame.get_payload_as_bytes():
            _Peer.opened += 1
            transport.underlying_transport.abort()


async def _come_and_go(url: str, count: int, at_once: int) -> None:
    limit = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with limit:
            transport, _ = await ws_connect(_Peer, url)
            await transport.wait_disconnected()

    await asyncio.gather(*(one() for _ in range(count)))


@pytest.mark.nightly
def test_ten_thousand_vanish_and_memory_comes_back(tmp_path: Path) -> None:
    """Their places are kept for a second each, in a session that is full all the time."""
    with running(tmp_path, "--resume-seconds", "1") as own:
        url = own.url.replace("http", "ws") + "/ws"
        asyncio.run(_come_and_go(url, 2000, 20))  # warm: allocator pools and caches are filled
        eventually(lambda: own.metric("canvas_peers") == 0, "all are gone")
        before = own.memory_kib()
        _Peer.opened = 0
        asyncio.run(_come_and_go(url, 10_000, 20))
        assert _Peer.opened == 10_000
        eventually(lambda: own.metric("canvas_peers") == 0, "all are gone")
        assert own.metric("canvas_connections") == own.metric("canvas_sessions") == 0
        assert own.memory_kib() - before < 4 * 1024


@pytest.mark.rule("OUT3")
def test_a_silent_connection_is_pinged_and_then_given_up(own: Server) -> None:
    """Half-open TCP is found within 25 s."""
    with RawSocket(own) as silent, RawSocket(own) as witness:
        silent.join("half")
        witness.join("half")
        started = time.monotonic()
        silent.socket.setblocking(True)
        away = witness.until("peer_updated")["peer"]
        assert away["connected"] is False
        assert time.monotonic() - started < 25
        assert silent.close_code() == 4001


def test_stopping_tells_the_peers_and_ends_with_0(own: Server) -> None:
    """SIGTERM: 1012 to everybody, nobody hears that others left, exit code 0 within 5 s."""
    with RawSocket(own) as a, RawSocket(own) as b, RawSocket(own) as deaf:
        for wire in (a, b, deaf):
            wire.join("stop")
        for wire in (a, b):
            wire.fence()
        started = time.monotonic()
        own.process.terminate()
        for wire in (a, b):
            with pytest.raises(RawSocketClosed) as closed:
                wire.receive()  # the very next thing is the close
            assert closed.value.code == 1012
            wire.send((1012).to_bytes(2), CLOSE)
        assert own.process.wait(5) == 0
        assert time.monotonic() - started < 5
        assert own.stderr() == ""
