"""What is told is stored, what is not stored is taken back."""

import msgspec
import pytest
from msgspec import UNSET

from canvas_server.core.effects import Answered, Refusal
from canvas_server.core.records import Record, Snapshot, Stored
from canvas_server.core.scene import committed, replies
from canvas_server.core.scene import document as canvas_module
from canvas_server.core.scene.replay import replay
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Removed, Replaced, Updated
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Text, Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    SceneVersion,
    Transform,
    TransformChanges,
)
from support.hub.hub import NOW, HubLab

pytestmark = pytest.mark.rule("SCN2", "SCN3", "SCN5", "SCN6", "SCN7")

MS = int(NOW * 1000)
LABEL = Text("hello")


def text(element_id: str) -> NewElement:
    return NewElement(LABEL, id=element_id)


def ids(lab: HubLab, session_id: str = "s") -> list[str]:
    document = lab.hub.scene(session_id)
    assert document is not None
    return [element.id for element in document.elements]


def records(lab: HubLab) -> list[Record]:
    return [append.record for append in lab.appended]


def moved(x: float) -> ElementChanges:
    return ElementChanges(TransformChanges(x=x))


# --- stored, then told ------------------------------------------------------------------------


@pytest.mark.rule("SCN2")
def test_nobody_hears_of_an_edit_before_it_is_stored() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.busy = True
    lab.say(a, client.AddElement(text("one"), "1"))
    lab.say(b, client.UpdateElement("one", moved(5), "2"))
    lab.say(a, client.GetScene())
    assert lab.inbox[b] == []
    (scene,) = lab.heard(a, server.SceneUpdate)
    assert (scene.scene.revision, scene.scene.elements) == (0, ())
    lab.clear()
    lab.disk.answer(1)
    assert [type(m) for m in lab.inbox[a]] == [server.ElementAdded, server.Ack]
    assert [type(m) for m in lab.inbox[b]] == [server.ElementAdded]
    lab.disk.answer(1)
    assert [type(m) for m in lab.inbox[b]][1:] == [server.ElementUpdated, server.Ack]


@pytest.mark.rule("SCN1", "SCN2")
def test_who_joins_in_between_hears_of_it_once() -> None:
    """Either in the snapshot or after it."""
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = True
    lab.say(a, client.AddElement(text("one")))
    c = lab.connect()
    lab.say(c, client.Subscribe("s"))
    assert lab.heard(c, server.SceneUpdate)[0].scene.elements == ()
    lab.disk.answer()
    assert [m.revision for m in lab.heard(c, server.ElementAdded)] == [1]


def test_the_log_is_told_who_did_what_and_when() -> None:
    lab = HubLab()
    a, ada = lab.join(display_name="Ada")
    lab.say(a, client.AddElement(text("one")))
    lab.now += 2
    lab.say(a, client.UpdateElement("one", moved(5)))
    lab.say(a, client.RemoveElement("one"))
    lab.say(a, client.ClearScene())
    entries = [entry for record in records(lab) for entry in record.entries]
    assert [entry.revision for entry in entries] == [1, 2, 3, 4]
    assert [entry.timestamp - MS for entry in entries] == [0, 2000, 2000, 2000]
    assert {(entry.peer_id, entry.display_name) for entry in entries} == {(ada, "Ada")}
    assert [type(entry.change) for entry in entries] == [Added, Updated, Removed, Replaced]
    assert all(record.follows and record.receipt is None for record in records(lab))


def test_an_edit_of_many_operations_is_one_record() -> None:
    lab = HubLab()
    a, _ = lab.join()
    operations = (client.AddOperation(text("one")), client.UpdateOperation("one", moved(5)))
    lab.say(a, client.SyncQueue(operations, "q"))
    (record,) = records(lab)
    assert [entry.revision for entry in record.entries] == [1, 2]
    assert record.receipt is not None


# --- retries ----------------------------------------------------------------------------------


