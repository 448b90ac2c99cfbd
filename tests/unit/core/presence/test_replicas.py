"""A scene that two servers share: its keeper orders the edits, the copy follows."""

import pytest

from canvas_server.core.effects import (
    Answered,
    Append,
    Changed,
    ConnectionId,
    Forward,
    Refusal,
)
from canvas_server.core.presence.environment import milliseconds
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.replicas import MAX_JUMP, MAX_SHARED_REVISION
from canvas_server.core.records import Snapshot
from canvas_server.core.scene.attribution import results_from
from canvas_server.core.scene.elements import Scene
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Frame, Group, Text, Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    SceneVersion,
    Transform,
    TransformChanges,
)
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("REL4")

PEER = "00000000-0000-0000-0000-{:012x}"


def text(name: str) -> NewElement:
    return NewElement(Text(name), id=name)


def element(name: str) -> Element:
    return Element(name, Text(name), Transform())


def copy_of(leader: str = "Northern") -> tuple[HubLab, ConnectionId, str]:
    """Return a lab with somebody in a session whose scene is kept by another server."""
    lab = HubLab(leader=lambda session_id: leader if session_id == "s" else None)
    return (lab, *lab.join())


def keeping() -> HubLab:
    """Return a lab that keeps its scenes, while others watch."""
    return HubLab(leader=lambda _: None)


def changes(lab: HubLab) -> list[Entry]:
    """Return what was told of all edits of a keeper."""
    return [
        entry for effect in lab.shared if isinstance(effect, Changed) for entry in effect.entries
    ]


def names(lab: HubLab) -> list[str]:
    scene = lab.hub.scene("s")
    assert scene
    return [element.id for element in scene.elements]


def added(name: str, revision: int) -> Entry:
    return Entry(revision, 7, Added(element(name)))


# --- at the keeper -------------------------------------------------------------------------------


def test_a_keeper_tells_what_is_stored_and_who_made_it() -> None:
    lab = keeping()
    a, ada = lab.join(display_name="Ada")
    lab.busy = True
    lab.say(a, client.AddElement(text("one")))
    assert changes(lab) == []
    lab.disk.answer()
    (entry,) = changes(lab)
    assert (entry.revision, entry.peer_id, entry.display_name) == (1, ada, "Ada")


def test_the_scene_to_be_compared_has_what_is_not_stored_yet() -> None:
    lab = keeping()
    a, _ = lab.join()
    lab.busy = True
    lab.say(a, client.AddElement(text("one")))
    assert [each.id for each in lab.hub.replicas.scene("s").elements] == ["one"]
    assert len(lab.hub.replicas.scene("nowhere")) == 0


def test_a_keeper_merges_what_the_other_server_had_and_goes_on_after_it() -> None:
    lab = keeping()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    had = Snapshot(9, 0, (element("one"), element("two")))
    lab.perform(lab.hub.replicas.merge("s", had, "South", lab.now))
    assert names(lab) == ["one", "two"]
    assert lab.hub.replicas.snapshot("s").revision == 10
    lab.clear()
    lab.perform(lab.hub.replicas.merge("s", Snapshot(4, 0), "South", lab.now))
    assert lab.inbox[a] == [], "it is after that already"
    assert lab.hub.replicas.merge("nowhere", had, "South", lab.now) == []
    lab.say(a, client.AddElement(text("three")))
    again = keeping()
    again.disk = lab.disk
    again.join()
    assert names(again) == ["one", "two", "three"], "the log has it, whatever the gap"


# --- at the copy ---------------------------------------------------------------------------------


