"""Invitations given out and revoked: a small table in the data folder.

It is all in memory too, so that a token is looked at without a wait. Writing waits for the disk:
call `note` and `revoke` from a thread.
"""

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from canvas_server.core.effects import Refusal
from canvas_server.files import give_to_owner
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role

DATABASE = "tokens.db"
KEPT_SECONDS = 30 * 24 * 3600
"""For so long after it has ended something is still listed."""
MAX_OF_SESSION = 10_000
"""Listed of a session at a time: whoever moderates can have as many made as they like."""
_AT_ONCE = 256
_TOO_MANY = (
    f"This session has {MAX_OF_SESSION:,} links. Take back the link with which they were made, or "
    "wait until some have ended."
)
NEVER = float(2**53)
"""When something ends of which nobody here knows when: after whatever token is there of it."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS invitation (
  id TEXT PRIMARY KEY, session TEXT NOT NULL, role TEXT NOT NULL, name TEXT,
  made REAL NOT NULL, expires REAL NOT NULL, revoked REAL, lineage TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID
"""


class Invitation(Struct, frozen=True):
    """A token that was given out, with all that were made from it. Times in seconds since 1970."""

    id: str
    session_id: str
    role: Role
    name: str | None
    made: float
    expires: float
    revoked: float | None = None
    lineage: tuple[str, ...] = ()
    """The ids of those it was made with, the first one first (TOK8)."""


class Invitations:
    """What was given out; safe to use from several threads."""

    def __init__(self, data_dir: Path | None, now: float) -> None:
        """Read what is in the folder; without one, remember it as long as the process lives.

        Raises:
            OSError: the file cannot be used.
        """
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._path = None if data_dir is None else data_dir / DATABASE
        self._database: sqlite3.Connection | None = None
        """None: it could not be written yet, since the disk is full or read-only."""
        try:
            rows = self._opened(now)
        except (sqlite3.Error, OSError) as error:
            if self._path is None or not _is_unwritable(error):
                raise OSError(f"{DATABASE}: {error}") from error
            rows = _read_alone(self._path)
        self._all = {invitation.id: invitation for invitation in rows}

    def _opened(self, now: float) -> list[Invitation]:
        """Open the file for writing, and return what is in it.

        Raises:
            sqlite3.Error, OSError: that cannot be done.
        """
        database = _open(self._path)
        try:
            with database:
                # What was taken back stays so, whatever the clock says meanwhile.
                ended = "DELETE FROM invitation WHERE expires < ? AND revoked IS NULL"
                database.execute(ended, (now - KEPT_SECONDS,))
            rows = _read(database)
        except BaseException:
            database.close()
            raise
        self._database = database
        return rows

    @contextlib.contextmanager
    def _written(self) -> Generator[sqlite3.Connection]:
        """Give the file to write into, in one transaction.

        Raises:
            OSError: it cannot be written.
        """
        with self._writing:
            try:
                if self._database is None:
                    self._database = _open(self._path)
                with self._database:
                    yield self._database
            except sqlite3.Error as error:
                raise OSError(f"{DATABASE}: {error}") from error

    def of(self, session_id: str) -> tuple[Invitation, ...]:
        """Return what was given out for a session, oldest first."""
        return tuple(one for one in self._all.copy().values() if one.session_id == session_id)

    def get(self, invitation_id: str) -> Invitation | None:
        """Return one of them."""
        return self._all.get(invitation_id)

    def revoked_ones(self) -> tuple[Invitation, ...]:
        """Return what was taken back."""
        return tuple(one for one in self._all.copy().values() if one.revoked is not None)

    def is_revoked(self, invitation_id: str) -> bool:
        """Tell whether it was taken back."""
        invitation = self._all.get(invitation_id)
        return invitation is not None and invitation.revoked is not None

    def add(self, invitation: Invitation, now: float) -> None:
        """Remember something new that is given out.

        Raises:
            Refusal: `rate_limited`, the session has too many.
            OSError: it cannot be stored.
        """
        there = self.of(invitation.session_id)
        if len(there) >= MAX_OF_SESSION:
            needless = [one for one in there if self._is_needless(one, now)]
            if not needless:
                raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MANY)
            self.forget(needless[:_AT_ONCE])
        self.note(invitation)

    def _is_needless(self, one: Invitation, now: float) -> bool:
        """Tell whether it opens nothing any more, also if nobody knows of it."""
        if any(map(self.is_revoked, one.lineage)):
            return True
        since = 0.0 if one.revoked is None else KEPT_SECONDS
        return max(one.expires, one.revoked or 0) + since < now

    def forget(self, needless: list[Invitation]) -> None:
        """List some no more.

        Raises:
            OSError: that cannot be stored.
        """
        ids = [(one.id,) for one in needless]
        with self._written() as database:
            database.executemany("DELETE FROM invitation WHERE id = ?", ids)
        with self._lock:
            for one in needless:
                self._all.pop(one.id, None)

    def note(self, invitation: Invitation) -> None:
        """Remember what is given out, or what has become of it; what was taken back stays so.

        Raises:
            OSError: it cannot be stored.
        """
        self.store(_union(self._all.get(invitation.id), invitation))
        self.learn(invitation)

    def learn(self, invitation: Invitation) -> None:
        """Know of an invitation as long as the process lives; what was taken back stays so."""
        with self._lock:
            self._all[invitation.id] = _union(self._all.get(invitation.id), invitation)

    def store(self, invitation: Invitation) -> None:
        """Write an invitation to the disk.

        Raises:
            OSError: it cannot be stored.
        """
        with self._written() as database:
            _write(database, invitation)

    def revoke(self, invitation_id: str, now: float) -> None:
        """Take something back, also what was made elsewhere and is not known here.

        Raises:
            OSError: that cannot be stored.
        """
        known = self._all.get(invitation_id)
        if known is None:
            known = Invitation(invitation_id, "", Role.VIEW, None, now, NEVER)
        self.note(replace(known, revoked=known.revoked or now))

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()


