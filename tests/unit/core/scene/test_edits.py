"""Edits through the hub."""

import uuid
from typing import Any

import pytest
from msgspec import UNSET

from canvas_server.core.effects import ConnectionId, Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.core.scene import changes as changes_module
from canvas_server.core.scene import elements as scene_module
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Chart, Text, Video
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.hub import NOW, HubLab

pytestmark = pytest.mark.rule("SCN1", "SCN3", "SCN4", "SCN5", "IN1")

MS = int(NOW * 1000)
LABEL = Text("hello", 16, "#123456")


def add(lab: HubLab, connection: ConnectionId, new: NewElement, message_id: str = "") -> str:
    lab.say(connection, client.AddElement(new, message_id or str(uuid.uuid4())))
    element_id = lab.heard(connection, server.Ack)[-1].result.id
    assert isinstance(element_id, str)
    return element_id


def scene_of(lab: HubLab, connection: ConnectionId) -> tuple[Element, ...]:
    lab.say(connection, client.GetScene())
    return lab.heard(connection, server.SceneUpdate)[-1].scene.elements


@pytest.mark.rule("SCN1")
def test_everybody_hears_each_change_and_the_editor_gets_its_ack() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.clear()
    element_id = add(lab, a, NewElement(LABEL, Transform(1, 2, 3, 4, 5, 6)), "add")
    element = Element(element_id, LABEL, Transform(1, 2, 3, 4, 5, 6))
    added = server.ElementAdded(element, 1, MS)
    assert lab.inbox[b] == [added]
    assert lab.inbox[a] == [added, server.Ack("add", server.AckResult(1, element_id))]
    lab.clear()
    changes = ElementChanges(TransformChanges(x=9), {"content": "bye"})
    lab.say(b, client.UpdateElement(element_id, changes, "update"))
    changed = Element(element_id, Text("bye", 16, "#123456"), Transform(9, 2, 3, 4, 5, 6))
    updated = server.ElementUpdated(changed, 2, MS)
    assert lab.inbox[a] == [updated]
    assert lab.inbox[b] == [updated, server.Ack("update", server.AckResult(2, element_id))]
    lab.clear()
    lab.say(a, client.RemoveElement(element_id, "remove"))
    removed = server.ElementRemoved(element_id, 3, MS)
    assert lab.inbox[b] == [removed]
    assert lab.inbox[a] == [removed, server.Ack("remove", server.AckResult(3, element_id))]
    assert scene_of(lab, a) == ()


def test_without_a_message_id_there_is_no_ack() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(NewElement(LABEL, id="mine")))
    assert [type(m) for m in lab.inbox[a]] == [server.ElementAdded]
    assert scene_of(lab, a)[0].id == "mine"


@pytest.mark.rule("SCN1")
def test_an_empty_change_counts_as_one() -> None:
    lab = HubLab()
    a, _ = lab.join()
    element_id = add(lab, a, NewElement(LABEL))
    lab.clear()
    lab.say(a, client.UpdateElement(element_id, ElementChanges()))
    assert lab.heard(a, server.ElementUpdated)[0].revision == 2


@pytest.mark.rule("IN1")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (client.AddElement(NewElement(LABEL, id="taken"), "m"), "element_exists"),
        (client.UpdateElement("none", ElementChanges(), "m"), "element_not_found"),
        (client.RemoveElement("none", "m"), "element_not_found"),
        (
            client.UpdateElement("taken", ElementChanges(kind={"type": "Image"}), "m"),
            "invalid_change",
        ),
        (
            client.UpdateElement("taken", ElementChanges(kind={"font_size": -1}), "m"),
            "invalid_change",
        ),
        (
            client.UpdateElement("taken", ElementChanges(kind={"content": None}), "m"),
            "invalid_change",
        ),
        (
            client.AddElement(NewElement(Video("peer-00000000-0000-0000-0000-0000000000ff")), "m"),
            "peer_not_found",
        ),
    ],
)
def test_a_refused_edit_changes_nothing_and_gets_one_error(
    edit: client.ClientMessage, code: str
) -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.say(a, client.AddElement(NewElement(LABEL, id="taken")))
    before = scene_of(lab, b)
    lab.clear()
    lab.say(a, edit)
    assert lab.error(a) == code
    assert lab.heard(a, server.Error)[0].message_id == "m"
    assert lab.inbox[b] == []
    assert scene_of(lab, b) == before


@pytest.mark.rule("SCN3")
def test_the_tile_of_a_stream_exists_once() -> None:
    """The second adder gets the first one's id, whoever it is."""
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    stream = f"peer-{ada}"
    first = add(lab, a, NewElement(Video(stream), Transform(x=10)))
    lab.clear()
    lab.say(b, client.AddElement(NewElement(Video(stream), id="another"), "again"))
    assert lab.inbox[a] == []
    assert lab.inbox[b] == [server.Ack("again", server.AckResult(1, first))]
    lab.say(b, client.RemoveElement(first))
    assert add(lab, b, NewElement(Video(stream), id="another")) == "another"


