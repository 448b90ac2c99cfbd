"""The interfaces that have more than one implementation."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from canvas_server.core.records import Record, Snapshot, Stored
from canvas_server.protocol.fields import SessionId, TimestampMs
from canvas_server.protocol.history import Entry


class LogFailure(Exception):
    """The log cannot do what was asked; the text says why and what to do, for the operator."""


class SessionSummary(Struct, frozen=True):
    """What the log holds of one session."""

    session_id: SessionId
    revision: int
    first_revision: int
    """The history reaches back to the scene at this revision."""
    timestamp: TimestampMs
    """Of the latest change."""
    bytes: int
    """Roughly what its changes and snapshots take up."""


MAX_HISTORY_BYTES = 4 * 1024 * 1024
"""Of the changes that are read at once; a single one may be longer."""


class History(Struct, frozen=True):
    """A part of what happened in a session."""

    revision: int
    """The latest one there is."""
    first_revision: int
    """It reaches back to the scene at this revision."""
    entries: tuple[Entry, ...]
    """The latest first."""


class Log(Protocol):
    """Where scenes are kept: for each session an ordered log of changes, with snapshots.

    Nothing here blocks. An answer is given to `done`, in the thread of the event loop and never
    from within the call: the result, or a `LogFailure` instead of it. Appends are stored and
    answered in the order of the calls.
    """

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """Store a record; `done(None)` means that it outlives the process and a power cut.

        It fails when it `follows` and its first entry does not follow the last stored one, so
        nothing is stored after a record that failed until a whole scene is, which has to be later
        than the last stored one.
        """
        ...

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """Read the scene of a session as it is now; an unknown session has an empty one."""
        ...

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """Read the scene as it was after a revision; None where the history does not reach.

        At a revision that is missing in the history it is the scene before the next entry.
        """
        ...

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """Read up to `limit` changes, the latest first, of revisions below `before`.

        Fewer come, but at least one, when they are longer than `MAX_HISTORY_BYTES`.
        """
        ...

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """List the sessions that have a scene, by name."""
        ...

    async def close(self) -> None:
        """Store what was appended, then let go of everything. Nothing may be asked afterwards."""
        ...
