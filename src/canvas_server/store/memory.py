"""In-memory log, for tests."""

from collections.abc import Callable

import msgspec

from canvas_server.core.chat.entries import (
    MAX_CHAT_MESSAGES,
    ChatChanges,
    ChatEntry,
    ChatPage,
    Said,
    Unsaid,
    Wiped,
    changes_of,
    is_for,
    page_of,
)
from canvas_server.core.chat.numbers import ChatHead
from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    EntryRules,
    IdempotencyRecord,
    Record,
    Snapshot,
    Stored,
)
from canvas_server.core.scene.replay import replay
from canvas_server.node.ports import (
    MAX_HISTORY_BYTES,
    History,
    LogFailure,
    Overtaken,
    SessionSummary,
)
from canvas_server.protocol.history import Entry


class _MemorySession:
    def __init__(self) -> None:
        self.now = Snapshot(0, 0)
        self.entries: list[Entry] = []
        self.receipts: dict[tuple[str, str | None], IdempotencyRecord] = {}
        self.rules = EntryRules()
        self.chat: list[ChatEntry] = []
        self.head = ChatHead()


class MemoryLog:
    """Implements `Log`; `call_soon` calls a function later, in the same thread."""

    def __init__(self, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._call_soon = call_soon
        self._sessions: dict[str, _MemorySession] = {}

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """See `Log.append`."""
        kept = self._sessions.get(record.session_id, _MemorySession())
        failure = _misfit(kept, record)
        if failure is not None:
            self._call_soon(lambda: done(failure))
            return
        self._sessions[record.session_id] = kept
        kept.rules = record.rules or kept.rules
        kept.entries.extend(record.entries)
        kept.now = replay(kept.now, record.entries)
        for entry in record.chat:
            _take(kept, entry)
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
        receipts = tuple(kept.receipts.values())
        stored = Stored(kept.now, receipts, rules=kept.rules, chat=kept.head)
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

    def chat_page(
        self,
        session_id: str,
        keys: tuple[str, ...],
        before: int | None,
        done: Callable[[ChatPage | LogFailure], None],
    ) -> None:
        """See `Log.chat_page`."""
        kept = self._sessions.get(session_id, _MemorySession())
        said = [e for e in reversed(kept.chat) if isinstance(e, Said) and is_for(e, keys)]
        page = page_of(e for e in said if before is None or e.id < before)
        self._call_soon(lambda: done(page))

    def chat_message(
        self, session_id: str, number: int, done: Callable[[Said | LogFailure | None], None]
    ) -> None:
        """See `Log.chat_message`."""
        kept = self._sessions.get(session_id, _MemorySession())
        found = [e for e in kept.chat if isinstance(e, Said) and e.id == number]
        self._call_soon(lambda: done(found[0] if found else None))

    def chat_changes(
        self, session_id: str, after: int, done: Callable[[ChatChanges | LogFailure], None]
    ) -> None:
        """See `Log.chat_changes`."""
        kept = self._sessions.get(session_id, _MemorySession())
        changes = changes_of(e for e in kept.chat if e.id > after and e.id % 2 == 0)
        self._call_soon(lambda: done(changes))

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """See `Log.sessions`."""
        listed = tuple(
            SessionSummary(name, kept.now.revision, 0, kept.now.timestamp, 0)
            for name, kept in sorted(self._sessions.items())
            if kept.now.revision or kept.chat
        )
        self._call_soon(lambda: done(listed))

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """See `Log.erase`."""
        was_there = self._sessions.pop(session_id, None) is not None
        self._call_soon(lambda: done(was_there))

    async def close(self) -> None:
        """Nothing is held."""


def _misfit(kept: _MemorySession, record: Record) -> LogFailure | None:
    if any(kept.head.has(entry.id) for entry in record.chat):
        return Overtaken("the chat has gone on elsewhere")
    if not record.entries:
        return None
    first, last = record.entries[0].revision, kept.now.revision
    if first != last + 1 and (record.follows or first <= last):
        return LogFailure("a change before this one is missing")
    return None


def _take(kept: _MemorySession, entry: ChatEntry) -> None:
    kept.head = kept.head.after(entry.id)
    if isinstance(entry, Wiped):
        kept.chat.clear()
    elif isinstance(entry, Unsaid):
        kept.chat = [e for e in kept.chat if not (isinstance(e, Said) and e.id == entry.removed)]
    kept.chat = sorted([*kept.chat, entry], key=lambda e: e.id)[-MAX_CHAT_MESSAGES:]
