"""In-memory log, for tests."""

from collections.abc import Callable

import msgspec

from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    EntryRules,
    IdempotencyRecord,
    Record,
    Snapshot,
    Stored,
)
from canvas_server.core.scene.replay import replay
from canvas_server.node.ports import MAX_HISTORY_BYTES, History, LogFailure, SessionSummary
from canvas_server.protocol.history import Entry


class _MemorySession:
    def __init__(self) -> None:
        self.now = Snapshot(0, 0)
        self.entries: list[Entry] = []
        self.receipts: dict[tuple[str, str | None], IdempotencyRecord] = {}
        self.rules = EntryRules()


class MemoryLog:
    """Implements `Log`; `call_soon` calls a function later, in the same thread."""

    def __init__(self, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._call_soon = call_soon
        self._sessions: dict[str, _MemorySession] = {}

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """See `Log.append`."""
        kept = self._sessions.get(record.session_id, _MemorySession())
        last = kept.now.revision
        first = record.entries[0].revision if record.entries else last + 1
        if first != last + 1 and (record.follows or first <= last):
            failure = LogFailure("a change before this one is missing")
            self._call_soon(lambda: done(failure))
            return
        self._sessions[record.session_id] = kept
        kept.rules = record.rules or kept.rules
        kept.entries.extend(record.entries)
        kept.now = replay(kept.now, record.entries)
        if record.receipt is not None:
            key = (record.receipt.peer_id, record.receipt.reply.message_id)
            kept.receipts.pop(key, None)
            kept.receipts[key] = record.receipt
            if len(kept.receipts) > MAX_IDEMPOTENCY_RECORDS:
                del kept.receipts[next(iter(kept.receipts))]
        self._call_soon(lambda: done(None))

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """See `Log.load`."""
        kept = self._sessions.get(session_id, _MemorySession())
        stored = Stored(kept.now, tuple(kept.receipts.values()), rules=kept.rules)
        self._call_soon(lambda: done(stored))

    def rules(self, session_id: str, done: Callable[[EntryRules | LogFailure], None]) -> None:
        """See `Log.rules`."""
        rules = self._sessions.get(session_id, _MemorySession()).rules
        self._call_soon(lambda: done(rules))

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """See `Log.recall`."""
        kept = self._sessions.get(session_id, _MemorySession())
        past = None
        if revision <= kept.now.revision:
            past = replay(Snapshot(0, 0), (e for e in kept.entries if e.revision <= revision))
        self._call_soon(lambda: done(past))

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """See `Log.history`."""
        kept = self._sessions.get(session_id, _MemorySession())
        matching = [e for e in reversed(kept.entries) if before is None or e.revision < before]
        found: list[Entry] = []
        size = 0
        for entry in matching[:limit]:
            size += len(msgspec.json.encode(entry))
            if found and size > MAX_HISTORY_BYTES:
                break
            found.append(entry)
        answer = History(kept.now.revision, 0, tuple(found))
        self._call_soon(lambda: done(answer))

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """See `Log.sessions`."""
        listed = tuple(
            SessionSummary(name, kept.now.revision, 0, kept.now.timestamp, 0)
            for name, kept in sorted(self._sessions.items())
            if kept.now.revision
        )
        self._call_soon(lambda: done(listed))

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """See `Log.erase`."""
        was_there = self._sessions.pop(session_id, None) is not None
        self._call_soon(lambda: done(was_there))

    async def close(self) -> None:
        """Nothing is held."""
