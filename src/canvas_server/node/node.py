"""The node: the one owner of the hub. It feeds it and performs its effects, in order.

There is no `await` between an input and the last of its effects, so a node has one order of
everything and needs no lock.
"""

import functools
import time
from collections import defaultdict
from collections.abc import Callable

import msgspec

from canvas_server.core.effects import (
    Arrived,
    Checkpoint,
    CloseConnection,
    ConnectionId,
    Decode,
    Discard,
    Effect,
    Load,
    NetworkCallRequest,
    Published,
    RareEffect,
    RecordAudit,
    Resume,
    Send,
    SettlePresence,
    Worked,
)
from canvas_server.core.hub import Hub
from canvas_server.core.presence.membership import LEFT_FOR_GOOD
from canvas_server.node.backpressure import LONG_BYTES, BackPressure
from canvas_server.node.budget import Account, Limits, SharedBudgets
from canvas_server.node.clocksteps import ClockSteps
from canvas_server.node.counts import Counts
from canvas_server.node.events import NodeEvents
from canvas_server.node.flushing import FlushSchedule
from canvas_server.node.handling import Handler
from canvas_server.node.lines import Lines
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.node.pictures import NoDecoder, Outcome, WaitingEdits
from canvas_server.node.placement import LocalPlacement
from canvas_server.node.ports import Elsewhere, Log, LogFailure, PictureDecoder, Placement
from canvas_server.node.scenes import Scenes
from canvas_server.node.sending import Sender
from canvas_server.node.sockets import Connection, Owner, Payload, Socket
from canvas_server.node.turns import TURN_UNITS
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode


