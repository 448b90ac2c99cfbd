"""Roles on every message, tokens that end and are taken back."""

from typing import Any, ClassVar, get_args

import msgspec
import pytest
from msgspec import Struct

from canvas_server.core.calls.sdp import sends_media
from canvas_server.core.effects import CloseConnection, Refusal
from canvas_server.core.presence.environment import Everybody
from canvas_server.core.presence.grants import Grant, check
from canvas_server.core.scene.elements import Scene
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.kinds import Text, Video
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.scene import ElementChanges, NewElement, TransformChanges
from canvas_server.protocol.traits import AfterGap, ClientTraits, Federated, RightRule
from support.hub.house import House
from support.hub.hub import NOW, HubLab

pytestmark = pytest.mark.rule("TOK3", "TOK2", "TOK4")

SENDING = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
LISTENING = SENDING.replace("sendrecv", "recvonly")
MOVED = ElementChanges(TransformChanges(x=1))


def kinds(me: str, other: str) -> dict[str, tuple[client.ClientMessage, Right | None]]:
    """Every message, by a name, with the right it takes."""
    own, theirs = (NewElement(Video(f"screen-{peer}")) for peer in (me, other))
    text = NewElement(Text("hello"))
    return {
        "subscribe": (client.Subscribe("s"), None),
        "list_peers": (client.ListPeers(), None),
        "get_scene": (client.GetScene(), None),
        "ping": (client.Ping(), None),
        "start_call": (client.StartCall(other, "s"), None),
        "group_call": (client.GroupCall(joined=True), None),
        "start_communitas_call": (client.StartCommunitasCall(), Right.PUBLISH),
        "join_communitas_call": (client.JoinCommunitasCall("c"), Right.PUBLISH),
        "leave_communitas_call": (client.LeaveCommunitasCall(), None),
        "offer": (client.Offer(other, SENDING), Right.PUBLISH),
        "offer, listening": (client.Offer(other, LISTENING), None),
        "answer": (client.Answer(other, SENDING), Right.PUBLISH),
        "answer, listening": (client.Answer(other, LISTENING), None),
        "ice_candidate": (client.IceCandidate(other, ""), None),
        "end_call": (client.EndCall(other), None),
        "kick": (client.Kick(other), Right.MODERATE),
        "add_element": (client.AddElement(text), Right.EDIT),
        "add_element, own tile": (client.AddElement(own), Right.PUBLISH),
        "add_element, a tile of another": (client.AddElement(theirs), Right.EDIT),
        "update_element": (client.UpdateElement("text", MOVED), Right.EDIT),
        "update_element, own tile": (client.UpdateElement("own", MOVED), Right.PUBLISH),
        "update_element, none": (client.UpdateElement("none", MOVED), Right.EDIT),
        "remove_element": (client.RemoveElement("text"), Right.EDIT),
        "remove_element, own tile": (client.RemoveElement("own"), Right.PUBLISH),
        "clear_scene": (client.ClearScene(), Right.EDIT),
        "chat": (client.Chat("hello"), Right.CHAT),
        "get_chat": (client.GetChat(), None),
        "remove_chat": (client.RemoveChat(1), Right.CHAT),
        "clear_chat": (client.ClearChat(), Right.MODERATE),
        "restore_scene": (client.RestoreScene(1), Right.EDIT),
        "sync_queue, own tile": (
            client.SyncQueue((client.AddOperation(own), client.RemoveOperation("own"))),
            Right.PUBLISH,
        ),
        "sync_queue": (
            client.SyncQueue((client.UpdateOperation("text", MOVED),)),
            Right.EDIT,
        ),
        "preview": (
            client.Preview((client.PreviewedElement("text", TransformChanges(x=1)),)),
            Right.EDIT,
        ),
        "media_state": (client.MediaState(audio=True, video=False, screen=False), Right.PUBLISH),
        "media_state, off": (client.MediaState(audio=False, video=False, screen=False), None),
        "view_size": (client.ViewSize(other, 100), None),
        "hand": (client.RaiseHand(raised=True), None),
        "hand of another": (client.RaiseHand(raised=False, target_peer_id=other), Right.MODERATE),
        "reaction": (client.React("🎉"), None),
        "session_settings": (client.SetSession(locked=True), Right.MODERATE),
        "admit": (client.Admit(other), Right.MODERATE),
        "mute": (client.MutePeer(other, "audio"), Right.MODERATE),
        "call_report": (client.CallReport(other, ()), None),
        "call_quality": (client.CallQuality(other, msgspec.convert({"rating": "good"}, Any)), None),
        "cursor": (client.Cursor(0, 0), None),
        "stroke": (client.Stroke("AA"), Right.EDIT),
        "selection": (client.Select(("a",)), None),
        "typing": (client.Typing("a"), Right.EDIT),
        "pause_agent": (client.PauseAgent(other, paused=True), Right.EDIT),
        "undo_agent": (client.UndoAgent(other), Right.EDIT),
    }


