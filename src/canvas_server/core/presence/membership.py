"""Membership: which connection is which peer, in which session, with which grant.

As elsewhere in the core, methods change this state and return the effects, or raise `Refusal`
before any change.
"""

import contextlib
import itertools

from msgspec import UNSET, UnsetType

from canvas_server.core.effects import (
    Checkpoint,
    CloseConnection,
    ConnectionId,
    Discard,
    Effect,
    Load,
    Refusal,
    Resume,
    Send,
    Streams,
)
from canvas_server.core.presence.absent import crowded_out, reason_of
from canvas_server.core.presence.audience import TAKEN
from canvas_server.core.presence.bounding.sight import sees
from canvas_server.core.presence.calls import network_call_state
from canvas_server.core.presence.door import Claim, Visitor
from canvas_server.core.presence.environment import Environment, milliseconds
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.identity import Identity, ResumeClaims, identify
from canvas_server.core.presence.places import Newcomer
from canvas_server.core.presence.renewals import Renewals
from canvas_server.core.presence.seats import Seats
from canvas_server.core.presence.session import Away, Participant, Session
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import Sight
from canvas_server.protocol.errors import CloseCode, ErrorCode

MAX_WRONG_TRIES = 10
SUBSCRIBE_SECONDS = 10.0
RELOAD_SECONDS = 5.0
RENEW_AFTER = 0.75
"""The part of their life after which TURN credentials are renewed."""
LEFT_FOR_GOOD, GOING_AWAY = 1000, 1001  # RFC 6455 section 7.4.1


