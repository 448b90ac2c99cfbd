"""Coming, going and who is told."""

import pytest

from canvas_server.core.effects import CloseConnection, Discard, RecordAudit
from canvas_server.core.presence import seats as members_module
from canvas_server.core.presence import session as session_module
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.roles import Right
from canvas_server.protocol.scene import NewElement
from support.hub.hub import FEATURES, ICE, NOW, HubLab

pytestmark = pytest.mark.rule("SES1", "SES4")

WISH = "12345678-1234-1234-1234-123456789abc"


@pytest.mark.rule("SES1")
def test_welcome_is_first_and_only_ping_works_before_subscribe() -> None:
    lab = HubLab()
    a = lab.connect()
    assert lab.inbox[a] == [
        server.Welcome("test", "default", int(NOW * 1000), FEATURES, legacy_signaling=True)
    ]
    lab.clear()
    lab.say(a, client.Ping())
    assert lab.inbox[a] == [server.Pong(int(NOW * 1000))]
    for message in (
        client.ListPeers(),
        client.GetScene(),
        client.Offer(WISH, "x"),
        client.Cursor(1, 2),
        client.AddElement(NewElement(Text("x")), "m"),
    ):
        lab.clear()
        lab.say(a, message)
        assert lab.error(a) == "not_subscribed"


@pytest.mark.rule("SES3")
def test_subscribe_tells_who_you_are_then_who_is_here_then_the_scene() -> None:
    lab = HubLab()
    (a, ada), b = lab.join(display_name="Ada"), lab.connect()
    lab.clear()
    lab.say(b, client.Subscribe("s", display_name="Bob"))
    assigned, peer_list, scene = lab.inbox[b]
    assert isinstance(assigned, server.PeerAssigned)
    bob = assigned.peer_id
    token = lab.marks[b]
    assert token.startswith(f"{bob}@s#")
    assert assigned == server.PeerAssigned(
        bob, "s", token, ICE, recovered=False, rights=(Right.CHAT, Right.EDIT, Right.PUBLISH)
    )
    media = server.Media()
    peers = (
        server.Peer(ada, True, False, media, "Ada"),
        server.Peer(bob, True, False, media, "Bob"),
    )
    assert peer_list == server.PeerList("s", peers)
    assert isinstance(scene, server.SceneUpdate)
    assert lab.inbox[a] == [server.PeerJoined("s", peers[1])]


@pytest.mark.rule("SES1")
def test_a_second_subscribe_leaves_the_first_session_with_the_same_id() -> None:
    lab = HubLab()
    (a, ada), (b, _), (c, _) = lab.join("one", "Ada"), lab.join("one"), lab.join("two")
    lab.clear()
    lab.say(a, client.Subscribe("two"))
    assert lab.heard(a, server.PeerAssigned)[0].peer_id == ada
    assert lab.inbox[b] == [server.PeerLeft("one", ada, "left")]
    assert lab.inbox[c] == [
        server.PeerJoined("two", server.Peer(ada, True, False, server.Media(), "Ada"))
    ]


@pytest.mark.rule("SES1")
def test_subscribing_to_the_same_session_renames_and_leaves_nothing() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join("s", "Ada"), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    lab.say(a, client.Subscribe("s", display_name="Ada L."))
    assert [type(m) for m in lab.inbox[a]] == [
        server.PeerAssigned,
        server.PeerList,
        server.SceneUpdate,
    ]
    assert lab.inbox[b] == [
        server.PeerUpdated(server.Peer(ada, True, False, server.Media(), "Ada L."))
    ]
    lab.clear()
    lab.say(a, client.Subscribe("s"))
    assert lab.inbox[b] == []


@pytest.mark.rule("SES2")
def test_a_free_wish_is_granted_and_a_taken_one_refused() -> None:
    lab = HubLab()
    a, b = lab.connect(), lab.connect()
    lab.say(a, client.Subscribe("s", peer_id=WISH))
    assert lab.heard(a, server.PeerAssigned)[0].peer_id == WISH
    for token in (None, "forged", f"{WISH}@another"):
        lab.clear()
        lab.say(b, client.Subscribe("s", peer_id=WISH, resume_token=token))
        assert lab.error(b) == "peer_id_taken"
        assert lab.inbox[a] == []
    lab.drop(a)
    lab.clear()
    lab.say(b, client.Subscribe("s", peer_id=WISH))
    assert lab.heard(b, server.PeerAssigned)[0].peer_id == WISH


