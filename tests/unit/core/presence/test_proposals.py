"""Proposals: what may be proposed, and what becomes of it."""

from typing import Any

import msgspec
import pytest

from canvas_server.core.effects import Decode, Refusal, Worked
from canvas_server.core.presence.agents.proposals import as_proposal
from canvas_server.core.scene.proposals import MAX_OPEN, MAX_OPEN_BYTES
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import Arrow, ArrowEnd, Chart, Group, Image, Text, Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.house import House
from support.hub.hub import HubLab

PNG = "data:image/png;base64,AA=="
pytestmark = pytest.mark.rule("AGT5")


class Room(House):
    """Ada, who decides, and an agent; a text "a" is there."""

    def __init__(self) -> None:
        super().__init__()
        self.ada, self.ada_id = self.come("moderate 1000 m", display_name="Ada")
        self.bot, self.bot_id = self.come("agent 1000 i", display_name="Bot")
        self.say(self.ada, client.AddElement(NewElement(Text("a"), id="a")))
        self.clear()

    def propose(self, *operations: client.Operation, who: Any = None, **more: Any) -> str:
        """Propose something that is taken, and return its id."""
        who = self.bot if who is None else who
        self.say(who, client.Propose(operations, message_id="p", **more))
        ack = self.heard(who, server.Ack)[-1]
        assert isinstance(ack.result.proposal_id, str)
        return ack.result.proposal_id

    def refused(self, *operations: client.Operation) -> tuple[str, str]:
        """Propose something that is refused, and return why."""
        before = self.scene()
        self.say(self.bot, client.Propose(operations))
        error = self.heard(self.bot, server.Error)[-1]
        assert self.scene() == before
        assert self.heard(self.ada, server.Proposal) == []
        return error.code, error.message

    def decide(self, proposal_id: str, *ids: str, accept: bool = True, who: Any = None) -> None:
        who = self.ada if who is None else who
        self.say(who, client.DecideProposal(proposal_id, accept, ids, "d"))

    def scene(self) -> dict[str, Element]:
        """Return what everybody sees."""
        shown = self.hub._membership.sessions["s"].canvas.shown.elements
        return dict(shown)

    def open(self) -> list[server.Proposal]:
        """Return what a newcomer is told is open."""
        connection, _ = self.come("view 1000 v")
        return self.heard(connection, server.Proposal)

    def decided(self) -> list[server.ProposalDecided]:
        return self.heard(self.ada, server.ProposalDecided)


def add(text: str, element_id: str = "", **more: Any) -> client.AddOperation:
    return client.AddOperation(NewElement(Text(text), id=element_id, **more))


def move(element_id: str, x: float) -> client.UpdateOperation:
    return client.UpdateOperation(element_id, ElementChanges(TransformChanges(x=x)))


def words(element_id: str, content: str) -> client.UpdateOperation:
    return client.UpdateOperation(element_id, ElementChanges(kind={"content": content}))


@pytest.fixture
def room() -> Room:
    return Room()


def test_what_is_proposed_is_shown_to_all_and_changes_nothing(room: Room) -> None:
    proposal_id = room.propose(add("new"), move("a", 5), text="because")
    for who in (room.ada, room.bot):
        (told,) = room.heard(who, server.Proposal)
        assert (told.proposal_id, told.from_peer_id, told.name) == (
            proposal_id,
            room.bot_id,
            "Bot",
        )
        assert told.text == "because"
        added, moved = told.operations
        assert isinstance(added, client.AddOperation)
        assert added.element.id, "its id is made at once"
        assert moved == move("a", 5)
    assert [*room.scene()] == ["a"]
    assert room.scene()["a"].transform.x == 0
    assert room.open() == [told]


def test_what_is_accepted_is_made_by_who_proposed_it(room: Room) -> None:
    proposal_id = room.propose(add("new", "n"), move("a", 5))
    room.clear()
    room.decide(proposal_id)
    assert room.scene()["n"].author == "Bot"
    assert room.scene()["a"].transform.x == 5
    (decided,) = room.decided()
    assert decided == server.ProposalDecided(proposal_id, room.ada_id, ("n", "a"))
    (ack,) = room.heard(room.ada, server.Ack)
    assert (ack.result.revision, ack.result.proposal_id) == (3, proposal_id)
    assert room.open() == []
    entries = room.appended[-1].record.entries
    assert {(e.peer_id, e.display_name, e.accepted_by) for e in entries} == {
        (room.bot_id, "Bot", room.ada_id)
    }
    assert len(entries) == 2, "it is one edit"