@pytest.mark.rule("SCN3")
def test_a_stream_that_is_no_peers_stays() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    add(lab, a, NewElement(Video("lobby-cam")))
    lab.drop(a)
    assert len(scene_of(lab, b)) == 1


@pytest.mark.rule("SCN4")
def test_the_stream_of_a_tile_never_changes() -> None:
    lab = HubLab()
    a, ada = lab.join()
    tile = add(lab, a, NewElement(Video(f"peer-{ada}")))
    lab.clear()
    lab.say(a, client.UpdateElement(tile, ElementChanges(kind={"stream_id": "x"})))
    assert lab.error(a) == "invalid_change"
    lab.clear()
    lab.say(a, client.UpdateElement(tile, ElementChanges(kind={"mirror": True})))
    kind = lab.heard(a, server.ElementUpdated)[0].element.kind
    assert kind == Video(f"peer-{ada}", mirror=True)


@pytest.mark.rule("SCN3")
@pytest.mark.parametrize("how", ["hangup", "left", "partner left"])
def test_tiles_go_with_the_last_call_or_the_session(how: str) -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(b, client.Answer(ada, "x"))
    tiles = {add(lab, a, NewElement(Video(f"{kind}-{ada}"))) for kind in ("peer", "screen")}
    label = add(lab, a, NewElement(LABEL))
    lab.clear()
    if how == "hangup":
        lab.say(b, client.EndCall(ada))
    else:
        lab.drop(a if how == "left" else b)
    assert {m.id for m in lab.heard(c, server.ElementRemoved)} == tiles
    assert [m.revision for m in lab.heard(c, server.ElementRemoved)] == [4, 5]
    assert [e.id for e in scene_of(lab, c)] == [label]


@pytest.mark.rule("SCN3")
def test_tiles_stay_while_another_call_goes_on() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, carol) = lab.join(), lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(a, client.StartCall(carol, "s"))
    add(lab, a, NewElement(Video(f"peer-{ada}")))
    lab.clear()
    lab.say(b, client.EndCall(ada, "declined"))
    assert lab.heard(c, server.ElementRemoved) == []
    lab.say(c, client.EndCall(ada, "declined"))
    assert len(lab.heard(b, server.ElementRemoved)) == 1


def test_offline_edits_are_applied_in_order_and_told_honestly() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.say(
        a,
        client.SyncQueue(
            (
                client.AddOperation(NewElement(LABEL, id="one")),
                client.AddOperation(NewElement(LABEL, id="one")),
                client.UpdateOperation("one", ElementChanges(TransformChanges(y=5))),
                client.UpdateOperation("one", ElementChanges(kind={"font_size": 0})),
                client.RemoveOperation("two"),
                client.AddOperation(NewElement(LABEL)),
                client.RemoveOperation("one"),
            ),
            "q",
        ),
    )
    (result,) = lab.heard(a, server.SyncResult)
    assert (result.synced_count, result.conflict_count, result.message_id) == (4, 2, "q")
    assert [(f.index, f.code) for f in result.failed_operations] == [
        (1, "element_exists"),
        (3, "invalid_change"),
        (4, "element_not_found"),
    ]
    (told,) = lab.inbox[b]
    assert isinstance(told, server.ElementAdded), "what came and went is not told"
    assert (told.follows, told.revision) == (0, 4)


@pytest.mark.rule("SCN5")
def test_a_scene_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = HubLab()
    a, _ = lab.join()
    monkeypatch.setattr(scene_module, "MAX_ELEMENTS", 2)
    add(lab, a, NewElement(LABEL))
    element_id = add(lab, a, NewElement(LABEL))
    lab.clear()
    lab.say(a, client.AddElement(NewElement(LABEL)))
    assert lab.error(a) == "scene_full"
    monkeypatch.setattr(scene_module, "MAX_SCENE_BYTES", 100)
    lab.clear()
    lab.say(a, client.UpdateElement(element_id, ElementChanges(kind={"content": "longer text"})))
    assert lab.error(a) == "scene_full"
    lab.clear()
    lab.say(a, client.UpdateElement(element_id, ElementChanges(kind={"content": "hi"})))
    assert lab.heard(a, server.ElementUpdated), "a full scene can still shrink"


@pytest.mark.rule("SCN4")
def test_the_data_of_a_chart_can_be_changed_in_part() -> None:
    """`{"data": {...}}` is the chart's own data and not the wrapped form of a kind."""
    chart = Element("c", Chart("bar", {"title": "", "values": [1, 2]}), Transform())
    part = changes_module.changed(chart, ElementChanges(kind={"data": {"title": "Sold"}}))
    assert part.kind == Chart("bar", {"title": "Sold", "values": [1, 2]})
    wrapped = {"type": "Chart", "data": {"chart_type": "pie"}}
    changed = changes_module.changed(part, ElementChanges(kind=wrapped))
    assert changed.kind == Chart("pie", {"title": "Sold", "values": [1, 2]})