@pytest.mark.rule("SCN6")
@pytest.mark.parametrize(
    "edit",
    [
        client.AddElement(NewElement(LABEL), "m"),
        client.UpdateElement("one", moved(7), "m"),
        client.RemoveElement("one", "m"),
        client.ClearScene("m"),
        client.RestoreScene(0, "m"),
        client.SyncQueue((client.AddOperation(NewElement(LABEL)),), "m"),
    ],
)
@pytest.mark.parametrize("when", ["at once", "later", "after everybody was gone"])
def test_a_retry_is_answered_alike_and_changes_nothing(
    edit: client.ClientMessage, when: str
) -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.clear()
    lab.busy = when == "at once"
    lab.say(a, edit)
    if when == "after everybody was gone":
        lab.drop(a)
        assert not lab.hub.is_open("s")
        first = lab.inbox[a][-1]
        a = lab.connect()
        lab.say(a, client.Subscribe("s", ada, resume_token=f"{ada}@s#0"))
    else:
        first = None
    before = len(records(lab))
    lab.say(a, edit)
    lab.busy = False
    lab.disk.answer()
    assert len(records(lab)) == before
    answers = [m for m in lab.inbox[a] if isinstance(m, server.Ack | server.SyncResult)]
    assert len(answers) == (2 if when == "later" else 1)
    assert all(answer == (first or answers[0]) for answer in answers)


@pytest.mark.rule("SCN6")
def test_another_edit_under_the_same_message_id_is_no_retry() -> None:
    """A page that counts its messages begins anew when it is reloaded."""
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one"), "1"))
    lab.say(a, client.AddElement(text("two"), "1"))
    assert ids(lab) == ["one", "two"]


def test_others_have_message_ids_of_their_own() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    for connection in (a, b):
        lab.say(connection, client.AddElement(NewElement(LABEL), "1"))
    assert len(ids(lab)) == 2


def test_so_many_receipts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MAX_IDEMPOTENCY_RECORDS", 2)
    lab = HubLab()
    a, _ = lab.join()
    for number in "123":
        lab.say(a, client.AddElement(NewElement(LABEL), number))
    lab.say(a, client.AddElement(NewElement(LABEL), "1"))
    lab.say(a, client.AddElement(NewElement(LABEL), "1"))
    assert len(ids(lab)) == 4


