"""Long buffers: what sockets keep of messages that are not complete, bounded for all of them.

A message has 1 MiB at most, but hundreds of sockets may leave theirs unfinished, and what has grown
for a long one stays. Beyond the bound the connection that has kept the most for the longest time is
closed, to come back with nothing: it loses nothing by it (RES1).
"""

from typing import Protocol

LONG_BYTES = 64 * 1024
"""Of a buffer; shorter ones are not counted."""
MAX_LONG_BYTES = 64 * 1024 * 1024
"""Of all of them."""


class Buffered(Protocol):
    """A connection with buffers."""

    def give_way(self) -> None:
        """Close it and let go of what it keeps."""


class LongBuffers:
    """The bytes of the long buffers, by connection, those that grew first in front."""

    def __init__(self) -> None:
        self._sizes: dict[Buffered, int] = {}
        self._total = 0

    def note(self, connection: Buffered, size: int) -> None:
        """Count what a connection keeps now in place of what it kept; 0: nothing that is long."""
        before = self._sizes.pop(connection, 0)
        if size > 0:
            self._sizes[connection] = size
        self._total += size - before
        while self._total > MAX_LONG_BYTES and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            self._total -= self._sizes.pop(oldest)
            oldest.give_way()
