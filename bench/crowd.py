"""Measures a crowd in one session: what it costs to come, to point, to come back and to go.

``make crowd`` takes three minutes and writes a table and a picture of docs/SCALING.md, ``make crowd
ARGS=--quick`` takes one, without writing. The server has one core, the crowd the other.
"""

import argparse
import asyncio
import itertools
import json
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import uvloop

import report
from contenders import cores, cpu_seconds, measured, running
from crowdpeople import FEATURES, Member, Pair

PAGE = report.DOCS / "SCALING.md"
PICTURE = report.DOCS / "crowd.svg"
SIZES = (32, 64, 128, 256)
JOIN_SECONDS = 10.0
POINT_EACH = 0.1
"""Seconds from one movement of a pointer to the next."""
PATIENCE = 30.0
FORMS = {"differences": "", "singles": ", each change by itself"}
ROWS = [
    ("trickle", "p50_ms", "one after the other in 10 s: until roster and scene, p50, ms"),
    ("trickle", "p99_ms", "… p99, ms"),
    ("trickle", "kib_each", "… received by each until all are there, KiB"),
    ("trickle", "cpu_s", "… CPU of the server, s"),
    ("rush", "p50_ms", "all at once: until roster and scene, p50, ms"),
    ("rush", "p99_ms", "… p99, ms"),
    ("rush", "known_ms", "… until everybody knows everybody, ms"),
    ("rush", "kib_each", "… received by each, KiB"),
    ("rush", "cpu_s", "… CPU of the server, s"),
    ("pointers", "kib_each", "all move their pointers, 10 times a second: received by each, KiB/s"),
    ("pointers", "cpu_s", "… CPU of the server, cores"),
    ("pointers", "seen", "… how often each pointer is seen to move, times a second"),
    ("return", "p99_ms", "all connections break, all come back at once: p99, ms"),
    ("return", "kib_each", "… received by each, KiB"),
    ("leave", "kib_each", "half of them leave at once: received by each of the others, KiB"),
    ("leave", "known_ms", "… until all of them know it, ms"),
]
PAUSES = {
    "trickle": "while they come",
    "rush": "while they come at once",
    "pointers": "while they point",
    "return": "while they come back",
    "leave": "while they leave",
}
PICTURED = [
    ("trickle", "p99_ms", "until roster and scene, p99, ms"),
    ("trickle", "kib_each", "received while all come, KiB each"),
    ("pointers", "kib_each", "received of pointers, KiB/s each"),
]
Results = dict[tuple[int, str], list[dict[str, Any]]]
"""people, form -> the result of each round"""


