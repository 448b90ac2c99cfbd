"""CPU of one relayed signal by stage, without sockets and without a second process.

``python bench/hotpath.py`` feeds the protocol of each connection with what a browser would send and
takes what the node writes; everything between the two socket calls is the real thing. Prints
nanoseconds a message, the best of many rounds, so that a busy machine matters little: frames out
of picows alone, JSON read, the hub alone, JSON written, and the whole of it.
"""

import argparse
import asyncio
import cProfile
import gc
import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSTransport, WSUpgradeRequest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from canvas_server.core.effects import ConnectionId, Send  # noqa: E402
from canvas_server.http.longbuffers import LongBuffers  # noqa: E402
from canvas_server.http.turns import ReadTurns  # noqa: E402
from canvas_server.http.upgrade import PicowsProtocol  # noqa: E402
from canvas_server.http.websocket import WebSocketConnection  # noqa: E402
from canvas_server.node.budget import Limits  # noqa: E402
from canvas_server.node.frames import frame_of  # noqa: E402
from canvas_server.node.node import Node  # noqa: E402
from canvas_server.node.outbox import Outboxes  # noqa: E402
from canvas_server.protocol.codec import decode  # noqa: E402
from canvas_server.server.app import spare_pauses  # noqa: E402
from canvas_server.store.memory import MemoryLog  # noqa: E402
from rawclient import text_frame  # noqa: E402
from support.hub.hub import make_hub  # noqa: E402 - helpers of the tests

