"""Guests: the people of other servers in sessions of this one.

A guest is a peer like any other, whose connection leads to its server, and so all rules hold for
it. What is different: nobody asks it for a token, since its server vouches for it; it moderates
nothing here; and whether it comes back is for its server to say (REL2).
"""

import math

from msgspec import Struct

from canvas_server.core.effects import ConnectionId, Effect, Refusal
from canvas_server.core.presence.door import Claim
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.places import Newcomer
from canvas_server.core.presence.session import Away, Participant
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role

_MADE_HERE = (
    "This peer id was made by this server, so no other server speaks for it. "
    "Do the two servers share a secret? Each needs its own."
)
_ONE_BY_ONE = "People are let into this session one by one, and from this server alone."


class Guest(Struct, frozen=True):
    """Somebody as their server describes them."""

    peer_id: str
    server: str
    """What that server is called."""
    display_name: str | None = None
    role: Role = Role.EDIT
    connected: bool = True


class Guests:
    """Lets guests come, change and be away. To let one go, end its connection."""

    def __init__(self, members: Membership) -> None:
        self._membership = members

    def people(self, session_id: str) -> tuple[server.Peer, ...]:
        """Return those in a session who are no guests, as another server sees them."""
        session = self._membership.sessions.get(session_id)
        peers = () if session is None else session.peers.values()
        return tuple(peer.session.view(peer) for peer in peers if peer.server is None)

    def has_people(self, session_id: str) -> bool:
        """Tell whether anybody in a session is no guest."""
        session = self._membership.sessions.get(session_id)
        return session is not None and any(p.server is None for p in session.peers.values())

    def seat(
        self, connection: ConnectionId, session_id: str, guest: Guest, now: float
    ) -> list[Effect]:
        """Let a guest into a session that is open, on a new connection of its own.

        Raises:
            Refusal: `peer_id_taken`, `session_full`, `link_full`; `session_locked`, also where it
                would have to wait, unless it has been here.
        """
        if guest.peer_id in self._membership.peers:
            raise Refusal(ErrorCode.PEER_ID_TAKEN)
        if self._membership.identities.made_here(guest.peer_id):
            raise Refusal(ErrorCode.PEER_ID_TAKEN, _MADE_HERE)
        session = self._membership.sessions[session_id]
        grant = _grant(guest)
        claim = Claim(guest.peer_id, proved=True)  # its server vouches for it
        if not session.door.passes(grant, claim, is_guest=True):
            raise Refusal(ErrorCode.SESSION_LOCKED, _ONE_BY_ONE)
        newcomer = Newcomer(grant, guest.server)
        effects = self._membership.make_room(session, newcomer, [], now)
        peer = Participant(
            guest.peer_id,
            session,
            connection,
            guest.display_name,
            grant,
            server=guest.server,
        )
        session.door.admit(peer.peer_id)
        self._membership.peers[peer.peer_id] = peer
        self._membership.seat(connection, peer)
        self._set_away(peer, guest)
        return effects + session.join(peer) + session.audience.marks_for(peer)

    def change(self, connection: ConnectionId, guest: Guest) -> list[Effect]:
        """Take in what its server says of a guest now."""
        peer = self._membership.connections.get(connection)
        if peer is None:
            return []  # it had to make room
        before = peer.session.view(peer)
        peer.display_name = guest.display_name
        peer.grant = _grant(guest)
        peer.session.hold(peer)
        self._set_away(peer, guest)
        hushed = [] if guest.connected else peer.session.audience.hush(peer)
        same = peer.session.view(peer) == before
        return hushed if same else [*hushed, *peer.session.tell_update(peer)]

    def _set_away(self, peer: Participant, guest: Guest) -> None:
        if guest.connected:
            peer.away = None
            self._membership.away.pop(peer, None)
        else:
            peer.away = self._membership.away[peer] = Away(math.inf, closing=False)


def _grant(guest: Guest) -> Grant:
    return Grant(Role.EDIT if guest.role is Role.MODERATE else guest.role)
