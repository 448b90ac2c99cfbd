"""Fair share of a bounded queue: no session can fill it for the others. Pure."""

from collections import defaultdict

MAX_SESSION_BYTES = 16 * 1024 * 1024
"""Of records of one session on their way; beyond it, its edits are refused until there is room."""
MAX_WAITING_BYTES = 64 * 1024 * 1024
"""Of all sessions; beyond it, edits of those with more than an equal share of it are refused."""
RECORD_BYTES = 512
"""Of a record on its way, beside what it brings."""


class FairShare:
    """Bytes on their way to a log, by session."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self.total = 0
        """Of all sessions."""

    def has_room(self, session_id: str) -> bool:
        """Tell whether something more of a session may be added."""
        mine = self._waiting.get(session_id, 0)
        if mine >= MAX_SESSION_BYTES:
            return False
        return self.total < MAX_WAITING_BYTES or mine < MAX_WAITING_BYTES // len(self._waiting)

    def add(self, session_id: str, size: int) -> None:
        """Note a record of so many bytes."""
        self._waiting[session_id] += size + RECORD_BYTES
        self.total += size + RECORD_BYTES

    def remove(self, session_id: str, size: int) -> None:
        """Note that it is not on its way any more."""
        self._waiting[session_id] -= size + RECORD_BYTES
        self.total -= size + RECORD_BYTES
        if self._waiting[session_id] <= 0:
            del self._waiting[session_id]