@pytest.mark.rule("SES2")
def test_the_resume_token_takes_over_from_the_old_connection() -> None:
    """Nobody else notices."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    c = lab.connect()
    lab.clear()
    lab.say(c, client.Subscribe("s", peer_id=ada, resume_token=f"{ada}@s#1"))
    assert lab.closes == [CloseConnection(a, CloseCode.TAKEN_OVER)]
    assert lab.discarded == [a]
    assert lab.heard(c, server.PeerAssigned)[0].peer_id == ada
    assert lab.inbox[b] == lab.inbox[a] == []
    assert lab.drop(a) == [Discard(a)]  # the hub has forgotten it
    assert [p.peer_id for p in lab.heard(c, server.PeerList)[0].peers] == [ada, bob]


@pytest.mark.rule("SES2")
def test_the_resume_token_takes_nobody_out_of_another_session() -> None:
    """A token of the session that is asked for; the peer has gone to another one since."""
    lab = HubLab()
    (a, ada), (b, _), (c, _) = lab.join("one"), lab.join("one"), lab.join("two")
    lab.say(a, client.Subscribe("two"))
    lab.clear()
    d = lab.come_back(ada, session_id="one")
    assert lab.error(d) == "peer_id_taken"
    assert lab.closes == lab.inbox[b] == lab.inbox[c] == []


@pytest.mark.rule("SES2")
def test_a_connection_can_take_over_a_second_id_and_gives_its_first_one_back() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.clear()
    lab.say(b, client.Subscribe("s", peer_id=ada, resume_token=f"{ada}@s#1"))
    assert lab.closes == [CloseConnection(a, CloseCode.TAKEN_OVER)]
    lab.clear()
    lab.say(b, client.ListPeers())
    assert [p.peer_id for p in lab.heard(b, server.PeerList)[0].peers] == [ada]
    c = lab.connect()
    lab.say(c, client.Subscribe("s", peer_id=bob))
    assert lab.heard(c, server.Error)[0].code == "peer_id_taken"
    lab.say(c, client.Subscribe("s", peer_id=bob, resume_token=f"{bob}@s#2"))
    assert lab.heard(c, server.PeerAssigned)[0].peer_id == bob


@pytest.mark.rule("SES3")
def test_leaving_is_told_once() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.drop(a)
    assert lab.inbox[b] == [server.PeerLeft("s", ada, "left")]
    assert lab.drop(a) == [Discard(a)]
    stranger = lab.connect()
    assert lab.drop(stranger) == [Discard(stranger)]


@pytest.mark.rule("SES4")
def test_a_full_session_refuses_and_a_peer_already_inside_may_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("canvas_server.core.presence.seats.MAX_PEERS", 2)
    assert session_module.MAX_PEERS > 2
    lab = HubLab()
    (_, ada), (b, _) = lab.join(), lab.join()
    c = lab.connect()
    lab.clear()
    lab.say(c, client.Subscribe("s"))
    assert lab.error(c) == "session_full"
    lab.clear()
    assert lab.heard(lab.come_back(ada), server.PeerAssigned)
    d = lab.connect()
    lab.clear()
    lab.say(d, client.Subscribe("elsewhere"))
    assert lab.heard(d, server.PeerAssigned)
    lab.clear()
    lab.say(d, client.Subscribe("s"))
    assert lab.error(d) == "session_full"
    lab.clear()
    lab.say(d, client.ListPeers("elsewhere"))
    assert lab.heard(d, server.PeerList), "a refused move leaves the peer where it was"
    assert lab.inbox[b] == []


@pytest.mark.rule("SES4")
def test_in_a_full_session_who_is_away_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one whose place ends first; nobody who is here."""
    monkeypatch.setattr("canvas_server.core.presence.seats.MAX_PEERS", 3)
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    lab.drop(a, None)
    lab.wait(1)
    lab.drop(b, 1001)
    lab.clear()
    d, dan = lab.join()
    assert lab.discarded == [b]
    lab.say(d, client.ListPeers())
    here = [(p.peer_id, p.connected) for p in lab.heard(d, server.PeerList)[0].peers]
    assert here[0] == (ada, False)
    assert here[2] == (dan, True)
    assert bob not in [peer_id for peer_id, _ in here]
    assert c


def test_media_state_and_cursor_reach_the_others() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.say(a, client.MediaState(audio=True, video=False, screen=True))
    lab.say(a, client.Cursor(1.5, -2))
    lab.settle_presence()
    assert lab.inbox[b] == [
        server.PeerMediaState(ada, audio=True, video=False, screen=True),
        server.PeerCursor(ada, 1.5, -2),
    ]
    assert lab.inbox[a] == []
    lab.clear()
    lab.say(b, client.ListPeers())
    assert lab.heard(b, server.PeerList)[0].peers[0].media == server.Media(True, False, True)


@pytest.mark.rule("SIG1", "SIG3")
def test_how_large_a_stream_is_seen_is_told_to_who_sends_it() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    _, elsewhere = lab.join("x")
    lab.clear()
    lab.say(a, client.ViewSize(bob, camera=360, screen=0))
    assert lab.inbox[b] == [server.PeerViewSize(ada, camera=360)]
    assert lab.inbox[a] == lab.inbox[c] == []
    lab.say(a, client.ViewSize(elsewhere, camera=360))
    assert lab.error(a) == "peer_not_found"