def room(role: Role) -> tuple[House, Any, str, str]:
    """Somebody of a role with another one, a text and a tile."""
    house = House()
    (there, other) = house.come("moderate 100 m")
    (here, me) = house.come(f"{role} 100 i")
    house.say(there, client.AddElement(NewElement(Text("x"), id="text")))
    house.say(there, client.AddElement(NewElement(Video(f"peer-{me}"), id="own")))
    house.clear()
    return house, here, me, other


NAMES = tuple(kinds("me", "other"))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", NAMES)
def test_each_role_with_each_message(role: Role, name: str) -> None:
    house, here, me, other = room(role)
    message, right = kinds(me, other)[name]
    house.say(here, message)
    codes = [error.code for error in house.heard(here, server.Error)]
    if right is None or right in role.rights:
        assert ErrorCode.FORBIDDEN not in codes
    else:
        assert codes == [ErrorCode.FORBIDDEN]
        assert house.heard(here, server.SceneUpdate) == []


def test_no_message_is_forgotten() -> None:
    covered = {type(message) for message, _ in kinds("me", "other").values()}
    assert covered == set(get_args(client.ClientMessage))


class _Strange(Struct, frozen=True):
    """A message with a rule that nobody has taught to read it."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS, federated=Federated.NO, after_gap=AfterGap.DISCARD
    )


class _StrangeMedia(Struct, frozen=True):
    traits: ClassVar = ClientTraits(
        right=RightRule.OF_MEDIA, federated=Federated.NO, after_gap=AfterGap.DISCARD
    )


class _StrangeHand(Struct, frozen=True):
    traits: ClassVar = ClientTraits(
        right=RightRule.OF_HANDS, federated=Federated.NO, after_gap=AfterGap.DISCARD
    )


@pytest.mark.parametrize("message", [_Strange(), _StrangeMedia(), _StrangeHand()])
def test_a_message_that_a_rule_cannot_read_takes_every_right_of_it(message: Any) -> None:
    with pytest.raises(Refusal):
        check(Grant(Role.VIEW), "me", message, Scene())
    check(Grant(Role.MODERATE), "me", message, Scene())


def test_what_a_role_may_always_do_is_known_before() -> None:
    moderators = {client.Kick, client.ClearChat, client.RaiseHand, client.SetSession, client.Admit}
    moderators |= {client.MutePeer}
    assert not moderators & Grant(Role.EDIT).free
    assert Grant(Role.EDIT).free | moderators == set(client.TRAITS)
    assert Grant(Role.MODERATE).free == set(client.TRAITS)
    assert client.AddElement not in Grant(Role.AGENT).free, "it depends on the element"
    assert client.Cursor in Grant(Role.VIEW).free
    check(Grant(Role.VIEW), "me", client.Cursor(0, 0), Scene())


@pytest.mark.parametrize(
    ("sdp", "sends"),
    [
        ("", False),
        ("v=0\nm=audio 9 X 0\n", True),
        ("v=0\r\nm=video 9 X 0\r\na=sendonly\r\n", True),
        ("v=0\nm=video 9 X 0\na=recvonly\n", False),
        ("v=0\nm=video 9 X 0\na=inactive\nm=audio 9 X 0\na=sendrecv\n", True),
        ("v=0\na=sendrecv\nm=video 9 X 0\na=recvonly\n", False),
        ("v=0\na=recvonly\nm=video 9 X 0\na=sendonly\n", True),
        ("v=0\na=inactive\nm=application 9 X 0\n", False),
        ("v=0\nm=video 0 X 0\na=sendrecv\n", False),
        ("v=0\nm=application 9 X 0\na=sendrecv\n", False),
        ("v=0\nm=video 0 X 0\na=bundle-only\na=sendrecv\n", True),
        ("v=0\nm=video 0 X 0\na=bundle-only\na=recvonly\n", False),
        ("v=0\nm=video 0 X 0\nm=text 9 X 0\n", True),
        ("v=0\nm=audio 9 X 0\na=recvonly\na=mid:0\n", False),
    ],
)
def test_what_a_description_sends(sdp: str, sends: bool) -> None:
    assert sends_media(sdp) is sends


@pytest.mark.rule("TOK3", "SIG14")
@pytest.mark.parametrize("kind", [client.Offer, client.Answer])
def test_what_can_be_read_in_two_ways_is_refused_whoever_sends_it(
    kind: type[client.Offer | client.Answer],
) -> None:
    """It reaches nobody, and the connection lives."""
    secured = (
        "a=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlJk\r\n"
        f"a=fingerprint:sha-256 {':'.join(['7B'] * 32)}\r\n"
    )
    twice = LISTENING + secured + "a=sendrecv x\r\n"
    for role in Role:
        house, here, _, other = room(role)
        house.say(here, kind(other, twice))
        assert [error.code for error in house.heard(here, server.Error)] == ["invalid_sdp"]
        relayed = (server.RelayOffer, server.RelayAnswer)
        told = [message for inbox in house.inbox.values() for message in inbox]
        assert not any(isinstance(message, relayed) for message in told)
        assert house.closes == []


@pytest.mark.rule("TOK1")
def test_without_a_token_nobody_comes_in() -> None:
    """What one is refused for, nobody is told who may not know."""
    house = House()
    for token, code in ((None, "unauthorized"), ("view -1 i", "token_expired")):
        connection, peer_id = house.come(token)
        assert peer_id == ""
        assert [error.code for error in house.heard(connection, server.Error)] == [code]
    assert house.hub.peer_count == 0


def test_who_comes_by_a_token_is_what_it_says() -> None:
    house = House()
    a, ada = house.come("moderate 100 m", display_name="Ada")
    b, bob = house.come("view 100 v")
    assert house.heard(b, server.PeerAssigned)[0].role is Role.VIEW
    assert house.heard(b, server.PeerAssigned)[0].rights == ()
    assert house.heard(a, server.PeerAssigned)[0].rights == tuple(sorted(Right))
    (listed,) = house.heard(b, server.PeerList)
    told = [(peer.peer_id, peer.display_name, peer.role) for peer in listed.peers]
    assert told == [(ada, "Ada", Role.MODERATE), (bob, None, Role.VIEW)]


def test_another_token_brings_another_role() -> None:
    house = House()
    a, _ = house.come("edit 100 m")
    b, _ = house.come("view 100 v")
    house.clear()
    house.say(b, client.Subscribe("s", token="edit 100 e"))
    assert house.heard(b, server.PeerAssigned)[0].role is Role.EDIT
    assert [update.peer.role for update in house.heard(a, server.PeerUpdated)] == [Role.EDIT]
    house.clear()
    house.say(b, client.Subscribe("s", display_name="Bob"))
    assert house.heard(b, server.PeerAssigned)[0].role is Role.EDIT, "a name needs no token"
    house.clear()
    house.say(b, client.Subscribe("other", display_name="Bob"))
    assert house.error(b) == "unauthorized"
    assert house.hub.peer_count == 2, "who is refused stays where they are"


@pytest.mark.rule("RES1")
def test_who_comes_back_needs_no_token_and_keeps_the_role() -> None:
    house = House()
    house.come("edit 100 m")
    b, bob = house.come("view 100 v")
    house.clear()
    house.drop(b, None)
    back = house.come_back(bob)
    (assigned,) = house.heard(back, server.PeerAssigned)
    assert (assigned.recovered, assigned.role) == (True, Role.VIEW)
    house.drop(back, None)
    connection = house.connect()
    ended = client.Subscribe("s", bob, token="view -1 v", resume_token=f"{bob}@s#0", received=0)
    house.say(connection, ended)
    assert house.heard(connection, server.PeerAssigned)[0].recovered


@pytest.mark.rule("RES1")
def test_a_grant_goes_on_for_a_resume_token_of_that_grant_alone() -> None:
    """What somebody was given as a viewer is a viewer's for ever; what was missed too."""
    house = House()
    b, bob = house.come("view 100 v")
    as_viewer = house.heard(b, server.PeerAssigned)[-1].resume_token
    house.say(b, client.Subscribe("s", token="moderate 100 m"))
    as_boss = house.heard(b, server.PeerAssigned)[-1].resume_token
    house.drop(b, None)
    house.clear()

    def codes(token: str | None, proof: str) -> list[str]:
        connection = house.connect()
        house.say(connection, client.Subscribe("s", bob, None, token, proof, 0))
        return [error.code for error in house.heard(connection, server.Error)]

    assert codes(None, as_viewer) == ["unauthorized"]
    assert codes("view -1 v", as_viewer) == ["token_expired"]
    assert codes("nonsense 1 v", as_boss) == ["unauthorized"], "a wrong token is no ended one"
    assert codes("moderate -1 m", as_boss) == []
    connection = house.connect()
    house.say(connection, client.Subscribe("s", bob, None, "view 100 v", as_viewer, 0))
    (assigned,) = house.heard(connection, server.PeerAssigned)
    assert (assigned.role, assigned.recovered) == (Role.VIEW, False)


