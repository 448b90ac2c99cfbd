"""Keeping a place and coming back to it. The outbox is tested with the node."""

import pytest

from canvas_server.core.effects import Arrived, ConnectionId, Discard, Resume
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import encode
from canvas_server.protocol.kinds import Video
from canvas_server.protocol.scene import NewElement
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("RES1", "RES2")


def in_a_call(lab: HubLab) -> tuple[tuple[ConnectionId, str], tuple[ConnectionId, str]]:
    """Two peers in a call, each with a tile."""
    (a, ada), (b, bob) = lab.join(display_name="Ada"), lab.join(display_name="Bob")
    lab.say(a, client.StartCall(bob, "s", "c"))
    lab.say(b, client.Answer(ada, "sdp", "c"))
    for connection, peer_id in ((a, ada), (b, bob)):
        lab.say(connection, client.AddElement(NewElement(Video(f"peer-{peer_id}"))))
    lab.settle_presence()
    lab.clear()
    return (a, ada), (b, bob)


@pytest.mark.rule("RES1", "RES2")
@pytest.mark.parametrize(
    ("code", "seconds", "reason"),
    [
        (1000, 0, "left"),
        (1001, 5, "left"),
        (None, 120, "disconnected"),
        (1005, 120, "disconnected"),
        (1006, 120, "disconnected"),
        (1012, 120, "disconnected"),
        (4321, 120, "disconnected"),
    ],
)
def test_how_long_a_place_is_kept(code: int | None, seconds: float, reason: str) -> None:
    """RES1: not at all after 1000, 5 s after 1001, else 120 s; no leave meanwhile."""
    lab = HubLab()
    (a, ada), (b, bob) = in_a_call(lab)
    lab.drop(a, code)
    if seconds:
        told = [(m.peer.connected, m.peer.in_call) for m in lab.heard(b, server.PeerUpdated)]
        assert told == [(False, True)]
        assert len(lab.inbox[b]) == 1
        assert (lab.hub.peer_count, lab.hub.away_count) == (2, 1)
        lab.wait(seconds - 0.5)
        assert lab.heard(b, server.PeerLeft) == []
        lab.wait(0.5)
    assert [(m.peer_id, m.reason) for m in lab.heard(b, server.PeerLeft)] == [(ada, reason)]
    assert lab.heard(b, server.CallEnded) == [server.CallEnded(ada, "left")]
    assert len(lab.heard(b, server.ElementRemoved)) == 2
    assert lab.discarded == [a]
    assert (lab.hub.peer_count, lab.hub.away_count) == (1, 0)
    assert bob


@pytest.mark.rule("RES1")
def test_with_no_time_to_come_back_a_broken_connection_is_a_leave() -> None:
    """`CANVAS_RESUME_SECONDS=0`."""
    lab = HubLab(resume_seconds=0)
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.drop(a, None)
    assert lab.inbox[b] == [server.PeerLeft("s", ada, "disconnected")]


@pytest.mark.rule("RES1", "RES2")
def test_a_peer_comes_back_to_its_place_its_calls_and_its_tile() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = in_a_call(lab)
    lab.drop(a, None)
    lab.say(b, client.Offer(ada, "while away", "c"))
    lab.say(b, client.IceCandidate(ada, "while away"))
    lab.inbox[b].clear()
    again = lab.come_back(ada)
    assigned, *missed = lab.inbox[again]
    assert isinstance(assigned, server.PeerAssigned)
    assert (assigned.recovered, assigned.received, assigned.peer_id) == (True, 0, ada)
    assert missed == [
        server.RelayOffer(bob, "while away", "c"),
        server.RelayIceCandidate(bob, "while away"),
    ]
    assert [m.peer.connected for m in lab.heard(b, server.PeerUpdated)] == [True]
    assert len(lab.inbox[b]) == 1
    assert lab.wait(1000) == [], "the place is its own again"
    lab.say(again, client.EndCall(bob, call_id="c"))
    assert lab.heard(b, server.CallEnded)