def copy_into(backup: sqlite3.Connection, data_dir: Path) -> None:
    """Put the invitations of a data folder into a backup of its scenes, if there are any.

    Raises:
        sqlite3.Error: they cannot be read, or written.
    """
    path = data_dir / DATABASE
    if path.exists():
        with contextlib.closing(_connect(path)) as source, backup:
            _prepare(backup)
            for invitation in _read(source):
                _write(backup, invitation)


def merge_from(backup: sqlite3.Connection, data_dir: Path) -> int | None:
    """Move the invitations of a backup into a data folder: taken back in either stays taken back.

    Returns how many of them are taken back; None: the backup, of an earlier release or of a server
    that asked for no tokens, says nothing of them.

    Raises:
        sqlite3.Error: they cannot be read, or written.
    """
    there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'invitation'"
    if backup.execute(there).fetchone() is None:
        return None
    found = _read(backup)
    with contextlib.closing(_open(data_dir / DATABASE)) as target, target:
        known = {invitation.id: invitation for invitation in _read(target)}
        for invitation in found:
            _write(target, _union(known.get(invitation.id), invitation))
    with backup:
        backup.execute("DROP TABLE invitation")
    return sum(invitation.revoked is not None for invitation in found)


def _union(known: Invitation | None, new: Invitation) -> Invitation:
    """Return what two say of one invitation: it was taken back when one of them says so."""
    if known is None:
        return new
    times = [one.revoked for one in (known, new) if one.revoked is not None]
    named = new if new.session_id else known
    expires = max(known.expires, new.expires)
    lineage = new.lineage or known.lineage  # earlier releases do not say it
    return replace(named, expires=expires, revoked=min(times, default=None), lineage=lineage)


def _prepare(database: sqlite3.Connection) -> None:
    """See that there is the table, as it is now."""
    database.execute(_SCHEMA)
    columns = [row[1] for row in database.execute("PRAGMA table_info(invitation)")]
    if "lineage" not in columns:  # of an earlier release
        database.execute("ALTER TABLE invitation ADD COLUMN lineage TEXT NOT NULL DEFAULT ''")


def _read(database: sqlite3.Connection) -> list[Invitation]:
    """Return what is there; the table may be of an earlier release."""
    rows = database.execute("SELECT * FROM invitation ORDER BY made").fetchall()
    return [
        Invitation(name, session, Role(role), called, made, expires, revoked, _ids(more))
        for name, session, role, called, made, expires, revoked, *more in rows
    ]


def _ids(lineage: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(lineage).split())


def _write(database: sqlite3.Connection, one: Invitation) -> None:
    row = (one.id, one.session_id, one.role.value, one.name, one.made, one.expires, one.revoked)
    lineage = " ".join(one.lineage)
    command = "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    database.execute(command, (*row, lineage))


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        with contextlib.suppress(FileExistsError):  # made with no rights for others
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        give_to_owner(path)
    database = _connect(path)
    try:
        database.execute("PRAGMA synchronous = FULL")
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _read_alone(path: Path) -> list[Invitation]:
    """Return what is in a file that cannot be written.

    Raises:
        OSError: it cannot be read: nobody knows what was taken back.
    """
    if not path.exists():
        return []
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return _read(database)
    except sqlite3.Error as error:
        raise OSError(f"{DATABASE}: {error}") from error


def _is_unwritable(error: Exception) -> bool:
    """Tell whether a disk is full or read-only."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
    name: str = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _connect(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(path or ":memory:", check_same_thread=False)