def test_a_resume_token_of_nobody_opens_nothing() -> None:
    house = House()
    connection = house.connect()
    peer_id = "00000000-0000-0000-0000-000000000001"
    house.say(connection, client.Subscribe("s", peer_id, resume_token=f"{peer_id}@s#0"))
    assert [error.code for error in house.heard(connection, server.Error)] == ["unauthorized"]


@pytest.mark.rule("TOK2")
def test_a_token_is_renewed_in_time_for_who_is_here() -> None:
    house = House()
    a, _ = house.come("edit 10 e renew")
    house.clear()
    house.wait(4)
    assert house.inbox[a] == []
    house.wait(1)
    assert house.inbox[a] == [server.TokenRenewed("another 1", int((NOW + 15) * 1000))]
    house.clear()
    for _ in range(100):
        house.wait(1)
    assert len(house.heard(a, server.TokenRenewed)) == 20
    assert house.codes() == []


@pytest.mark.rule("TOK4")
def test_what_was_taken_back_is_not_renewed() -> None:
    """Where the news has not come, the next renewal finds out."""
    house = House()
    a, _ = house.come("edit 10 e renew")
    house.admission.revoked.add("e")
    house.clear()
    house.wait(5)
    assert house.heard(a, server.TokenRenewed) == []
    assert house.closes == [CloseConnection(a, CloseCode.REMOVED)]


