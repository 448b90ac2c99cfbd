"""Signalling and calls."""

import pytest

from canvas_server.core.effects import Send
from canvas_server.protocol import client, server
from support.hub.hub import RELAY_ONLY, HubLab

pytestmark = pytest.mark.rule("IN1")

NOBODY = "00000000-0000-0000-0000-00000000ffff"


def signals(target: str) -> list[client.ClientMessage]:
    return [
        client.StartCall(target, "s"),
        client.Offer(target, "sdp"),
        client.Answer(target, "sdp"),
        client.IceCandidate(target, "candidate"),
        client.EndCall(target),
    ]


@pytest.mark.rule("SIG2", "SIG4")
def test_each_signal_arrives_with_the_sender_stamped_and_nothing_changed() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(a, client.Offer(bob, "offer"))
    lab.say(a, client.IceCandidate(bob, "cand", "0", 1, "frag"))
    lab.say(a, client.IceCandidate(bob, ""))
    lab.say(a, client.EndCall(bob, "failed"))
    assert lab.inbox[b] == [
        server.IncomingCall(ada, "s"),
        server.RelayOffer(ada, "offer"),
        server.RelayIceCandidate(ada, "cand", "0", 1, "frag"),
        server.RelayIceCandidate(ada, ""),
        server.CallEnded(ada, "failed"),
    ]
    assert lab.inbox[a] == []


@pytest.mark.rule("SIG1", "SIG3")
@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("where", ["nowhere", "elsewhere", "gone"])
def test_a_peer_elsewhere_and_one_that_is_not_are_refused_alike(index: int, where: str) -> None:
    """The same code and the same text, so ids cannot be probed."""
    lab = HubLab()
    a, _ = lab.join()
    other, carol = lab.join("another")
    if where == "gone":
        lab.drop(other)
    target = NOBODY if where == "nowhere" else carol
    lab.clear()
    lab.say(a, signals(target)[index])
    (error,) = lab.inbox[a]
    assert isinstance(error, server.Error)
    assert (error.code, error.message) == (
        "peer_not_found",
        "There is no such peer in your session.",
    )
    assert lab.inbox[other] == []


@pytest.mark.rule("SIG7")
@pytest.mark.parametrize("index", range(5))
def test_nobody_signals_itself(index: int) -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.say(a, signals(ada)[index])
    assert lab.error(a) == "self_signal"


def test_a_call_of_another_session_is_refused() -> None:
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(a, client.StartCall(bob, "another"))
    assert lab.error(a) == "wrong_session"
    assert lab.inbox[b] == []


@pytest.mark.rule("SIG6")
@pytest.mark.parametrize("begin", [client.StartCall, client.Offer])
def test_a_call_begins_with_start_call_or_with_an_offer(
    begin: type[client.StartCall | client.Offer],
) -> None:
    """Clients exist that never send `start_call`; the call ends properly either way."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(a, begin(bob, "s"))
    lab.clear()
    lab.say(b, client.EndCall(ada, "declined"))
    assert lab.inbox[a] == [server.CallEnded(bob, "declined")]
    assert lab.inbox[b] == [], "nobody was in a call, so nothing about anybody changed"


@pytest.mark.rule("SIG6")
def test_a_call_is_in_progress_from_the_first_answer_on() -> None:
    """Everybody but the peer itself is told, once, when `in_call` changes."""
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    assert lab.heard(c, server.PeerUpdated) == []
    lab.clear()
    lab.say(b, client.Answer(ada, "answer"))
    lab.settle_presence()
    told = {(m.peer.peer_id, m.peer.in_call) for m in lab.heard(c, server.PeerUpdated)}
    assert told == {(ada, True), (bob, True)}
    assert [m.peer.peer_id for m in lab.heard(a, server.PeerUpdated)] == [bob]
    assert [m.peer.peer_id for m in lab.heard(b, server.PeerUpdated)] == [ada]
    lab.clear()
    lab.say(b, client.Answer(ada, "answer to a renegotiation"))
    lab.settle_presence()
    assert lab.heard(c, server.PeerUpdated) == []
    lab.say(a, client.EndCall(bob))
    lab.settle_presence()
    told = {(m.peer.peer_id, m.peer.in_call) for m in lab.heard(c, server.PeerUpdated)}
    assert told == {(ada, False), (bob, False)}


@pytest.mark.rule("OUT5")
def test_calls_that_begin_and_end_in_a_moment_are_told_as_one_change() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    lab.settle_presence()
    lab.clear()
    for _ in range(10):
        lab.say(a, client.Offer(bob, "offer"))
        lab.say(b, client.Answer(ada, "answer"))
        lab.say(a, client.EndCall(bob))
    assert lab.heard(c, server.PeerUpdated) == []
    lab.settle_presence()
    told = sorted((m.peer.peer_id, m.peer.in_call) for m in lab.heard(c, server.PeerUpdated))
    assert told == [(ada, False), (bob, False)]


def test_an_answer_without_a_call_is_relayed_and_makes_none() -> None:
    """A late answer must not leave anybody in a call that was hung up."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(b, client.Answer(ada, "late"))
    assert lab.inbox[a] == [server.RelayAnswer(bob, "late")]
    lab.clear()
    lab.say(a, client.EndCall(bob))
    assert lab.error(a) == "not_in_call"
    assert lab.inbox[b] == []


