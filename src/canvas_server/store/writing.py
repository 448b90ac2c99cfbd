"""What is written to the SQLite file: many records in one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from canvas_server.core.records import MAX_RECEIPTS, Record, Snapshot
from canvas_server.ports import LogFailure
from canvas_server.store.reading import find, packed

_encode = msgspec.json.Encoder().encode
_ROWS = 64
"""So many rows go in one statement: after each statement another thread may keep us waiting."""
_MAX_KNOWN = 10_000


class Job(Struct, gc=False):
    """A record on its way into the file."""

    session_id: str
    follows: bool
    entries: list[tuple[int, int, bytes]]
    """Revision, timestamp, JSON."""
    receipt: bytes | None
    snapshot: Snapshot | None
    size: int
    done: Callable[[LogFailure | None], None]
    failure: LogFailure | None = None
    """It was refused before it came here, and is only answered in its turn."""


class _Known(Struct, gc=False):
    """What the writer remembers of a session."""

    id: int
    revision: int
    receipts: int


def job_of(record: Record, done: Callable[[LogFailure | None], None]) -> Job:
    """Encode a record."""
    entries = [(entry.revision, entry.timestamp, _encode(entry)) for entry in record.entries]
    receipt = None if record.receipt is None else _encode(record.receipt)
    size = sum(len(entry[2]) for entry in entries) + len(receipt or b"")
    return Job(record.session_id, record.follows, entries, receipt, record.snapshot, size, done)


def refused(record: Record, why: str, done: Callable[[LogFailure | None], None]) -> Job:
    """Return what answers a record, in its turn, that is not to be stored."""
    return Job(record.session_id, record.follows, [], None, None, 0, done, LogFailure(why))


class Writer:
    """Writes through one connection, and remembers where each session ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known: dict[str, _Known] = {}
        self._last_id = 0

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
                put_snapshot(self.connection, *row)
            self.connection.execute("COMMIT")
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Take back what is not committed, and remember nothing."""
        self._known.clear()
        self._last_id = 0
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _write(self, jobs: Sequence[Job]) -> list[LogFailure | None]:
        changes: list[tuple[int, int, int, bytes]] = []
        receipts: list[tuple[int, int, bytes]] = []
        touched: dict[str, list[int]] = {}
        outcomes: list[LogFailure | None] = []
        for job in jobs:
            failure = job.failure or self._misfit(job)
            outcomes.append(failure)
            if failure is not None:
                continue
            known = self._session(job.session_id)
            changes += [(known.id, *entry) for entry in job.entries]
            known.revision, timestamp, _ = job.entries[-1]
            if job.receipt is not None:
                receipts.append((known.id, known.revision, job.receipt))
                known.receipts += 1
            size = touched.get(job.session_id, (0, 0))[1] + job.size
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
        self._insert("INSERT INTO changes", "(?, ?, ?, ?)", changes)
        self._insert("INSERT INTO receipts", "(?, ?, ?)", receipts)
        for name in touched:
            self._drop_old_receipts(self._session(name))
        return outcomes

    def _misfit(self, job: Job) -> LogFailure | None:
        """Tell why a record cannot come after what is stored."""
        last, first = self._session(job.session_id).revision, job.entries[0][0]
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
            return _Known(self._last_id, 0, 0)
        (receipts,) = self.connection.execute(
            "SELECT count(*) FROM receipts WHERE session = ?", (session.id,)
        ).fetchone()
        return _Known(session.id, session.revision, receipts)

    def _drop_old_receipts(self, known: _Known) -> None:
        if known.receipts > 2 * MAX_RECEIPTS:
            self.connection.execute(
                "DELETE FROM receipts WHERE session = ? AND revision < (SELECT revision FROM "
                "receipts WHERE session = ? ORDER BY revision DESC LIMIT 1 OFFSET ?)",
                (known.id, known.id, MAX_RECEIPTS - 1),
            )
            known.receipts = MAX_RECEIPTS

    def _insert(
        self, insert: str, form: str, rows: Sequence[tuple[Any, ...]], conflict: str = ""
    ) -> None:
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            statement = f"{insert} VALUES {', '.join([form] * len(some))} {conflict}"
            self.connection.execute(statement, [value for row in some for value in row])


def put_snapshot(
    connection: sqlite3.Connection, session: int, revision: int, timestamp: int, elements: bytes
) -> None:
    """Store a snapshot, within a transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)",
        (session, revision, timestamp, elements),
    )
    connection.execute(
        "UPDATE sessions SET bytes = bytes + ? WHERE id = ?", (len(elements), session)
    )
