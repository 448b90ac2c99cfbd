"""Lines: whether what is sent to a peer is on its line, or waits for it here."""

from collections.abc import Callable

from canvas_server.core.hub import Hub
from canvas_server.node.outbox import Outboxes

STALLED_SECONDS = 1.0
"""Of a socket that takes nothing more: nobody reads at its other end. A slow line takes some."""
MAX_STALLED = 10_000


class Lines:
    """The lines of peers; each is looked at again and again while much is sent to it."""

    def __init__(self, hub: Hub, outboxes: Outboxes, clock: Callable[[], float]) -> None:
        self._hub = hub
        self._outboxes = outboxes
        self._clock = clock
        self._stalled: dict[str, tuple[float, int]] = {}
        """By peer: since when nothing more was written, and how many frames were by then."""

    def is_used(self, peer_id: str) -> bool:
        """Return whether a peer is connected and reads what it is sent."""
        connection = self._hub.connection_of(peer_id)
        outbox = None if connection is None else self._outboxes.get(connection)
        if outbox is None:
            return False
        if not outbox.paused:
            self._stalled.pop(peer_id, None)
            return True
        now, written = self._clock(), outbox.written
        since, before = self._stalled.get(peer_id, (now, -1))
        if written != before:
            if len(self._stalled) >= MAX_STALLED:
                self._stalled.clear()
            self._stalled[peer_id] = (now, written)
            return True
        return now - since < STALLED_SECONDS
