"""Writes to the SQLite file: many records in one transaction."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry, size_of
from canvas_server.core.records import MAX_IDEMPOTENCY_RECORDS, MAX_RECEIPT_BYTES, Record, Snapshot
from canvas_server.node.ports import LogFailure, Overtaken
from canvas_server.store import chatting, retention
from canvas_server.store.chatting import ChatState
from canvas_server.store.reading import find, packed

_encode = msgspec.json.Encoder().encode
_ROWS = 64
"""So many rows go in one statement: after each statement another thread may keep us waiting."""
_MAX_KNOWN = 10_000
_CUT_SECONDS = 0.1
"""Spent on what is beyond the quotas after a batch, at most; others wait meanwhile."""


class Quotas(Struct, frozen=True):
    """Bytes of changes and snapshots, roughly; beyond them the oldest go before their time."""

    session_bytes: int
    all_bytes: int


class Job(Struct, gc=False):
    """A record on its way into the file."""

    session_id: str
    follows: bool
    entries: list[tuple[int, int, bytes]]
    """Revision, timestamp, JSON."""
    receipt: bytes | None
    chat: tuple[ChatEntry, ...]
    snapshot: Snapshot | None
    size: int
    done: Callable[[LogFailure | None], None]
    rules: bytes | None = None
    failure: LogFailure | None = None
    """It was refused before it came here, and is only answered in its turn."""


class _Known(Struct, gc=False):
    """What the writer remembers of a session."""

    id: int
    revision: int
    receipts: int
    receipt_bytes: int
    bytes: int
    chat: ChatState


def job_of(record: Record, done: Callable[[LogFailure | None], None]) -> Job:
    """Encode a record."""
    entries = [(entry.revision, entry.timestamp, _encode(entry)) for entry in record.entries]
    receipt = None if record.receipt is None else _encode(record.receipt)
    rules = None if record.rules is None else _encode(record.rules)
    size = sum(len(entry[2]) for entry in entries) + len(receipt or b"")
    size += sum(map(size_of, record.chat))
    return Job(
        record.session_id,
        record.follows,
        entries,
        receipt,
        record.chat,
        record.snapshot,
        size,
        done,
        rules,
    )


def refused(record: Record, why: str, done: Callable[[LogFailure | None], None]) -> Job:
    """Return what answers a record, in its turn, that is not to be stored."""
    failure = LogFailure(why)
    return Job(record.session_id, record.follows, [], None, (), None, 0, done, failure=failure)


class Writer:
    """Writes through one connection, and remembers where each session ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known: dict[str, _Known] = {}
        self._last_id = 0
        self._all_bytes: int | None = None
        """Of all sessions; None: they are to be counted."""

    def write(self, jobs: Sequence[Job]) -> list[LogFailure | None]:
        """Store records in one transaction; return what became of each.

        Raises:
            sqlite3.Error: nothing was stored.
        """
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = self._write(jobs)
            self.connection.execute("COMMIT")
        except BaseException:
            self.forget()
            raise
        return outcomes

    def write_snapshots(self, jobs: Sequence[Job]) -> None:
        """Store the snapshots that came with records that are stored, in another transaction.

        Raises:
            sqlite3.Error: none was stored, which only makes opening slower.
        """
        latest = {job.session_id: job.snapshot for job in jobs if job.snapshot is not None}
        if not latest:
            return
        rows = [
            (
                self._session(name).id,
                snapshot.revision,
                snapshot.timestamp,
                packed(snapshot.elements),
            )
            for name, snapshot in latest.items()
        ]
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for row in rows:
                retention.put_snapshot(self.connection, *row)
            for name, row in zip(latest, rows, strict=True):
                self._session(name).bytes += len(row[-1])
            if self._all_bytes is not None:
                self._all_bytes += sum(len(row[-1]) for row in rows)
            self.connection.execute("COMMIT")
        except BaseException:
            self.forget()
            raise

    def keep_quotas(self, session_ids: Iterable[str], quotas: Quotas) -> None:
        """Cut the oldest history of sessions written to, and of all, as far as there is too much.

        It takes a bounded time; what is left is for the next call.

        Raises:
            sqlite3.Error: what there was is still there.
        """
        deadline = time.monotonic() + _CUT_SECONDS
        for session_id in session_ids:
            known = self._session(session_id)
            while known.bytes > quotas.session_bytes and time.monotonic() < deadline:
                if not self._cut(known.id):
                    break
                known.bytes = self._bytes_of(known.id)
        if self._all_bytes is None:
            self._all_bytes = self._count_all()
        while self._all_bytes > quotas.all_bytes and time.monotonic() < deadline:
            if not any(self._cut(row_id) for row_id in self._largest()) and not self._cut_chat():
                break  # there are only scenes left, and what follows their last snapshots
            self._all_bytes = self._count_all()

    def _cut(self, row_id: int) -> bool:
        was_cut = retention.cut_oldest(self.connection, row_id)
        if was_cut:
            self._all_bytes = None
        return was_cut

    def _cut_chat(self) -> bool:
        """Cut the largest chat, where no history can be cut any more."""
        name = chatting.cut_largest(self.connection)
        if name is not None:
            self.forget_session(name)
        return name is not None

    def _largest(self) -> list[int]:
        """Return the sessions that take most, so that each loses no more than what others have."""
        rows = self.connection.execute(
            "SELECT id FROM sessions AS s WHERE first_revision < "
            "(SELECT max(revision) FROM snapshots WHERE session = s.id) ORDER BY bytes DESC LIMIT 1"
        )
        return [row[0] for row in rows]

    def _bytes_of(self, row_id: int) -> int:
        row = self.connection.execute("SELECT bytes FROM sessions WHERE id = ?", (row_id,))
        (found,) = row.fetchone() or (0,)
        return found

    def _count_all(self) -> int:
        return self.connection.execute("SELECT coalesce(sum(bytes), 0) FROM sessions").fetchone()[0]

    def forget_session(self, session_id: str) -> None:
        """Read a session anew when it is needed; safe to call while others are written."""
        self._known.pop(session_id, None)
        self._all_bytes = None

    def forget(self) -> None:
        """Take back what is not committed, and remember nothing."""
        self._known.clear()
        self._last_id = 0
        self._all_bytes = None
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _write(self, jobs: Sequence[Job]) -> list[LogFailure | None]:
        changes: list[tuple[int, int, int, bytes]] = []
        receipts: list[tuple[int, int, bytes]] = []
        touched: dict[str, list[int]] = {}
        rules: dict[str, bytes] = {}
        spoken: list[tuple[_Known, Job]] = []
        outcomes: list[LogFailure | None] = []
        for job in jobs:
            failure = job.failure or self._misfit(job)
            outcomes.append(failure)
            if failure is not None:
                continue
            known = self._session(job.session_id)
            if job.rules is not None:
                rules[job.session_id] = job.rules
                continue  # a record with rules has nothing else
            changes += [(known.id, *entry) for entry in job.entries]
            timestamp = max((entry.timestamp for entry in job.chat), default=0)
            if job.entries:
                known.revision, timestamp, _ = job.entries[-1]
            spoken += [(known, job)] if job.chat else []
            if job.receipt is not None and job.entries:
                receipts.append((known.id, known.revision, job.receipt))
                known.receipts += 1
                known.receipt_bytes += len(job.receipt)
            changed = job.size - sum(map(size_of, job.chat))  # what is said is counted below
            known.bytes += changed
            if self._all_bytes is not None:
                self._all_bytes += changed
            size = touched.get(job.session_id, (0, 0))[1] + changed
            touched[job.session_id] = [timestamp, size]
        sessions = [
            (known.id, name, known.revision, timestamp, size)
            for name, (timestamp, size) in touched.items()
            for known in (self._session(name),)
        ]
        self._insert(
            "INSERT INTO sessions (id, name, revision, first_revision, timestamp, bytes)",
            "(?, ?, ?, 0, ?, ?)",
            sessions,
            "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, "
            "timestamp = excluded.timestamp, bytes = bytes + excluded.bytes",
        )
        self._put_rules(rules)
        self._insert("INSERT INTO changes", "(?, ?, ?, ?)", changes)
        self._insert("INSERT INTO receipts", "(?, ?, ?)", receipts)
        for known, job in spoken:
            self._say(known, job)
        for name in touched:
            self._drop_old_receipts(self._session(name))
        return outcomes

    def _put_rules(self, rules: dict[str, bytes]) -> None:
        """Store who may come into sessions, also into those that have no scene yet."""
        for name, text in rules.items():
            row_id = self._session(name).id
            self.connection.execute(
                "INSERT INTO sessions (id, name, revision, first_revision, timestamp, bytes) "
                "VALUES (?, ?, 0, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
                (row_id, name),
            )
            self.connection.execute("INSERT OR REPLACE INTO rules VALUES (?, ?)", (row_id, text))

    def _say(self, known: _Known, job: Job) -> None:
        """Store the chat of a record."""
        before = known.chat.bytes
        for entry in job.chat:
            receipt = None if job.entries else job.receipt
            chatting.write(self.connection, known.id, known.chat, entry, receipt)
        chatting.keep_bounds(self.connection, known.id, known.chat)
        known.bytes += known.chat.bytes - before
        if self._all_bytes is not None:
            self._all_bytes += known.chat.bytes - before

    def _misfit(self, job: Job) -> LogFailure | None:
        """Tell why a record cannot come after what is stored."""
        known = self._session(job.session_id)
        if any(known.chat.head.has(entry.id) for entry in job.chat):
            return Overtaken("the chat has gone on, as what was not answered was stored")
        if not job.entries:
            return None
        last, first = known.revision, job.entries[0][0]
        if first == last + 1 or (not job.follows and first > last):
            return None
        return LogFailure("a change before this one is missing")

    def _session(self, session_id: str) -> _Known:
        known = self._known.get(session_id)
        if known is None:
            known = self._known[session_id] = self._find(session_id)
        return known

    def _find(self, session_id: str) -> _Known:
        session = find(self.connection, session_id)
        if session is None:
            if not self._last_id:
                (last,) = self.connection.execute("SELECT max(id) FROM sessions").fetchone()
                self._last_id = last or 0
            self._last_id += 1
            return _Known(self._last_id, 0, 0, 0, 0, ChatState())
        receipts = self._receipts_of(session.id)
        size, chat = self._bytes_of(session.id), chatting.state_of(self.connection, session.id)
        return _Known(session.id, session.revision, *receipts, size, chat)

    def _receipts_of(self, row_id: int) -> tuple[int, int]:
        """Return how many receipts a session has, and their bytes."""
        return self.connection.execute(
            "SELECT count(*), coalesce(sum(length(receipt)), 0) FROM receipts WHERE session = ?",
            (row_id,),
        ).fetchone()

    def _drop_old_receipts(self, known: _Known) -> None:
        if (
            known.receipts <= 2 * MAX_IDEMPOTENCY_RECORDS
            and known.receipt_bytes <= 2 * MAX_RECEIPT_BYTES
        ):
            return
        self.connection.execute(
            "DELETE FROM receipts WHERE session = ? AND revision IN (SELECT revision FROM "
            "(SELECT revision, row_number() OVER latest AS number, "
            "sum(length(receipt)) OVER latest AS bytes FROM receipts WHERE session = ? "
            "WINDOW latest AS (ORDER BY revision DESC)) WHERE number > ? OR bytes > ?)",
            (known.id, known.id, MAX_IDEMPOTENCY_RECORDS, MAX_RECEIPT_BYTES),
        )
        known.receipts, known.receipt_bytes = self._receipts_of(known.id)

    def _insert(
        self, insert: str, form: str, rows: Sequence[tuple[Any, ...]], conflict: str = ""
    ) -> None:
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            statement = f"{insert} VALUES {', '.join([form] * len(some))} {conflict}"
            self.connection.execute(statement, [value for row in some for value in row])
