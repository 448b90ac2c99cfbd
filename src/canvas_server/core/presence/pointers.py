"""Pointers of a crowd: the latest place of each, a few at a time, in turn (CRW4).

What a receiver is sent in a second does not grow with the crowd: beyond so many pointers each is
seen to move less often.
"""

POINTERS = "pointers"
"""The feature of a client that takes many pointers in one message."""
MAX_SHOWN = 48
"""Pointers that are sent at a time; the others come next. No page draws more."""
MAX_FRAMES = 2_560
"""A second, to all of a session together, where one has this many that take `pointers`."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.02, 0.1
DECIMALS = 2
"""Of a place, in scene units."""

Place = tuple[str, float, float]
"""Whose pointer, x, y; in scene units."""


class PointerTurns:
    """The places of one session that are yet to be sent."""

    __slots__ = ("_waiting", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        """Somebody will call `take`."""
        self._waiting: dict[str, Place] = {}

    def move(self, peer_id: str, x: float, y: float) -> None:
        """Note where a pointer is; it keeps its turn."""
        self._waiting[peer_id] = (peer_id, round(x, DECIMALS), round(y, DECIMALS))

    def forget(self, peer_id: str) -> None:
        """Have nothing wait of a peer that has left."""
        self._waiting.pop(peer_id, None)

    def take(self) -> list[Place]:
        """Return the places whose turn it is."""
        return [self._waiting.pop(peer_id) for peer_id in [*self._waiting][:MAX_SHOWN]]


def interval(people: int) -> float:
    """Return the seconds from one `take` to the next in a session of so many."""
    return min(max(SHORTEST_SECONDS, people / MAX_FRAMES), LONGEST_SECONDS)
