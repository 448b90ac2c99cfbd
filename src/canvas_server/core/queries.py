"""Queries of a hub: what others may ask about its connections and sessions; nothing changes."""

from msgspec import Struct

from canvas_server.core.effects import ConnectionId
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.overview import overview
from canvas_server.core.presence.session import Participant
from canvas_server.core.records import EntryRules
from canvas_server.protocol.http import SessionOverview
from canvas_server.protocol.scene import SceneDocument


class Party(Struct, frozen=True, gc=False):
    """Who a connection is, and with whom it shares the budget of what it may cause."""

    peer_id: str
    session_id: str
    invitation: str
    """By which it came, or the other server that it is at; empty: nobody is asked for one."""
    moderates: bool
    """It looks after the session: what others of it have had does not hold it up."""


class HubQueries:
    """The part of a hub that only answers."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    @property
    def peer_count(self) -> int:
        """Peers in all sessions."""
        return len(self._membership.peers)

    @property
    def away_count(self) -> int:
        """Peers whose connection is gone and who keep their place."""
        return len(self._membership.away)

    @property
    def waiting_count(self) -> int:
        """People who wait to be let into a session."""
        return self._membership.lobby.count

    @property
    def session_count(self) -> int:
        """Sessions that have a peer."""
        return sum(bool(session.peers) for session in self._membership.sessions.values())

    @property
    def element_count(self) -> int:
        """Elements in the scenes of these sessions."""
        return sum(
            len(session.canvas.shown.elements) for session in self._membership.sessions.values()
        )

    def peer_at(self, connection: ConnectionId) -> Participant | None:
        """Return the peer that speaks through a connection."""
        return self._membership.connections.get(connection)

    def is_stranger(self, connection: ConnectionId) -> bool:
        """Tell whether a connection is in no session, and waits for none."""
        members = self._membership
        return members.connections.get(connection) is None and members.lobby.at(connection) is None

    def is_open(self, session_id: str) -> bool:
        """Tell whether a session is in memory."""
        return session_id in self._membership.sessions

    def connections_of(self, session_id: str) -> tuple[ConnectionId, ...]:
        """Return the connections of those who are in a session."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return ()
        visitors = session.door.visitors.values()
        return tuple(one.connection for one in (*session.peers.values(), *visitors))

    def at_rest(self, session_id: str) -> bool:
        """Tell whether all edits of a session are stored."""
        session = self._membership.sessions.get(session_id)
        return session is None or (session.canvas.at_rest and session.door.at_rest)

    def rules(self, session_id: str) -> EntryRules | None:
        """Return who may come into a session; None: it is not open."""
        session = self._membership.sessions.get(session_id)
        return None if session is None else session.door.rules

    def scene(self, session_id: str) -> SceneDocument | None:
        """Return the scene of a session as everybody was told it is; None: it is not open."""
        session = self._membership.sessions.get(session_id)
        return None if session is None else session.canvas.document()

    def overview(self) -> tuple[SessionOverview, ...]:
        """Return every session that has a peer, for who runs the server."""
        return tuple(
            overview(session) for session in self._membership.sessions.values() if session.peers
        )

    def party_of(self, connection: ConnectionId) -> Party | None:
        """Return with whom a connection shares what it may do; None: it is in no session."""
        peer = self._membership.connections.get(connection)
        if peer is None:
            return None
        invitation = peer.grant.invitation or (f"server {peer.server}" if peer.server else "")
        moderates = bool(invitation) and peer.grant.is_moderator
        return Party(peer.peer_id, peer.session.session_id, invitation, moderates)

    def connection_of(self, peer_id: str) -> ConnectionId | None:
        """Return the connection of a peer; None: it has none now."""
        peer = self._membership.peers.get(peer_id)
        return None if peer is None or peer.away is not None else peer.connection