def test_what_is_refused_is_gone_and_changes_nothing(room: Room) -> None:
    proposal_id = room.propose(add("new", "n"))
    room.decide(proposal_id, accept=False)
    assert room.decided() == [server.ProposalDecided(proposal_id, room.ada_id, (), ("n",))]
    assert [*room.scene()] == ["a"]
    room.clear()
    room.say(room.ada, client.DecideProposal(proposal_id, accept=True))
    assert room.error(room.ada) == ErrorCode.NOT_OPEN


def test_some_of_it_is_decided_and_the_rest_stays(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"), add("m", "m"), move("a", 5))
    room.decide(proposal_id, "m")
    room.decide(proposal_id, "n", accept=False)
    assert room.decided() == [
        server.ProposalDecided(proposal_id, room.ada_id, ("m",), (), open=True),
        server.ProposalDecided(proposal_id, room.ada_id, (), ("n",), open=True),
    ]
    (left,) = room.open()
    assert left.operations == (move("a", 5),)
    room.clear()
    room.say(room.ada, client.DecideProposal(proposal_id, accept=True, ids=("n",)))
    assert room.error(room.ada) == ErrorCode.NOT_OPEN


def test_a_child_is_accepted_with_its_parent_and_refused_with_it(room: Room) -> None:
    child = add("child", "c", parent="p")
    proposal_id = room.propose(add("parent", "p"), child, add("other", "o"))
    room.decide(proposal_id, "c")
    assert room.decided()[-1].accepted == ("p", "c")
    proposal_id = room.propose(add("parent", "q"), add("child", "d", parent="q"))
    room.decide(proposal_id, "q", accept=False)
    assert room.decided()[-1].refused == ("q", "d")


def test_an_arrow_is_accepted_with_what_it_ends_at(room: Room) -> None:
    arrow = Arrow(ArrowEnd(0, 0, "s"), ArrowEnd(9, 9, "a"))
    proposal_id = room.propose(
        add("shape", "s"), client.AddOperation(NewElement(arrow, id="r")), add("other", "o")
    )
    room.decide(proposal_id, "r")
    assert room.decided()[-1].accepted == ("s", "r")
    proposal_id = room.propose(
        add("frame", "f"),
        add("shape", "u", parent="f"),
        client.AddOperation(
            NewElement(Arrow(ArrowEnd(0, 0, "u"), ArrowEnd(9, 9, "u")), id="l", parent="f")
        ),
    )
    room.decide(proposal_id, "l")
    assert room.decided()[-1].accepted == ("f", "u", "l")
    end = {"end": {"x": 1, "y": 1, "element": "t"}}
    changed = client.UpdateOperation("r", ElementChanges(kind=end))
    proposal_id = room.propose(add("shape", "t"), changed)
    room.decide(proposal_id, "t", accept=False)
    assert room.decided()[-1].refused == ("t", "r")


def test_a_group_is_accepted_with_the_new_elements_that_it_holds(room: Room) -> None:
    group = client.AddOperation(NewElement(Group(("n", "a")), id="g"))
    proposal_id = room.propose(add("n", "n"), group, words("n", "better"))
    assert len(room.heard(room.ada, server.Proposal)[-1].operations) == 2
    room.decide(proposal_id, "g")
    assert room.decided()[-1].accepted == ("n", "g")
    assert room.scene()["n"].parent == room.scene()["a"].parent == "g"


def test_what_is_removed_is_accepted_with_what_is_moved_out_before(room: Room) -> None:
    room.say(room.ada, client.AddElement(NewElement(Text("c"), id="c", parent="a")))
    out = client.UpdateOperation("c", ElementChanges(parent=None))
    proposal_id = room.propose(out, client.RemoveOperation("a"))
    room.decide(proposal_id, "a")
    assert room.decided()[-1].accepted == ("c", "a")
    assert [*room.scene()] == ["c"]


@pytest.mark.parametrize(
    ("operations", "left"),
    [
        ((move("a", 1), words("a", "b")), 1),
        ((words("a", "b"), move("a", 1), move("a", 2)), 1),
        ((add("n", "n"), words("n", "better"), move("n", 3)), 1),
        ((add("n", "n"), client.RemoveOperation("n"), move("a", 1)), 1),
        ((move("a", 1), client.RemoveOperation("a")), 1),
        ((add("n", "n"), add("m", "m", parent="n"), client.RemoveOperation("n"), move("a", 1)), 1),
    ],
)
def test_each_element_is_there_once(
    room: Room, operations: tuple[client.Operation, ...], left: int
) -> None:
    other = Room()
    other.say(other.bot, client.SyncQueue(operations))
    proposal_id = room.propose(*operations)
    (told,) = room.heard(room.ada, server.Proposal)
    assert len(told.operations) == left
    room.decide(proposal_id)
    assert room.scene() == other.scene(), "as if they were made one by one"


def test_changes_of_json_are_one_change(room: Room) -> None:
    chart = Chart("bar", {"a": {"b": 1, "c": 2}, "d": 3})
    room.say(room.ada, client.AddElement(NewElement(chart, id="chart")))

    def data(**changes: Any) -> client.UpdateOperation:
        return client.UpdateOperation("chart", ElementChanges(kind={"data": changes}))

    wrapped = {"type": "Chart", "data": {"data": {"a": {"c": 9}}, "chart_type": "line"}}
    proposal_id = room.propose(
        data(a={"b": 5}), client.UpdateOperation("chart", ElementChanges(kind=wrapped)), data(d=4)
    )
    room.decide(proposal_id)
    assert room.scene()["chart"].kind == Chart("line", {"a": {"b": 5, "c": 9}, "d": 4})
    room.clear()
    code, text = room.refused(data(a=None), data(a={"z": 1}))
    assert code == ErrorCode.INVALID_CHANGE
    assert "one after the other" in text


def test_what_an_edit_expects_is_kept_as_it_was_found(room: Room) -> None:
    first = client.UpdateOperation("a", ElementChanges(kind={"content": "b"}))
    expecting = ElementChanges(kind={"content": "c"}, expected={"content": "b"})
    proposal_id = room.propose(first, client.UpdateOperation("a", expecting))
    room.decide(proposal_id)
    assert room.scene()["a"].kind == Text("c")
    expecting = ElementChanges(kind={"content": "d"}, expected={"content": "c"})
    proposal_id = room.propose(move("a", 4), client.UpdateOperation("a", expecting))
    room.say(room.ada, client.UpdateElement("a", ElementChanges(kind={"content": "mine"})))
    room.clear()
    room.decide(proposal_id)
    assert room.error(room.ada) == ErrorCode.ELEMENT_CHANGED


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ((move("none", 1),), ErrorCode.ELEMENT_NOT_FOUND),
        ((add("x", "a"),), ErrorCode.ELEMENT_EXISTS),
        ((add("n", "n"), client.RemoveOperation("n")), ErrorCode.INVALID_CHANGE),
        ((client.RemoveOperation("a"), add("x", "a")), ErrorCode.INVALID_CHANGE),
        ((client.AddOperation(NewElement(Video("screen-x"))),), ErrorCode.INVALID_CHANGE),
        ((add("c", "c", parent="none"),), ErrorCode.ELEMENT_NOT_FOUND),
        (
            (client.AddOperation(NewElement(Group(("a",)), id="g")), move("g", 2)),
            ErrorCode.INVALID_CHANGE,  # what it holds was carried along
        ),
        (
            (
                add("c", "c"),
                add("p", "p"),
                client.UpdateOperation("c", ElementChanges(parent="p")),
            ),
            ErrorCode.INVALID_CHANGE,
        ),
    ],
)
def test_what_the_scene_would_not_take_is_refused(
    room: Room, operations: tuple[client.Operation, ...], code: ErrorCode
) -> None:
    assert room.refused(*operations)[0] == code


