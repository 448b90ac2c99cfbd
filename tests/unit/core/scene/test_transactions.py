"""What a transaction costs, and what is told of it."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from canvas_server.core.effects import Answered, Append, ConnectionId, Proceed, Refusal
from canvas_server.core.scene import commands
from canvas_server.core.scene import news as news_module
from canvas_server.core.scene import slices as slices_module
from canvas_server.core.scene import transaction as edit_module
from canvas_server.core.scene import turns as turns_module
from canvas_server.core.scene.elements import Scene
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import encoded_size
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import (
    Chart,
    CropRect,
    Frame,
    Image,
    MediaConfig,
    Model3D,
    Text,
    Video,
)
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    SceneVersion,
    Transform,
    TransformChanges,
)
from support.hub.hub import NOW, HubLab

pytestmark = pytest.mark.rule("SCN1", "SCN12", "SCN13")

PICTURE = NewElement(Image("data:image/png;base64," + "A" * 1000), id="pic")
Told = server.ElementAdded | server.ElementUpdated | server.ElementRemoved

IDS = st.sampled_from("abcd")
KINDS = st.sampled_from(
    [
        Text("x"),
        Image("https://example.org/a.png", "old"),
        Chart("bar", {"a": [1, 2.5], "b": {"c": None}}),
        Model3D("https://example.org/m.glb"),
        Video("lobby", crop=CropRect(0.5), media_config=MediaConfig(target_fps=5)),
    ]
)
PATCHES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"content": "long \u2028 text", "font_size": 7},
        {"alt": "seen \U0001f600"},
        {"data": {"b": None, "d": [1e-300]}},
        {"type": "Chart", "data": {"chart_type": "pie"}},
        {"rotation": [1, 2, 3]},
        {"crop": {"x": 0.25}, "media_config": None},
        {"font_size": -1},
        {"stream_id": "other"},
        {},
    ]
)
CHANGES = st.builds(
    lambda x, patch: ElementChanges(
        UNSET if x is None else TransformChanges(x=x), UNSET if patch is None else patch
    ),
    st.none() | st.floats(-1e6, 1e6),
    st.none() | PATCHES,
)
OPERATIONS = st.lists(
    st.one_of(
        st.builds(lambda k, i: client.AddOperation(NewElement(k, id=i)), KINDS, IDS),
        st.builds(client.UpdateOperation, IDS, CHANGES),
        st.builds(client.RemoveOperation, IDS),
    ),
    max_size=12,
)


class Mirror:
    """A client that follows the news, and sees gaps as clients do."""

    def __init__(self) -> None:
        self.elements: dict[str, Element] = {}
        self.revision = 0

    def take(self, news: server.ServerMessage) -> None:
        if isinstance(news, server.SceneUpdate):
            self.elements = {element.id: element for element in news.scene.elements}
            self.revision = news.scene.revision
            return
        assert isinstance(news, Told)
        follows = news.revision - 1 if news.follows is UNSET else news.follows
        assert follows == self.revision, "SCN1: no gap"
        self.revision = news.revision
        if isinstance(news, server.ElementRemoved):
            del self.elements[news.id]
        else:
            assert (news.element.id in self.elements) is isinstance(news, server.ElementUpdated)
            self.elements[news.element.id] = news.element


def names(told: Sequence[server.ServerMessage]) -> list[str]:
    return [
        news.id if isinstance(news, server.ElementRemoved) else news.element.id
        for news in told
        if isinstance(news, Told)
    ]


@pytest.mark.rule("SCN1")
@settings(max_examples=50)
@given(st.lists(OPERATIONS, max_size=4))
def test_a_transaction_leads_where_its_changes_lead_one_by_one(queues: list[Any]) -> None:
    """Each element is told once, and who follows the news has the scene."""
    at_once, one_by_one, mirror = HubLab(), HubLab(), Mirror()
    (a, _), (b, _) = at_once.join(), one_by_one.join()
    for queue in queues:
        at_once.clear()
        at_once.say(a, client.SyncQueue(tuple(queue)))
        outcomes = []
        for operation in queue:
            one_by_one.clear()
            one_by_one.say(b, client.SyncQueue((operation,)))
            failed = one_by_one.heard(b, server.SyncResult)[0].failed_operations
            outcomes += [None, *(f.code for f in failed)][-1:]
        (result,) = at_once.heard(a, server.SyncResult)
        assert {f.index: f.code for f in result.failed_operations} == {
            index: code for index, code in enumerate(outcomes) if code is not None
        }
        told = [m for m in at_once.inbox[a] if not isinstance(m, server.SyncResult)]
        for news in told:
            mirror.take(news)
        removed = {news.id for news in told if isinstance(news, server.ElementRemoved)}
        assert all(names(told).count(name) <= 1 + (name in removed) for name in "abcd")
    scenes = [lab.hub.scene("s") for lab in (at_once, one_by_one)]
    assert scenes[0] is not None
    assert scenes[1] is not None
    assert scenes[0].elements == scenes[1].elements == tuple(mirror.elements.values())
    assert scenes[0].revision == scenes[1].revision == mirror.revision


@pytest.mark.rule("SCN5")
@settings(max_examples=50)
@given(OPERATIONS)
def test_the_size_of_a_scene_is_that_of_its_elements(operations: list[Any]) -> None:
    """Although nothing is encoded that has not changed."""
    scene = Scene()
    for operation in operations:
        try:
            if isinstance(operation, client.AddOperation):
                if isinstance(operation.element.kind, Video) and scene.tiles:
                    continue
                scene.add(operation.element, "spare")
            elif isinstance(operation, client.UpdateOperation):
                scene.update(operation.id, operation.changes)
            else:
                scene.remove(operation.id)
        except Refusal:
            pass
    assert scene.size == sum(encoded_size(element) for element in scene.elements)


@pytest.mark.rule("SCN1")
def test_a_picture_that_is_moved_a_thousand_times_is_told_once() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.say(a, client.AddElement(PICTURE))
    lab.clear()
    moves = [client.UpdateOperation("pic", moved(x)) for x in range(1000)]
    lab.say(a, client.SyncQueue(tuple(moves), "q"))
    (told,) = lab.inbox[b]
    assert isinstance(told, server.ElementUpdated)
    assert (told.element.transform.x, told.revision, told.follows) == (999, 1001, 1)
    assert len(lab.appended[-1].record.entries) == 1000, "each is in the history"
    assert lab.heard(a, server.SyncResult)[0].synced_count == 1000


@pytest.mark.rule("SCN1")
def test_who_takes_a_jump_for_a_gap_is_sent_the_scene() -> None:
    """And not the jump again."""
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(PICTURE))
    lab.say(a, client.SyncQueue(tuple(client.UpdateOperation("pic", moved(x)) for x in (1, 2))))
    for since in (1, 2):
        lab.clear()
        lab.say(a, client.GetScene(since=since))
        (whole,) = lab.heard(a, server.SceneUpdate)
        assert whole.scene.revision == 3
    lab.clear()
    lab.say(a, client.GetScene(since=3))
    assert lab.inbox[a] == []


@pytest.mark.rule("SCN1")
def test_what_came_and_went_at_once_is_told_where_nothing_else_is() -> None:
    """The revision has grown all the same."""
    lab = HubLab()
    a, _ = lab.join()
    lab.clear()
    lab.say(a, client.SyncQueue((client.AddOperation(PICTURE), client.RemoveOperation("pic"))))
    assert [type(m) for m in lab.inbox[a][:2]] == [server.ElementAdded, server.ElementRemoved]
    assert lab.heard(a, server.ElementRemoved)[0].revision == 2


@pytest.mark.rule("SCN1")
def test_a_very_long_transaction_is_told_as_the_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news_module, "MAX_NEWS", 2)
    lab = HubLab()
    a, _ = lab.join()
    lab.clear()
    new = tuple(client.AddOperation(NewElement(Text(n), id=n)) for n in "abc")
    lab.say(a, client.SyncQueue(new, "q"))
    assert [type(m) for m in lab.inbox[a]] == [server.SceneUpdate, server.SyncResult]


@pytest.mark.rule("OUT2")
def test_an_edit_says_what_it_will_have_told() -> None:
    """So that its editor can be charged before it is."""
    lab = HubLab()
    (a, _), _ = lab.join(), lab.join()
    lab.say(a, client.AddElement(PICTURE))
    lab.say(a, client.UpdateElement("pic", moved(1)))
    for append in lab.appended:
        assert (append.editor, append.receivers) == (a, 2)
        assert 1000 < append.broadcast_bytes < 1400
    lab.perform(lab.hub.post(SceneEdit("s", remove=("pic",)), 1, None, NOW))
    assert (lab.appended[-1].editor, lab.appended[-1].posted) == (None, True)


@pytest.mark.rule("SCN12")
def test_changes_that_are_more_work_than_they_look_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The size of a chart counts where its data change; what was before it stands."""
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(NewElement(Chart("bar", {"a": [1] * 500}), id="c")))
    monkeypatch.setattr(edit_module, "MAX_WORK", 3500)
    patch = ElementChanges(kind={"data": {"b": 1}})
    change = client.UpdateOperation("c", patch)
    lab.clear()
    lab.say(a, client.SyncQueue((change,) * 5, "q"))
    (result,) = lab.heard(a, server.SyncResult)
    assert [(f.index, f.code) for f in result.failed_operations] == [
        (3, "rate_limited"),
        (4, "rate_limited"),
    ]
    assert lab.worked[-1].connection == a
    work = lab.worked[-1].work - 2 * commands.FAILURE_WORK
    assert 3000 < work <= 3500, "it is charged, and what is refused as well"
    before = lab.hub.scene("s")
    with pytest.raises(Refusal, match="rate_limited"):
        lab.hub.post(SceneEdit("s", update=(ChangedElement("c", patch),) * 4), 1, None, NOW)
    assert lab.hub.scene("s") == before
    lab.clear()
    lab.say(a, client.UpdateElement("c", ElementChanges(kind={"chart_type": "bar"}), "m"))
    assert lab.heard(a, server.Ack), "the next edit begins anew"
    lab.worked.clear()
    monkeypatch.setattr(edit_module, "MAX_WORK", 10)
    lab.say(a, client.UpdateElement("c", patch, "one"))
    assert lab.heard(a, server.Ack)[-1].message_id == "one", "one change may always be made"
    lab.say(a, client.SyncQueue((client.UpdateOperation("c", renamed()),) * 9, "q"))
    assert lab.heard(a, server.SyncResult)[-1].failed_operations == ()
    assert len(lab.worked) == 1, "the data are left alone"


