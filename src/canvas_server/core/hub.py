"""The hub: every connection and every session of a node, and the one way in.

Feed it with `connect`, `handle`, `refuse`, `disconnect` and, about once a second, `expire`; perform
the effects each returns, in order, before the next call. It is sequential: one owner calls it.
"""

from collections.abc import Callable
from typing import assert_never

from msgspec import UNSET, Struct, UnsetType

from canvas_server.core import edits
from canvas_server.core.effects import (
    Arrived,
    Close,
    ConnectionId,
    Discard,
    Effect,
    Mark,
    Refused,
    Resume,
    Send,
    Streams,
)
from canvas_server.core.session import MAX_PEERS, Away, Participant, Session
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode

DEFAULT_SESSION = "default"
MAX_IDLE_SCENES = 1000
MAX_IDLE_BYTES = 64 * 1024 * 1024
RESUME_SECONDS = 120.0
RELOAD_SECONDS = 5.0
LEFT_FOR_GOOD, GOING_AWAY = 1000, 1001  # RFC 6455 section 7.4.1


class Surroundings(Struct, frozen=True):
    """What the hub cannot know by itself: chance, secrets and the network."""

    version: str
    new_id: Callable[[], str]
    """Makes a UUID that was never made before."""
    resume_token: Callable[[str, str, float], str]
    """Signs (peer id, session id, now); no two are the same."""
    proves: Callable[[str, str, str, float], bool]
    """Tells whether (token, peer id, session id, now) belong together."""
    features: tuple[str, ...]
    """What `welcome` lists."""
    ice_servers: Callable[[str, float], tuple[server.IceServer, ...]]
    """Makes the ICE servers for (peer id, now)."""
    resume_seconds: float = RESUME_SECONDS
    """How long a peer keeps its place after its connection broke (RES1)."""


