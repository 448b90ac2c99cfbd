"""What was given out, and what of it was taken back: a small table in the data folder.

It is all in memory too, so that a token is looked at without a wait. Writing waits for the disk:
call `note` and `revoke` from a thread.
"""

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from canvas_server.protocol.roles import Role

DATABASE = "tokens.db"
KEPT_SECONDS = 30 * 24 * 3600
"""For so long after it has ended something is still listed, or known to be taken back."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS invitation (
  id TEXT PRIMARY KEY, session TEXT NOT NULL, role TEXT NOT NULL, name TEXT,
  made REAL NOT NULL, expires REAL NOT NULL, revoked REAL
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


class Invitations:
    """What was given out; safe to use from several threads."""

    def __init__(self, data_dir: Path | None, now: float) -> None:
        """Read what is in the folder; without one, remember it as long as the process lives.

        Raises:
            OSError: the file cannot be used.
        """
        self._lock = threading.Lock()
        try:
            self._database = _open(None if data_dir is None else data_dir / DATABASE)
        except sqlite3.Error as error:
            raise OSError(f"{DATABASE}: {error}") from error
        try:
            with self._database:
                gone = (now - KEPT_SECONDS,)
                self._database.execute("DELETE FROM invitation WHERE expires < ?", gone)
            rows = self._database.execute("SELECT * FROM invitation ORDER BY made").fetchall()
        except sqlite3.Error as error:
            self._database.close()
            raise OSError(f"{DATABASE}: {error}") from error
        self._all = {row[0]: Invitation(row[0], row[1], Role(row[2]), *row[3:]) for row in rows}

    def of(self, session_id: str) -> tuple[Invitation, ...]:
        """Return what was given out for a session, oldest first."""
        return tuple(one for one in self._all.copy().values() if one.session_id == session_id)

    def get(self, invitation_id: str) -> Invitation | None:
        """Return one of them."""
        return self._all.get(invitation_id)

    def is_revoked(self, invitation_id: str) -> bool:
        """Tell whether it was taken back."""
        invitation = self._all.get(invitation_id)
        return invitation is not None and invitation.revoked is not None

    def note(self, invitation: Invitation) -> None:
        """Remember what is given out, or what has become of it.

        Raises:
            OSError: it cannot be stored.
        """
        row = (
            invitation.id,
            invitation.session_id,
            invitation.role.value,
            invitation.name,
            invitation.made,
            invitation.expires,
            invitation.revoked,
        )
        with self._lock:
            try:
                with self._database:
                    self._database.execute(
                        "INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?)", row
                    )
            except sqlite3.Error as error:
                raise OSError(f"{DATABASE}: {error}") from error
            self._all[invitation.id] = invitation

    def revoke(self, invitation_id: str, now: float) -> None:
        """Take something back, also what was made elsewhere and is not known here.

        Raises:
            OSError: that cannot be stored.
        """
        known = self._all.get(invitation_id)
        if known is None:
            unknown = now + 12 * KEPT_SECONDS  # of whatever it is; nobody knows when it ends
            known = Invitation(invitation_id, "", Role.VIEW, None, now, unknown)
        self.note(replace(known, revoked=known.revoked or now))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        with contextlib.suppress(FileExistsError):  # made with no rights for others
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    database = sqlite3.connect(path or ":memory:", check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(_SCHEMA)
    except BaseException:
        database.close()
        raise
    return database
