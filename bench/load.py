"""The load generator: peers that signal each other and check every message they get.

A message counts when it came once, in order, from the right peer and with the payload it was sent
with; anything else is a fault and makes the run fail. It runs in a process of its own (`run.py`
starts it) and prints one JSON line.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,  # pyright: ignore[reportUnknownVariableType]
)

from contenders import cores, cpu_seconds, join_token, memory_kib

CANDIDATE = (
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 "
    "generation 0 ufrag 4ZcD network-cost 10 sequence "
)
SDP = "v=0\r\n" + "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\n" * 66
CANDIDATES_PER_SIDE = 10
WARM_SECONDS = 1.0


class Heard(msgspec.Struct):
    """What the generator reads of any message."""

    type: str
    from_peer_id: str = ""
    peer_id: str = ""
    candidate: str = ""
    sdp: str = ""
    message_id: str = ""
    result: dict[str, Any] | None = None
    element: dict[str, Any] | None = None


decode = msgspec.json.Decoder(Heard).decode
encode = msgspec.json.Encoder().encode


class Tally:
    """What was counted in the measured window, and what went wrong at any time."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        """Of a server that asks for tokens."""
        self.open = False
        self.stopping = False
        self.received = 0
        self.calls = 0
        self.faults: list[str] = []
        self.outstanding = 0
        self.latencies: list[float] = []

    def fault(self, text: str) -> None:
        """Note what must not happen."""
        if len(self.faults) < 20:
            self.faults.append(text[:200])


class Peer(WSListener):
    """One peer. `hear` is called with each relayed message."""

    def __init__(self, session_id: str, tally: Tally, token: dict[str, str]) -> None:
        super().__init__()
        self.session_id = session_id
        self.token = token
        self.tally = tally
        self.peer_id = ""
        self.partner = ""
        self.sent = 0
        self.expected = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hear: Callable[[Heard], None] = lambda _: None
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Join; the answer to the ping tells that everything before it has been handled."""
        self.transport = transport
        self.say({"type": "subscribe", "session_id": self.session_id, **self.token})
        self.say({"type": "ping"})

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a message."""
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
            return
        message = decode(frame.get_payload_as_memoryview())
        match message.type:
            case "peer_assigned":
                self.peer_id = message.peer_id
            case "pong":
                if not self.joined.done():
                    self.joined.set_result(None)
            case "error":
                self.tally.fault(f"refused: {frame.get_payload_as_bytes()!r}")
            case _:
                self.hear(message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """Nobody is disconnected while it is measured."""
        if not self.tally.stopping:
            self.tally.fault("disconnected")

    def say(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, encode(message))

    def signal(self, kind: str, **fields: Any) -> None:
        """Send a signal to the partner; it must come back out there."""
        self.tally.outstanding += 1
        self.say({"type": kind, "target_peer_id": self.partner, **fields})

    def candidate(self) -> None:
        """Send the next candidate."""
        text = f"{CANDIDATE}{self.sent}"
        self.sent += 1
        self.signal("ice_candidate", candidate=text, sdp_mid="0", sdp_m_line_index=0)

    def check(self, message: Heard, payload: str, wanted: str) -> None:
        """Count a relayed message, or say what is wrong with it."""
        tally = self.tally
        tally.outstanding -= 1
        tally.received += tally.open
        if message.from_peer_id != self.partner:
            tally.fault(f"{message.type} from {message.from_peer_id}, not {self.partner}")
        if payload != wanted:
            tally.fault(f"{message.type} came as {payload[-40:]!r}, not {wanted[-40:]!r}")

    def check_candidate(self, message: Heard) -> None:
        """Count the next candidate."""
        self.check(message, message.candidate, f"{CANDIDATE}{self.expected}")
        self.expected += 1


async def join(url: str, session_id: str, tally: Tally) -> Peer:
    """Connect a peer and wait until it is in its session."""
    token = {"token": join_token(tally.secret, session_id)} if tally.secret else {}
    _, listener = await ws_connect(lambda: Peer(session_id, tally, token), url)
    assert isinstance(listener, Peer)
    await listener.joined
    return listener


async def pairs(url: str, tally: Tally, options: argparse.Namespace) -> list[tuple[Peer, Peer]]:
    """Connect pairs of peers, each in a session of its own, where there are two nodes on both."""
    made: list[tuple[Peer, Peer]] = []
    urls = [url, options.also or url]
    for number in range(options.pairs):
        places = (urls[0], urls[1]) if options.across else (urls[number % 2],) * 2
        one, other = [await join(place, f"pair-{number}", tally) for place in places]
        one.partner, other.partner = other.peer_id, one.peer_id
        made.append((one, other))
    return made


async def measure(tally: Tally, pids: list[int], seconds: float) -> dict[str, float]:
    """Let it run: warm up, then measure for some seconds."""
    await asyncio.sleep(WARM_SECONDS)
    server, own, started = cpu_seconds(*pids), time.process_time(), time.perf_counter()
    tally.open = True
    await asyncio.sleep(seconds)
    tally.open = False
    elapsed = time.perf_counter() - started
    used = cpu_seconds(*pids) - server
    return {
        "messages": tally.received,
        "messages_per_s": tally.received / elapsed,
        "cpu_ms_per_1000": 1e6 * used / max(1, tally.received),
        "server_load": used / elapsed,
        "generator_load": (time.process_time() - own) / elapsed,
    }


async def drain(tally: Tally) -> None:
    """Stop, and wait until everything that was sent has come."""
    tally.stopping = True
    deadline = time.perf_counter() + 5
    while tally.outstanding > 0 and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    if tally.outstanding != 0:
        tally.fault(f"{tally.outstanding} messages are missing")


# --- scenarios -----------------------------------------------------------------------------------


async def ice(
    url: str, pids: list[int], tally: Tally, options: argparse.Namespace
) -> dict[str, Any]:
    """Single candidates in a closed loop, four on the way in each pair."""

    def answer(peer: Peer) -> Callable[[Heard], None]:
        def hear(message: Heard) -> None:
            if message.type == "relay_ice_candidate":
                peer.check_candidate(message)
                if not tally.stopping:
                    peer.candidate()

        return hear

    for both in await pairs(url, tally, options):
        for peer in both:
            peer.hear = answer(peer)
            peer.candidate()
            peer.candidate()
    result = await measure(tally, pids, options.seconds)
    await drain(tally)
    return result


class _Call:
    """One pair that calls, talks and hangs up, again and again."""

    def __init__(self, caller: Peer, callee: Peer, tally: Tally) -> None:
        self.caller, self.callee, self.tally = caller, callee, tally
        caller.hear, callee.hear = self.at_caller, self.at_callee
        self.began = {caller: 0, callee: 0}
        self.came = {caller: 0, callee: 0}

    def begin(self) -> None:
        """Call."""
        self.began = dict.fromkeys(self.began, 0)
        self.came = dict.fromkeys(self.came, 0)
        self.caller.signal("start_call", session_id=self.caller.session_id)
        self.caller.signal("offer", sdp=SDP)

    def at_callee(self, message: Heard) -> None:
        """The callee answers and sends candidates back."""
        match message.type:
            case "incoming_call":
                self.callee.check(message, "", "")
            case "relay_offer":
                self.callee.check(message, message.sdp, SDP)
                self.callee.signal("answer", sdp=SDP)
            case "relay_ice_candidate":
                self.take(self.callee, message)
            case "call_ended":
                self.callee.check(message, "", "")
                self.tally.calls += self.tally.open
                if not self.tally.stopping:
                    self.begin()
            case _:
                pass

    def at_caller(self, message: Heard) -> None:
        """The caller sends candidates once it is answered."""
        match message.type:
            case "relay_answer":
                self.caller.check(message, message.sdp, SDP)
                for peer in (self.caller, self.callee):
                    self.send(peer, 2)
            case "relay_ice_candidate":
                self.take(self.caller, message)
            case _:
                pass

    def send(self, peer: Peer, count: int) -> None:
        """Send more candidates, as long as there are any."""
        for _ in range(min(count, CANDIDATES_PER_SIDE - self.began[peer])):
            self.began[peer] += 1
            peer.candidate()

    def take(self, peer: Peer, message: Heard) -> None:
        """Count a candidate; after the last one the caller hangs up."""
        peer.check_candidate(message)
        self.came[peer] += 1
        self.send(self.callee if peer is self.caller else self.caller, 1)
        if min(self.came.values()) == CANDIDATES_PER_SIDE:
            self.caller.signal("end_call")


async def call(
    url: str, pids: list[int], tally: Tally, options: argparse.Namespace
) -> dict[str, Any]:
    """Whole calls in a closed loop: 24 messages each."""
    for caller, callee in await pairs(url, tally, options):
        _Call(caller, callee, tally).begin()
    result = await measure(tally, pids, options.seconds)
    calls = tally.calls / options.seconds
    await drain(tally)
    return {**result, "calls_per_s": calls}


async def latency(
    url: str, pids: list[int], tally: Tally, options: argparse.Namespace
) -> dict[str, Any]:
    """Candidates at a fixed rate; latency counts from the time each was due."""
    due: dict[tuple[str, int], float] = {}
    clock = time.perf_counter

    def listen(peer: Peer) -> Callable[[Heard], None]:
        def hear(message: Heard) -> None:
            if message.type == "relay_ice_candidate":
                at = due.pop((message.from_peer_id, peer.expected))
                peer.check_candidate(message)
                if tally.open:
                    tally.latencies.append(1000 * (clock() - at))

        return hear

    peers = [peer for both in await pairs(url, tally, options) for peer in both]
    for peer in peers:
        peer.hear = listen(peer)
    start, number = clock(), 0

    async def send() -> None:
        nonlocal number
        while not tally.stopping:
            now = clock()
            while start + number / options.rate <= now:
                peer = peers[number * 7 % len(peers)]
                due[peer.peer_id, peer.sent] = start + number / options.rate
                peer.candidate()
                number += 1
            await asyncio.sleep(options.tick)

    sender = asyncio.create_task(send())
    result = await measure(tally, pids, options.seconds)
    await drain(tally)
    await sender
    found = sorted(tally.latencies)

    def at(share: float) -> float:
        return found[min(len(found) - 1, int(share * len(found)))] if found else float("nan")

    return {**result, "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1)}


async def fanout(
    url: str, pids: list[int], tally: Tally, options: argparse.Namespace
) -> dict[str, Any]:
    """One of fifty peers moves an element two hundred times a second."""
    peers = [await join(url, "fanout", tally) for _ in range(50)]
    mover, others = peers[0], peers[1:]
    made: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def learn(message: Heard) -> None:
        if message.type == "ack" and message.result is not None and not made.done():
            made.set_result(message.result["id"])

    mover.hear = learn
    kind = {"type": "Text", "content": "load"}
    mover.say({"type": "add_element", "message_id": "m", "element": {"kind": kind}})
    element_id = await made

    def listen(peer: Peer) -> Callable[[Heard], None]:
        def hear(message: Heard) -> None:
            if message.type == "element_updated":
                tally.outstanding -= 1
                tally.received += tally.open
                peer.expected += 1
                element = message.element or {}
                x = element.get("transform", {}).get("x")
                if element.get("id") != element_id or x != peer.expected:
                    tally.fault(f"update {peer.expected} came as {x}")

        return hear

    for peer in others:
        peer.hear = listen(peer)

    async def move() -> None:
        while not tally.stopping:
            mover.sent += 1
            tally.outstanding += len(others)
            changes = {"transform": {"x": float(mover.sent), "y": 20.5}}
            mover.say({"type": "update_element", "id": element_id, "changes": changes})
            await asyncio.sleep(0.005)

    task = asyncio.create_task(move())
    result = await measure(tally, pids, options.seconds)
    await drain(tally)
    await task
    return result


async def idle(
    url: str, pids: list[int], tally: Tally, options: argparse.Namespace
) -> dict[str, Any]:
    """Subscribed connections that do nothing, four in a session."""
    limit = asyncio.Semaphore(16)

    async def one(number: int) -> Peer:
        async with limit:
            return await join(url, f"idle-{number // 4}", tally)

    base, peers, levels = memory_kib(pids[0]), list[Peer](), dict[str, float]()
    for level in options.levels:
        peers += await asyncio.gather(*(one(n) for n in range(len(peers), level)))
        await asyncio.sleep(1)
        levels[str(level)] = (memory_kib(pids[0]) - base) / level
    tally.stopping = True
    return {"kib_per_connection": levels}


SCENARIOS: dict[
    str, Callable[[str, list[int], Tally, argparse.Namespace], Awaitable[dict[str, Any]]]
] = {
    "call": call,
    "ice": ice,
    "latency": latency,
    "fanout": fanout,
    "idle": idle,
}


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Run one scenario."""
    tally = Tally(options.secret)
    result = await SCENARIOS[options.scenario](options.url, options.pids, tally, options)
    return {**result, "faults": tally.faults}


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=list(SCENARIOS))
    parser.add_argument("url")
    parser.add_argument("pids", type=int, nargs="+", help="processes whose CPU counts")
    parser.add_argument("--also", metavar="URL", help="another node of the same server")
    parser.add_argument("--across", action="store_true", help="each pair sits on both nodes")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--tick", type=float, default=0.0005, help="below 0.001: never idle")
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--levels", type=int, nargs="+", default=[1000, 2000, 5000])
    parser.add_argument("--secret", default="", help="of a server that asks for tokens")
    return parser.parse_args()


if __name__ == "__main__":
    os.sched_setaffinity(0, cores()[1])
    outcome = uvloop.run(main(parse()))
    print(json.dumps(outcome))
    sys.exit(1 if outcome["faults"] else 0)
