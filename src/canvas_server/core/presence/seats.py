"""Seats of a node: which connection has which place, in which session, and who waits for one.

The part of `Membership` that keeps count of places, whoever has them. As elsewhere in the core,
methods change this state and return the effects, or raise `Refusal` before any change.
"""

from canvas_server.core.effects import CloseConnection, ConnectionId, Discard, Effect, Refusal
from canvas_server.core.presence.absent import reason_of
from canvas_server.core.presence.bounding.kept import KeptAgents
from canvas_server.core.presence.door import Visitor
from canvas_server.core.presence.environment import Environment, milliseconds
from canvas_server.core.presence.identity import ReservedIds
from canvas_server.core.presence.lobby import Lobby
from canvas_server.core.presence.places import Newcomer, abandoned, gives_way
from canvas_server.core.presence.session import MAX_PEERS, Away, Participant, Session
from canvas_server.protocol import server
from canvas_server.protocol.errors import CloseCode, ErrorCode

MAX_SESSIONS = 50_000


class Seats:
    """The connections, the peers, the visitors and their sessions."""

    def __init__(self, environment: Environment) -> None:
        self.connections: dict[ConnectionId, Participant | None] = {}
        """None: it has no session yet (SES1)."""
        self.peers: dict[str, Participant] = {}
        self.sessions: dict[str, Session] = {}
        self.away: dict[Participant, Away] = {}
        self.identities = environment.identities
        self.lobby = Lobby(self.identities, self.connections, self.sessions)
        self.reserved = ReservedIds()
        self.kept_agents = KeptAgents()
        self._environment = environment
        # Sessions with tiles from before the start, whose peers may yet come back.
        self._unswept: set[Session] = set()
        # When those have to be in a session who are in none yet, soonest first (SES5).
        self._deadlines: dict[ConnectionId, float] = {}

    def visitor_gone(
        self, connection: ConnectionId, until: float | None, *, to: Session | None = None
    ) -> list[Effect]:
        """See `Lobby.gone`; a session that nobody waits for any more may be let go.

        `to`: the session that the connection is in next.
        """
        visitor = self.lobby.at(connection)
        if visitor is None:
            return []
        effects = self.lobby.gone(connection, until)
        session = self.sessions[visitor.session_id]
        if session is not to:
            self.close_if_idle(session)
        return effects

    def dismiss(self, visitor: Visitor, code: CloseCode | None = None) -> list[Effect]:
        """Have somebody wait no more; a code turns them away."""
        effects = self.lobby.drop(visitor, code)
        self.close_if_idle(self.sessions[visitor.session_id])
        return effects

    def seat(self, connection: ConnectionId, peer: Participant) -> None:
        """Let a connection be that of a peer; it has joined in time."""
        self.connections[connection] = peer
        self._deadlines.pop(connection, None)

    def take_from(self, peer: Participant, code: CloseCode = CloseCode.TAKEN_OVER) -> list[Effect]:
        """Let go of the connection a peer had: it is gone, or is closed (SES2)."""
        if self.connections.pop(peer.connection, None) is None:
            return [Discard(peer.connection)]
        return [CloseConnection(peer.connection, code), Discard(peer.connection)]

    def leave(
        self,
        peer: Participant,
        now: float,
        reason: server.LeaveReason,
        *,
        to: Session | None = None,
    ) -> list[Effect]:
        """Take a peer out of its session, which is let go where it was the last one.

        `to`: the session that its connection is in next.
        """
        session = peer.session
        del self.peers[peer.peer_id]
        self.away.pop(peer, None)
        if peer.server is not None:
            self.reserved.keep(peer.peer_id, now)
        effects = session.leave(peer, reason, milliseconds(now))
        if session is not to:
            self.close_if_idle(session)
        return effects

    def give_up(self, peer: Participant, now: float) -> list[Effect]:
        """End the wait for a peer that is away."""
        released = self.take_from(peer)
        return [*released, *self.leave(peer, now, reason_of(peer.away))]

    def make_room(
        self, session: Session, newcomer: Newcomer, leaving: list[Participant], now: float
    ) -> list[Effect]:
        """See that one more peer has a place (SES4, SES6).

        Raises:
            Refusal: `session_full`, `link_full`.
        """
        staying = [peer for peer in session.peers.values() if peer not in leaving]
        yielding = gives_way(newcomer, staying, MAX_PEERS, self._environment.link_places)
        if yielding is None:
            return []
        reason = reason_of(yielding.away) if yielding.away else "removed"
        released = self.take_from(yielding, CloseCode.GAVE_WAY)
        return [*released, *self.leave(yielding, now, reason, to=session)]

    def make_room_for_session(self, now: float) -> list[Effect]:
        """See that one more session has a place; one that nobody is in but in name gives way.

        Raises:
            Refusal: `server_full`.
        """
        if len(self.sessions) < MAX_SESSIONS:
            return []
        idle = abandoned(self.away)
        if idle is None:
            raise Refusal(ErrorCode.SERVER_FULL)
        peers = [*idle.peers.values()]
        return [effect for peer in peers for effect in self.give_up(peer, now)]

    def open(self, session: Session) -> None:
        """Take a session up that was read from the log.

        Peers that were in it before a restart have time to come back to their tiles (SCN3).
        """
        self.sessions[session.session_id] = session
        canvas = session.canvas
        kept = self.kept_agents.take(session.session_id, canvas.scene.revision)
        session.agents, canvas.journal = kept
        if session.canvas.scene.tiles:
            self._unswept.add(session)

    def close_if_idle(self, session: Session) -> None:
        """Forget a session that nobody is in and of which everything is stored."""
        if not session.peers and session.canvas.at_rest and session.door.is_idle:
            self.sessions.pop(session.session_id, None)
            self._unswept.discard(session)
            canvas = session.canvas
            at = canvas.scene.revision
            self.kept_agents.keep(session.session_id, session.agents, canvas.journal, at)

    def evict(self, session: Session, code: CloseCode) -> list[Effect]:
        """Forget a session with its peers; they are to come back to where it lives now."""
        effects = session.canvas.abandon()
        for visitor in tuple(session.door.visitors.values()):
            effects += self.lobby.drop(visitor, code)
        self.sessions.pop(session.session_id)
        self._unswept.discard(session)
        for peer in session.peers.values():
            del self.peers[peer.peer_id]
            self.away.pop(peer, None)
            effects += self.take_from(peer, code)
        return effects
