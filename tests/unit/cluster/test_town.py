"""Many nodes, many people, and a bus that loses: the rules hold as on one node (SIG, SCN, RES)."""

import functools
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from canvas_server.protocol.history import Added
from support.simulations.cluster import SimulatedClient, SimulatedCluster, SimulatedNode

SESSIONS = ("s", "t")


@pytest.fixture
def town() -> Iterator[SimulatedCluster]:
    town = SimulatedCluster(1)
    yield town
    town.close()


def two_on_two(town: SimulatedCluster) -> tuple[SimulatedClient, SimulatedClient]:
    one, two = town.start(), town.start()
    town.wait(2)
    ada, bob = town.client("ada", "s"), town.client("bob", "s")
    ada.enter(one)
    town.settle()
    bob.enter(two)
    town.settle()
    return ada, bob


def test_two_nodes_are_one(town: SimulatedCluster) -> None:
    ada, bob = two_on_two(town)
    assert len(ada.others) == len(bob.others) == 2
    for _ in range(5):
        ada.signal(bob)
        bob.signal(ada)
    bob.add()
    town.settle()
    assert [number for *_, number, _ in bob.heard] == [1, 2, 3, 4, 5]
    assert [number for *_, number, _ in ada.heard] == [1, 2, 3, 4, 5]
    assert ada.elements == bob.elements != {}
    assert len(bob.acked) == 1
    town.wait(3)
    assert all(p.link.backlog == 0 for place in town.places for p in place.cluster.peers.values())


def test_a_cut_bus_delays_and_loses_nothing(town: SimulatedCluster) -> None:
    ada, bob = two_on_two(town)
    for place in town.places:
        place.backbone.connected = False
    for _ in range(3):
        ada.signal(bob)
        bob.signal(ada)
    town.wait(30)
    assert bob.heard == ada.heard == []
    for place in town.places:
        place.backbone.connected = True
    town.wait(3)
    assert [number for *_, number, _ in bob.heard] == [1, 2, 3]
    assert [number for *_, number, _ in ada.heard] == [1, 2, 3]
    assert (ada.life, bob.life) == (1, 1)


def test_a_node_alone_behind_a_cut_gives_way(town: SimulatedCluster) -> None:
    ada, bob = two_on_two(town)
    home, other = town.places
    home.backbone.connected = False
    town.wait(10)
    assert bob.window is None, "its home is given up"
    bob.enter(other)
    town.settle()
    assert bob.is_in
    bob.add()
    ada.add()  # nobody else hears of it, and it is not stored: others have written
    town.settle()
    home.backbone.connected = True
    town.wait(4)
    assert ada.window is None
    ada.enter(home)
    town.wait(2)
    assert ada.life == 2
    assert ada.elements == bob.elements
    assert len(ada.others) == len(bob.others) == 2
    assert [*ada.acked] == []


def test_who_is_too_far_behind_is_read_no_further(
    town: SimulatedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canvas_server.cluster.remote_node.CROWDED_BYTES", 2000)
    ada, bob = two_on_two(town)
    for place in town.places:
        place.backbone.connected = False
    for _ in range(200):
        bob.signal(ada)
        ada.signal(bob)
    town.settle()
    backlogs = [p.link.backlog for place in town.places for p in place.cluster.peers.values()]
    assert all(backlog < 4000 for backlog in backlogs)
    for place in town.places:
        place.backbone.connected = True
    town.wait(60)
    assert [number for *_, number, _ in ada.heard] == list(range(1, 201))
    assert [number for *_, number, _ in bob.heard] == list(range(1, 201))


def test_a_session_nobody_is_in_is_free_again(town: SimulatedCluster) -> None:
    ada, bob = two_on_two(town)
    for client in (ada, bob):
        client.leave()
    town.wait(3)
    assert [place.cluster.ownership.held for place in town.places] == [[], []]
    assert town.bus.registered == {}


def test_sockets_of_two_nodes_with_one_number_are_two(town: SimulatedCluster) -> None:
    """Each carries its second socket to the other; one of them is replaced, then its node ends."""
    one, two, three = town.start(), town.start(), town.start()
    town.wait(2)
    ada, bob, cleo, dora = (town.client(n, s) for n, s in zip("abcd", "sstt", strict=True))
    for both in (((ada, one), (dora, two)), ((bob, two), (cleo, one))):
        for client, place in both:
            client.enter(place)
        town.settle()
    (bob_to_one,), (cleo_to_two,) = (
        place.cluster.peers[to.cluster.address].carried for place, to in ((two, one), (one, two))
    )
    assert bob_to_one == cleo_to_two
    bob.window = None  # its network is gone, and nobody knows yet
    bob.enter(three)
    town.settle()
    assert bob.life == 1, "it goes on where it was"
    town.kill(two)
    town.wait(10)
    assert cleo.window is None, "it is told that its session lives elsewhere"


def test_who_does_not_know_that_it_was_given_up_finds_out(town: SimulatedCluster) -> None:
    """Who gave it up, and took its session, ends before it could say so."""
    ada, bob = two_on_two(town)
    home, other = town.places
    home.backbone.connected = False
    town.wait(10)
    bob.enter(other)
    town.settle()
    assert bob.is_in
    town.kill(other)
    home.backbone.connected = True
    town.wait(10)
    third = town.start()
    town.wait(2)
    bob.enter(third)
    town.wait(2)
    if ada.window is None:
        ada.enter(home)
        town.wait(2)
    assert ada.others.keys() == bob.others.keys()
    assert len(ada.others) == 2


STEPS = st.lists(
    st.sampled_from(
        [
            *["signal"] * 8,
            *["edit"] * 6,
            *["come"] * 6,
            *["settle"] * 4,
            *["wait"] * 3,
            "cut",
            "leave",
            "lose",
            "kill",
            "start",
            "part",
            "mend",
            "wait long",
        ]
    ),
    min_size=20,
    max_size=120,
)


@pytest.mark.slow
@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2**32), STEPS)
def test_whatever_happens_the_rules_hold(seed: int, steps: list[str]) -> None:
    town = SimulatedCluster(seed)
    for _ in range(3):
        town.start()
    for number in range(6):
        town.client(f"c{number}", SESSIONS[number % 2])
    for step in steps:
        play(town, step)
    finish(town)
    town.close()