def test_edits_of_a_copy_are_forwarded_and_change_nothing() -> None:
    lab, b, bob = copy_of()
    edit = client.AddElement(text("one"), "m")
    restore = client.RestoreScene(3, "r")
    posted = SceneEdit("s", add=(text("two"),))
    lab.shared.clear()
    lab.say(b, edit)
    lab.say(b, restore)
    lab.perform(lab.hub.post(posted, 5, SceneVersion(2), lab.now))
    assert lab.shared == [
        Forward("s", bob, edit),
        Forward("s", bob, restore),
        Forward("s", None, posted, 5, 2),
    ]
    shown = lab.hub.scene("s")
    assert shown is not None
    known = SceneVersion(shown.revision, shown.timestamp)  # the time is that of the replica
    lab.perform(lab.hub.post(posted, 6, known, lab.now))
    assert lab.shared[-1] == Forward("s", None, posted, 6, shown.revision)
    with pytest.raises(Refusal, match="revision_changed"):
        lab.hub.post(posted, 7, SceneVersion(shown.revision, shown.timestamp + 1), lab.now)
    assert lab.inbox[b] == []
    assert names(lab) == []


def test_a_copy_follows_and_answers_come_after_what_they_are_about() -> None:
    lab, b, bob = copy_of()
    lab.busy = True
    replicas = lab.hub.replicas
    lab.perform(replicas.follow("s", [added("one", 1)], "South", None, lab.now))
    ack = server.Ack("m", server.AckResult(1, "one"))
    lab.perform(replicas.answer("s", bob, ack))
    lab.perform(replicas.made("s", 8))
    assert lab.inbox[b] == []
    lab.disk.answer()
    news, told = lab.inbox[b]
    assert isinstance(news, server.ElementAdded)
    assert (news.revision, news.timestamp) == (1, milliseconds(lab.now)), "by our clock"
    assert told == ack
    assert lab.answered == [Answered(8)]
    assert changes(lab) == [], "it is told by its keeper alone"
    changed = Updated("one", ElementChanges(kind={"content": "new"}))
    lab.perform(
        replicas.follow(
            "s",
            [Entry(2, 8, changed, bob, "Bob"), Entry(3, 8, Replaced((element("two"),)), bob)],
            "South",
            None,
            lab.now,
        )
    )
    lab.perform(replicas.follow("s", [Entry(4, 9, Removed("two"))], "South", None, lab.now))
    lab.disk.answer()
    assert names(lab) == []
    assert lab.hub.replicas.snapshot("s").revision == 4


def test_what_is_stored_of_a_copy_is_there_after_a_restart() -> None:
    lab, _, _ = copy_of()
    lab.perform(lab.hub.replicas.adopt("s", Snapshot(7, 70, (element("one"),)), "South", lab.now))
    lab.perform(lab.hub.replicas.follow("s", [added("two", 8)], "South", None, lab.now))
    again = keeping()
    again.disk = lab.disk
    again.join()
    assert names(again) == ["one", "two"]
    assert again.hub.replicas.snapshot("s").revision == 8


def test_a_copy_that_does_not_fit_adopts_the_whole_scene() -> None:
    lab, b, _ = copy_of()
    replicas = lab.hub.replicas
    lab.perform(replicas.follow("s", [added("one", 1)], "South", None, lab.now))
    for entries in ([added("two", 3)], [added("one", 2)], [Entry(2, 0, Removed("zero"))]):
        with pytest.raises(Refusal):
            replicas.follow("s", entries, "South", None, lab.now)
    with pytest.raises(Refusal) as old:
        replicas.adopt("s", Snapshot(1, 0, ()), "South", lab.now)
    assert old.value.code is ErrorCode.REVISION_CHANGED
    lab.clear()
    lab.perform(replicas.adopt("s", Snapshot(9, 90, (element("three"),)), "South", lab.now))
    (update,) = lab.inbox[b]
    assert isinstance(update, server.SceneUpdate)
    assert (update.scene.revision, update.scene.timestamp) == (9, milliseconds(lab.now))
    assert names(lab) == ["three"]


def test_changes_that_do_not_fit_leave_nothing_behind() -> None:
    """Else what is edited after them could not be stored."""
    lab, b, _ = copy_of()
    replicas = lab.hub.replicas
    tile = Element("tile", Video("lobby"), Transform())
    lab.perform(replicas.follow("s", [Entry(1, 0, Added(tile))], "South", None, lab.now))
    again = Element("again", Video("lobby"), Transform())
    for entries in (
        [Entry(2, 0, Added(again))],
        [added("one", 2), Entry(3, 0, Removed("zero"))],
        [added("one", 2), Entry(3, 0, Added(again))],
        [added("one", 2), added("two", 4)],
    ):
        with pytest.raises(Refusal):
            replicas.follow("s", entries, "South", None, lab.now)
        assert replicas.snapshot("s").revision == 1
    replicas.entrust("s", None)
    lab.say(b, client.AddElement(text("mine"), "m"))
    assert server.Ack("m", server.AckResult(2, "mine")) in lab.inbox[b]
    assert names(lab) == ["tile", "mine"]


