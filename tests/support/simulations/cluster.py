"""Several nodes in one process, over a bus that loses: for tests that play many faults quickly.

Nodes, links and homes are the real ones; sockets, time and the bus are the test's.
"""

import asyncio
import itertools
import json
import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from canvas_server.cluster.local import Hand, LocalBackbone, LocalBus
from canvas_server.cluster.membership import Cluster
from canvas_server.core.effects import ConnectionId
from canvas_server.core.records import Record, Stored
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.node.ports import LogFailure, Overtaken
from canvas_server.node.sockets import Owner, Payload
from canvas_server.protocol.errors import CloseCode
from canvas_server.store.memory import MemoryLog
from support.hub.hub import make_hub, payloads


class FencedLog(MemoryLog):
    """One node's view of the common log: after a fence or change of others it stores nothing."""

    def __init__(
        self,
        common: MemoryLog,
        fences: Counter[str],
        call_soon: Callable[[Callable[[], None]], object],
    ) -> None:
        super().__init__(call_soon)
        self._sessions = common._sessions
        self._fences = fences
        self._known: dict[str, tuple[int, int]] = {}
        """Fences and revision of each session, as far as this node knows."""

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        def loaded(stored: Stored | LogFailure) -> None:
            assert isinstance(stored, Stored)
            self._known[session_id] = self._fences[session_id], stored.snapshot.revision
            done(stored)

        super().load(session_id, loaded)

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        session_id, kept = record.session_id, self._sessions.get(record.session_id)
        now = self._fences[session_id], kept.now.revision if kept else 0
        if self._known[session_id] != now:
            self._call_soon(lambda: done(Overtaken("it lives elsewhere")))
        else:
            super().append(record, done)
            self._known[session_id] = now[0], self._sessions[session_id].now.revision

    async def fence(self, session_id: str) -> None:
        self._fences[session_id] += 1


class SimulatedNode:
    """A node with its backbone."""

    def __init__(self, town: "SimulatedCluster", name: str) -> None:
        loop = town.loop
        self.name = name
        self.alive = True
        self.town = town
        self.backbone = LocalBackbone(town.bus)
        addresses = (f"{name}.{n}" for n in itertools.count(1))
        outboxes = Outboxes()
        hub = make_hub(outboxes, started=town.now, numbers=town.numbers)

        def later(seconds: float, act: Callable[[], None]) -> None:
            loop.call_soon(lambda: self.alive and act())

        log = FencedLog(town.log, town.fences, lambda act: later(0, act))
        self.cluster = Cluster(
            self.backbone, name, log.fence, lambda: town.now, lambda: next(addresses)
        )
        self.node = Node(hub, outboxes, log, later, lambda: town.now, self.cluster)
        self.sockets: set[SimulatedSocket] = set()
        loop.run_until_complete(self.cluster.start(self.node))

    def tick(self) -> None:
        self.node.tick()
        self.cluster.tick()

    def end(self) -> None:
        """End as a process that is killed."""
        self.alive = False
        self.backbone.leave()
        for task in self.cluster._tasks:
            task.cancel()
        for socket in [*self.sockets]:
            socket.broken()


