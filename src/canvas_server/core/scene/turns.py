"""Edit queue of a scene: a long edit is made in slices, and others wait for it. Pure.

A slice takes some milliseconds; between two of them whoever owns the hub does other things. The
scene changes when the last slice is done, so nobody sees a part of the edit.
"""

from collections import deque
from collections.abc import Callable, Iterator

from msgspec import Struct

from canvas_server.core.effects import Answered, Effect, Proceed, Refusal
from canvas_server.protocol.errors import ErrorCode

MAX_WAITING = 1000
"""Edits of one session that wait for a long one."""


class Making(Struct):
    """An edit that is being made."""

    slices: Iterator[None]
    """Does the work; raises `Refusal`."""
    done: Callable[[], list[Effect]]
    refused: Callable[[Refusal], list[Effect]]
    """Answers who waits for it, if anybody does, after the first slice."""
    request: int | None = None
    """Who waits for it over HTTP."""


class _Waiting(Struct):
    act: Callable[[], list[Effect]]
    request: int | None


class Turns:
    """The edits of one scene that cannot be made at once, in order."""

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._making: Making | None = None
        self._waiting: deque[_Waiting] = deque()

    @property
    def busy(self) -> bool:
        """Whether an edit has to wait."""
        return self._making is not None or bool(self._waiting)

    def wait(self, act: Callable[[], list[Effect]], request: int | None = None) -> list[Effect]:
        """Make an edit when it is its turn; `act` returns what it causes and raises nothing.

        Raises:
            Refusal: `rate_limited`, too many wait.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise Refusal(ErrorCode.RATE_LIMITED)
        return self.wait_surely(act, request)

    def wait_surely(
        self, act: Callable[[], list[Effect]], request: int | None = None
    ) -> list[Effect]:
        """Make an edit of the server's own when it is its turn."""
        self._waiting.append(_Waiting(act, request))
        return []

    def begin(self, making: Making) -> list[Effect]:
        """Make the first slice of an edit, which is all of a short one.

        Raises:
            Refusal: it changes nothing.
        """
        for _ in making.slices:
            self._making = making
            return [Proceed(self._session_id)]
        return making.done()

    def proceed(self) -> list[Effect]:
        """Make another slice, or the next edit that waits."""
        making, self._making = self._making, None
        effects: list[Effect] = []
        if making is not None:
            try:
                effects = self.begin(making)
            except Refusal as refused:
                effects = making.refused(refused)
        elif self._waiting:
            effects = self._waiting.popleft().act()
        if self._waiting and self._making is None:
            effects = [*effects, Proceed(self._session_id)]
        return effects

    def finish(self) -> list[Effect]:
        """Make all that waits now."""
        effects: list[Effect] = []
        while self.busy:
            effects += [e for e in self.proceed() if not isinstance(e, Proceed)]
        return effects

    def give_up(self) -> list[Effect]:
        """Make the edit that is being made no further: it relies on what was not stored."""
        making, self._making = self._making, None
        if making is None:
            return []
        effects = making.refused(Refusal(ErrorCode.STORAGE_FAILED))
        return [*effects, Proceed(self._session_id)] if self._waiting else effects

    def abandon(self) -> list[Effect]:
        """Answer the requests that wait: what becomes of their edits is seen elsewhere."""
        making, self._making = self._making, None
        effects = [] if making is None else _answered(making.request, ErrorCode.STORAGE_FAILED)
        waiting, self._waiting = self._waiting, deque()
        for waits in waiting:
            effects += _answered(waits.request, ErrorCode.STORAGE_FAILED)
        return effects


def _answered(request: int | None, failure: ErrorCode) -> list[Effect]:
    return [] if request is None else [Answered(request, failure)]