@pytest.mark.rule("SCN6")
def test_receipts_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with long reasons are forgotten sooner, those of a taken id do not count."""
    monkeypatch.setattr(replies, "MAX_RECEIPT_BYTES", 2000)
    lab = HubLab()
    a, peer_id = lab.join()
    failing = tuple(client.RemoveOperation(f"none{n}") for n in range(8))
    operations = (client.AddOperation(NewElement(LABEL)), *failing)
    for number in "1234":
        lab.say(a, client.SyncQueue(operations, number))
    assert lab.appended[-1].record.size > 500, "what waits for the disk counts them"
    canvas = lab.hub._membership.sessions["s"].canvas
    assert 0 < canvas._replies._bytes <= 2000
    assert len(ids(lab)) == 4
    lab.say(a, client.SyncQueue(operations, "4"))
    assert len(ids(lab)) == 4, "the latest is remembered"
    canvas.forget(str(peer_id))
    assert sum(r.size for r in canvas._replies._receipts.values()) == canvas._replies._bytes


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.rule("SCN2")
def test_what_cannot_be_stored_is_taken_back_and_said() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.clear()
    lab.busy = lab.disk.full = True
    lab.say(a, client.UpdateElement("one", moved(5), "1"))
    lab.say(b, client.AddElement(text("two"), "2"))
    lab.say(b, client.RemoveElement("one"))
    lab.busy = False
    lab.disk.answer()
    assert [(m.code, m.message_id) for m in lab.heard(a, server.Error)] == [("storage_failed", "1")]
    assert [(m.code, m.message_id) for m in lab.heard(b, server.Error)] == [
        ("storage_failed", "2"),
        ("storage_failed", None),
    ]
    assert len(lab.inbox[a]) == 1
    assert ids(lab) == ["one"]
    lab.disk.full = False
    lab.clear()
    lab.say(a, client.UpdateElement("one", moved(5), "1"))
    assert lab.heard(b, server.ElementUpdated)[0].revision == 2, "the same edit may be tried again"
    assert lab.heard(a, server.Ack)


@pytest.mark.rule("SCN2", "SCN3")
def test_an_answer_that_depends_on_what_is_not_stored_waits_for_it() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.busy = True
    tile = NewElement(Video(f"peer-{ada}"), id="tile")
    lab.say(a, client.AddElement(tile, "1"))
    lab.say(b, client.AddElement(msgspec.structs.replace(tile, id="other"), "2"))
    assert lab.inbox[b] == []
    lab.disk.answer()
    assert lab.inbox[b][1:] == [server.Ack("2", server.AckResult(1, "tile"))]
    lab.clear()
    lab.disk.full = True
    lab.say(a, client.AddElement(text("one"), "3"))
    lab.say(b, client.AddElement(tile, "4"))
    lab.disk.answer()
    assert lab.heard(b, server.Error)[0].message_id == "4"


@pytest.mark.rule("SCN3")
def test_calls_go_on_when_the_disk_is_full() -> None:
    """Tiles come, move and go, and are stored with the next edit that can be."""
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.clear()
    lab.busy = lab.disk.full = True
    lab.say(a, client.UpdateElement("one", moved(9), "0"))
    lab.say(a, client.AddElement(NewElement(Video(f"peer-{ada}"), id="ada"), "1"))
    lab.say(b, client.AddElement(NewElement(Video(f"peer-{bob}"), id="bob")))
    lab.say(b, client.UpdateElement("ada", moved(5), "2"))
    lab.say(b, client.RemoveElement("bob"))
    lab.say(b, client.SyncQueue((client.UpdateOperation("ada", moved(6)),), "3"))
    lab.busy = False
    lab.disk.answer()
    assert lab.heard(a, server.Ack) == [server.Ack("1", server.AckResult(2, "ada"))]
    assert lab.heard(b, server.Ack) == [server.Ack("2", server.AckResult(4, "ada"))]
    assert lab.heard(b, server.SyncResult)[0].synced_count == 1
    assert ids(lab) == ["one", "ada"]
    told = [m for m in lab.inbox[a] if isinstance(m, server.ElementUpdated)]
    assert [m.revision for m in told] == [4, 6]
    lab.disk.full = False
    lab.say(a, client.AddElement(text("two")))
    record = records(lab)[-1]
    assert not record.follows
    assert [entry.revision for entry in record.entries] == [6, 7]
    bridge = record.entries[0].change
    assert isinstance(bridge, Replaced)
    assert [element.id for element in bridge.elements] == ["one", "ada"]
    lab.say(a, client.AddElement(text("three")))
    assert records(lab)[-1].follows
    lab.drop(a)
    lab.drop(b)
    lab.join()
    assert ids(lab) == ["one", "two", "three"]


def test_what_bridges_a_gap_may_fail_as_well() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.disk.full = True
    lab.say(a, client.AddElement(NewElement(Video(f"peer-{ada}"), id="ada")))
    for _ in range(2):
        lab.say(a, client.AddElement(text("one")))
        assert not records(lab)[-1].follows
    lab.disk.full = False
    lab.say(a, client.AddElement(text("one")))
    assert [entry.revision for entry in records(lab)[-1].entries] == [1, 2]
    assert ids(lab) == ["ada", "one"]


def test_a_tile_that_relied_on_what_was_taken_back_is_let_go() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(NewElement(Video("lobby"), id="cam")))
    lab.clear()
    lab.busy = lab.disk.full = True
    operations = (client.AddOperation(text("one")), client.RemoveOperation("cam"))
    lab.say(a, client.SyncQueue(operations, "1"))
    lab.say(a, client.AddElement(NewElement(Video("lobby"), id="again"), "2"))
    lab.disk.answer()
    assert ids(lab) == ["cam"]
    assert lab.heard(a, server.Error)[0].message_id == "1"


def test_an_answer_nobody_waits_for_is_ignored() -> None:
    lab = HubLab()
    a, _ = lab.join()
    assert lab.hub.stored("s", 99) == lab.hub.failed("s", 99, NOW) == []
    assert lab.hub.stored("none", 1) == lab.hub.failed("none", 1, NOW) == []
    lab.busy = True
    lab.say(a, client.AddElement(text("one")))
    assert lab.hub.stored("s", 99) == lab.hub.failed("s", 99, NOW) == []


def test_who_has_left_is_not_answered() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.clear()
    lab.busy = True
    lab.say(a, client.AddElement(text("one"), "1"))
    lab.drop(a)
    lab.disk.answer()
    assert lab.inbox[a] == []
    assert lab.heard(b, server.ElementAdded)


# --- sessions come and go -------------------------------------------------------------------


@pytest.mark.rule("SCN5")
def test_a_session_leaves_memory_and_comes_back() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.busy = True
    lab.say(a, client.AddElement(text("two")))
    lab.drop(a)
    assert lab.hub.is_open("s"), "something is not stored yet"
    lab.disk.answer()
    assert not lab.hub.is_open("s")
    lab.busy = False
    lab.join()
    assert ids(lab) == ["one", "two"]


def test_a_session_leaves_memory_also_when_its_last_edit_fails() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = lab.disk.full = True
    lab.say(a, client.AddElement(text("one")))
    lab.drop(a)
    lab.disk.answer()
    assert not lab.hub.is_open("s")


def test_a_session_opened_in_vain_is_let_go() -> None:
    lab = HubLab()
    lab.hub.opened("s", Stored(Snapshot(0, 0)))
    lab.hub.settle("s")
    lab.hub.settle("s")
    assert not lab.hub.is_open("s")
    assert lab.hub.scene("s") is None


def test_an_open_session_is_not_opened_again() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.hub.opened("s", Stored(Snapshot(0, 0)))
    assert ids(lab) == ["one"]


@pytest.mark.rule("SCN3")
def test_tiles_of_before_a_restart_wait_for_their_peers() -> None:
    lab = HubLab(started=NOW)
    ada, bob = (f"00000000-0000-0000-0000-00000000000{n}" for n in "12")
    tiles = [Element(f"tile-{p}", Video(f"peer-{p}"), Transform()) for p in (ada, bob)]
    lobby = Element("lobby", Video("lobby"), Transform())
    lab.hub.opened("s", Stored(Snapshot(5, MS, (*tiles, lobby))))
    lab.now += 10
    a = lab.connect()
    lab.say(a, client.Subscribe("s", ada, resume_token=f"{ada}@s#0"))
    lab.wait(100)
    assert len(ids(lab)) == 3
    lab.wait(11)
    assert ids(lab) == [f"tile-{ada}", "lobby"]
    assert [m.revision for m in lab.heard(a, server.ElementRemoved)] == [6]


@pytest.mark.rule("SCN5")
def test_a_snapshot_is_stored_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a long history opens fast."""
    monkeypatch.setattr(canvas_module, "SNAPSHOT_BYTES", 400)
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    for x in range(100):
        lab.say(a, client.UpdateElement("one", moved(x)))
    snapshots = [record.snapshot for record in records(lab) if record.snapshot]
    assert 3 < len(snapshots) < 20
    assert all(record.follows for record in records(lab))
    assert snapshots[-1].elements[0].transform.x == snapshots[-1].revision - 2