class SimulatedSocket:
    """A socket of a client at a place; what it is sent goes to its client."""

    def __init__(self, client: "SimulatedClient", place: SimulatedNode) -> None:
        self.client = client
        self.place = place
        self.outbox = Outbox(self)
        self.open = True
        self.ready = False
        """Its peer was assigned: what is said from here on counts."""
        self._held = False
        self._unread: deque[bytes] = deque()
        self._owner: Owner = place.node
        place.sockets.add(self)
        self.connection_id = ConnectionId(0)
        self.connection_id = place.node.connect(self)

    # --- as the node sees it -----------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self.open:
            for payload in payloads(data):
                self.place.town.loop.call_soon(self._arrive, json.loads(payload))

    def _arrive(self, message: dict[str, Any]) -> None:
        if self.client.window is self:
            self.client.take(message)

    def ask(self, number: int) -> None:
        if self.open:
            self._owner.echoed(self.connection_id, number)

    def too_slow(self) -> None:
        raise AssertionError

    def hold(self) -> None:
        self._held = True

    def release(self) -> None:
        self._held = False
        self.place.town.loop.call_soon(self._read)

    def close(self, code: CloseCode) -> None:
        if self.open:
            self.outbox.flush()
            self.outbox.detach()
            self._gone()
            self._owner.disconnect(self.connection_id, None)
            self.place.town.loop.call_soon(self._lose)

    def move(self, address: str, payloads: list[Payload]) -> None:
        if self.open:
            self.outbox.forget_checkpoints()
            self._owner = self.place.node.forward(self, address, payloads)
            self.release()

    def move_back(self, payloads: list[Payload]) -> None:
        self.connection_id = self.place.node.adopt(self)
        self._owner = self.place.node
        self.release()
        self.place.node.receive_all(self.connection_id, payloads)

    # --- as the client does ------------------------------------------------------------------

    def say(self, message: dict[str, Any]) -> None:
        self._unread.append(json.dumps(message).encode())
        self._read()

    def shut(self, code: int | None) -> None:
        """Close with a code, or break."""
        self._gone()
        if self.place.alive:
            self._owner.disconnect(self.connection_id, code)

    def broken(self) -> None:
        """The node is gone."""
        self._gone()
        self._lose()

    def _lose(self) -> None:
        if self.client.window is self:
            self.client.window = None

    def _gone(self) -> None:
        self.open = False
        self.place.sockets.discard(self)

    def _read(self) -> None:
        while self.open and self._unread and not self._held:
            self._owner.receive(self.connection_id, self._unread.popleft())
            self._owner.flush()


