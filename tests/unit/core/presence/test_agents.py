"""Agents are held to their bounds, paused, blind where they are to be, and undone."""

from collections.abc import Iterable
from typing import Any

import pytest

from canvas_server.core.presence.bounding.pace import MAX_REFUSALS
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import Area, Bounds, Sight
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.kinds import Arrow, ArrowEnd, Chart, Frame, Group, Note, Text, Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.house import House

UNBOUNDED = Bounds()
AREA = Area(0, 0, 500, 500)


class Table:
    """A person, and agents that they have invited."""

    def __init__(self, bounds: Bounds = UNBOUNDED, *more: Bounds) -> None:
        self.house = House()
        self.undone = 0
        self.ada, self.ada_id = self.house.come("edit 9999 ada name=Ada")
        self.agents: list[tuple[Any, str]] = []
        for number, each in enumerate((bounds, *more)):
            self.house.admission.bounds[f"bot{number}"] = each
            self.agents.append(self.come(number))
        self.bot, self.bot_id = self.agents[0]
        self.house.clear()

    def come(self, number: int = 0, **more: Any) -> tuple[Any, str]:
        return self.house.come(f"agent 9999 bot{number} by=ada name=Bot{number}", **more)

    @property
    def scene(self) -> dict[str, Element]:
        scene = self.house.hub._membership.sessions["s"].canvas.scene
        return {element.id: element for element in scene.elements}

    def say(self, who: Any, message: client.ClientMessage) -> server.Error | None:
        """Say something; return the refusal, if any."""
        self.house.inbox[who].clear()
        self.house.say(who, message)
        errors = self.house.heard(who, server.Error)
        return errors[0] if errors else None

    def refused(self, who: Any, message: client.ClientMessage, *words: str) -> None:
        before = self.scene
        error = self.say(who, message)
        assert error is not None
        assert error.code is ErrorCode.OUT_OF_BOUNDS
        assert all(word in error.message for word in words), error.message
        assert self.scene == before

    def ok(self, who: Any, message: client.ClientMessage) -> None:
        error = self.say(who, message)
        assert error is None, error

    def undo(self, who: Any = None, peer_id: str = "", ids: tuple[str, ...] = ()) -> Any:
        who = self.ada if who is None else who
        self.undone += 1
        self.ok(who, client.UndoAgent(peer_id or self.bot_id, ids, f"undo {self.undone}"))
        (ack,) = self.house.heard(who, server.Ack)
        return ack.result.undone, ack.result.kept

    def agent(self, number: int = 0) -> Any:
        session = self.house.hub._membership.sessions["s"]
        state = session.view(session.peers[self.agents[number][1]]).agent
        assert state is not None
        return state


def add(element_id: str, kind: Any = None, x: float = 10, y: float = 10, **more: Any) -> Any:
    width, height = more.pop("size", (50, 50))
    transform = Transform(x, y, width, height, more.pop("rotation", 0))
    return client.AddElement(NewElement(kind or Text("x"), transform, element_id, **more))


def change(element_id: str, x: float | None = None, **more: Any) -> client.UpdateElement:
    if x is not None:
        more["transform"] = TransformChanges(x=x)
    return client.UpdateElement(element_id, ElementChanges(**more))


# --- bounds (AGT1, AGT3) -------------------------------------------------------------------------


@pytest.mark.rule("AGT1", "AGT3")
def test_kinds() -> None:
    table = Table(Bounds(kinds=("Note", "Group")))
    table.ok(table.bot, add("note", Note("n")))
    table.refused(table.bot, add("text"), "kinds", "Text", "Note")
    table.ok(table.ada, add("text"))
    table.refused(table.bot, change("text", 20), "kinds")
    table.refused(table.bot, client.RemoveElement("text"), "kinds")
    table.refused(table.bot, add("group", Group(("text",))), "kinds", "text")


