"""Scenes that two servers share: one keeps it and orders all edits, the other has a copy (REL4).

Edits of a copy are forwarded to its keeper. What the keeper has stored it tells, and the copy
follows; a copy that does not fit any more adopts the whole scene.
"""

from collections.abc import Sequence

from canvas_server.core import edits
from canvas_server.core.canvas import Awaited, Reply
from canvas_server.core.effects import Answered, Effect, Forward
from canvas_server.core.members import Members
from canvas_server.core.records import Snapshot
from canvas_server.core.surroundings import milliseconds
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Entry


class Copies:
    """What is done to the scene of a session, by its id; nothing where it is not open."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def snapshot(self, session_id: str) -> Snapshot:
        """Return a scene with all accepted edits, stored or not."""
        canvas = self._members.sessions[session_id].canvas
        return Snapshot(canvas.scene.revision, canvas.shown.timestamp, canvas.scene.elements)

    def entrust(self, session_id: str, keeper: str | None) -> None:
        """Let another server keep a scene from now on; None: this one."""
        session = self._members.sessions.get(session_id)
        if session is not None:
            session.canvas.keeper = keeper

    # --- at its keeper -----------------------------------------------------------------------

    def merge(self, session_id: str, snapshot: Snapshot, now: float) -> list[Effect]:
        """Add what the other server had before, and go on after its revision."""
        session = self._members.sessions.get(session_id)
        if session is None:
            return []
        merged = edits.merge(session, snapshot.elements, milliseconds(now))
        return merged + session.canvas.overtake(snapshot.revision, milliseconds(now))

    # --- at the copy -------------------------------------------------------------------------

    def adopt(self, session_id: str, snapshot: Snapshot) -> list[Effect]:
        """Become what the keeper has.

        Raises:
            Refused: see `Canvas.adopt`.
        """
        session = self._members.sessions.get(session_id)
        return [] if session is None else session.canvas.adopt(snapshot)

    def follow(self, session_id: str, entries: Sequence[Entry]) -> list[Effect]:
        """Make the changes of one edit.

        Raises:
            Refused: see `Canvas.follow`.
        """
        session = self._members.sessions.get(session_id)
        return [] if session is None else session.canvas.follow(entries)

    def answer(self, session_id: str, peer_id: str, reply: Reply) -> list[Effect]:
        """Pass on what the keeper has answered to a peer."""
        session = self._members.sessions.get(session_id)
        return [] if session is None else session.canvas.answer(Awaited(peer_id, reply=reply))

    def made(self, session_id: str, request: int) -> list[Effect]:
        """Answer a request: the keeper has made its edit."""
        session = self._members.sessions.get(session_id)
        if session is None:
            return [Answered(request)]
        return session.canvas.answer(Awaited(request=request))

    def refused(self, forward: Forward) -> list[Effect]:
        """Tell who made an edit that its keeper cannot be reached; they may try again."""
        if forward.request is not None:
            return [Answered(forward.request, ErrorCode.STORAGE_FAILED)]
        session = self._members.sessions.get(forward.session_id)
        if session is None:
            return []
        message_id = getattr(forward.message, "message_id", None)
        text = f"This canvas is kept by {session.canvas.keeper}, which cannot be reached now."
        error = server.Error(ErrorCode.STORAGE_FAILED, text, message_id)
        return session.canvas.answer(Awaited(forward.peer_id, reply=error))