@pytest.mark.rule("SCN12")
def test_a_change_that_is_refused_is_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its editor could repeat it for ever; also where it waited for a long edit."""
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(NewElement(Chart("bar", {"a": "x" * 500}), id="c")))
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_SCENE_BYTES", 600)
    lab.clear()
    too_long = client.UpdateElement("c", ElementChanges(kind={"data": {"b": "x" * 500}}), "m")
    lab.say(a, too_long)
    assert lab.heard(a, server.Error)[0].code == "scene_full"
    assert [(w.connection, w.work > 500) for w in lab.worked] == [(a, True)]
    slow = Slow(monkeypatch)
    chart = NewElement(Chart("bar", {"a": "x" * 500}), id="c")
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_SCENE_BYTES", 4 * 1024 * 1024)
    slow.lab.say(slow.a, client.AddElement(chart))
    bad = ElementChanges(kind={"data": {"b": 1}, "chart_type": ""})
    slow.lab.say(slow.a, client.UpdateElement("c", bad, "later"))
    slow.rest()
    assert slow.lab.heard(slow.a, server.Error)[-1].code == "invalid_change"
    assert [w.connection for w in slow.lab.worked] == [slow.a]


@pytest.mark.rule("SCN12")
def test_data_of_a_chart_that_a_change_leaves_alone_are_not_gone_through() -> None:
    scene = Scene((Element("c", Chart("bar", {"a": {"b": [1, 2]}, "z": [3]}), Transform()),))
    before = scene.get("c")
    assert before is not None
    assert isinstance(before.kind, Chart)
    after = scene.update("c", renamed()).kind
    assert isinstance(after, Chart)
    assert after.data is before.kind.data
    assert (before.kind.chart_type, after.chart_type) == ("bar", "pie")
    changes: list[dict[str, Any]] = [
        {"data": {"a": {"b": "longer than it was", "c": 1}}},
        {"data": {"a": {"b": None, "none": None}, "q": {"r": None}}},
        {"data": {"a": None, "z": None, "q": None}},
        {"data": {"z": {"y": 1}}},
        {"data": [1, 2, 3]},
        {"data": {"x": 1}},
        {"type": "Chart", "data": {"chart_type": "bar", "data": {"x": {"deep": [1]}}}},
    ]
    for change in changes:
        scene.update("c", ElementChanges(kind=change))
        assert scene.size == sum(encoded_size(element) for element in scene.elements)
    with pytest.raises(Refusal, match="invalid_change"):
        scene.update("c", ElementChanges(kind={"data": None}))


# --- long edits ---------------------------------------------------------------------------------


def renamed() -> ElementChanges:
    return ElementChanges(kind={"chart_type": "pie"})


def moved(x: float) -> ElementChanges:
    return ElementChanges(TransformChanges(x=x))


def labels(count: int, prefix: str = "e") -> tuple[NewElement, ...]:
    return tuple(NewElement(Text("x"), id=f"{prefix}{n}") for n in range(count))


class Slow:
    """A lab in which somebody makes a long edit over HTTP, a slice of two changes at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *last: NewElement) -> None:
        monkeypatch.setattr(slices_module, "SLICE", 2)
        self.lab = lab = HubLab()
        self.a, self.ada = lab.join()
        self.b, self.bob = lab.join()
        lab.say(self.a, client.AddElement(NewElement(Video(f"peer-{self.ada}"), id="tile")))
        lab.clear()
        lab.busy = True
        self.post(SceneEdit("s", add=(*labels(5), *last), remove=("e1",)), 1)

    def post(self, edit: SceneEdit, request: int, expected: SceneVersion | None = None) -> None:
        self.lab.perform(self.lab.hub.post(edit, request, expected, NOW))

    def step(self) -> None:
        self.lab.perform(self.lab.hub.proceed(self.lab.proceeding.pop(0)))

    def rest(self) -> list[str]:
        self.lab.busy = False
        self.lab.perform([])
        scene = self.lab.hub.scene("s")
        assert scene is not None
        return [element.id for element in scene.elements]