@pytest.mark.rule("AGT3")
def test_area() -> None:
    table = Table(Bounds(area=AREA))
    table.ok(table.bot, add("in"))
    table.refused(table.bot, add("out", x=460), "area")
    table.refused(table.bot, add("turned", x=0, rotation=45), "area")
    table.refused(table.bot, change("in", 451), "area")
    table.ok(table.bot, change("in", 450))
    table.ok(table.ada, add("far", x=600))
    table.refused(table.bot, change("far", 100), "area")
    table.refused(table.bot, client.RemoveElement("far"), "area")
    arrow = Arrow(ArrowEnd(10, 10), ArrowEnd(900, 10))
    table.refused(table.bot, add("arrow", arrow), "area")


@pytest.mark.rule("AGT3")
def test_what_follows_from_a_change_keeps_to_the_bounds_too() -> None:
    table = Table(Bounds(area=AREA, kinds=("Frame", "Text")))
    table.ok(table.ada, add("frame", Frame(), size=(100, 100)))
    table.ok(table.ada, add("child", x=600, parent="frame"))
    table.refused(table.bot, change("frame", 20), "area", "child")
    table.refused(table.bot, client.RemoveElement("frame"), "area", "child")
    table.ok(table.ada, client.RemoveElement("child"))
    table.ok(table.ada, add("note", Note("n"), parent="frame"))
    table.refused(table.bot, change("frame", 20), "kinds", "note")
    table.ok(table.ada, client.RemoveElement("note"))
    table.ok(table.ada, add("tile", Video("lobby"), parent="frame"))
    table.refused(table.bot, client.RemoveElement("frame"), "kinds", "tile")


@pytest.mark.rule("AGT3")
def test_edits_per_minute_by_operations() -> None:
    table = Table(Bounds(edits_per_minute=3))
    operations = tuple(client.AddOperation(NewElement(Text("x"))) for _ in range(5))
    table.ok(table.bot, client.SyncQueue(operations))
    (result,) = table.house.heard(table.bot, server.SyncResult)
    assert result.synced_count == 3
    assert {failure.code for failure in result.failed_operations} == {ErrorCode.OUT_OF_BOUNDS}
    table.refused(table.bot, add("a"), "edits_per_minute", "go on in")
    again, _ = table.come()
    table.refused(again, add("a"), "edits_per_minute")  # it is of the link, not of the connection
    table.house.wait(62)
    table.ok(table.bot, add("a"))


@pytest.mark.rule("AGT3")
def test_max_elements() -> None:
    table = Table(Bounds(max_elements=2))
    table.ok(table.bot, add("a"))
    table.ok(table.bot, add("b"))
    table.ok(table.ada, add("mine"))
    table.refused(table.bot, add("c"), "max_elements", "2")
    table.ok(table.bot, client.RemoveElement("a"))
    operations = tuple(client.AddOperation(NewElement(Text("x"))) for _ in range(2))
    table.ok(table.bot, client.SyncQueue((*operations, client.RemoveOperation("b"))))
    (result,) = table.house.heard(table.bot, server.SyncResult)
    assert result.synced_count == 2


@pytest.mark.rule("AGT3")
@pytest.mark.parametrize("message", [client.ClearScene(), client.RestoreScene(0)])
def test_all_at_once_is_for_those_without_bounds(message: client.ClientMessage) -> None:
    table = Table(Bounds(max_elements=100), Bounds())
    table.ok(table.ada, add("a"))
    table.refused(table.bot, message, "without bounds")
    table.ok(table.agents[1][0], message)


@pytest.mark.rule("AGT3")
def test_one_that_may_only_propose() -> None:
    table = Table(Bounds(mode="propose"))
    table.ok(table.ada, add("a"))
    before = table.scene
    for message in (add("b"), change("a", 1), client.RemoveElement("a")):
        table.ok(table.bot, message)
        assert table.house.heard(table.bot, server.Proposal), "it is shown, and not made"
    assert table.scene == before
    table.refused(table.bot, client.Stroke("AA"), "propose")
    shown = client.Preview((client.PreviewedElement("a", TransformChanges(x=1)),))
    table.refused(table.bot, shown, "propose")
    table.refused(table.bot, client.ClearScene(), "without bounds")


