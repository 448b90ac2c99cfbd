"""Back-pressure: which connections are not read for now, because of what they make us do (OUT2).

What a message costs is charged to its connection, to the invitation by which it came and to its
session. While one of them owes something, its messages wait: signals until it is their turn,
droppable ones are dropped, and edits and questions that have waited for as long as a debt may
last are refused with `rate_limited`. Who edits a session whose edits are not stored waits, too.
"""

import functools
from collections.abc import Callable, Container

import msgspec
from msgspec import Struct

from canvas_server.core.effects import (
    Answered,
    Append,
    AskChat,
    ConnectionId,
    Proceed,
    Recall,
)
from canvas_server.core.queries import Party
from canvas_server.core.scene.elements import MAX_SCENE_BYTES
from canvas_server.node.budget import (
    BYTES_ANSWERED,
    BYTES_DESCRIBED,
    BYTES_OUT,
    BYTES_READ,
    BYTES_SCANNED,
    COPIES_OUT,
    LONG_SIGNAL,
    LONGEST_SECONDS,
    STRUCTURES_READ,
    UNITS_DECODING,
    UNITS_REFUSED,
    VALUES_READ,
    Account,
    Limits,
    SharedBudgets,
    WorkBudget,
    append_line,
    append_units,
)
from canvas_server.node.flows import Flows
from canvas_server.node.turns import TURN_UNITS, LoopTurns
from canvas_server.protocol import client
from canvas_server.protocol.codec import type_of
from canvas_server.protocol.traits import UnderLoad

MAX_UNSTORED_BYTES = 1024 * 1024
"""While more of a session waits to be stored, who edits it further is read no further."""
RECALL_BYTES = 2 * MAX_SCENE_BYTES
"""What reading an earlier scene costs, whose size is not known before: it is read, and stored."""
LONG_BYTES = 64 * 1024
"""Of longer messages one is handled in a turn of the event loop."""
UNREADABLE_COST = 8
"""So many bytes of elements does one byte cost in a message that is refused: it is read again, to
say why."""
SETTLED_TOGETHER = 64
"""Messages whose place is charged to invitation and session at once."""

UNDER_LOAD = {kind: traits.under_load for kind, traits in client.TRAITS.items()}
"""What becomes of messages of each type under load, at hand since each one is looked up."""
SIGNALS = frozenset(kind for kind in client.TRAITS if "target_peer_id" in kind.__struct_fields__)
"""Types of messages that are for one peer, and are sent on to it."""


class _Holder(Struct):
    """What is charged to one connection."""

    budget: WorkBudget
    held_since: float = 0.0
    refusing: bool = False
    """It has waited for as long as it has to, and others have kept up the debt."""
    unsettled: int = 0
    """Units of its calls that its invitation and its session are not charged for yet."""