@pytest.mark.rule("SCN13")
def test_others_wait_for_a_long_edit_and_signal_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is seen as a whole; those who wait are in order, and answered."""
    slow = Slow(monkeypatch)
    lab = slow.lab
    assert lab.proceeding == ["s"]
    lab.say(slow.a, client.UpdateElement("e2", moved(7), "later"))
    lab.say(slow.a, client.RemoveElement("e1", "gone"))
    slow.post(SceneEdit("s", remove=("e0",)), 2)
    slow.post(SceneEdit("s"), 3, SceneVersion(99))
    lab.say(slow.b, client.RestoreScene(0, "past"))
    lab.say(slow.b, client.RestoreScene(99, "none"))
    lab.say(slow.b, client.Offer(slow.ada, "v=0"))
    assert lab.heard(slow.a, server.RelayOffer), "signals do not wait"
    assert not lab.hub.at_rest("s")
    assert [a.record.entries[0].revision for a in lab.appended] == [1]
    assert slow.rest() == ["tile"]
    assert [m.message_id for m in lab.heard(slow.a, server.Ack)] == ["later"]
    (error,) = lab.heard(slow.a, server.Error)
    assert (error.code, error.message_id) == ("element_not_found", "gone")
    assert [(a.request, a.failure) for a in lab.answered] == [
        (1, None),
        (2, None),
        (3, ErrorCode.REVISION_CHANGED),
    ]
    assert [m.message_id for m in lab.heard(slow.b, server.Ack)] == ["past"]
    assert lab.hub.at_rest("s")


@pytest.mark.rule("IN1")
def test_a_long_edit_that_is_refused_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch, *labels(1))
    slow.lab.say(slow.a, client.AddElement(NewElement(Text("y"), id="mine"), "m"))
    assert slow.rest() == ["tile", "mine"]
    assert slow.lab.answered == [Answered(1, ErrorCode.ELEMENT_EXISTS)]
    assert slow.lab.heard(slow.a, server.Ack)[0].result.revision == 2


@pytest.mark.rule("IN1")
def test_a_restoration_that_waited_may_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    lab = slow.lab
    lab.say(slow.b, client.RestoreScene(0, "past"))
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_ELEMENTS", 0)
    slow.rest()
    assert {e.message_id: e.code for e in lab.heard(slow.b, server.Error)} == {"past": "scene_full"}


@pytest.mark.rule("SCN3")
def test_tiles_go_after_a_long_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    slow.lab.drop(slow.a)
    assert "tile" not in slow.rest()


@pytest.mark.rule("SCN3")
def test_tiles_of_those_who_do_not_come_back_go_after_a_long_edit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow(monkeypatch)
    session = slow.lab.hub._membership.sessions["s"]
    del session.peers[slow.ada]
    assert session.canvas.sweep(0) == []
    assert "tile" not in slow.rest()


@pytest.mark.rule("SCN2")
def test_a_long_edit_relies_on_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was begun on is taken back, so it is too; what waits for it is made."""
    monkeypatch.setattr(slices_module, "SLICE", 2)
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = True
    lab.disk.full = True
    lab.say(a, client.AddElement(NewElement(Text("y"), id="lost"), "lost"))
    for request, waits in ((1, False), (2, True)):
        lab.perform(lab.hub.post(SceneEdit("s", add=labels(5)), request, None, NOW))
        if waits:
            lab.say(a, client.AddElement(NewElement(Text("z"), id="kept"), "kept"))
        lab.disk.answer()
        lab.disk.full = False
        assert lab.answered[-1] == Answered(request, ErrorCode.STORAGE_FAILED)
        lab.proceed()
        if not waits:
            lab.disk.full = True
            lab.say(a, client.AddElement(NewElement(Text("y"), id="lost"), "lost again"))
    lab.disk.answer()
    scene = lab.hub.scene("s")
    assert scene is not None
    assert [element.id for element in scene.elements] == ["kept"]


