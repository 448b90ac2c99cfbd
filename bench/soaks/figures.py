"""What a part of the soak run measured, and the line that says how far it has come."""

import statistics
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

TICK_SECONDS = 0.5


class Figure(NamedTuple):
    """A measured value and whether it is what was asked for; no limit means it is only told."""

    name: str
    value: float | str
    limit: str = ""
    met: bool = True


class Outcome(NamedTuple):
    """The figures of a part, and whatever explains them."""

    figures: list[Figure]
    details: dict[str, Any]


def exactly(name: str, value: float, wanted: float) -> Figure:
    """Return a figure that has to be one value."""
    return Figure(name, value, f"= {wanted:g}", value == wanted)


def at_most(name: str, value: float, limit: float, unit: str = "") -> Figure:
    """Return a figure that has an upper bound."""
    return Figure(name, round(value, 3), f"<= {limit:g} {unit}".strip(), value <= limit)


def at_least(name: str, value: float, limit: float) -> Figure:
    """Return a figure that has a lower bound."""
    return Figure(name, round(value, 1), f">= {limit:g}", value >= limit)


def spread(seconds: Sequence[float]) -> str:
    """Return the distribution of times in a few words."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    median = statistics.median(ordered)
    return f"median {median:.3f}, p90 {at(0.9):.3f}, p99 {at(0.99):.3f}, max {ordered[-1]:.3f}"


class Progress:
    """One line on the terminal that is kept up to date, also while a round waits."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._note = ""
        self._started = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def step(self, note: str = "") -> None:
        """Count one more; the note stays until the next."""
        self._done += 1
        self._note = note

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Steps a second so far."""
        return self._done / self.elapsed

    def say(self, text: str) -> None:
        """Print a line that stays."""
        print(f"\r\033[K{text}" if sys.stdout.isatty() else text, flush=True)

    def _tick(self) -> None:
        while not self._over.wait(TICK_SECONDS):
            self._show()

    def _show(self) -> None:
        line = (
            f"[{self.elapsed:5.0f} s] {self._what} {self._done}/{self._total}, "
            f"{self.rate:.2f}/s {self._note}"
        )
        print(f"\r\033[K{line}" if sys.stdout.isatty() else line, end="", flush=True)
        if not sys.stdout.isatty():
            print(flush=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._show()
        if sys.stdout.isatty():
            print()
