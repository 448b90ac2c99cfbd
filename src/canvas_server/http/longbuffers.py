"""Long buffers: what sockets keep of messages that are not complete, bounded for all of them.

A message has 1 MiB at most, but hundreds of sockets may leave theirs unfinished, and what has grown
for a long one stays. Beyond the bound one of those who are in no session is closed, else one of the
group (session and invitation) that keeps the most, to come back with nothing: it loses nothing by
it (RES1).
"""

from collections import defaultdict
from typing import Protocol

LONG_BYTES = 64 * 1024
"""Of a buffer; shorter ones are not counted."""
STRANGE_BYTES = 8 * 1024
"""The same of who is in no session, and has little to say."""
MAX_LONG_BYTES = 64 * 1024 * 1024
"""Of all of them."""
STRANGERS = ""
"""The group of those who are in no session."""


class Buffered(Protocol):
    """A connection with buffers."""

    @property
    def group(self) -> str:
        """With whom it shares the room for long messages; `STRANGERS`: it is in no session."""
        ...

    def give_way(self) -> None:
        """Close it and let go of what it keeps."""


class LongBuffers:
    """The bytes of the long buffers, by group and connection; those that grew first in front."""

    def __init__(self) -> None:
        self._groups: defaultdict[str, dict[Buffered, int]] = defaultdict(dict)
        self._group_of: dict[Buffered, str] = {}
        self._total = 0

    def note(self, connection: Buffered, size: int) -> None:
        """Count what a connection keeps now in place of what it kept; 0: nothing that is long.

        Who keeps more than before does not lose its place among those who may give way.
        """
        group = connection.group if size > 0 else STRANGERS
        least = STRANGE_BYTES if group == STRANGERS else LONG_BYTES
        if size < least or self._group_of.get(connection, group) != group:
            self._forget(connection)
        if size >= least:
            sizes = self._groups[group]
            self._total += size - sizes.get(connection, 0)
            sizes[connection] = size
            self._group_of[connection] = group
        while self._total > MAX_LONG_BYTES and len(self._group_of) > 1:
            self._make_room()

    def _make_room(self) -> None:
        sizes = self._most()
        oldest, size = next(iter(sizes.items()))
        if oldest.group != self._group_of[oldest]:  # it has joined a session meanwhile
            self.note(oldest, size)
            return
        self._forget(oldest)
        oldest.give_way()

    def _most(self) -> dict[Buffered, int]:
        if self._groups.get(STRANGERS):
            return self._groups[STRANGERS]
        return max(self._groups.values(), key=lambda sizes: sum(sizes.values()))

    def _forget(self, connection: Buffered) -> None:
        group = self._group_of.pop(connection, None)
        if group is not None:
            self._total -= self._groups[group].pop(connection)
            if not self._groups[group]:
                del self._groups[group]