@pytest.mark.rule("RES1")
@pytest.mark.parametrize("received", [0, None])
def test_what_cannot_be_made_up_for_is_said_and_a_snapshot_follows(received: int | None) -> None:
    """Never a silent gap. What rings is told again; the call and the place stay."""
    lab = HubLab()
    lab.memory.keeps = False
    (a, ada), (b, bob) = in_a_call(lab)
    c, carol = lab.join()
    lab.say(c, client.StartCall(ada, "s", "rings", group=True))
    lab.say(a, client.StartCall(carol, "s", "rings there"))
    e, eve = lab.join()
    lab.say(e, client.StartCall(ada, "s"))
    lab.drop(a, 1001)
    lab.clear()
    again = lab.come_back(ada, received)
    assigned, peer_list, scene, *calls = lab.inbox[again]
    assert isinstance(assigned, server.PeerAssigned)
    assert assigned.recovered is False
    assert b"received" not in encode(assigned)
    assert isinstance(peer_list, server.PeerList)
    assert peer_list.peers[0].in_call
    assert peer_list.peers[0].connected, "it is itself, and it is here"
    assert isinstance(scene, server.SceneUpdate)
    assert len(scene.scene.elements) == 2
    assert calls == [
        server.IncomingCall(carol, "s", "rings", group=True),
        server.IncomingCall(eve, "s"),
    ]
    assert [m.peer.connected for m in lab.heard(b, server.PeerUpdated)] == [True]
    assert lab.discarded == [a]
    assert bob


def test_another_name_is_taken_on_coming_back() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join("s", "Ada"), lab.join()
    lab.drop(a, None)
    lab.clear()
    connection = lab.connect()
    lab.say(connection, client.Subscribe("s", ada, "Countess", None, f"{ada}@s#0", 0))
    assert lab.heard(b, server.PeerUpdated)[-1].peer.display_name == "Countess"
    assert lab.heard(b, server.PeerUpdated)[-1].peer.connected


@pytest.mark.rule("SES2")
def test_who_was_somebody_else_leaves_that_place_to_come_back_to_this_one() -> None:
    """One connection, one peer."""
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    lab.drop(a, None)
    lab.clear()
    lab.say(b, client.Subscribe("s", ada, resume_token=f"{ada}@s#0", received=0))
    assert lab.heard(c, server.PeerLeft) == [server.PeerLeft("s", bob, "left")]
    assert lab.heard(b, server.PeerAssigned)[0].recovered
    assert lab.hub.peer_count == 2


@pytest.mark.rule("SES2")
@pytest.mark.parametrize("token", [None, "forged", "another@s#1"])
def test_without_proof_a_place_that_is_kept_is_taken(token: str | None) -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.drop(a, None)
    c = lab.connect()
    lab.clear()
    lab.say(c, client.Subscribe("s", ada, resume_token=token, received=0))
    assert lab.error(c) == "peer_id_taken"


@pytest.mark.rule("RES1")
def test_after_its_time_a_peer_is_a_new_one_under_its_old_id() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.drop(a, None)
    lab.wait(121)
    lab.clear()
    again = lab.come_back(ada)
    assigned = lab.heard(again, server.PeerAssigned)[0]
    assert (assigned.peer_id, assigned.recovered) == (ada, False)
    assert [m.peer.peer_id for m in lab.heard(b, server.PeerJoined)] == [ada]


def test_the_last_one_away_keeps_its_session() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.drop(a, None)
    assert lab.hub.session_count == 1
    lab.wait(121)
    assert lab.hub.session_count == 0
    assert ada


def test_effects_of_coming_back() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.drop(a, None)
    c = lab.connect()
    token = f"{ada}@s#1"
    effects = lab.say(c, client.Subscribe("s", ada, resume_token=token, received=7))
    resume, discard = effects
    assert isinstance(resume, Resume)
    assert (resume.old, resume.new, resume.token, resume.received) == (a, c, token, 7)
    assert discard == Discard(a)
    assert lab.say(c, client.Ping(3))[0] == Arrived(c, 3)
    assert lab.heard(c, server.Pong)[-1].received == 0
