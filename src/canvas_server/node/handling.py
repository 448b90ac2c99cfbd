"""Handling: a message that is read goes to the hub, and what it has caused is charged (OUT2)."""

from collections.abc import Callable
from typing import assert_never

from canvas_server.core.effects import ConnectionId
from canvas_server.core.hub import Hub
from canvas_server.node.backpressure import SETTLED_TOGETHER, BackPressure
from canvas_server.node.budget import BYTES_IN, COSTS
from canvas_server.node.counts import Counts
from canvas_server.node.flushing import FlushSchedule
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.node.sending import Sender, Sent
from canvas_server.protocol import client
from canvas_server.protocol.client import ClientMessage, IceCandidate
from canvas_server.protocol.codec import MalformedMessage, decode
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.traits import Charge

DEAR = client.types_with(lambda traits: traits.tokens > 1)
"""Types of messages that are charged for more than their place and their bytes."""
FEW_COPIES = 4
"""Frames that a message may have sent without being charged for them."""
OVERLOADED = (
    "There is more to do for this session, or for those with your link, than one may ask for; "
    "nothing was changed. Try again in some seconds."
)


class Handler:
    """Handles the messages of connections, one by one."""

    def __init__(
        self,
        hub: Hub,
        pressure: BackPressure,
        outboxes: Outboxes,
        sender: Sender,
        flushes: FlushSchedule,
        counts: Counts,
        clock: Callable[[], float],
    ) -> None:
        self._hub = hub
        self._relay = hub.relay
        self._perform = sender.perform
        self._send = sender.send
        self._pressure = pressure
        self._may_signal = pressure.may_signal
        self._outboxes = outboxes
        self._flushes = flushes
        self._received = counts.received
        self._clock = clock

    def handle(self, connection_id: ConnectionId, payload: bytes) -> int:
        """Read a message, have the hub handle it, and charge it.

        Returns what it costs its connection; 0: it is a signal that has to wait for its turn, and
        nothing was done.
        """
        try:
            message = decode(payload)
        except MalformedMessage as malformed:
            self._outboxes[connection_id].heard += 1
            self._perform(self._hub.refuse(connection_id, malformed))
            self._pressure.could_not_read(connection_id, len(payload))
            return 1
        if not isinstance(message, IceCandidate):
            return self._handle(connection_id, message, payload)
        # What `_handle` does, in fewer steps: most of all messages are candidates.
        if not self._may_signal(connection_id, message.target_peer_id, len(payload)):
            return 0
        self._received[IceCandidate] += 1
        outbox = self._outboxes[connection_id]
        heard = outbox.heard = outbox.heard + 1
        # Bound methods in locals: Python 3.11 calls those of attributes more slowly.
        relay, send = self._relay, self._send
        relayed = relay(connection_id, message)
        if relayed is None:
            self._perform(self._hub.handle(connection_id, message, self._clock()))
        else:
            send(relayed[0], relayed[1])
        if not heard % SETTLED_TOGETHER:
            self._pressure.settled(connection_id)
        return 1

    def _handle(self, connection_id: ConnectionId, message: ClientMessage, payload: bytes) -> int:
        kind, outbox, size = type(message), self._outboxes[connection_id], len(payload)
        target: str | None = getattr(message, "target_peer_id", None)
        if target is not None and not self._may_signal(connection_id, target, size):
            return 0
        self._received[kind] += 1
        heard = outbox.heard = outbox.heard + 1
        if target is not None:
            perform, clock = self._perform, self._clock
            perform(self._hub.handle(connection_id, message, clock()))
        else:
            if size > BYTES_IN:
                self._pressure.long(connection_id, payload)
            self._handle_for_many(connection_id, message, size, outbox)
        cost = 1
        if kind in DEAR:
            cost = COSTS[kind]
            self._pressure.dear(connection_id, cost, signal=target is not None)
        if not heard % SETTLED_TOGETHER:
            self._pressure.settled(connection_id)
        return cost

    def _handle_for_many(
        self, connection_id: ConnectionId, message: ClientMessage, size: int, outbox: Outbox
    ) -> None:
        """Handle a message that is for many, or changes or asks for much."""
        match self._pressure.admits(connection_id, type(message), size):
            case "drop":
                return
            case "refuse":
                message_id: str | None = getattr(message, "message_id", None)
                refused = MalformedMessage(ErrorCode.RATE_LIMITED, OVERLOADED, message_id)
                self._perform(self._hub.refuse(connection_id, refused))
                return
            case "wait":
                pass
        if self._flushes.has_droppable and not message.traits.droppable:
            party = self._hub.party_of(connection_id)
            if party is not None:
                self._flushes.settle(party.peer_id)
            if isinstance(message, client.Subscribe):
                self._flushes.moved(connection_id)
        sent, queued = Sent(), outbox.queued_bytes
        self._perform(self._hub.handle(connection_id, message, self._clock()), sent)
        if sent.copies > FEW_COPIES:
            # What may be dropped is written later, as long as it came, if no other takes its place.
            volume = sent.copies * size if message.traits.droppable else sent.bytes
            self._pressure.broadcast(connection_id, sent.copies, volume, sent.line_bytes)
        if message.traits.charge is not Charge.NOTHING:
            self._charge(connection_id, message, outbox, queued)

    def _charge(
        self, connection_id: ConnectionId, message: ClientMessage, outbox: Outbox, before: int
    ) -> None:
        """Charge a message for more than itself; `before` is what was queued for its answer."""
        charge = message.traits.charge
        match charge:
            case Charge.NOTHING:
                pass
            case Charge.OPERATIONS:
                self._pressure.worked(connection_id, len(client.operations_of(message)))
            case Charge.ANSWER | Charge.JOIN:
                if self._outboxes.get(connection_id) is outbox:
                    self._pressure.answered_with(connection_id, outbox.queued_bytes - before)
            case _:
                assert_never(charge)