@pytest.mark.rule("SIG6")
def test_glare_is_one_call() -> None:
    """Both call at once; one hang-up ends it."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(b, client.StartCall(ada, "s"))
    lab.say(a, client.Offer(bob, "1"))
    lab.say(b, client.Offer(ada, "2"))
    lab.say(b, client.Answer(ada, "3"))
    lab.clear()
    lab.say(a, client.EndCall(bob))
    assert lab.heard(b, server.CallEnded) == [server.CallEnded(ada, "hangup")]
    lab.clear()
    lab.say(b, client.EndCall(ada))
    assert lab.error(b) == "not_in_call"


@pytest.mark.rule("SIG5")
def test_whoever_leaves_ends_each_of_its_calls_once() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, carol), (d, _) = (lab.join() for _ in range(4))
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(b, client.Answer(ada, "x"))
    lab.say(c, client.Offer(ada, "rings"))
    lab.settle_presence()
    lab.clear()
    lab.drop(a, None)
    assert lab.heard(b, server.CallEnded) == [], "it keeps its calls for a while"
    lab.wait(121)
    for connection in (b, c):
        assert lab.heard(connection, server.CallEnded) == [server.CallEnded(ada, "left")]
    assert lab.heard(d, server.CallEnded) == []
    assert lab.heard(d, server.PeerLeft) == [server.PeerLeft("s", ada, "disconnected")]
    lab.settle_presence()
    told = [(m.peer.peer_id, m.peer.in_call) for m in lab.heard(d, server.PeerUpdated)]
    assert told == [(ada, True), (bob, False)]
    lab.clear()
    lab.say(b, client.EndCall(carol))
    assert lab.error(b) == "not_in_call"


def test_one_of_two_calls_ends_and_the_other_goes_on() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, carol) = (lab.join() for _ in range(3))
    for connection, peer_id in ((b, bob), (c, carol)):
        lab.say(a, client.StartCall(peer_id, "s"))
        lab.say(connection, client.Answer(ada, "x"))
    lab.settle_presence()
    lab.clear()
    lab.say(b, client.EndCall(ada))
    lab.settle_presence()
    assert lab.heard(c, server.PeerUpdated) == [
        server.PeerUpdated(server.Peer(bob, True, False, server.Media()))
    ]
    lab.clear()
    lab.say(c, client.EndCall(ada))
    assert lab.heard(a, server.CallEnded) == [server.CallEnded(carol, "hangup")]


@pytest.mark.rule("SIG8")
def test_an_old_end_call_does_not_end_a_new_call() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s", "first"))
    lab.say(a, client.EndCall(bob, call_id="first"))
    lab.say(a, client.StartCall(bob, "s", "second"))
    lab.clear()
    lab.say(b, client.EndCall(ada, "declined", "first"))
    assert lab.error(b) == "not_in_call"
    assert lab.inbox[a] == []
    lab.clear()
    lab.say(b, client.EndCall(ada, "declined", "second"))
    assert lab.inbox[a] == [server.CallEnded(bob, "declined", "second")]


@pytest.mark.rule("SIG8")
@pytest.mark.parametrize("name", ["ada's", "bob's", None])
def test_after_glare_a_call_is_known_by_both_its_names(name: str | None) -> None:
    """A client that gives no names ends whatever call there is."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s", "ada's"))
    lab.say(b, client.Offer(ada, "sdp", "bob's"))
    lab.clear()
    lab.say(a, client.EndCall(bob, call_id=name))
    assert lab.inbox[b] == [server.CallEnded(ada, "hangup", name)]


@pytest.mark.rule("SIG8")
def test_a_call_without_a_name_is_ended_by_any() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    lab.say(b, client.EndCall(ada, call_id="mine"))
    assert lab.inbox[a] == [server.CallEnded(bob, "hangup", "mine")]


@pytest.mark.rule("SIG8", "SIG9")
def test_names_of_calls_and_offers_are_relayed() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(a, client.StartCall(bob, "s", "c", group=True))
    lab.say(a, client.Offer(bob, "offer", "c", "o"))
    lab.say(a, client.IceCandidate(bob, "cand", call_id="c"))
    assert lab.inbox[b] == [
        server.IncomingCall(ada, "s", "c", group=True),
        server.RelayOffer(ada, "offer", "c", "o"),
        server.RelayIceCandidate(ada, "cand", call_id="c"),
    ]
    lab.say(b, client.Answer(ada, "answer", "c", "o"))
    assert lab.heard(a, server.RelayAnswer) == [server.RelayAnswer(bob, "answer", "c", "o")]


