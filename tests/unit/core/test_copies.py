"""A scene that two servers share: its keeper orders the edits, the copy follows (REL4)."""

import pytest

from canvas_server.core.effects import Answered, Append, Changed, ConnectionId, Forward, Refused
from canvas_server.core.records import Snapshot
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Entry, Removed, Replaced, Updated
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import Element, ElementChanges, NewElement, Text, Transform, Video
from hubs import Lab


def text(name: str) -> NewElement:
    return NewElement(Text(name), id=name)


def element(name: str) -> Element:
    return Element(name, Text(name), Transform())


def copy_of(keeper: str = "Northern") -> tuple[Lab, ConnectionId, str]:
    """Return a lab with somebody in a session whose scene is kept by another server."""
    lab = Lab(keeper=lambda session_id: keeper if session_id == "s" else None)
    return (lab, *lab.join())


def keeping() -> Lab:
    """Return a lab that keeps its scenes, while others watch."""
    return Lab(keeper=lambda _: None)


def changes(lab: Lab) -> list[Entry]:
    """Return what was told of all edits of a keeper."""
    return [
        entry for effect in lab.shared if isinstance(effect, Changed) for entry in effect.entries
    ]


def names(lab: Lab) -> list[str]:
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


def test_a_keeper_merges_what_the_other_server_had_and_goes_on_after_it() -> None:
    lab = keeping()
    a, _ = lab.join()
    lab.say(a, client.AddElement(text("one")))
    had = Snapshot(9, 0, (element("one"), element("two")))
    lab.perform(lab.hub.copies.merge("s", had, lab.now))
    assert names(lab) == ["one", "two"]
    assert lab.hub.copies.snapshot("s").revision == 10
    lab.clear()
    lab.perform(lab.hub.copies.merge("s", Snapshot(4, 0), lab.now))
    assert lab.inbox[a] == [], "it is after that already"
    assert lab.hub.copies.merge("nowhere", had, lab.now) == []
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
    lab.perform(lab.hub.post(posted, 5, 2, lab.now))
    assert lab.shared == [
        Forward("s", bob, edit),
        Forward("s", bob, restore),
        Forward("s", None, posted, 5, 2),
    ]
    assert lab.inbox[b] == []
    assert names(lab) == []


def test_a_copy_follows_and_answers_come_after_what_they_are_about() -> None:
    lab, b, bob = copy_of()
    lab.busy = True
    copies = lab.hub.copies
    lab.perform(copies.follow("s", [added("one", 1)]))
    ack = server.Ack("m", server.AckResult(1, "one"))
    lab.perform(copies.answer("s", bob, ack))
    lab.perform(copies.made("s", 8))
    assert lab.inbox[b] == []
    lab.disk.answer()
    news, told = lab.inbox[b]
    assert isinstance(news, server.ElementAdded)
    assert (news.revision, news.timestamp) == (1, 7)
    assert told == ack
    assert lab.answered == [Answered(8)]
    assert changes(lab) == [], "it is told by its keeper alone"
    changed = Updated("one", ElementChanges(kind={"content": "new"}))
    lab.perform(
        copies.follow(
            "s",
            [Entry(2, 8, changed, bob, "Bob"), Entry(3, 8, Replaced((element("two"),)), bob)],
        )
    )
    lab.perform(copies.follow("s", [Entry(4, 9, Removed("two"))]))
    lab.disk.answer()
    assert names(lab) == []
    assert lab.hub.copies.snapshot("s").revision == 4


def test_what_is_stored_of_a_copy_is_there_after_a_restart() -> None:
    lab, _, _ = copy_of()
    lab.perform(lab.hub.copies.adopt("s", Snapshot(7, 70, (element("one"),))))
    lab.perform(lab.hub.copies.follow("s", [added("two", 8)]))
    again = keeping()
    again.disk = lab.disk
    again.join()
    assert names(again) == ["one", "two"]
    assert again.hub.copies.snapshot("s").revision == 8


def test_a_copy_that_does_not_fit_adopts_the_whole_scene() -> None:
    lab, b, _ = copy_of()
    copies = lab.hub.copies
    lab.perform(copies.follow("s", [added("one", 1)]))
    for entries in ([added("two", 3)], [added("one", 2)], [Entry(2, 0, Removed("zero"))]):
        with pytest.raises(Refused):
            copies.follow("s", entries)
    with pytest.raises(Refused) as old:
        copies.adopt("s", Snapshot(1, 0, ()))
    assert old.value.code is ErrorCode.REVISION_CHANGED
    lab.clear()
    lab.perform(copies.adopt("s", Snapshot(9, 90, (element("three"),))))
    (update,) = lab.inbox[b]
    assert isinstance(update, server.SceneUpdate)
    assert (update.scene.revision, update.scene.timestamp) == (9, 90)
    assert names(lab) == ["three"]


