"""Old history is cut off, a session at a time; the scene where the rest begins is kept."""

import sqlite3

from canvas_server.core.replay import replay
from canvas_server.store.reading import Session, entries_of, packed, snapshot_of
from canvas_server.store.writing import put_snapshot

DAY_MS = 24 * 3600 * 1000
_FREED_PAGES = 2000
"""Given back to the disk at once, at most."""


def trim_next(connection: sqlite3.Connection, after: int, before_ms: int) -> int | None:
    """Cut the next session after an id whose history begins a day or more before a time.

    Return the id of that session; None: there is none. What is cut are all changes before that
    time, with the receipts of that age.

    Raises:
        sqlite3.Error, ValueError: nothing was cut.
    """
    row = connection.execute(
        "SELECT id, revision, first_revision FROM sessions AS s WHERE id > ?1 AND (SELECT "
        "timestamp FROM changes WHERE session = s.id ORDER BY revision LIMIT 1) < ?2 "
        "ORDER BY id LIMIT 1",
        (after, before_ms - DAY_MS),
    ).fetchone()
    if row is None:
        return None
    session = Session(*row)
    connection.execute("BEGIN IMMEDIATE")
    try:
        _cut(connection, session, before_ms)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return session.id


def give_back(connection: sqlite3.Connection) -> None:
    """Return some of the freed space to the disk."""
    connection.execute(f"PRAGMA incremental_vacuum({_FREED_PAGES})").fetchall()


def _cut(connection: sqlite3.Connection, session: Session, before_ms: int) -> None:
    (revision,) = connection.execute(
        "SELECT coalesce((SELECT revision - 1 FROM changes WHERE session = ?1 AND timestamp >= ?2 "
        "ORDER BY revision LIMIT 1), ?3)",
        (session.id, before_ms, session.revision),
    ).fetchone()
    base = snapshot_of(connection, session, revision)
    entries, _ = entries_of(connection, session, base.revision, revision)
    scene = replay(base, entries)
    if entries:
        put_snapshot(
            connection, session.id, scene.revision, scene.timestamp, packed(scene.elements)
        )
    for statement in (
        "DELETE FROM changes WHERE session = ? AND revision <= ?",
        "DELETE FROM receipts WHERE session = ? AND revision <= ?",
        "DELETE FROM snapshots WHERE session = ? AND revision < ?",
    ):
        connection.execute(statement, (session.id, scene.revision))
    connection.execute(
        "UPDATE sessions SET first_revision = ?2, bytes = "
        "coalesce((SELECT sum(length(entry)) FROM changes WHERE session = ?1), 0) + "
        "coalesce((SELECT sum(length(elements)) FROM snapshots WHERE session = ?1), 0) "
        "WHERE id = ?1",
        (session.id, scene.revision),
    )