def test_tiles_are_not_proposed(room: Room) -> None:
    tile = NewElement(Video(f"peer-{room.ada_id}"), id="t")
    room.say(room.ada, client.AddElement(tile))
    assert room.refused(move("t", 4))[0] == ErrorCode.INVALID_CHANGE
    code, text = room.refused(add("n"), client.RemoveOperation("t"))
    assert code == ErrorCode.INVALID_CHANGE
    assert text.startswith("operations[1]: ")


def test_what_it_is_to_look_at_it_is_charged(room: Room) -> None:
    room.say(room.bot, client.Propose((move("a", 1),)))
    assert room.worked[-1].work > 0
    effects = room.say(room.bot, client.Propose((move("none", 1),)))
    assert [effect for effect in effects if isinstance(effect, Worked)]


def test_pictures_are_decoded_before(room: Room) -> None:
    room.hub._environment = msgspec.structs.replace(
        room.hub._environment, is_decoded=lambda _: False
    )
    picture = NewElement(Image(PNG))
    effects = room.hub.handle(room.bot, client.Propose((client.AddOperation(picture),)), room.now)
    (decode,) = effects
    assert isinstance(decode, Decode)
    assert decode.sources == (PNG,)


# --- who decides ---------------------------------------------------------------------------------


def test_agents_accept_nothing_and_nobody_their_own(room: Room) -> None:
    other, _ = room.come("agent 1000 i")
    proposal_id = room.propose(add("n", "n"))
    for who, accept in ((other, True), (other, False), (room.bot, True)):
        room.clear()
        room.decide(proposal_id, who=who, accept=accept)
        assert room.error(who) == ErrorCode.FORBIDDEN
    own = room.propose(add("m", "m"), who=room.ada)
    room.clear()
    room.decide(own)
    assert room.error(room.ada) == ErrorCode.FORBIDDEN
    room.decide(proposal_id, who=room.bot, accept=False)
    room.decide(own, accept=False)
    assert [(one.by_peer_id, one.refused) for one in room.decided()] == [
        (None, ("n",)),
        (None, ("m",)),
    ]


