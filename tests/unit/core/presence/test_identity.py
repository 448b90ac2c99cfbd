"""Who may take over whom, and what flows with it: nothing (docs/adr/0016)."""

import itertools

import pytest

from canvas_server.core.effects import ConnectionId, NetworkCallRequest, Recall, Refusal
from canvas_server.core.presence import identity
from canvas_server.core.presence.guests import Guest
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from support.hub.hub import HubLab, ReadableIdentities, make_hub

pytestmark = pytest.mark.rule("SES2", "RES1")

OWN = "12345678-1234-1234-1234-123456789abc"
"""An id that a client has made."""


def token_of(lab: HubLab, connection: ConnectionId) -> str:
    return lab.heard(connection, server.PeerAssigned)[-1].resume_token


def come(lab: HubLab, peer_id: str | None = None, token: str | None = None) -> ConnectionId:
    connection = lab.connect()
    lab.inbox[connection].clear()
    lab.say(connection, client.Subscribe("s", peer_id, resume_token=token))
    return connection


@pytest.mark.rule("SES2")
def test_a_freed_id_of_the_server_goes_to_who_proves_it_alone() -> None:
    """It is refused whether or not somebody has it, so a wish tells nothing."""
    lab = HubLab()
    a = lab.connect()
    lab.say(a, client.Subscribe("s"))
    ada, token = lab.heard(a, server.PeerAssigned)[0].peer_id, token_of(lab, a)
    assert lab.error(come(lab, ada)) == "peer_id_taken"
    lab.drop(a)
    assert lab.error(come(lab, ada)) == "peer_id_taken"
    back = come(lab, ada, token)
    assert lab.heard(back, server.PeerAssigned)[0].peer_id == ada


@pytest.mark.rule("RES1")
def test_a_token_of_another_incarnation_proves_nothing_of_this_one() -> None:
    """Neither of an earlier one nor, were there one, of a later one."""
    lab = HubLab()
    a = come(lab)
    ada, first = lab.heard(a, server.PeerAssigned)[0].peer_id, token_of(lab, a)
    lab.drop(a)
    b = come(lab, ada, first)
    second = token_of(lab, b)
    assert lab.error(come(lab, ada, first)) == "peer_id_taken"
    lab.drop(b, None)
    assert lab.error(come(lab, ada, first)) == "peer_id_taken", "also while it is away"
    c = come(lab, ada, second)
    assert token_of(lab, c)


@pytest.mark.rule("RES1")
@pytest.mark.report(
    "reading",
    "A page that came back with its token, and not with its peer id, was made another peer.",
    "`subscribe{session_id, resume_token}` without `peer_id`",
    "The token names its peer: it has its id, its place and its calls again.",
)
def test_the_token_alone_names_its_peer() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.drop(a, None)
    back = come(lab, None, f"{ada}@s#0")
    assert lab.heard(back, server.PeerAssigned)[0].peer_id == ada
    other = come(lab, None, "none of ours")
    assert lab.heard(other, server.PeerAssigned)[0].peer_id != ada
    elsewhere = come(lab, None, f"{ada}@t#0")
    assert lab.heard(elsewhere, server.PeerAssigned)[0].peer_id != ada


@pytest.mark.rule("SCN6")
def test_what_was_kept_for_a_peer_is_not_for_who_takes_its_id() -> None:
    """Receipts and answers that are under way are of one peer, not of an id."""
    lab = HubLab()
    a = come(lab, OWN)
    add = client.AddElement(NewElement(Text("x")), "m")
    lab.say(a, add)
    lab.busy = True
    late = client.AddElement(NewElement(Text("y")), "late")
    witness = come(lab)
    lab.say(witness, client.AddElement(NewElement(Text("z")), "w"))
    lab.say(a, late)
    lab.drop(a)
    b = come(lab, OWN)
    lab.busy = False
    lab.disk.answer()
    assert lab.heard(b, server.Ack) == []
    assert [ack.message_id for ack in lab.heard(witness, server.Ack)] == ["w"]
    lab.say(b, add)
    assert [ack.message_id for ack in lab.heard(b, server.Ack)] == ["m"]
    assert len(lab.hub.scene("s").elements) == 4, "another edit, under the same name"  # type: ignore[union-attr]