def proposed(table: Table, *operations: client.Operation) -> str:
    """Propose; return the id of the proposal."""
    table.ok(table.bot, client.Propose(operations))
    return table.house.heard(table.bot, server.Proposal)[-1].proposal_id


def added(element_id: str, **place: float) -> client.AddOperation:
    message = add(element_id, **place)
    return client.AddOperation(message.element)


@pytest.mark.rule("AGT3", "AGT5")
def test_what_is_proposed_keeps_to_the_bounds_when_proposed_and_when_accepted() -> None:
    table = Table(Bounds(mode="propose", area=AREA, max_elements=1, edits_per_minute=3))
    table.refused(table.bot, client.Propose((added("out", x=600),)), "area")
    first, second = proposed(table, added("a")), proposed(table, added("b"))
    table.say(table.ada, client.DecideProposal(first, accept=True))
    error = table.say(table.ada, client.DecideProposal(second, accept=True))
    assert error is not None
    assert "max_elements" in error.message
    proposed(table, change_of("a", 20))
    table.refused(table.bot, client.Propose((change_of("a", 30),)), "edits_per_minute")


def change_of(element_id: str, x: float) -> client.UpdateOperation:
    return client.UpdateOperation(element_id, change(element_id, x).changes)


@pytest.mark.rule("AGT5", "AGT6", "AGT7")
def test_what_was_proposed_and_accepted_is_taken_back_with_the_rest() -> None:
    table = Table(Bounds(mode="propose"))
    table.ok(table.ada, add("hers"))
    proposal = proposed(table, added("a"), change_of("hers", 20))
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True))
    table.ok(table.ada, client.DecideProposal(proposal, accept=True))
    assert {*table.scene} == {"a", "hers"}
    assert table.undo() == (2, 0)
    assert {*table.scene} == {"hers"}
    assert table.scene["hers"].transform.x == add("hers").element.transform.x


@pytest.mark.rule("AGT5", "AGT10")
def test_who_is_not_shown_the_canvas_is_not_shown_what_is_proposed_of_it() -> None:
    table = Table(Bounds(), Bounds(sees=(Sight.CHAT,)))
    proposed(table, added("a"))
    blind, _ = table.agents[1]
    assert table.house.heard(blind, server.Proposal) == []
    late, _ = table.come(1)
    assert table.house.heard(late, server.Proposal) == []
    assert table.house.heard(table.ada, server.Proposal) != []


@pytest.mark.rule("AGT3")
def test_what_is_shown_in_motion_keeps_to_the_bounds() -> None:
    table = Table(Bounds(area=AREA), Bounds(kinds=("Ink",)))
    table.ok(table.ada, add("far", x=600))
    table.ok(table.ada, add("near"))

    def moving(element_id: str, x: float) -> client.Preview:
        return client.Preview((client.PreviewedElement(element_id, TransformChanges(x=x)),))

    table.refused(table.bot, moving("far", 0), "area")
    table.refused(table.bot, moving("near", 600), "area")
    table.ok(table.bot, moving("near", 20))
    table.ok(table.bot, moving("nothing", 600))
    begun = client.BegunStroke("ink", 0, 0, "#000000", 2)
    table.refused(table.bot, client.Stroke("AA", begun), "area")
    table.ok(table.agents[1][0], client.Stroke("AA", begun))


@pytest.mark.rule("AGT3")
def test_one_that_does_not_learn_has_to_wait() -> None:
    table = Table(Bounds(kinds=("Note",)))
    waits: list[int] = []
    for _ in range(2):
        for _ in range(MAX_REFUSALS + 1):
            table.refused(table.bot, add("text"))
        error = table.say(table.bot, add("note", Note("n")))
        assert error is not None
        assert error.code is ErrorCode.RATE_LIMITED
        seconds = int(error.message.split(" s.")[0].split()[-1])
        table.house.wait(seconds)
        waits.append(seconds)
    assert waits[1] == 2 * waits[0]
    table.ok(table.bot, add("note", Note("n")))


