"""The hub: every connection and every session of a node, and the one way in.

Feed it with `connect`, `handle`, `refuse`, `disconnect`, what the log answers and, about once a
second, `expire`; perform the effects each returns, in order, before the next call. It is
sequential: one owner calls it.
"""

import itertools
from collections.abc import Callable
from typing import assert_never

from msgspec import UNSET, Struct, UnsetType

from canvas_server.core import advice, edits
from canvas_server.core.diagnosis import Servers
from canvas_server.core.effects import (
    Arrived,
    Close,
    ConnectionId,
    Discard,
    Effect,
    Load,
    Mark,
    Recall,
    Refused,
    Resume,
    Send,
    Streams,
)
from canvas_server.core.overview import overview
from canvas_server.core.records import Snapshot, Stored
from canvas_server.core.session import MAX_PEERS, Away, Participant, Session
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import SceneEdit, SessionOverview
from canvas_server.protocol.scene import SceneDocument

DEFAULT_SESSION = "default"
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
    started: float = 0.0
    """When the process was started; seconds since 1970 UTC."""


class Hub:
    """The state of a node, changed by one input at a time. `now` is seconds since 1970 UTC."""

    def __init__(self, surroundings: Surroundings, streams: Streams) -> None:
        self._around = surroundings
        self._streams = streams
        self._connections: dict[ConnectionId, Participant | None] = {}
        self._participants: dict[str, Participant] = {}
        self._sessions: dict[str, Session] = {}
        self._away: dict[Participant, Away] = {}
        # Sessions with tiles from before the start, whose peers may yet come back.
        self._unswept: set[Session] = set()
        self._tickets = itertools.count(1)

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
        return sum(bool(session.peers) for session in self._sessions.values())

    @property
    def element_count(self) -> int:
        """Elements in the scenes of these sessions."""
        return sum(len(session.canvas.shown.elements) for session in self._sessions.values())

    def is_open(self, session_id: str) -> bool:
        """Tell whether a session is in memory."""
        return session_id in self._sessions

    def scene(self, session_id: str) -> SceneDocument | None:
        """Return the scene of a session as everybody was told it is; None: it is not open."""
        session = self._sessions.get(session_id)
        return None if session is None else session.canvas.document()

    def overview(self) -> tuple[SessionOverview, ...]:
        """Return every session that has a peer, for who runs the server."""
        return tuple(overview(session) for session in self._sessions.values() if session.peers)

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
        """Let those go whose place is kept no longer, and their tiles."""
        due = [peer for peer, away in self._away.items() if away.until <= now]
        effects = [effect for peer in due for effect in self._give_up(peer, now)]
        if self._unswept and now >= self._around.started + self._around.resume_seconds:
            for session in self._unswept:
                effects += session.canvas.sweep(_ms(now))
            self._unswept.clear()
        return effects

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
            return [_error(connection, refused, getattr(message, "message_id", None))]

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
            case (
                client.UpdateElement()
                | client.AddElement()
                | client.RemoveElement()
                | client.ClearScene()
                | client.SyncQueue()
            ):
                return edits.apply(peer, message, self._around.new_id, _ms(now))
            case client.RestoreScene():
                return [Recall(session.session_id, peer.peer_id, message)]
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
            case client.MediaState():
                return session.media_state(peer, message)
            case client.ViewSize():
                return session.view_size(peer, message)
            case client.CallReport():
                return advice.report(peer, message, self._servers(peer, now))
            case client.CallQuality():
                self._require_feature("call_quality")
                return advice.rate(peer, message)
            case client.ListPeers():
                _require_own(session, message.session_id)
                return [Send((peer.connection,), session.peer_list())]
            case client.GetScene():
                _require_own(session, message.session_id)
                missed = session.canvas.catch_up(message.since)
                return [Send((peer.connection,), told) for told in missed]
            case client.Subscribe():
                return self._subscribe(peer.connection, peer, message, now)
            case _:
                assert_never(message)

    def _require_feature(self, name: str) -> None:
        if name not in self._around.features:
            raise Refused(ErrorCode.UNKNOWN_TYPE, f"This server does not ask for `{name}`.")

    def _servers(self, peer: Participant, now: float) -> Servers:
        urls = [url for given in self._around.ice_servers(peer.peer_id, now) for url in given.urls]
        return Servers(
            stun=any(url.startswith("stun") for url in urls),
            turn=any(url.startswith("turn") for url in urls),
        )

    # --- what the log answers ----------------------------------------------------------------

    def opened(self, session_id: str, stored: Stored) -> None:
        """Take a session up that was read from the log.

        Peers that were in it before a restart have time to come back to their tiles (SCN3).
        """
        if session_id in self._sessions:
            return
        session = self._sessions[session_id] = Session(session_id, stored, self._tickets)
        if session.canvas.scene.tiles:
            self._unswept.add(session)

    def settle(self, session_id: str) -> None:
        """Let a session go again if nobody wanted it after all."""
        session = self._sessions.get(session_id)
        if session is not None:
            self._close_if_idle(session)

    def stored(self, session_id: str, ticket: int) -> list[Effect]:
        """Tell what the log has stored (SCN2)."""
        session = self._sessions.get(session_id)
        if session is None:
            return []
        effects = session.canvas.stored(ticket)
        self._close_if_idle(session)
        return effects

    def failed(self, session_id: str, ticket: int, now: float) -> list[Effect]:
        """Tell what the log has failed to store."""
        session = self._sessions.get(session_id)
        if session is None:
            return []
        effects = session.canvas.failed(ticket, _ms(now))
        self._close_if_idle(session)
        return effects

    def recalled(self, recall: Recall, past: Snapshot | ErrorCode, now: float) -> list[Effect]:
        """Restore an earlier scene that was read from the log, or say why it was not."""
        session = self._sessions.get(recall.session_id)
        peer = None if session is None else session.peers.get(recall.peer_id)
        if peer is None:
            return []
        try:
            if isinstance(past, ErrorCode):
                raise Refused(past)
            return edits.restore(peer, recall.message, past, _ms(now))
        except Refused as refused:
            return [_error(peer.connection, refused, recall.message.message_id)]

    def post(
        self, message: SceneEdit, request: int, expected: int | None, now: float
    ) -> list[Effect]:
        """Make an edit that came over HTTP, to a session that is open; `Answered` follows.

        `expected` is the revision the scene must have.

        Raises:
            Refused: it changed nothing, and nothing follows.
        """
        session = self._sessions[message.session_id]
        return edits.post(session, message, request, expected, self._around.new_id, _ms(now))

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
        session = self._sessions.get(session_id)
        if session is None:
            return [Load(session_id, connection, message)]
        leaving = [peer for peer in {id(p): p for p in (current, holder)}.values() if peer]
        effects = self._make_room(session, leaving, now)
        for old in leaving:
            effects += self._leave(old, now, clean=True, to=session)
            if old is not current:
                effects += self._take_from(old)
        display_name = message.display_name or (current.display_name if current else None)
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
            Send((peer.connection,), server.SceneUpdate(peer.session.canvas.document())),
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

    def _leave(
        self, peer: Participant, now: float, *, clean: bool, to: Session | None = None
    ) -> list[Effect]:
        session = peer.session
        del self._participants[peer.peer_id]
        self._away.pop(peer, None)
        effects = session.leave(peer, "left" if clean else "disconnected", _ms(now))
        if session is not to:
            self._close_if_idle(session)
        return effects

    def _give_up(self, peer: Participant, now: float) -> list[Effect]:
        """End the wait for a peer that is away."""
        clean = peer.away is not None and peer.away.closing
        return [Discard(peer.connection), *self._leave(peer, now, clean=clean)]

    # --- sessions --------------------------------------------------------------------------

    def _make_room(self, session: Session, leaving: list[Participant], now: float) -> list[Effect]:
        """See that one more peer has a place; who is away gives way (SES4).

        Raises:
            Refused: `session_full`.
        """
        staying = len(session.peers) - sum(peer.session is session for peer in leaving)
        if staying < MAX_PEERS:
            return []
        next_to_go = session.next_to_go()
        if next_to_go is None:
            raise Refused(ErrorCode.SESSION_FULL)
        return self._give_up(next_to_go, now)

    def _close_if_idle(self, session: Session) -> None:
        """Forget a session that nobody is in and of which everything is stored."""
        if not session.peers and session.canvas.at_rest:
            self._sessions.pop(session.session_id, None)
            self._unswept.discard(session)


def _require_own(session: Session, session_id: str | None) -> None:
    if session_id is not None and session_id != session.session_id:
        raise Refused(ErrorCode.WRONG_SESSION)


def _error(connection: ConnectionId, refused: Refused, message_id: str | None) -> Effect:
    return Send((connection,), server.Error(refused.code, refused.text, message_id))


def _ms(now: float) -> int:
    return int(now * 1000)
