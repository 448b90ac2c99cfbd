"""Two servers share a session: people, calls and the scene, through every fault there is."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from canvas_server.core.chat.entries import Said
from canvas_server.core.chat.numbers import STEP
from canvas_server.federation.messages import StoredChat
from canvas_server.federation.pairing import Pair
from canvas_server.node.ports import LogFailure
from canvas_server.protocol.server import ChatMessage
from support.simulations.federation import (
    RESUME_SECONDS,
    SDP,
    SECRET,
    SESSION,
    TEXT,
    SimulatedFederation,
    SimulatedPerson,
    SimulatedServer,
)


@pytest.fixture
def town(tmp_path: Path) -> SimulatedFederation:
    return SimulatedFederation(tmp_path)


def two(town: SimulatedFederation) -> tuple[SimulatedPerson, SimulatedPerson]:
    ada, bob = town.join(0, "Ada"), town.join(1, "Bob")
    town.wait(2)
    return ada, bob


def offer(person: SimulatedPerson, to: SimulatedPerson, number: int) -> None:
    person.say("offer", target_peer_id=to.peer_id, sdp=f"{SDP}{number}")


def told(person: SimulatedPerson, kind: str) -> list[dict[str, object]]:
    return [message for message in person.seen if message["type"] == kind]


def test_people_see_each_other_with_the_name_of_their_server(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    north, south = (place.peers() for place in town.places)
    assert north == {ada.peer_id: ("Ada", None, True), bob.peer_id: ("Bob", "South", True)}
    assert south == {ada.peer_id: ("Ada", "North", True), bob.peer_id: ("Bob", None, True)}
    ada.say("media_state", audio=True, video=False, screen=False)
    ada.say("group_call", joined=True)
    town.wait(1)
    peer = told(bob, "peer_updated")[-1]["peer"]
    assert isinstance(peer, dict)
    assert peer["group_call"]
    assert peer["media"]["audio"]
    bob.leave()
    town.wait(1)
    assert told(ada, "peer_left")[-1]["peer_id"] == bob.peer_id
    town.wait(10)
    ada.leave()
    town.wait(10)
    assert [place.peers() for place in town.places] == [{}, {}]


def test_signals_have_the_form_of_x0x_and_no_topic_carries_any(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    ada.say("start_call", target_peer_id=bob.peer_id, session_id=SESSION, call_id="c")
    offer(ada, bob, 1)
    candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdp_mid": "0"}
    ada.say("ice_candidate", target_peer_id=bob.peer_id, **candidate)
    ada.say("ice_candidate", target_peer_id=bob.peer_id, candidate="", sdp_mid="0")
    town.wait(1)
    bob.say("answer", target_peer_id=ada.peer_id, sdp=SDP + "1")
    bob.say("view_size", target_peer_id=ada.peer_id, camera=100, screen=0)
    town.wait(1)
    bob.say("end_call", target_peer_id=ada.peer_id, reason="hangup")
    town.wait(1)
    assert told(bob, "incoming_call")[0]["call_id"] == "c"
    assert [m["candidate"] for m in told(bob, "relay_ice_candidate")] == [
        candidate["candidate"],
        "",
    ]
    assert told(ada, "relay_answer")
    assert told(ada, "peer_view_size")[0]["camera"] == 100
    assert told(ada, "call_ended")[0]["reason"] == "hangup"
    signals = [
        payload
        for place in town.places
        for payload in place.carrier.sent
        if payload.startswith(b"x0x-voice-sig-v1\n{")
    ]
    kinds = [signal.split(b'"')[3] for signal in signals]
    assert sorted(kinds) == [b"answer", b"bye", b"ice_candidate", b"ice_complete", b"offer"]
    assert all(b'"quic_endpoint":null' in s for s in signals if b"sdp" in s and b"v=0" in s)


def test_of_what_moves_the_latest_is_shown(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    cem = town.join(1, "Cem")
    town.wait(1)
    sent = len(town.places[0].carrier.sent)
    for x in range(100):
        ada.say("cursor", x=x, y=0)
        ada.say("preview", elements=[{"id": "e", "transform": {"x": x}}])
    town.settle()
    assert len(town.places[0].carrier.sent) == sent + 2
    for person in (bob, cem):
        assert [message["x"] for message in told(person, "peer_cursor")] == [99]
        (preview,) = told(person, "peer_preview")
        assert preview["elements"] == [{"id": "e", "transform": {"x": 99.0}}]


@pytest.mark.rule("INK5")
def test_of_a_stroke_all_is_shown(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    town.wait(1)
    begin = {"id": "e", "x": 1, "y": 2, "color": "#1e1e1e", "size": 4}
    ada.say("stroke", d="AA", begin=begin)
    ada.say("stroke", d="CC")
    bob.say("stroke", d="GG", begin={**begin, "id": "f"})
    ada.say("stroke", d="EE")
    ada.say("stroke")
    town.settle()
    strokes = told(bob, "peer_stroke")
    assert [stroke.get("d", "") for stroke in strokes] == ["AA", "CC", "EE", ""]
    assert strokes[0]["from_peer_id"] == ada.peer_id
    assert cast("dict[str, object]", strokes[0]["begin"])["color"] == "#1e1e1e"
    assert len({stroke["n"] for stroke in strokes}) == 1
    assert [stroke["d"] for stroke in told(ada, "peer_stroke")] == ["GG"]


@pytest.mark.rule("TOG4")
def test_what_is_selected_and_where_somebody_writes_is_shown_on_the_other_server(
    town: SimulatedFederation,
) -> None:
    ada, bob = two(town)
    town.wait(1)
    sent = len(town.places[0].carrier.sent)
    for name in "abc":
        ada.say("selection", ids=["e", name])
        ada.say("typing", id=name)
    town.settle()
    assert len(town.places[0].carrier.sent) == sent + 2
    assert [message["ids"] for message in told(bob, "peer_selection")] == [["e", "c"]]
    assert [message["id"] for message in told(bob, "peer_typing")] == ["c"]
    late = town.join(1, "Cem")
    town.settle()
    assert [message["ids"] for message in told(late, "peer_selection")] == [["e", "c"]]
    ada.say("typing")
    ada.say("selection", ids=[])
    town.settle()
    assert told(bob, "peer_selection")[-1]["ids"] == []
    assert "id" not in told(bob, "peer_typing")[-1]


def test_a_third_server_is_told_that_a_session_is_shared_already(town: SimulatedFederation) -> None:
    two(town)
    north = town.places[0]
    north.known.pairs._fixed = (*north.known.pairs._fixed, Pair("c" * 64, SECRET))
    north.relay._begin_anew()
    third = SimulatedServer(town, "West", "c" * 64, Pair(north.agent_id, SECRET))
    town.places.append(third)
    zoe = SimulatedPerson(third, "Zoe")
    zoe.join()
    town.wait(5)
    assert set(third.peers()) == {zoe.peer_id}
    assert len(north.peers()) == 2


@pytest.mark.parametrize("seed", range(10))
def test_of_two_servers_that_come_at_once_one_shares(tmp_path: Path, seed: int) -> None:
    town = SimulatedFederation(tmp_path, seed)
    north, south = town.places
    north.known.pairs._fixed = (*north.known.pairs._fixed, Pair("c" * 64, SECRET))
    north.relay._begin_anew()
    west = SimulatedServer(town, "West", "c" * 64, Pair(north.agent_id, SECRET))
    town.places.append(west)
    town.wait(2)
    people = [SimulatedPerson(place, place.name) for place in town.chance.sample(town.places, 3)]
    for person in people:
        person.join()
    town.wait(10)
    for person in people:
        person.add(person.name)
    town.wait(10)
    assert all(person.acked for person in people), "whoever is alone keeps its own scene"
    assert len(north.peers()) == 2
    assert sorted((len(south.peers()), len(west.peers()))) == [1, 2]
    other = south if len(south.peers()) == 2 else west
    assert north.scene() == other.scene()


def test_a_session_that_is_shared_no_more_is_ones_own(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    ada.add("a")
    town.wait(1)
    kept_here = town.places[0].known.ownership.of(SESSION)
    assert kept_here
    keeps, replicas = town.places if kept_here.kept_here else town.places[::-1]
    keeps.known.pairs._fixed = (Pair(replicas.agent_id, SECRET, ("another",)),)
    keeps.relay._begin_anew()
    town.wait(10)
    far = bob if replicas is town.places[1] else ada
    far.add("alone")
    town.wait(2)
    assert not far.waiting
    assert len(replicas.scene()[1]) == 2
    assert len(replicas.peers()) == 1


def test_edits_of_both_sides_have_one_order(town: SimulatedFederation) -> None:
    ada, bob = two(town)
    for number in range(10):
        ada.add(f"a{number}")
        bob.add(f"b{number}")
    town.wait(2)
    assert len(ada.acked) == len(bob.acked) == 10
    north, south = (place.scene() for place in town.places)
    assert north == south
    assert north[0] == 20
    bob.edit("clear_scene")
    town.wait(1)
    assert [place.scene() for place in town.places] == [(21, ())] * 2
    revisions = [m["revision"] for m in told(bob, "element_added")]
    assert revisions == list(range(1, 21))


def test_scenes_that_were_there_before_are_both_kept(town: SimulatedFederation) -> None:
    town.air.cut = True
    ada, bob = two(town)
    for number in range(3):
        ada.add(f"a{number}")
    bob.add("b")
    town.wait(5)
    assert ada.acked
    assert bob.acked
    town.air.cut = False
    town.wait(60)
    north, south = (place.scene() for place in town.places)
    assert north == south
    assert {element.id for element in north[1]} == {"a0", "a1", "a2", "b"}


def test_equal_revisions_do_not_hide_different_scenes(town: SimulatedFederation) -> None:
    town.air.cut = True
    ada, bob = two(town)
    ada.add("a")
    bob.add("b")
    town.wait(1)
    ada.edit("remove_element", id="a")
    bob.edit("remove_element", id="b")
    ada.add("same")
    town.wait(1)
    bob.edit("add_element", element={"id": "same", "kind": {**TEXT, "content": "other"}})
    town.wait(5)
    town.air.cut = False
    town.wait(60)
    north, south = (place.scene() for place in town.places)
    assert north == south
    assert len(north[1]) == 1


def test_while_the_way_is_cut_each_side_goes_on_and_then_both_agree(
    town: SimulatedFederation,
) -> None:
    ada, bob = two(town)
    cem = town.join(1, "Cem")
    town.wait(1)
    offer(ada, bob, 1)
    town.wait(1)
    town.air.cut = True
    town.wait(10)
    assert town.places[0].peers()[bob.peer_id] == ("Bob", "South", False)
    assert town.places[1].peers()[ada.peer_id] == ("Ada", "North", False)
    offer(cem, bob, 5)
    offer(ada, bob, 2)
    keeps = town.places[0].known.ownership.of(SESSION)
    assert keeps
    near, far = (ada, bob) if keeps.kept_here else (bob, ada)
    near.add("near")
    far.add("far")
    town.wait(5)
    assert bob.offers[cem.peer_id] == [5]
    assert near.acked
    assert not far.acked
    town.air.cut = False
    town.wait(20)
    assert far.acked
    assert bob.offers[ada.peer_id] == [1, 2]
    assert town.places[0].scene() == town.places[1].scene()
    assert all(connected for _, _, connected in town.places[0].peers().values())
    assert not told(ada, "peer_left")
    assert not told(ada, "call_ended")


def test_a_server_that_stays_away_loses_its_guests_and_edits_are_refused_until_it_is_back(
    town: SimulatedFederation,
) -> None:
    ada, bob = two(town)
    keeps = town.places[0].known.ownership.of(SESSION)
    assert keeps
    far = bob if keeps.kept_here else ada
    town.air.cut = True
    town.wait(10)
    far.add("late")
    town.wait(RESUME_SECONDS + 10)
    assert set(town.places[0].peers()) == {ada.peer_id}
    assert set(town.places[1].peers()) == {bob.peer_id}
    assert [error["code"] for error in far.errors] == ["storage_failed"]
    far.try_again()
    town.wait(1)
    assert [error["code"] for error in far.errors] == ["storage_failed"] * 2
    town.air.cut = False
    town.wait(30)
    far.try_again()
    town.wait(2)
    assert far.acked
    assert set(town.places[0].peers()) == {ada.peer_id, bob.peer_id}
    assert town.places[0].scene() == town.places[1].scene()


@pytest.mark.parametrize("which", [0, 1])
def test_a_server_that_is_started_anew_goes_on_where_it_was(
    town: SimulatedFederation, which: int
) -> None:
    ada, bob = two(town)
    ada.add("one")
    bob.add("two")
    town.wait(1)
    place = town.places[which]
    place.restart()
    town.wait(3)
    there = town.places[1 - which]
    (person,) = place.people
    assert there.peers()[person.peer_id][2] is False
    person.join()
    person.add("three")
    town.wait(20)
    for each in (ada, bob):
        each.try_again()
    town.wait(5)
    assert there.peers()[person.peer_id][2] is True
    assert len(place.peers()) == 2
    assert town.places[0].scene() == town.places[1].scene()
    assert len(town.places[0].scene()[1]) == 3
    assert not any(told(each, "peer_left") for each in there.people)


def texts(person: SimulatedPerson) -> list[object]:
    return [message.get("text") for message in told(person, "chat_message")]


def read(person: SimulatedPerson) -> list[object]:
    person.say("get_chat")
    person.place.town.settle()
    messages = told(person, "chat_history")[-1]["messages"]
    assert isinstance(messages, list)
    return [message["text"] for message in messages]


def sides(town: SimulatedFederation) -> tuple[SimulatedServer, SimulatedServer]:
    """Return who keeps the session, and who has a copy."""
    north, south = town.places
    agreement = north.known.ownership.of(SESSION)
    assert agreement
    return (north, south) if agreement.kept_here else (south, north)


def on_both_sides(town: SimulatedFederation) -> tuple[SimulatedPerson, ...]:
    """Return two people where the session is kept, and two where its copy is."""
    people = [town.join(place, f"{place}{number}") for number in (0, 1) for place in (0, 1)]
    town.wait(3)
    leader, replica = sides(town)
    return tuple(
        person for place in (leader, replica) for person in people if person.place is place
    )


@pytest.mark.rule("CHT8")
def test_what_is_said_on_both_sides_has_one_order_and_its_authors(
    town: SimulatedFederation,
) -> None:
    near, _, far, _ = on_both_sides(town)
    for number in range(5):
        near.edit("chat", text=f"near {number}")
        far.edit("chat", text=f"far {number}\nlines")
    town.wait(2)
    assert not near.waiting
    assert not far.waiting
    assert len(texts(near)) == 10
    assert texts(near) == texts(far) == read(near) == read(far)
    names = {(m["from_peer_id"], m["name"], m.get("server")) for m in told(near, "chat_message")}
    assert names == {
        (near.peer_id, near.name, None),
        (far.peer_id, far.name, far.place.name),
    }
    others = {(m["from_peer_id"], m["name"], m.get("server")) for m in told(far, "chat_message")}
    assert others == {
        (near.peer_id, near.name, near.place.name),
        (far.peer_id, far.name, None),
    }


@pytest.mark.rule("CHT5", "CHT8")
def test_what_is_private_goes_to_the_other_server_only_with_its_reader(
    town: SimulatedFederation,
) -> None:
    near, near2, far, far2 = on_both_sides(town)
    sent = [len(place.carrier.sent) for place in town.places]
    near.edit("chat", text="near-near", to=near2.peer_id)
    far.edit("chat", text="far-far", to=far2.peer_id)
    town.wait(1)
    on_the_way = [
        p for place, n in zip(town.places, sent, strict=True) for p in place.carrier.sent[n:]
    ]
    assert not any(b"near-near" in p or b"far-far" in p for p in on_the_way)
    near.edit("chat", text="near-far", to=far.peer_id)
    far.edit("chat", text="far-near", to=near.peer_id)
    town.wait(1)
    assert not near.waiting
    assert not far.waiting
    for person, shown in (
        (near, ["near-near", "near-far", "far-near"]),
        (near2, ["near-near"]),
        (far, ["far-far", "near-far", "far-near"]),
        (far2, ["far-far"]),
    ):
        assert texts(person) == shown
        assert sorted(map(str, read(person))) == sorted(shown)
    assert len({m["id"] for m in told(far, "chat_message")}) == 3


@pytest.mark.rule("CHT6", "CHT8")
def test_what_is_removed_is_gone_on_both_sides(town: SimulatedFederation) -> None:
    near, near2, far, far2 = on_both_sides(town)
    near.edit("chat", text="near")
    far.edit("chat", text="far")
    far.edit("chat", text="psst", to=near.peer_id)
    far.edit("chat", text="own", to=far2.peer_id)
    town.wait(1)
    ids = {m["text"]: m["id"] for m in told(far, "chat_message")}
    far.edit("remove_chat", id=ids["near"])
    far2.edit("clear_chat")
    town.wait(1)
    assert [e["code"] for e in far.errors] == ["forbidden"]
    assert [e["code"] for e in far2.errors] == ["forbidden"]
    for text in ("far", "psst", "own"):
        far.edit("remove_chat", id=ids[text])
    town.wait(1)
    gone = [[m["id"] for m in told(person, "chat_removed")] for person in (far, far2, near, near2)]
    assert gone == [
        [ids["own"], ids["far"], ids["psst"]],
        [ids["own"], ids["far"]],
        [ids["far"], ids["psst"]],
        [ids["far"]],
    ]
    assert read(far) == read(near) == ["near"]
    near.edit("clear_scene")
    town.wait(1)
    assert told(far, "chat_cleared")
    assert read(far) == read(near) == []


@pytest.mark.rule("CHT8")
def test_what_was_said_while_the_line_was_cut_comes_afterwards(town: SimulatedFederation) -> None:
    near, _, far, _ = on_both_sides(town)
    near.edit("chat", text="before")
    town.wait(1)
    town.air.cut = True
    town.wait(RESUME_SECONDS + 20)
    for number in range(120):
        near.edit("chat", text=f"meanwhile {number}")
    far.edit("chat", text="later")
    town.wait(2)
    assert [e["code"] for e in far.errors][-1:] == ["storage_failed"]
    town.air.cut = False
    town.wait(60)
    far.try_again()
    town.wait(2)
    assert not far.waiting
    assert texts(far) == ["before", *(f"meanwhile {n}" for n in range(120)), "later"]
    assert texts(near) == texts(far)
    assert read(near) == read(far)


@pytest.mark.rule("CHT8")
def test_a_server_that_comes_later_gets_what_was_said(tmp_path: Path) -> None:
    town = SimulatedFederation(tmp_path)
    first = town.join(0, "first")
    town.wait(2)
    first.edit("chat", text="hello?")
    town.wait(2)
    second = town.join(1, "second")
    town.wait(5)
    first.edit("chat", text="there you are")
    second.edit("chat", text="yes")
    town.wait(3)
    leader, _ = sides(town)
    if leader is first.place:
        assert read(second) == ["hello?", "there you are", "yes"]
    assert read(first) == ["hello?", "there you are", "yes"]


@pytest.mark.rule("CHT6", "CHT8")
def test_what_was_said_before_they_met_stays_with_who_said_it(tmp_path: Path) -> None:
    town = SimulatedFederation(tmp_path)
    town.air.cut = True
    first, second = town.join(0, "first"), town.join(1, "second")
    for number in range(3):
        first.edit("chat", text=f"first {number}")
        second.edit("chat", text=f"second {number}")
    town.wait(2)
    ids = [m["id"] for m in told(first, "chat_message")]
    assert ids == [m["id"] for m in told(second, "chat_message")], "both have the same numbers"
    town.air.cut = False
    town.wait(60)
    leader, _ = sides(town)
    near, far = (first, second) if leader is first.place else (second, first)
    near.edit("chat", text="together")
    far.edit("chat", text="yes")
    near.edit("remove_chat", id=ids[0])
    far.edit("remove_chat", id=ids[2])
    town.wait(3)
    assert not near.errors
    assert not far.errors
    kept = {person: [f"{person.name} {n}" for n in range(3)] for person in (near, far)}
    assert read(near) == [*kept[near][1:], "together", "yes"]
    assert read(far) == [*kept[far][:2], "together", "yes"]
    shared = {m["text"]: m["id"] for m in told(near, "chat_message")}
    far.edit("remove_chat", id=shared["yes"])
    near.edit("remove_chat", id=shared["together"])
    town.wait(3)
    assert (read(near), read(far)) == (kept[near][1:], kept[far][:2])


@pytest.mark.rule("CHT8")
def test_a_keeper_that_cannot_read_its_chat_tells_it_as_soon_as_it_can(
    town: SimulatedFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, _, far, _ = on_both_sides(town)
    leader, _ = sides(town)
    town.air.cut = True
    town.wait(RESUME_SECONDS + 20)
    near.edit("chat", text="meanwhile")
    town.wait(2)
    with monkeypatch.context() as damaged:

        def fail(_: str, __: int, done: Callable[[LogFailure], None]) -> None:
            town.timers.append(lambda: done(LogFailure("damaged")))

        damaged.setattr(leader.node.scenes.log, "chat_changes", fail)
        town.air.cut = False
        town.wait(60)
        near.edit("chat", text="and now")
        town.wait(2)
        assert texts(far) == []
    town.wait(5)
    assert texts(far) == texts(near) == ["meanwhile", "and now"]
    far.edit("chat", text="I hear you")
    town.wait(2)
    assert not far.waiting
    assert texts(near)[-1] == "I hear you"


@pytest.mark.rule("REL6", "CHT8")
def test_what_the_leader_says_of_our_people_is_shown_as_said_there(
    town: SimulatedFederation,
) -> None:
    _, _, far, _ = on_both_sides(town)
    leader, replica = sides(town)
    share = leader.relay._partners[replica.agent_id].shares[SESSION]
    forged = Said(
        ChatMessage(STEP, far.peer_id, 1, "Far\u202e", "never said\u202e", "data:image/png,x"), ""
    )
    share._context.channel.put(StoredChat(SESSION, (forged,), STEP))
    town.wait(1)
    (message,) = told(far, "chat_message")
    assert (message["server"], message["text"]) == (leader.name, "never said")
    assert message.get("picture") is None
    far.edit("remove_chat", id=STEP)
    town.wait(1)
    assert [e["code"] for e in far.errors] == ["chat_not_found"]
