"""The file of invitations in the data folder: its tables, and what two of them say together."""

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from canvas_server.files import give_to_owner
from canvas_server.protocol.roles import Role

DATABASE = "tokens.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS invitation (
  id TEXT PRIMARY KEY, session TEXT NOT NULL, role TEXT NOT NULL, name TEXT,
  made REAL NOT NULL, expires REAL NOT NULL, revoked REAL, lineage TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID
"""
_CODES = """
CREATE TABLE IF NOT EXISTS short_link (
  invitation TEXT PRIMARY KEY, digest TEXT NOT NULL, sealed TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""
"""Beside the other one, which earlier releases write row by row."""


WITHOUT_INVITATION = "DELETE FROM short_link WHERE invitation NOT IN (SELECT id FROM invitation)"
"""Removes codes that are left over of invitations which are not listed any more."""


class ShortLink(Struct, frozen=True):
    """What is kept of the code of an invitation; neither the code nor a token that opens."""

    digest: str
    """Of the code, keyed; empty: the code was deleted."""
    sealed: str
    """What a token says, signed for this purpose."""


NO_CODE = ShortLink("", "")
"""Of an invitation whose code was deleted; it stays so, whoever still knows it."""


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
    short: ShortLink | None = None


def copy_into(backup: sqlite3.Connection, data_dir: Path) -> None:
    """Put the invitations of a data folder into a backup of its scenes, if there are any.

    Raises:
        sqlite3.Error: they cannot be read, or written.
    """
    path = data_dir / DATABASE
    if path.exists():
        with contextlib.closing(_connect(path)) as source, backup:
            _prepare(backup)
            for invitation in read(source):
                write(backup, invitation)


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
    found = read(backup)
    with contextlib.closing(open_file(data_dir / DATABASE)) as target, target:
        known = {invitation.id: invitation for invitation in read(target)}
        for invitation in found:
            write(target, union(known.get(invitation.id), invitation))
    with backup:
        backup.execute("DROP TABLE invitation")
        backup.execute("DROP TABLE IF EXISTS short_link")
    return sum(invitation.revoked is not None for invitation in found)


def union(known: Invitation | None, new: Invitation) -> Invitation:
    """Return what two say of one invitation: it was taken back when one of them says so."""
    if known is None:
        return replace(new, short=None) if new.revoked is not None else new
    times = [one.revoked for one in (known, new) if one.revoked is not None]
    named = new if new.session_id else known
    expires = max(known.expires, new.expires)
    lineage = new.lineage or known.lineage  # earlier releases do not say it
    revoked, short = min(times, default=None), _code_of(known, new)
    return replace(
        named,
        expires=expires,
        revoked=revoked,
        lineage=lineage,
        short=short if revoked is None else None,
    )


def _code_of(known: Invitation, new: Invitation) -> ShortLink | None:
    """Return what two say of the code of one invitation: it is deleted when one of them says so."""
    if NO_CODE in (known.short, new.short):
        return NO_CODE
    return new.short or known.short


def _prepare(database: sqlite3.Connection) -> None:
    """See that there is the table, as it is now."""
    database.execute(_SCHEMA)
    database.execute(_CODES)
    columns = [row[1] for row in database.execute("PRAGMA table_info(invitation)")]
    if "lineage" not in columns:  # of an earlier release
        database.execute("ALTER TABLE invitation ADD COLUMN lineage TEXT NOT NULL DEFAULT ''")


def read(database: sqlite3.Connection) -> list[Invitation]:
    """Return what is there; the table may be of an earlier release."""
    rows = database.execute("SELECT * FROM invitation ORDER BY made").fetchall()
    codes = _read_codes(database)
    return [
        Invitation(
            name, session, Role(role), called, made, expires, revoked, _ids(more), codes.get(name)
        )
        for name, session, role, called, made, expires, revoked, *more in rows
    ]


def _read_codes(database: sqlite3.Connection) -> dict[str, ShortLink]:
    """Return what is kept of codes, by invitation; earlier releases kept none."""
    there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'short_link'"
    if database.execute(there).fetchone() is None:
        return {}
    rows = database.execute("SELECT invitation, digest, sealed FROM short_link").fetchall()
    return {invitation: ShortLink(digest, sealed) for invitation, digest, sealed in rows}


def _ids(lineage: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(lineage).split())


def write(database: sqlite3.Connection, one: Invitation) -> None:
    """Write an invitation, in the place of what is there of it."""
    row = (one.id, one.session_id, one.role.value, one.name, one.made, one.expires, one.revoked)
    lineage = " ".join(one.lineage)
    command = "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    database.execute(command, (*row, lineage))
    if one.short is None:
        database.execute("DELETE FROM short_link WHERE invitation = ?", (one.id,))
    else:
        command = "INSERT OR REPLACE INTO short_link VALUES (?, ?, ?)"
        database.execute(command, (one.id, one.short.digest, one.short.sealed))


def open_file(path: Path | None) -> sqlite3.Connection:
    """Open the file for writing; it is made where there is none (0600). None: in memory.

    Raises:
        sqlite3.Error, OSError: that cannot be done.
    """
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


def read_alone(path: Path) -> list[Invitation]:
    """Return what is in a file that cannot be written.

    Raises:
        OSError: it cannot be read: nobody knows what was taken back.
    """
    if not path.exists():
        return []
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return read(database)
    except sqlite3.Error as error:
        raise OSError(f"{DATABASE}: {error}") from error


def is_unwritable(error: Exception) -> bool:
    """Tell whether a disk is full or read-only."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
    name: str = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _connect(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(path or ":memory:", check_same_thread=False)
