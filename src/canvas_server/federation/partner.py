"""A partner: another server, the channel to it, and the sessions shared with it."""

import uuid
from collections.abc import Callable

import structlog

from canvas_server.federation import messages
from canvas_server.federation.channel import Channel, ChannelKey
from canvas_server.federation.context import FederationContext, PartnerContext
from canvas_server.federation.pairing import Pair
from canvas_server.federation.shared_session import TAKEN, Share
from canvas_server.protocol.plain import plain

MAX_SHARES = 1000
MAX_GUESTS = 2000
"""People of one other server, in all sessions together."""
MAX_MEANWHILE = 1024 * 1024
"""Bytes that are taken of it while one of its people is read no further."""
DEAR = 100
"""What is asked with a few bytes and costs much counts as so many messages."""
_DEAR = (
    b'{"type":"open"',
    b'{"type":"follow"',
    b'{"type":"follow_chat"',
    b'{"type":"merge"',
    b'{"type":"request"',
)

logger = structlog.get_logger()


class Partner:
    """Implements `ChannelListener` of its line."""

    def __init__(
        self, pair: Pair, here: str, send: Callable[[bytes], None], common: FederationContext
    ) -> None:
        """Prepare; `here` is our own agent id."""
        self.pair = pair
        self.shares: dict[str, Share] = {}
        self.malformed = 0
        """What it has said that nobody understood."""
        self._here = here
        self._context = common
        self._node = common.node
        self._held: set[str] = set()
        self._taken_meanwhile = 0
        self._work = common.node.limits.work(common.clock())
        self._overdrawn = False
        self._crowded = False
        self._warned_of_secret = False
        self.channel = Channel(
            ChannelKey(here, pair.agent_id, pair.key),
            common.name,
            self,
            send,
            lambda: uuid.uuid4().hex,
            common.resume_seconds,
        )

    @property
    def name(self) -> str:
        """What people are told it is called."""
        return self._context.ownership.name_of(self.pair.agent_id)

    def share(self, session_id: str) -> Share | None:
        """Return a session that is shared with it, from now on if it may be."""
        share = self.shares.get(session_id)
        if share is None and self._refusal(session_id) is None:
            share = self._begin(session_id)
        return share

    def tick(self, now: float) -> None:
        """Do what is due, about twice a second."""
        self.channel.tick(now)
        if self.channel.stranger and not self._warned_of_secret:
            logger.warning("another server has another secret: pair the two again", agent=self.name)
        self._warned_of_secret = self.channel.stranger
        for session_id, share in tuple(self.shares.items()):
            share.tick(now)
            if share.is_over(now):
                del self.shares[session_id]

    def end(self) -> None:
        """Know it no more."""
        for share in self.shares.values():
            share.end()
        self.shares.clear()
        ownership = self._context.ownership
        for session_id in ownership.with_(self.pair.agent_id):
            self._node.hub.replicas.entrust(session_id, ownership.leader(session_id))

    # --- ChannelListener ---------------------------------------------------------------------

    def begun(self) -> None:
        """See `ChannelListener.begun`."""
        self._context.ownership.call(self.pair.agent_id, self.channel.their_name)
        logger.info("connected to another server", server=self.name)
        for share in self.shares.values():
            share.begin()
            share.tell()
        for session_id in self._context.ownership.with_(self.pair.agent_id):
            if self._node.hub.guests.has_people(session_id):
                share = self.share(session_id)
                if share is not None:
                    share.tell()

    def silent(self) -> None:
        """See `ChannelListener.silent`."""
        logger.warning("another server is out of reach; trying on", server=self.name)
        for share in self.shares.values():
            share.silent()

    def restored(self) -> None:
        """See `ChannelListener.restored`."""
        logger.info("another server is back", server=self.name)
        for share in self.shares.values():
            share.restored()

    def ended(self) -> None:
        """See `ChannelListener.ended`."""
        for share in self.shares.values():
            share.begin()

    def take(self, body: bytes) -> None:
        """See `ChannelListener.take`."""
        item = self._read(body)
        if item is None:
            return
        share = self.shares.get(item.session_id)
        if share is None:
            share = self._open(item)
        if share is not None:
            share.take(item)

    def overhear(self, body: bytes) -> None:
        """See `ChannelListener.overhear`."""
        item = self._read(body)
        share = None if item is None else self.shares.get(item.session_id)
        if item is not None and share is not None:
            share.overhear(item)

    def may_take(self, body: bytes) -> bool:
        """See `ChannelListener.may_take`: slowed like a client that sends too fast (OUT2)."""
        if self._held:  # one of its people waits: the others go on, up to what we keep of them
            self._taken_meanwhile += len(body)
            if self._taken_meanwhile > MAX_MEANWHILE:
                return False
        if self._overdrawn and self._work.wait(self._context.clock()) > 0:
            return False
        cost = DEAR if body.startswith(_DEAR) else 1
        self._overdrawn = self._work.spend_message(len(body), cost)
        return True

    # --- helpers -----------------------------------------------------------------------------

    def _read(self, body: bytes) -> messages.Item | None:
        try:
            return messages.decode(body)
        except messages.Malformed as malformed:
            self.malformed += 1
            if self.malformed == 1:
                logger.warning(
                    "another server says what is not understood: is it of a later release?",
                    server=self.name,
                    why=plain(str(malformed)),
                )
            return None

    def _open(self, item: messages.Item) -> Share | None:
        session_id = item.session_id
        if isinstance(item, messages.ShareSession):
            refusal = self._refusal(session_id)
            if refusal is None:
                return self._begin(session_id)
            self.channel.put(refusal)
        elif isinstance(item, messages.ServerPeers):
            self.channel.put(
                messages.UnshareSession(session_id, "it was given up here", again=True)
            )
        return None

    def _refusal(self, session_id: str) -> messages.UnshareSession | None:
        """Return what it is told where a session is not shared with it."""
        if len(self.shares) >= MAX_SHARES:
            return messages.UnshareSession(
                session_id, "too many sessions are shared at once", again=True
            )
        if not self.pair.shares(session_id):
            return messages.UnshareSession(session_id, "it is not shared with this server")
        agreement = self._context.ownership.of(session_id)
        if agreement is not None and agreement.agent_id != self.pair.agent_id:
            return messages.UnshareSession(session_id, TAKEN)
        return None

    def _hold(self, name: str, held: bool) -> None:
        (self._held.add if held else self._held.discard)(name)
        if not self._held:
            self._taken_meanwhile = 0

    def _may_seat(self) -> bool:
        if sum(share.guests for share in self.shares.values()) < MAX_GUESTS:
            return True
        if not self._crowded:
            logger.warning("another server has too many people here", server=self.name)
        self._crowded = True
        return False

    def _begin(self, session_id: str) -> Share:
        share = self.shares[session_id] = Share(
            session_id,
            PartnerContext(
                common=self._context,
                channel=self.channel,
                here=self._here,
                there=self.pair.agent_id,
                hold=self._hold,
                may_seat=self._may_seat,
            ),
        )
        return share
