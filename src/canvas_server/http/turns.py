"""Turns of reading: of connections that send much, a few are read in a turn of the event loop.

A loop reads every socket that is ready before anybody is served again: hundreds that are never
empty would be a pause of a tenth of a second for all others.
"""

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 8
"""Busy connections that are read on in one turn of the event loop."""


class ReadTurns:
    """A queue of connections that have had their turn, until the others have had theirs."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_scheduled = False

    def line_up(self, read_on: Callable[[], None]) -> None:
        """Call `read_on` in one of the next turns of the event loop."""
        self._waiting.append(read_on)
        self._schedule()

    def _schedule(self) -> None:
        if self._waiting and not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._is_scheduled = False
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self._waiting.popleft()()
        self._schedule()
