"""What has a parent: moved, turned, scaled and removed with it; locks; who made what."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.core.effects import ConnectionId, Refusal
from canvas_server.core.records import Snapshot, Stored
from canvas_server.core.scene import transaction as edit_module
from canvas_server.core.scene.carrying import carried, motion_of
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.hierarchy import MAX_ANCESTORS, parents_first, repaired
from canvas_server.core.scene.replay import replay
from canvas_server.core.scene.transaction import Edit
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import decode, decode_scene_edit
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Removed, Updated
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import (
    Arrow,
    ArrowEnd,
    Frame,
    Group,
    Ink,
    Kind,
    Text,
    Video,
)
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.hub import NOW, HubLab

pytestmark = pytest.mark.rule("STR1", "STR2", "STR3", "STR4")

SAMPLES = json.loads((Path(__file__).parents[3] / "samples" / "carrying.json").read_text())
INK = Ink(((0, 0), (10, 10)))


def add(lab: HubLab, at: ConnectionId, kind: Kind, name: str, **parts: Any) -> None:
    lab.say(at, client.AddElement(NewElement(kind, id=name, **parts), f"add {name}"))


def change(name: str, **changes: Any) -> client.UpdateElement:
    return client.UpdateElement(name, ElementChanges(**changes), "m")


def move(name: str, **place: float) -> client.UpdateElement:
    changes = msgspec.structs.replace(TransformChanges(), **place)
    return client.UpdateElement(name, ElementChanges(changes), "m")


def post(lab: HubLab, edit: SceneEdit) -> None:
    lab.perform(lab.hub.post(edit, 1, None, NOW))
    assert lab.answered[-1].failure is None


def scene(lab: HubLab, at: ConnectionId) -> dict[str, Element]:
    lab.say(at, client.GetScene())
    return {each.id: each for each in lab.heard(at, server.SceneUpdate)[-1].scene.elements}


def places(lab: HubLab, at: ConnectionId) -> dict[str, tuple[float, float]]:
    return {name: (each.transform.x, each.transform.y) for name, each in scene(lab, at).items()}


def framed() -> tuple[HubLab, ConnectionId, str]:
    """Return a session with a frame, a label and a tile in it, ink on the tile, and a loose label."""
    lab = HubLab()
    a, ada = lab.join()
    add(lab, a, Frame("Plan"), "frame", transform=Transform(0, 0, 400, 300))
    add(lab, a, Text("in"), "label", parent="frame", transform=Transform(10, 20))
    add(lab, a, Video(f"peer-{ada}"), "tile", parent="frame", transform=Transform(50, 60))
    add(lab, a, INK, "ink", parent="tile", transform=Transform(70, 80, 10, 10))
    add(lab, a, Text("out"), "loose", transform=Transform(500, 500))
    lab.clear()
    return lab, a, ada


# --- carrying (STR2) -----------------------------------------------------------------------------


@pytest.mark.rule("STR2")
@pytest.mark.parametrize("sample", SAMPLES, ids=[each["name"] for each in SAMPLES])
def test_a_child_is_carried_as_the_page_carries_it(sample: dict[str, Any]) -> None:
    before, after, transform = (
        msgspec.convert(sample[name], Transform) for name in ("before", "after", "transform")
    )
    motion = motion_of(before, after, scales=sample["scales"])
    child = Element("c", msgspec.convert(sample["kind"], Kind), transform)
    found = None if motion is None else carried(child, motion)
    assert msgspec.to_builtins(found) == sample["changes"]


@pytest.mark.rule("STR2")
def test_what_is_in_a_frame_moves_with_it_and_each_is_told() -> None:
    lab, a, _ = framed()
    lab.say(a, move("frame", x=100, y=10))
    told = lab.heard(a, server.ElementUpdated)
    assert [each.element.id for each in told] == ["frame", "label", "tile", "ink"]
    assert [each.revision for each in told] == [6, 7, 8, 9]
    assert lab.heard(a, server.Ack)[-1].result.revision == 9
    assert places(lab, a) == {
        "frame": (100, 10),
        "label": (110, 30),
        "tile": (150, 70),
        "ink": (170, 90),
        "loose": (500, 500),
    }


@pytest.mark.rule("STR2")
def test_what_lies_on_a_picture_is_scaled_with_it_and_what_is_in_a_frame_is_not() -> None:
    lab, a, _ = framed()
    lab.say(a, move("tile", width=200))
    assert scene(lab, a)["ink"].transform == Transform(90, 80, 20, 10)
    lab.clear()
    lab.say(a, move("frame", width=800, height=100))
    assert [each.element.id for each in lab.heard(a, server.ElementUpdated)] == ["frame"]


@pytest.mark.rule("STR2")
@pytest.mark.parametrize("child_first", [True, False])
def test_a_child_whose_place_the_message_says_keeps_that(child_first: bool) -> None:
    """What is in it follows it alone."""
    lab, a, _ = framed()
    frame = client.UpdateOperation("frame", move("frame", x=100).changes)
    tile = client.UpdateOperation("tile", move("tile", x=51).changes)
    queue = (tile, frame) if child_first else (frame, tile)
    lab.say(a, client.SyncQueue(queue, "m"))
    found = places(lab, a)
    assert (found["frame"], found["label"]) == ((100, 0), (110, 20))
    assert (found["tile"], found["ink"]) == ((51, 60), (71, 80))


@pytest.mark.rule("STR2")
def test_words_of_a_child_that_change_with_its_parent_do_not_keep_it_where_it_is() -> None:
    lab, a, _ = framed()
    words = client.UpdateOperation("label", ElementChanges(kind={"content": "new"}))
    layer = client.UpdateOperation("tile", ElementChanges(TransformChanges(z_index=4)))
    frame = client.UpdateOperation("frame", move("frame", x=100).changes)
    lab.say(a, client.SyncQueue((words, layer, frame), "m"))
    assert places(lab, a)["label"] == (110, 20)
    assert places(lab, a)["tile"] == (150, 60)


@pytest.mark.rule("STR2")
def test_an_edit_over_http_carries_too() -> None:
    lab, a, _ = framed()
    moved = ChangedElement("frame", move("frame", x=100).changes)
    arrow = Arrow(ArrowEnd(0, 0), ArrowEnd(10, 10, "label"))
    new = NewElement(arrow, Transform(0, 0, 10, 10), "arrow", parent="frame")
    ends = ChangedElement("arrow", ElementChanges(kind={"start": {"x": 5, "y": 5}}))
    post(lab, SceneEdit("s", (new,), (moved, ends)))
    found = scene(lab, a)
    assert found["label"].transform.x == 110
    assert found["arrow"].kind == Arrow(ArrowEnd(5, 5), ArrowEnd(10, 10, "label"))
    lab.say(a, move("frame", x=200))
    assert scene(lab, a)["arrow"].kind == Arrow(ArrowEnd(105, 5), ArrowEnd(110, 10, "label"))
    assert scene(lab, a)["arrow"].transform == Transform(105, 5, 5, 5)


@pytest.mark.rule("STR2")
def test_a_change_that_moves_nothing_carries_nothing() -> None:
    lab, a, _ = framed()
    lab.say(a, move("frame", z_index=5))
    lab.say(a, change("frame", kind={"title": "Other"}))
    assert len(lab.heard(a, server.ElementUpdated)) == 2


@pytest.mark.rule("STR2", "SCN5")
def test_carrying_that_does_not_fit_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    lab, a, _ = framed()
    before = scene(lab, a)
    size = lab.hub._membership.sessions["s"].canvas.scene.size
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_SCENE_BYTES", size + 8)
    lab.clear()
    lab.say(a, move("frame", x=100.125))
    assert lab.error(a) == "scene_full"
    assert scene(lab, a) == before


@pytest.mark.rule("STR2", "SCN12")
def test_a_frame_full_of_elements_that_is_moved_again_and_again_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edit_module, "MAX_WORK", 10 * edit_module._CARRIED_WORK)
    many = [Element(f"e{number}", Text("x"), Transform(), "f") for number in range(9)]
    edit = Edit(Scene([Element("f", Frame(), Transform()), *many]), "s", (), 0, None)
    edit.update("f", ElementChanges(TransformChanges(x=1)))
    assert edit.work == 9 * edit_module._CARRIED_WORK
    with pytest.raises(Refusal) as refused:
        edit.update("f", ElementChanges(TransformChanges(x=2)))
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert len(edit.entries) == 10
    with pytest.raises(Refusal):
        edit.update("f", ElementChanges(parent="e1", transform=TransformChanges(x=2)))
    with pytest.raises(Refusal):
        edit.add(NewElement(Group(("f",))), "g")


@pytest.mark.rule("STR2")
@pytest.mark.parametrize("least", [0.0, 0.0004, 0.9])
def test_a_parent_that_collapses_and_grows_again_has_its_children_as_they_were(
    least: float,
) -> None:
    lab = HubLab()
    a, _ = lab.join()
    add(lab, a, Group(), "group", transform=Transform(10, 10, 200, 100))
    add(lab, a, Text("x"), "label", transform=Transform(50, 20, 30, 40), parent="group")
    before = scene(lab, a)
    lab.say(a, move("group", width=least, height=least))
    lab.say(a, move("group", width=200, height=100))
    assert scene(lab, a) == before


# --- parents (STR1) ------------------------------------------------------------------------------


@pytest.mark.rule("STR1")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (client.AddElement(NewElement(INK, parent="none"), "m"), "element_not_found"),
        (change("label", parent="none"), "element_not_found"),
        (change("frame", parent="frame"), "invalid_change"),
        (change("frame", parent="ink"), "invalid_change"),
        (client.AddElement(NewElement(Group(("none",))), "m"), "element_not_found"),
        (client.AddElement(NewElement(Group(("frame",)), parent="tile"), "m"), "invalid_change"),
        (client.AddElement(NewElement(Group(("g",)), id="g"), "m"), "element_not_found"),
    ],
)
def test_a_parent_is_there_and_never_leads_back(edit: client.ClientMessage, code: str) -> None:
    lab, a, _ = framed()
    before = scene(lab, a)
    lab.clear()
    lab.say(a, edit)
    assert lab.error(a) == code
    assert scene(lab, a) == before


@pytest.mark.rule("STR1")
def test_elements_are_as_deep_in_each_other_as_is_said() -> None:
    lab = HubLab()
    a, _ = lab.join()
    names = [f"e{number}" for number in range(MAX_ANCESTORS + 1)]
    for name, parent in zip(names, [None, *names], strict=False):
        add(lab, a, Text(name), name, parent=parent)
    lab.clear()
    add(lab, a, Text("x"), "deeper", parent=names[-1])
    assert lab.error(a) == "invalid_change"
    lab.clear()
    add(lab, a, Text("x"), "top")
    lab.clear()
    lab.say(a, change(names[0], parent="top"))
    assert lab.error(a) == "invalid_change"
    lab.say(a, change(names[1], parent="top"))
    assert scene(lab, a)[names[1]].parent == "top"


@pytest.mark.rule("STR1")
def test_a_parent_changes_no_place_and_can_be_taken_back() -> None:
    lab, a, _ = framed()
    lab.say(a, change("loose", parent="frame"))
    assert scene(lab, a)["loose"].parent == "frame"
    assert places(lab, a)["loose"] == (500, 500)
    lab.say(a, change("loose", parent=None))
    lab.say(a, move("frame", x=100))
    assert places(lab, a)["loose"] == (500, 500)


@pytest.mark.rule("STR1")
def test_a_group_gets_the_children_that_it_wishes_for() -> None:
    lab, a, _ = framed()
    add(lab, a, Group(("loose", "label", "loose")), "group", parent="frame")
    found = scene(lab, a)
    assert found["group"].kind == Group()
    assert (found["loose"].parent, found["label"].parent) == ("group", "group")
    lab.clear()
    lab.say(a, change("group", kind={"children": ["ink"]}))
    assert lab.error(a) == "invalid_change"


@pytest.mark.rule("STR1")
def test_a_layer_of_other_servers_becomes_a_group_with_its_opacity() -> None:
    for kind in (
        {"type": "OverlayLayer", "children": ["a"], "opacity": 0.5},
        {"type": "OverlayLayer", "data": {"children": ["a"], "opacity": 0.5}},
    ):
        text = msgspec.json.encode({"type": "add_element", "element": {"kind": kind}})
        message = decode(text)
        assert isinstance(message, client.AddElement)
        assert message.element == NewElement(Group(("a",)), opacity=0.5)
        operations = [{"op": "add", "element": {"kind": kind, "opacity": 1}}]
        queue = decode(msgspec.json.encode({"type": "sync_queue", "operations": operations}))
        assert isinstance(queue, client.SyncQueue)
        assert queue.operations == (client.AddOperation(NewElement(Group(("a",)))),)
        posted = decode_scene_edit(msgspec.json.encode({"add": [{"kind": kind}]}))
        assert posted.add == (message.element,)


@pytest.mark.rule("STR1")
def test_a_scene_can_be_posted_as_it_was_read() -> None:
    """Parents that come later in it, and groups before their children, are no matter."""
    lab = HubLab()
    a, _ = lab.join()
    new = (
        NewElement(Group(("c", "d")), id="wish"),
        NewElement(Text("b"), id="b", parent="g"),
        NewElement(Group(), id="g", parent="f"),
        NewElement(Text("c"), id="c"),
        NewElement(Frame(), id="f"),
        NewElement(Text("d"), id="d", parent="f"),
        NewElement(Text("e"), parent="f"),
    )
    post(lab, SceneEdit("s", new))
    parents = {name: each.parent for name, each in scene(lab, a).items()}
    assert {parents[name] for name in ("c", "d")} == {"wish"}
    assert (parents["b"], parents["g"], parents["f"]) == ("g", "f", None)
    assert len(parents) == len(new)


# --- removal (STR3) ------------------------------------------------------------------------------


@pytest.mark.rule("STR3")
def test_what_is_in_a_frame_is_removed_with_it_and_tiles_are_freed() -> None:
    lab, a, ada = framed()
    add(lab, a, Text("deep"), "deep", parent="label")
    lab.clear()
    lab.say(a, client.RemoveElement("frame", "m"))
    canvas = lab.hub._membership.sessions["s"].canvas
    assert {each.id: each.parent for each in canvas.scene.elements} == {
        "tile": None,
        "ink": "tile",
        "loose": None,
    }
    told = lab.heard(a, server.ElementRemoved)
    assert [each.id for each in told] == ["deep", "label", "frame"]
    assert lab.heard(a, server.ElementUpdated)[0].element.kind == Video(f"peer-{ada}")


@pytest.mark.rule("STR3", "SCN3")
def test_a_tile_that_goes_with_its_peer_takes_along_what_was_drawn_on_it() -> None:
    lab, a, _ = framed()
    b, _ = lab.join()
    lab.say(a, change("tile", locked=True))
    lab.drop(a)
    assert sorted(scene(lab, b)) == ["frame", "label", "loose"]


@pytest.mark.rule("STR3", "SCN7")
def test_to_clear_or_restore_leaves_no_parent_that_is_not_there() -> None:
    lab, a, ada = framed()
    lab.say(a, client.ClearScene("m"))
    assert scene(lab, a) == {"tile": Element("tile", Video(f"peer-{ada}"), Transform(50, 60))}
    lab.say(a, client.RestoreScene(5, "r"))
    found = scene(lab, a)
    assert {name: each.parent for name, each in found.items()} == {
        "frame": None,
        "label": "frame",
        "ink": "tile",
        "loose": None,
        "tile": None,
    }


@pytest.mark.rule("STR3")
def test_a_scene_whose_parents_are_wrong_is_opened_and_mended() -> None:
    chain = [
        Element(f"e{n}", Text("x"), Transform(), f"e{n - 1}" if n else None) for n in range(40)
    ]
    odd = (
        Element("a", Text("a"), Transform(), "b"),
        Element("b", Text("b"), Transform(), "a"),
        Element("self", Text("b"), Transform(), "self"),
        Element("lost", Text("c"), Transform(), "nowhere"),
        Element("wish", Group(("a",)), Transform(), "late"),
        Element("late", Frame(), Transform()),
        *chain,
    )
    parents = {each.id: each.parent for each in repaired(odd)}
    assert sorted(filter(None, (parents["a"], parents["b"]))) in (["a"], ["b"])
    assert (parents["self"], parents["lost"], parents["wish"]) == (None, None, "late")
    assert [n for n in range(40) if parents[f"e{n}"] is None] == [0, MAX_ANCESTORS + 1]
    stored = Stored(Snapshot(9, 0, odd))
    canvas = Canvas("s", stored, {}, iter(range(9)))
    assert canvas.scene.elements == tuple(canvas.shown.elements.values()) == repaired(odd)
    assert repaired(repaired(odd)) == repaired(odd)


def test_those_that_are_named_come_before_those_that_name_them() -> None:
    listed = (
        Element("a", Text("a"), Transform(), "b"),
        Element("b", Text("b"), Transform(), "c"),
        Element("c", Text("c"), Transform()),
        Element("x", Text("x"), Transform(), "y"),
        Element("y", Text("y"), Transform(), "x"),
    )
    assert [each.id for each in parents_first(listed)] == ["c", "b", "a", "y", "x"]


@pytest.mark.rule("STR1")
@pytest.mark.parametrize("backwards", [False, True])
def test_a_new_group_and_its_new_children_may_name_each_other(*, backwards: bool) -> None:
    lab = HubLab()
    a, _ = lab.join()
    new = [
        NewElement(Group(("label", "deep", "loose")), id="group", parent="outer"),
        NewElement(Text("x"), id="label", parent="group", locked=True),
        NewElement(Frame(), id="frame", parent="group"),
        NewElement(Text("x"), id="deep", parent="frame"),
        NewElement(Text("x"), id="loose"),
        NewElement(Group(("group",)), id="outer"),
    ]
    add_all = SceneEdit("s", add=tuple(reversed(new) if backwards else new))
    lab.perform(lab.hub.post(add_all, 1, None, NOW))
    assert [answer.failure for answer in lab.answered] == [None]
    parents = {name: each.parent for name, each in scene(lab, a).items()}
    assert parents == {
        "outer": None,
        "group": "outer",
        "label": "group",
        "frame": "group",
        "deep": "group",
        "loose": "group",
    }


@pytest.mark.rule("STR1", "STR4")
@pytest.mark.parametrize(
    ("child", "code"), [("label", ErrorCode.ELEMENT_LOCKED), ("group", ErrorCode.ELEMENT_NOT_FOUND)]
)
def test_a_new_group_takes_in_neither_what_is_locked_nor_itself(
    child: str, code: ErrorCode
) -> None:
    lab = HubLab()
    lab.join()
    new = (
        NewElement(Group((child,)), id="group"),
        NewElement(Text("x"), id="label", locked=True),
    )
    with pytest.raises(Refusal) as refused:
        lab.hub.post(SceneEdit("s", add=new), 1, None, NOW)
    assert refused.value.code is code


# --- locks and authors (STR4) --------------------------------------------------------------------


@pytest.mark.rule("STR4")
def test_what_is_locked_is_neither_changed_nor_removed_until_it_is_unlocked() -> None:
    lab, a, _ = framed()
    lab.say(a, change("label", locked=True))
    before = scene(lab, a)
    for edit in (
        move("label", x=1),
        change("label", kind={"content": "new"}),
        change("label", opacity=0.5, locked=True),
        client.RemoveElement("label", "m"),
        client.AddElement(NewElement(Group(("label",))), "m"),
    ):
        lab.clear()
        lab.say(a, edit)
        assert lab.error(a) == "element_locked"
        assert scene(lab, a) == before
    lab.clear()
    lab.say(a, client.SyncQueue((client.RemoveOperation("label"),), "m"))
    assert lab.heard(a, server.SyncResult)[0].conflict_count == 1
    lab.say(a, move("frame", x=100))
    assert places(lab, a)["label"] == (110, 20), "its parent still carries it"
    unlocking = ElementChanges(TransformChanges(x=1), locked=False)
    lab.say(a, client.UpdateElement("label", unlocking, "m"))
    assert places(lab, a)["label"] == (1, 20)


@pytest.mark.rule("STR4")
def test_what_is_in_a_frame_goes_with_it_though_it_is_locked() -> None:
    lab, a, _ = framed()
    lab.say(a, change("label", locked=True))
    lab.say(a, client.RemoveElement("frame", "m"))
    assert "label" not in scene(lab, a)


@pytest.mark.rule("STR4")
def test_the_server_says_who_made_an_element() -> None:
    lab = HubLab()
    a, _ = lab.join(display_name="Ada")
    text = b'{"type":"add_element","element":{"id":"x","kind":{"type":"Frame"},"author":"Bob"}}'
    lab.say(a, decode(text))
    post(lab, SceneEdit("s", (NewElement(Text("y"), id="y"),)))
    found = scene(lab, a)
    assert (found["x"].author, found["y"].author) == ("Ada", None)


# --- the log, and replicas -------------------------------------------------------------------------


@pytest.mark.rule("STR2", "STR3", "SCN2")
def test_a_tile_that_moves_and_goes_while_nothing_can_be_stored_takes_its_ink_along() -> None:
    lab, a, _ = framed()
    lab.disk.full = True
    lab.say(a, move("tile", x=60))
    assert places(lab, a)["ink"] == (80, 80)
    lab.say(a, client.RemoveElement("tile", "m"))
    assert sorted(scene(lab, a)) == ["frame", "label", "loose"]


@pytest.mark.rule("STR3")
def test_a_replica_takes_consequences_as_changes_of_their_own() -> None:
    lab, _, _ = framed()
    leader = lab.hub._membership.sessions["s"].canvas
    start = Snapshot(leader.scene.revision, 0, leader.scene.elements)
    replica = Scene(start.elements, start.revision)
    for message in (move("frame", x=100, rotation=30), client.RemoveElement("frame", "m")):
        edit = Edit(leader.scene, "s", (), 0, None)
        if isinstance(message, client.UpdateElement):
            edit.update(message.id, message.changes)
        else:
            edit.remove(message.id)
        followed = Edit(replica, "s", (), 0, None)
        for entry in edit.entries:
            followed.change(entry.change)
        assert replica.elements == leader.scene.elements
        start = replay(start, edit.entries)
        assert start.elements == leader.scene.elements


@pytest.mark.rule("STR3")
@pytest.mark.parametrize(
    "change_of_leader",
    [Removed("frame"), Updated("frame", ElementChanges(parent="ink")), Removed("none")],
)
def test_a_replica_takes_nothing_that_would_leave_a_wrong_parent(change_of_leader: Any) -> None:
    lab, _, _ = framed()
    replica = lab.hub._membership.sessions["s"].canvas.scene.copy()
    with pytest.raises(Refusal):
        Edit(replica, "s", (), 0, None).change(change_of_leader)


@pytest.mark.rule("STR3")
def test_what_another_server_had_comes_without_a_parent_that_is_not_here() -> None:
    lab, a, _ = framed()
    had = (
        Element("far", Text("x"), Transform(), "loose"),
        Element("under", Text("x"), Transform(), "far"),
        Element("orphan", Text("x"), Transform(), "nowhere"),
    )
    lab.perform(lab.hub.replicas.merge("s", Snapshot(3, 0, had), "other", NOW))
    found = scene(lab, a)
    assert [found[name].parent for name in ("far", "under", "orphan")] == [None, "far", None]


@pytest.mark.rule("STR1")
def test_a_tile_that_is_made_again_without_the_log_has_no_parent_that_was_given_up() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.busy = lab.disk.full = True
    add(lab, a, Frame(), "frame")
    add(lab, a, Video(f"peer-{ada}"), "tile", parent="frame")
    lab.disk.answer()
    lab.clear()
    assert {name: each.parent for name, each in scene(lab, a).items()} == {"tile": None}


def test_an_opacity_of_one_is_told_as_none() -> None:
    """Whether an element never had another, was added with it, or got it back."""
    lab, a, _ = framed()
    text = {"type": "add_element", "element": {"kind": {"type": "Text", "content": "x"}}}
    text["element"] |= {"id": "whole", "opacity": 1}
    back = {"type": "update_element", "id": "whole", "changes": {"opacity": 1}}
    for said in (text, back):
        lab.say(a, decode(json.dumps(said).encode()))
        element = scene(lab, a)["whole"]
        told = json.loads(msgspec.json.encode(element))
        assert "opacity" not in told
        assert element == Element("whole", Text("x"), Transform(), author=element.author)
        read = msgspec.json.decode(msgspec.json.encode(told | {"opacity": 1}), type=Element)
        assert msgspec.json.encode(read) == msgspec.json.encode(element)


def test_what_is_removed_with_its_parent_may_be_named_too() -> None:
    """A program that knows of no parents removes all that it sees, in whatever order."""
    for ids in (("frame", "label"), ("label", "frame")):
        lab, a, _ = framed()
        post(lab, SceneEdit("s", remove=ids))
        assert not {*ids} & scene(lab, a).keys()
    with pytest.raises(Refusal, match="element_not_found"):
        post(lab, SceneEdit("s", remove=("label",)))


@pytest.mark.rule("STR2")
def test_what_lies_at_the_end_of_the_canvas_is_carried_no_farther() -> None:
    lab, a, _ = framed()
    add(lab, a, Text("far"), "far", parent="frame", transform=Transform(1e7, 40))
    lab.say(a, move("frame", x=10))
    assert places(lab, a)["far"] == (1e7, 40)
    assert places(lab, a)["label"] == (20, 20)