class Node:
    """The hub of this process with its connections."""

    def __init__(
        self,
        hub: Hub,
        outboxes: Outboxes,
        log: Log,
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = time.time,
        placement: Placement | None = None,
        events: NodeEvents | None = None,
        limits: Limits | None = None,
        decoder: PictureDecoder | None = None,
        steady: Callable[[], float] | None = None,
    ) -> None:
        """Own a hub; `call_later` runs a function after some seconds, in the same thread.

        `placement` says which sessions other nodes have; `events` has the subscribers;
        `decoder` reads the pictures that edits bring; `steady` is a clock that is never set.
        """
        self.limits = limits or Limits()
        """What each connection may have done."""
        shared = SharedBudgets(self.limits)
        self._placement = placement or LocalPlacement()
        self._events = events or NodeEvents()
        decoder = decoder or NoDecoder()
        self._waiting_edits = WaitingEdits(decoder, self._decoded)
        self.hub = hub
        self.outboxes = outboxes
        self.scenes = Scenes(
            hub,
            log,
            self._placement,
            self.perform,
            clock,
            call_later,
            self._events.log_failing.publish,
            shared,
            decoder,
        )
        self.counts = Counts()
        self.connections: dict[ConnectionId, Connection] = {}
        self._ready: set[ConnectionId] = set()
        """Those whose next message is handled at once: nothing holds them up."""
        self.stopping = False
        """Set when the process is about to end: readiness turns red."""
        self.clock = clock
        self._steps = ClockSteps(clock, steady or clock)
        self._last_id = 0
        self._call_later = call_later
        self._held: dict[ConnectionId, list[Payload]] = {}
        """What came from connections whose session is being read; None: a binary message."""
        self._deferred: defaultdict[ConnectionId, list[Payload]] = defaultdict(list)
        """What came from those that are held back: it was on its way already."""
        self._pressure = BackPressure(
            self.connections,
            self.scenes.backlog_of,
            hub.party_of,
            Lines(hub, outboxes, clock).is_used,
            self._hold_back,
            self._read_on,
            call_later,
            clock,
            self.limits,
            shared,
        )
        self._turns = self._pressure.turns
        self._flushes = FlushSchedule(outboxes, call_later)
        self.flush = self._flushes.flush
        """Write what is queued: one write for each connection that has something to hear now."""
        sender = Sender(outboxes, self._flushes, self.counts, self._refused, self._perform_rare)
        self._perform = sender.perform
        self._handler = Handler(
            hub, self._pressure, outboxes, sender, self._flushes, self.counts, clock
        )

    def connect(self, connection: Connection, work: Account | None = None) -> ConnectionId:
        """Take in a new connection and greet it; its messages are paid for from `work`."""
        connection_id = self._take_in(connection, work)
        self.counts.connections += 1
        self._perform(self.hub.connect(connection_id, self.clock()))
        self.flush()
        return connection_id

    def adopt(self, connection: Connection, work: Account | None = None) -> ConnectionId:
        """Take in a connection that another node has greeted; see `connect`."""
        connection_id = self._take_in(connection, work)
        self.hub.connect(connection_id, self.clock())
        return connection_id

    def _take_in(self, connection: Connection, work: Account | None) -> ConnectionId:
        self._last_id += 1
        connection_id = ConnectionId(self._last_id)
        self.connections[connection_id] = connection
        self.outboxes[connection_id] = connection.outbox
        self._ready.add(connection_id)
        self._pressure.open(connection_id, work)
        return connection_id

    def receive(self, connection_id: ConnectionId, payload: bytes) -> int:
        """Handle one text message; return what it costs beside its bytes, as far as that is known.

        What it causes is queued; call `flush` after a batch.
        """
        if connection_id not in self._ready:
            self._put_off(connection_id, payload)
            return 1
        if (
            self._turns.units >= TURN_UNITS or len(payload) > LONG_BYTES
        ) and not self._pressure.takes_turn(connection_id, payload):
            self._deferred[connection_id].append(payload)
            return 1
        cost = self._handler.handle(connection_id, payload)
        if cost:
            return cost
        self._deferred[connection_id].append(payload)
        return 1

    def _put_off(self, connection_id: ConnectionId, payload: Payload) -> None:
        """Keep a message of a connection that is not to be read now, if it is still there."""
        if connection_id in self._held:
            self._held[connection_id].append(payload)
        elif connection_id in self.connections:
            self._deferred[connection_id].append(payload)
        # else the server has closed it, and its last frames still come in

    def receive_all(self, connection_id: ConnectionId, payloads: list[Payload]) -> None:
        """Handle the messages of a connection that came while they could not be handled."""
        for payload in payloads:
            if payload is None:
                self.refuse_binary(connection_id)
            else:
                self.receive(connection_id, payload)
        self.perform([])

    def refuse_binary(self, connection_id: ConnectionId) -> None:
        """Answer a binary message; the connection lives on."""
        if connection_id not in self._ready:
            self._put_off(connection_id, None)
            return
        self.outboxes[connection_id].heard += 1
        code = ErrorCode.BINARY_FRAME
        self._perform(self.hub.refuse(connection_id, MalformedMessage(code, code.meaning)))

    def echoed(self, connection_id: ConnectionId, number: int) -> None:
        """Let go of what a connection has read: it was written before `number` was asked."""
        if connection_id in self.connections:
            self.outboxes[connection_id].acknowledge(number)

    def resumed(self, connection_id: ConnectionId) -> None:
        """Do nothing: the outbox has seen to it."""

    def disconnect(self, connection_id: ConnectionId, close_code: int | None) -> None:
        """Forget a connection that is gone; a second call for it does nothing.

        `close_code` is what its owner closed it with, None where it just broke. What was not
        sent to the peer yet waits for it, if the hub keeps its place.
        """
        self._held.pop(connection_id, None)
        self._waiting_edits.forget(connection_id)
        connection = self.connections.pop(connection_id, None)
        self._forget(connection_id)
        if connection is not None:
            connection.outbox.detach()
            self._perform(self.hub.disconnect(connection_id, self.clock(), close_code))
            self.flush()

    def tick(self) -> None:
        """Let peers go that stayed away too long, and keep what waits for all of them bounded."""
        if step := self._steps.take():
            self.hub.clock_stepped(step)
        self._perform(self.hub.expire(self.clock()))
        self.flush()
        self.outboxes.bound(self.connections)

    def revoke(self, invitation: str) -> None:
        """Remove everybody who came by an invitation that was taken back."""
        self._perform(self.hub.revoke(invitation, self.clock()))
        self.flush()

    def network_answered(
        self, request: NetworkCallRequest, call_id: str = "", error: str = ""
    ) -> None:
        """Apply an answer of the Communitas network (`Hub.network_answered`)."""
        self._perform(self.hub.network_answered(request, call_id, error))
        self.flush()

    def record(self, entry: AuditEntry, connection: ConnectionId | None = None) -> None:
        """Write something down for who runs the server; `connection` is through which it came."""
        self._events.audit.publish(RecordAudit(entry, connection))

    def later(self, act: Callable[[], None]) -> None:
        """Do something as soon as what goes on now is done."""
        self._call_later(0, act)

    def forward(self, socket: Socket, address: str, payloads: list[Payload]) -> Owner:
        """Have another node serve a socket, beginning with these messages."""
        return self._placement.forward(socket, address, payloads)

    def hold(self, session_id: str) -> None:
        """Read nobody of a session any further: it is about to leave this node."""
        for connection_id in self.hub.connections_of(session_id):
            if connection_id in self.connections:
                self.connections[connection_id].hold()

    def evict(self, session_id: str, code: CloseCode) -> None:
        """Let a session go that lives on another node from now on; its peers are to come back."""
        self._perform(self.hub.evict(session_id, code))
        self.flush()

    def perform(self, effects: list[Effect]) -> None:
        """Perform what the log or another server has caused; what it says is written together."""
        self._perform(effects)
        self._pressure.relieve()
        self._flushes.flush_soon()

    def _perform_rare(self, effect: RareEffect) -> None:
        if isinstance(effect, Published):
            self._events.publish(effect)
            return
        match effect:
            case Checkpoint():
                self.outboxes[effect.connection].checkpoint(
                    effect.token, effect.snapshot, effect.since
                )
            case Arrived():
                self.outboxes[effect.connection].arrived(effect.received)
            case Resume():
                self._resume(effect)
            case Discard():
                self.outboxes.pop(effect.connection, None)
            case CloseConnection():
                self._close(effect)
            case Worked():
                self._pressure.scanned(effect.connection, effect.work)
            case SettlePresence(session_id, seconds, what):
                settle = functools.partial(self.hub.settle_presence, session_id, what)
                self._call_later(seconds, lambda: self.perform(settle()))
            case Load() | Decode():
                self._await(effect)
            case _:
                self.scenes.perform(effect)
                self._pressure.performed(effect)

    def _close(self, effect: CloseConnection) -> None:
        self._held.pop(effect.connection, None)
        self._waiting_edits.forget(effect.connection)
        connection = self.connections.pop(effect.connection, None)
        self._forget(effect.connection)
        if connection is not None:
            connection.close(effect.code)

    def _await(self, effect: Load | Decode) -> None:
        """Read a connection no further until its session is open, or its pictures are decoded."""
        self._held[effect.connection] = []
        self._ready.discard(effect.connection)
        self.connections[effect.connection].hold()
        if isinstance(effect, Load):
            self.scenes.open(effect.session_id, functools.partial(self._opened, effect))
        else:
            self.outboxes[effect.connection].heard -= 1  # it counts when it is handled
            self._waiting_edits.wait(effect)

    def _opened(self, load: Load, outcome: Elsewhere | LogFailure | None) -> None:
        """Handle the messages of a connection that came while its session was opened."""
        connection_id = load.connection
        held = self._held.pop(connection_id, None)
        if held is None:
            return  # it is gone
        self._is_ready(connection_id)
        if isinstance(outcome, Elsewhere):
            self.record(AuditEntry(AuditEvent.FORWARDED, load.session_id), connection_id)
            message = self.hub.passed_on(connection_id, load.message, self.clock())
            self._move(connection_id, outcome, [msgspec.json.encode(message), *held])
            return
        if outcome is None:
            self._perform(self.hub.handle(connection_id, load.message, self.clock()))
        else:
            code = ErrorCode.STORAGE_FAILED
            self._perform(self.hub.refuse(connection_id, MalformedMessage(code, code.meaning)))
        self.receive_all(connection_id, held)
        self._read_on(connection_id)

    def _decoded(self, decode: Decode, outcome: Outcome, cpu_ms: int) -> None:
        """Handle an edit whose pictures are decoded, then what its connection said meanwhile."""
        connection_id = decode.connection
        held = self._held.pop(connection_id)
        self._is_ready(connection_id)
        self.outboxes[connection_id].heard += 1
        if isinstance(outcome, MalformedMessage):
            self._perform(self.hub.refuse(connection_id, outcome))
        else:
            now = self.clock()
            self._perform(self.hub.handle(connection_id, outcome, now, decoded=True))
            self._pressure.decoded(connection_id, cpu_ms)
        self.receive_all(connection_id, held)
        self._read_on(connection_id)

    def _move(
        self, connection_id: ConnectionId, elsewhere: Elsewhere, payloads: list[Payload]
    ) -> None:
        """Hand a connection over to the node that its session lives on."""
        connection = self.connections.pop(connection_id)
        payloads += self._deferred.pop(connection_id, ())
        self._forget(connection_id)
        self._perform(self.hub.disconnect(connection_id, self.clock(), LEFT_FOR_GOOD))
        self.flush()
        connection.move(elsewhere.address, payloads)

    def _hold_back(self, connection_id: ConnectionId, limit: str | None) -> None:
        self._ready.discard(connection_id)
        self.connections[connection_id].hold()
        if limit is not None:
            self.counts.held_back += 1
            self.record(AuditEntry(AuditEvent.LIMITED, limit=limit), connection_id)

    def _refused(self, effect: Send) -> None:
        """Charge an error that is sent, and let those know who want to."""
        for connection_id in effect.to:
            self._pressure.refused(connection_id)
        self._events.refused.publish(effect)

    def _read_on(self, connection_id: ConnectionId) -> None:
        """Read a connection again that nothing keeps from it any more."""
        if not self._is_ready(connection_id):
            return
        for payload in self._deferred.pop(connection_id, ()):
            if payload is None:
                self.refuse_binary(connection_id)
            else:
                self.receive(connection_id, payload)
        self._flushes.flush_soon()
        if self._is_ready(connection_id):
            self.connections[connection_id].release()

    def _is_ready(self, connection_id: ConnectionId) -> bool:
        """Find out, and note, whether nothing holds a connection up."""
        ready = (
            connection_id in self.connections
            and connection_id not in self._held
            and not self._pressure.holds(connection_id)
        )
        if ready:
            self._ready.add(connection_id)
        return ready

    def _forget(self, connection_id: ConnectionId) -> None:
        self._ready.discard(connection_id)
        self._deferred.pop(connection_id, None)
        self._pressure.forget(connection_id)

    def _resume(self, effect: Resume) -> None:
        """Let the outbox of a peer go on with another socket."""
        connection, outbox = self.connections[effect.new], self.outboxes.pop(effect.old)
        old = self.connections.get(effect.old)
        if old is not None:
            old.outbox = Outbox(None)
        outbox.go_on(connection, connection.outbox, effect)
        connection.outbox = self.outboxes[effect.new] = outbox
        self._flushes.dirty[outbox] = None
        self.counts.resumed += 1
