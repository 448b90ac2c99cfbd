"""A session shared with one other server: its people are guests here, ours are there."""

import math

import msgspec
import structlog
from msgspec import Raw

from canvas_server.core.effects import Forward, Refusal
from canvas_server.federation import messages
from canvas_server.federation.chat import SharedChat
from canvas_server.federation.context import PartnerContext
from canvas_server.federation.guest import GuestConnection, as_guest
from canvas_server.federation.motions import Fleeting, Motions
from canvas_server.federation.scenes import SharedScene, is_leader
from canvas_server.federation.translation import item_of, message_of
from canvas_server.node.ports import Elsewhere, LogFailure
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import encode, type_of
from canvas_server.protocol.plain import plain
from canvas_server.protocol.traits import Federated

IDLE_SECONDS = 5.0
TAKEN = "it is shared with another server already"
RETRY_SECONDS, REFUSED_SECONDS = 1.0, 60.0
"""After so long a session is named again to a server that has closed it."""
MAX_WAITING = 100
"""When so many items wait while a session is read from the log, no more are taken."""


def _tags(*how: Federated) -> frozenset[str]:
    """Return the types of the messages that are passed on in these ways."""
    return frozenset(tag for tag, kind in client.BY_TAG.items() if kind.traits.federated in how)


MESSAGES = _tags(Federated.MESSAGE)
"""What people of another server may send here."""
LEADER_MESSAGES = _tags(Federated.MESSAGE, Federated.EDIT)
"""The same where this server leads the scene."""
DROPPABLE = _tags(Federated.DROPPABLE)
"""What they may send that may get lost."""

logger = structlog.get_logger()


