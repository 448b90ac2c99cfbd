"""What is kept of agents is bounded, and edits that are made elsewhere keep to the bounds."""

import pytest

from canvas_server.core.effects import Forward, Refusal
from canvas_server.core.presence.bounding import agents, kept
from canvas_server.core.presence.bounding.agents import Agents
from canvas_server.core.presence.bounding.kept import KeptAgents
from canvas_server.core.presence.bounding.pace import MAX_REFUSALS, Pace
from canvas_server.core.presence.grants import Grant
from canvas_server.core.scene import elements, journal
from canvas_server.core.scene.fields import differing
from canvas_server.core.scene.journal import Journal
from canvas_server.protocol import client
from canvas_server.protocol.bounds import Bounds
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import Frame, Note, Text
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import Element, NewElement, Transform
from support.hub.hub import NOW

from .test_agents import Table, add, change

NOTES = Bounds(kinds=("Note",))


@pytest.mark.rule("AGT3", "REL4")
def test_an_edit_that_another_server_makes_keeps_to_the_bounds() -> None:
    table = Table(NOTES)
    table.house.hub.replicas.entrust("s", "far")
    table.refused(table.bot, add("text"), "kinds")
    note, text = (client.AddOperation(NewElement(kind)) for kind in (Note("n"), Text("x")))
    table.refused(table.bot, client.SyncQueue((note, text)), "operation 1", "kinds")
    failing = client.SyncQueue((note, client.RemoveOperation("gone")))
    for passes in (client.SyncQueue((note,)), failing, change("gone", 1), add("note", Note("n"))):
        effects = table.house.say(table.bot, passes)
        assert [each.message for each in effects if isinstance(each, Forward)] == [passes]
    error = table.say(table.ada, client.UndoAgent(table.bot_id))
    assert error is not None
    assert error.code is ErrorCode.FORBIDDEN


@pytest.mark.rule("AGT3", "AGT6")
def test_an_edit_over_http_keeps_to_the_bounds() -> None:
    table = Table(NOTES, Bounds(mode="propose"))
    hub = table.house.hub
    note = SceneEdit("s", add=(NewElement(Note("n"), id="note"),))
    clear = SceneEdit("s", clear=True)

    def post(edit: SceneEdit, invitation: str, bounds: Bounds) -> None:
        grant = Grant(Role.AGENT, invitation, bounds=bounds)
        table.house.perform(hub.post(edit, 1, None, NOW, None, grant))

    def code(edit: SceneEdit, invitation: str, bounds: Bounds) -> ErrorCode:
        with pytest.raises(Refusal) as refused:
            post(edit, invitation, bounds)
        return refused.value.code

    post(note, "bot0", NOTES)
    assert table.agent().edits == 1
    assert code(clear, "bot0", NOTES) is ErrorCode.OUT_OF_BOUNDS
    assert code(note, "bot1", Bounds(mode="propose")) is ErrorCode.OUT_OF_BOUNDS
    post(clear, "bot2", Bounds())
    table.ok(table.ada, client.PauseAgent(table.bot_id, paused=True))
    assert code(note, "bot0", NOTES) is ErrorCode.AGENT_PAUSED
    hub.replicas.entrust("s", "far")
    assert code(note, "bot3", NOTES) is ErrorCode.OUT_OF_BOUNDS


@pytest.mark.rule("AGT3")
def test_paces_are_bounded_and_the_paused_ones_go_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "MAX_PACES", 2)
    known = Agents()
    guards = [known.guard(Grant(Role.AGENT, name)) for name in "ab"]
    assert guards[0] is not None
    guards[0].pace.paused = True
    known.guard(Grant(Role.AGENT, "c"))
    again = known.guard(Grant(Role.AGENT, "a"))
    assert again is not None
    assert again.pace.paused
    monkeypatch.setattr(kept, "MAX_KEPT", 1)
    left = KeptAgents()
    left.keep("one", known, Journal(), 1)
    left.keep("two", known, Journal(), 1)
    assert not left.take("one", 1)[0]
    assert left.take("two", 1)[0] is known


@pytest.mark.rule("AGT3")
def test_refusals_while_it_waits_make_it_wait_no_longer() -> None:
    pace = Pace()
    for _ in range(3 * MAX_REFUSALS):
        pace.refuse(1_000_000)
    assert pace.waits(1_000_000) == 5
    assert pace.waits(1_006_000) == 0


@pytest.mark.rule("AGT7")
def test_the_journal_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_TOUCHED", 1)
    table = Table(Bounds(), Bounds())
    table.ok(table.bot, add("a"))
    table.ok(table.bot, add("b"))
    assert table.agent().edits == 1
    monkeypatch.setattr(journal, "MAX_AGENTS", 1)
    table.ok(table.agents[1][0], add("c"))
    assert table.agent().edits == 0
    assert table.undo() == (0, 0)
    assert table.scene.keys() == {"a", "b", "c"}


@pytest.mark.rule("AGT7")
def test_what_is_gone_or_taken_is_known_so() -> None:
    one = Element("a", Text("x"), Transform())
    added = journal.merged(None, None, one)
    assert added is not None
    assert journal.seen(added, one) is added
    assert journal.seen(added, None) is None
    assert journal.seen(added, Element("a", Text("x"), Transform())) is not None


@pytest.mark.rule("AGT7")
def test_what_does_not_fit_any_more_is_not_brought_back(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Bounds())
    table.ok(table.ada, add("hers"))
    table.ok(table.bot, client.RemoveElement("hers"))
    monkeypatch.setattr(elements, "MAX_ELEMENTS", 0)
    assert table.undo() == (0, 1)
    assert table.scene == {}


@pytest.mark.rule("AGT3", "AGT7")
def test_an_agent_takes_back_within_the_bounds_that_hold_now() -> None:
    table = Table(Bounds())
    table.ok(table.bot, add("text"))
    table.ok(table.bot, add("note", Note("n")))
    table.house.admission.bounds["bot0"] = NOTES
    bot, bot_id = table.come()
    assert table.undo(bot, bot_id) == (1, 1)
    assert {*table.scene} == {"text"}


@pytest.mark.rule("AGT7")
def test_a_frame_is_taken_back_with_what_the_agent_put_in_it() -> None:
    table = Table(Bounds())
    table.ok(table.bot, add("a", Frame()))
    table.ok(table.bot, client.AddElement(NewElement(Text("x"), id="b", parent="a")))
    assert table.undo() == (2, 0)
    assert table.scene == {}


def test_of_another_kind_all_differs() -> None:
    text, note = (Element("a", kind, Transform()) for kind in (Text("x"), Note("x")))
    assert differing(text, note) == {"kind": text.kind}


def test_a_journal_of_nobody_gives_nothing_back() -> None:
    known = Journal()
    assert known.take("nobody", ["a"]) == [("nobody", "a", None)]
    assert not known
