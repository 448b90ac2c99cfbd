"""Feeds what nobody should send to everything that reads it, and counts.

``make garbage`` takes a minute: what was recorded from real programs is cut up and put together
wrongly, and built wrongly from its types, and given to the codec, to the checks and to a real
server. Each case has to be read, and mean the same when it is read again, or to be refused in a way
that is foreseen; none may take long; memory may not grow. ``ARGS="--cases 10000000 --write"`` is
the run whose counts are in docs/SECURITY.md. A run is repeated by its seed, and a batch of it that
fails by ``--target NAME --seed N --batch N``.
"""

import argparse
import concurrent.futures
import contextlib
import os
import re
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from msgspec import Struct

from canvas_server.pictures.process import CPU_SECONDS
from support.fuzz import network, pictures, signals, texts
from support.fuzz.mutation import Judge
from support.servers.server import Server, running

PAGE = Path(__file__).resolve().parents[3] / "docs" / "SECURITY.md"
LONGEST_SECONDS = 0.05
"""Of the processor, for one case that is read in the event loop."""
MOST_GROWTH_MIB = 64
HUNG_SECONDS = 120
"""After which a batch is held to hang."""
SLOWEST = 3


WAIT = network.PATIENCE_SECONDS


class Target(NamedTuple):
    """Something that is fed."""

    title: str
    judge: Callable[..., Judge]
    share: int
    """Of all cases, in parts of 1,000."""
    batch: int = 2000
    """Cases that are made with one seed."""
    real: bool = False
    """A real server is fed."""
    longest: float = LONGEST_SECONDS
    """Of the processor, or of a wait for a real server."""


TARGETS = {
    "messages": Target("Messages of clients", texts.ClientMessages, 500),
    "descriptions": Target("Session descriptions", signals.Descriptions, 60, 1000),
    "candidates": Target("Candidates", signals.Candidates, 180),
    "answers": Target("Messages of servers, to clients", texts.ServerMessages, 60),
    "bodies": Target("Bodies of the API", texts.Bodies, 60),
    "partners": Target("Messages of other servers", texts.PartnerMessages, 60),
    "tokens": Target("Join tokens", texts.Tokens, 6),
    "containers": Target("Pictures, their headers", pictures.Containers, 60),
    "urls": Target("Pictures in data URLs", pictures.DataUrls, 4, 500),
    "decoder": Target(
        "Pictures, whole, to the decoder", pictures.Normalised, 3, 250, longest=CPU_SECONDS
    ),
    "requests": Target(
        "Requests to a real server", network.Requests, 6, 200, real=True, longest=WAIT
    ),
    "frames": Target(
        "WebSocket frames to a real server", network.Frames, 1, 100, real=True, longest=WAIT
    ),
}


class Slow(Struct, order=True):
    """A case that took long."""

    seconds: float
    batch: int
    start: str


class Found(Struct):
    """What came of some cases."""

    outcomes: Counter[str]
    slowest: list[Slow]
    memory_kib: int = 0
    pid: int = 0

    def add(self, other: "Found") -> None:
        """Add what came of others."""
        self.outcomes.update(other.outcomes)
        self.slowest = sorted((*self.slowest, *other.slowest), reverse=True)[:SLOWEST]


class Failed(Exception):
    """A case was not taken as it has to be."""


def resident_kib() -> int:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def fed(judge: Judge, cases: int, name: str, seed: int, batch: int, *, by_wall: bool) -> Found:
    """Feed a batch.

    Raises:
        Failed: with the case, and how to have it again.
    """
    chance = Random(f"{name} {seed} {batch}")
    clock = time.perf_counter if by_wall else time.thread_time
    outcomes, slowest = Counter[str](), list[Slow]()
    longest = 0.0
    for number in range(cases):
        case = judge.make(chance)
        began = clock()
        try:
            outcomes[judge.feed(case)] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not foreseen
            again = f"--target {name} --seed {seed} --batch {batch}"
            text = f"{again}: case {number}: {type(error).__name__}: {error}\n{case!r:.2000}"
            raise Failed(text) from None
        took = clock() - began
        if took > longest:
            longest = took
            slowest.append(Slow(took, batch, repr(case)[:60]))
    return Found(outcomes, slowest[-SLOWEST:], resident_kib(), os.getpid())


_judges: dict[str, Judge] = {}


def work(name: str, cases: int, seed: int, batch: int, port: int = 0) -> Found:
    """Feed a batch, in a process that keeps what it feeds."""
    target = TARGETS[name]
    judge = _judges.get(name)
    if judge is None:
        judge = _judges[name] = target.judge()
    if target.real:
        judge.port = port  # type: ignore[attr-defined]
    return fed(judge, cases, name, seed, batch, by_wall=target.real)


class Report(Struct):
    """What came of a target."""

    name: str
    found: Found
    growth_mib: float
    seconds: float

    @property
    def cases(self) -> int:
        """How many were fed."""
        return self.found.outcomes.total()

    def said(self) -> str:
        """Return a line about it."""
        words = ", ".join(f"{what} {count:,}" for what, count in self.found.outcomes.most_common(9))
        slow = "; ".join(f"{1000 * one.seconds:.1f} ms {one.start}" for one in self.found.slowest)
        return (
            f"{self.name}: {self.cases:,} in {self.seconds:.0f} s; {words}; "
            f"grown {self.growth_mib:.0f} MiB; slowest: {slow}"
        )

    def row(self) -> str:
        """Return its row of the table."""
        words = ", ".join(f"{what} {count:,}" for what, count in self.found.outcomes.most_common(6))
        slowest = 1000 * self.found.slowest[0].seconds
        title = f"{TARGETS[self.name].title} (`{self.name}`)"
        return f"| {title} | {self.cases:,} | {words} | {slowest:.1f} | {self.growth_mib:.0f} |"