class Share:
    """One end of it; implements `GuestHost`."""

    def __init__(self, session_id: str, context: PartnerContext) -> None:
        self.session_id = session_id
        self.scene = SharedScene(session_id, context, self._give_up)
        self.chat = SharedChat(session_id, context)
        self._context = context
        self._node = context.common.node
        self._hub = context.common.node.hub
        self._guests: dict[str, GuestConnection] = {}
        self._listed: set[str] = set()
        """Those whom the other server has named on this line."""
        self._offered: messages.ShareSession | None = None
        """What we have said first on this line."""
        self._offered_people: tuple[server.Peer, ...] = ()
        self._tell_at = 0.0
        self._theirs: messages.ShareSession | None = None
        self._opening = False
        self._waiting: list[messages.Item] = []
        self._motions = Motions(session_id, context)
        self._idle_since: float | None = None

    # --- what others ask -------------------------------------------------------------------------

    @property
    def guests(self) -> int:
        """People of the other server who are here."""
        return len(self._guests)

    @property
    def settled(self) -> bool:
        """Both sides have said what they have."""
        return self.scene.kept_here is not None

    def is_over(self, now: float) -> bool:
        """Tell whether nobody has been in it for a while."""
        empty = not self._guests and not self._hub.guests.has_people(self.session_id)
        if not empty or self._opening:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        return self._idle_since is not None and now - self._idle_since >= IDLE_SECONDS

    # --- the channel ---------------------------------------------------------------------------

    def begin(self) -> None:
        """Start over on a new channel, or without one: what was under way is lost."""
        self._offered = self._theirs = None
        self._tell_at = 0.0
        self._listed.clear()
        self._waiting.clear()
        self.scene.begin()
        self.chat.begin(None)
        self.silent()

    def silent(self) -> None:
        """Show the guests as reconnecting: their server is out of reach."""
        leaves_at = self._context.common.clock() + self._context.common.resume_seconds
        for guest in self._guests.values():
            guest.leaves_at = min(guest.leaves_at, leaves_at)
        self._show_guests(reachable=False)

    def restored(self) -> None:
        """Show the guests as they are: their server is back on the same line."""
        self._show_guests(reachable=True)

    def end(self) -> None:
        """Share it no more: the guests leave."""
        self.begin()
        for guest in tuple(self._guests.values()):
            self._dismiss(guest)

    def tick(self, now: float) -> None:
        """Do what is due, about twice a second."""
        if self._offered is None:
            self.tell()
        for guest in tuple(self._guests.values()):
            if now > guest.leaves_at:
                self._dismiss(guest)
        self.scene.tick()
        self.chat.tick()

    def tell(self) -> None:
        """Tell the other server of our people, if it does not know them so."""
        people = tuple(
            msgspec.structs.replace(peer, in_call=False, user_id=None)
            for peer in self._hub.guests.people(self.session_id)
        )
        if self._offered is not None:
            known = people == self._offered_people
            if not known and self._context.channel.put(
                messages.ServerPeers(self.session_id, people)
            ):
                self._offered_people = people
        elif self._hub.is_open(self.session_id) and self._context.common.clock() >= self._tell_at:
            context = self._context
            agreement = context.common.ownership.of(self.session_id)
            if agreement is not None and agreement.agent_id == context.there:
                kept_here = agreement.kept_here
            else:
                kept_here = is_leader(context.here, context.there)
            revision = self._hub.replicas.snapshot(self.session_id).revision
            offered = messages.ShareSession(self.session_id, revision, kept_here, people)
            if self._context.channel.put(offered):
                self._offered, self._offered_people = offered, people
                self._settle()

    # --- from the other server -------------------------------------------------------------------

    def take(self, item: messages.Item) -> None:
        """Take an item of this session, in order."""
        if self._opening:
            self._waiting.append(item)
            if len(self._waiting) >= MAX_WAITING:
                self._context.hold(self.session_id, True)
            return
        match item:
            case messages.ShareSession():
                self._opening = True
                self._theirs = item
                self._node.scenes.open(self.session_id, self._opened)
            case messages.UnshareSession():
                self._closed(item)
            case _ if self._theirs is None:
                pass  # it is about what was before
            case messages.ServerPeers():
                self._list(item.people)
            case messages.PeerMessage():
                self._say(item, LEADER_MESSAGES if self.scene.kept_here else MESSAGES)
            case messages.PeerReply():
                if self.scene.kept_here is False and item.to_peer_id not in self._guests:
                    self.scene.answer(item)
            case (
                messages.SignalOffer()
                | messages.SignalAnswer()
                | messages.SignalCandidate()
                | messages.SignalEndOfCandidates()
                | messages.SignalBye()
            ):
                guest = self._guests.get(item.from_peer_id)
                if guest is not None:
                    guest.say(message_of(item))
            case _:
                self._take_content(item)

    def _take_content(self, item: messages.OfScene | messages.OfChat) -> None:
        if isinstance(item, messages.OfChat):
            self.chat.take(item)
        else:
            self.scene.take(item)

    def forward(self, forward: Forward) -> bool:
        """Have the leader make an edit of scene or chat; tell whether that may be."""
        is_chat = isinstance(forward.message, client.ChatEdit)
        if (is_chat and not self.chat.ready) or not self.scene.forward(forward):
            return False
        if is_chat:
            self.chat.note(forward)
        return True

    def overhear(self, item: messages.Item) -> None:
        """Take an item that may get lost."""
        if isinstance(item, messages.PeerMessage) and not self._opening:
            self._say(item, DROPPABLE)

    def _opened(self, outcome: Elsewhere | LogFailure | None) -> None:
        self._opening = False
        theirs = self._theirs
        waiting, self._waiting = self._waiting, []
        self._context.hold(self.session_id, False)
        if theirs is None:
            return  # the channel has ended meanwhile
        if outcome is not None:
            self._theirs = None
            why = "its scene cannot be read now"
            self._context.channel.put(messages.UnshareSession(self.session_id, why, again=True))
            return
        self._list(theirs.people)
        if self._offered is None:
            self.tell()  # and settle
        else:
            self._settle()
        for item in waiting:
            self.take(item)

    def _settle(self) -> None:
        offered, theirs = self._offered, self._theirs
        if offered is None or theirs is None or self._opening:
            return
        agreement = self._context.common.ownership.of(self.session_id)
        if agreement is None or agreement.agent_id == self._context.there:
            self.scene.settle(offered, theirs)
            self.chat.begin(self.scene.kept_here)
        else:
            self._context.channel.put(messages.UnshareSession(self.session_id, TAKEN))
            self._refused()

    def _closed(self, item: messages.UnshareSession) -> None:
        if item.again:
            self.end()
            self._tell_at = self._context.common.clock() + RETRY_SECONDS
            return
        logger.warning(
            "another server does not share a session",
            session=self.session_id,
            server=self._context.their_name,
            why=plain(item.why),
        )
        self._refused()

    def _give_up(self, why: str) -> None:
        """Share it no more for a while: what the other server says of its scene is not possible."""
        logger.warning(
            "a session is not shared any more",
            session=self.session_id,
            server=self._context.their_name,
            why=why,
        )
        self._context.channel.put(messages.UnshareSession(self.session_id, why))
        self._refused()

    def _refused(self) -> None:
        """Go on alone: what was agreed with that server does not hold any more."""
        ownership = self._context.common.ownership
        ownership.forget(self.session_id, self._context.there)
        self._hub.replicas.entrust(self.session_id, ownership.leader(self.session_id))
        self.end()
        self._tell_at = self._context.common.clock() + REFUSED_SECONDS

    # --- people ----------------------------------------------------------------------------------

    def _list(self, people: tuple[server.Peer, ...]) -> None:
        """Let those in who are named; those who were named before and are not any more leave."""
        listed = {peer.peer_id for peer in people}
        for peer_id in self._listed - listed:
            if peer_id in self._guests:
                self._dismiss(self._guests[peer_id])
        self._listed = listed
        for peer in people:
            guest = self._guests.get(peer.peer_id) or self._seat(peer)
            if guest is not None:
                self._describe(guest, peer)

    def _seat(self, peer: server.Peer) -> GuestConnection | None:
        if not self._context.may_seat():
            return None
        guest = GuestConnection(self._node, self, peer.peer_id)
        described = as_guest(peer, self._context.their_name, reachable=True)
        try:
            effects = self._hub.guests.seat(
                guest.connection_id, self.session_id, described, self._context.common.wall()
            )
        except Refusal as refused:
            logger.warning(
                "somebody of another server cannot come in",
                session=self.session_id,
                server=self._context.their_name,
                why=refused.text,
            )
            guest.leave()
            return None
        self._guests[peer.peer_id] = guest
        self._node.perform(effects)
        return guest

    def _describe(self, guest: GuestConnection, peer: server.Peer) -> None:
        before, guest.described = guest.described, peer
        self._show_guest(guest, peer, reachable=True)
        if peer.media != (before.media if before else server.Media()):
            media = peer.media
            guest.say(client.MediaState(media.audio, media.video, media.screen))
        if peer.group_call != (before is not None and before.group_call):
            guest.say(client.GroupCall(peer.group_call))
        raised = peer.hand is not None
        if raised != (before is not None and before.hand is not None):
            guest.say(client.RaiseHand(raised))

    def _show_guests(self, *, reachable: bool) -> None:
        for peer_id, guest in self._guests.items():
            if guest.described is not None and (peer_id in self._listed or not reachable):
                self._show_guest(guest, guest.described, reachable=reachable)

    def _show_guest(self, guest: GuestConnection, peer: server.Peer, *, reachable: bool) -> None:
        if reachable:
            guest.leaves_at = math.inf
        described = as_guest(peer, self._context.their_name, reachable=reachable)
        self._node.perform(self._hub.guests.change(guest.connection_id, described))

    def _dismiss(self, guest: GuestConnection) -> None:
        self.dismissed(guest.peer_id)
        guest.leave()

    def _say(self, item: messages.PeerMessage, allowed: frozenset[str]) -> None:
        guest = self._guests.get(item.from_peer_id)
        if guest is not None and type_of(item.message) in allowed:
            guest.say(bytes(item.message))

    # --- GuestHost -------------------------------------------------------------------------------

    def dismissed(self, peer_id: str) -> None:
        """See `GuestHost.dismissed`."""
        self._guests.pop(peer_id, None)
        self._context.hold(peer_id, False)

    def hold(self, peer_id: str, *, held: bool) -> None:
        """See `GuestHost.hold`."""
        self._context.hold(peer_id, held)

    def deliver(self, peer_id: str, message: server.ServerMessage) -> None:
        """See `GuestHost.deliver`: what is for this guest, and nothing twice.

        Whatever else guests are sent, their own server tells them.
        """
        if isinstance(message, server.Reply):
            if message.message_id is not None:
                self._context.channel.put(
                    messages.PeerReply(self.session_id, peer_id, Raw(encode(message)))
                )
        elif isinstance(message, server.Signal):
            if message.from_peer_id not in self._guests:  # else their server knows
                self._context.channel.put(item_of(message, self.session_id, peer_id))
        elif isinstance(message, Fleeting):
            self._motions.show(message, self._guests)