def test_what_was_logged_before_counts_for_the_next_snapshot() -> None:
    lab = HubLab()
    lab.hub.opened("s", Stored(Snapshot(0, 0), (), canvas_module.SNAPSHOT_BYTES))
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    assert records(lab)[0].snapshot is not None


# --- catching up --------------------------------------------------------------------------------


@pytest.mark.rule("SCN1")
def test_who_sees_a_gap_is_sent_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committed, "MAX_RECENT", 3)
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    lab.clear()
    for number in range(5):
        lab.say(a, client.AddElement(text(f"e{number}")))
    told = lab.inbox[b].copy()
    for since, expected in ((2, told[2:]), (4, told[4:]), (5, [])):
        lab.clear()
        lab.say(b, client.GetScene(since=since))
        assert lab.inbox[b] == expected
    for since in (None, 0, 1, 6):
        lab.clear()
        lab.say(b, client.GetScene(since=since))
        assert [m.scene.revision for m in lab.heard(b, server.SceneUpdate)] == [5]
    lab.say(a, client.ClearScene())
    lab.clear()
    lab.say(b, client.GetScene(since=5))
    assert lab.heard(b, server.SceneUpdate)[0].scene.revision == 6


@pytest.mark.rule("SCN1")
@pytest.mark.rule("SCN15")
@pytest.mark.report(
    "reading",
    "After a backup was restored, a page that had a later state took it for the present one.",
    "`get_scene{since: 3}` of the scene before, when the restored one is at revision 3 again",
    "The whole scene is sent: a revision is of the time of its change.",
)
def test_a_revision_of_another_past_is_none_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committed, "MAX_RECENT", 2)
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    for number in range(4):
        lab.now += 1
        lab.say(a, client.AddElement(text(f"e{number}")))
    at = {event.revision: event.timestamp for event in lab.heard(b, server.ElementAdded)}
    for since in (2, 3, 4):
        for wrong in (0, 1):
            lab.clear()
            known = client.GetScene(since=since, since_timestamp=at[since] - wrong)
            lab.say(b, known)
            is_whole = bool(lab.heard(b, server.SceneUpdate))
            assert is_whole is bool(wrong), (since, wrong)
            assert is_whole or len(lab.inbox[b]) == 4 - since


