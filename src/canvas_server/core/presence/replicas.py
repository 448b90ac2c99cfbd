"""Replicated scenes of two servers: the leader orders all edits, the other follows (REL4).

Edits of a replica are forwarded to its leader. What the leader has stored it tells, and the replica
follows; a replica that does not fit any more adopts the whole scene.
"""

from collections.abc import Sequence

from canvas_server.core.effects import Answered, Effect, Forward, Refusal
from canvas_server.core.presence.environment import milliseconds
from canvas_server.core.presence.membership import Membership
from canvas_server.core.records import Snapshot
from canvas_server.core.scene import commands
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.replies import PendingReply
from canvas_server.core.scene.transaction import Author
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Entry

MAX_SHARED_REVISION = 2**40
"""No scene that is edited gets there: a thousand edits a second take 34 years. Beyond it there is
room for edits that a server makes by itself, whatever revision another one has named."""
MAX_JUMP = 2**32
"""So far another server may be ahead: a thousand edits a second take seven weeks."""


class Replicas:
    """What is done to the scene of a session, by its id; nothing where it is not open."""

    def __init__(self, members: Membership) -> None:
        self._membership = members

    def snapshot(self, session_id: str) -> Snapshot:
        """Return a scene with all accepted edits, stored or not."""
        canvas = self._membership.sessions[session_id].canvas
        return Snapshot(canvas.scene.revision, canvas.shown.timestamp, canvas.scene.elements)

    def scene(self, session_id: str) -> Scene:
        """Return the scene with all accepted edits, empty where it is not open; only to be read."""
        session = self._membership.sessions.get(session_id)
        return Scene() if session is None else session.canvas.scene

    def author(self, session_id: str, peer_id: str | None) -> Author:
        """Return how the history names who makes an edit here; nobody where it came over HTTP."""
        session = self._membership.sessions.get(session_id)
        peer = None if session is None else session.peers.get(peer_id or "")
        return (peer_id, None, None) if peer is None else peer.author

    def entrust(self, session_id: str, leader: str | None) -> None:
        """Let another server keep a scene from now on; None: this one."""
        session = self._membership.sessions.get(session_id)
        if session is not None:
            session.canvas.leader = leader

    # --- at its leader -----------------------------------------------------------------------

    def merge(self, session_id: str, snapshot: Snapshot, server: str, now: float) -> list[Effect]:
        """Add what another server had before, and go on after its revision.

        Raises:
            Refusal: `revision_changed`, it is too far ahead.
        """
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        _require_near(session.canvas.scene.revision, snapshot.revision)
        merged = session.canvas.turns.finish()
        merged += commands.merge(session.canvas, snapshot.elements, server, milliseconds(now))
        return merged + session.canvas.overtake(snapshot.revision, milliseconds(now))

    # --- at the replica -------------------------------------------------------------------------

    def adopt(self, session_id: str, snapshot: Snapshot, server: str, now: float) -> list[Effect]:
        """Become what the leader has.

        Raises:
            Refusal: `revision_changed`, it is too far ahead; see `Canvas.adopt`.
        """
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        _require_near(session.canvas.scene.revision, snapshot.revision)
        effects = session.canvas.turns.abandon()  # it was begun when the scene was kept here
        return effects + session.canvas.adopt(snapshot, server, milliseconds(now))

    def follow(
        self,
        session_id: str,
        entries: Sequence[Entry],
        server: str,
        author: Author | None,
        now: float,
    ) -> list[Effect]:
        """Make the changes of one edit; `asked` is who here had asked for just that, if anybody.

        Raises:
            Refusal: see `Canvas.follow`.
        """
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        if author is None:
            guest = session.peers.get(entries[0].peer_id or "")
            is_theirs = guest is not None and guest.server == server
            author = guest.author if guest is not None and is_theirs else (None, None, server)
        return session.canvas.follow(entries, author, milliseconds(now))

    def answer(self, session_id: str, peer_id: str, reply: server.Reply) -> list[Effect]:
        """Pass on what the leader has answered to a peer."""
        session = self._membership.sessions.get(session_id)
        return [] if session is None else session.canvas.answer(PendingReply(peer_id, reply=reply))

    def made(self, session_id: str, request: int) -> list[Effect]:
        """Answer a request: the leader has made its edit."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return [Answered(request)]
        return session.canvas.answer(PendingReply(request=request))

    def refused(self, forward: Forward) -> list[Effect]:
        """Tell who made an edit that its leader cannot be reached; they may try again."""
        if forward.request is not None:
            return [Answered(forward.request, ErrorCode.STORAGE_FAILED)]
        session = self._membership.sessions.get(forward.session_id)
        if session is None:
            return []
        message_id = getattr(forward.message, "message_id", None)
        text = f"This canvas is kept by {session.canvas.leader}, which cannot be reached now."
        error = server.Error(ErrorCode.STORAGE_FAILED, text, message_id)
        return session.canvas.answer(PendingReply(forward.peer_id, reply=error))


def _require_near(ours: int, theirs: int) -> None:
    """Refuse a revision that nobody gets to by editing.

    Raises:
        Refusal: `revision_changed`.
    """
    if theirs > min(ours + MAX_JUMP, MAX_SHARED_REVISION):
        raise Refusal(ErrorCode.REVISION_CHANGED, "its revision is too far ahead of ours")