@pytest.mark.rule("AGT3")
def test_the_clock_is_set_back() -> None:
    table = Table(Bounds(edits_per_minute=1))
    table.ok(table.bot, add("a"))
    table.house.now -= 10_000
    table.house.hub.clock_stepped(-10_000)
    table.refused(table.bot, add("b"), "edits_per_minute")
    table.house.now += 62
    table.ok(table.bot, add("b"))


@pytest.mark.rule("AGT1")
def test_others_see_what_an_agent_may() -> None:
    table = Table(Bounds(area=AREA))
    state = table.agent()
    assert (state.bounds, state.paused, state.maker) == (Bounds(area=AREA), False, "Ada")
    table.house.come("edit 9999 ada name=Bob")
    assert table.agent().maker is None, "two have that link"
    session = table.house.hub._membership.sessions["s"]
    assert session.view(session.peers[table.ada_id]).agent is None


# --- pause (AGT6) and removal --------------------------------------------------------------------


@pytest.mark.rule("AGT6")
def test_a_paused_agent_changes_and_says_nothing() -> None:
    table = Table()
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True, message_id="p"))
    assert table.house.heard(table.ada, server.Ack)
    assert table.agent().paused
    messages = (
        add("a"),
        client.SyncQueue(()),
        client.ClearScene(),
        client.RestoreScene(0),
        client.Chat("hello"),
        client.UndoAgent(table.bot_id),
        client.Propose((client.RemoveOperation("a"),)),
        client.Ask("really?", ("yes",)),
        client.Stroke("AA"),
    )
    for message in messages:
        error = table.say(table.bot, message)
        assert error is not None
        assert error.code is ErrorCode.AGENT_PAUSED, message
    table.ok(table.bot, client.Cursor(1, 1))
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=False))
    table.ok(table.bot, add("a"))


@pytest.mark.rule("AGT6")
def test_a_pause_lasts_whatever_the_agent_does() -> None:
    table = Table()
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True))
    table.house.drop(table.bot, None)
    back = table.house.come_back(table.bot_id)
    again, _ = table.come()
    for who in (back, again):
        error = table.say(who, add("a"))
        assert error is not None
        assert error.code is ErrorCode.AGENT_PAUSED
        assert table.say(who, client.PauseAgent(table.bot_id, paused=False)) is not None
    assert table.agent().paused


@pytest.mark.rule("AGT6")
def test_a_pause_lasts_while_nobody_is_there() -> None:
    table = Table()
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True))
    table.house.drop(table.bot)
    table.house.drop(table.ada)
    assert "s" not in table.house.hub._membership.sessions
    table.house.hub.clock_stepped(5)
    again, _ = table.come()
    error = table.say(again, add("a"))
    assert error is not None
    assert error.code is ErrorCode.AGENT_PAUSED


@pytest.mark.rule("AGT6")
def test_no_agent_pauses_another_and_nobody_a_person() -> None:
    table = Table(Bounds(), Bounds())
    error = table.say(table.bot, client.PauseAgent(table.agents[1][1], paused=True))
    assert error is not None
    assert error.code is ErrorCode.FORBIDDEN
    error = table.say(table.ada, client.PauseAgent(table.ada_id, paused=True))
    assert error is not None
    assert error.code is ErrorCode.PEER_NOT_FOUND


@pytest.mark.rule("AGT6", "SCN6")
def test_an_edit_before_the_pause_is_answered_again() -> None:
    table = Table()
    message = client.AddElement(NewElement(Text("x"), id="a"), "m")
    table.ok(table.bot, message)
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True))
    table.ok(table.bot, message)
    assert table.house.heard(table.bot, server.Ack)