def test_a_scene_that_is_too_large_is_not_adopted() -> None:
    lab, _, _ = copy_of()
    large = tuple(Element(str(n), Text("x" * 300_000), Transform()) for n in range(16))
    with pytest.raises(Refusal) as refused:
        lab.hub.replicas.adopt("s", Snapshot(9, 0, large), "South", lab.now)
    assert refused.value.code is ErrorCode.SCENE_FULL
    assert names(lab) == []


def test_what_the_keeper_has_stored_is_told_though_our_log_fails() -> None:
    lab, b, bob = copy_of()
    replicas = lab.hub.replicas
    lab.perform(replicas.follow("s", [added("one", 1)], "South", None, lab.now))
    lab.clear()
    lab.disk.full, lab.busy = True, True
    lab.perform(replicas.follow("s", [added("two", 2)], "South", None, lab.now))
    lab.perform(replicas.answer("s", bob, server.Ack("m", server.AckResult(2, "two"))))
    lab.perform(replicas.follow("s", [added("three", 3)], "South", None, lab.now))
    lab.disk.answer()
    assert [type(message) for message in lab.inbox[b]] == [
        server.ElementAdded,
        server.Ack,
        server.ElementAdded,
    ]
    lab.disk.full = False
    lab.perform(replicas.follow("s", [added("four", 4)], "South", None, lab.now))
    lab.disk.answer()
    again = keeping()
    again.disk = lab.disk
    again.join()
    assert names(again) == ["one", "two", "three", "four"]


def test_a_copy_leaves_tiles_to_its_keeper() -> None:
    lab, b, bob = copy_of()
    tile = Element("tile", Video(f"peer-{bob}"), Transform())
    lab.perform(lab.hub.replicas.adopt("s", Snapshot(3, 0, (tile,)), "South", lab.now))
    lab.join()
    other = Element("other", Video("peer-of-somebody-there"), Transform())
    lab.perform(lab.hub.replicas.follow("s", [Entry(4, 0, Added(other))], "South", None, lab.now))
    lab.perform(
        lab.hub.replicas.follow("s", [Entry(5, 0, Removed("other"))], "South", None, lab.now)
    )
    appended = len(lab.appended)
    lab.drop(b)
    assert names(lab) == ["tile"]
    again = HubLab(leader=lambda _: "Northern")
    again.disk = lab.disk
    again.join()
    again.wait(1000)
    assert names(again) == ["tile"]
    assert len(lab.appended) == appended


def test_who_edits_while_the_keeper_is_away_is_told_to_try_again() -> None:
    lab, b, bob = copy_of()
    replicas = lab.hub.replicas
    lab.perform(replicas.refused(Forward("s", bob, client.ClearScene("m"))))
    (error,) = lab.inbox[b]
    assert isinstance(error, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.STORAGE_FAILED, "m")
    assert "Northern" in error.message
    lab.perform(replicas.refused(Forward("s", None, SceneEdit("s"), 4)))
    assert lab.answered == [Answered(4, ErrorCode.STORAGE_FAILED)]
    assert replicas.refused(Forward("nowhere", bob, client.ClearScene())) == []


def test_a_scene_that_is_entrusted_to_nobody_is_ours_again() -> None:
    lab, b, _ = copy_of()
    lab.hub.replicas.entrust("s", None)
    lab.hub.replicas.entrust("nowhere", None)
    lab.say(b, client.AddElement(text("one")))
    assert names(lab) == ["one"]