class Membership(Seats):
    """The connections, the peers and their sessions, and what each of them may do."""

    def __init__(self, environment: Environment, streams: Streams) -> None:
        super().__init__(environment)
        self._streams = streams
        self._wrong_tries: dict[ConnectionId, int] = {}
        self._grants: Renewals[Grant] = Renewals()
        self._credentials: Renewals[float] = Renewals()

    def connect(self, connection: ConnectionId, now: float) -> None:
        """Take in a new connection; it has no session yet (SES1), and some time to join one."""
        self.connections[connection] = None
        self._deadlines[connection] = now + SUBSCRIBE_SECONDS

    def disconnect(
        self, connection: ConnectionId, now: float, close_code: int | None
    ) -> list[Effect]:
        """Forget a connection that is closed, with the code its owner gave if it gave one.

        Whether its peer leaves or keeps its place for a while depends on the code (RES1).
        """
        self._deadlines.pop(connection, None)
        self._wrong_tries.pop(connection, None)
        peer = self.connections.pop(connection, None)
        seconds = self._environment.resume_seconds
        if close_code == GOING_AWAY:
            seconds = min(RELOAD_SECONDS, seconds)
        if peer is None:
            is_over = close_code == LEFT_FOR_GOOD or seconds <= 0
            return [
                Discard(connection),
                *self.visitor_gone(connection, None if is_over else now + seconds),
            ]
        away = Away(now + seconds, closing=close_code in (LEFT_FOR_GOOD, GOING_AWAY))
        if close_code == LEFT_FOR_GOOD or seconds <= 0:
            return [Discard(connection), *self.leave(peer, now, reason_of(away))]
        self.away[peer] = away
        return peer.session.set_away(peer, away)

    def expire(self, now: float) -> list[Effect]:
        """Let those go whose place is kept no longer, or whose grant is over, and their tiles."""
        due = dict.fromkeys(peer for peer, away in self.away.items() if away.until <= now)
        due |= dict.fromkeys(crowded_out(self.away))
        effects = [effect for peer in due for effect in self.give_up(peer, now)]
        late = itertools.takewhile(lambda entry: entry[1] <= now, self._deadlines.items())
        for connection, _ in list(late):
            effects += self.turn_away(connection, CloseCode.UNSUBSCRIBED, now)
        effects += self._expire_visitors(now)
        for peer, grant in self._grants.due(now):
            if self.peers.get(peer.peer_id) is peer and peer.grant is grant:
                effects += self._renew(peer, now)
        for peer, expires in self._credentials.due(now):
            if self.peers.get(peer.peer_id) is peer and peer.ice_expires == expires:
                effects.append(self._renew_credentials(peer, now))
        if self._unswept and now >= self._environment.started + self._environment.resume_seconds:
            for session in self._unswept:
                effects += session.canvas.sweep(milliseconds(now))
            self._unswept.clear()
        return effects

    def count_wrong_try(self, connection: ConnectionId, now: float) -> list[Effect]:
        """Note that a connection brought a token that proves nothing; several are enough (SES5)."""
        tries = self._wrong_tries[connection] = self._wrong_tries.get(connection, 0) + 1
        if tries < MAX_WRONG_TRIES:
            return []
        return self.turn_away(connection, CloseCode.TOO_MANY_TRIES, now)

    def turn_away(self, connection: ConnectionId, code: CloseCode, now: float) -> list[Effect]:
        """End a connection; a peer that speaks through it keeps its place for a while."""
        return [CloseConnection(connection, code), *self.disconnect(connection, now, None)]

    def revoke(self, invitation: str, now: float) -> list[Effect]:
        """Remove who came by an invitation that was taken back, or by what it made (TOK4, TOK8)."""
        came = [peer for peer in self.peers.values() if invitation in peer.grant.invitations]
        effects = [effect for peer in came for effect in self.remove(peer, CloseCode.REMOVED, now)]
        for visitor in self.lobby.everybody():
            if invitation in visitor.grant.invitations:
                effects += self.dismiss(visitor, CloseCode.REMOVED)
        return effects

    def subscribe(
        self,
        connection: ConnectionId,
        current: Participant | None,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Make a connection a peer of a session (SES1, SES2), or a peer's again (RES1).

        Who proves to be a peer of it needs no join token; who brings one has what it grants (TOK1).
        """
        identity = self.lobby.own_identity(connection, message) or identify(
            message, current, self.peers, self.reserved, self.identities, now
        )
        grant = self._granted(message, identity.kept_grant, now)
        is_taken = self.lobby.is_taken(identity, connection, message.session_id)
        if is_taken or not identity.granted:
            raise Refusal(ErrorCode.PEER_ID_TAKEN)
        holder, leaving = identity.holder, [] if current is None else [current]
        if holder is not None:
            effects: list[Effect] = []
            if holder.grant.key != grant.key:  # it needs a place by another invitation, or role
                effects = self.make_room(holder.session, Newcomer(grant), [holder, *leaving], now)
            if holder is current:
                holder.session.audience.take_features(holder, message.features)
                updates = self._regrant(holder, grant, message.display_name)
                return effects + self._introduce(holder, now) + updates
            if current is not None:
                effects += self.leave(current, now, "left")
            effects += self.visitor_gone(connection, None)
            return effects + self._come_back(holder, connection, message, grant, now)
        session = self.sessions.get(message.session_id)
        if session is None:
            effects = self.make_room_for_session(now)
            return [*effects, Load(message.session_id, connection, message)]
        queued = self.lobby.find(identity.peer_id)
        claim = Claim(identity.peer_id, identity.proved, identity.been_here, queued is not None)
        if not session.door.passes(grant, claim):
            return self._have_wait(session, connection, current, identity, grant, message, now)
        effects = self.make_room(session, Newcomer(grant), leaving, now)
        if current is not None:
            effects += self.leave(current, now, "left", to=session)
        effects += self.visitor_gone(connection, None, to=session)
        if queued is not None and self.lobby.find(queued.peer_id) is queued:
            effects += self.lobby.drop(queued, CloseCode.TAKEN_OVER)
        before = current.display_name if current else None
        peer = Participant(
            identity.peer_id,
            session,
            connection,
            grant.bound_name or message.display_name or before or grant.name,
            grant,
            features=TAKEN.intersection(message.features),
            certified=self.identities.made_here(identity.peer_id),
        )
        return effects + self._let_in(peer, now, proved=identity.proved)

    def _let_in(
        self, peer: Participant, now: float, *, proved: bool, since: str = ""
    ) -> list[Effect]:
        """Give somebody a place that there is room for; see `Checkpoint` for `since`."""
        session = peer.session
        if not proved:
            session.canvas.forget(peer.peer_id)
        peer.incarnation = self.identities.new_incarnation()
        self._grants.expect(peer, peer.grant, peer.grant.due)
        self.peers[peer.peer_id] = peer
        self.seat(peer.connection, peer)
        joined = session.join(peer)
        return self._introduce(peer, now, since) + joined

    # --- who waits (ROM5) ------------------------------------------------------------------------

    def _have_wait(
        self,
        session: Session,
        connection: ConnectionId,
        current: Participant | None,
        identity: Identity,
        grant: Grant,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Give a connection a place in the queue of a session, in place of any other it has."""
        before = self.lobby.at(connection)
        received = self.lobby.receive(session, connection, identity, grant, message, now)
        if before is not None and self.lobby.at(connection) is not before:
            received += self.dismiss(before)
        self._deadlines.pop(connection, None)
        if current is None:
            return received
        self.connections[connection] = None
        return [*self.leave(current, now, "left", to=session), *received]

    def admit(self, visitor: Visitor, now: float) -> list[Effect]:
        """Let somebody in who waits; who is gone for a moment is let in on coming back.

        Raises:
            Refusal: `session_full`, `link_full`.
        """
        session, connection = self.sessions[visitor.session_id], visitor.connection
        following = self._following(visitor.grant, session.session_id, now)
        if isinstance(following, CloseCode):
            return self.dismiss(visitor, following)
        grant, renewed = following
        effects = self.make_room(session, Newcomer(grant), [], now)
        session.door.admit(visitor.peer_id)
        is_there = self.lobby.at(connection) is visitor
        effects += self.lobby.drop(visitor)
        if not is_there:
            return effects
        peer = Participant(
            visitor.peer_id,
            session,
            connection,
            visitor.display_name,
            grant,
            features=TAKEN.intersection(visitor.features),
            certified=self.identities.made_here(visitor.peer_id),
        )
        effects += self._let_in(peer, now, proved=visitor.proved, since=visitor.token)
        return effects + [Send((connection,), message) for message in renewed]

    def _expire_visitors(self, now: float) -> list[Effect]:
        """Turn those away whose time is over, and let all in where the door is open again."""
        effects: list[Effect] = []
        for visitor, code in tuple(self.lobby.due(now)):
            effects += self.dismiss(visitor, code)
        for visitor in self.lobby.everybody():
            if not self.sessions[visitor.session_id].door.rules.hold:
                with contextlib.suppress(Refusal):  # there is no room: a moderator may make some
                    effects += self.admit(visitor, now)
        return effects

    def _granted(self, message: client.Subscribe, kept: Grant | None, now: float) -> Grant:
        """Return what somebody may do: by the join token, or as the peer that is continued.

        Raises:
            Refusal: `unauthorized`, `token_expired`.
        """
        if kept is not None and kept.is_over(now):
            raise Refusal(ErrorCode.TOKEN_EXPIRED)
        if message.token is None and kept is not None:
            return kept
        try:
            return self._environment.admission.admit(message.token, message.session_id, now)
        except Refusal as refused:
            if kept is None or refused.code is not ErrorCode.TOKEN_EXPIRED:
                raise
            return kept  # the token may have ended while it was on its way back

    def _regrant(self, peer: Participant, grant: Grant, display_name: str | None) -> list[Effect]:
        """Let a peer have a grant, and the name that it gives or that the peer asks for (TOK6)."""
        updates = self._take_grant(peer, grant)
        return updates + peer.session.rename(peer, grant.bound_name or display_name)

    def _take_grant(self, peer: Participant, grant: Grant) -> list[Effect]:
        """Let another grant hold for a peer; tell the others when they see a difference."""
        if peer.grant is grant:
            return []
        same = (peer.grant.role, peer.grant.user) == (grant.role, grant.user)
        peer.grant = grant
        peer.session.hold(peer)
        self._grants.expect(peer, grant, grant.due)
        return [] if same else peer.session.tell_update(peer)

    def _renew(self, peer: Participant, now: float) -> list[Effect]:
        """Give a peer another token in time, or let it go when its grant is over (TOK2)."""
        following = self._following(peer.grant, peer.session.session_id, now)
        if isinstance(following, CloseCode):
            return self.remove(peer, following, now)
        grant, renewed = following
        updates = self._take_grant(peer, grant)
        return [*(Send((peer.connection,), message) for message in renewed), *updates]

    def _following(
        self, grant: Grant, session_id: str, now: float
    ) -> tuple[Grant, tuple[server.TokenRenewed, ...]] | CloseCode:
        """Return what holds after a grant: itself until it is due, then one by another token.

        A close code: its bearer may not be here any longer.
        """
        if grant.due is None or grant.due > now:
            return grant, ()
        if grant.renew_at is None:
            return CloseCode.TOKEN_EXPIRED
        try:
            token, following = self._environment.admission.renew(grant, session_id, now)
        except Refusal as refused:
            over = refused.code is ErrorCode.TOKEN_EXPIRED
            return CloseCode.TOKEN_EXPIRED if over else CloseCode.REMOVED
        return following, (server.TokenRenewed(token, milliseconds(following.expires or now)),)

    def _renew_credentials(self, peer: Participant, now: float) -> Effect:
        """Give a peer TURN credentials in the place of those that end soon (SIG16)."""
        servers = self._ice_servers(peer, now)
        renewed = server.IceServersRenewed(servers, milliseconds(peer.ice_expires or now))
        return Send((peer.connection,), renewed)

    def _ice_servers(self, peer: Participant, now: float) -> tuple[server.IceServer, ...]:
        seconds = self._environment.ice_seconds
        if seconds is not None:
            peer.ice_expires = now + seconds
            due = now + seconds * RENEW_AFTER
            self._credentials.expect(peer, peer.ice_expires, due)
        return self._environment.ice_servers(peer.peer_id, now)

    def remove(self, peer: Participant, code: CloseCode, now: float) -> list[Effect]:
        """Take a peer out that may not be here any more; the close code tells it to stay away."""
        released = self.take_from(peer, code)
        noted = peer.session.door.remove(peer.peer_id) if code is CloseCode.REMOVED else []
        return [*released, *noted, *self.leave(peer, now, "removed")]

    def _come_back(
        self,
        peer: Participant,
        connection: ConnectionId,
        message: client.Subscribe,
        grant: Grant,
        now: float,
    ) -> list[Effect]:
        """Give a peer another connection: what it missed follows, or a snapshot (RES1).

        Under another grant it is a snapshot: what was sent under the one before is not for it.
        """
        self.away.pop(peer, None)
        changed = peer.session.audience.take_features(peer, message.features)
        same = grant.key == peer.grant.key and not changed
        updates = peer.session.set_away(peer, None) + self._regrant(
            peer, grant, message.display_name
        )
        resumed = self._resume(peer, connection, message, now) if same else []
        released = self.take_from(peer)
        peer.connection = connection
        self.seat(connection, peer)
        introduced = [] if resumed else self._introduce(peer, now)
        return resumed + released + introduced + updates

    def _resume(
        self,
        peer: Participant,
        connection: ConnectionId,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Let a connection go on where the peer's old one ended; nothing where it cannot."""
        old, token, received = peer.connection, message.resume_token or "", message.received
        heard = None if received is None else self._streams.resumable(old, token, received)
        if heard is None or received is None:
            return []
        assigned = self._assigned(peer, now, recovered=True, heard=heard)
        return [Resume(old, connection, token, received, assigned)]

    def _introduce(self, peer: Participant, now: float, since: str = "") -> list[Effect]:
        """Tell a peer who it is and what its session looks like."""
        door = peer.session.door
        told: list[server.ServerMessage] = []
        if "session_settings" in self._environment.features and door.holds:
            told.append(door.settings)  # else it is as a client takes it to be
        if peer.grant.is_moderator:
            told += (server.PeerWaiting(visitor.view()) for visitor in door.visitors.values())
        assigned = self._assigned(peer, now, recovered=False)
        canvas = peer.session.canvas
        seen = canvas.scene_update() if sees(peer, Sight.SCENE) else canvas.unseen()
        marks = peer.session.audience.marks_for(peer) if sees(peer, Sight.POINTERS) else []
        return [
            Send((peer.connection,), assigned),
            Send((peer.connection,), peer.session.audience.list_for(peer)),
            Send((peer.connection,), seen),
            Checkpoint(peer.connection, assigned.resume_token, 2, since),
            *(Send((peer.connection,), message) for message in told),
            *marks,
            *peer.session.table.introduce(peer),
            *peer.session.ring_again(peer),
            *network_call_state(peer),
        ]

    def _assigned(
        self, peer: Participant, now: float, *, recovered: bool, heard: int | UnsetType = UNSET
    ) -> server.PeerAssigned:
        session_id = peer.session.session_id
        claims = ResumeClaims(peer.peer_id, session_id, peer.incarnation, peer.grant.key)
        return server.PeerAssigned(
            peer.peer_id,
            session_id,
            self.identities.sign(claims, now),
            self._ice_servers(peer, now),
            recovered,
            heard,
            peer.grant.role,
            tuple(sorted(peer.grant.role.rights)),
            "relay" if peer.session.relay_only else UNSET,
            peer.grant.bound_name or UNSET,
        )
