"""SIGHUP: a supervisor asks the server to read again what can be read again.

By default the signal ends a process (POSIX.1-2017, <signal.h>), also one that is still starting. So
it is caught from the first line of the program on, and kept until there is a loop to act on it.
"""

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loading them takes longer than a signal
    import asyncio
    from collections.abc import Callable


HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""None: this system has none, and nothing is to be caught."""


class Hangups:
    """Catches SIGHUP in the main thread; one that comes early is acted on later."""

    def __init__(self) -> None:
        self._came = False
        self._before: signal.Handlers | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._act: Callable[[], None] | None = None

    def hold(self) -> None:
        """Let the signal end nothing from now on; a second call does nothing."""
        if self._before is None and HANGUP is not None:
            ignored = signal.getsignal(HANGUP) is signal.SIG_IGN
            self._before = signal.SIG_IGN if ignored else signal.SIG_DFL
            signal.signal(HANGUP, self._note)

    def release(self) -> None:
        """Let the signal do what it does to other programs; of one that came, too."""
        if self._before is not None and HANGUP is not None:
            signal.signal(HANGUP, self._before)
            self._before = None
            if self._came:
                signal.raise_signal(HANGUP)

    def give(self, loop: "asyncio.AbstractEventLoop", act: "Callable[[], None]") -> None:
        """Have `act` called in the loop for each signal, and soon if one came already."""
        self.hold()
        self._loop, self._act = loop, act
        if self._came:
            self._came = False
            loop.call_soon(act)

    def ignore(self) -> None:
        """Let the signal do nothing any more: the process is about to end, and that is no failure.

        An ignored signal stays so to the end; a handler is taken away some time before it.
        """
        if HANGUP is not None:
            signal.signal(HANGUP, signal.SIG_IGN)

    def _note(self, *_: object) -> None:
        if self._loop is None or self._act is None:
            self._came = True
        else:
            self._loop.call_soon_threadsafe(self._act)


HANGUPS = Hangups()
"""Those of this process."""
