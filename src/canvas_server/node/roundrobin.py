"""Round robin: in order of coming for each session, and sessions in turn. Pure."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

E = TypeVar("E")


class RoundRobin(Generic[E]):
    """A queue from which no session keeps the others waiting."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, deque[E]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return self._count

    def waiting_of(self, session_id: str) -> int:
        """Return how many items of a session wait."""
        return len(self._sessions.get(session_id, ()))

    def put(self, session_id: str, item: E) -> None:
        """Add an item, after those of its session."""
        self._sessions.setdefault(session_id, deque()).append(item)
        self._count += 1

    def take(self) -> E:
        """Remove and return the first item of the session whose turn it is; there has to be one."""
        session_id, items = self._sessions.popitem(last=False)
        item = items.popleft()
        if items:
            self._sessions[session_id] = items
        self._count -= 1
        return item