@pytest.mark.rule("AGT2", "AGT6")
def test_who_invited_an_agent_sends_it_away() -> None:
    table = Table()
    eve, _ = table.house.come("edit 9999 eve")
    error = table.say(eve, client.Kick(table.bot_id))
    assert error is not None
    assert error.code is ErrorCode.FORBIDDEN
    error = table.say(table.ada, client.Kick("nobody"))
    assert error is not None
    assert error.code is ErrorCode.FORBIDDEN
    assert table.say(table.bot, client.Kick(table.bot_id)) is not None
    table.ok(table.ada, client.Kick(table.bot_id))
    assert table.house.codes() == [CloseCode.REMOVED]


@pytest.mark.rule("AGT2")
def test_an_agent_goes_with_who_invited_it() -> None:
    table = Table()
    table.house.perform(table.house.hub.revoke("ada", table.house.now))
    assert table.house.codes() == [CloseCode.REMOVED, CloseCode.REMOVED]


# --- undo (AGT7) ---------------------------------------------------------------------------------


@pytest.mark.rule("AGT7")
def test_all_an_agent_did_is_taken_back() -> None:
    table = Table()
    table.ok(table.ada, add("text", Text("hello"), parent=None))
    table.ok(table.ada, add("chart", Chart("bar", {"a": [1, 2], "b": {"c": 1}})))
    table.ok(table.ada, add("frame", Frame(), x=100, size=(100, 100)))
    table.ok(table.ada, add("inside", x=110, parent="frame"))
    before = table.scene
    table.ok(table.bot, add("own", Note("n")))
    table.ok(table.bot, change("text", 99, kind={"content": "bye"}, opacity=0.5, locked=True))
    table.ok(table.bot, change("chart", kind={"data": {"a": None, "b": {"d": 2}}}))
    table.ok(table.bot, change("frame", 200))
    table.ok(table.bot, client.RemoveElement("frame"))
    table.ok(table.bot, add("group", Group(("chart",))))
    assert table.agent().edits == 6
    assert table.undo() == (6, 0)
    assert table.scene == before
    assert table.agent().edits == 0
    assert table.undo() == (0, 0)


@pytest.mark.rule("AGT7")
def test_what_others_did_since_stays() -> None:
    table = Table()
    table.ok(table.ada, add("text", Text("one")))
    table.ok(table.ada, add("gone", Text("one")))
    table.ok(table.bot, change("text", 50, kind={"content": "two"}))
    table.ok(table.ada, change("text", kind={"content": "three"}))
    table.ok(table.bot, add("mine", Note("n")))
    table.ok(table.ada, change("mine", 70))
    table.ok(table.bot, client.RemoveElement("gone"))
    table.ok(table.ada, add("gone", Note("another")))
    table.ok(table.bot, add("frame", Frame()))
    table.ok(table.ada, add("in it", parent="frame"))
    assert table.undo() == (0, 4)
    scene = table.scene
    assert scene["text"].kind == Text("three")
    assert scene["text"].transform.x == 10
    assert scene["mine"].transform.x == 70
    assert scene["gone"].kind == Note("another")
    assert {"frame", "in it"} <= scene.keys()


@pytest.mark.rule("AGT7")
def test_what_others_set_before_the_agent_did_again() -> None:
    table = Table()
    table.ok(table.ada, add("text", Text("one")))
    table.ok(table.bot, change("text", kind={"content": "two"}))
    table.ok(table.ada, change("text", kind={"content": "three"}))
    table.ok(table.bot, change("text", kind={"content": "four"}))
    table.undo()
    assert table.scene["text"].kind == Text("three")


@pytest.mark.rule("AGT7")
def test_some_of_it() -> None:
    table = Table()
    table.ok(table.bot, add("a"))
    table.ok(table.bot, add("b"))
    assert table.undo(ids=("a", "other")) == (1, 0)
    assert table.scene.keys() == {"b"}
    assert table.agent().edits == 1