def test_alone_nobody_is_told() -> None:
    lab = HubLab()
    a, _ = lab.join()
    assert lab.say(a, client.Cursor(0, 0)) == []
    told = [effect for effect in lab.drop(a) if not isinstance(effect, RecordAudit)]
    assert told == [Discard(a)]


@pytest.mark.rule("SIG1")
@pytest.mark.parametrize("question", [client.ListPeers("x"), client.GetScene("x")])
def test_another_session_cannot_be_looked_at(question: client.ClientMessage) -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.join("x")
    lab.say(a, question)
    assert lab.error(a) == "wrong_session"


def test_counts() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.join("t")
    lab.say(a, client.AddElement(NewElement(Text("x"))))
    assert (lab.hub.peer_count, lab.hub.session_count, lab.hub.element_count) == (2, 2, 1)
    lab.drop(a)
    assert (lab.hub.peer_count, lab.hub.session_count, lab.hub.element_count) == (1, 1, 0)


@pytest.mark.rule("IN2")
def test_what_is_no_message_gets_one_error() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.perform(lab.hub.refuse(a, MalformedMessage(ErrorCode.UNKNOWN_TYPE, "what?", "m")))
    assert lab.inbox[a] == [server.Error(ErrorCode.UNKNOWN_TYPE, "what?", "m")]


@pytest.mark.rule("SES1")
def test_who_takes_another_id_in_the_same_session_leaves_under_the_old_one() -> None:
    lab = HubLab()
    a, ada = lab.join()
    other = "00000000-0000-0000-0000-0000000000aa"
    lab.say(a, client.Subscribe("s", other))
    (assigned,) = lab.heard(a, server.PeerAssigned)
    assert assigned.peer_id == other
    (listed,) = lab.heard(a, server.PeerList)
    assert [peer.peer_id for peer in listed.peers] == [other]
    assert lab.hub.peer_count == 1
    assert ada != other


@pytest.mark.rule("SES5")
def test_who_joins_no_session_is_turned_away() -> None:
    lab = HubLab()
    idle, (busy, _) = lab.connect(), lab.join()
    lab.say(idle, client.Ping())
    lab.wait(9.9)
    late = lab.connect()
    assert lab.closes == []
    lab.wait(0.2)
    assert lab.closes == [CloseConnection(idle, CloseCode.UNSUBSCRIBED)]
    assert lab.discarded == [idle]
    lab.say(late, client.Subscribe("s"))
    lab.wait(100)
    assert len(lab.closes) == 1, "neither who is in a session nor who came in time"
    lab.say(busy, client.Ping())


@pytest.mark.rule("SES5")
def test_who_guesses_is_turned_away() -> None:
    """A peer id is proved, not tried."""
    lab = HubLab()
    (_, ada), stranger, (c, cem) = lab.join(), lab.connect(), lab.join()
    guess = client.Subscribe("s", ada, resume_token="guess")
    for _ in range(9):
        lab.clear()
        lab.say(stranger, guess)
        assert lab.error(stranger) == "peer_id_taken"
    assert lab.closes == []
    lab.say(stranger, guess)
    assert lab.closes == [CloseConnection(stranger, CloseCode.TOO_MANY_TRIES)]
    for _ in range(10):
        lab.say(c, guess)
    assert lab.closes[1:] == [CloseConnection(c, CloseCode.TOO_MANY_TRIES)]
    assert lab.hub.peer_count == 2
    again = lab.come_back(cem)
    assert lab.heard(again, server.PeerAssigned)[0].peer_id == cem


def test_no_more_sessions_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_module, "MAX_SESSIONS", 1)
    lab = HubLab()
    (a, _), b = lab.join("one"), lab.connect()
    lab.clear()
    lab.say(b, client.Subscribe("two"))
    assert lab.error(b) == "server_full"
    lab.say(b, client.Subscribe("one"))
    lab.drop(a)
    lab.drop(b)
    lab.join("two")


@pytest.mark.rule("SIG16")
def test_turn_credentials_are_renewed_in_time() -> None:
    lab = HubLab(ice_seconds=100)
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.drop(b)
    lab.wait(74)
    assert lab.inbox[a] == [server.PeerLeft("s", lab.heard(a, server.PeerLeft)[0].peer_id, "left")]
    lab.clear()
    lab.wait(1)
    renewed = server.IceServersRenewed(ICE, int((lab.now + 100) * 1000))
    assert lab.inbox[a] == [renewed]
    lab.wait(50)
    again = lab.come_back(ada)
    lab.clear()
    lab.wait(30)
    assert lab.inbox[again] == [], "it has newer ones"
    lab.wait(50)
    assert len(lab.heard(again, server.IceServersRenewed)) == 1
