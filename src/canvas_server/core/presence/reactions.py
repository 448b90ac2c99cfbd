"""Pace of reactions: so many of a session are shown that a crowd can see them (ROM2). Pure."""

FRAMES_A_SECOND = 1024
"""Sent for the reactions of one session, roughly: each is a frame for everybody."""
MOST, FEWEST = 32.0, 4.0
"""Reactions of a session that are shown in a second, however few or many are there."""
OWN_SECONDS = 0.2
"""Between two of one peer."""


class ReactionPace:
    """Counts the reactions of one session. Those that are too many are not shown to anybody."""

    def __init__(self) -> None:
        self._room = MOST
        """How many may be shown now."""
        self._at = 0.0
        self._latest: dict[str, float] = {}
        """When each peer was shown last."""

    def admits(self, peer_id: str, people: int, now: float) -> bool:
        """Return whether a reaction is shown now to so many people."""
        rate = min(MOST, max(FEWEST, FRAMES_A_SECOND / people))
        passed = max(0.0, now - self._at)
        self._room, self._at = min(rate, self._room + passed * rate), now
        # A clock that was set back holds nobody up.
        if self._room < 1 or 0 <= now - self._latest.get(peer_id, -OWN_SECONDS) < OWN_SECONDS:
            return False
        self._room -= 1
        self._latest[peer_id] = now
        return True

    def forget(self, peer_id: str) -> None:
        """Drop what is kept of a peer that has left."""
        self._latest.pop(peer_id, None)
