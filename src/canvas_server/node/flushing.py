"""Flush schedule: which outboxes have something to write, and when it is written.

What one batch of input causes is written at its end, what the log causes in the next turn of the
event loop, and coalesced messages a moment later, so that a crowd costs fewer writes.
"""

from collections.abc import Callable

from canvas_server.node.outbox import Outbox

COALESCE_SECONDS = 0.02


class FlushSchedule:
    """The outboxes that have frames queued. One that is only to be coalesced waits."""

    def __init__(self, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        self.dirty: dict[Outbox, None] = {}
        """Outboxes to be flushed next."""
        self._coalesced: dict[Outbox, None] = {}
        self._call_later = call_later
        self._is_scheduled = False

    def coalesced(self) -> dict[Outbox, None]:
        """Return the outboxes that are flushed after `COALESCE_SECONDS`, to add to."""
        if not self._coalesced:
            self._call_later(COALESCE_SECONDS, self._flush_coalesced)
        return self._coalesced

    def flush(self) -> None:
        """Write what is queued: one write for each connection."""
        if self.dirty:
            dirty, self.dirty = self.dirty, {}
            for outbox in dirty:
                outbox.flush()

    def flush_soon(self) -> None:
        """Write what is queued in the next turn of the event loop."""
        if self.dirty and not self._is_scheduled:
            self._is_scheduled = True
            self._call_later(0, self._flush_scheduled)

    def _flush_scheduled(self) -> None:
        self._is_scheduled = False
        self.flush()

    def _flush_coalesced(self) -> None:
        coalesced, self._coalesced = self._coalesced, {}
        for outbox in coalesced:
            outbox.flush()
