"""Two windows that do things at the same moment."""

import random
import time
from typing import Any

from support.browsers.window import Window

DEADLINE_MS = 10_000
AHEAD_MS = 25
MOST_APART_MS = 15
Report = dict[str, Any]


class Pair:
    """Two windows that do things at the same moment."""

    def __init__(self, ada: Window, bob: Window, chance: random.Random) -> None:
        self.windows = ada, bob
        self.ids = bob.peer_id, ada.peer_id  # whom each one talks to
        self._chance = chance

    def both(self, *tasks: tuple[Any, ...]) -> list[Report]:
        """Begin a task in each window, then wait for both reports."""
        for window, (name, *args), peer in zip(self.windows, tasks, self.ids, strict=True):
            window.page.evaluate("task => { soak.begin(task); }", [name, peer, *args])
        return [window.page.evaluate("soak.end()") for window in self.windows]

    def moments(self) -> tuple[float, float]:
        """Return when each side acts: half of the time at once, else a little apart."""
        at = time.time() * 1000 + AHEAD_MS
        apart = self._chance.choice((0, 1)) * self._chance.uniform(-MOST_APART_MS, MOST_APART_MS)
        return at + max(0, apart), at + max(0, -apart)

    def call(self) -> list[Report]:
        """Both call each other."""
        return self.both(*(("call", at, DEADLINE_MS) for at in self.moments()))

    def change(self, *changes: str) -> list[Report]:
        """Both renegotiate."""
        moments = self.moments()
        return self.both(
            *(("change", what, at, DEADLINE_MS) for what, at in zip(changes, moments, strict=True))
        )

    def agree(self, reports: list[Report]) -> bool:
        """Wait until each side's description is the other side's, unless it is so already."""
        deadline = time.monotonic() + DEADLINE_MS / 1000
        while not alike(reports):
            if time.monotonic() > deadline:
                return False
            for report, now in zip(reports, self.both(("account",), ("account",)), strict=True):
                report.update(now)
        return True

    def clear(self, who: int) -> list[Report]:
        """Hang up: 0 the one, 1 the other, 2 both at once."""
        return self.both(*(("clear", who in (side, 2), DEADLINE_MS) for side in (0, 1)))

    def anew(self) -> None:
        """Load both windows anew, whatever state they are in."""
        for window in self.windows:
            window.page.evaluate("signalingManager.cleanup()")  # else the call would come back
            window.page.reload()
            window.wait_connection("open")
        ada, bob = self.windows
        for window, other in ((ada, bob), (bob, ada)):
            window.sees(other)
            window.wait_clear()
        self.ids = bob.peer_id, ada.peer_id


def alike(reports: list[Report]) -> bool:
    """Tell whether both sides have the same agreement."""
    one, other = reports
    return (
        one["signaling"] == other["signaling"] == "stable"
        and one["local"] == other["remote"]
        and one["remote"] == other["local"]
    )


def different(reports: list[Report]) -> list[str]:
    """Return the lines in which the two sides differ."""
    one, other = reports
    return [
        f"{side} {mark} {line}"
        for side, here, there in (("local", one, other), ("remote", other, one))
        for mark, lines, rest in (
            ("-", here["local"], there["remote"]),
            ("+", there["remote"], here["local"]),
        )
        for line in lines
        if line not in rest
    ]
