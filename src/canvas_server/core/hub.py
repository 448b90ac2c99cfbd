"""The hub: every connection and every session of a node, and the one way in.

Feed it with `connect`, `handle`, `refuse`, `disconnect`, what the log answers and, about once a
second, `expire`; perform the effects each returns, in order, before the next call. It is
sequential: one owner calls it.
"""

import itertools
from typing import assert_never

from canvas_server.core.calls.connectivity import Servers
from canvas_server.core.chat.entries import ChatPage, Said
from canvas_server.core.effects import (
    Arrived,
    AskChat,
    ConnectionId,
    Decode,
    Effect,
    NetworkCallRequest,
    Recall,
    Refusal,
    Send,
    Streams,
    Unsettled,
)
from canvas_server.core.presence import audit, calls, chat, grants, manners, moderation
from canvas_server.core.presence.absent import postpone
from canvas_server.core.presence.agents import (
    admitting,
    pausing,
    proposals,
    questions,
    thinking,
)
from canvas_server.core.presence.chatcopies import ChatCopies
from canvas_server.core.presence.environment import Environment, milliseconds
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.guests import Guests
from canvas_server.core.presence.identity import passed_on
from canvas_server.core.presence.lobby import STILL_WAITING
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.replicas import Replicas
from canvas_server.core.presence.roster import QUIET
from canvas_server.core.presence.session import Participant, Relayed, Session
from canvas_server.core.queries import HubQueries
from canvas_server.core.records import Snapshot, Stored
from canvas_server.core.scene import commands
from canvas_server.core.scene.pictures import sources_in
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import SceneVersion

DEFAULT_SESSION = "default"
_WRONG_TRIES = frozenset({ErrorCode.UNAUTHORIZED, ErrorCode.PEER_ID_TAKEN})


