"""One session: its peers, their signals to each other, and their calls.

Methods change the session and return the effects, or raise `Refusal` before any change.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from canvas_server.core.calls import sdp
from canvas_server.core.calls.network import NetworkCall
from canvas_server.core.calls.table import CallTable
from canvas_server.core.effects import (
    ConnectionId,
    Effect,
    RecordAudit,
    Refusal,
    Send,
)
from canvas_server.core.presence.audience import Audience
from canvas_server.core.presence.bounding.agents import Agents, state_of
from canvas_server.core.presence.bounding.bounds import AgentGuard
from canvas_server.core.presence.bounding.sight import Sights
from canvas_server.core.presence.door import Door
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.reactions import ReactionPace
from canvas_server.core.presence.readers import keys_of
from canvas_server.core.presence.strokes import StrokeNumbers
from canvas_server.core.presence.table import Table
from canvas_server.core.records import Stored
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.transaction import STREAM_PREFIXES, Author
from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.bounds import AgentState, Sight
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.server import RelayIceCandidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_PEERS = 256

Relayed = tuple[ConnectionId, RelayIceCandidate]
"""A candidate as it is sent on, after the connection that it goes to."""


class Away(Struct, frozen=True):
    """A peer's connection is gone; the peer keeps its place for a while (RES1)."""

    until: float
    closing: bool
    """Its page said that it closes, or reloads."""


class Participant(Struct, eq=False):
    """A peer of a session and the connection it speaks through, or spoke through last."""

    peer_id: str
    session: "Session"
    connection: ConnectionId
    display_name: str | None
    grant: Grant = Grant()
    media: server.Media = server.Media()
    in_group: bool = False
    away: Away | None = None
    ice_expires: float | None = None
    """When its TURN credentials end; None: never."""
    server: str | None = None
    """The name of the server it is at: a guest; None: it is at this one."""
    incarnation: str = ""
    """This stay in the session; a guest, whom nobody but its server resumes, has none."""
    features: frozenset[str] = frozenset()
    """What its client takes of what none need know (`subscribe.features`)."""
    hand: int | None = None
    """Since when its hand is up; milliseconds since 1970 UTC."""
    certified: bool = False
    """This server made its id, and has seen that it has it."""
    agent: AgentGuard | None = None
    """What holds it back; None: it is no agent."""

    @property
    def guard(self) -> AgentGuard | None:
        """What holds its edits back."""
        return self.agent

    @property
    def keys(self) -> tuple[str, ...]:
        """Which private messages are for it; it writes under the first one (CHT5)."""
        return keys_of(self)

    @property
    def author(self) -> Author:
        """Who makes its edits, as the history says it."""
        return self.peer_id, self.display_name, self.server

    def audited(
        self, event: AuditEvent, *, reason: str | None = None, by: str | None = None
    ) -> AuditEntry:
        """Return an event of this peer, with what is known of it."""
        return AuditEntry(
            event,
            session=self.session.session_id,
            peer=self.peer_id,
            name=self.display_name,
            user=self.grant.user,
            role=self.grant.role.value,
            invitation=self.grant.invitation or None,
            by=by,
            server=self.server,
            reason=reason,
        )