def batches(name: str, cases: int, until: float) -> Iterator[tuple[int, int]]:
    """Yield the number and the size of each batch, until there are enough or it is time."""
    size = TARGETS[name].batch
    for batch in range(-(-cases // size)):
        if time.monotonic() > until:
            return
        yield batch, min(size, cases - batch * size)


def run(name: str, cases: int, seconds: float, seed: int, workers: int) -> Report:
    """Feed one target in several processes.

    Raises:
        Failed: a case was not taken as it has to be, a batch hung, or memory grew.
    """
    with contextlib.ExitStack() as stack:
        watch, port = None, 0
        if TARGETS[name].real:
            server = stack.enter_context(serving())
            watch, port = network.Watch(server), server.port
        workers *= 4 if TARGETS[name].real else 1  # these wait for the server, mostly
        pool = stack.enter_context(concurrent.futures.ProcessPoolExecutor(workers))
        began, total, memory = time.monotonic(), Found(Counter(), []), dict[int, list[int]]()
        waiting: deque[tuple[int, concurrent.futures.Future[Found]]] = deque()

        def take() -> None:
            batch, future = waiting.popleft()
            try:
                found = future.result(HUNG_SECONDS)
            except (TimeoutError, concurrent.futures.BrokenExecutor) as error:
                raise Failed(f"{name}: {error!r} in or near batch {batch}, seed {seed}") from None
            total.add(found)
            memory.setdefault(found.pid, []).append(found.memory_kib)

        for batch, size in batches(name, cases, began + seconds):
            waiting.append((batch, pool.submit(work, name, size, seed, batch, port)))
            while len(waiting) > 2 * workers:
                take()
        while waiting:
            take()
        # What a process needs by itself, it has after some batches.
        growth = max(sizes[-1] - sizes[min(3, len(sizes) - 1)] for sizes in memory.values()) / 1024
        if watch is not None:
            watch.check()
            growth = watch.growth_mib()
        report = Report(name, total, growth, time.monotonic() - began)
    if growth > MOST_GROWTH_MIB:
        raise Failed(f"{report.said()}\n{name}: memory has grown by {growth:.0f} MiB")
    longest = TARGETS[name].longest
    if total.slowest and total.slowest[0].seconds > longest:
        raise Failed(f"{report.said()}\n{name}: the slowest case is over {1000 * longest:.0f} ms")
    return report


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Run a real server for the length of a block, with a page and nobody's tokens."""
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as server:
        yield server


def write(reports: list[Report], seed: int) -> None:
    """Put the counts into the page."""
    cases = sum(report.cases for report in reports)
    minutes = sum(report.seconds for report in reports) / 60
    again = f'`make garbage ARGS="--cases {cases} --seed {seed}"`'
    rows = [
        f"{cases:,} cases in {minutes:.0f} minutes on {os.cpu_count()} cores ({again})",
        "",
        "| read by | cases | what came of them | longest, ms | memory grown, MiB |",
        "|---|---|---|---|---|",
        *(report.row() for report in reports),
    ]
    marked = r"(<!-- garbage -->\n).*?(\n<!-- end -->)"
    text = "\n".join(rows)
    page = re.sub(marked, lambda m: f"{m[1]}{text}{m[2]}", PAGE.read_text(), flags=re.DOTALL)
    PAGE.write_text(page)


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, help="in all; else as many as there is time for")
    parser.add_argument("--seconds", type=float, help="at most, for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=list(TARGETS), action="append", help="feed this alone")
    parser.add_argument("--batch", type=int, help="feed this batch of the target again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="put the counts into the page")
    return parser.parse_args()


def repeat(name: str, seed: int, batch: int) -> None:
    """Feed one batch of a target again, here."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(serving()).port if TARGETS[name].real else 0
        found = work(name, TARGETS[name].batch, seed, batch, port)
    print(Report(name, found, 0, 0).said())


def main() -> None:
    """Feed everything."""
    options = parsed()
    chosen: list[str] = options.target or list(TARGETS)
    if options.batch is not None:
        repeat(chosen[0], options.seed, options.batch)
        return
    parts = sum(TARGETS[name].share for name in chosen)
    seconds = options.seconds or (5 if options.cases is None else float("inf"))
    reports: list[Report] = []
    failures: list[str] = []
    for name in chosen:
        cases = (options.cases or 10**12) * TARGETS[name].share // parts
        try:
            reports.append(run(name, cases, seconds, options.seed, options.workers))
            print(reports[-1].said(), flush=True)
        except Failed as failed:
            failures.append(str(failed))
            print(failed, file=sys.stderr, flush=True)
    print(f"{sum(report.cases for report in reports):,} cases")
    if failures:
        sys.exit(f"{len(failures)} targets failed")
    if options.write:
        write(reports, options.seed)


if __name__ == "__main__":
    main()