def test_what_cannot_be_made_any_more_stays_open(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"), move("a", 5))
    room.say(room.ada, client.UpdateElement("a", ElementChanges(locked=True)))
    room.clear()
    room.decide(proposal_id)
    (error,) = room.heard(room.ada, server.Error)
    assert error.code == ErrorCode.ELEMENT_LOCKED
    assert error.message.startswith("a: ")
    assert [*room.scene()] == ["a"], "nothing of it"
    assert len(room.open()[0].operations) == 2
    room.decide(proposal_id, "n")
    assert room.decided()[-1].open


def test_nothing_is_decided_before_it_is_stored(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"), add("m", "m"))
    room.clear()
    room.busy = True
    room.decide(proposal_id, "n")
    assert room.decided() == []
    assert len(room.open()[0].operations) == 2
    room.say(room.ada, client.DecideProposal(proposal_id, accept=False, ids=("n",)))
    assert room.heard(room.ada, server.Error)[-1].code == ErrorCode.NOT_OPEN
    room.decide(proposal_id, "m")
    room.say(room.ada, client.DecideProposal(proposal_id, accept=False))
    assert room.heard(room.ada, server.Error)[-1].code == ErrorCode.NOT_OPEN
    room.disk.answer()
    assert [one.accepted for one in room.decided()] == [("n",), ("m",)]


@pytest.mark.parametrize("leaves", [False, True])
def test_what_the_log_could_not_store_is_open_again(room: Room, leaves: bool) -> None:
    proposal_id = room.propose(add("n", "n"), add("m", "m"))
    room.clear()
    room.busy = room.disk.full = True
    room.say(room.ada, client.AddElement(NewElement(Text("x"))))
    room.decide(proposal_id, "n")
    if leaves:
        room.drop(room.bot)
        assert [one.refused for one in room.decided()] == [("m",)]
        room.say(room.ada, client.DecideProposal(proposal_id, accept=True))
        assert room.heard(room.ada, server.Error)[-1].code == ErrorCode.NOT_OPEN
    room.disk.answer()
    assert [error.code for error in room.heard(room.ada, server.Error)][-2:] == [
        ErrorCode.STORAGE_FAILED
    ] * 2
    if leaves:
        assert [one.refused for one in room.decided()] == [("m",), ("n",)]
        return
    assert room.decided() == []
    room.busy = room.disk.full = False
    room.say(room.ada, client.DecideProposal(proposal_id, accept=True))
    assert room.decided()[-1].accepted == ("n", "m")


def test_what_is_being_accepted_is_accepted_although_its_author_leaves(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"))
    room.busy = True
    room.decide(proposal_id)
    room.drop(room.bot)
    assert room.decided() == []
    room.disk.answer()
    assert room.decided() == [server.ProposalDecided(proposal_id, room.ada_id, ("n",))]


def test_what_was_said_cannot_fail_with_it(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"))
    room.busy = room.disk.full = True
    room.say(room.ada, client.Chat("hello"))
    room.disk.full = False
    room.decide(proposal_id)
    room.disk.answer()
    assert room.decided()[-1].accepted == ("n",)


# --- retries -------------------------------------------------------------------------------------


def test_a_retry_is_answered_alike(room: Room) -> None:
    proposing = client.Propose((add("n", "n"),), message_id="p")
    for _ in range(2):
        room.say(room.bot, proposing)
    first, second = room.heard(room.bot, server.Ack)
    assert first == second
    assert len(room.heard(room.ada, server.Proposal)) == 1
    assert isinstance(first.result.proposal_id, str)
    accepting = client.DecideProposal(first.result.proposal_id, accept=True, message_id="d")
    for _ in range(2):
        room.say(room.ada, accepting)
    assert len(room.decided()) == 1
    assert room.heard(room.ada, server.Error) == []
    other = room.propose(add("m", "m"), text="other")
    refusing = client.DecideProposal(other, accept=False, message_id="r")
    for _ in range(2):
        room.say(room.ada, refusing)
    assert room.heard(room.ada, server.Error) == []
    assert len({ack.message_id for ack in room.heard(room.ada, server.Ack)}) == 2


def test_without_a_message_id_nothing_is_answered(room: Room) -> None:
    room.say(room.bot, client.Propose((add("n", "n"),)))
    (told,) = room.heard(room.ada, server.Proposal)
    room.say(room.ada, client.DecideProposal(told.proposal_id, accept=True))
    room.say(room.bot, client.Propose((add("m", "m"),)))
    told = room.heard(room.ada, server.Proposal)[-1]
    room.say(room.ada, client.DecideProposal(told.proposal_id, accept=False))
    assert room.heard(room.bot, server.Ack) == room.heard(room.ada, server.Ack) == []
    assert len(room.decided()) == 2


# --- bounds --------------------------------------------------------------------------------------


def test_so_many_are_open(room: Room) -> None:
    for number in range(MAX_OPEN):
        room.propose(add("n", f"n{number}"), text=str(number))
    room.clear()
    room.say(room.bot, client.Propose((add("n"),)))
    assert room.error(room.bot) == ErrorCode.RATE_LIMITED
    room.clear()
    room.propose(add("n", "mine"), who=room.ada)


def test_they_have_so_many_bytes_together(room: Room) -> None:
    long = "x" * 60_000
    count = 0
    while not room.heard(room.bot, server.Error):
        room.say(room.bot, client.Propose((add(long), add(long))))
        count += 1
    (error,) = room.heard(room.bot, server.Error)
    assert error.code == ErrorCode.RATE_LIMITED
    assert (count - 1) * 120_000 < MAX_OPEN_BYTES <= count * 121_000
    assert room.worked[-1].work > 0


# --- coming and going ----------------------------------------------------------------------------


def test_who_is_away_keeps_what_it_proposed(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"))
    room.drop(room.bot, None)
    assert room.decided() == []
    assert len(room.open()) == 1
    room.wait(room.hub._environment.resume_seconds + 1)
    assert room.decided() == [server.ProposalDecided(proposal_id, None, (), ("n",))]
    assert room.open() == []


@pytest.mark.parametrize("restores", [False, True])
def test_clearing_and_restoring_end_them(room: Room, restores: bool) -> None:
    proposal_id = room.propose(add("n", "n"))
    other = room.propose(add("m", "m"), text="other")
    room.busy = room.disk.full = True
    room.say(room.ada, client.RestoreScene(0) if restores else client.ClearScene())
    room.disk.answer()
    assert room.decided() == [], "it was not stored"
    room.disk.full = False
    room.decide(other)
    room.say(room.ada, client.RestoreScene(0) if restores else client.ClearScene())
    assert room.decided() == []
    room.disk.answer()
    assert room.decided() == [
        server.ProposalDecided(other, room.ada_id, ("m",)),
        server.ProposalDecided(proposal_id, None, (), ("n",)),
    ]


def test_they_wait_for_a_long_edit(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"))
    room.clear()
    room.busy = True
    many = tuple(NewElement(Text("x"), id=f"x{n}") for n in range(600))
    room.perform(room.hub.post(SceneEdit("s", many), 1, None, room.now))
    for _ in range(2):
        room.decide(proposal_id)
        room.say(room.bot, client.Propose((move("x1", 5),), message_id="q"))
    room.say(room.bot, client.Propose((move("none", 5),), message_id="r"))
    visitor, _ = room.come("edit 1000 e")
    room.say(visitor, client.Propose((move("a", 5),)))
    room.say(visitor, client.DecideProposal(proposal_id, accept=True))
    room.drop(visitor)
    assert room.heard(room.bot, server.Ack) == []
    room.proceed()
    room.disk.answer()
    assert room.scene()["n"].author == "Bot"
    assert len(room.heard(room.ada, server.Proposal)) == 1
    assert [error.message_id for error in room.heard(room.bot, server.Error)] == ["r"]
    assert room.heard(room.ada, server.Error) == []
    assert [ack.message_id for ack in room.heard(room.bot, server.Ack)] == ["q", "q"]
    assert len(room.decided()) == 1


# --- agents that may only propose ----------------------------------------------------------------


@pytest.fixture
def shy(room: Room) -> Any:
    connection, _ = room.come("agent 1000 i propose", display_name="Shy")
    room.clear()
    return connection


def test_an_edit_of_who_may_only_propose_is_a_proposal(room: Room, shy: Any) -> None:
    room.say(shy, client.AddElement(NewElement(Text("n")), "1"))
    room.say(shy, client.UpdateElement("a", ElementChanges(locked=True), "2"))
    room.say(shy, client.RemoveElement("a", "3"))
    room.say(shy, client.RemoveElement("a", "3"))
    acks = [ack.result for ack in room.heard(shy, server.Ack)]
    told = room.heard(room.ada, server.Proposal)
    assert [ack.proposal_id for ack in acks] == [one.proposal_id for one in (*told, told[-1])]
    assert [ack.revision for ack in acks] == [1] * 4
    assert isinstance(acks[0].id, str)
    assert [ack.id for ack in acks[1:]] == ["a"] * 3
    assert [*room.scene()] == ["a"]
    room.decide(told[0].proposal_id)
    assert room.scene()[acks[0].id].author == "Shy"


def test_a_queue_of_who_may_only_propose_is_one(room: Room, shy: Any) -> None:
    queue = client.SyncQueue((move("a", 1), move("none", 1), add("n", "a")), "q")
    room.say(shy, queue)
    room.say(shy, queue)
    first, second = room.heard(shy, server.SyncResult)
    assert first == second
    assert (first.synced_count, first.conflict_count) == (0, 2)
    assert [one.index for one in first.failed_operations] == [1, 2]
    (told,) = room.heard(room.ada, server.Proposal)
    assert told.operations == (move("a", 1),)
    assert first.proposal_id == told.proposal_id
    room.say(shy, client.SyncQueue((move("none", 1),)))
    room.say(shy, client.SyncQueue(()))
    for result in room.heard(shy, server.SyncResult)[2:]:
        assert result.proposal_id is msgspec.UNSET
    many = tuple(move("a", n) for n in range(501))
    room.say(shy, client.SyncQueue(many))
    assert room.heard(shy, server.Error)[-1].code == ErrorCode.OUT_OF_BOUNDS
    assert len(room.heard(room.ada, server.Proposal)) == 1


@pytest.mark.parametrize("message", [client.ClearScene(), client.RestoreScene(0)])
def test_who_may_only_propose_neither_clears_nor_restores(
    room: Room, shy: Any, message: client.ClientMessage
) -> None:
    room.say(shy, message)
    assert room.error(shy) == ErrorCode.OUT_OF_BOUNDS
    assert [*room.scene()] == ["a"]


def test_nothing_is_proposed_for_a_scene_that_another_server_keeps(room: Room) -> None:
    proposal_id = room.propose(add("n", "n"))
    room.hub.replicas.entrust("s", "Other")
    room.clear()
    room.say(room.bot, client.Propose((add("m"),)))
    assert room.error(room.bot) == ErrorCode.FORBIDDEN
    room.decide(proposal_id)
    assert room.heard(room.ada, server.Error)[-1].code == ErrorCode.FORBIDDEN
    room.decide(proposal_id, accept=False)
    assert room.decided()[-1].refused == ("n",)


def test_a_place_says_itself_where_it_is(room: Room) -> None:
    """A child that has a place of its own in the proposal is not carried too."""
    room.say(room.ada, client.AddElement(NewElement(Text("c"), Transform(x=1), "c", "a")))
    proposal_id = room.propose(move("a", 10), move("c", 100))
    room.decide(proposal_id)
    assert room.scene()["c"].transform.x == 100


def test_what_clears_the_canvas_is_not_proposed() -> None:
    lab = HubLab()
    lab.join()
    (peer,) = lab.hub._membership.peers.values()
    with pytest.raises(Refusal) as refused:
        as_proposal(peer, client.ClearScene(), str, 0)
    assert refused.value.code is ErrorCode.OUT_OF_BOUNDS