@pytest.mark.rule("TOK6")
def test_a_name_that_a_token_gives_counts() -> None:
    house = House()
    a, ada = house.come("moderate 100 m name=Ada user=u1", display_name="The CEO")
    b, bob = house.come("edit 100 b name=Bob rename", display_name="Robert")
    c, cem = house.come("edit 100 c", display_name="Cem")
    (listed,) = house.heard(c, server.PeerList)
    told = [(peer.display_name, peer.user_id) for peer in listed.peers]
    assert told == [("Ada", "u1"), ("Robert", None), ("Cem", None)]
    assert house.heard(a, server.PeerAssigned)[0].bound_name == "Ada"
    house.clear()
    house.say(a, client.Subscribe("s", display_name="The CEO"))
    assert house.inbox[b] == []
    house.say(b, client.Subscribe("s", display_name="Bobby"))
    house.say(c, client.Subscribe("s", token="edit 100 d name=Dora user=u4", display_name="Cem"))
    house.say(c, client.Subscribe("s", token="edit 100 d name=Dora user=u5"))
    seen = {update.peer.peer_id: update.peer for update in house.heard(a, server.PeerUpdated)}
    assert seen[bob].display_name == "Bobby"
    assert (seen[cem].display_name, seen[cem].user_id) == ("Dora", "u5")
    house.drop(a, None)
    house.clear()
    back = house.connect()
    again = client.Subscribe("s", ada, "The CEO", resume_token=f"{ada}@s#0")
    house.say(back, again)
    assert house.heard(back, server.PeerAssigned)[0].bound_name == "Ada"
    assert [update.peer.display_name for update in house.heard(b, server.PeerUpdated)] == ["Ada"]


