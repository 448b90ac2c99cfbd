"""Flush schedule: which outboxes have something to write, and when it is written.

What one batch of input causes is written at its end, what the log causes in the next turn of the
event loop, and coalesced messages a moment later, so that a crowd costs fewer writes. Of droppable
ones the latest of each peer is written then; those before it are not.
"""

from collections.abc import Callable

from canvas_server.core.effects import ConnectionId, Send
from canvas_server.node.frames import frame_of
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.protocol.server import PeerPreview

COALESCE_SECONDS = 0.02
MAX_DROPPABLE_BYTES = 4 * 1024 * 1024
"""Of what may be dropped, to all together, that is written at a time; the rest has the next."""


class FlushSchedule:
    """The outboxes that have frames queued. One that is only to be coalesced waits."""

    def __init__(
        self, outboxes: Outboxes, call_later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self.dirty: dict[Outbox, None] = {}
        """Outboxes to be flushed next."""
        self._outboxes = outboxes
        self._coalesced: dict[Outbox, None] = {}
        self._latest: dict[str, Send] = {}
        """By peer: the latest preview of theirs."""
        self._moved: set[ConnectionId] = set()
        """Who is in another session than when these were sent."""
        self._call_later = call_later
        self._is_scheduled = False
        self._coalesces = False

    def coalesced(self) -> dict[Outbox, None]:
        """Return the outboxes that are flushed after `COALESCE_SECONDS`, to add to."""
        self._coalesce()
        return self._coalesced

    def droppable(self, send: Send, message: PeerPreview) -> None:
        """Send a message after `COALESCE_SECONDS`, unless a later one of its peer comes first."""
        self._latest[message.from_peer_id] = send
        self._coalesce()

    @property
    def has_droppable(self) -> bool:
        """Whether a message waits that a later one may replace."""
        return bool(self._latest)

    def settle(self, peer_id: str) -> None:
        """Queue now what waits of a peer: what it causes next is to come after it."""
        if (send := self._latest.pop(peer_id, None)) is not None:
            self._push(send)

    def moved(self, connection_id: ConnectionId) -> None:
        """Send a connection nothing more that was for those of the session it leaves."""
        self._moved.add(connection_id)

    def drop(self, peer_id: str) -> None:
        """Forget what waits of a peer that has left."""
        self._latest.pop(peer_id, None)

    def flush(self) -> None:
        """Write what is queued: one write for each connection."""
        dirty = self.dirty
        while dirty:
            outbox, _ = dirty.popitem()
            outbox.flush()

    def flush_soon(self) -> None:
        """Write what is queued in the next turn of the event loop."""
        if self.dirty and not self._is_scheduled:
            self._is_scheduled = True
            self._call_later(0, self._flush_scheduled)

    def _coalesce(self) -> None:
        if not self._coalesces:
            self._coalesces = True
            self._call_later(COALESCE_SECONDS, self._flush_coalesced)

    def _flush_scheduled(self) -> None:
        self._is_scheduled = False
        self.flush()

    def _flush_coalesced(self) -> None:
        self._coalesces = False
        volume = 0
        while self._latest and volume < MAX_DROPPABLE_BYTES:
            peer_id = next(iter(self._latest))
            volume += self._push(self._latest.pop(peer_id))
        if self._latest:
            self._coalesce()
        else:
            self._moved.clear()
        coalesced, self._coalesced = self._coalesced, {}
        for outbox in coalesced:
            outbox.flush()

    def _push(self, send: Send) -> int:
        """Queue a message for its receivers; return how many bytes that is for all of them."""
        frame = frame_of(send.message)
        for connection in send.to:
            outbox = self._outboxes.get(connection)
            if outbox is not None and connection not in self._moved:  # it is not gone meanwhile
                outbox.push(frame, send.message)
                self._coalesced[outbox] = None
        return len(frame) * len(send.to)
