"""Coalescing of presence: what changes again and again is sent as it is at last (OUT5).

A change is sent at once, as long as few are. Who changes often, or a crowd that does, is sent after
a moment, each peer once: what came between is not missed by anybody. Of a crowd a few are sent at a
time, since each update is a frame for everybody.
"""

from collections import Counter

WINDOW_SECONDS = 0.1
AT_ONCE, AT_ONCE_EACH = 32, 4
"""Updates of a session, and of one of its peers, that are sent at once within a window."""
SETTLED_AT_ONCE = 20
"""Peers whose update is sent at the end of a window; others wait for the next."""


class PresenceWindow:
    """Counts the updates of one session within a window, and remembers which have to wait."""

    def __init__(self) -> None:
        self.is_open = False
        """Somebody will call `settle`."""
        self._sent: Counter[str] = Counter()
        self._waiting: dict[str, bool] = {}
        """By peer: whether only what its media are doing has changed."""

    def admits(self, peer_id: str, *, media: bool = False) -> bool:
        """Return whether an update may be sent at once; else it waits for `settle`.

        `media`: it is what the peer's media are doing.
        """
        sent = self._sent
        is_rare = sent.total() < AT_ONCE and sent[peer_id] < AT_ONCE_EACH
        if is_rare and peer_id not in self._waiting:
            sent[peer_id] += 1
            return True
        self._waiting[peer_id] = media and self._waiting.get(peer_id, True)
        return False

    def wait(self, peer_id: str) -> None:
        """Have the update of a peer wait for `settle`, however few there were."""
        self._waiting[peer_id] = False

    @property
    def waiting(self) -> frozenset[str]:
        """The peers that others know as they were before."""
        return frozenset(self._waiting)

    def forget(self, peer_id: str) -> None:
        """Have no update wait of a peer that has left."""
        self._waiting.pop(peer_id, None)

    def settle(self) -> list[tuple[str, bool]]:
        """End the window; return the peers whose update is due, and whether it is of media alone.

        While there are any, another window is open.
        """
        due = [*self._waiting.items()][:SETTLED_AT_ONCE]
        for peer_id, _ in due:
            del self._waiting[peer_id]
        self._sent.clear()
        self.is_open = bool(due)
        return due