@pytest.mark.rule("AGT7")
def test_comings_and_goings_under_one_id() -> None:
    table = Table()
    table.ok(table.ada, add("a", Text("one")))
    before = table.scene
    table.ok(table.bot, client.RemoveElement("a"))
    table.ok(table.bot, add("a", Text("two"), x=70))
    table.ok(table.bot, change("a", 80))
    assert table.undo() == (1, 0)
    assert table.scene["a"].kind == Text("one")
    assert table.scene["a"].transform == before["a"].transform
    table.ok(table.bot, client.RemoveElement("a"))
    table.ok(table.bot, add("a", Note("two")))
    assert table.undo() == (1, 0)
    assert table.scene["a"].kind == Text("one")
    table.ok(table.bot, add("b"))
    table.ok(table.bot, client.RemoveElement("b"))
    assert table.undo() == (0, 0)


@pytest.mark.rule("AGT7")
def test_what_lies_in_another_kind_now_keeps_it() -> None:
    table = Table()
    table.ok(table.ada, add("a", Text("one")))
    table.ok(table.bot, client.RemoveElement("a"))
    table.ok(table.bot, add("a", Frame()))
    table.ok(table.ada, add("in it", parent="a"))
    assert table.undo() == (0, 1)
    assert table.scene.keys() == {"a", "in it"}
    table.ok(table.bot, add("b"))
    table.ok(table.ada, client.UndoAgent(table.bot_id))
    assert not table.house.heard(table.ada, server.Ack)
    assert "b" not in table.scene


@pytest.mark.rule("AGT7", "STR4")
def test_what_others_have_locked_stays() -> None:
    table = Table()
    table.ok(table.ada, add("a"))
    table.ok(table.bot, change("a", 50))
    table.ok(table.ada, change("a", locked=True))
    assert table.undo() == (0, 1)
    assert table.scene["a"].transform.x == 50


@pytest.mark.rule("AGT7")
def test_a_clear_ends_what_can_be_taken_back() -> None:
    table = Table()
    table.ok(table.ada, add("a"))
    table.ok(table.bot, client.RemoveElement("a"))
    table.ok(table.ada, client.ClearScene())
    table.ok(table.ada, add("b"))
    table.ok(table.ada, client.ClearScene())
    assert table.undo() == (0, 0)
    assert table.scene == {}


@pytest.mark.rule("AGT7")
def test_who_takes_it_back() -> None:
    table = Table(Bounds(), Bounds())
    table.ok(table.bot, add("a"))
    error = table.say(table.agents[1][0], client.UndoAgent(table.bot_id))
    assert error is not None
    assert error.code is ErrorCode.FORBIDDEN
    again, again_id = table.come()
    assert table.undo(again, again_id) == (1, 0)
    assert table.say(table.ada, client.UndoAgent(table.ada_id)) is not None
    assert table.scene == {}


@pytest.mark.rule("AGT3", "AGT7")
def test_an_agent_takes_back_within_its_bounds() -> None:
    table = Table(Bounds(area=AREA))
    table.ok(table.ada, add("a", Text("one")))
    table.ok(table.bot, change("a", kind={"content": "two"}))
    table.ok(table.ada, change("a", 800))
    assert table.undo(table.bot) == (0, 1)
    assert table.scene["a"].kind == Text("two")


@pytest.mark.rule("AGT7")
def test_it_can_be_taken_back_after_all_had_left() -> None:
    table = Table()
    table.ok(table.bot, add("a"))
    table.house.drop(table.bot)
    table.house.drop(table.ada)
    ada, _ = table.house.come("edit 9999 ada name=Ada")
    _, bot_id = table.come()
    table.ok(ada, client.UndoAgent(bot_id, message_id="u"))
    assert table.scene == {}


@pytest.mark.rule("AGT7", "SCN2")
def test_what_could_not_be_stored_was_not_done() -> None:
    table = Table()
    table.ok(table.ada, add("a", Text("one")))
    table.ok(table.bot, change("a", kind={"content": "two"}))
    table.house.disk.full = True
    table.say(table.bot, change("a", kind={"content": "three"}))
    table.say(table.bot, add("b"))
    table.say(table.ada, client.ClearScene())
    table.house.disk.full = False
    assert table.agent().edits == 1
    assert table.undo() == (1, 0)
    assert table.scene["a"].kind == Text("one")