PAIRS = 50
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CANDIDATE = (
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 "
    "generation 0 ufrag 4ZcD network-cost 10"
)
_DESCRIPTION = (
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:4ZcD\r\n"
    "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlJk\r\na=fingerprint:sha-256 "
    + ":".join(["A1"] * 32)
    + "\r\na=setup:actpass\r\na=sendrecv\r\n"
)
SDP = _DESCRIPTION + "".join(
    f"a=rtpmap:{n} VP8/90000\r\na=rtcp-fb:{n} goog-remb\r\n"
    for n in range(96, 96 + (3000 - len(_DESCRIPTION)) // 46)
)


class Pipe:
    """The transport of a connection: takes what is written, and answers pings at once."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self.protocol: PicowsProtocol | None = None
        self.written = bytearray()
        """What the first writes held, for who joins."""
        self.keeps = True
        self.bytes = 0

    def get_extra_info(self, name: str, default: object = None) -> Any:
        """See `asyncio.BaseTransport`."""
        return {"socket": self._socket, "peername": ("127.0.0.1", 1)}.get(name, default)

    def write(self, data: bytes) -> None:
        """Take what the server says."""
        self.bytes += len(data)
        if self.keeps:
            self.written += data
        elif data[0] == 0x89 and self.protocol is not None:  # a ping: whether all has arrived
            feed(self.protocol, masked(0x8A, data[2:]))

    def get_write_buffer_size(self) -> int:
        """Everything is taken at once."""
        return 0

    def is_closing(self) -> bool:
        """Tell whether it is over."""
        return False

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""

    def abort(self) -> None:
        """End at once."""

    def close(self) -> None:
        """End."""


class Deaf(WSListener):
    """Takes frames and does nothing."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Drop it."""


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a short frame with a mask of zeros."""
    return bytes((opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def feed(protocol: PicowsProtocol, data: bytes) -> None:
    """Let a protocol read bytes, as uvloop does."""
    room = protocol.get_buffer(-1)
    while len(data) > len(room):
        room[:] = data[: len(room)]
        protocol.buffer_updated(len(room))
        data = data[len(room) :]
        room = protocol.get_buffer(-1)
    room[: len(data)] = data
    protocol.buffer_updated(len(data))


class Bench:
    """A node with pairs of peers, each pair in a session of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        outboxes = Outboxes()
        self.hub = make_hub(outboxes)
        self.node = Node(
            self.hub,
            outboxes,
            MemoryLog(self.loop.call_soon),
            self.loop.call_later,
            limits=Limits(10**9, 10**9),  # nobody waits for what was charged
        )
        self._turns, self._buffers = ReadTurns(), LongBuffers()
        self.peers: list[tuple[PicowsProtocol, str]] = []
        """Each beside the one it calls."""

    def _listen(self, request: WSUpgradeRequest, address: str) -> WebSocketConnection:  # noqa: ARG002
        work = self.node.limits.work(self.node.clock())
        return WebSocketConnection(
            self.node, work, self.loop, self._turns, self._buffers, lambda: None, address
        )

    async def join(self) -> None:
        """Have everybody join."""
        for number in range(2 * PAIRS):
            protocol, pipe = self.connect(self._listen)
            message = {"type": "subscribe", "session_id": f"pair-{number // 2}"}
            feed(protocol, text_frame(json.dumps(message).encode()))
            for _ in range(10):  # turns of the loop, in which the session is read
                await asyncio.sleep(0)
            start = pipe.written.index(b'"peer_id":"') + len(b'"peer_id":"')
            self.peers.append((protocol, pipe.written[start : start + 36].decode()))
            pipe.keeps = False
            pipe.protocol = protocol
        await asyncio.sleep(0.1)

    def connect(self, listen: Callable[..., WSListener]) -> tuple[PicowsProtocol, Pipe]:
        """Open a connection."""
        pipe = Pipe()
        protocol = PicowsProtocol(listen, set(), self._buffers)
        protocol.connection_made(pipe)  # type: ignore[arg-type]
        feed(protocol, UPGRADE)
        return protocol, pipe

    def messages(self, mix: str) -> list[tuple[int, list[bytes]]]:
        """Return what is sent by the peers: whose it is, and what they say one after the other."""
        return [
            (number, [json.dumps(m, separators=(",", ":")).encode() for m in said])
            for pair in range(PAIRS)
            for number, said in self._pair(mix, 2 * pair)
        ]

    def _pair(self, mix: str, first: int) -> list[tuple[int, list[dict[str, Any]]]]:
        (_, one), (_, other) = self.peers[first], self.peers[first + 1]

        def candidates(target: str, count: int) -> list[dict[str, Any]]:
            common = {"type": "ice_candidate", "target_peer_id": target}
            rest = {"sdp_mid": "0", "sdp_m_line_index": 0}
            return [{**common, "candidate": CANDIDATE, **rest}] * count

        if mix == "ice":
            return [(first, candidates(other, 8)), (first + 1, candidates(one, 8))]
        session = f"pair-{first // 2}"
        start = {"type": "start_call", "target_peer_id": other, "session_id": session}
        offer = {"type": "offer", "target_peer_id": other, "sdp": SDP}
        answer = {"type": "answer", "target_peer_id": one, "sdp": SDP}
        end = {"type": "end_call", "target_peer_id": other}
        return [
            (first, [start, offer]),
            (first + 1, [answer, *candidates(one, 10)]),
            (first, [*candidates(other, 10), end]),
        ]


def best(act: Callable[[], object], count: int, rounds: int) -> float:
    """Return the nanoseconds that one of `count` things takes, in the best of some rounds."""
    times: list[int] = []
    for _ in range(rounds):
        started = time.thread_time_ns()
        act()
        times.append(time.thread_time_ns() - started)
    return min(times) / count


async def measure(mix: str, together: int, rounds: int) -> dict[str, float]:
    """Measure one mix, with so many frames in each read."""
    bench = Bench()
    await bench.join()
    said = bench.messages(mix)
    payloads = [payload for _, payloads in said for payload in payloads]
    count = len(payloads)
    reads = [
        (number, b"".join(map(text_frame, payloads[at : at + together])))
        for number, payloads in said
        for at in range(0, len(payloads), together)
    ]
    spare_pauses()
    result: dict[str, float] = {}
    deaf = [bench.connect(lambda *_: Deaf())[0] for _ in range(2 * PAIRS)]

    def read(protocols: list[PicowsProtocol]) -> None:
        for number, data in reads:
            feed(protocols[number], data)

    result["picows"] = best(lambda: read(deaf), count, rounds)
    views = [memoryview(payload) for payload in payloads]
    result["JSON read"] = best(lambda: [*map(decode, views)], count, rounds)
    hub, node = bench.hub, bench.node
    connection_of = [ConnectionId(number + 1) for number in range(2 * PAIRS)]
    inputs = [(connection_of[n], decode(payload)) for n, payloads in said for payload in payloads]
    now = node.clock()

    def handle() -> list[Any]:
        return [hub.handle(connection, message, now) for connection, message in inputs]

    result["hub"] = best(handle, count, rounds)
    sent = [e.message for effects in handle() for e in effects if isinstance(e, Send)]
    result["JSON written"] = best(lambda: [*map(frame_of, sent)], count, rounds)
    protocols = [protocol for protocol, _ in bench.peers]
    whole: list[float] = []
    for _ in range(rounds):
        started = time.thread_time_ns()
        for number, data in reads:
            feed(protocols[number], data)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        whole.append((time.thread_time_ns() - started) / count)
    result["the rest"] = min(whole) - sum(result.values())
    result["whole"] = min(whole)
    result["median"] = sorted(whole)[len(whole) // 2]
    gc.unfreeze()
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--profile", metavar="MIX", help="ice or call: where the time goes instead")
    arguments = parser.parse_args()
    runs = [("ice", 1), ("ice", 2), ("ice", 8), ("call", 2)]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if arguments.profile:
            profile = cProfile.Profile()
            profile.enable()
            runner.run(measure(arguments.profile, 2, arguments.rounds))
            profile.disable()
            profile.print_stats("tottime")
            return
        rows = [(mix, n, runner.run(measure(mix, n, arguments.rounds))) for mix, n in runs]
    names = list(rows[0][2])
    print("ns a message | " + " | ".join(names))
    for mix, together, times in rows:
        numbers = " | ".join(f"{times[name]:,.0f}" for name in names)
        print(f"{mix}, {together} a read | {numbers}")


if __name__ == "__main__":
    main()
