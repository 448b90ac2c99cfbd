"""LoopTurns: whose message is handled in which turn of the event loop. Pure.

When a turn has had its share of work, who comes next waits for one of the next, in order of coming
in each session, and sessions in turn: none keeps the others waiting.
"""

from collections.abc import Iterator

from canvas_server.core.effects import ConnectionId
from canvas_server.node.roundrobin import RoundRobin

TURN_UNITS = 500
"""After so much work in one turn of the event loop, what is no signal waits for the next."""


class LoopTurns:
    """The work of this turn, and the connections that wait for another one."""

    def __init__(self) -> None:
        self.units = 0.0
        """Of this turn, so far."""
        self.long_is_taken = False
        """A long message was handled in this turn: there is one in each."""
        self.waiting: set[ConnectionId] = set()
        self._queue: RoundRobin[ConnectionId] = RoundRobin()

    @property
    def is_over(self) -> bool:
        """Whether nothing but signals is handled in this turn any more."""
        return self.units >= TURN_UNITS

    def line_up(self, connection_id: ConnectionId, session_id: str) -> bool:
        """Have a connection wait; return whether it did not already."""
        if connection_id in self.waiting:
            return False
        self.waiting.add(connection_id)
        self._queue.put(session_id, connection_id)
        return True

    def forget(self, connection_id: ConnectionId) -> None:
        """Have a connection that is gone wait no more."""
        self.waiting.discard(connection_id)

    def begin(self) -> Iterator[ConnectionId]:
        """Begin another turn; yield whose turn it is, as long as it is not over."""
        self.units, self.long_is_taken = 0.0, False
        for _ in range(len(self._queue)):
            if self.is_over:
                return
            connection_id = self._queue.take()
            if connection_id in self.waiting:
                self.waiting.discard(connection_id)
                yield connection_id