# --- clear and restore ------------------------------------------------------------------------


@pytest.mark.rule("SCN7")
def test_an_earlier_scene_comes_back_as_a_new_change() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.say(a, client.AddElement(NewElement(Video(f"peer-{ada}"), id="tile")))
    lab.say(a, client.UpdateElement("one", moved(5)))
    lab.say(a, client.RemoveElement("one"))
    lab.say(a, client.UpdateElement("tile", moved(7)))
    lab.clear()
    lab.say(b, client.RestoreScene(2, "r"))
    (told,) = lab.heard(a, server.SceneUpdate)
    assert told.scene.revision == 6
    assert [(e.id, e.transform.x) for e in told.scene.elements] == [("one", 0), ("tile", 7)]
    assert lab.inbox[b] == [told, server.Ack("r", server.AckResult(6, UNSET))]
    change = records(lab)[-1].entries[0].change
    assert isinstance(change, Replaced)
    assert change.restored == 2


def test_what_the_history_does_not_reach_cannot_be_restored() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.RestoreScene(7, "r"))
    assert lab.error(a) == "revision_not_found"


def test_who_left_meanwhile_restores_nothing() -> None:
    lab = HubLab()
    a, _ = lab.join()
    _, recall = lab.hub.handle(a, client.RestoreScene(0), NOW)
    lab.drop(a)
    past = Snapshot(0, 0)
    assert lab.hub.recalled(recall, past, NOW) == []  # type: ignore[arg-type]
    lab.join()
    assert lab.hub.recalled(recall, past, NOW) == []  # type: ignore[arg-type]


def test_a_scene_that_is_too_large_is_not_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    lab.say(a, client.ClearScene())
    monkeypatch.setattr("canvas_server.core.scene.elements.MAX_SCENE_BYTES", 10)
    lab.clear()
    lab.say(a, client.RestoreScene(1))
    assert lab.error(a) == "scene_full"