def test_a_scene_that_is_not_open_any_more_follows_nothing() -> None:
    lab = HubLab()
    replicas = lab.hub.replicas
    assert replicas.adopt("s", Snapshot(1, 0), "South", lab.now) == []
    assert replicas.follow("s", [added("one", 1)], "South", None, lab.now) == []
    assert replicas.answer("s", "x", server.Ack("m", server.AckResult(1))) == []
    assert replicas.made("s", 3) == [Answered(3)]


def test_edits_under_way_when_the_scene_is_entrusted_come_before_what_the_keeper_tells() -> None:
    lab = keeping()
    b, _ = lab.join()
    lab.busy = True
    lab.say(b, client.AddElement(text("mine"), "m"))
    lab.hub.replicas.entrust("s", "Northern")
    lab.perform(
        lab.hub.replicas.adopt(
            "s", Snapshot(5, 0, (element("mine"), element("theirs"))), "South", lab.now
        )
    )
    records = [append.record for append in lab.appended]
    assert isinstance(lab.appended[0], Append)
    assert [record.follows for record in records] == [True, False]
    lab.disk.answer()
    kinds = [type(message) for message in lab.inbox[b]]
    assert kinds == [server.ElementAdded, server.Ack, server.SceneUpdate]
    assert names(lab) == ["mine", "theirs"]


# --- who is believed (REL6) ----------------------------------------------------------------------


def copy_with_bob() -> tuple[HubLab, str, ConnectionId]:
    lab = HubLab(leader=lambda _: "South")
    connection, bob = lab.join(display_name="Bob")
    return lab, bob, connection


def authors(lab: HubLab) -> list[tuple[str | None, str | None, str | None]]:
    """Return who made the changes that were given to the log, in order."""
    return [
        (entry.peer_id, entry.display_name, entry.server)
        for append in lab.appended
        for entry in append.record.entries
    ]


def test_what_a_keeper_tells_is_by_it_unless_its_people_made_it_or_ours_had_asked() -> None:
    lab, bob, _ = copy_with_bob()
    zoe = PEER.format(0x77)
    lab.perform(lab.hub.guests.seat(lab.connect(), "s", Guest(zoe, "South", "Zoe"), lab.now))
    replicas, bobs, gone = lab.hub.replicas, (bob, "Bob", None), PEER.format(0x99)
    for revision, (peer, asked) in enumerate(
        ((bob, None), (zoe, None), (gone, None), (None, None), (bob, bobs)), 1
    ):
        entry = Entry(revision, 2**52, Added(element(f"e{revision}")), peer, "The CEO")
        lab.perform(replicas.follow("s", [entry], "South", asked, lab.now))
    lab.perform(replicas.adopt("s", Snapshot(9, 2**52, (element("x"),)), "South", lab.now))
    by_south = (None, None, "South")
    expected = [by_south, (zoe, "Zoe", "South"), by_south, by_south, bobs, by_south]
    assert authors(lab) == expected
    times = {entry.timestamp for append in lab.appended for entry in append.record.entries}
    assert times == {milliseconds(lab.now)}


def test_at_the_keeper_what_comes_from_the_other_server_is_by_it() -> None:
    lab = keeping()
    lab.join()
    lab.perform(lab.hub.replicas.merge("s", Snapshot(0, 0, (element("a"),)), "South", lab.now))
    lab.perform(lab.hub.post(SceneEdit("s", add=(text("b"),)), 1, None, lab.now, "South"))
    zoe = PEER.format(0x77)
    guest = lab.connect()
    lab.perform(lab.hub.guests.seat(guest, "s", Guest(zoe, "South", "Ada"), lab.now))
    lab.say(guest, client.AddElement(text("c")))
    by_south = (None, None, "South")
    assert authors(lab) == [by_south, by_south, (zoe, "Ada", "South")]


def test_whose_edits_are_forwarded_is_known() -> None:
    lab, bob, _ = copy_with_bob()
    replicas = lab.hub.replicas
    assert replicas.author("s", bob) == (bob, "Bob", None)
    assert replicas.author("s", None) == (None, None, None)
    assert replicas.author("nowhere", bob) == (bob, None, None)