class BackPressure:
    """Decides who is held; `read_on` is called for those that nothing here holds any more."""

    def __init__(
        self,
        connections: Container[ConnectionId],
        backlog_of: Callable[[str], int],
        party_of: Callable[[ConnectionId], Party | None],
        is_line_used: Callable[[str], bool],
        hold: Callable[[ConnectionId, str | None], None],
        read_on: Callable[[ConnectionId], None],
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float],
        limits: Limits,
        shared: SharedBudgets,
    ) -> None:
        """Begin; `backlog_of` returns how many bytes of a session wait to be stored.

        `party_of` returns to which session and invitation a connection belongs, `is_line_used`
        whether what is sent to a peer is on its line. `hold` takes the name of the limit that holds
        a connection up, or None where it only waits for its turn.
        """
        self._connections = connections
        self._backlog_of = backlog_of
        self._party_of = party_of
        self._is_line_used = is_line_used
        self._hold = hold
        self._read_on = read_on
        self._call_later = call_later
        self._clock = clock
        self._limits = limits
        self._shared = shared
        self._targets = shared.targets
        self._flows = Flows(limits)
        self.held: set[ConnectionId] = set()
        """Those that are not to be read now, for one of the reasons below."""
        self._behind: dict[ConnectionId, str] = {}
        """Those who edit a session faster than its edits are stored."""
        self._holders: dict[ConnectionId, _Holder] = {}
        self._indebted: set[ConnectionId] = set()
        self.turns = LoopTurns()
        self._is_turn_scheduled = False

    def open(self, connection_id: ConnectionId, work: Account | None) -> None:
        """Begin to charge a connection; `work` is the account that its socket pays from."""
        budget = self._limits.budget(self._clock())
        if work is not None:
            budget = msgspec.structs.replace(budget, work=work)
        self._holders[connection_id] = _Holder(budget)

    def forget(self, connection_id: ConnectionId) -> None:
        """Forget a connection that is gone."""
        self.held.discard(connection_id)
        self._indebted.discard(connection_id)
        self.turns.forget(connection_id)
        self._flows.forget(connection_id)
        self._holders.pop(connection_id, None)
        self._behind.pop(connection_id, None)

    def holds(self, connection_id: ConnectionId) -> bool:
        """Return whether a connection is not to be read now."""
        return connection_id in self.held

    # --- before a message is handled -----------------------------------------------------------

    def takes_turn(self, connection_id: ConnectionId, payload: bytes) -> bool:
        """Return whether a message may be handled in this turn of the event loop.

        In one turn many sockets may have a message each that is long, or short and costs much; what
        is short and a signal is served between them.
        """
        turns = self.turns
        if len(payload) > LONG_BYTES:
            if not turns.long_is_taken:
                turns.long_is_taken = True
                self._schedule_turn()
                return True
        elif turns.units < TURN_UNITS or is_signal(payload):
            return True
        party = self._party_of(connection_id)
        if turns.line_up(connection_id, "" if party is None else party.session_id):
            self._hold_up(connection_id, None)
            self._schedule_turn()
        return False

    def admits(
        self, connection_id: ConnectionId, kind: type[client.ClientMessage], size: int
    ) -> UnderLoad:
        """Return what becomes of a message: `wait` means that it is handled, now that it is read.

        Only what many share the debt of is dropped or refused.
        """
        under_load = UNDER_LOAD[kind]
        if under_load == "wait":
            return "wait"
        holder = self._holders.get(connection_id)
        if holder is None:
            return "wait"
        if under_load == "refuse":
            return "refuse" if self._refuses(connection_id, holder) else "wait"
        now = self._clock()
        for budget in self._shared_of(connection_id, now)[0]:
            crowded = budget.motion.spend(size) and budget.motion.wait(now) > 0
            if crowded or budget.wait(now) > 0:
                return "drop"
        return "wait"

    def _refuses(self, connection_id: ConnectionId, holder: _Holder) -> bool:
        if not holder.refusing:
            return False
        now = self._clock()
        shared, _ = self._shared_of(connection_id, now)
        holder.refusing = any(budget.wait(now) > 0 for budget in shared)
        return holder.refusing

    # --- charges ---------------------------------------------------------------------------------

    def performed(self, effect: Append | Recall | AskChat | Answered | Proceed) -> None:
        """Charge what is on its way to the log, or from it."""
        if isinstance(effect, Answered | Proceed):
            return
        editor = effect.editor
        if editor is None or editor not in self._connections:
            return
        if isinstance(effect, AskChat):
            self._wait_for_log(editor, effect.session_id)
        elif isinstance(effect, Recall):
            self._wait_for_log(editor, effect.session_id)
            self.scanned(editor, RECALL_BYTES)
        else:
            self._wait_for_log(editor, effect.record.session_id)
            self._spend(editor, append_units(effect), append_line(effect))

    def settled(self, connection_id: ConnectionId) -> None:
        """Charge the places of `SETTLED_TOGETHER` messages to invitation and session."""
        self._spend_shared(connection_id, SETTLED_TOGETHER, 0)

    def long(self, connection_id: ConnectionId, payload: bytes) -> None:
        """Charge a long message that is no signal: structs are made of all of it."""
        structures = payload.count(b"{") + payload.count(b"[")
        units = structures / STRUCTURES_READ + payload.count(b",") / VALUES_READ
        self._spend(connection_id, units + len(payload) / BYTES_READ, 0)

    def dear(self, connection_id: ConnectionId, units: int, *, signal: bool) -> None:
        """Charge a message that costs more than its place to invitation and session.

        Those of calls are charged together, as the places are: each would cost as much as a signal.
        """
        holder = self._holders.get(connection_id)
        if signal and holder is not None:
            holder.unsettled += units
            if holder.unsettled < SETTLED_TOGETHER:
                return
            units, holder.unsettled = holder.unsettled, 0
        self._spend_shared(connection_id, units, 0, waits=not signal)

    def may_signal(self, connection_id: ConnectionId, target: str, size: int) -> bool:
        """Charge a signal to the line of its target; return whether it is its turn, or waits."""
        line = self._targets.get(target)
        if line is not None and line.left >= size and size <= LONG_SIGNAL:
            line.left -= size
            return True
        return self._may_burden(connection_id, target, size)

    def _may_burden(self, connection_id: ConnectionId, target: str, size: int) -> bool:
        """Charge a signal that is long, or whose target has been sent much."""
        line = self._shared.target(target, self._clock())
        if line.left < 0:
            now = self._clock()
            owed = line.wait(now)
            is_light = owed <= 0 or self._flows.is_light(connection_id, target, size, now)
            if not is_light and self._is_line_used(target):
                self._wait(connection_id, owed)
                return False
        line.spend(size)
        if size > LONG_SIGNAL:
            self._spend(connection_id, (size - LONG_SIGNAL) / BYTES_DESCRIBED, 0, waits=False)
        return True

    def broadcast(self, connection_id: ConnectionId, copies: int, size: int, line: int) -> None:
        """Charge what a message had others sent at once.

        `copies` frames of `size` bytes together, and `line` bytes to each.
        """
        self._spend(connection_id, copies / COPIES_OUT + size / BYTES_OUT, line)

    def answered_with(self, connection_id: ConnectionId, size: int) -> None:
        """Charge an answer to who has asked for it."""
        self._spend(connection_id, size / BYTES_ANSWERED, 0)

    def worked(self, connection_id: ConnectionId, operations: int) -> None:
        """Charge the operations of a `sync_queue`, of which each is an edit."""
        self._spend(connection_id, operations, 0)

    def scanned(self, connection_id: ConnectionId, size: int) -> None:
        """Charge the bytes of elements that an edit has gone through, made or refused."""
        self._spend(connection_id, size / BYTES_SCANNED, 0)

    def decoded(self, connection_id: ConnectionId, cpu_ms: int) -> None:
        """Charge the decoding of pictures; the event loop went on meanwhile."""
        before = self.turns.units
        self._spend(connection_id, cpu_ms * UNITS_DECODING, 0)
        self.turns.units = before

    def could_not_read(self, connection_id: ConnectionId, size: int) -> None:
        """Charge a message that was none: it is read twice. A short one is paid by its refusal."""
        if size > BYTES_SCANNED:
            self.scanned(connection_id, UNREADABLE_COST * size)

    def refused(self, connection_id: ConnectionId) -> None:
        """Charge a refusal: it costs more than what is refused."""
        self._spend(connection_id, UNITS_REFUSED, 0)

    def relieve(self) -> None:
        """Read those on whose session is mostly stored."""
        if not self._behind:
            return
        for connection_id, session_id in [*self._behind.items()]:
            if self._backlog_of(session_id) <= MAX_UNSTORED_BYTES // 2:
                self._behind.pop(connection_id, None)
                self._release(connection_id)

    # --- accounts --------------------------------------------------------------------------------

    def _spend(
        self, connection_id: ConnectionId, units: float, line: int, *, waits: bool = True
    ) -> None:
        """Charge a connection that is there and what it shares with others; hold it if one owes.

        `waits`: also if only others have had too much; who makes a call does not wait for that.
        """
        holder = self._holders.get(connection_id)
        if holder is None:
            return
        seconds = 0.0
        if holder.budget.spend(units, line):
            seconds = holder.budget.wait(self._clock())
        self._spend_shared(connection_id, units, line, seconds, waits=waits)

    def _spend_shared(
        self,
        connection_id: ConnectionId,
        units: float,
        line: int,
        seconds: float = 0.0,
        *,
        waits: bool = True,
    ) -> None:
        """Charge invitation and session; hold the connection for `seconds` or what they owe."""
        now = self._clock()
        holding, charged = self._shared_of(connection_id, now)
        for budget in charged:
            budget.spend(units, line)
        for budget in holding if waits else ():
            seconds = max(seconds, budget.wait(now))
        self.turns.units += units
        self._schedule_turn()
        self._wait(connection_id, seconds)

    def _shared_of(
        self, connection_id: ConnectionId, now: float
    ) -> tuple[list[WorkBudget], list[WorkBudget]]:
        """Return the budgets whose debt holds a connection, and those that it is charged to.

        Who looks after a session is not held for what others of it have had.
        """
        party = self._party_of(connection_id)
        if party is None:
            return [], []
        session = self._shared.session(party.session_id, now)
        if not party.invitation:
            return [session], [session]
        invitation = self._shared.invitation(party.invitation, now)
        both = [invitation, session]
        return ([invitation] if party.moderates else both), both

    def _schedule_turn(self) -> None:
        if not self._is_turn_scheduled:
            self._is_turn_scheduled = True
            self._call_later(0, self._next_turn)

    def _next_turn(self) -> None:
        self._is_turn_scheduled = False
        for connection_id in self.turns.begin():
            self._release(connection_id)
        if self.turns.waiting:
            self._schedule_turn()

    # --- holding ---------------------------------------------------------------------------------

    def _wait_for_log(self, connection_id: ConnectionId, session_id: str) -> None:
        if self._backlog_of(session_id) > MAX_UNSTORED_BYTES and connection_id not in self._behind:
            self._behind[connection_id] = session_id
            self._hold_up(connection_id, "storage")

    def _wait(self, connection_id: ConnectionId, seconds: float) -> None:
        holder = self._holders.get(connection_id)
        if seconds > 0 and holder is not None and connection_id not in self._indebted:
            holder.held_since = self._clock()
            self._indebted.add(connection_id)
            self._hold_up(connection_id, "work")
            self._call_later(seconds, functools.partial(self._paid, connection_id))

    def _paid(self, connection_id: ConnectionId) -> None:
        """Read a connection on that owes nothing any more, or has waited long enough for others."""
        holder = self._holders.get(connection_id)
        if holder is None or connection_id not in self._indebted:
            return
        now = self._clock()
        own = holder.budget.wait(now)
        holding, _ = self._shared_of(connection_id, now)
        shared = max((budget.wait(now) for budget in holding), default=0.0)
        is_patient = now - holder.held_since < LONGEST_SECONDS
        if own > 0 or (shared > 0 and is_patient):
            seconds = max(own, shared)
            self._call_later(seconds, functools.partial(self._paid, connection_id))
            return
        holder.refusing = shared > 0
        self._indebted.discard(connection_id)
        self._release(connection_id)

    def _hold_up(self, connection_id: ConnectionId, limit: str | None) -> None:
        self.held.add(connection_id)
        self._hold(connection_id, limit)

    def _release(self, connection_id: ConnectionId) -> None:
        """Read a connection on, unless there is another reason not to."""
        if (
            connection_id not in self._indebted
            and connection_id not in self._behind
            and connection_id not in self.turns.waiting
        ):
            self.held.discard(connection_id)
            self._read_on(connection_id)


def is_signal(payload: bytes) -> bool:
    """Return whether a message that is not read yet is for one peer."""
    tag = type_of(payload)
    return tag is not None and client.BY_TAG.get(tag) in SIGNALS