# --- over HTTP ---------------------------------------------------------------------------------


def post(lab: HubLab, edit: SceneEdit, expected: SceneVersion | None = None) -> list[Answered]:
    if not lab.hub.is_open(edit.session_id):
        lab.hub.opened(edit.session_id, Stored(Snapshot(0, 0)))
    lab.answered.clear()
    lab.perform(lab.hub.post(edit, 1, expected, lab.now))
    return lab.answered


def test_an_edit_over_http_is_one_record() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("old")))
    lab.clear()
    edit = SceneEdit(
        "s",
        clear=True,
        add=(text("one"), text("two")),
        update=(ChangedElement("one", moved(3)),),
        remove=("two",),
    )
    assert post(lab, edit) == [Answered(1)]
    (told,) = lab.inbox[a]
    assert isinstance(told, server.SceneUpdate), "all of it is told once, as its result"
    assert told.scene.elements == (Element("one", text("one").kind, Transform(x=3)),)
    assert ids(lab) == ["one"]
    assert records(lab)[-1].entries[0].peer_id is None


@pytest.mark.rule("IN1")
def test_an_edit_over_http_is_made_whole_or_not_at_all() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("old")))
    lab.clear()
    with pytest.raises(Refusal, match="element_not_found"):
        post(lab, SceneEdit("s", clear=True, add=(text("one"),), remove=("none",)))
    assert lab.inbox[a] == []
    lab.say(a, client.AddElement(text("new")))
    assert ids(lab) == ["old", "new"]
    assert lab.heard(a, server.ElementAdded)[0].revision == 2


def test_an_edit_over_http_can_depend_on_the_revision() -> None:
    lab = HubLab()
    lab.join()
    assert post(lab, SceneEdit("s", add=(text("one"),)), SceneVersion(0)) == [Answered(1)]
    with pytest.raises(Refusal, match="revision_changed"):
        post(lab, SceneEdit("s", add=(text("two"),)), SceneVersion(0))


def test_a_condition_is_of_the_time_of_a_revision_too() -> None:
    lab = HubLab()
    lab.join()
    post(lab, SceneEdit("s", add=(text("one"),)))
    shown = lab.hub.scene("s")
    assert shown is not None
    with pytest.raises(Refusal, match="revision_changed"):
        post(lab, SceneEdit("s"), SceneVersion(1, shown.timestamp - 1))
    lab.busy = True
    post(lab, SceneEdit("s", add=(text("two"),)))
    with pytest.raises(Refusal, match="revision_changed"):  # nobody has seen it at any time
        post(lab, SceneEdit("s"), SceneVersion(2, shown.timestamp))
    with pytest.raises(Refusal, match="revision_changed"):
        post(lab, SceneEdit("s"), SceneVersion(1, shown.timestamp))


def test_an_edit_over_http_that_is_not_stored_says_so() -> None:
    lab = HubLab()
    lab.disk.full = True
    assert post(lab, SceneEdit("s", add=(text("one"),))) == [Answered(1, ErrorCode.STORAGE_FAILED)]
    assert not lab.hub.is_open("s")


# --- replay -----------------------------------------------------------------------------------


def test_replaying_the_history_gives_the_scene() -> None:
    lab = HubLab()
    a, _ = lab.join()
    for edit in (
        client.AddElement(text("one")),
        client.AddElement(text("two")),
        client.UpdateElement("one", ElementChanges(kind={"content": "bye"})),
        client.RemoveElement("two"),
        client.ClearScene(),
        client.RestoreScene(3),
    ):
        lab.say(a, edit)
    entries = [entry for record in records(lab) for entry in record.entries]
    document = lab.hub.scene("s")
    assert document is not None
    replayed = replay(Snapshot(0, 0), entries)
    assert replayed == Snapshot(6, MS, document.elements)
