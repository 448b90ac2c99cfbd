"""SIGHUP: a supervisor asks the server to read again what can be read again.

By default the signal ends a process (POSIX.1-2017, <signal.h>), also one that is still starting. So
it is caught from the first line of the program on, and kept until there is a loop to act on it.
"""

import asyncio
import signal
from collections.abc import Callable


class Hangups:
    """Catches SIGHUP in the main thread; one that comes early is acted on later."""

    def __init__(self) -> None:
        self._came = False
        self._before: signal.Handlers | None = None

    def hold(self) -> None:
        """Let the signal end nothing from now on; a second call does nothing."""
        if self._before is None:
            ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            self._before = signal.SIG_IGN if ignored else signal.SIG_DFL
            signal.signal(signal.SIGHUP, self._note)

    def release(self) -> None:
        """Let the signal do what it does to other programs; of one that came, too."""
        if self._before is not None:
            signal.signal(signal.SIGHUP, self._before)
            self._before = None
            if self._came:
                signal.raise_signal(signal.SIGHUP)

    def give(self, loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
        """Have `act` called in the loop for each signal, and soon if one came already."""
        loop.add_signal_handler(signal.SIGHUP, act)
        if self._came:
            self._came = False
            loop.call_soon(act)

    def _note(self, *_: object) -> None:
        self._came = True


HANGUPS = Hangups()
"""Those of this process."""
