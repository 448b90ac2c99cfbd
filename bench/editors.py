"""The load on a scene: fifty editors of one session who also see what the others do.

Runs in a process of its own (`scene.py` starts it) and prints one JSON line. What the server tells
is checked: every viewer hears of every change once and in order. With ``--of reference`` it speaks
to the other server, which numbers nothing and drops what it cannot send: there it is only counted.
"""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from array import array
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

from contenders import cores, cpu_seconds

EDITORS = 50
IN_FLIGHT = 8
WARM_SECONDS = 1.0
QUIET_SECONDS = 1.0

clock = time.perf_counter


class Place(msgspec.Struct, frozen=True):
    """The part of a transform that carries the number of a change."""

    x: float = 0


class Seen(msgspec.Struct, frozen=True):
    """An element as a viewer reads it."""

    id: str = ""
    transform: Place = Place()


class Heard(msgspec.Struct):
    """What is read of any message."""

    type: str
    revision: int = 0
    message_id: str | None = None
    result: dict[str, Any] | None = None
    element: Seen | None = None


decode = msgspec.json.Decoder(Heard).decode


class Tally:
    """What was counted."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.open = False
        self.stopping = False
        self.accepted = 0
        self.delivered = 0
        self.waits = array("d")
        """Milliseconds, from when a change was made or due."""
        self.faults: list[str] = []
        self.quiet_since = 0.0

    def fault(self, text: str) -> None:
        """Note what must not happen."""
        if len(self.faults) < 20:
            self.faults.append(text[:200])

    def share(self, part: float) -> float:
        """Return a percentile of the waits."""
        found = sorted(self.waits)
        return found[min(len(found) - 1, math.ceil(part * len(found)))] if found else math.nan


class Editor(WSListener):
    """One peer with one element of its own."""

    def __init__(self, session_id: str, tally: Tally) -> None:
        super().__init__()
        self.session_id = session_id
        self.tally = tally
        self.element_id = ""
        self.number = 0
        self.revision = 0
        self.made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told: Callable[[Heard], None] = lambda _: None
        self.acked: Callable[[Heard], None] = self.learn
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Join, and add an element."""
        self.transport = transport
        self.say({"type": "subscribe", "session_id": self.session_id})
        data = {"content": "load", "font_size": 16.0, "color": "#000000"}
        element = {"id": "", "kind": {"type": "Text", "data": data}}
        if self.tally.strict:
            del element["id"]
        self.say({"type": "add_element", "message_id": "made", "element": element})

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a message."""
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
            return
        message = decode(frame.get_payload_as_memoryview())
        match message.type:
            case "element_updated" | "element_added":
                self.told(message)
                if self.tally.strict:
                    if self.revision and message.revision != self.revision + 1:
                        self.tally.fault(f"{message.revision} came after {self.revision}")
                    self.revision = message.revision
            case "ack":
                self.acked(message)
            case "error":
                self.tally.fault(f"refused: {frame.get_payload_as_bytes()!r}")
            case _:
                pass

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """Nobody is disconnected while it is measured."""
        if not self.tally.stopping:
            self.tally.fault("disconnected")

    def say(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, msgspec.json.encode(message))

    def learn(self, message: Heard) -> None:
        """Take the id of the new element from its ack."""
        self.element_id = (message.result or {})["id"]
        self.made.set_result(None)

    def move(self) -> None:
        """Change the element; the number says which change it is."""
        self.number += 1
        changes = {"transform": {"x": float(self.number), "y": 20.5}}
        self.say(
            {
                "type": "update_element",
                "id": self.element_id,
                "changes": changes,
                "message_id": str(self.number),
            }
        )


async def gather(url: str, sessions: int, tally: Tally) -> list[Editor]:
    """Let all editors come, spread over some sessions."""
    editors: list[Editor] = []
    for number in range(EDITORS):
        _, editor = await ws_connect(lambda n=number: Editor(f"bench-{n % sessions}", tally), url)
        assert isinstance(editor, Editor)
        await editor.made
        editors.append(editor)
    return editors


async def measure(tally: Tally, pid: int, seconds: float) -> dict[str, float]:
    """Let it run: warm up, then measure for some seconds."""
    await asyncio.sleep(WARM_SECONDS)
    server, own, started = cpu_seconds(pid), time.process_time(), clock()
    tally.open = True
    await asyncio.sleep(seconds)
    tally.open = False
    elapsed = clock() - started
    accepted, delivered = tally.accepted, tally.delivered
    return {
        "changes_per_s": accepted / elapsed,
        "deliveries_per_s": delivered / elapsed,
        "cpu_ms_per_1000_changes": 1e6 * (cpu_seconds(pid) - server) / max(1, accepted),
        "server_load": (cpu_seconds(pid) - server) / elapsed,
        "generator_load": (time.process_time() - own) / elapsed,
        "p50_ms": tally.share(0.5),
        "p99_ms": tally.share(0.99),
        "max_ms": tally.share(1),
    }


async def until(done: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for a condition."""
    deadline = clock() + seconds
    while not done() and clock() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return done()