def test_what_a_peer_has_asked_for_is_not_done_for_who_takes_its_id() -> None:
    lab = HubLab()
    lab.hub = make_hub(lab.memory, features=("communitas",))
    a, witness = come(lab, OWN), come(lab)
    lab.say(witness, client.AddElement(NewElement(Text("x"))))
    _, recall = lab.hub.handle(a, client.RestoreScene(0), lab.now)
    (asked,) = lab.hub.handle(a, client.StartCommunitasCall(), lab.now)
    assert isinstance(recall, Recall)
    assert isinstance(asked, NetworkCallRequest)
    lab.drop(a)
    b = come(lab, OWN)
    lab.clear()
    assert lab.hub.recalled(recall, ErrorCode.REVISION_NOT_FOUND, lab.now) == []
    (ended,) = lab.hub.network_answered(asked, "call")
    assert isinstance(ended, NetworkCallRequest)
    assert ended.operation == "end"
    assert lab.inbox[b] == []


@pytest.mark.rule("SES1", "NOD1")
def test_who_moves_to_another_node_keeps_its_id_there() -> None:
    """The other node is given the proof that it cannot make itself."""
    ids = ReadableIdentities(itertools.count(0x100), itertools.count(1))
    here, there = HubLab(), HubLab()
    here.hub, there.hub = (make_hub(lab.memory, identities=ids) for lab in (here, there))
    a, ada = here.join("s", "Ada")
    stranger = here.connect()
    wish = client.Subscribe("t")
    assert here.hub.passed_on(stranger, wish, here.now) == wish
    other = client.Subscribe("t", OWN)
    assert here.hub.passed_on(a, other, here.now) == other
    passed = here.hub.passed_on(a, wish, here.now)
    b = there.connect()
    there.say(b, passed)
    assert there.heard(b, server.PeerAssigned)[0].peer_id == ada
    assert there.heard(b, server.PeerList)[0].peers[0].display_name == "Ada"
    thief = there.connect()
    there.inbox[thief].clear()
    there.say(thief, passed)
    assert there.error(thief) == "peer_id_taken"


def guest(peer_id: str) -> Guest:
    return Guest(peer_id, "Northern", "Zoe")


@pytest.mark.rule("REL5")
def test_no_other_server_speaks_for_an_id_of_ours() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.join()
    lab.drop(a)
    with pytest.raises(Refusal) as refused:
        lab.hub.guests.seat(lab.connect(), "s", guest(ada), lab.now)
    assert refused.value.code is ErrorCode.PEER_ID_TAKEN


@pytest.mark.rule("SES2", "REL2")
def test_the_id_of_a_guest_is_kept_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes and comes with its server; how many are kept has a bound."""
    monkeypatch.setattr(identity, "MAX_RESERVED", 1)
    lab = HubLab()
    lab.join()
    seats: list[ConnectionId] = []
    for peer_id in (OWN, OWN[:-1] + "d"):
        seats.append(lab.connect())
        lab.perform(lab.hub.guests.seat(seats[-1], "s", guest(peer_id), lab.now))
    lab.drop(seats[0])
    assert lab.error(come(lab, OWN)) == "peer_id_taken"
    lab.perform(lab.hub.guests.seat(lab.connect(), "s", guest(OWN), lab.now))
    lab.drop(seats[1])
    assert lab.error(come(lab, OWN)) == "peer_id_taken", "it is here"
    assert lab.error(come(lab, OWN[:-1] + "d")) == "peer_id_taken"
    lab.now += identity.RESERVED_SECONDS
    free = come(lab, OWN[:-1] + "d")
    assert lab.heard(free, server.PeerAssigned)[0].peer_id == OWN[:-1] + "d"