class Session:
    """The peers that share one canvas. All of their signals stay inside (SIG1)."""

    def __init__(
        self,
        session_id: str,
        stored: Stored,
        tickets: "Iterator[int]",
        *,
        relay_only: bool = False,
        watched: bool = False,
        leader: str | None = None,
    ) -> None:
        self.session_id = session_id
        self.relay_only = relay_only
        """Nobody learns anybody's address here: calls go through TURN servers (SIG15)."""
        self.peers: dict[str, Participant] = {}
        self.calls = CallTable()
        self.network_call = NetworkCall(session_id)
        self.agents = Agents()
        self.sights: Sights[Participant] = Sights(self.peers)
        """Who is sent what."""
        self.audience = Audience(
            session_id,
            self.peers,
            self.view,
            watched=watched,
            pointing=lambda: self.sights.seeing(Sight.POINTERS),
        )
        self.newcomers = self.audience.roster.newcomers
        """The peers that some do not know yet."""
        self.reactions = ReactionPace()
        self.strokes = StrokeNumbers()
        self.canvas = Canvas(
            session_id,
            stored,
            self.peers,
            tickets,
            watched=watched,
            leader=leader,
            viewers=lambda: self.sights.seeing(Sight.SCENE),
            readers=lambda: self.sights.seeing(Sight.CHAT),
        )
        canvas = self.canvas
        self.table = Table(canvas, self.peers, lambda: self.sights.seeing(Sight.SCENE))
        self.door = Door(
            session_id, stored.rules, tickets, self.peers, lambda: canvas.shown.revision
        )

    # --- who is here -------------------------------------------------------------------

    def join(self, peer: Participant) -> list[Effect]:
        """Take a peer in and tell the others."""
        self.peers[peer.peer_id] = peer
        self.hold(peer)
        noted = RecordAudit(peer.audited(AuditEvent.JOINED), peer.connection)
        return [noted, *self.audience.join(peer)]

    def hold(self, peer: Participant) -> None:
        """Hold a peer to what its grant says of an agent, from now on."""
        peer.agent = self.agents.guard(peer.grant, peer.peer_id)
        self.sights.note(peer)

    def rename(self, peer: Participant, display_name: str | None) -> list[Effect]:
        """Give a peer another name and tell the others when it differs."""
        if display_name is None or display_name == peer.display_name:
            return []
        peer.display_name = display_name
        return self.tell_update(peer)

    def set_away(self, peer: Participant, away: Away | None) -> list[Effect]:
        """Note that a peer's connection is gone, or there is one; tell the others (RES2)."""
        same = (peer.away is None) is (away is None)
        peer.away = away
        hushed = [] if away is None else self.audience.hush(peer)
        return hushed if same else [*hushed, *self.tell_update(peer)]

    def leave(
        self,
        peer: Participant,
        reason: server.LeaveReason,
        timestamp: int,
    ) -> list[Effect]:
        """Take a peer out: its calls end (SIG5), its tiles go (SCN3), the others are told."""
        del self.peers[peer.peer_id]
        self.sights.forget(peer)
        noted = RecordAudit(peer.audited(AuditEvent.LEFT, reason=reason), peer.connection)
        effects: list[Effect] = [noted]
        for partner_id in self.calls.partners(peer.peer_id):
            partner = self.peers[partner_id]
            stopped = self.calls.end(peer.peer_id, partner_id) or []
            effects.append(Send((partner.connection,), server.CallEnded(peer.peer_id, "left")))
            effects += self._after_call((partner,), stopped, timestamp)
        effects += self._remove_tiles(peer, timestamp)
        effects += self.leave_network_call(peer.peer_id)
        self.reactions.forget(peer.peer_id)
        self.strokes.end(peer.peer_id)
        effects += self.table.leave(peer.peer_id)
        return [*effects, *self.audience.leave(peer, reason)]

    def view(self, peer: Participant) -> server.Peer:
        """Return a peer as the others see it."""
        in_call = self.calls.in_call(peer.peer_id)
        connected = peer.away is None
        return server.Peer(
            peer.peer_id,
            connected,
            in_call,
            peer.media,
            peer.display_name,
            peer.in_group,
            peer.grant.role,
            peer.server,
            peer.grant.user,
            peer.hand,
            None if peer.agent is None else self._agent(peer, peer.agent),
        )

    def _agent(self, peer: Participant, agent: AgentGuard) -> AgentState:
        """Return what the others see of an agent; its maker, where one person alone can be it."""
        link = peer.grant.lineage[-1].id if peer.grant.lineage else None
        makers = [one for one in self.peers.values() if link and one.grant.invitation == link]
        maker = makers[0].display_name if len(makers) == 1 else None
        return state_of(agent, self.canvas.journal.operations(agent.key), maker)

    def media_state(self, peer: Participant, message: client.MediaState) -> list[Effect]:
        """Note what a peer's media are doing and tell the others."""
        peer.media = server.Media(message.audio, message.video, message.screen)
        return self.audience.update(peer, media=True)

    def view_size(self, sender: Participant, message: client.ViewSize) -> list[Effect]:
        """Tell a peer how large another one shows its streams."""
        target = self.target(sender, message.target_peer_id)
        size = server.PeerViewSize(sender.peer_id, message.camera, message.screen)
        return [Send((target.connection,), size)]

    def cursor(self, peer: Participant, message: client.Cursor) -> list[Effect]:
        """Show the others where a peer points."""
        return self.audience.point(peer, message.x, message.y)

    def select(self, peer: Participant, message: client.Select) -> list[Effect]:
        """Show the others what a peer has selected."""
        return self.audience.select(peer, message.ids)

    def type(self, peer: Participant, message: client.Typing) -> list[Effect]:
        """Show the others where a peer writes."""
        return self.audience.type(peer, message.id)

    def preview(self, peer: Participant, message: client.Preview) -> list[Effect]:
        """Show the others what a peer is moving."""
        return self._show(peer, server.PeerPreview(peer.peer_id, message.elements))

    def stroke(self, peer: Participant, message: client.Stroke) -> list[Effect]:
        """Show the others what a peer is drawing; of a stroke that did not begin, nothing."""
        if message.begin is not None:
            number = self.strokes.begin(peer.peer_id, message.begin.id)
            begun = server.PeerStroke(number, message.d, message.begin, peer.peer_id)
            return self._show(peer, begun)
        drawn = self.strokes.get(peer.peer_id)
        if drawn is None:
            return []
        if not message.d:
            self.strokes.end(peer.peer_id)
        return self._show(peer, server.PeerStroke(drawn, message.d))

    def _show(self, sender: Participant, message: server.ServerMessage) -> list[Effect]:
        """Send to the others that see both the scene and what somebody does there."""
        seeing = self.sights.seeing(Sight.SCENE, Sight.POINTERS)
        return _send((peer.connection for peer in seeing if peer is not sender), message)

    # --- signals and calls -------------------------------------------------------------

    def group_call(self, peer: Participant, message: client.GroupCall) -> list[Effect]:
        """Note who is in the call of everybody and tell the others (SIG10)."""
        if peer.in_group == message.joined:
            return []
        peer.in_group = message.joined
        return self.tell_update(peer)

    def ring_again(self, peer: Participant) -> list[Effect]:
        """Tell a peer that may have missed it who is calling."""
        return [
            Send(
                (peer.connection,),
                server.IncomingCall(
                    call.caller, self.session_id, call.ids[0] if call.ids else None, call.group
                ),
            )
            for call in self.calls.ringing_at(peer.peer_id)
        ]

    def start_call(self, sender: Participant, message: client.StartCall) -> list[Effect]:
        """Ring a peer."""
        if message.session_id != self.session_id:
            raise Refusal(ErrorCode.WRONG_SESSION)
        target = self.target(sender, message.target_peer_id)
        self.calls.begin(sender.peer_id, target.peer_id, message.call_id, group=message.group)
        call = server.IncomingCall(sender.peer_id, self.session_id, message.call_id, message.group)
        return [Send((target.connection,), call)]

    def offer(self, sender: Participant, message: client.Offer) -> list[Effect]:
        """Relay an offer; without a call it begins one (SIG6)."""
        target = self.target(sender, message.target_peer_id)
        description = self._checked(message.sdp)
        self.calls.begin(sender.peer_id, target.peer_id, message.call_id)
        offer = server.RelayOffer(sender.peer_id, description, message.call_id, message.offer_id)
        return [Send((target.connection,), offer)]

    def answer(self, sender: Participant, message: client.Answer) -> list[Effect]:
        """Relay an answer; a call that rang is in progress from now on."""
        target = self.target(sender, message.target_peer_id)
        description = self._checked(message.sdp)
        answer = server.RelayAnswer(sender.peer_id, description, message.call_id, message.offer_id)
        sent = Send((target.connection,), answer)
        began = self.calls.answer(sender.peer_id, target.peer_id)
        return [sent, *self.audience.update_soon(began)] if began else [sent]

    def ice_candidate(self, sender: Participant, message: client.IceCandidate) -> Relayed | None:
        """Return an ICE candidate as it is relayed, and through which connection.

        None: it gives away an address. No effects, since most of all messages are candidates.
        """
        target = self.target(sender, message.target_peer_id)
        candidate = message.candidate
        sdp.check_candidate(candidate)
        if self.relay_only:
            if not sdp.is_relayed(candidate):
                return None  # of a browser that does not gather relayed candidates alone
            candidate = sdp.hide_related(candidate)
        return target.connection, RelayIceCandidate(
            sender.peer_id,
            candidate,
            message.sdp_mid,
            message.sdp_m_line_index,
            message.username_fragment,
            message.call_id,
        )

    def end_call(
        self, sender: Participant, message: client.EndCall, timestamp: int
    ) -> list[Effect]:
        """End the call of two peers, or what would have become one."""
        target = self.target(sender, message.target_peer_id)
        stopped = self.calls.end(sender.peer_id, target.peer_id, message.call_id)
        if stopped is None:
            raise Refusal(ErrorCode.NOT_IN_CALL)
        ended = server.CallEnded(sender.peer_id, message.reason, message.call_id)
        changed = self._after_call((sender, target), stopped, timestamp)
        return [Send((target.connection,), ended), *changed]

    def leave_network_call(self, peer_id: str) -> list[Effect]:
        """Take a peer out of the call in the Communitas network, if it is in it (COM2)."""
        if peer_id not in self.network_call.participants:
            return []
        ended = self.network_call.leave(peer_id)
        return [*self.to_all(self.network_call.state()), *ended]

    # --- helpers -----------------------------------------------------------------------

    def _checked(self, description: str) -> str:
        """Return a description as it may be relayed (SIG14, SIG15)."""
        sdp.check_description(description)
        return sdp.relayed_only(description) if self.relay_only else description

    def target(self, sender: Participant, target_peer_id: str) -> Participant:
        """Find whom a signal is for; a peer elsewhere and one that is not are the same (SIG1).

        Raises:
            Refusal: `peer_not_found`, `self_signal`.
        """
        target = self.peers.get(target_peer_id)
        if target is None:
            raise Refusal(ErrorCode.PEER_NOT_FOUND)
        if target is sender:
            raise Refusal(ErrorCode.SELF_SIGNAL)
        return target

    def to_all(self, message: server.ServerMessage) -> list[Effect]:
        """Send to everybody in the session."""
        return _send((peer.connection for peer in self.peers.values()), message)

    def to_moderators(
        self, message: server.ServerMessage, but: ConnectionId | None = None
    ) -> list[Effect]:
        """Send to those who look after the session, but for a connection that is leaving it."""
        moderators = (peer for peer in self.peers.values() if peer.grant.is_moderator)
        connections = (peer.connection for peer in moderators)
        return _send((one for one in connections if one != but), message)

    def to_others(self, sender: Participant, message: server.ServerMessage) -> list[Effect]:
        """Send to everybody in the session but one."""
        return _send(
            (peer.connection for peer in self.peers.values() if peer is not sender), message
        )

    def _after_call(
        self, peers: tuple[Participant, ...], stopped: list[str], timestamp: int
    ) -> list[Effect]:
        """Say what the end of a call changed for these of its peers (SCN3).

        `stopped`: those who are in no answered call any more; one that has left may be among them.
        """
        effects: list[Effect] = []
        for peer in peers:
            if not self.calls.has_any(peer.peer_id):
                effects += self._remove_tiles(peer, timestamp)
        changed = [peer.peer_id for peer in peers if peer.peer_id in stopped]
        return [*effects, *self.audience.update_soon(changed)] if changed else effects

    def tell_update(self, peer: Participant) -> list[Effect]:
        """Tell the others what a peer looks like now, or before long where it changes often."""
        return self.audience.update(peer)

    def _remove_tiles(self, peer: Participant, timestamp: int) -> list[Effect]:
        if not self.canvas.may_have_tiles:
            return []
        streams = [prefix + peer.peer_id for prefix in STREAM_PREFIXES]
        return self.canvas.remove_tiles(streams, timestamp)


def _send(to: "Iterable[ConnectionId]", message: server.ServerMessage) -> list[Effect]:
    connections = tuple(to)
    return [Send(connections, message)] if connections else []