class SimulatedClient:
    """Somebody who stays in one session and comes back whenever the connection is lost."""

    def __init__(self, town: "SimulatedCluster", name: str, session_id: str) -> None:
        self.town = town
        self.name = name
        self.session_id = session_id
        self.window: SimulatedSocket | None = None
        self.assigned: dict[str, Any] = {}
        self.received = 0
        self.said: list[dict[str, Any]] = []
        """Since the latest `peer_assigned`, and what has to be said again."""
        self.heard: list[tuple[str, int, int, int]] = []
        """Of whom, in which life of theirs, which number, in which life of this one."""
        self.life = 0
        """Another one after each `recovered: false`."""
        self.elements: dict[str, float] = {}
        self.revision = -1
        self.acked: dict[str, str] = {}
        self.errors: Counter[str] = Counter()
        self.others: dict[str, bool] = {}
        self._numbers = itertools.count(1)
        self._signals: Counter[str] = Counter()

    @property
    def is_in(self) -> bool:
        return self.window is not None and bool(self.assigned)

    def enter(self, place: SimulatedNode) -> None:
        """Come, or come back."""
        assert self.window is None
        self.window = SimulatedSocket(self, place)
        message: dict[str, Any] = {"type": "subscribe", "session_id": self.session_id}
        if self.assigned:
            message |= {
                "peer_id": self.assigned["peer_id"],
                "resume_token": self.assigned["resume_token"],
                "received": self.received,
            }
        self.window.say(message)

    def cut(self) -> None:
        """Break the connection."""
        if self.window is not None:
            window, self.window = self.window, None
            window.shut(None)

    def say(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        if self.window is not None and self.window.ready:
            self.window.say(message)

    def signal(self, target: "SimulatedClient") -> None:
        """Send the next candidate to somebody."""
        if self.is_in and target.assigned:
            self._signals[target.name] += 1
            text = f"{self.name} {self.life} {self._signals[target.name]}"
            target_id = target.assigned["peer_id"]
            self.say({"type": "ice_candidate", "target_peer_id": target_id, "candidate": text})

    def leave(self) -> None:
        """Close the connection for good."""
        if self.window is not None:
            window, self.window = self.window, None
            window.shut(1000)
            self.assigned, self.said = {}, []

    def edit(self, chance: random.Random) -> None:
        """Add an element, or move one."""
        if chance.random() < 0.5:
            self.add()
        else:
            self.move(chance)

    def add(self) -> None:
        if self.is_in:
            name = f"{self.name}-{next(self._numbers)}"
            kind = {"type": "Text", "content": "x", "font_size": 12, "color": "#000000"}
            self.say(
                {"type": "add_element", "element": {"id": name, "kind": kind}, "message_id": name}
            )

    def move(self, chance: random.Random) -> None:
        if self.is_in and self.elements:
            name = f"{self.name}-{next(self._numbers)}"
            element = chance.choice(sorted(self.elements))
            changes = {"transform": {"x": float(next(self._numbers))}}
            self.say(
                {"type": "update_element", "id": element, "changes": changes, "message_id": name}
            )

    def take(self, message: dict[str, Any]) -> None:
        """Take a message as a page does."""
        if self.window is not None and self.window.ready:
            self.received += 1  # what is said on a new connection before it counts is not missed
        match message:
            case {"type": "peer_assigned"}:
                self._assign(message)
            case {"type": "relay_ice_candidate", "candidate": text}:
                name, life, number = text.split()
                assert self.town.clients[name].session_id == self.session_id, "SIG1"
                self.heard.append((name, int(life), int(number), self.life))
            case {"type": "scene_update", "scene": scene}:
                self.elements = {e["id"]: e["transform"]["x"] for e in scene["elements"]}
                self.revision = scene["revision"]
            case {"type": "element_added" | "element_updated", "element": e, "revision": revision}:
                self._next(revision)
                self.elements[e["id"]] = e["transform"]["x"]
            case {"type": "element_removed", "id": gone, "revision": revision}:
                self._next(revision)
                del self.elements[gone]
            case {"type": "ack", "message_id": message_id, "result": result}:
                self.acked[message_id] = result.get("id", "")
            case {"type": "error", "code": code}:
                self.errors[code] += 1
                if self.window is not None and not self.window.ready:
                    self.cut()  # it could not join: it tries again
            case _:
                self._take_others(message)

    def _take_others(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "peer_list", "peers": peers}:
                self.others = {p["peer_id"]: p["connected"] for p in peers}
            case {"type": "peer_joined" | "peer_updated", "peer": peer}:
                self.others[peer["peer_id"]] = peer["connected"]
            case {"type": "peer_left", "peer_id": peer_id}:
                self.others.pop(peer_id, None)
            case _:
                pass

    def _assign(self, message: dict[str, Any]) -> None:
        again = [*self.said]
        if message["recovered"]:
            again = again[message["received"] :]
        else:
            self.life += 1
            again = []
        assert self.window is not None
        self.window.ready = True
        self.assigned, self.received, self.said = message, 0, []
        for one in again:
            self.say(one)

    def _next(self, revision: int) -> None:
        assert revision > self.revision, "SCN1: one order"
        self.revision = revision


class SimulatedCluster:
    """The nodes, the bus between them, and their clients. Every choice comes from a seed."""

    def __init__(self, seed: int) -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)  # what the test does is done in it
        self.chance = random.Random(seed)
        self.now = 1_700_000_000.0
        self.numbers = itertools.count(0x100)
        self.loss = 0.0
        self.bus = LocalBus(self._deliver)
        self.log = MemoryLog(self.loop.call_soon)
        self.fences: Counter[str] = Counter()
        self.places: list[SimulatedNode] = []
        self.clients: dict[str, SimulatedClient] = {}
        self._names = itertools.count(1)
        self.loop.set_exception_handler(self._failed)
        self.failures: list[object] = []

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failures.append(context.get("exception", context["message"]))

    def _deliver(self, hand: Hand, data: bytes) -> None:
        for _ in range(1 if self.chance.random() >= self.loss / 2 else 2):
            if self.chance.random() >= self.loss:
                self.loop.call_soon(hand, data)

    def start(self) -> SimulatedNode:
        place = SimulatedNode(self, f"n{next(self._names)}")
        self.places.append(place)
        self.settle()
        return place

    def kill(self, place: SimulatedNode) -> None:
        self.places.remove(place)
        place.end()

    def client(self, name: str, session_id: str) -> SimulatedClient:
        client = self.clients[name] = SimulatedClient(self, name, session_id)
        return client

    def settle(self) -> None:
        """Let everything happen that happens without time going by."""
        for _ in range(60):
            self.loop.run_until_complete(asyncio.sleep(0))
        assert self.failures == []

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            for place in self.places:
                place.tick()
            self.settle()

    def close(self) -> None:
        for place in [*self.places]:
            self.kill(place)
        self.settle()
        self.loop.close()
        asyncio.set_event_loop(None)
