"""What is proposed and asked stays at the server where it is: no guest is shown it, none trips."""

from pathlib import Path

import pytest

from support.simulations.federation import TEXT, SimulatedFederation, SimulatedPerson


def told(person: SimulatedPerson, kind: str) -> list[dict[str, object]]:
    return [message for message in person.seen if message["type"] == kind]


@pytest.mark.rule("AGT5", "AGT9")
def test_what_is_on_the_table_does_not_pass_to_another_server(tmp_path: Path) -> None:
    town = SimulatedFederation(tmp_path)
    people = ada, bob = town.join(0, "Ada"), town.join(1, "Bob")
    cem, dea = town.join(0, "Cem"), town.join(1, "Dea")
    town.wait(2)
    for person in people:
        add = {"op": "add", "element": {"id": f"by-{person.name}", "kind": TEXT}}
        person.say("propose", operations=[add], message_id="p")
        person.say("thinking", text=f"{person.name} thinks")
        person.say("speech", text="this one")
        person.say("ask", text="?", choices=["a"], message_id="q")
    ada.say("ask", text="?", choices=["a"], to=bob.peer_id, message_id="to a guest")
    town.wait(2)
    proposing = [person for person in people if told(person, "proposal")]
    assert len(proposing) == 1, "where the scene is kept"
    (near,) = proposing
    far = bob if near is ada else ada
    errors = {error["message_id"]: error["code"] for error in (*ada.errors, *bob.errors)}
    assert errors == {"p": "forbidden", "to a guest": "forbidden"}
    assert [error["message_id"] for error in far.errors if error["message_id"] == "p"]
    for person, other in ((ada, cem), (bob, dea)):
        for one in (person, other):
            asked = {message["from_peer_id"] for message in told(one, "question")}
            assert asked == {person.peer_id}
            proposed = {message["from_peer_id"] for message in told(one, "proposal")}
            assert proposed <= {near.peer_id}
            assert not told(one, "peer_speech")
        thinking = {message["text"] for message in told(other, "peer_thinking")}
        assert thinking == {f"{person.name} thinks"}
    deciding = cem if near is ada else dea
    (proposal,) = told(deciding, "proposal")
    deciding.say("decide_proposal", proposal_id=proposal["proposal_id"], accept=True)
    town.wait(2)
    for person in people:
        (added,) = told(person, "element_added")
        element = added["element"]
        assert isinstance(element, dict)
        assert element["id"] == f"by-{near.name}"
    assert not told(far, "proposal_decided")


@pytest.mark.rule("AGT8")
def test_what_a_message_is_about_passes(tmp_path: Path) -> None:
    town = SimulatedFederation(tmp_path)
    ada, bob = town.join(0, "Ada"), town.join(1, "Bob")
    town.wait(2)
    about = {"ids": ["a"], "x": 1.0, "y": 2.0}
    for person in (ada, bob):
        person.edit("chat", text="this one", about=about)
        town.wait(2)
    for person in (ada, bob):
        said = told(person, "chat_message")
        assert [message["from_peer_id"] for message in said] == [ada.peer_id, bob.peer_id]
        assert [message["about"] for message in said] == [about] * 2
        assert not any("server" in m for m in said if m["from_peer_id"] == person.peer_id)
