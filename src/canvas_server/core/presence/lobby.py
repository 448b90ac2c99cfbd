"""Lobby of a node: who waits to be let into a session, each with a place in its queue (ROM5).

A visitor is no peer: nobody but moderators learns of them, and they learn nothing of the session.
As elsewhere in the core, methods change the state and return the effects, or raise `Refusal` before
any change.
"""

from collections.abc import Iterable, Mapping, MutableMapping

from canvas_server.core.effects import (
    Checkpoint,
    CloseConnection,
    ConnectionId,
    Discard,
    Effect,
    Refusal,
    Send,
)
from canvas_server.core.presence.audience import TAKEN
from canvas_server.core.presence.door import Visitor
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.identity import Identities, Identity, ResumeClaims
from canvas_server.core.presence.session import Participant, Session
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode

MAX_WAITING = 64
"""In one session."""
WAITING_SECONDS = 30 * 60.0
"""So long somebody waits at most; then they have to ask again."""
_FULL = "Too many wait to be let in; come back later."
STILL_WAITING = "You wait to be let in; until then you may only `subscribe`, `ping` or go."


class Lobby:
    """All visitors of a node, by connection and by peer id."""

    def __init__(
        self,
        identities: Identities,
        connections: MutableMapping[ConnectionId, Participant | None],
        sessions: Mapping[str, Session],
    ) -> None:
        """Begin empty; of `connections`, those of the node, visitors have None, as strangers do."""
        self._identities = identities
        self._connections = connections
        self._sessions = sessions
        self._connected: dict[ConnectionId, Visitor] = {}
        self._visitors: dict[str, Visitor] = {}

    @property
    def count(self) -> int:
        """Visitors in all sessions, also those whose connection is gone."""
        return len(self._visitors)

    def at(self, connection: ConnectionId) -> Visitor | None:
        """Return who waits on a connection."""
        return self._connected.get(connection)

    def find(self, peer_id: str) -> Visitor | None:
        """Return who waits under a peer id, in whichever session."""
        return self._visitors.get(peer_id)

    def everybody(self) -> tuple[Visitor, ...]:
        """Return all visitors."""
        return tuple(self._visitors.values())

    def own_identity(self, connection: ConnectionId, message: client.Subscribe) -> Identity | None:
        """Return whom a connection goes on to be that waits for this session already."""
        mine = self._connected.get(connection)
        if mine is None or mine.session_id != message.session_id:
            return None
        if message.peer_id not in (None, mine.peer_id):
            return None
        return Identity(mine.peer_id, granted=True, proved=mine.proved)

    def is_taken(self, identity: Identity, connection: ConnectionId, session_id: str) -> bool:
        """Tell whether somebody else waits under an id."""
        there = self._visitors.get(identity.peer_id)
        if there is None or there.connection == connection:
            return False
        return not identity.proved or there.session_id != session_id

    def receive(
        self,
        session: Session,
        connection: ConnectionId,
        identity: Identity,
        grant: Grant,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Give somebody a place in the queue, the one they had, or another name at it.

        Raises:
            Refusal: `session_full`, too many wait.
        """
        visitor = session.door.visitors.get(identity.peer_id)
        before = None if visitor is None else visitor.view()
        effects: list[Effect] = []
        if visitor is None:
            effects = self._make_room(session)
            since = identity.waits_since / 1000
            if not now - WAITING_SECONDS < since <= now:
                since = now
            peer_id, session_id = identity.peer_id, session.session_id
            visitor = Visitor(peer_id, session_id, connection, since, grant)
            session.door.visitors[visitor.peer_id] = self._visitors[visitor.peer_id] = visitor
        elif visitor.connection != connection:
            effects = self._take_from(visitor, CloseCode.TAKEN_OVER)
        visitor.connection, visitor.away_until = connection, None
        visitor.grant, visitor.features = grant, TAKEN.intersection(message.features)
        visitor.proved |= identity.proved
        name = message.display_name or visitor.display_name or grant.name
        visitor.display_name = grant.bound_name or name
        self._connected[connection] = visitor
        claims = ResumeClaims(visitor.peer_id, session.session_id, waits_since=visitor.since_ms)
        visitor.token = self._identities.sign(claims, now)
        waiting = server.Waiting(
            session.session_id, visitor.peer_id, visitor.token, visitor.since_ms
        )
        effects += [Send((connection,), waiting), Checkpoint(connection, visitor.token, 0)]
        now_seen = visitor.view()
        if now_seen == before:
            return effects
        return [*effects, *session.to_moderators(server.PeerWaiting(now_seen), but=connection)]

    def gone(self, connection: ConnectionId, until: float | None) -> list[Effect]:
        """Keep the place of somebody whose connection is gone until then; None: they have left."""
        visitor = self._connected.pop(connection)
        if until is None:
            return self.drop(visitor)
        visitor.away_until = until
        return []

    def drop(self, visitor: Visitor, code: CloseCode | None = None) -> list[Effect]:
        """Take somebody out of the queue, and end their connection where a code says why."""
        session = self._sessions[visitor.session_id]
        if self._visitors.get(visitor.peer_id) is visitor:  # else it waits for another session now
            del self._visitors[visitor.peer_id]
        del session.door.visitors[visitor.peer_id]
        released: list[Effect] = []
        if code is not None:
            released = self._take_from(visitor, code)
        if self._connected.get(visitor.connection) is visitor:
            del self._connected[visitor.connection]
        left = server.PeerWaitingLeft(visitor.peer_id)
        return [*released, *session.to_moderators(left)]

    def postpone(self, seconds: float) -> None:
        """Have everybody wait as long as before the clock was set."""
        for visitor in self._visitors.values():
            visitor.since += seconds
            if visitor.away_until is not None:
                visitor.away_until += seconds

    def due(self, now: float) -> Iterable[tuple[Visitor, CloseCode]]:
        """Return who does not wait any longer, with what their connection is told."""
        for visitor in self.everybody():
            if visitor.grant.is_over(now):
                yield visitor, CloseCode.TOKEN_EXPIRED
            elif visitor.since + WAITING_SECONDS <= now:
                yield visitor, CloseCode.WAITED_IN_VAIN
            elif visitor.away_until is not None and visitor.away_until <= now:
                yield visitor, CloseCode.TAKEN_OVER

    def _make_room(self, session: Session) -> list[Effect]:
        """See that one more may wait; of those that are gone the first to leave gives way.

        Raises:
            Refusal: `session_full`.
        """
        visitors = session.door.visitors.values()
        if len(visitors) < MAX_WAITING:
            return []
        until = {one: one.away_until for one in visitors if one.away_until is not None}
        if not until:
            raise Refusal(ErrorCode.SESSION_FULL, _FULL)
        return self.drop(min(until, key=until.__getitem__))

    def _take_from(self, visitor: Visitor, code: CloseCode) -> list[Effect]:
        """Let go of the connection that somebody had, if it is there."""
        connection = visitor.connection
        if self._connected.pop(connection, None) is None:
            return []
        self._connections.pop(connection, None)
        return [CloseConnection(connection, code), Discard(connection)]