@pytest.mark.rule("TOK2")
def test_one_that_is_not_renewed_ends() -> None:
    house = House()
    a, _ = house.come("moderate 100 m")
    b, bob = house.come("edit 10 e")
    c, cem = house.come("edit 10 e")
    house.drop(c, None)
    house.wait(10)
    assert house.closes == [CloseConnection(b, CloseCode.TOKEN_EXPIRED)]
    left = {(left.peer_id, left.reason) for left in house.heard(a, server.PeerLeft)}
    assert left == {(bob, "removed"), (cem, "removed")}


@pytest.mark.rule("TOK1", "TOK2")
def test_who_comes_back_after_the_end_of_its_token_needs_another() -> None:
    house = House()
    a, _ = house.come("edit 10 e")
    back = house.heard(a, server.PeerAssigned)[0].resume_token
    house.drop(a, None)
    house.now += 10  # the clock of the server is late to notice
    b, _ = house.come(None, resume_token=back)
    assert [error.code for error in house.heard(b, server.Error)] == ["token_expired"]


def test_the_latest_token_counts() -> None:
    house = House()
    a, _ = house.come("edit 10 e")
    house.say(a, client.Subscribe("s", token="edit 50 e"))
    house.wait(20)
    assert house.closes == []
    house.wait(30)
    assert house.codes() == [CloseCode.TOKEN_EXPIRED]


def test_where_nobody_is_asked_nothing_ends() -> None:
    everybody = Everybody()
    grant = everybody.admit(None, "s", NOW)
    assert grant.due is None
    assert everybody.renew(grant, "s", NOW) == ("", grant)


def test_who_has_left_is_not_renewed() -> None:
    house = House()
    a, _ = house.come("edit 10 e renew")
    house.drop(a)
    house.wait(9)
    assert house.hub.peer_count == 0


@pytest.mark.rule("TOK4")
def test_kicked_and_taken_back() -> None:
    house = House()
    a, _ = house.come("moderate 100 m")
    b, bob = house.come("edit 100 e")
    c, _ = house.come("edit 100 f")
    house.say(a, client.StartCall(bob, "s"))
    house.clear()
    house.say(a, client.Kick(bob))
    assert house.closes == [CloseConnection(b, CloseCode.REMOVED)]
    assert [left.reason for left in house.heard(a, server.PeerLeft)] == ["removed"]
    assert len(house.heard(a, server.CallEnded)) == 1
    house.perform(house.hub.revoke("f", house.now))
    house.perform(house.hub.revoke("nothing", house.now))
    assert house.closes[1:] == [CloseConnection(c, CloseCode.REMOVED)]
    house.say(a, client.Kick("nobody", "m"))
    assert house.heard(a, server.Error)[0].message_id == "m"


def test_nobody_moderates_where_no_tokens_are_asked_for() -> None:
    lab = HubLab()
    (a, _), (_, bob) = lab.join(), lab.join()
    lab.say(a, client.Kick(bob))
    assert lab.error(a) == "forbidden"


def test_every_role_and_right_is_explained() -> None:
    assert all(word.meaning.endswith(".") for word in (*Role, *Right))
