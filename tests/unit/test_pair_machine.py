"""The browser's connection and the server's node over a wire that delays, drops and cuts.

Both are the real ones, without sockets and without a clock of their own: the client runs in node,
driven by `tests/unit/pair.js`. Whatever happens in between, in the end each message has arrived
exactly once and in order, or its loss was said (`recovered: false` and a snapshot): RES1, RES2.
"""

import json
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from canvas_server.core.effects import ConnectionId
from canvas_server.node import Node
from canvas_server.outbox import Outbox, Outboxes
from canvas_server.protocol.errors import CloseCode
from canvas_server.store.memory import MemoryLog
from hubs import NOW, make_hub, payloads

PAIR = Path(__file__).with_name("pair.js")
CLIENTS = ("ada", "bob", "eve")


class Clients:
    """The clients in their process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", str(PAIR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, **details: Any) -> list[dict[str, Any]]:
        """Give a command; return what happened."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


class Link:
    """One socket: what is on its way in both directions, and what each end believes."""

    def __init__(self, client: str, number: int) -> None:
        self.client = client
        self.number = number
        self.to_server: deque[str | int] = deque()  # texts; a number is a close code
        self.to_client: deque[str | int] = deque()
        self.connection: ConnectionId | None = None
        self.outbox = Outbox(self)
        self.cut = False
        self.opened = False
        self.client_knows = self.server_knows = False

    # --- as the node sees it ---------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if not self.cut:
            self.to_client += [payload.decode() for payload in payloads(data)]

    def ask(self, number: int) -> None:
        """Nobody answers pings here: the client says itself what it has."""

    def too_slow(self) -> None:
        raise AssertionError

    def hold(self) -> None:
        """What is on its way comes all the same: the node has room for it."""

    def release(self) -> None:
        """See `hold`."""

    def close(self, code: CloseCode) -> None:
        self.outbox.flush()
        self.outbox.detach()
        self.server_knows = True
        if not self.cut:
            self.to_client.append(int(code))


class Person:
    """What one page has seen."""

    def __init__(self) -> None:
        self.peer_id = ""
        self.was_told = False
        self.sent: dict[str, int] = {}
        self.heard: dict[str, list[int]] = {}
        self.roster: dict[str, bool] = {}
        self.elements: set[str] = set()
        self.revision = 0
        self.acked: set[str] = set()

    def take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "peer_assigned":
                self.peer_id = message["peer_id"]
            case "peer_list":
                self.roster = {p["peer_id"]: p["connected"] for p in message["peers"]}
            case "peer_joined" | "peer_updated":
                self.roster[message["peer"]["peer_id"]] = message["peer"]["connected"]
            case "peer_left":
                del self.roster[message["peer_id"]]
            case "scene_update":
                self.elements = {e["id"] for e in message["scene"]["elements"]}
                self.revision = message["scene"]["revision"]
            case "element_added":
                assert message["revision"] == self.revision + 1, "SCN1: no gap, nothing twice"
                self.revision += 1
                self.elements.add(message["element"]["id"])
            case "ack":
                self.acked.add(message["result"]["id"])
            case "relay_ice_candidate":
                numbers = self.heard.setdefault(message["from_peer_id"], [])
                number = int(message["candidate"])
                assert not numbers or number > numbers[-1], "RES1: twice, or out of order"
                numbers.append(number)
            case _:
                pass