def full_frame(monkeypatch: pytest.MonkeyPatch) -> tuple[HubLab, ConnectionId, ConnectionId, str]:
    """Have a frame with nine labels, where a slice is of four steps."""
    lab = HubLab()
    a, _ = lab.join()
    b, bob = lab.join()
    frame = NewElement(Frame(), id="f")
    inner = tuple(NewElement(Text("x"), id=f"e{n}", parent="f") for n in range(9))
    lab.perform(lab.hub.post(SceneEdit("s", add=(frame, *inner)), 1, None, NOW))
    monkeypatch.setattr(slices_module, "SLICE", 4)
    lab.clear()
    lab.busy = True
    return lab, a, b, bob


@pytest.mark.rule("SCN13", "STR2", "STR3")
@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize("removes", [False, True])
def test_a_frame_full_of_elements_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, *, removes: bool, queued: bool
) -> None:
    """It is moved or removed in slices, seen as a whole, and its editor is answered then."""
    lab, a, b, bob = full_frame(monkeypatch)
    if queued:
        one = client.RemoveOperation("f") if removes else client.UpdateOperation("f", moved(7))
        lab.say(a, client.SyncQueue((one,), "m"))
    else:
        lab.say(
            a,
            client.RemoveElement("f", "m") if removes else client.UpdateElement("f", moved(7), "m"),
        )
    slices = 0
    while lab.proceeding:
        assert not lab.hub.at_rest("s")
        assert lab.heard(b, server.ElementUpdated) == []
        assert lab.heard(b, server.ElementRemoved) == []
        assert lab.heard(a, server.Ack) + lab.heard(a, server.SyncResult) == []
        lab.say(a, client.Offer(bob, "v=0"))
        slices += 1
        assert len(lab.heard(b, server.RelayOffer)) == slices, "signals do not wait"
        lab.perform(lab.hub.proceed(lab.proceeding.pop(0)))
    assert slices > 1
    lab.busy = False
    lab.perform([])
    told = lab.heard(b, server.ElementRemoved if removes else server.ElementUpdated)
    assert len(told) == 10
    answer = lab.heard(a, server.SyncResult if queued else server.Ack)
    assert [message.message_id for message in answer] == ["m"]
    assert lab.hub.at_rest("s")


