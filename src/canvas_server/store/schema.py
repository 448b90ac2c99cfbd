"""Schema of the SQLite file: how it is opened, and how an older one is migrated."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

from canvas_server import system
from canvas_server.files import give_to_owner
from canvas_server.store.folder import StoreError
from canvas_server.store.repair import renumber

APPLICATION_ID = 0x63617376
"""Marks the file as ours (https://sqlite.org/fileformat2.html#application_id)."""
BUSY_SECONDS = 5.0
_WAL_BYTES = 64 * 1024 * 1024

MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,        -- of the latest change
        first_revision INTEGER NOT NULL,  -- where the history begins
        timestamp INTEGER NOT NULL,       -- of the latest change, ms since 1970 UTC
        bytes INTEGER NOT NULL            -- of changes and snapshots, roughly
    );
    CREATE TABLE changes (
        session INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        timestamp INTEGER NOT NULL,
        entry BLOB NOT NULL,              -- protocol.history.Entry as JSON
        PRIMARY KEY (session, revision)
    ) WITHOUT ROWID;
    CREATE TABLE snapshots (
        session INTEGER NOT NULL,
        revision INTEGER NOT NULL,        -- the scene after this change
        timestamp INTEGER NOT NULL,
        elements BLOB NOT NULL,           -- one JSON element a line, zlib
        PRIMARY KEY (session, revision)
    );
    CREATE TABLE receipts (
        session INTEGER NOT NULL,
        revision INTEGER NOT NULL,        -- the last one of the edit
        receipt BLOB NOT NULL,            -- core.records.IdempotencyRecord as JSON
        PRIMARY KEY (session, revision)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE rules (
        session INTEGER PRIMARY KEY,
        rules BLOB NOT NULL               -- core.records.EntryRules as JSON
    );
    """,
    """
    ALTER TABLE sessions ADD COLUMN chat_kept INTEGER NOT NULL DEFAULT 0;   -- see ChatHead
    ALTER TABLE sessions ADD COLUMN chat_own INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN chat_count INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN chat_bytes INTEGER NOT NULL DEFAULT 0;  -- in `bytes` too
    CREATE TABLE chat (
        session INTEGER NOT NULL,
        id INTEGER NOT NULL,
        timestamp INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        said INTEGER NOT NULL,            -- 0: it is no message
        author TEXT,                      -- who may read a message beside its reader
        reader TEXT,                      -- NULL: it is for everybody
        entry BLOB NOT NULL,              -- core.chat.entries.ChatEntry as JSON
        PRIMARY KEY (session, id)
    );
    CREATE INDEX chat_age ON chat (timestamp);
    CREATE TABLE chat_receipts (
        session INTEGER NOT NULL,
        id INTEGER NOT NULL,              -- of the entry
        receipt BLOB NOT NULL,            -- core.records.IdempotencyRecord as JSON
        PRIMARY KEY (session, id)
    ) WITHOUT ROWID;
    """,
)
"""Each brings the file from one version to the next; never change one that was released."""


class Database:
    """A file that several threads open, each for itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """See that the file is there and up to date; done once. Raises as `prepare` does."""
        with self._lock:
            if not self._prepared:
                prepare(self.path)
                self._prepared = True

    def connect(self, *, reading: bool) -> sqlite3.Connection:
        """Open the file, which is made when that was not possible before.

        Raises:
            StoreError, sqlite3.Error, OSError: see `prepare`.
        """
        self.prepare()
        return connect(self.path, reading=reading)

    @contextlib.contextmanager
    def looked_into(self, *, live: bool) -> Generator[sqlite3.Connection]:
        """Open the file without changing it, or leaving one beside it; `live`: a server has it.

        Raises:
            StoreError: it is from a newer version, or not ours.
            sqlite3.Error: it cannot be opened.
        """
        if live or self._is_logging():
            with contextlib.closing(connect(self.path, reading=True, mode="ro")) as file:
                version_of(file, self.path)
                yield file
            return
        with self.at_rest() as file:
            if file is None:
                raise sqlite3.OperationalError("it is being written")
            yield file

    @contextlib.contextmanager
    def at_rest(self) -> Generator[sqlite3.Connection | None]:
        """Open the file in a way that writes nothing, not even beside it; None: that cannot be.

        It can when the write-ahead log is empty, as after a stop; nobody may write it meanwhile.

        Raises:
            sqlite3.Error: it cannot be opened, or somebody did write it.
        """
        if self._is_logging():
            yield None
            return
        address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(address, isolation_level=None, uri=True)) as file:
            version_of(file, self.path)
            yield file
        if self._is_logging():
            raise sqlite3.OperationalError("it was written while it was read")

    def _is_logging(self) -> bool:
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def identity(self) -> tuple[int, int]:
        """Tell the present file from another one that took its place.

        Raises:
            OSError: there is none.
        """
        found = self.path.stat()
        return found.st_dev, found.st_ino


def prepare(path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Make the file (0600) where there is none, and bring an older one up to date.

    Raises:
        StoreError: it is from a newer version, or not ours, or its disk cannot carry it.
        sqlite3.Error: it is damaged, or cannot be written.
        OSError: it cannot be made.
    """
    _make(path)
    connection = connect(path)
    try:
        version = version_of(connection, path, len(migrations))
        if version == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(f"{path} is on a file system that is none of a local disk's; move it")
        for number, script in enumerate(migrations[version:], version + 1):
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID}; "
                f"PRAGMA user_version = {number}; COMMIT;"
            )
        renumber(connection)
    finally:
        connection.close()


def connect(path: Path, *, reading: bool = False, mode: str = "rw") -> sqlite3.Connection:
    """Open a file that is there; what a transaction commits outlives a power cut.

    `mode` is that of an SQLite URI (https://sqlite.org/uri.html). Who reads a file in WAL mode has
    to write beside it, and one opened with `ro` does not clean up there.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=BUSY_SECONDS,
        isolation_level=None,
        cached_statements=256,
        uri=True,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone does not reach the disk
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        if reading:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def version_of(connection: sqlite3.Connection, path: Path, known: int = len(MIGRATIONS)) -> int:
    """Return the version of a file; 0: it is empty.

    Raises:
        StoreError: it is from a newer version, or not ours.
        sqlite3.Error: it is damaged.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (application, bool(version)) != (APPLICATION_ID, True) and (application or tables):
        raise StoreError(f"{path} was not made by canvas-server; move it away")
    if version > known:
        raise StoreError(
            f"{path} was written by a newer canvas-server (its version is {version}, this program "
            f"knows {known}): install that again, or restore a backup from before"
        )
    return version


def explain(error: BaseException, path: Path) -> str:
    """Say for the operator what went wrong with the file, and what to do."""
    name = getattr(error, "sqlite_errorname", "")
    if name in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"):
        return f"there is no space left for {path}: make some, nothing else needs to be done"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"{path} cannot be written ({error}): look at its owner and mode, and at the mount"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return (
            f"{path} is damaged ({error}): stop the server, then `canvas-server restore` a backup"
        )
    if isinstance(error, sqlite3.Error | OSError):
        return f"{path} cannot be read or written ({name or error}): look at the disk"
    return f"{path} holds something unexpected ({error!r}): `canvas-server restore` a backup"


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read, in a way that outlives a power cut."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | system.OPEN_FLAGS, 0o600))
    except FileExistsError:
        return
    with contextlib.suppress(OSError):  # a file system that knows no owners
        give_to_owner(path)
    system.sync(path.parent)