def test_a_call_keeps_few_names() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    for n in range(20):
        lab.say(a, client.Offer(bob, "sdp", f"c{n}"))
    lab.clear()
    lab.say(b, client.EndCall(ada, call_id="c0"))
    assert lab.error(b) == "not_in_call"
    lab.say(b, client.EndCall(ada, call_id="c19"))
    assert lab.heard(a, server.CallEnded)


@pytest.mark.rule("SIG10")
def test_who_is_in_the_call_of_everybody_is_told_once() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.clear()
    for _ in range(2):
        lab.say(a, client.GroupCall(joined=True))
    told = [(m.peer.peer_id, m.peer.group_call) for m in lab.heard(b, server.PeerUpdated)]
    assert told == [(ada, True)]
    assert lab.inbox[a] == []
    lab.say(a, client.GroupCall(joined=False))
    assert lab.heard(b, server.PeerUpdated)[-1].peer.group_call is False


@pytest.mark.rule("IN1")
def test_a_signal_is_one_effect() -> None:
    """One message in, one message out."""
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    effects = lab.say(a, client.IceCandidate(bob, "x"))
    assert len(effects) == 1
    assert isinstance(effects[0], Send)
    assert effects[0].to == (b,)


SECURED = (
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 198.51.100.7\r\na=ice-ufrag:abcd\r\n"
    f"a=ice-pwd:{'p' * 24}\r\na=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\n"
)
OWN = "candidate:1 1 udp 1 198.51.100.7 9000 typ srflx raddr 10.0.0.7 rport 9000"
RELAYED = "candidate:2 1 udp 1 203.0.113.1 9001 typ relay raddr 198.51.100.7 rport 9000"


@pytest.mark.rule("SIG14")
def test_what_secures_nothing_is_refused_and_begins_no_call() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    for message, code in (
        (client.Offer(bob, SECURED.replace("sha-256", "sha-1")), "invalid_sdp"),
        (client.Answer(bob, SECURED.replace("ufrag", "x")), "invalid_sdp"),
        (client.IceCandidate(bob, OWN.replace("srflx", "bogus")), "invalid_candidate"),
    ):
        lab.clear()
        lab.say(a, message)
        assert lab.error(a) == code
        assert lab.inbox[b] == []
    lab.clear()
    lab.say(b, client.EndCall(ada))
    assert lab.error(b) == "not_in_call"
    lab.say(a, client.Offer(bob, SECURED))
    assert lab.heard(b, server.RelayOffer) == [server.RelayOffer(ada, SECURED)]


@pytest.mark.rule("SIG15")
def test_where_calls_are_relayed_nobody_learns_an_address() -> None:
    lab = HubLab()
    a = lab.connect()
    lab.say(a, client.Subscribe(RELAY_ONLY))
    assigned = lab.heard(a, server.PeerAssigned)[0]
    assert assigned.ice_transport_policy == "relay"
    b, bob = lab.join(RELAY_ONLY)
    lab.clear()
    lab.say(a, client.Offer(bob, f"{SECURED}a={OWN}\r\na={RELAYED}\r\n"))
    lab.say(a, client.IceCandidate(bob, OWN))
    lab.say(a, client.IceCandidate(bob, RELAYED, "0", 0))
    lab.say(a, client.IceCandidate(bob, ""))
    lab.say(a, client.Answer(bob, SECURED))
    assert [type(message) for message in lab.inbox[b]] == [
        server.RelayOffer,
        server.RelayIceCandidate,
        server.RelayIceCandidate,
        server.RelayAnswer,
    ]
    assert lab.heard(a, server.Error) == []
    assert not any("198.51.100.7" in str(m) or "10.0.0.7" in str(m) for m in lab.inbox[b])
    assert "203.0.113.1" in str(lab.heard(b, server.RelayOffer))
    assert "203.0.113.1" in str(lab.heard(b, server.RelayIceCandidate))


@pytest.mark.rule("SIG1", "SIG3")
def test_a_candidate_that_may_be_refused_is_left_to_what_says_why() -> None:
    lab = HubLab()
    stranger = lab.connect()
    (a, _), (b, bob) = lab.join(), lab.join()
    assert lab.hub.relay(stranger, client.IceCandidate(bob, "")) is None
    assert lab.hub.relay(a, client.IceCandidate(NOBODY, "")) is None
    relayed = lab.hub.relay(a, client.IceCandidate(bob, ""))
    assert relayed is not None
    assert relayed[0] == b