@pytest.mark.rule("SCN13", "IN1")
def test_a_long_edit_of_a_peer_that_is_refused_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab, a, _, _ = full_frame(monkeypatch)
    before = lab.hub.scene("s")
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_SCENE_BYTES", 1)
    lab.say(a, client.UpdateElement("f", ElementChanges(TransformChanges(x=0.12345)), "m"))
    assert lab.heard(a, server.Error) == []
    lab.busy = False
    lab.perform([])
    (error,) = lab.heard(a, server.Error)
    assert (error.code, error.message_id) == ("scene_full", "m")
    assert lab.hub.scene("s") == before
    assert lab.worked[-1].work > 0, "what was gone through is charged"


@pytest.mark.rule("SCN13", "SCN2")
def test_a_long_edit_of_a_peer_relies_on_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    lab, a, _, _ = full_frame(monkeypatch)
    lab.disk.full = True
    lab.say(a, client.AddElement(NewElement(Text("y"), id="lost"), "lost"))
    lab.say(a, client.UpdateElement("f", moved(7), "m"))
    assert lab.proceeding
    lab.disk.answer()
    codes = {error.message_id: error.code for error in lab.heard(a, server.Error)}
    assert codes == {"lost": "storage_failed", "m": "storage_failed"}
    canvas = lab.hub._membership.sessions["s"].canvas
    assert not canvas.turns.busy