class Crowd:
    """Many people in one session, and what they were sent."""

    def __init__(self, url: str, pid: int, size: int, form: str) -> None:
        host, _, port = url.removeprefix("ws://").removesuffix("/ws").partition(":")
        self.address = host, int(port)
        self.pid, self.size = pid, size
        self.features = FEATURES if form == "differences" else ()
        self.members: list[Member] = []
        self.phases: dict[str, dict[str, float]] = {}

    async def begin(self, over: float) -> None:
        """Come in, spread evenly over some seconds."""
        start = time.monotonic()

        async def one(number: int) -> None:
            await asyncio.sleep(start + over * number / self.size - time.monotonic())
            member = Member(self.features, f"Person {number}", number)
            self.members.append(member)
            await member.connect(self.address)
            await member.ready

        await asyncio.gather(*(one(number) for number in range(self.size)))

    async def until(self, holds: Callable[[Member], bool]) -> float:
        """Wait until something holds for everybody; return how long it took, in ms."""
        start = time.monotonic()
        while not all(map(holds, self.members)):
            if time.monotonic() > start + PATIENCE:
                wrong = [member.about for member in self.members if not holds(member)]
                raise SystemExit(f"{len(wrong)} of {self.size} do not agree, such as {wrong[0]}")
            await asyncio.sleep(0.005)
        return 1000 * (time.monotonic() - start)

    async def phase(self, name: str, act: Callable[[], Any]) -> dict[str, float]:
        """Do something, and note what it has cost until it has settled."""
        bytes_before = sum(member.bytes for member in self.members)
        before, cpu = time.monotonic(), cpu_seconds(self.pid)
        found: dict[str, float] = await act()
        received = sum(member.bytes for member in self.members) - bytes_before
        found["kib_each"] = received / 1024 / len(self.members)
        found["cpu_s"] = cpu_seconds(self.pid) - cpu
        found["began"], found["ended"] = before, time.monotonic()
        self.phases[name] = found
        await asyncio.sleep(0.5)
        return found

    async def join(self, over: float) -> dict[str, float]:
        """Everybody joins."""
        await self.begin(over)
        known = await self.until(lambda member: len(member.roster) == self.size)
        return {**quantiles([member.waited for member in self.members]), "known_ms": known}

    async def point(self, seconds: float) -> dict[str, float]:
        """Everybody moves a pointer."""
        start, due = time.monotonic(), 0.0
        for member in self.members:
            member.pointers = 0
        while due < seconds:
            for number, member in enumerate(self.members):
                at = start + due + POINT_EACH * number / self.size
                if (wait := at - time.monotonic()) > 0.002:
                    await asyncio.sleep(wait)
                member.move()
            due += POINT_EACH
        await asyncio.sleep(0.3)
        seen = sum(member.pointers for member in self.members)
        return {"seen": seen / self.size / (self.size - 1) / seconds}

    async def come_back(self) -> dict[str, float]:
        """Every connection breaks, and all come back at once."""
        for member in self.members:
            member.cut()
        await asyncio.sleep(1.0)
        await asyncio.gather(*(member.resume(self.address) for member in self.members))
        lost = [member for member in self.members if not member.recovered]
        if lost:
            raise SystemExit(f"{len(lost)} of {self.size} were not recovered")
        known = await self.until(lambda member: member.all_connected(self.size))
        return {**quantiles([member.waited for member in self.members]), "known_ms": known}

    async def leave(self) -> dict[str, float]:
        """Half of them leave."""
        half = self.size // 2
        going, self.members = self.members[:half], self.members[half:]
        start = time.monotonic()
        before = sum(member.bytes for member in self.members)
        for member in going:
            member.leave()
        await self.until(lambda member: len(member.roster) == self.size - half)
        known = 1000 * (time.monotonic() - start)
        received = sum(member.bytes for member in self.members) - before
        return {"known_ms": known, "received": received}


