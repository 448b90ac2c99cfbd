"""The load generator: pairs of peers that call, trickle candidates, edit, or do nothing.

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

import uvloop

from contenders import cores, memory_kib
from peers import SDP, Heard, Peer, Tally, drain, join, measure, pairs

CANDIDATES_PER_SIDE = 10


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
    tally = Tally(options.secret, options.protocol)
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
    parser.add_argument("--protocol", choices=("canvas", "peerjs"), default="canvas")
    return parser.parse_args()


if __name__ == "__main__":
    os.sched_setaffinity(0, cores()[1])
    outcome = uvloop.run(main(parse()))
    print(json.dumps(outcome))
    sys.exit(1 if outcome["faults"] else 0)
