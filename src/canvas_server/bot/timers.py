"""Named timers."""

import asyncio
from collections.abc import Callable


class Timers:
    """A later one of the same name takes the place of an earlier one."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def after(self, name: str, seconds: float, act: Callable[[], object]) -> None:
        """Do something then, unless it is cancelled."""
        self.cancel(name)
        self._waiting[name] = asyncio.get_running_loop().call_later(seconds, act)

    def cancel(self, name: str) -> None:
        """Do not do it; nothing happens where there is nothing to do."""
        if name in self._waiting:
            self._waiting.pop(name).cancel()

    def close(self) -> None:
        """Do nothing any more."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