def quantiles(waited: list[float]) -> dict[str, float]:
    """Return the middle and the 99th of a hundred, in ms."""
    ranked = sorted(1000 * seconds for seconds in waited)
    return {
        "p50_ms": ranked[len(ranked) // 2],
        "p99_ms": ranked[min(len(ranked) - 1, math.ceil(0.99 * len(ranked)) - 1)],
    }


async def run(url: str, pid: int, size: int, form: str, seconds: float) -> dict[str, Any]:
    """Have a crowd come, point, break, come back and go; then another one come at once."""
    phases: dict[str, dict[str, float]] = {}
    pair = await Pair.start(url)
    try:
        for name, over in (("trickle", JOIN_SECONDS), ("rush", 0.0)):
            crowd = Crowd(url, pid, size, form)
            crowd.phases = phases
            await crowd.phase(name, lambda crowd=crowd, over=over: crowd.join(over))
            if name == "rush":
                await crowd.phase("return", crowd.come_back)
                left = await crowd.phase("leave", crowd.leave)
                left["kib_each"] = left["received"] / 1024 / len(crowd.members)
            else:
                found = await crowd.phase("pointers", lambda crowd=crowd: crowd.point(seconds))
                found["kib_each"] /= seconds
                found["cpu_s"] /= seconds
            for member in crowd.members:
                member.leave()
            await asyncio.sleep(1.0)
    finally:
        latencies = await pair.stop()
    for found in phases.values():
        during = [late for at, late in latencies if found["began"] <= at <= found["ended"]]
        found["pause_ms"] = 1000 * max(during, default=math.nan)
    return {"phases": phases, "faults": {}}


def measure(size: int, form: str, seconds: float) -> dict[str, Any]:
    """Run one crowd before a server of its own."""
    with running("canvas-server") as (pid, url):
        line = [sys.executable, str(Path(__file__).resolve()), "--crowd", url, str(pid)]
        line += [str(size), form, str(seconds)]
        return measured(line, f"a crowd of {size}")["phases"]


def cell(rows: list[dict[str, Any]], phase: str, key: str) -> str:
    """Return the median of a figure."""
    value = report.median([row[phase] for row in rows], key)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(results: Results) -> str:
    """Return the table of all figures."""
    heads = [f"{size}{FORMS[form]}" for size, form in results]
    pauses = [
        (phase, "pause_ms", f"longest wait of two others for a candidate, {about}, ms")
        for phase, about in PAUSES.items()
    ]
    lines = [f"| people | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for phase, key, about in (*ROWS, *pauses):
        cells = [cell(rows, phase, key) for rows in results.values()]
        lines.append(f"| {about} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(results: Results) -> None:
    """Draw how the cost for each grows with the people."""
    figure, every = plt.subplots(1, len(PICTURED), figsize=(9, 2.8), layout="constrained")
    figure.patch.set_alpha(0)
    color = report.COLORS["canvas-server"]
    for axes, (phase, key, about) in zip(every, PICTURED, strict=True):
        points = [
            (size, report.median([row[phase] for row in rows], key), form)
            for (size, form), rows in results.items()
        ]
        ours = [(size, value) for size, value, form in points if form == "differences"]
        axes.plot(*zip(*ours, strict=True), "o-", color=color, label="differences")
        others = [(size, value) for size, value, form in points if form != "differences"]
        if others:
            other = report.COLORS["ws"]
            axes.plot(*zip(*others, strict=True), "s", color=other, label="each by itself")
        axes.set_title(about, fontsize=9, color=report.INK)
        axes.set_xlabel("people")
        axes.set_ylim(bottom=0)
        axes.patch.set_alpha(0)
        axes.tick_params(colors=report.INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(report.INK)
        axes.xaxis.label.set_color(report.INK)
    every[0].legend(loc="upper left", frameon=False, labelcolor=report.INK)
    figure.savefig(PICTURE, metadata={"Date": None})  # pyright: ignore[reportUnknownMemberType]


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="256 people, once, no page")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--crowd", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.crowd:
        os.sched_setaffinity(0, cores()[1])
        url, pid, size, form, seconds = options.crowd
        found = uvloop.run(run(url, int(pid), int(size), form, float(seconds)))
        print(json.dumps(found))
        return
    if cores()[0] == cores()[1]:
        print("one core only: server and crowd share it, so trust the ratios alone")
    sizes = SIZES[-1:] if options.quick else SIZES
    # What each change costs by itself is in the table for the largest crowd alone.
    crowds = [*((size, "differences") for size in sizes), (sizes[-1], "singles")]
    results: Results = {crowd: [] for crowd in crowds}
    started = time.monotonic()
    for turn, (size, form) in itertools.product(range(options.rounds), crowds):
        elapsed = time.monotonic() - started
        print(f"[{elapsed:4.0f} s] {turn + 1}/{options.rounds}: {size}, {form}", flush=True)
        results[size, form].append(measure(size, form, 2 if options.quick else 4))
    print()
    print(table(results))
    if not options.quick:
        about = report.machine()
        report.put(PAGE, "crowd", f"{about}\n\n{table(results)}")
        plot(results)
        print(f"\nwrote {PAGE.name} and {PICTURE.name}")


if __name__ == "__main__":
    main()
