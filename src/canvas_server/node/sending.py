"""Sending: one frame of a message for all of its receivers, and what was sent, counted."""

from collections.abc import Callable

from canvas_server.core.effects import Send
from canvas_server.node.counts import Counts
from canvas_server.node.flushing import FlushSchedule
from canvas_server.node.frames import frame_of
from canvas_server.node.outbox import Outboxes
from canvas_server.protocol import server
from canvas_server.protocol.server import Error, PeerLeft, PeerPreview, RosterChanges

COALESCED = server.types_with(lambda traits: traits.delivery == "coalesced")
"""Types of messages that may wait a moment for others, so that a crowd costs fewer writes."""
NOTED = frozenset((PeerLeft, RosterChanges, Error))
"""Types of messages after which something else is to be done."""


class Sender:
    """Queues frames for their receivers; the schedule says when they are written."""

    def __init__(
        self,
        outboxes: Outboxes,
        flushes: FlushSchedule,
        counts: Counts,
        refused: Callable[[Send], None],
    ) -> None:
        """Send to these; `refused` is called for each error that is sent."""
        self._outboxes = outboxes
        self._flushes = flushes
        self._counts = counts
        self._refused = refused
        self.copies = 0
        """Frames since the start, one for each receiver; what a message caused is a difference."""
        self.bytes = 0
        """Of all these frames."""
        self.line_bytes = 0
        """Of each frame that several were sent: what one of them had to receive."""

    def send(self, effect: Send) -> None:
        """Queue a message for its receivers."""
        message, to = effect.message, effect.to
        kind, count = type(message), len(to)
        self._counts.sent[kind] += count
        self.copies += count
        if kind is PeerPreview and isinstance(message, PeerPreview):
            self._flushes.droppable(effect, message)
            return
        frame = frame_of(message)
        waiting = self._flushes.coalesced() if kind in COALESCED else self._flushes.dirty
        outboxes = self._outboxes
        for connection_id in to:
            outbox = outboxes[connection_id]
            outbox.push(frame, message)
            waiting[outbox] = None
        self.bytes += count * len(frame)
        if count > 1:
            self.line_bytes += len(frame)
        if kind in NOTED:
            self._note(effect)

    def _note(self, effect: Send) -> None:
        message = effect.message
        if isinstance(message, PeerLeft):
            self._flushes.drop(message.peer_id)
        elif isinstance(message, RosterChanges):
            for gone in message.left:
                self._flushes.drop(gone.peer_id)
        elif isinstance(message, Error):
            self._counts.refused[message.code] += 1
            self._refused(effect)
