"""Steps of the clock of this machine, as when its time is corrected, or it wakes up."""

from collections.abc import Callable

NOTED_SECONDS = 1.0
"""Less is no step: clocks are corrected by little all the time."""


class ClockSteps:
    """Notes how far a clock has been set, against one that never is. Asked every second or so."""

    def __init__(self, clock: Callable[[], float], steady: Callable[[], float]) -> None:
        self._clock = clock
        self._steady = steady
        self._ahead = clock() - steady()

    def take(self) -> float:
        """Return by how many seconds the clock was set since the last time; 0: it was not."""
        before, self._ahead = self._ahead, self._clock() - self._steady()
        step = self._ahead - before
        return step if abs(step) > NOTED_SECONDS else 0.0