def test_a_scene_that_is_too_large_is_not_adopted() -> None:
    lab, _, _ = copy_of()
    large = tuple(Element(str(n), Text("x" * 300_000), Transform()) for n in range(16))
    with pytest.raises(Refused) as refused:
        lab.hub.copies.adopt("s", Snapshot(9, 0, large))
    assert refused.value.code is ErrorCode.SCENE_FULL
    assert names(lab) == []


def test_what_the_keeper_has_stored_is_told_though_our_log_fails() -> None:
    lab, b, bob = copy_of()
    copies = lab.hub.copies
    lab.perform(copies.follow("s", [added("one", 1)]))
    lab.clear()
    lab.disk.full, lab.busy = True, True
    lab.perform(copies.follow("s", [added("two", 2)]))
    lab.perform(copies.answer("s", bob, server.Ack("m", server.AckResult(2, "two"))))
    lab.perform(copies.follow("s", [added("three", 3)]))
    lab.disk.answer()
    assert [type(message) for message in lab.inbox[b]] == [
        server.ElementAdded,
        server.Ack,
        server.ElementAdded,
    ]
    lab.disk.full = False
    lab.perform(copies.follow("s", [added("four", 4)]))
    lab.disk.answer()
    again = keeping()
    again.disk = lab.disk
    again.join()
    assert names(again) == ["one", "two", "three", "four"]


def test_a_copy_leaves_tiles_to_its_keeper() -> None:
    lab, b, bob = copy_of()
    tile = Element("tile", Video(f"peer-{bob}"), Transform())
    lab.perform(lab.hub.copies.adopt("s", Snapshot(3, 0, (tile,))))
    lab.join()
    other = Element("other", Video("peer-of-somebody-there"), Transform())
    lab.perform(lab.hub.copies.follow("s", [Entry(4, 0, Added(other))]))
    lab.perform(lab.hub.copies.follow("s", [Entry(5, 0, Removed("other"))]))
    appended = len(lab.appended)
    lab.drop(b)
    assert names(lab) == ["tile"]
    again = Lab(keeper=lambda _: "Northern")
    again.disk = lab.disk
    again.join()
    again.wait(1000)
    assert names(again) == ["tile"]
    assert len(lab.appended) == appended


def test_who_edits_while_the_keeper_is_away_is_told_to_try_again() -> None:
    lab, b, bob = copy_of()
    copies = lab.hub.copies
    lab.perform(copies.refused(Forward("s", bob, client.ClearScene("m"))))
    (error,) = lab.inbox[b]
    assert isinstance(error, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.STORAGE_FAILED, "m")
    assert "Northern" in error.message
    lab.perform(copies.refused(Forward("s", None, SceneEdit("s"), 4)))
    assert lab.answered == [Answered(4, ErrorCode.STORAGE_FAILED)]
    assert copies.refused(Forward("nowhere", bob, client.ClearScene())) == []


def test_a_scene_that_is_entrusted_to_nobody_is_ours_again() -> None:
    lab, b, _ = copy_of()
    lab.hub.copies.entrust("s", None)
    lab.hub.copies.entrust("nowhere", None)
    lab.say(b, client.AddElement(text("one")))
    assert names(lab) == ["one"]


def test_a_scene_that_is_not_open_any_more_follows_nothing() -> None:
    copies = Lab().hub.copies
    assert copies.adopt("s", Snapshot(1, 0)) == []
    assert copies.follow("s", [added("one", 1)]) == []
    assert copies.answer("s", "x", server.Ack("m", server.AckResult(1))) == []
    assert copies.made("s", 3) == [Answered(3)]


def test_edits_under_way_when_the_scene_is_entrusted_come_before_what_the_keeper_tells() -> None:
    lab = keeping()
    b, _ = lab.join()
    lab.busy = True
    lab.say(b, client.AddElement(text("mine"), "m"))
    lab.hub.copies.entrust("s", "Northern")
    lab.perform(lab.hub.copies.adopt("s", Snapshot(5, 0, (element("mine"), element("theirs")))))
    records = [append.record for append in lab.appended]
    assert isinstance(lab.appended[0], Append)
    assert [record.follows for record in records] == [True, False]
    lab.disk.answer()
    kinds = [type(message) for message in lab.inbox[b]]
    assert kinds == [server.ElementAdded, server.Ack, server.SceneUpdate]
    assert names(lab) == ["mine", "theirs"]
