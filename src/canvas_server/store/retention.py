"""Retention: old history is cut off, and a snapshot kept of the scene where it begins."""

import contextlib
import sqlite3
from collections.abc import Generator

from canvas_server.core.scene.replay import replay
from canvas_server.store.reading import SessionRow, entries_of, packed, snapshot_of

DAY_MS = 24 * 3600 * 1000
_FREED_PAGES = 2000
"""Given back to the disk at once, at most."""


def trim_next(
    connection: sqlite3.Connection, after: int, before_ms: int | None, most_bytes: int
) -> int | None:
    """Cut a session after an id whose history begins a day or more before a time, or is too large.

    Return after which id to go on; None: there is none. What is cut are changes before that time,
    with the receipts of that age, and not more at once than lies between two snapshots.

    Raises:
        sqlite3.Error, ValueError: nothing was cut.
    """
    before_ms = before_ms or 0
    row = connection.execute(
        "SELECT id, revision, first_revision, too_large FROM (SELECT *, bytes > ? AND "
        "first_revision < (SELECT max(revision) FROM snapshots WHERE session = s.id) AS too_large "
        "FROM sessions AS s WHERE id > ?) AS s WHERE too_large OR (SELECT timestamp FROM changes "
        "WHERE session = s.id ORDER BY revision LIMIT 1) < ? ORDER BY id LIMIT 1",
        (most_bytes, after, before_ms - DAY_MS),
    ).fetchone()
    if row is None:
        return None
    session, too_large = SessionRow(*row[:3]), row[3]
    with _transaction(connection):
        until = session.revision + 1 if too_large else _last_before(connection, session, before_ms)
        more = _cut(connection, session, until)
    return session.id - more


def cut_oldest(connection: sqlite3.Connection, session_id: int) -> bool:
    """Cut the history of a session up to its next snapshot; tell whether there was one.

    Raises:
        sqlite3.Error: nothing was cut.
    """
    row = connection.execute(
        "SELECT id, revision, first_revision FROM sessions AS s WHERE id = ? AND first_revision < "
        "(SELECT max(revision) FROM snapshots WHERE session = s.id)",
        (session_id,),
    ).fetchone()
    if row is not None:
        session = SessionRow(*row)
        with _transaction(connection):
            _cut(connection, session, session.revision + 1)
    return row is not None


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def give_back(connection: sqlite3.Connection) -> bool:
    """Return some of the freed space to the disk; tell whether there is more."""
    connection.execute(f"PRAGMA incremental_vacuum({_FREED_PAGES})").fetchall()
    return bool(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _last_before(connection: sqlite3.Connection, session: SessionRow, before_ms: int) -> int:
    """Return the revision of the last change before a time."""
    (revision,) = connection.execute(
        "SELECT coalesce((SELECT revision - 1 FROM changes WHERE session = ? AND timestamp >= ? "
        "ORDER BY revision LIMIT 1), ?)",
        (session.id, before_ms, session.revision),
    ).fetchone()
    return revision


def _cut(connection: sqlite3.Connection, session: SessionRow, revision: int) -> bool:
    """Cut up to the next snapshot, or up to a revision; tell whether there may be more to cut."""
    (nearest,) = connection.execute(
        "SELECT min(revision) FROM snapshots WHERE session = ? AND revision > ? AND revision < ?",
        (session.id, session.first_revision, revision),
    ).fetchone()
    more = nearest is not None
    revision = nearest if more else revision
    base = snapshot_of(connection, session, revision)
    entries, _ = entries_of(connection, session, base.revision, revision)
    if entries:
        base = replay(base, entries)
        put_snapshot(connection, session.id, base.revision, base.timestamp, packed(base.elements))
    freed = 0
    for table, content, comparison in (
        ("changes", "entry", "<="),
        ("receipts", "receipt", "<="),
        ("snapshots", "elements", "<"),
    ):
        old = f"FROM {table} WHERE session = ? AND revision {comparison} ?"
        where = (session.id, base.revision)
        freed += connection.execute(f"SELECT total(length({content})) {old}", where).fetchone()[0]
        connection.execute(f"DELETE {old}", where)
    connection.execute(
        "UPDATE sessions SET first_revision = ?, bytes = max(0, bytes - ?) WHERE id = ?",
        (base.revision, int(freed), session.id),
    )
    return more


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