class Hub(HubQueries):
    """The state of a node, changed by one input at a time. `now` is seconds since 1970 UTC."""

    def __init__(self, environment: Environment, streams: Streams) -> None:
        self._environment = environment
        self._streams = streams
        super().__init__(Membership(environment, streams))
        self._connections = self._membership.connections
        self._tickets = itertools.count(1)
        self.guests = Guests(self._membership)
        """The people of other servers."""
        self.replicas = Replicas(self._membership)
        """The scenes that are shared with other servers."""
        self.chat_copies = ChatCopies(self._membership)
        """Their chats."""

    # --- inputs ----------------------------------------------------------------------------

    def connect(self, connection: ConnectionId, now: float) -> list[Effect]:
        """Take in a new connection; it has no session yet (SES1)."""
        self._membership.connect(connection, now)
        welcome = server.Welcome(
            self._environment.version,
            DEFAULT_SESSION,
            milliseconds(now),
            self._environment.features,
        )
        return [Send((connection,), welcome)]

    def disconnect(
        self, connection: ConnectionId, now: float, close_code: int | None
    ) -> list[Effect]:
        """Forget a connection that is closed, with the code its owner gave if it gave one."""
        return self._membership.disconnect(connection, now, close_code)

    def clock_stepped(self, seconds: float) -> None:
        """Keep the places of those who are away for as long as before the clock was set."""
        postpone(self._membership.away, seconds)
        self._membership.lobby.postpone(seconds)
        for session in self._membership.sessions.values():
            session.agents.shift(seconds)
        self._membership.kept_agents.shift(seconds)

    def expire(self, now: float) -> list[Effect]:
        """Do what is due: let those go who stayed away too long, renew tokens and credentials."""
        return self._membership.expire(now)

    def settle_presence(self, session_id: str, what: Unsettled) -> list[Effect]:
        """Tell what has waited in a session (OUT5)."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        if what == "questions":
            return session.table.settle_questions()
        return session.audience.settle(what)

    def passed_on(
        self, connection: ConnectionId, message: client.Subscribe, now: float
    ) -> client.Subscribe:
        """Return a `subscribe` as another node is to hear it, whose session lives there."""
        members = self._membership
        peer = members.connections.get(connection)
        if peer is None:
            return message
        identities = members.identities
        return passed_on(message, peer, members.peers, members.reserved, identities, now)

    def revoke(self, invitation: str, now: float) -> list[Effect]:
        """Remove everybody who came by an invitation that was taken back (TOK4)."""
        return self._membership.revoke(invitation, now)

    def evict(self, session_id: str, code: CloseCode) -> list[Effect]:
        """Let a session go at once: it lives on another node. Nobody is told that peers leave."""
        session = self._membership.sessions.get(session_id)
        return [] if session is None else self._membership.evict(session, code)

    def refuse(self, connection: ConnectionId, malformed: MalformedMessage) -> list[Effect]:
        """Answer a frame that was no message."""
        error = server.Error(malformed.code, malformed.text, malformed.message_id)
        return [Send((connection,), error)]

    def handle(
        self,
        connection: ConnectionId,
        message: client.ClientMessage,
        now: float,
        *,
        decoded: bool = False,
    ) -> list[Effect]:
        """Apply one message: it is accepted as a whole, or changes nothing and gets one `error`.

        `decoded`: its pictures were decoded after it had led to `Decode`.
        """
        try:
            peer = self._connections[connection]
            if peer is None:
                return self._handle_stranger(connection, message, now)
            if type(message) in audit.EVENTS:
                noted = audit.acted(peer, message)
                return [noted, *self._handle_peer(peer, message, now, decoded)]
            effects = self._handle_peer(peer, message, now, decoded)
            if peer.peer_id in peer.session.newcomers and type(message) not in QUIET:
                return [*peer.session.audience.announce(), *effects]  # known before it acts (CRW3)
            return effects
        except Refusal as refused:
            error = _error(connection, refused, getattr(message, "message_id", None))
            if refused.code in _WRONG_TRIES:
                return [error, *self._membership.count_wrong_try(connection, now)]
            if refused.code is ErrorCode.SESSION_LOCKED and self.is_stranger(connection):
                code = CloseCode.SESSION_LOCKED
                return [error, *self._membership.turn_away(connection, code, now)]
            return [error, *commands.worked(connection, refused.work)]

    def relay(self, connection: ConnectionId, candidate: client.IceCandidate) -> Relayed | None:
        """Return what a candidate has sent, and to whom; None: `handle` has to say what it causes.

        The same as `handle`, for what nearly every candidate is: accepted, and relayed alone.
        """
        peer = self._connections[connection]
        if peer is None or type(candidate) not in peer.grant.free:
            return None
        try:
            is_new = peer.peer_id in peer.session.newcomers
            return None if is_new else peer.session.ice_candidate(peer, candidate)
        except Refusal:
            return None

    def _handle_stranger(
        self, connection: ConnectionId, message: client.ClientMessage, now: float
    ) -> list[Effect]:
        match message:
            case client.Subscribe():
                return self._membership.subscribe(connection, None, message, now)
            case client.Ping():
                return [Send((connection,), server.Pong(milliseconds(now)))]
            case _:
                text = "" if self.is_stranger(connection) else STILL_WAITING
                raise Refusal(ErrorCode.NOT_SUBSCRIBED, text)

    def _made_before(self, peer: Participant, message: client.ClientMessage) -> list[Effect] | None:
        """Return the reply to an edit whose right its peer had when it made it (SCN5); else None.

        Raises:
            Refusal: the peer may not do this.
        """
        canvas = peer.session.canvas
        try:
            grants.check(peer.grant, peer.peer_id, message, canvas.scene)
        except Refusal:
            made_before = commands.retried(canvas, peer, message)
            if made_before is None:
                raise
            return made_before
        return None

    def _handle_peer(  # noqa: C901 - one arm for each message, nothing else
        self,
        peer: Participant,
        message: client.ClientMessage,
        now: float,
        decoded: bool,
    ) -> list[Effect]:
        session = peer.session
        if peer.agent is not None:
            answered = admitting.admit(peer, peer.agent, message, milliseconds(now))
            if answered is not None:
                return answered
        if type(message) not in peer.grant.free and not pausing.may_dismiss(peer, message):
            made_before = self._made_before(peer, message)
            if made_before is not None:
                return made_before
        match message:
            case client.IceCandidate():
                relayed = session.ice_candidate(peer, message)
                return [] if relayed is None else [Send((relayed[0],), relayed[1])]
            case client.Offer():
                return session.offer(peer, message)
            case client.Answer():
                return session.answer(peer, message)
            case client.StartCall():
                return session.start_call(peer, message)
            case client.EndCall():
                return session.end_call(peer, message, milliseconds(now))
            case client.Cursor():
                return session.cursor(peer, message)
            case client.Select():
                return session.select(peer, message)
            case client.Typing():
                return session.type(peer, message)
            case client.Preview():
                return session.preview(peer, message)
            case client.Stroke():
                return session.stroke(peer, message)
            case (
                client.UpdateElement()
                | client.AddElement()
                | client.RemoveElement()
                | client.ClearScene()
                | client.SyncQueue()
            ):
                if not decoded and (new := self._not_decoded(message)):
                    return [Decode(session.session_id, peer.connection, message, new)]
                if proposals.only_proposes(peer):
                    return self._propose(peer, message, now)
                made = commands.apply(
                    session.canvas, peer, message, self._environment.new_id, milliseconds(now)
                )
                return made if peer.agent is None else [*made, *pausing.edited(peer, peer.agent)]
            case client.RestoreScene():
                return commands.recall(session.canvas, peer, message)
            case client.Kick():
                return moderation.kick(self._membership, peer, message, now)
            case client.Admit():
                return moderation.admit(self._membership, peer, message, now)
            case client.SetSession():
                return session.door.ask(peer, message)
            case client.RaiseHand():
                return manners.raise_hand(peer, message, milliseconds(now))
            case client.React():
                return manners.react(peer, message, now)
            case client.MutePeer():
                return moderation.mute(peer, message)
            case (
                client.StartCommunitasCall()
                | client.JoinCommunitasCall()
                | client.LeaveCommunitasCall()
            ):
                joined = "communitas" in self._environment.features
                return calls.network_call(peer, message, joined=joined)
            case client.GroupCall():
                return session.group_call(peer, message)
            case client.Ping():
                return self._ping(peer, message, now)
            case client.MediaState():
                return session.media_state(peer, message)
            case client.ViewSize():
                return session.view_size(peer, message)
            case client.CallReport():
                return calls.report(peer, message, self._servers(peer, now))
            case client.CallQuality():
                self._require_feature("call_quality")
                return calls.rate(peer, message)
            case client.ListPeers():
                _require_own(session, message.session_id)
                return [Send((peer.connection,), session.audience.list_for(peer))]
            case client.GetScene():
                _require_own(session, message.session_id)
                missed = session.canvas.catch_up(message.known)
                return [Send((peer.connection,), event) for event in missed]
            case client.Chat():
                if not decoded and (new := self._not_decoded(message)):
                    return [Decode(session.session_id, peer.connection, message, new)]
                return chat.say(peer, message, milliseconds(now))
            case client.GetChat() | client.RemoveChat():
                return chat.ask(peer, message)
            case client.ClearChat():
                return chat.clear(peer, message, milliseconds(now))
            case client.PauseAgent():
                return pausing.pause(peer, message)
            case client.UndoAgent():
                return pausing.undo(peer, message, milliseconds(now))
            case client.Subscribe():
                return self._membership.subscribe(peer.connection, peer, message, now)
            case client.Propose():
                if not decoded and (new := self._not_decoded(message)):
                    return [Decode(session.session_id, peer.connection, message, new)]
                return self._propose(peer, message, now)
            case client.DecideProposal():
                return proposals.decide(peer, message, milliseconds(now))
            case client.Thinking():
                return thinking.think(peer, message)
            case client.Speech():
                return thinking.speak(peer, message, milliseconds(now))
            case client.Ask():
                return questions.ask(peer, message, self._environment.new_id, milliseconds(now))
            case client.AnswerQuestion():
                return questions.answer(peer, message)
            case client.CloseQuestion():
                return questions.close(peer, message)
            case _:
                assert_never(message)

    def _propose(self, peer: Participant, message: proposals.Proposed, now: float) -> list[Effect]:
        new_id = self._environment.new_id
        return proposals.as_proposal(peer, message, new_id, milliseconds(now))

    def _ping(self, peer: Participant, message: client.Ping, now: float) -> list[Effect]:
        pong = Send(
            (peer.connection,), server.Pong(milliseconds(now), self._streams.heard(peer.connection))
        )
        if message.received is None:
            return [pong]
        return [Arrived(peer.connection, message.received), pong]

    def _require_feature(self, name: str) -> None:
        if name not in self._environment.features:
            raise Refusal(ErrorCode.UNKNOWN_TYPE, f"This server does not ask for `{name}`.")

    def _servers(self, peer: Participant, now: float) -> Servers:
        urls = [
            url for given in self._environment.ice_servers(peer.peer_id, now) for url in given.urls
        ]
        return Servers(
            stun=any(url.startswith("stun") for url in urls),
            turn=any(url.startswith("turn") for url in urls),
        )

    # --- what the log answers ----------------------------------------------------------------

    def opened(self, session_id: str, stored: Stored) -> None:
        """Take a session up that was read from the log."""
        if not self.is_open(session_id):
            relay_only = self._environment.relay_only(session_id)
            session = Session(
                session_id,
                stored,
                self._tickets,
                relay_only=relay_only,
                watched=self._environment.watched,
                leader=self._environment.leader(session_id),
            )
            self._membership.open(session)

    def settle(self, session_id: str) -> None:
        """Let a session go again if nobody wanted it after all."""
        session = self._membership.sessions.get(session_id)
        if session is not None:
            self._membership.close_if_idle(session)

    def stored(self, session_id: str, ticket: int) -> list[Effect]:
        """Tell what the log has stored (SCN2)."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        effects = [*session.door.stored(ticket), *session.canvas.stored(ticket)]
        effects += session.table.settle(ticket)
        self._membership.close_if_idle(session)
        return effects

    def failed(self, session_id: str, ticket: int, now: float) -> list[Effect]:
        """Tell what the log has failed to store."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        effects = [
            *session.door.failed(ticket),
            *session.canvas.failed(ticket, milliseconds(now)),
            *session.table.settle(),
        ]
        self._membership.close_if_idle(session)
        return effects

    def proceed(self, session_id: str) -> list[Effect]:
        """Make the next slice of a long edit, or what waits for it."""
        session = self._membership.sessions.get(session_id)
        if session is None:
            return []
        effects = session.canvas.turns.proceed()
        self._membership.close_if_idle(session)
        return effects

    def recalled(self, recall: Recall, past: Snapshot | ErrorCode, now: float) -> list[Effect]:
        """Restore an earlier scene that was read from the log, or say why it was not."""
        session = self._membership.sessions.get(recall.session_id)
        peer = None if session is None else session.peers.get(recall.peer_id)
        if session is None or peer is None or peer.incarnation != recall.incarnation:
            return []
        try:
            if isinstance(past, ErrorCode):
                raise Refusal(past)
            return commands.restore(session.canvas, peer, recall.message, past, milliseconds(now))
        except Refusal as refused:
            return [_error(peer.connection, refused, recall.message.message_id)]

    def chat_read(
        self, asked: AskChat, found: ChatPage | Said | ErrorCode | None, now: float
    ) -> list[Effect]:
        """Answer what the log has found of the chat, or why it has not."""
        session = self._membership.sessions.get(asked.session_id)
        if session is None:
            return []
        peer = session.peers.get(asked.peer_id)
        if peer is None or peer.incarnation != asked.incarnation:
            session.canvas.chat.questions.answer(asked.ticket, ())  # nobody waits for it
            return []
        try:
            return chat.answer(peer, asked, found, milliseconds(now))
        except Refusal as refused:
            return [_error(peer.connection, refused, asked.message.message_id)]

    def network_answered(
        self, request: NetworkCallRequest, call_id: str = "", error: str = ""
    ) -> list[Effect]:
        """Apply an answer of the Communitas network: a call, or why there is none."""
        session = self._membership.sessions.get(request.session_id)
        return calls.network_answered(session, request, call_id, error)

    def pictures_of(self, message: SceneEdit) -> tuple[str, ...]:
        """Return the pictures of an edit over HTTP that are to be decoded before it is made."""
        return self._not_decoded(message)

    def _not_decoded(
        self, message: client.EditMessage | client.Propose | client.Chat | SceneEdit
    ) -> tuple[str, ...]:
        is_decoded = self._environment.is_decoded
        return tuple(source for source in sources_in(message) if not is_decoded(source))

    def post(
        self,
        message: SceneEdit,
        request: int,
        expected: SceneVersion | None,
        now: float,
        origin: str | None = None,
        grant: Grant | None = None,
    ) -> list[Effect]:
        """Make an edit that came over HTTP, to a session that is open; `Answered` follows.

        `expected` is what the scene must be, `origin` the other server it comes from, `grant` what
        its sender has.

        Raises:
            Refusal: it changed nothing, and nothing follows.
        """
        session = self._membership.sessions[message.session_id]
        guard = None if grant is None else session.agents.guard(grant)
        if guard is not None:
            admitting.admit_post(session, guard, message, milliseconds(now))
        return commands.post(
            session.canvas,
            message,
            request,
            expected,
            self._environment.new_id,
            milliseconds(now),
            origin,
            guard,
        )


def _require_own(session: Session, session_id: str | None) -> None:
    if session_id is not None and session_id != session.session_id:
        raise Refusal(ErrorCode.WRONG_SESSION)


def _error(connection: ConnectionId, refused: Refusal, message_id: str | None) -> Effect:
    return Send((connection,), server.Error(refused.code, refused.text, message_id))