class PairMachine(RuleBasedStateMachine):
    """Three people, one server, and a bad network."""

    clients: Clients

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.links: list[Link] = []
        self.people = {name: Person() for name in CLIENTS}
        self.forgotten = False
        self.made = 0
        self.edits = 0
        self.timers: list[Callable[[], None]] = []
        self.log = MemoryLog(self.later)
        self.node = self.make_node()
        self.clients.do("reset")

    def make_node(self) -> Node:
        outboxes = Outboxes()
        self.timers.clear()
        return Node(
            make_hub(outboxes),
            outboxes,
            self.log,
            lambda _, act: self.later(act),
            lambda: self.now,
        )

    def later(self, act: Callable[[], None]) -> None:
        """Have something happen before long, unless the server is restarted first."""
        self.timers.append(act)

    def run_timers(self) -> None:
        timers, self.timers = self.timers, []
        for act in timers:
            act()

    @initialize()
    def everybody_comes(self) -> None:
        for name in CLIENTS:
            self.made += 1
            self.perform(self.clients.do("make", client=name))
            self.settle()

    # --- the wire ----------------------------------------------------------------------------

    def perform(self, news: list[dict[str, Any]]) -> None:
        """Take note of what the clients did."""
        for item in news:
            match item["what"]:
                case "connect":
                    self.links.append(Link(item["client"], item["socket"]))
                case "send":
                    self.link(item["socket"]).to_server.append(item["text"])
                case "close":
                    link = self.link(item["socket"])
                    link.client_knows = True
                    link.to_server.append(item["code"])
                case "message":
                    self.people[item["client"]].take(item["message"])
                case "lost":
                    self.people[item["client"]].was_told = True
                case _:
                    raise AssertionError(item)

    def link(self, number: int) -> Link:
        return next(link for link in self.links if link.number == number)

    def open(self, link: Link) -> None:
        link.opened = True
        link.connection = self.node.connect(link)
        self.perform(self.clients.do("opened", client=link.client, socket=link.number))

    def to_server(self, link: Link) -> None:
        """Deliver one thing to the server."""
        item = link.to_server.popleft()
        if link.cut or link.server_knows or link.connection is None:
            return
        if isinstance(item, int):
            link.server_knows = True
            self.node.disconnect(link.connection, item)
        else:
            self.node.receive(link.connection, item.encode())
            self.node.flush()

    def to_client(self, link: Link) -> None:
        """Deliver one thing to the client."""
        item = link.to_client.popleft()
        if link.client_knows:
            return
        if isinstance(item, int):
            link.client_knows = True
            news = self.clients.do("closed", client=link.client, socket=link.number, code=item)
        else:
            news = self.clients.do("deliver", client=link.client, socket=link.number, text=item)
        self.perform(news)

    def client_notices(self, link: Link) -> None:
        link.client_knows = True
        self.perform(self.clients.do("closed", client=link.client, socket=link.number, code=1006))

    def server_notices(self, link: Link) -> None:
        link.server_knows = True
        if link.connection is not None:
            self.node.disconnect(link.connection, None)

    def settle(self) -> None:
        """Let the network be well until nothing moves any more."""
        for _ in range(60):
            for link in self.links:
                if link.cut and not link.client_knows:
                    self.client_notices(link)
                if link.cut and not link.server_knows:
                    self.server_notices(link)
                if not (link.opened or link.cut or link.client_knows):
                    self.open(link)
            self.run_timers()
            busy = [link for link in self.links if link.to_server or link.to_client]
            for link in busy:
                while link.to_server:
                    self.to_server(link)
                while link.to_client:
                    self.to_client(link)
            self.links = [x for x in self.links if not (x.client_knows and x.server_knows)]
            alive = [link for link in self.links if not link.client_knows]
            if not busy and not self.timers and len(alive) == self.made:
                return
            self.now += 1
            self.perform(self.clients.do("advance", ms=1000))
        raise AssertionError("it never settles")

    # --- what happens ----------------------------------------------------------------------

    def pick(self, data: st.DataObject, fits: Callable[[Link], Any]) -> Link | None:
        links = [link for link in self.links if fits(link)]
        return data.draw(st.sampled_from(links)) if links else None

    @rule(who=st.sampled_from(CLIENTS), whom=st.sampled_from(CLIENTS), count=st.integers(1, 5))
    def signal(self, who: str, whom: str, count: int) -> None:
        sender, target = self.people[who], self.people[whom]
        for _ in range(count if who != whom else 0):
            number = sender.sent.get(target.peer_id, 0)
            sender.sent[target.peer_id] = number + 1
            message = {
                "type": "ice_candidate",
                "target_peer_id": target.peer_id,
                "candidate": str(number),
            }
            self.perform(self.clients.do("say", client=who, message=message))

    @rule(who=st.sampled_from(CLIENTS))
    def edit(self, who: str) -> None:
        element = {"kind": {"type": "Text", "content": who}}
        self.edits += 1
        message = {"type": "add_element", "element": element, "message_id": f"m{self.edits}"}
        self.perform(self.clients.do("say", client=who, message=message))

    @rule(who=st.sampled_from(CLIENTS))
    def point(self, who: str) -> None:
        message = {"type": "cursor", "x": 1, "y": 2}
        self.perform(self.clients.do("say", client=who, message=message))

    @rule(data=st.data())
    def a_socket_opens(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: not (x.opened or x.cut or x.client_knows)):
            self.open(link)

    @rule(data=st.data(), count=st.integers(1, 8))
    def something_arrives_at_the_server(self, data: st.DataObject, count: int) -> None:
        link = self.pick(data, lambda x: x.opened and x.to_server)
        while link and count and link.to_server:
            self.to_server(link)
            count -= 1

    @rule(data=st.data(), count=st.integers(1, 8))
    def something_arrives_at_a_client(self, data: st.DataObject, count: int) -> None:
        link = self.pick(data, lambda x: x.opened and x.to_client)
        while link and count and link.to_client:
            self.to_client(link)
            count -= 1

    @rule(data=st.data(), out=st.integers(0, 5), back=st.integers(0, 5))
    def a_socket_is_cut(self, data: st.DataObject, out: int, back: int) -> None:
        """Some of what was on its way still arrives."""
        if link := self.pick(data, lambda x: not x.cut):
            for _ in range(min(out, len(link.to_server)) if link.opened else 0):
                self.to_server(link)
            link.cut = True
            link.to_server.clear()
            link.to_client = deque(list(link.to_client)[:back])

    @rule(data=st.data())
    def a_client_notices(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: x.cut and not x.client_knows):
            while link.to_client:
                self.to_client(link)
            if not link.client_knows:
                self.client_notices(link)

    @rule(data=st.data())
    def the_server_notices(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: x.cut and not x.server_knows):
            self.server_notices(link)

    @rule(ms=st.sampled_from([10, 400, 3_000, 16_000]))
    def time_goes_by(self, ms: int) -> None:
        self.now += ms / 1000
        self.run_timers()
        self.perform(self.clients.do("advance", ms=ms))
        self.node.tick()

    @rule(who=st.sampled_from(CLIENTS))
    def the_network_says_it_is_back(self, who: str) -> None:
        self.perform(self.clients.do("wake", client=who))

    @precondition(lambda self: not self.forgotten)
    @rule(chance=st.integers(0, 9))
    def the_server_is_restarted(self, chance: int) -> None:
        if chance:
            return
        self.forgotten = True
        for link in self.links:
            link.cut = link.server_knows = True
            link.to_server.clear()
        self.node = self.make_node()

    # --- the end ---------------------------------------------------------------------------

    def teardown(self) -> None:
        if all(person.peer_id for person in self.people.values()):
            self.settle()
            self.check()

    def check(self) -> None:
        """Everything arrived or its loss was said; everybody knows the same."""
        session = self.node.hub._sessions["s"]
        roster = {p.peer_id: p.connected for p in session.peer_list().peers}
        assert set(roster.values()) == {True}
        elements = {e.id for e in session.canvas.document().elements}
        for name, person in self.people.items():
            assert person.roster == roster, f"RES2: {name}"
            assert person.elements == elements, f"SCN1: {name}"
            assert person.revision == session.canvas.scene.revision
            assert person.acked <= elements, f"SCN2: {name}"
            for other_name, other in self.people.items():
                heard = person.heard.get(other.peer_id, [])
                sent = other.sent.get(person.peer_id, 0)
                told = person.was_told or other.was_told
                if not told:
                    assert heard == list(range(sent)), f"RES1: {other_name} to {name}"
        if not self.forgotten:
            away_for_long = self.now - NOW > 100
            assert away_for_long or not any(p.was_told for p in self.people.values()), (
                "nothing was too much or too late to be made up for"
            )


@pytest.fixture
def clients() -> Iterator[Clients]:
    """The clients' process."""
    process = Clients()
    yield process
    process.close()


def test_whatever_breaks_nothing_is_lost_in_silence(clients: Clients) -> None:
    """RES1, RES2."""
    PairMachine.clients = clients
    run_state_machine_as_test(
        PairMachine,
        settings=settings(
            max_examples=100,
            stateful_step_count=60,
            deadline=None,
            phases=[Phase.generate],
        ),
    )
