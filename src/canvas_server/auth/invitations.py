"""Invitations given out and revoked: a small table in the data folder.

It is all in memory too, so that a token is looked at without a wait. Writing waits for the disk:
call `note` and `revoke` from a thread.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path

from msgspec.structs import replace

from canvas_server.auth.invitationfile import (
    DATABASE,
    NO_CODE,
    WITHOUT_INVITATION,
    Invitation,
    is_unwritable,
    open_file,
    read,
    read_alone,
    union,
    write,
)
from canvas_server.core.effects import Refusal
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role

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
            if self._path is None or not is_unwritable(error):
                raise OSError(f"{DATABASE}: {error}") from error
            rows = read_alone(self._path)
        self._all = {invitation.id: invitation for invitation in rows}
        self._by_code = {one.short.digest: one.id for one in rows if one.short is not None}

    def _opened(self, now: float) -> list[Invitation]:
        """Open the file for writing, and return what is in it.

        Raises:
            sqlite3.Error, OSError: that cannot be done.
        """
        database = open_file(self._path)
        try:
            with database:
                # What was taken back stays so, whatever the clock says meanwhile.
                ended = "DELETE FROM invitation WHERE expires < ? AND revoked IS NULL"
                database.execute(ended, (now - KEPT_SECONDS,))
                database.execute(WITHOUT_INVITATION)
            rows = read(database)
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
                    self._database = open_file(self._path)
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

    def by_code(self, digest: str) -> Invitation | None:
        """Return the one whose code has this digest."""
        return self._all.get(self._by_code.get(digest, ""))

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
            database.executemany("DELETE FROM short_link WHERE invitation = ?", ids)
        with self._lock:
            for one in needless:
                self._all.pop(one.id, None)
                if one.short is not None:
                    self._by_code.pop(one.short.digest, None)

    def delete_codes(self, session_id: str) -> None:
        """Let the short links of a session open nothing any more.

        Raises:
            OSError: that cannot be stored.
        """
        for one in self.of(session_id):
            if one.short not in (None, NO_CODE):
                self.note(replace(one, short=NO_CODE))

    def note(self, invitation: Invitation) -> None:
        """Remember what is given out, or what has become of it; what was taken back stays so.

        Raises:
            OSError: it cannot be stored.
        """
        self.store(union(self._all.get(invitation.id), invitation))
        self.learn(invitation)

    def learn(self, invitation: Invitation) -> None:
        """Know of an invitation as long as the process lives; what was taken back stays so."""
        with self._lock:
            known = self._all.get(invitation.id)
            if known is not None and known.short is not None:
                self._by_code.pop(known.short.digest, None)
            self._all[invitation.id] = now = union(known, invitation)
            if now.short not in (None, NO_CODE):
                self._by_code[now.short.digest] = now.id

    def store(self, invitation: Invitation) -> None:
        """Write an invitation to the disk.

        Raises:
            OSError: it cannot be stored.
        """
        with self._written() as database:
            write(database, invitation)

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
