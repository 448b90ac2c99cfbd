"""Coalescing of presence: what changes again and again is sent as it is at last (OUT5).

A change is sent at once, as long as few are. Who changes often, or a crowd that does, is sent after
a moment, each peer once: what came between is not missed by anybody.
"""

from collections import Counter

WINDOW_SECONDS = 0.1
AT_ONCE, AT_ONCE_EACH = 32, 4
"""Updates of a session, and of one of its peers, that are sent at once within a window."""
UPDATES_A_SECOND = 200
"""Of a session, as long as they have to wait."""


class PresenceWindow:
    """Counts the updates of one session within a window, and remembers which have to wait."""

    def __init__(self) -> None:
        self.is_open = False
        """Somebody will call `settle`."""
        self._sent: Counter[str] = Counter()
        self._waiting: dict[tuple[str, bool], None] = {}

    def admits(self, peer_id: str, *, media: bool = False) -> bool:
        """Return whether an update may be sent at once; else it waits for `settle`.

        `media`: it is what the peer's media are doing.
        """
        sent = self._sent
        if sent.total() < AT_ONCE and sent[peer_id] < AT_ONCE_EACH:
            sent[peer_id] += 1
            return True
        self._waiting[peer_id, media] = None
        return False

    @property
    def waiting(self) -> frozenset[str]:
        """The peers that others know as they were before."""
        return frozenset(peer_id for peer_id, _ in self._waiting)

    def forget(self, peer_id: str) -> None:
        """Have no update wait of a peer that has left."""
        self._waiting.pop((peer_id, True), None)
        self._waiting.pop((peer_id, False), None)

    def settle(self) -> tuple[list[tuple[str, bool]], float]:
        """End the window; return what has waited, and for how long the next window is open.

        0: nothing was sent, so there is none.
        """
        waiting, self._waiting = [*self._waiting], {}
        self._sent.clear()
        self.is_open = bool(waiting)
        return waiting, max(WINDOW_SECONDS, len(waiting) / UPDATES_A_SECOND) if waiting else 0.0