@pytest.mark.rule("SCN14")
def test_a_change_that_expects_what_is_not_there_is_refused() -> None:
    """It is made where only other parts have changed, and again where it was made before."""
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    element_id = add(lab, a, NewElement(LABEL))

    def write(connection: ConnectionId, content: str, expected: dict[str, Any]) -> list[Any]:
        lab.clear()
        changes = ElementChanges(kind={"content": content}, expected=expected)
        lab.say(connection, client.UpdateElement(element_id, changes, str(uuid.uuid4())))
        return [error.code for error in lab.heard(connection, server.Error)]

    moved = ElementChanges(TransformChanges(x=1), {"color": "red"})
    lab.say(b, client.UpdateElement(element_id, moved))
    assert write(a, "Ada's", {"content": "hello"}) == []
    (updated,) = lab.heard(b, server.ElementUpdated)
    assert updated.element.kind == Text("Ada's", 16, "red")
    assert write(b, "Bob's", {"content": "hello"}) == ["element_changed"]
    assert write(b, "Ada's", {"content": "hello"}) == []
    assert write(b, "Bob's", {"nothing": "hello"}) == ["element_changed"]
    only_expecting = ElementChanges(TransformChanges(x=2), expected={"content": "hello"})
    operation = client.UpdateOperation(element_id, only_expecting)
    lab.say(b, client.SyncQueue((operation,), "queue"))
    (result,) = lab.heard(b, server.SyncResult)
    assert (result.conflict_count, result.failed_operations[0].code) == (1, "element_changed")


@pytest.mark.rule("SCN6")
@pytest.mark.report(
    "lost",
    "An edit that was made is shown as refused",
    "The answer is lost, the right to edit is taken back, the edit is sent again",
    "It is answered as it was the first time; a new edit is refused",
)
def test_a_retry_is_answered_alike_though_the_right_was_taken_back() -> None:
    lab = HubLab()
    a, ada = lab.join()
    element_id = add(lab, a, NewElement(LABEL))
    change = client.UpdateElement(element_id, ElementChanges(kind={"content": "bye"}), "made")
    lab.say(a, change)
    (ack,) = (one for one in lab.heard(a, server.Ack) if one.message_id == "made")
    session = next(iter(lab.hub._membership.sessions.values()))
    session.peers[ada].grant = Grant(Role.VIEW)
    lab.clear()
    lab.say(a, change)
    assert lab.inbox[a] == [ack]
    for refused in (
        client.UpdateElement(element_id, ElementChanges(kind={"content": "again"}), "later"),
        client.RemoveElement(element_id),
    ):
        lab.clear()
        lab.say(a, refused)
        assert [error.code for error in lab.heard(a, server.Error)] == ["forbidden"]


@pytest.mark.rule("SCN14")
def test_what_is_expected_may_be_a_part_of_the_data_of_a_chart() -> None:
    chart = Element("c", Chart("bar", {"title": "Sold", "values": [1, 2]}), Transform())
    for expected, holds in (
        ({"data": {"title": "Sold"}}, True),
        ({"data": {"title": "Sold", "unit": None}}, True),
        ({"data": {"title": "Bought"}}, False),
        ({"data": {"title": {"text": "Sold"}}}, False),
        ({"type": "Chart"}, True),
    ):
        change = ElementChanges(kind={"data": {"title": "New"}}, expected=expected)
        if holds:
            changes_module.require_expected(chart, change)
        else:
            with pytest.raises(Refusal) as refused:
                changes_module.require_expected(chart, change)
            assert refused.value.code == "element_changed"


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_is_that_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert changes_module.merge_patch(target, patch) == result


def test_clearing_leaves_the_tiles_of_those_who_are_here() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    add(lab, a, NewElement(LABEL))
    tile = add(lab, a, NewElement(Video(f"peer-{ada}")))
    lab.clear()
    lab.say(b, client.ClearScene("clear"))
    (update,) = lab.heard(a, server.SceneUpdate)
    assert [element.id for element in update.scene.elements] == [tile]
    assert update.scene.revision == 3
    assert lab.heard(b, server.Ack) == [server.Ack("clear", server.AckResult(3, UNSET))]


def test_what_moves_is_shown_to_the_others() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    moving = (client.PreviewedElement("e", TransformChanges(x=1)),)
    lab.say(a, client.Preview(moving))
    assert lab.inbox[b][-1] == server.PeerPreview(ada, moving)
    assert lab.heard(a, server.PeerPreview) == []