@pytest.mark.rule("AGT7", "SCN6")
def test_a_retry_takes_nothing_back_again() -> None:
    table = Table()
    table.ok(table.bot, add("a"))
    assert table.undo() == (1, 0)
    table.ok(table.bot, add("a"))
    table.ok(table.ada, client.UndoAgent(table.bot_id, (), "undo 1"))
    assert "a" in table.scene


# --- sight (AGT10) -------------------------------------------------------------------------------

OF_SCENE = (server.ElementAdded, server.ElementUpdated, server.ElementRemoved, server.SceneUpdate)
OF_CHAT = (server.ChatMessage, server.ChatHistory)
OF_POINTERS = (
    server.PeerCursor,
    server.Pointers,
    server.PeerSelection,
    server.PeerTyping,
    server.PeerPreview,
    server.PeerStroke,
)


def told(table: Table, who: Any, kinds: Iterable[Any]) -> set[Any]:
    return {
        type(message) for message in table.house.inbox[who] if isinstance(message, tuple(kinds))
    }


def act(table: Table) -> None:
    """Have somebody do all that others are shown."""
    begun = client.BegunStroke("ink", 0, 0, "#000000", 2)
    for message in (
        add("b"),
        change("b", 20),
        client.RemoveElement("b"),
        client.ClearScene(),
        add("c"),
        client.Chat("hello"),
        client.Chat("whisper", to=table.bot_id),
        client.Cursor(1, 1),
        client.Select(("c",)),
        client.Typing("c"),
        client.Preview((client.PreviewedElement("c", TransformChanges(x=1)),)),
        client.Stroke("AA", begun),
        client.Stroke("AA"),
    ):
        table.house.say(table.ada, message)
        table.house.settle_presence()


@pytest.mark.rule("AGT10")
@pytest.mark.parametrize("missing", [Sight.SCENE, Sight.CHAT, Sight.POINTERS])
def test_an_agent_is_not_shown_what_it_may_not_see(missing: Sight) -> None:
    table = Table(Bounds(sees=tuple(each for each in Sight if each is not missing)), Bounds())
    act(table)
    hidden = {Sight.SCENE: OF_SCENE, Sight.CHAT: OF_CHAT, Sight.POINTERS: OF_POINTERS}[missing]
    assert told(table, table.bot, hidden) == set()
    assert told(table, table.agents[1][0], hidden) >= {*hidden} - {
        server.ChatHistory,
        server.Pointers,
    }
    seen = {*OF_SCENE, *OF_CHAT, *OF_POINTERS} - {*hidden, server.ChatHistory, server.Pointers}
    if missing is Sight.SCENE:
        seen -= {server.PeerPreview, server.PeerStroke}
    assert told(table, table.bot, seen) == seen
    table.house.wait(1)
    back = table.house.connect()
    table.house.drop(table.bot, None)
    back = table.house.come_back(table.bot_id)
    assert told(table, back, hidden) == set()


@pytest.mark.rule("AGT10")
def test_an_agent_that_comes_is_shown_an_empty_scene() -> None:
    table = Table(Bounds(sees=()))
    act(table)
    again, _ = table.come()
    (scene,) = table.house.heard(again, server.SceneUpdate)
    assert (scene.scene.elements, scene.scene.revision) == ((), 0)
    assert told(table, again, (*OF_CHAT, *OF_POINTERS)) == set()
    table.refused(again, client.GetScene(), "sees", "scene")
    table.refused(again, client.GetChat(), "sees", "chat")


@pytest.mark.rule("AGT10")
def test_who_gets_another_grant_sees_what_that_says() -> None:
    table = Table(Bounds(sees=()))
    table.house.say(table.bot, client.Subscribe("s", token="edit 9999 other"))
    table.ok(table.ada, add("a"))
    assert table.house.heard(table.bot, server.ElementAdded)
