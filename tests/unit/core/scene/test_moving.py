"""A session moves to another node: nobody is told that people leave, and nothing is left behind."""

from canvas_server.core.effects import Answered, CloseConnection, Discard
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from support.hub.hub import HubLab


def test_all_are_asked_to_come_back_and_nobody_is_told_of_a_leave() -> None:
    lab = HubLab()
    (a, _), (b, bob), (c, _) = lab.join(), lab.join(), lab.join("other")
    lab.drop(b, None)
    lab.clear()
    assert lab.hub.connections_of("s") == (a, b)
    assert lab.hub.connections_of("nowhere") == ()
    effects = lab.hub.evict("s", CloseCode.MOVED)
    assert effects == [CloseConnection(a, CloseCode.MOVED), Discard(a), Discard(b)]
    lab.perform(effects)
    assert lab.inbox[a] == []
    assert not lab.hub.is_open("s")
    assert (lab.hub.peer_count, lab.hub.away_count, lab.hub.session_count) == (1, 0, 1)
    assert lab.hub.evict("s", CloseCode.MOVED) == []
    assert lab.wait(1000) == []
    assert lab.drop(a) == [Discard(a)], "it was forgotten"
    lab.clear()
    lab.say(c, client.ListPeers())
    assert len(lab.inbox[c]) == 1
    assert bob


def test_who_comes_back_to_a_moved_session_finds_its_scene() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.say(a, client.AddElement(NewElement(Text("kept"), id="one"), "1"))
    lab.perform(lab.hub.evict("s", CloseCode.MOVED))
    again = lab.come_back(ada)
    assert not lab.heard(again, server.PeerAssigned)[0].recovered
    scene = lab.heard(again, server.SceneUpdate)[0].scene
    assert [element.id for element in scene.elements] == ["one"]


def test_requests_that_wait_are_answered_and_edits_under_way_are_not_acked() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.clear()
    lab.busy = True
    lab.say(a, client.AddElement(NewElement(Text("x"), id="one"), "1"))
    lab.perform(lab.hub.post(SceneEdit("s", add=(NewElement(Text("y")),)), 7, None, lab.now))
    assert lab.hub.at_rest("nowhere")
    assert not lab.hub.at_rest("s")
    lab.perform(lab.hub.evict("s", CloseCode.MOVED))
    assert lab.answered == [Answered(7, ErrorCode.STORAGE_FAILED)]
    lab.disk.answer()
    assert lab.heard(a, server.Ack) == []
    assert len(lab.answered) == 1
