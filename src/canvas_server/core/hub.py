"""The hub: every connection and every session of a node, and the one way in.

Feed it with `connect`, `handle`, `refuse` and `disconnect`, and perform the effects each returns,
in order, before the next call. It is sequential: one owner calls it.
"""

from collections.abc import Callable
from typing import assert_never

from msgspec import Struct

from canvas_server.core import edits
from canvas_server.core.effects import Close, ConnectionId, Effect, Refused, Send
from canvas_server.core.session import MAX_PEERS, Participant, Session
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode

DEFAULT_SESSION = "default"
MAX_IDLE_SCENES = 1000
MAX_IDLE_BYTES = 64 * 1024 * 1024


class Surroundings(Struct, frozen=True):
    """What the hub cannot know by itself: chance, secrets and the network."""

    version: str
    new_id: Callable[[], str]
    """Makes a UUID that was never made before."""
    resume_token: Callable[[str, str, float], str]
    """Signs (peer id, session id, now)."""
    proves: Callable[[str, str, str, float], bool]
    """Tells whether (token, peer id, session id, now) belong together."""
    features: tuple[str, ...]
    """What `welcome` lists."""
    ice_servers: Callable[[str, float], tuple[server.IceServer, ...]]
    """Makes the ICE servers for (peer id, now)."""


class Hub:
    """The state of a node, changed by one input at a time. `now` is seconds since 1970 UTC."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._connections: dict[ConnectionId, Participant | None] = {}
        self._participants: dict[str, Participant] = {}
        self._sessions: dict[str, Session] = {}
        # Sessions without peers, longest idle first, and the bytes of their scenes.
        self._idle: dict[str, int] = {}
        self._idle_bytes = 0

    # --- what others may ask -------------------------------------------------------------

    @property
    def peer_count(self) -> int:
        """Peers in all sessions."""
        return len(self._participants)

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

    def disconnect(self, connection: ConnectionId, now: float, *, clean: bool) -> list[Effect]:
        """Forget a connection that is closed; `clean` when its owner said so."""
        peer = self._connections.pop(connection, None)
        return [] if peer is None else self._leave(peer, now, clean=clean)

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
            case client.Ping():
                return [Send((peer.connection,), server.Pong(_ms(now)))]
            case client.AddElement():
                spare_id = self._around.new_id()
                element_id, told = edits.add(peer, message.element, spare_id, _ms(now))
                return told + edits.ack(peer, message.message_id, element_id)
            case client.RemoveElement():
                told = edits.remove(peer, message.id, _ms(now))
                return told + edits.ack(peer, message.message_id, message.id)
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
        """Make a connection a peer of a session (SES1, SES2)."""
        peer_id = message.peer_id or (current.peer_id if current else self._around.new_id())
        holder = self._participants.get(peer_id)
        session_id = message.session_id
        if current is not None and holder is current and current.session.session_id == session_id:
            told = current.session.rename(current, message.display_name)
            return told + self._introduce(current, now)
        if holder not in (None, current) and not self._around.proves(
            message.resume_token or "", peer_id, session_id, now
        ):
            raise Refused(ErrorCode.PEER_ID_TAKEN)
        leaving = [peer for peer in {id(p): p for p in (current, holder)}.values() if peer]
        self._require_room(session_id, leaving)
        effects: list[Effect] = []
        for old in leaving:
            effects += self._leave(old, now, clean=True)
            if old is not current:
                del self._connections[old.connection]
                effects.append(Close(old.connection, CloseCode.TAKEN_OVER))
        display_name = message.display_name or (current.display_name if current else None)
        session = self._open(session_id)
        peer = Participant(peer_id, session, connection, display_name)
        self._connections[connection] = self._participants[peer_id] = peer
        joined = session.join(peer)
        return effects + self._introduce(peer, now) + joined

    def _introduce(self, peer: Participant, now: float) -> list[Effect]:
        """Tell a peer who it is and what its session looks like."""
        session = peer.session
        assigned = server.PeerAssigned(
            peer.peer_id,
            session.session_id,
            self._around.resume_token(peer.peer_id, session.session_id, now),
            self._around.ice_servers(peer.peer_id, now),
        )
        return [
            Send((peer.connection,), assigned),
            Send((peer.connection,), session.peer_list()),
            self._scene_update(peer, now),
        ]

    def _scene_update(self, peer: Participant, now: float) -> Effect:
        session = peer.session
        scene = session.scene.document(session.session_id, _ms(now))
        return Send((peer.connection,), server.SceneUpdate(scene))

    def _leave(self, peer: Participant, now: float, *, clean: bool) -> list[Effect]:
        session = peer.session
        del self._participants[peer.peer_id]
        effects = session.leave(peer, "left" if clean else "disconnected", _ms(now))
        if not session.peers:
            self._lay_aside(session)
        return effects

    # --- sessions --------------------------------------------------------------------------

    def _require_room(self, session_id: str, leaving: list[Participant]) -> None:
        session = self._sessions.get(session_id)
        if session is None:
            return
        staying = len(session.peers) - sum(peer.session is session for peer in leaving)
        if staying >= MAX_PEERS:
            raise Refused(ErrorCode.SESSION_FULL)

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
