"""Back-pressure: which connections are not read for now, because of what they make us do (OUT2).

Too much of their session waits to be stored, or they have had too many bytes sent to others, or to
themselves, or made too many edits at once, or edits that go through too many bytes. Each ends by
itself; only who is the cause is held.
"""

import functools
from collections.abc import Callable, Container

from canvas_server.core.effects import Answered, Append, ConnectionId, Proceed, Recall
from canvas_server.core.scene.elements import MAX_SCENE_BYTES
from canvas_server.node.throttle import (
    FREE_BYTES,
    Allowance,
    editing,
    going_through,
    reading,
    working,
)

MAX_UNSTORED_BYTES = 1024 * 1024
"""While more of a session waits to be stored, who edits it further is read no further."""

RECALL_BYTES = 2 * MAX_SCENE_BYTES
"""What reading an earlier scene costs, whose size is not known before: it is read, and stored."""
LONG_BYTES = 64 * 1024
"""Of longer messages one is handled in a turn of the event loop."""
TURN_SECONDS = 0.002
"""After which a message looks for its turn again."""
UNREADABLE_COST = 8
"""So many bytes of elements does one byte cost in a message that is refused: it is read again, to
say why."""

Kind = Callable[[], Allowance]
"""What is charged, by what makes the allowance for it."""


class BackPressure:
    """Decides who is held; `read_on` is called for those that nothing here holds any more."""

    def __init__(
        self,
        connections: Container[ConnectionId],
        backlog_of: Callable[[str], int],
        hold: Callable[[ConnectionId], None],
        read_on: Callable[[ConnectionId], None],
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float],
    ) -> None:
        """Begin; `backlog_of` tells how many bytes of a session wait to be stored."""
        self._connections = connections
        self._backlog_of = backlog_of
        self._hold = hold
        self._read_on = read_on
        self._call_later = call_later
        self._clock = clock
        self._behind: dict[ConnectionId, str] = {}
        """Those who edit a session faster than its edits are stored."""
        self._allowances: dict[ConnectionId, dict[Kind, Allowance]] = {}
        self._indebted: set[ConnectionId] = set()
        self._turn_is_taken = False

    def holds(self, connection_id: ConnectionId) -> bool:
        """Tell whether a connection is not to be read now."""
        return connection_id in self._indebted or connection_id in self._behind

    def performed(self, effect: Append | Recall | Answered | Proceed) -> None:
        """Note what is on its way to the log, or from it."""
        if isinstance(effect, Answered | Proceed):
            return
        editor = effect.editor
        if editor is None or editor not in self._connections:
            return
        if isinstance(effect, Recall):
            self._wait_for_log(editor, effect.session_id)
            self.went_through(editor, RECALL_BYTES)
        else:
            self._wait_for_log(editor, effect.record.session_id)
            self._charge(editor, effect.broadcast_bytes - FREE_BYTES, effect.receivers)

    def answered_with(self, connection_id: ConnectionId, size: int) -> None:
        """Charge an answer that is long to who has asked for it."""
        if size > FREE_BYTES:
            self._spend(connection_id, reading, size)

    def worked(self, connection_id: ConnectionId, operations: int) -> None:
        """Charge the operations of a `sync_queue`, of which each is an edit."""
        self._spend(connection_id, working, operations)

    def went_through(self, connection_id: ConnectionId, work: int) -> None:
        """Charge the bytes that an edit has gone through, made or refused."""
        self._spend(connection_id, going_through, work)

    def takes_turn(self, connection_id: ConnectionId, size: int) -> bool:
        """Tell whether a message may be handled now; one of a long one's size waits for its turn.

        In one turn of the loop many sockets may have a long message each; what else is ready is
        served between them.
        """
        if size <= LONG_BYTES:
            return True
        if self._turn_is_taken:
            self._wait(connection_id, TURN_SECONDS)
            return False
        self._turn_is_taken = True
        self._call_later(0, self._next_turn)
        return True

    def _next_turn(self) -> None:
        self._turn_is_taken = False

    def could_not_read(self, connection_id: ConnectionId, size: int) -> None:
        """Charge a long message that was none."""
        if size > FREE_BYTES:
            self.went_through(connection_id, UNREADABLE_COST * size)

    def relieve(self) -> None:
        """Read those on whose session is mostly stored."""
        if not self._behind:
            return
        for connection_id, session_id in [*self._behind.items()]:
            if self._backlog_of(session_id) <= MAX_UNSTORED_BYTES // 2:
                self._behind.pop(connection_id, None)
                self._release(connection_id)

    def forget(self, connection_id: ConnectionId) -> None:
        """Forget a connection that is gone."""
        self._indebted.discard(connection_id)
        self._allowances.pop(connection_id, None)
        self._behind.pop(connection_id, None)

    def _charge(self, editor: ConnectionId, broadcast_bytes: int, receivers: int) -> None:
        """Charge an edit to its editor, by what others are sent for it."""
        if broadcast_bytes > 0:
            self._spend(editor, editing, broadcast_bytes, broadcast_bytes * receivers)

    def _spend(self, connection_id: ConnectionId, kind: Kind, *costs: int) -> None:
        """Charge a connection that is there, and hold it while it owes."""
        if connection_id in self._connections:
            allowances = self._allowances.setdefault(connection_id, {})
            allowance = allowances.get(kind)
            if allowance is None:
                allowance = allowances[kind] = kind()
            self._wait(connection_id, allowance.spend(self._clock(), *costs))

    def _wait_for_log(self, connection_id: ConnectionId, session_id: str) -> None:
        if self._backlog_of(session_id) > MAX_UNSTORED_BYTES and connection_id not in self._behind:
            self._behind[connection_id] = session_id
            self._hold(connection_id)

    def _wait(self, connection_id: ConnectionId, seconds: float) -> None:
        if seconds > 0 and connection_id not in self._indebted:
            self._indebted.add(connection_id)
            self._hold(connection_id)
            self._call_later(seconds, functools.partial(self._paid, connection_id))

    def _paid(self, connection_id: ConnectionId) -> None:
        """Read a connection on that owes nothing any more; what was read already may cost, too."""
        if connection_id not in self._indebted:
            return
        now = self._clock()
        owed = [
            allowance.wait(now) for allowance in self._allowances.get(connection_id, {}).values()
        ]
        if max(owed, default=0) > 0:
            self._call_later(max(owed), functools.partial(self._paid, connection_id))
        else:
            self._indebted.discard(connection_id)
            self._release(connection_id)

    def _release(self, connection_id: ConnectionId) -> None:
        if not self.holds(connection_id):
            self._read_on(connection_id)
