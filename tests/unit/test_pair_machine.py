"""The browser's connection and the server's node over a wire that delays, drops and cuts.

Both are the real ones, without sockets and without a clock of their own: the client runs in node,
driven by `tests/support/simulations/pair.js`. Whatever happens in between, in the end each message has arrived
exactly once and in order, or its loss was said (`recovered: false` and a snapshot).
"""

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

from canvas_server.store.memory import MemoryLog
from support.hub.hub import NOW
from support.simulations.pages import PageNetwork, PageProcess, PageSocket

pytestmark = pytest.mark.rule("RES1", "RES2")

PAIR = Path(__file__).parents[1] / "support" / "simulations" / "pair.js"
CLIENTS = ("ada", "bob", "eve")


class Person:
    """What one page has seen."""

    def __init__(self) -> None:
        self.peer_id = ""
        self.was_told = False
        self.is_there = False
        """The code of the page is; before it, the script that joins early."""
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
            case "roster_changes":
                for gone in message.get("left", ()):
                    del self.roster[gone["peer_id"]]
                for peer in (*message.get("joined", ()), *message.get("updated", ())):
                    self.roster[peer["peer_id"]] = peer["connected"]
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

    clients: PageProcess

    def __init__(self) -> None:
        super().__init__()
        self.people = {name: Person() for name in CLIENTS}
        self.forgotten = False
        self.made = 0
        self.edits = 0
        self.wire = PageNetwork(self.clients, lambda wire: MemoryLog(wire.later))
        self.wire.hear = self.hear

    @initialize()
    def everybody_comes(self) -> None:
        for name in CLIENTS:
            self.made += 1
            if name is CLIENTS[-1]:
                self.wire.do("arrive", client=name)
            else:
                self.code_comes(name)
            self.settle()

    def code_comes(self, name: str) -> None:
        self.people[name].is_there = True
        self.wire.do("make", client=name)

    @precondition(lambda self: not self.people[CLIENTS[-1]].is_there)
    @rule()
    def the_code_of_the_last_comes(self) -> None:
        self.code_comes(CLIENTS[-1])

    def hear(self, item: dict[str, Any]) -> None:
        match item["what"]:
            case "message":
                self.people[item["client"]].take(item["message"])
            case "lost":
                self.people[item["client"]].was_told = True
            case _:
                raise AssertionError(item)

    def settle(self) -> None:
        """Let the network be well until nothing moves any more."""
        for _ in range(60):
            if self.wire.calm_down(self.made):
                return
            self.wire.now += 1
            self.wire.do("advance", ms=1000)
        raise AssertionError("it never settles")

    # --- what happens ----------------------------------------------------------------------

    def pick(self, data: st.DataObject, fits: Callable[[PageSocket], Any]) -> PageSocket | None:
        links = [link for link in self.wire.links if fits(link)]
        return data.draw(st.sampled_from(links)) if links else None

    @rule(who=st.sampled_from(CLIENTS), whom=st.sampled_from(CLIENTS), count=st.integers(1, 5))
    def signal(self, who: str, whom: str, count: int) -> None:
        sender, target = self.people[who], self.people[whom]
        known = sender.peer_id and target.peer_id
        for _ in range(count if known and who != whom else 0):
            number = sender.sent.get(target.peer_id, 0)
            sender.sent[target.peer_id] = number + 1
            message = {
                "type": "ice_candidate",
                "target_peer_id": target.peer_id,
                "candidate": str(number),
            }
            self.wire.do("say", client=who, message=message)

    @rule(who=st.sampled_from(CLIENTS))
    def edit(self, who: str) -> None:
        element = {"kind": {"type": "Text", "content": who}}
        self.edits += 1
        message = {"type": "add_element", "element": element, "message_id": f"m{self.edits}"}
        self.wire.do("say", client=who, message=message)

    @rule(who=st.sampled_from(CLIENTS))
    def point(self, who: str) -> None:
        message = {"type": "cursor", "x": 1, "y": 2}
        self.wire.do("say", client=who, message=message)

    @rule(data=st.data())
    def a_socket_opens(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: x.opening):
            self.wire.open(link)

    @rule(data=st.data(), count=st.integers(1, 8))
    def something_arrives_at_the_server(self, data: st.DataObject, count: int) -> None:
        link = self.pick(data, lambda x: x.opened and x.to_server)
        while link and count and link.to_server:
            self.wire.to_server(link)
            count -= 1

    @rule(data=st.data(), count=st.integers(1, 8))
    def something_arrives_at_a_client(self, data: st.DataObject, count: int) -> None:
        link = self.pick(data, lambda x: x.opened and x.to_client)
        while link and count and link.to_client:
            self.wire.to_client(link)
            count -= 1

    @rule(data=st.data(), out=st.integers(0, 5), back=st.integers(0, 5))
    def a_socket_is_cut(self, data: st.DataObject, out: int, back: int) -> None:
        """Some of what was on its way still arrives."""
        if link := self.pick(data, lambda x: not x.cut):
            self.wire.cut(link, out, back)

    @rule(data=st.data())
    def a_client_notices(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: x.cut and not x.client_knows):
            self.wire.client_notices(link)

    @rule(data=st.data())
    def the_server_notices(self, data: st.DataObject) -> None:
        if link := self.pick(data, lambda x: x.cut and not x.server_knows):
            self.wire.server_notices(link)

    @rule(ms=st.sampled_from([10, 400, 3_000, 16_000]))
    def time_goes_by(self, ms: int) -> None:
        self.wire.pass_time(ms)

    @rule(who=st.sampled_from(CLIENTS))
    def the_network_says_it_is_back(self, who: str) -> None:
        self.wire.do("wake", client=who)

    @precondition(lambda self: not self.forgotten)
    @rule(chance=st.integers(0, 9))
    def the_server_is_restarted(self, chance: int) -> None:
        if chance:
            return
        self.forgotten = True
        self.wire.restart()

    # --- the end ---------------------------------------------------------------------------

    def teardown(self) -> None:
        if self.made == len(CLIENTS) and not self.people[CLIENTS[-1]].is_there:
            self.the_code_of_the_last_comes()
        if all(person.peer_id for person in self.people.values()):
            self.settle()
            self.check()

    def check(self) -> None:
        """Everything arrived or its loss was said; everybody knows the same."""
        session = self.wire.node.hub._membership.sessions["s"]
        roster = {p.peer_id: p.away is None for p in session.peers.values()}
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
            away_for_long = self.wire.now - NOW > 100
            assert away_for_long or not any(p.was_told for p in self.people.values()), (
                "nothing was too much or too late to be made up for"
            )


@pytest.fixture
def clients() -> Iterator[PageProcess]:
    """The clients' process."""
    process = PageProcess(PAIR)
    yield process
    process.close()


@pytest.mark.slow
@pytest.mark.rule("RES1", "RES2")
def test_whatever_breaks_nothing_is_lost_in_silence(clients: PageProcess) -> None:
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
