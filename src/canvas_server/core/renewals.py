"""When something is to be done about what peers have been granted. Pure."""

import heapq
import itertools
from collections.abc import Iterator

from canvas_server.core.grants import Grant
from canvas_server.core.session import Participant


class Renewals:
    """Peers in the order in which their grants are to be renewed, or end."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Participant, Grant]] = []
        self._numbers = itertools.count()

    def expect(self, peer: Participant) -> None:
        """Look after the grant that a peer has now."""
        if peer.grant.due is not None:
            entry = (peer.grant.due, next(self._numbers), peer, peer.grant)
            heapq.heappush(self._heap, entry)

    def due(self, now: float) -> Iterator[Participant]:
        """Yield those whose time has come, each once; one that has another grant waits for that."""
        while self._heap and self._heap[0][0] <= now:
            _, _, peer, grant = heapq.heappop(self._heap)
            if peer.grant is grant:
                yield peer