@pytest.mark.rule("SCN13")
def test_too_many_that_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    monkeypatch.setattr(turns_module, "MAX_WAITING", 1)
    slow.lab.say(slow.a, client.RemoveElement("e0", "first"))
    slow.lab.say(slow.a, client.RemoveElement("e2", "second"))
    (error,) = slow.lab.heard(slow.a, server.Error)
    assert (error.code, error.message_id) == ("rate_limited", "second")


@pytest.mark.rule("SCN13")
def test_requests_that_wait_are_answered_when_a_session_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow(monkeypatch)
    slow.post(SceneEdit("s", remove=("e0",)), 2)
    slow.lab.say(slow.a, client.RemoveElement("e0", "mine"))
    canvas = slow.lab.hub._membership.sessions["s"].canvas
    answers = [Answered(n, ErrorCode.STORAGE_FAILED) for n in (1, 2)]
    assert canvas.abandon() == answers
    assert canvas.turns.finish() == []
    assert slow.lab.hub.proceed("nowhere") == []


@pytest.mark.rule("REL4")
def test_another_server_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long edit is finished before the scene is shared."""
    slow = Slow(monkeypatch)
    slow.lab.say(slow.a, client.RemoveElement("e0", "mine"))
    effects = slow.lab.hub._membership.sessions["s"].canvas.overtake(0, 0)
    assert [type(e) for e in effects if isinstance(e, Append | Proceed)] == [Append, Append]
    assert not slow.lab.hub._membership.sessions["s"].canvas.turns.busy


# --- decoding -----------------------------------------------------------------------------------


@pytest.mark.rule("IN2", "SCN12")
def test_a_message_of_very_many_parts_is_refused_unread() -> None:
    """Each part costs many times its bytes."""
    from canvas_server.protocol.codec import MAX_CONTAINERS, MalformedMessage, decode

    data = [[]] * MAX_CONTAINERS
    kind = {"type": "Chart", "chart_type": "x", "data": data}
    message = {"message_id": "m", "type": "add_element", "element": {"kind": kind}}
    with pytest.raises(MalformedMessage, match="arrays and objects") as refused:
        decode(json.dumps(message).encode())
    assert (refused.value.code, refused.value.message_id) == ("invalid_message", "m")
    with pytest.raises(MalformedMessage, match="arrays and objects") as refused:
        decode(b"[" * 3 * MAX_CONTAINERS)
    assert refused.value.message_id is None
    with pytest.raises(MalformedMessage, match="values"):
        decode(b'{"type": "ping", "x": [' + b"1," * 200_001 + b"1]}")
    long = {"type": "add_element", "element": {"kind": {**kind, "data": [1] * 60_000}}}
    assert isinstance(decode(msgspec.json.encode(long)), client.AddElement)


@pytest.mark.rule("AGT11")
def test_an_atomic_queue_is_made_whole_or_not_at_all() -> None:
    lab = HubLab()
    ada, _ = lab.join()
    first, second = (client.AddOperation(NewElement(Text(each), id=each)) for each in "ab")
    lost = client.RemoveOperation("none")
    lab.say(ada, client.SyncQueue((first, lost, second), "m", atomic=True))
    (error,) = lab.heard(ada, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.ELEMENT_NOT_FOUND, "m")
    assert "operation 1 of 3" in error.message
    lab.say(ada, client.GetScene())
    assert lab.heard(ada, server.SceneUpdate)[-1].scene.elements == ()
    lab.say(ada, client.SyncQueue((first, second), "n", atomic=True))
    lab.say(ada, client.GetScene())
    assert [one.id for one in lab.heard(ada, server.SceneUpdate)[-1].scene.elements] == ["a", "b"]