@pytest.mark.parametrize("revision", [MAX_JUMP + 1, MAX_SHARED_REVISION + 1, 2**53 - 1])
def test_a_revision_that_nobody_gets_to_by_editing_is_not_taken_over(revision: int) -> None:
    lab, _, _ = copy_of()
    replicas, far = lab.hub.replicas, Snapshot(revision, 0, (element("x"),))
    with pytest.raises(Refusal):
        replicas.adopt("s", far, "South", lab.now)
    replicas.entrust("s", None)
    with pytest.raises(Refusal):
        replicas.merge("s", far, "South", lab.now)
    assert (names(lab), replicas.snapshot("s").revision) == ([], 0)


def test_a_scene_can_be_edited_after_the_largest_revision_that_is_taken_over() -> None:
    lab, b, _ = copy_of()
    replicas = lab.hub.replicas
    while replicas.snapshot("s").revision < MAX_SHARED_REVISION:
        next_one = min(replicas.snapshot("s").revision + MAX_JUMP, MAX_SHARED_REVISION)
        lab.perform(replicas.adopt("s", Snapshot(next_one, 0), "South", lab.now))
    replicas.entrust("s", None)
    lab.clear()
    lab.say(b, client.AddElement(text("one"), "m"))
    assert server.Ack("m", server.AckResult(MAX_SHARED_REVISION + 1, "one")) in lab.inbox[b]


OLD, NEW = Text("old"), Text("new")


@pytest.mark.parametrize(
    ("message", "told", "fits"),
    [
        (
            client.AddElement(NewElement(OLD, id="a")),
            (Added(Element("a", OLD, Transform())),),
            True,
        ),
        (client.AddElement(NewElement(OLD)), (Added(Element("any", OLD, Transform())),), True),
        (
            client.AddElement(NewElement(OLD, id="a")),
            (Added(Element("b", OLD, Transform())),),
            False,
        ),
        (client.AddElement(NewElement(OLD)), (Added(Element("any", NEW, Transform())),), False),
        (client.AddElement(NewElement(OLD)), (Removed("any"),), False),
        (
            client.UpdateElement("a", ElementChanges(kind={"content": "x"})),
            (Updated("a", ElementChanges(kind={"content": "x"})),),
            True,
        ),
        (
            client.UpdateElement("a", ElementChanges(kind={"content": "x"})),
            (Updated("a", ElementChanges(kind={"content": "y"})),),
            False,
        ),
        (
            client.UpdateElement(
                "a", ElementChanges(kind={"content": "x"}, expected={"content": ""})
            ),
            (Updated("a", ElementChanges(kind={"content": "x"})),),
            True,
        ),
        (client.RemoveElement("a"), (Removed("a"),), True),
        (client.RemoveElement("a"), (Updated("a", ElementChanges(kind={"content": "x"})),), False),
        (client.RemoveElement("a"), (Removed("a"), Removed("b")), False),
        (client.RemoveElement("a"), (Added(Element("a", OLD, Transform())),), False),
        (client.ClearScene(), (Replaced(()),), True),
        (client.ClearScene(), (Replaced((Element("v", Video("x"), Transform()),)),), True),
        (client.ClearScene(), (Replaced((Element("a", OLD, Transform()),)),), False),
        (client.RestoreScene(1), (Replaced((), 1),), False),
        (
            client.SyncQueue(
                (
                    client.RemoveOperation("a"),
                    client.AddOperation(NewElement(OLD, id="b")),
                    client.RemoveOperation("c"),
                )
            ),
            (Added(Element("b", OLD, Transform())), Removed("c")),
            True,
        ),
        (
            client.SyncQueue((client.RemoveOperation("a"), client.RemoveOperation("b"))),
            (Removed("b"), Removed("a")),
            False,
        ),
        (
            SceneEdit(
                "s",
                (NewElement(OLD, id="a"),),
                (ChangedElement("a", ElementChanges(kind={"content": "x"})),),
                ("c",),
                clear=True,
            ),
            (
                Replaced(()),
                Added(Element("a", OLD, Transform())),
                Updated("a", ElementChanges(kind={"content": "x"})),
                Removed("c"),
            ),
            True,
        ),
        (SceneEdit("s", remove=("c",)), (Removed("c"),), True),
        (SceneEdit("s", remove=("c",)), (Removed("d"),), False),
    ],
)
def test_an_edit_that_comes_back_is_known_by_what_it_does(
    message: client.Edit | SceneEdit, told: tuple[Change, ...], fits: bool
) -> None:
    entries = [Entry(number, 0, change) for number, change in enumerate(told, 1)]
    assert results_from(entries, message, Scene()) is fits