def play(town: SimulatedCluster, step: str) -> None:
    """Do one thing, somewhere, to somebody."""
    chance = town.chance
    client = chance.choice([*town.clients.values()])
    place = chance.choice(town.places)
    if step == "signal":
        client.signal(chance.choice([c for c in town.clients.values() if c is not client]))
    elif step == "edit":
        client.edit(chance)
    elif step == "come" and client.window is None:
        client.enter(place)
    elif step == "cut":
        client.cut()
    elif step == "leave":
        client.leave()
    else:
        befall(town, step, place)


def befall(town: SimulatedCluster, step: str, place: SimulatedNode) -> None:
    """Let something happen to the nodes, or time go by."""
    match step:
        case "settle":
            town.settle()
        case "wait":
            town.wait(1)
        case "wait long":
            town.wait(8)
        case "lose":
            town.loss = town.chance.choice((0.0, 0.1, 0.5))
        case "kill" if len(town.places) > 1:
            town.kill(place)
        case "start" if len(town.places) < 4:
            town.start()
        case "part":
            place.backbone.connected = False
        case "mend":
            place.backbone.connected = True
        case _:
            pass


def finish(town: SimulatedCluster) -> None:
    """Let everything heal, then hold what everybody saw against what is stored."""
    town.loss = 0.0
    for place in town.places:
        place.backbone.connected = True
    calm = 0
    for _ in range(100):
        lost = [client for client in town.clients.values() if client.window is None]
        for client in lost:
            client.enter(town.chance.choice(town.places))
        town.wait(1)
        calm = 0 if lost else calm + 1
        if calm == 10:
            break
    for client in town.clients.values():
        assert client.is_in, (client.name, client.errors)
        kept = town.log._sessions.get(client.session_id)
        stored = {e.id: e.transform.x for e in kept.now.elements} if kept else {}
        assert client.elements == stored, "SCN1: everybody sees what is stored"
        changes = [entry.change for entry in kept.entries] if kept else []
        ever = {change.element.id for change in changes if isinstance(change, Added)}
        for message_id, element_id in client.acked.items():
            assert not message_id or element_id in ever, "SCN2: what was acked is stored"
        same = [c for c in town.clients.values() if c.session_id == client.session_id]
        here = {c.assigned["peer_id"] for c in same}
        assert here <= client.others.keys(), "everybody sees everybody"
        for (name, _, _), run in groupby(client.heard, key=lambda h: (h[0], h[1], h[3])):
            numbers = [number for _, _, number, _ in run]
            assert numbers == sorted(set(numbers)), "SIG4: in order, once"
            missing = numbers[-1] - numbers[0] + 1 - len(numbers)
            refused = town.clients[name].errors["peer_not_found"]
            assert missing <= refused, "SIG4: what was not refused has arrived"


@pytest.mark.rule("AGT4", "AGT5", "AGT9")
def test_what_is_on_the_table_is_seen_through_another_node(town: SimulatedCluster) -> None:
    ada, bob = two_on_two(town)
    seen: dict[str, list[dict[str, Any]]] = {}
    for client in (ada, bob):
        heard = seen[client.name] = []
        with_notes = functools.partial(_noted, heard, client.take)
        client.take = with_notes  # type: ignore[method-assign]
    kind = {"type": "Text", "content": "x", "font_size": 12, "color": "#000000"}
    adding = {"op": "add", "element": {"id": "new", "kind": kind}}
    bob.say({"type": "propose", "operations": [adding], "message_id": "p"})
    bob.say({"type": "ask", "text": "?", "choices": ["a", "b"], "message_id": "q"})
    bob.say({"type": "thinking", "text": "at it"})
    town.settle()
    assert {"p", "q"} <= bob.acked.keys()
    (proposal,) = (one for one in seen["ada"] if one["type"] == "proposal")
    (question,) = (one for one in seen["ada"] if one["type"] == "question")
    proposal_id, question_id = proposal["proposal_id"], question["question_id"]
    ada.say({"type": "decide_proposal", "proposal_id": proposal_id, "accept": True})
    ada.say({"type": "answer_question", "question_id": question_id, "choice": 1})
    town.settle()
    town.wait(1)
    kinds = {one["type"] for one in seen["bob"]}
    assert {"proposal_decided", "question_answered"} <= kinds
    assert [one["text"] for one in seen["ada"] if one["type"] == "peer_thinking"] == ["at it"]
    assert ada.elements == bob.elements == {"new": 0.0}
    bob.leave()
    town.wait(1)
    assert [one.get("open") for one in seen["ada"] if one["type"] == "question"][-1] is False


def _noted(
    heard: list[dict[str, Any]], take: Callable[[dict[str, Any]], None], message: dict[str, Any]
) -> None:
    heard.append(message)
    take(message)
