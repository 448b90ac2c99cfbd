"""Two servers in one process that share a session, over a carrier that loses, repeats and swaps.

Nodes, relays and what they agree on are the real ones; sockets, time and the carrier are the
test's.
"""

import itertools
import json
import random
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from canvas_server.core.effects import ConnectionId
from canvas_server.federation.federation import Federation
from canvas_server.federation.ownership import Known
from canvas_server.federation.pairing import Pair
from canvas_server.node.events import NodeEvents
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.node.ports import CarrierListener
from canvas_server.protocol.errors import CloseCode
from canvas_server.store.memory import MemoryLog
from support.hub.hub import NOW, ReadableIdentities, make_hub, payloads

SECRET = "what only the two of them know"
SESSION = "board"
RESUME_SECONDS = 120
TEXT = {"type": "Text", "content": "x", "font_size": 12, "color": "#000000"}
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=offer:"


class LossyAir:
    """What is on its way between the carriers."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.carriers: dict[str, LossyCarrier] = {}
        self.flying: list[Callable[[], None]] = []
        self.cut = False
        self.rough = False
        """Messages are lost, repeated and swapped."""

    def send(self, arrive: Callable[[], None]) -> None:
        if self.cut or (self.rough and self.chance.random() < 0.1):
            return
        self.flying.append(arrive)
        if self.rough and self.chance.random() < 0.1:
            self.flying.append(arrive)
        if self.rough and len(self.flying) > 1 and self.chance.random() < 0.2:
            self.flying[-1], self.flying[-2] = self.flying[-2], self.flying[-1]

    def deliver(self, count: int) -> None:
        """Let the next few arrive."""
        arriving, self.flying = self.flying[:count], self.flying[count:]
        for arrive in arriving:
            arrive()


class LossyCarrier:
    """Implements `Carrier`."""

    def __init__(self, air: LossyAir, agent_id: str) -> None:
        self.air, self.agent_id = air, agent_id
        self.carried: CarrierListener | None = None
        self.topics: set[str] = set()
        self.sent: list[bytes] = []
        air.carriers[agent_id] = self

    async def run(self, carried: CarrierListener) -> None:
        raise NotImplementedError

    def connect(self, carried: CarrierListener) -> None:
        self.carried = carried
        carried.connected(self.agent_id)

    def send(self, agent_id: str, payload: bytes) -> None:
        self.sent.append(payload)

        def arrive() -> None:
            there = self.air.carriers.get(agent_id)
            if there is not None and there.carried is not None:
                there.carried.take(self.agent_id, payload)

        self.air.send(arrive)

    def publish(self, topic: str, payload: bytes) -> None:
        for agent_id in self.air.carriers:

            def arrive(agent_id: str = agent_id) -> None:
                there = self.air.carriers[agent_id]
                if there.carried is not None and topic in there.topics:
                    there.carried.hear(topic, self.agent_id, payload)

            self.air.send(arrive)

    def follow(self, topic: str) -> None:
        self.topics.add(topic)

    def leave(self, topic: str) -> None:
        self.topics.discard(topic)


class SimulatedServer:
    """One server: it can be ended and started again with what it has stored."""

    def __init__(self, town: "SimulatedFederation", name: str, agent_id: str, pair: Pair) -> None:
        self.town, self.name, self.agent_id, self.pair = town, name, agent_id, pair
        self.folder = town.folder / name
        self._sessions = MemoryLog(lambda _: None)._sessions
        self.people: list[SimulatedPerson] = []
        self.identities = ReadableIdentities(town.numbers, town.numbers, ord(name[0]))
        self.start()

    def start(self) -> None:
        self.life = object()
        life = self.life
        town = self.town

        def later(_: float, act: Callable[[], None]) -> None:
            town.timers.append(lambda: act() if self.life is life else None)

        log = MemoryLog(lambda act: later(0, act))
        log._sessions = self._sessions
        known = Known.read(self.folder, [self.pair])
        outboxes = Outboxes()
        hub = make_hub(
            outboxes,
            started=town.now,
            numbers=town.numbers,
            leader=known.ownership.leader,
            identities=self.identities,
        )
        self.known = known
        events = NodeEvents()
        self.node = Node(hub, outboxes, log, later, lambda: town.now, events=events)
        self.carrier = LossyCarrier(town.air, self.agent_id)
        self.relay = Federation(
            self.carrier,
            self.node,
            known,
            self.name,
            RESUME_SECONDS,
            later,
            lambda: town.now,
            lambda: town.now,
        )
        self.relay._run = self._run  # type: ignore[method-assign]
        events.external.subscribe(self.relay.watch)
        self.carrier.connect(self.relay)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        work.close()

    def restart(self) -> None:
        """End as a process that is killed, and start again."""
        for person in self.people:
            person.window = None
        self.start()

    def tick(self) -> None:
        self.node.tick()
        self.relay.tick()

    def peers(self) -> dict[str, tuple[str | None, str | None, bool]]:
        """Return who is in the session here: name, server, connected."""
        for overview in self.node.hub.overview():
            if overview.session_id == SESSION:
                return {
                    peer.peer_id: (peer.display_name, peer.server, peer.connected)
                    for peer in overview.peers
                }
        return {}

    def scene(self) -> tuple[int, tuple[Any, ...]]:
        """Return what is stored of the scene."""
        kept = self._sessions.get(SESSION)
        return (kept.now.revision, kept.now.elements) if kept else (0, ())


class PersonSocket:
    """A socket of a person."""

    def __init__(self, person: "SimulatedPerson", node: Node) -> None:
        self.person = person
        self.outbox = Outbox(self)
        self.connection_id = ConnectionId(0)
        self.unread: deque[dict[str, Any]] = deque()
        self.node = node
        self.connection_id = node.connect(self)

    def write(self, data: bytes) -> None:
        if self.person.window in (self, None):
            for payload in payloads(data):
                self.person.take(json.loads(payload))

    def ask(self, number: int) -> None:
        self.node.echoed(self.connection_id, number)

    def too_slow(self) -> None:
        raise AssertionError

    def close(self, code: CloseCode) -> None:
        raise AssertionError(code)

    def hold(self) -> None:
        """Everything is small here."""

    def release(self) -> None:
        """See `hold`."""

    def move(self, address: str, payloads: list[bytes | None]) -> None:
        raise AssertionError


class SimulatedPerson:
    """Somebody at a place, who says again what was not answered, as the page does."""

    def __init__(self, place: SimulatedServer, name: str) -> None:
        self.place, self.name = place, name
        self.peer_id = self.token = ""
        self.window: PersonSocket | None = None
        self.waiting: dict[str, dict[str, Any]] = {}
        self.acked: set[str] = set()
        self.offers: defaultdict[str, list[int]] = defaultdict(list)
        self.errors: list[dict[str, Any]] = []
        self.seen: list[dict[str, Any]] = []
        place.people.append(self)

    def join(self) -> None:
        proof = {"peer_id": self.peer_id, "resume_token": self.token} if self.peer_id else {}
        self.window = PersonSocket(self, self.place.node)
        self.say("subscribe", session_id=SESSION, display_name=self.name, **proof)

    def leave(self) -> None:
        assert self.window
        window, self.window = self.window, None
        self.place.people.remove(self)
        self.place.node.disconnect(window.connection_id, 1000)

    def say(self, kind: str, **fields: Any) -> None:
        if self.window is not None:
            text = json.dumps({"type": kind, **fields}).encode()
            self.place.node.receive(self.window.connection_id, text)
            self.place.node.flush()

    def edit(self, kind: str, **fields: Any) -> str:
        message_id = f"{self.name}-{next(self.place.town.numbers)}"
        self.waiting[message_id] = {"kind": kind, "message_id": message_id, **fields}
        self.say(kind, message_id=message_id, **fields)
        return message_id

    def add(self, name: str) -> str:
        """Add a text; return the id of the message."""
        return self.edit("add_element", element={"id": name, "kind": TEXT})

    def try_again(self) -> None:
        """Say again what was not answered."""
        for edit in [*self.waiting.values()]:
            self.say(**edit)

    def take(self, message: dict[str, Any]) -> None:
        self.seen.append(message)
        match message["type"]:
            case "peer_assigned":
                self.peer_id, self.token = message["peer_id"], message["resume_token"]
            case "ack":
                if self.waiting.pop(message["message_id"], None):
                    self.acked.add(message["message_id"])
            case "error":
                code, message_id = message["code"], message.get("message_id")
                self.errors.append(message)
                if message_id in self.waiting and code != "storage_failed":
                    del self.waiting[message_id]
            case "relay_offer":
                number = int(message["sdp"].rpartition(":")[2])
                self.offers[message["from_peer_id"]].append(number)
            case _:
                pass


class SimulatedFederation:
    """Both of them."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.now = NOW
        self.numbers = itertools.count(0x100)
        self.timers: deque[Callable[[], None]] = deque()
        self.air = LossyAir(self.chance)
        ids = ("a" * 64, "b" * 64)
        self.places = [
            SimulatedServer(self, name, ids[here], Pair(ids[1 - here], SECRET))
            for here, name in enumerate(("North", "South"))
        ]

    def join(self, place: int, name: str) -> SimulatedPerson:
        person = SimulatedPerson(self.places[place], name)
        person.join()
        return person

    def run_timers(self, count: int | None = None) -> None:
        while self.timers and count != 0:
            self.timers.popleft()()
            count = None if count is None else count - 1

    def wait(self, seconds: float) -> None:
        """Let time go by, and all arrive that does."""
        end = self.now + seconds
        while self.now < end:
            self.now += 0.5
            for place in self.places:
                place.tick()
            self.settle()

    def settle(self) -> None:
        """Let everything arrive that is under way."""
        for _ in range(2000):
            if not self.air.flying and not self.timers:
                return
            self.air.deliver(len(self.air.flying))
            self.run_timers()
        raise AssertionError("it never ends")
