"""Renewal queue: the grants and credentials of peers by when they are due. Pure."""

import heapq
import itertools
from collections.abc import Iterator
from typing import Generic, TypeVar

from canvas_server.core.presence.session import Participant

Given = TypeVar("Given")


class Renewals(Generic[Given]):
    """What peers have been given, in the order in which it is to be renewed, or ends."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Participant, Given]] = []
        self._numbers = itertools.count()

    def expect(self, peer: Participant, given: Given, due: float | None) -> None:
        """Remember what a peer was given, and when something is to be done about it."""
        if due is not None:
            heapq.heappush(self._heap, (due, next(self._numbers), peer, given))

    def due(self, now: float) -> Iterator[tuple[Participant, Given]]:
        """Yield what has come due, each once; the peer may be gone, or have something else now."""
        while self._heap and self._heap[0][0] <= now:
            _, _, peer, given = heapq.heappop(self._heap)
            yield peer, given
