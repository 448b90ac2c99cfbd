"""Federation of this server: its partners, and the sessions shared with them."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from canvas_server.core.effects import Changed, ChatChanged, ExternalEvent, Forward, PresenceChanged
from canvas_server.federation.beacons import Beacons
from canvas_server.federation.context import FederationContext
from canvas_server.federation.ownership import Known
from canvas_server.federation.pairing import PairingError
from canvas_server.federation.partner import Partner
from canvas_server.node.node import Node
from canvas_server.node.ports import Carrier
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.http import RelayOverview, ServerOverview

TICK_SECONDS = 0.5

logger = structlog.get_logger()


class Federation:
    """Implements `Carried`; the node tells it what others are to know (`watch`)."""

    def __init__(
        self,
        carrier: Carrier,
        node: Node,
        known: Known,
        name: str,
        resume_seconds: float,
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Prepare; `run` does the work. `name` is what this server calls itself."""
        self._carrier = carrier
        self._node = node
        self._pairs = known.pairs
        self._ownership = known.ownership
        self._here = ""
        self._is_connected = False
        self._partners: dict[str, Partner] = {}
        self._beacons = Beacons("", carrier)
        self._reached: set[str] = set()
        self._presence_changed: set[str] = set()
        """Sessions that have people of ours."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._unreadable = False
        self._context = FederationContext(
            node,
            known.ownership,
            name,
            resume_seconds,
            clock,
            wall,
            self._run,
            call_later,
        )

    async def run(self) -> None:
        """Work until cancelled."""
        carrying = asyncio.create_task(self._carrier.run(self))
        try:
            while True:
                self.tick()
                await asyncio.sleep(TICK_SECONDS)
        finally:
            self._ownership.flush()
            carrying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await carrying

    def overview(self) -> RelayOverview:
        """Return what who runs this server sees of it."""
        servers = [self._describe(partner) for partner in self._partners.values()]
        return RelayOverview(self._here, self._context.name, self._is_connected, tuple(servers))

    # --- from the node -------------------------------------------------------------------------

    def watch(self, effect: ExternalEvent) -> None:
        """Tell other servers what has happened, or have them make an edit."""
        match effect:
            case PresenceChanged(session_id):
                self._tell(session_id)
            case Changed(session_id, entries):
                for partner in self._partners.values():
                    if session_id in partner.shares:
                        partner.shares[session_id].scene.changed(entries)
            case ChatChanged(session_id, entry):
                for partner in self._partners.values():
                    if session_id in partner.shares:
                        partner.shares[session_id].chat.changed(entry)
            case Forward():
                self._forward(effect)

    def _forward(self, forward: Forward) -> None:
        for partner in self._partners.values():
            share = partner.shares.get(forward.session_id)
            if share is not None and share.forward(forward):
                return
        refuse = self._node.hub.replicas.refused
        self._node.later(lambda: self._node.perform(refuse(forward)))

    def _tell(self, session_id: str) -> None:
        """Let others know who is here, before anything that these people say."""
        is_new = session_id not in self._presence_changed
        if self._node.hub.guests.has_people(session_id):
            self._appear(session_id)
        else:
            self._presence_changed.discard(session_id)
            self._beacons.withdraw(session_id)
        for partner in self._partners.values():
            share = partner.shares.get(session_id)
            if share is not None:
                share.tell()
        if is_new:
            self._announce(self._context.clock())

    def _announce(self, now: float) -> None:
        """Let those find our sessions who can be reached; at once those who could not before."""
        reached = {agent for agent, partner in self._partners.items() if partner.channel.up}
        if reached - self._reached:
            self._beacons.hurry()
        self._reached = reached
        if self._is_connected:
            self._beacons.tick(now, self._is_wanted)

    def _appear(self, session_id: str) -> None:
        """Have people in a session: let those know with whom it is shared, or look for them."""
        self._presence_changed.add(session_id)
        self._beacons.announce(session_id, self._pairs.all)
        agreement = self._ownership.of(session_id)
        partner = None if agreement is None else self._partners.get(agreement.agent_id)
        if partner is not None:
            partner.share(session_id)

    # --- Carried -------------------------------------------------------------------------------

    def connected(self, agent_id: str) -> None:
        """See `Carried.connected`."""
        self._is_connected = True
        if agent_id != self._here:
            self._here = agent_id
            self._begin_anew()
        for partner in self._partners.values():
            partner.channel.hurry()
        self.tick()

    def disconnected(self) -> None:
        """See `Carried.disconnected`: channels notice by themselves."""
        self._is_connected = False

    def take(self, sender: str, payload: bytes) -> None:
        """See `Carried.take`."""
        partner = self._partners.get(sender)
        if partner is not None:
            partner.channel.take(payload, self._context.clock())
            self._node.flush()

    def hear(self, topic: str, sender: str, payload: bytes) -> None:
        """See `Carried.hear`."""
        found = self._beacons.hear(topic, sender, payload)
        if found is None:
            return
        session_id, pair = found
        partner = self._partners[pair.agent_id]
        partner.channel.hurry()
        share = partner.share(session_id)
        if share is not None:
            share.tell()

    # --- helpers -------------------------------------------------------------------------------

    def tick(self) -> None:
        """Do what is due, about twice a second."""
        try:
            changed = self._pairs.refresh()
            self._unreadable = False
        except PairingError as error:
            changed = False
            if not self._unreadable:
                logger.error("the servers that are known stay as they are", why=str(error))
            self._unreadable = True
        if changed:
            self._begin_anew()
        now = self._context.clock()
        for partner in self._partners.values():
            partner.tick(now)
        self._announce(now)
        self._ownership.flush()
        self._node.flush()

    def _is_wanted(self, session_id: str) -> bool:
        """Tell whether a session is to be announced: nobody shares it yet."""
        shares = (partner.shares.get(session_id) for partner in self._partners.values())
        return not any(share is not None and share.settled for share in shares)

    def _begin_anew(self) -> None:
        """Have a partner for each server that is known now, and announce all sessions to them."""
        if not self._here:
            return
        pairs = {pair.agent_id: pair for pair in self._pairs.all if pair.agent_id != self._here}
        for agent_id, partner in tuple(self._partners.items()):
            if pairs.get(agent_id) != partner.pair or partner.channel.key.here != self._here:
                partner.end()
                del self._partners[agent_id]
                if agent_id not in pairs:
                    self._node.record(AuditEntry(AuditEvent.SERVER_UNPAIRED, server=agent_id))
        for agent_id, pair in pairs.items():
            if agent_id not in self._partners:
                send = functools.partial(self._carrier.send, agent_id)
                self._partners[agent_id] = Partner(pair, self._here, send, self._context)
                self._node.record(AuditEntry(AuditEvent.SERVER_PAIRED, server=agent_id))
        for session_id in self._presence_changed:
            self._beacons.withdraw(session_id)
        self._beacons = Beacons(self._here, self._carrier)
        for session_id in tuple(self._presence_changed):
            self._appear(session_id)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _describe(self, partner: Partner) -> ServerOverview:
        channel = partner.channel
        state = "connected" if channel.up else "silent" if channel.open else "away"
        return ServerOverview(
            partner.pair.agent_id,
            partner.name,
            "other secret" if channel.stranger else state,
            len(partner.shares),
            sum(share.guests for share in partner.shares.values()),
            channel.backlog,
            channel.resent,
        )