async def changes(url: str, pid: int, tally: Tally, options: argparse.Namespace) -> dict[str, Any]:
    """Count changes that are acked, with eight on the way from each editor."""
    editors = await gather(url, options.sessions, tally)

    def work(editor: Editor) -> Callable[[Heard], None]:
        sent: dict[str, float] = {}

        def move() -> None:
            editor.move()
            sent[str(editor.number)] = clock()

        def acked(message: Heard) -> None:
            at = sent.pop(message.message_id or "")
            if tally.open:
                tally.accepted += 1
                tally.waits.append(1000 * (clock() - at))
            if not tally.stopping:
                move()

        for _ in range(IN_FLIGHT):
            move()
        return acked

    def told(_: Heard) -> None:
        tally.delivered += tally.open

    for editor in editors:
        editor.told = told
        editor.acked = work(editor)
    result = await measure(tally, pid, options.seconds)
    tally.stopping = True
    await asyncio.sleep(QUIET_SECONDS)
    if tally.strict:
        revisions = {(editor.session_id, editor.revision) for editor in editors}
        if len(revisions) != options.sessions:
            tally.fault(f"not all have heard of everything: {revisions}")
    return result


async def fanout(url: str, pid: int, tally: Tally, options: argparse.Namespace) -> dict[str, Any]:
    """Every editor makes ten changes a second, at a fixed rate; all others see them.

    What is measured is the time from when a change was due until a viewer has read of it.
    """
    editors = await gather(url, 1, tally)
    movers = {editor.element_id: editor for editor in editors}
    due: dict[tuple[str, float], float] = {}
    counts = [0, 0]  # made, then heard by viewers

    def viewer(own: Editor) -> Callable[[Heard], None]:
        def told(message: Heard) -> None:
            element = message.element
            if element is None or element.id == own.element_id or element.id not in movers:
                return
            at = due.get((element.id, element.transform.x))
            counts[1] += 1
            if at is not None and tally.open:
                tally.delivered += 1
                tally.waits.append(1000 * (clock() - at))

        return told

    for editor in editors:
        editor.told = viewer(editor)
        editor.acked = lambda _: None
    start, number, rate = clock(), 0, EDITORS * options.rate

    async def send() -> None:
        nonlocal number
        while not tally.stopping:
            while (at := start + number / rate) <= clock() and not tally.stopping:
                editor = editors[number * 7 % EDITORS]
                due[editor.element_id, editor.number + 1] = at
                editor.move()
                number += 1
                counts[0] += 1
                tally.accepted += tally.open
            await asyncio.sleep(0.0005)

    sender = asyncio.create_task(send())
    result = await measure(tally, pid, options.seconds)
    tally.stopping = True
    await sender
    expected = (EDITORS - 1) * counts[0]
    await until(lambda: counts[1] == expected, 20 if tally.strict else 3)
    if tally.strict and counts[1] != expected:
        tally.fault(f"{expected - counts[1]} of {expected} are missing")
    return {**result, "missing_percent": 100 * (1 - counts[1] / expected)}


SCENARIOS: dict[str, Callable[[str, int, Tally, argparse.Namespace], Awaitable[dict[str, Any]]]] = {
    "changes": changes,
    "fanout": fanout,
}


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Run one scenario."""
    tally = Tally(strict=options.of != "reference")
    result = await SCENARIOS[options.scenario](options.url, options.pid, tally, options)
    return {**result, "faults": tally.faults}


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=list(SCENARIOS))
    parser.add_argument("url")
    parser.add_argument("pid", type=int)
    parser.add_argument("--of", choices=("canvas-server", "reference"), default="canvas-server")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--rate", type=float, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    os.sched_setaffinity(0, cores()[1])
    outcome = uvloop.run(main(parse()))
    print(json.dumps(outcome))
    sys.exit(1 if outcome["faults"] else 0)