FRAMED = (
    Element("f", Frame(), Transform(0, 0, 100, 100)),
    Element("c", OLD, Transform(10, 10), "f"),
    Element("v", Video("x"), Transform(20, 20), "f"),
    Element("other", OLD, Transform()),
)
MOVED = ElementChanges(TransformChanges(x=5))
TURNED = ElementChanges(TransformChanges(y=7))
CARRIED = (
    Updated("f", MOVED),
    Updated("c", ElementChanges(TransformChanges(x=15))),
    Updated("v", ElementChanges(TransformChanges(x=25))),
)
FREED = Updated("v", ElementChanges(parent=None))
GONE = (FREED, Removed("c"), Removed("f"))
GROUPED = (
    Added(Element("g", Group(), Transform())),
    Updated("c", ElementChanges(parent="g")),
    Updated("other", ElementChanges(parent="g")),
)
WISH = NewElement(Group(("c", "other")))


def _queue(*operations: client.Operation) -> client.SyncQueue:
    return client.SyncQueue(operations)


@pytest.mark.rule("STR2", "STR3", "REL6")
@pytest.mark.parametrize(
    ("message", "told", "fits"),
    [
        (client.UpdateElement("f", MOVED), CARRIED, True),
        (client.UpdateElement("f", MOVED), CARRIED[:1], True),  # by one that knows no parents
        (client.UpdateElement("f", MOVED), CARRIED[:2], False),
        (client.UpdateElement("f", MOVED), (*CARRIED, Updated("other", MOVED)), False),
        (client.UpdateElement("f", MOVED), (*CARRIED[:2], Updated("v", MOVED)), False),
        (client.UpdateElement("other", MOVED), CARRIED, False),
        (client.UpdateElement("none", MOVED), CARRIED, False),
        (client.UpdateElement("f", ElementChanges(locked=True)), CARRIED, False),
        (client.RemoveElement("f"), GONE, True),
        (client.RemoveElement("f"), GONE[1:], False),
        (client.RemoveElement("f"), (Removed("other"), *GONE), False),
        (client.RemoveElement("none"), GONE, False),
        (client.AddElement(WISH), GROUPED, True),
        (client.AddElement(WISH), GROUPED[:2], False),
        (client.AddElement(NewElement(Group(("none",)))), GROUPED, False),
        (client.AddElement(NewElement(Frame())), GROUPED, False),
        (
            _queue(
                client.UpdateOperation("none", MOVED),
                client.UpdateOperation("f", MOVED),
                client.UpdateOperation("other", TURNED),
                client.RemoveOperation("f"),
            ),
            (*CARRIED, *GONE),
            True,
        ),
        (
            _queue(client.UpdateOperation("f", MOVED), client.UpdateOperation("c", TURNED)),
            (CARRIED[0], CARRIED[2], Updated("c", TURNED)),
            True,
        ),
        (
            _queue(
                client.UpdateOperation("f", MOVED),
                client.AddOperation(NewElement(OLD, id="other")),
                client.RemoveOperation("f"),
            ),
            (*CARRIED, Added(Element("other", OLD, Transform())), *GONE),
            False,
        ),
        (SceneEdit("s", (WISH,), remove=("f",)), (*GROUPED, FREED, Removed("f")), True),
    ],
)
def test_what_follows_from_an_edit_comes_back_with_it_and_nothing_else(
    message: client.Edit | SceneEdit, told: tuple[Change, ...], fits: bool
) -> None:
    scene = Scene(FRAMED)
    entries = [Entry(number, 0, change) for number, change in enumerate(told, 1)]
    assert results_from(entries, message, scene) is fits
    assert scene.elements == FRAMED, "it was only read"
