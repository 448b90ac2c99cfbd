"""Erasure of one session from the SQLite file, so that nothing of it can be read from the disk."""

import contextlib
import sqlite3

from canvas_server.store.reading import find
from canvas_server.store.schema import Database

_DELETES = (
    "DELETE FROM changes WHERE session = ?",
    "DELETE FROM snapshots WHERE session = ?",
    "DELETE FROM receipts WHERE session = ?",
    "DELETE FROM rules WHERE session = ?",
    "DELETE FROM chat WHERE session = ?",
    "DELETE FROM chat_receipts WHERE session = ?",
    "DELETE FROM sessions WHERE id = ?",
)


def erase(database: Database, session_id: str) -> bool:
    """Remove a session with its history, and overwrite what was there; tell whether it was there.

    Copies that were made before, as backups, still have it.

    Raises:
        StoreError, sqlite3.Error, OSError: nothing was removed.
    """
    with contextlib.closing(database.connect(reading=False)) as file:
        file.execute("PRAGMA secure_delete = ON")
        file.execute("BEGIN IMMEDIATE")
        try:
            session = find(file, session_id)
            if session is not None:
                for delete in _DELETES:
                    file.execute(delete, (session.id,))
            file.execute("COMMIT")
        except BaseException:
            if file.in_transaction:
                file.execute("ROLLBACK")
            raise
        if session is not None:
            _shorten(file)
        return session is not None


def _shorten(file: sqlite3.Connection) -> None:
    """Write the log into the file and give free pages back; what is read meanwhile may prevent it.

    The log is emptied with the next checkpoint then.
    """
    with contextlib.suppress(sqlite3.OperationalError):
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        file.execute("PRAGMA incremental_vacuum").fetchall()
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
