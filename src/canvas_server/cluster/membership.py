"""Cluster membership: a node among others, the sessions it owns, and its sockets elsewhere."""

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from canvas_server import __version__
from canvas_server.cluster import messages, requests
from canvas_server.cluster.forwarding import ForwardedSocket
from canvas_server.cluster.liveness import HEARTBEAT_SECONDS, Liveness, Nodes
from canvas_server.cluster.ownership import SessionOwnership
from canvas_server.cluster.remote_node import RemoteNode, RemoteNodeCounts
from canvas_server.cluster.requests import NodeRequests
from canvas_server.node.node import Node
from canvas_server.node.ports import Backbone, BackboneFailure, Elsewhere, LogFailure
from canvas_server.node.sockets import Payload, Socket
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.http import SceneEdit, SessionOverview
from canvas_server.protocol.scene import SceneDocument, SceneVersion
from canvas_server.transport import packets as wire

RELEASES = 200
"""Sessions that nobody is in any more and that are given free in one tick, at most."""

logger = structlog.get_logger()


class Cluster:
    """A node among others; implements `ports.Placement`."""

    def __init__(
        self,
        backbone: Backbone,
        node_id: str,
        fence: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        new_address: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Prepare; `start` joins with a node.

        `fence` keeps all others from storing changes of a session; it raises `LogFailure`.
        """
        self.node_id = node_id
        self.backbone = backbone
        self.counts = RemoteNodeCounts()
        self.nodes = Nodes()
        self.draining = False
        self.given_up = 0
        """How often others had given this node up."""
        self.ownership = SessionOwnership(backbone, self._is_alive, fence)
        self.peers: dict[str, RemoteNode] = {}
        self._node: Node
        self._clock = clock
        self._new_address = new_address
        self._started = time.time()
        self._tasks: set[asyncio.Task[None]] = set()
        self._verdicts: dict[str, asyncio.Event] = {}
        self._requests = NodeRequests(lambda address, op: self._peer(address).put(op))
        self._reborn = False
        self._cut_off = False
        self._unsure: set[str] = set()
        """Sessions that may have been taken away, without a word that has arrived."""
        self._making_sure = False

    @property
    def address(self) -> str:
        """Where others reach this node now."""
        return self.ownership.address

    @property
    def sockets(self) -> int:
        """Open WebSockets of this process, wherever their sessions live."""
        others = sum(len(peer.carried) - len(peer.remote) for peer in self.peers.values())
        return len(self._node.connections) + others

    async def start(self, node: Node) -> None:
        """Join with a node; the others reach it from now on.

        Raises:
            BackboneFailure: that cannot be.
        """
        self._node = node
        self.ownership.address = self._new_address()
        await self._listen()
        self.send_heartbeat()

    async def _listen(self) -> None:
        address = self.address

        def take(data: bytes) -> None:
            if address == self.address:  # not what was still on its way to an earlier one
                self._take(data)

        await self.backbone.listen(address, take, self._hear)

    def send_heartbeat(self) -> None:
        """Tell the others that this node lives, and how it does."""
        self.backbone.broadcast(messages.encode_heartbeat(self.describe()))

    def describe(self) -> messages.Heartbeat:
        """Return what the others are told about this node."""
        hub = self._node.hub
        return messages.Heartbeat(
            self.address,
            self.node_id,
            __version__,
            messages.SPEAKS,
            self._started,
            self.draining,
            self.sockets,
            hub.peer_count,
            hub.session_count,
        )

    def tick(self) -> None:
        """Do what is due about once a second."""
        now = self._clock()
        self.send_heartbeat()
        for peer in self.peers.values():
            peer.tick()
        cut_off, self._cut_off = self._cut_off, not self.backbone.connected
        if cut_off and not self._cut_off:
            self._unsure.update(self.ownership.held)
        suspect, dead = self.nodes.look(now, listening=self.backbone.connected)
        for address in dead:
            logger.warning("a node is silent and given up", address=address)
            self._give_up(address)
        for address in suspect:
            self._spawn(self._ask_whether_alive(address))
        if self._reborn:
            self._reborn = False
            self._spawn(self._live_again())
        elif self._unsure:
            self._spawn(self._make_sure())
        unused = (s for s in self.ownership.held if not self._in_use(s))
        for session_id in itertools.islice(unused, RELEASES):
            self._spawn(self.ownership.release(session_id))

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self.tick()

    def _in_use(self, session_id: str) -> bool:
        return self._node.hub.is_open(session_id) or self._node.scenes.is_opening(session_id)

    # --- homes -----------------------------------------------------------------------------

    def find(self, session_id: str, done: Callable[[Elsewhere | LogFailure | None], None]) -> None:
        """See `ports.Placement.find`."""
        if self.draining and (other := self._another()) is not None:
            done(Elsewhere(other))  # which finds out where it lives, or takes it
        elif self.ownership.is_here(session_id) and self._node.hub.is_open(session_id):
            done(None)
        else:
            self._spawn(self._find(session_id, done))

    def _another(self) -> str | None:
        """Return a node that stays."""
        staying = [
            heartbeat
            for heartbeat in self.nodes.heartbeats
            if heartbeat.understood and not heartbeat.draining
        ]
        return (
            min(staying, key=lambda heartbeat: heartbeat.connections).address if staying else None
        )

    def lost(self, session_id: str) -> None:
        """See `ports.Placement.lost`."""
        self.ownership.forget(session_id)

    async def edit(
        self, elsewhere: Elsewhere, edit: SceneEdit, expected: SceneVersion | None
    ) -> SceneDocument:
        """See `ports.Placement.edit`."""
        return await self._requests.edit(elsewhere.address, edit, expected)

    async def sessions(self) -> tuple[SessionOverview, ...]:
        """Return every session that has a peer, on whichever node; those that answer count."""
        own = self._node.hub.overview()
        others = await self._requests.sessions(
            [heartbeat.address for heartbeat in self.nodes.heartbeats]
        )
        return (*own, *others)

    async def drain(self, seconds: float) -> None:
        """Let every session live elsewhere, and send all who are here away, over some seconds."""
        self.draining = True
        self.send_heartbeat()
        started, sessions = self._clock(), self.ownership.held
        for number, session_id in enumerate(sessions):
            await self._leave(session_id)
            due = started + seconds * (number + 1) / len(sessions)
            await asyncio.sleep(max(0.0, due - self._clock()))

    async def _leave(self, session_id: str) -> None:
        """Give a session free when all of it is stored; its peers come back elsewhere."""
        self._node.hold(session_id)
        while not self._node.hub.at_rest(session_id):  # noqa: ASYNC110 - seldom, and not for long
            await asyncio.sleep(0.01)
        await self.ownership.release(session_id)
        self._node.evict(session_id, CloseCode.MOVED)

    async def _find(
        self, session_id: str, done: Callable[[Elsewhere | LogFailure | None], None]
    ) -> None:
        try:
            address = await self.ownership.find(session_id)
        except LogFailure as failure:
            done(failure)
        else:
            done(None if address is None else Elsewhere(address))

    async def _is_alive(self, address: str) -> bool:
        """Tell whether a node is there to carry to; wait until that is sure."""
        if self.nodes.life(address) is Liveness.DEAD:
            return False
        await self._ask_whether_alive(address)
        self.nodes.expect(address, self._clock())
        while self.nodes.life(address) is Liveness.UNKNOWN:
            if not self.backbone.connected:
                raise BackboneFailure("the other nodes are out of reach")
            verdict = self._verdicts.setdefault(address, asyncio.Event())
            await verdict.wait()
        if self.nodes.life(address) is not Liveness.ALIVE:
            return False
        if not self.nodes.is_understood(address):
            raise BackboneFailure("the session lives on a node of a release too far from this one")
        return True

    async def _ask_whether_alive(self, address: str) -> None:
        if await self.backbone.probe(address) is False:
            self._give_up(address)

    # --- the others ------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        """Take a heartbeat."""
        try:
            heartbeat = messages.decode_heartbeat(data)
        except wire.Unreadable:
            self.counts.unreadable += 1
            return
        if heartbeat.address == self.address:
            return
        if not heartbeat.understood and self.nodes.life(heartbeat.address) is Liveness.UNKNOWN:
            logger.error("a node is of a release too far from this one", version=heartbeat.version)
        if self.nodes.heard(heartbeat, self._clock()):
            self._judge(heartbeat.address)
        else:
            self._say_given_up(heartbeat.address)

    def _take(self, data: bytes) -> None:
        """Take a packet."""
        try:
            packet = wire.decode_packet(data)
        except wire.Unreadable:
            self.counts.unreadable += 1
            return
        if packet.number == wire.GIVEN_UP:
            self._reborn |= packet.body == self.address.encode()
        elif self.nodes.life(packet.sender) is Liveness.DEAD:
            self._say_given_up(packet.sender)
        else:
            self.nodes.expect(packet.sender, self._clock())
            self._peer(packet.sender).take(packet)

    def _say_given_up(self, address: str) -> None:
        packet = wire.Packet(self.address, wire.GIVEN_UP, 0, body=address.encode())
        self.backbone.publish(address, wire.encode_packet(packet))

    def _peer(self, address: str) -> RemoteNode:
        peer = self.peers.get(address)
        if peer is None:
            peer = self.peers[address] = RemoteNode(
                address,
                self.address,
                self._node,
                self.backbone.publish,
                self._answer,
                self._requests.answered,
                self.counts,
            )
        return peer

    def _give_up(self, address: str) -> None:
        self.nodes.give_up(address)
        self._unsure.update(self.ownership.held)  # it may have given up this one, and not said so
        peer = self.peers.pop(address, None)
        if peer is not None:
            peer.give_up()
        self._requests.give_up(address)
        self._judge(address)

    def _judge(self, address: str) -> None:
        """Let those go on who wait to know whether a node lives."""
        verdict = self._verdicts.pop(address, None)
        if verdict is not None:
            verdict.set()

    async def _live_again(self) -> None:
        """Take another address, since somebody listens to the old one no more.

        What was carried over it is lost and will be resumed; the sessions that live here stay, as
        far as nobody has taken them.
        """
        self.given_up += 1
        logger.warning("others had given this node up; it begins anew", node=self.node_id)
        for address in [*self.peers]:
            self.peers.pop(address).give_up()
        self.ownership.address = self._new_address()
        self._unsure.update(self.ownership.held)
        try:
            await self._listen()
        except BackboneFailure:
            self._reborn = True  # out of reach: in the next tick
            return
        self.send_heartbeat()
        await self._make_sure()

    async def _make_sure(self) -> None:
        """Send away who is in a session that lives elsewhere by now."""
        if self._making_sure:
            return
        self._making_sure = True
        try:
            self._unsure.intersection_update(self.ownership.held)
            for session_id in [*self._unsure]:
                await self._make_sure_of(session_id)
        finally:
            self._making_sure = False

    async def _make_sure_of(self, session_id: str) -> None:
        if self._node.scenes.is_opening(session_id):
            return  # who is about to come in could not be sent away: in the next tick
        try:
            kept = await self.ownership.keep(session_id)
        except (BackboneFailure, KeyError):
            return  # out of reach, or just given free: in the next tick
        self._unsure.discard(session_id)
        if not kept:
            self._node.evict(session_id, CloseCode.MOVED)

    # --- sockets and requests --------------------------------------------------------------

    def forward(self, socket: Socket, address: str, payloads: list[Payload]) -> ForwardedSocket:
        """See `ports.Placement.forward`."""
        return self._peer(address).forward(socket, socket.connection_id, payloads)

    def _answer(self, peer: RemoteNode, request: messages.NodeRequest) -> None:
        self._spawn(self._answer_later(peer, request))

    async def _answer_later(self, peer: RemoteNode, request: messages.NodeRequest) -> None:
        peer.put(await requests.answer(self._node, request))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, BackboneFailure):
                logger.warning("the other nodes are out of reach", why=str(error))
            else:
                logger.error("a fault between nodes", exc_info=error)
