"""Sending: one frame of a message for all of its receivers, and what was sent, counted."""

from collections.abc import Callable

from canvas_server.core.effects import ConnectionId, Effect, RareEffect, Send
from canvas_server.node.counts import Counts
from canvas_server.node.flushing import FlushSchedule
from canvas_server.node.frames import frame_of, plain_frame
from canvas_server.node.outbox import Outboxes
from canvas_server.protocol import server
from canvas_server.protocol.server import Error, PeerLeft, PeerPreview, RosterChanges, ServerMessage

COALESCED = server.types_with(lambda traits: traits.delivery == "coalesced")
"""Types of messages that may wait a moment for others, so that a crowd costs fewer writes."""
UNLIKE = COALESCED | {PeerPreview, PeerLeft, RosterChanges, Error}
"""Types of messages that are not just written once what came in together is handled."""


class Sent:
    """What one message has caused to be sent."""

    __slots__ = ("bytes", "copies", "line_bytes")

    def __init__(self) -> None:
        self.copies = 0
        """Frames, one for each receiver."""
        self.bytes = 0
        """Of all these frames that are queued by now."""
        self.line_bytes = 0
        """Of each frame that several were sent: what one of them had to receive."""

    def add(self, count: int, size: int) -> None:
        """Count a frame with so many receivers."""
        self.copies += count
        self.bytes += count * size
        if count > 1:
            self.line_bytes += size


class Sender:
    """Queues frames for their receivers; the schedule says when they are written."""

    def __init__(
        self,
        outboxes: Outboxes,
        flushes: FlushSchedule,
        counts: Counts,
        refused: Callable[[Send], None],
        rare: Callable[[RareEffect], None],
    ) -> None:
        """Send to these; `refused` is called for each error that is sent.

        `rare` performs what is no message.
        """
        self._outboxes = outboxes
        self._flushes = flushes
        self._counts = counts
        self._sent = counts.sent
        self._dirty = flushes.dirty
        self._refused = refused
        self._rare = rare

    def perform(self, effects: list[Effect], tally: Sent | None = None) -> None:
        """Queue each message for its receivers, and have everything else done, in order.

        What is sent is added to the `tally`.
        """
        for effect in effects:
            if not isinstance(effect, Send):
                self._rare(effect)
                continue
            message, to = effect.message, effect.to
            kind = type(message)
            self._sent[kind] += len(to)
            if kind in UNLIKE:
                size = self._send_unlike(effect)
            else:
                frame = frame_of(message)
                size = len(frame)
                for connection_id in to:
                    outbox = self._outboxes[connection_id]
                    outbox.push(frame, message)
                    self._dirty[outbox] = None
            if tally is not None:
                tally.add(len(to), size)

    def send(self, to: ConnectionId, message: ServerMessage) -> None:
        """Queue a message for one receiver, as `perform` does; its type is none of `UNLIKE`."""
        self._sent[type(message)] += 1
        outbox = self._outboxes[to]
        outbox.push(plain_frame(message), message)
        self._dirty[outbox] = None

    def _send_unlike(self, effect: Send) -> int:
        """Send a message of `UNLIKE`; return the size of its frame, 0 where that waits."""
        message = effect.message
        if isinstance(message, PeerPreview):
            self._flushes.droppable(effect, message)
            return 0
        frame = frame_of(message)
        waiting = self._flushes.coalesced() if type(message) in COALESCED else self._dirty
        for connection_id in effect.to:
            outbox = self._outboxes[connection_id]
            outbox.push(frame, message)
            waiting[outbox] = None
        if isinstance(message, PeerLeft):
            self._flushes.drop(message.peer_id)
        elif isinstance(message, RosterChanges):
            for gone in message.left:
                self._flushes.drop(gone.peer_id)
        elif isinstance(message, Error):
            self._counts.refused[message.code] += 1
            self._refused(effect)
        return len(frame)
