"""Probe of the SQLite file: whether it can be read and written, changing nothing in it."""

import contextlib
import os
import shutil
import sqlite3

from canvas_server.store.folder import StoreError
from canvas_server.store.schema import Database, version_of


def probe(database: Database, *, thorough: bool) -> None:
    """Take the lock of who writes; `thorough`: write the version anew, which takes space.

    A file that somebody else is writing can be written.

    Raises:
        StoreError, sqlite3.Error, OSError: it cannot be read or written.
    """
    folder = database.path.parent
    # What SQLite cannot open for writing it opens for reading, without a word.
    if not os.access(folder, os.W_OK | os.X_OK) or not os.access(database.path, os.W_OK):
        raise StoreError(
            f"{database.path} cannot be written: look at its owner and mode, and at the mount"
        )
    if shutil.disk_usage(folder).free == 0:
        raise StoreError(f"there is no space left for {database.path}: make some")
    with contextlib.closing(database.connect(reading=False)) as connection:
        version = version_of(connection, database.path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            if thorough:
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
