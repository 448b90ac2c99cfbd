"""Pace of an agent: how much it has edited in the last minute, and how often it was refused. Pure.

Both are kept by the second, so that an account is small however fast somebody is.
"""

from collections import deque

MINUTE = 60
MAX_REFUSALS = 20
"""In a minute; one that does not learn from more is made to wait."""
FIRST_PAUSE = 5
LAST_PAUSE = 300
FORGIVEN_SECONDS = 600
"""After so long without such a wait the next one is as short as the first."""


class Window:
    """How often something has happened in the last minute; never less than it has."""

    def __init__(self) -> None:
        self._counts: deque[tuple[int, int]] = deque()
        self.total = 0

    def add(self, second: int) -> None:
        """Count one."""
        if self._counts and self._counts[-1][0] >= second:
            last, count = self._counts.pop()
            self._counts.append((last, count + 1))
        else:
            self._counts.append((second, 1))
        self.total += 1

    def free_at(self, second: int) -> int:
        """Return when the first that counts now counts no more, after forgetting what does not."""
        while self._counts and self._counts[0][0] + MINUTE < second:
            self.total -= self._counts.popleft()[1]
        return self._counts[0][0] + MINUTE + 1 if self._counts else second

    def clear(self) -> None:
        """Forget all."""
        self._counts.clear()
        self.total = 0

    def shift(self, seconds: int) -> None:
        """Count from another time: the clock was set."""
        self._counts = deque((second + seconds, count) for second, count in self._counts)


class Pace:
    """What all who come by the link of one agent have done here, and whether they are paused."""

    def __init__(self) -> None:
        self.paused = False
        """Somebody has paused it (AGT6)."""
        self.edits = Window()
        self._refusals = Window()
        self._waits_until = 0
        self._pause = 0

    def refuse(self, now_ms: int) -> None:
        """Count a refusal; too many make it wait, each time twice as long."""
        second = now_ms // 1000
        if second < self._waits_until:
            return
        self._refusals.free_at(second)
        self._refusals.add(second)
        if self._refusals.total > MAX_REFUSALS:
            self._refusals.clear()
            forgiven = second > self._waits_until + FORGIVEN_SECONDS
            self._pause = FIRST_PAUSE if forgiven else min(2 * self._pause, LAST_PAUSE)
            self._waits_until = second + self._pause

    def waits(self, now_ms: int) -> int:
        """Return for how many seconds it has to wait; 0: not at all."""
        return max(0, self._waits_until - now_ms // 1000)

    def shift(self, seconds: float) -> None:
        """Count from another time: the clock was set."""
        whole = round(seconds)
        self.edits.shift(whole)
        self._refusals.shift(whole)
        self._waits_until += whole