class Hub:
    """The state of a node, changed by one input at a time. `now` is seconds since 1970 UTC."""

    def __init__(self, surroundings: Surroundings, streams: Streams) -> None:
        self._around = surroundings
        self._streams = streams
        self._connections: dict[ConnectionId, Participant | None] = {}
        self._participants: dict[str, Participant] = {}
        self._sessions: dict[str, Session] = {}
        self._away: dict[Participant, Away] = {}
        # Sessions without peers, longest idle first, and the bytes of their scenes.
        self._idle: dict[str, int] = {}
        self._idle_bytes = 0

    # --- what others may ask -------------------------------------------------------------

    @property
    def peer_count(self) -> int:
        """Peers in all sessions."""
        return len(self._participants)

    @property
    def away_count(self) -> int:
        """Peers whose connection is gone and who keep their place."""
        return len(self._away)

    @property
    def session_count(self) -> int:
        """Sessions that have a peer."""
        return len(self._sessions) - len(self._idle)

    @property
    def element_count(self) -> int:
        """Elements in all scenes."""
        return sum(len(session.scene) for session in self._sessions.values())

    # --- inputs ----------------------------------------------------------------------------

    def connect(self, connection: ConnectionId, now: float) -> list[Effect]:
        """Take in a new connection; it has no session yet (SES1)."""
        self._connections[connection] = None
        welcome = server.Welcome(
            self._around.version, DEFAULT_SESSION, _ms(now), self._around.features
        )
        return [Send((connection,), welcome)]

    def disconnect(
        self, connection: ConnectionId, now: float, close_code: int | None
    ) -> list[Effect]:
        """Forget a connection that is closed, with the code its owner gave if it gave one.

        Whether its peer leaves or keeps its place for a while depends on the code (RES1).
        """
        peer = self._connections.pop(connection, None)
        if peer is None:
            return [Discard(connection)]
        seconds = self._around.resume_seconds
        if close_code == GOING_AWAY:
            seconds = min(RELOAD_SECONDS, seconds)
        away = Away(now + seconds, closing=close_code in (LEFT_FOR_GOOD, GOING_AWAY))
        if close_code == LEFT_FOR_GOOD or seconds <= 0:
            return [Discard(connection), *self._leave(peer, now, clean=away.closing)]
        self._away[peer] = away
        return peer.session.set_away(peer, away)

    def expire(self, now: float) -> list[Effect]:
        """Let those go whose place is kept no longer."""
        due = [peer for peer, away in self._away.items() if away.until <= now]
        return [effect for peer in due for effect in self._give_up(peer, now)]

    def refuse(self, connection: ConnectionId, malformed: MalformedMessage) -> list[Effect]:
        """Answer a frame that was no message."""
        error = server.Error(malformed.code, malformed.text, malformed.message_id)
        return [Send((connection,), error)]

    def handle(
        self, connection: ConnectionId, message: client.ClientMessage, now: float
    ) -> list[Effect]:
        """Apply one message: it is accepted as a whole, or changes nothing and gets one `error`."""
        try:
            peer = self._connections[connection]
            if peer is None:
                return self._handle_stranger(connection, message, now)
            return self._handle_peer(peer, message, now)
        except Refused as refused:
            message_id = getattr(message, "message_id", None)
            return [Send((connection,), server.Error(refused.code, refused.text, message_id))]

    def _handle_stranger(
        self, connection: ConnectionId, message: client.ClientMessage, now: float
    ) -> list[Effect]:
        match message:
            case client.Subscribe():
                return self._subscribe(connection, None, message, now)
            case client.Ping():
                return [Send((connection,), server.Pong(_ms(now)))]
            case _:
                raise Refused(ErrorCode.NOT_SUBSCRIBED)

    def _handle_peer(  # noqa: C901 - one arm for each message, nothing else
        self, peer: Participant, message: client.ClientMessage, now: float
    ) -> list[Effect]:
        session = peer.session
        match message:
            case client.IceCandidate():
                return session.ice_candidate(peer, message)
            case client.Cursor():
                return session.cursor(peer, message)
            case client.Preview():
                return session.preview(peer, message)
            case client.UpdateElement():
                told = edits.update(peer, message, _ms(now))
                return told + edits.ack(peer, message.message_id, message.id)
            case client.Offer():
                return session.offer(peer, message)
            case client.Answer():
                return session.answer(peer, message)
            case client.StartCall():
                return session.start_call(peer, message)
            case client.EndCall():
                return session.end_call(peer, message, _ms(now))
            case client.GroupCall():
                return session.group_call(peer, message)
            case client.Ping():
                return self._ping(peer, message, now)
            case client.AddElement():
                spare_id = self._around.new_id()
                element_id, told = edits.add(peer, message.element, spare_id, _ms(now))
                return told + edits.ack(peer, message.message_id, element_id)
            case client.RemoveElement():
                told = edits.remove(peer, message.id, _ms(now))
                return told + edits.ack(peer, message.message_id, message.id)
            case client.ClearScene():
                told = edits.clear(peer, _ms(now))
                return told + edits.ack(peer, message.message_id)
            case client.RestoreScene():
                raise Refused(ErrorCode.REVISION_NOT_FOUND)
            case client.SyncQueue():
                spare_ids = [self._around.new_id() for _ in message.operations]
                return edits.sync_queue(peer, message, spare_ids, _ms(now))
            case client.MediaState():
                return session.media_state(peer, message)
            case client.ListPeers():
                _require_own(session, message.session_id)
                return [Send((peer.connection,), session.peer_list())]
            case client.GetScene():
                _require_own(session, message.session_id)
                return [self._scene_update(peer, now)]
            case client.Subscribe():
                return self._subscribe(peer.connection, peer, message, now)
            case _:
                assert_never(message)

    # --- coming and going ------------------------------------------------------------------

    def _subscribe(
        self,
        connection: ConnectionId,
        current: Participant | None,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Make a connection a peer of a session (SES1, SES2), or a peer's again (RES1)."""
        peer_id = message.peer_id or (current.peer_id if current else self._around.new_id())
        holder = self._participants.get(peer_id)
        session_id = message.session_id
        stays = holder is not None and holder.session.session_id == session_id
        if current is not None and holder is current and stays:
            told = current.session.rename(current, message.display_name)
            return self._introduce(current, now) + told
        if holder not in (None, current) and not self._around.proves(
            message.resume_token or "", peer_id, session_id, now
        ):
            raise Refused(ErrorCode.PEER_ID_TAKEN)
        if holder is not None and stays:
            left = [] if current is None else self._leave(current, now, clean=True)
            return left + self._come_back(holder, connection, message, now)
        leaving = [peer for peer in {id(p): p for p in (current, holder)}.values() if peer]
        effects = self._make_room(session_id, leaving, now)
        for old in leaving:
            effects += self._leave(old, now, clean=True)
            if old is not current:
                effects += self._take_from(old)
        display_name = message.display_name or (current.display_name if current else None)
        session = self._open(session_id)
        peer = Participant(peer_id, session, connection, display_name)
        self._connections[connection] = self._participants[peer_id] = peer
        joined = session.join(peer)
        return effects + self._introduce(peer, now) + joined

    def _come_back(
        self,
        peer: Participant,
        connection: ConnectionId,
        message: client.Subscribe,
        now: float,
    ) -> list[Effect]:
        """Give a peer another connection: what it missed follows, or a snapshot (RES1)."""
        self._away.pop(peer, None)
        told = peer.session.set_away(peer, None)
        told += peer.session.rename(peer, message.display_name)
        resumed = self._resume(peer, connection, message, now)
        released = self._take_from(peer)
        peer.connection = connection
        self._connections[connection] = peer
        introduced = [] if resumed else self._introduce(peer, now)
        return resumed + released + introduced + told

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

    def _take_from(self, peer: Participant) -> list[Effect]:
        """Let go of the connection a peer had: it is gone, or another one takes over (SES2)."""
        if self._connections.pop(peer.connection, None) is None:
            return [Discard(peer.connection)]
        return [Close(peer.connection, CloseCode.TAKEN_OVER), Discard(peer.connection)]

    def _introduce(self, peer: Participant, now: float) -> list[Effect]:
        """Tell a peer who it is and what its session looks like."""
        assigned = self._assigned(peer, now, recovered=False)
        return [
            Send((peer.connection,), assigned),
            Send((peer.connection,), peer.session.peer_list()),
            self._scene_update(peer, now),
            Mark(peer.connection, assigned.resume_token, 2),
            *peer.session.ring_again(peer),
        ]

    def _assigned(
        self, peer: Participant, now: float, *, recovered: bool, heard: int | UnsetType = UNSET
    ) -> server.PeerAssigned:
        session_id = peer.session.session_id
        return server.PeerAssigned(
            peer.peer_id,
            session_id,
            self._around.resume_token(peer.peer_id, session_id, now),
            self._around.ice_servers(peer.peer_id, now),
            recovered,
            heard,
        )

    def _ping(self, peer: Participant, message: client.Ping, now: float) -> list[Effect]:
        pong = Send((peer.connection,), server.Pong(_ms(now), self._streams.heard(peer.connection)))
        if message.received is None:
            return [pong]
        return [Arrived(peer.connection, message.received), pong]

    def _scene_update(self, peer: Participant, now: float) -> Effect:
        session = peer.session
        scene = session.scene.document(session.session_id, _ms(now))
        return Send((peer.connection,), server.SceneUpdate(scene))

    def _leave(self, peer: Participant, now: float, *, clean: bool) -> list[Effect]:
        session = peer.session
        del self._participants[peer.peer_id]
        self._away.pop(peer, None)
        effects = session.leave(peer, "left" if clean else "disconnected", _ms(now))
        if not session.peers:
            self._lay_aside(session)
        return effects

    def _give_up(self, peer: Participant, now: float) -> list[Effect]:
        """End the wait for a peer that is away."""
        clean = peer.away is not None and peer.away.closing
        return [Discard(peer.connection), *self._leave(peer, now, clean=clean)]

    # --- sessions --------------------------------------------------------------------------

    def _make_room(self, session_id: str, leaving: list[Participant], now: float) -> list[Effect]:
        """See that one more peer has a place; who is away gives way (SES4).

        Raises:
            Refused: `session_full`.
        """
        session = self._sessions.get(session_id)
        if session is None:
            return []
        staying = len(session.peers) - sum(peer.session is session for peer in leaving)
        if staying < MAX_PEERS:
            return []
        next_to_go = session.next_to_go()
        if next_to_go is None:
            raise Refused(ErrorCode.SESSION_FULL)
        return self._give_up(next_to_go, now)

    def _open(self, session_id: str) -> Session:
        """Return a session, made or woken up where needed."""
        if session_id in self._idle:
            self._idle_bytes -= self._idle.pop(session_id)
        return self._sessions.setdefault(session_id, Session(session_id))

    def _lay_aside(self, session: Session) -> None:
        """Keep the scene of a session nobody is in, as long as there is room for it."""
        if not len(session.scene):
            del self._sessions[session.session_id]
            return
        self._idle[session.session_id] = session.scene.size
        self._idle_bytes += session.scene.size
        while len(self._idle) > MAX_IDLE_SCENES or self._idle_bytes > MAX_IDLE_BYTES:
            oldest = next(iter(self._idle))
            self._idle_bytes -= self._idle.pop(oldest)
            del self._sessions[oldest]


def _require_own(session: Session, session_id: str | None) -> None:
    if session_id is not None and session_id != session.session_id:
        raise Refused(ErrorCode.WRONG_SESSION)


def _ms(now: float) -> int:
    return int(now * 1000)
