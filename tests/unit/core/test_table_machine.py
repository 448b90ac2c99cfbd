"""People and agents propose, decide, ask, answer, edit, come and go at random, over a late log.

Each has a table of its own, made of what it is told. Beside them is an account of the answers that
were given and of the scene that follows from what was accepted. Whenever nothing is on its way, all
of them say the same: what is open, what was answered, and what is on the canvas.
"""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from canvas_server.core.effects import ConnectionId
from canvas_server.core.presence.agents import proposals as handlers
from canvas_server.core.presence.questions import Questions
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.proposals import Proposals
from canvas_server.core.scene.replies import ReplyCache
from canvas_server.protocol import client, server
from canvas_server.protocol.history import Added, Removed, Updated
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import ElementChanges, NewElement, TransformChanges
from support.hub.house import House

pytestmark = pytest.mark.rule("AGT5", "AGT9")

ROLES = ("moderate", "edit", "view", "agent", "agent propose")


class Seat:
    """A peer, and what it takes to be on the table."""

    def __init__(self, connection: ConnectionId, peer_id: str, role: str) -> None:
        self.connection, self.peer_id, self.role = connection, peer_id, role
        self.proposals: dict[str, set[str]] = {}
        self.authors: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        """Of what is proposed, those that are proposed themselves: their ids are new."""
        self.questions: dict[str, server.Question] = {}
        self.elements: set[str] = set()
        self.read = 0
        self.away = False

    def take(self, message: server.ServerMessage) -> None:  # noqa: C901 - one arm for each
        match message:
            case server.PeerAssigned(recovered=False):
                self.proposals.clear()
                self.questions.clear()
            case server.SceneUpdate(scene=scene):
                self.elements = {element.id for element in scene.elements}
            case server.ElementAdded(element=element):
                self.elements.add(element.id)
            case server.ElementRemoved(id=element_id):
                self.elements.discard(element_id)
            case server.Proposal(proposal_id=proposal_id, operations=operations):
                ids = [_id_of(operation) for operation in operations]
                assert len({*ids}) == len(ids), "each element once"
                self.proposals[proposal_id] = {*ids}
                self.authors[proposal_id] = message.from_peer_id
                new = [one.element for one in operations if isinstance(one, client.AddOperation)]
                for element in new:
                    if element.parent in [other.id for other in new]:
                        self.parents[element.id] = element.parent
            case server.ProposalDecided(proposal_id=proposal_id):
                left = self.proposals[proposal_id]
                decided = {*message.accepted, *message.refused}
                assert decided, "nothing was decided"
                assert decided <= left, "decided twice"
                left -= decided
                assert bool(left) is message.open
                for child in left:
                    assert self.parents.get(child) not in message.refused, "its parent is gone"
                for child in message.accepted:
                    assert self.parents.get(child) not in left, "its parent is not there"
                if not left:
                    del self.proposals[proposal_id]
            case server.Question(question_id=question_id):
                if message.open:
                    self.questions[question_id] = message
                else:
                    self.questions.pop(question_id)
            case _:
                pass


def _id_of(operation: client.Operation) -> str:
    if isinstance(operation, client.AddOperation):
        return operation.element.id
    return operation.id


class Table(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.lab = House()
        self.seats: list[Seat] = []
        self.numbers = itertools.count(1)
        self.answers: dict[str, dict[str, int]] = {}
        """By question, whose answer it is."""
        self.accepted: set[tuple[str, str]] = set()
        """What somebody was told to be accepted: proposal and element."""

    @initialize()
    def some_are_here(self) -> None:
        for role in ROLES[:4]:
            self._join(role)
        self.lab.busy = True

    # --- what they do ----------------------------------------------------------------------------

    @rule(data=st.data())
    def propose(self, data: st.DataObject) -> None:
        who = self._somebody(data)
        known = sorted(who.elements)
        operations: list[client.Operation] = []
        new: list[str] = []
        for _ in range(data.draw(st.integers(1, 4))):
            there = [*new, *known]
            what = data.draw(st.sampled_from(("add", "child", "child", "update", "remove")))
            element_id = data.draw(st.sampled_from(there)) if there else "nothing"
            match what if there else "add":
                case "add":
                    new.append(f"e{next(self.numbers)}")
                    operations.append(_add(new[-1]))
                case "child":
                    new.append(f"e{next(self.numbers)}")
                    operations.append(_add(new[-1], element_id))
                case "update":
                    changes = ElementChanges(TransformChanges(x=float(next(self.numbers))))
                    operations.append(client.UpdateOperation(element_id, changes))
                case _:
                    operations.append(client.RemoveOperation(element_id))
        message = client.Propose(tuple(operations), message_id=f"p{next(self.numbers)}")
        self._say(who, message, again=data.draw(st.booleans()))

    @rule(data=st.data(), accept=st.booleans(), again=st.booleans(), anybody=st.booleans())
    def decide(self, data: st.DataObject, accept: bool, again: bool, anybody: bool) -> None:
        who = self._somebody(data)
        people = [one for one in self._here() if one.role in ("moderate", "edit")]
        if people and not anybody:
            who = people[0]
        if not who.proposals:
            return
        proposal_id = data.draw(st.sampled_from(sorted(who.proposals)))
        ids = data.draw(st.lists(st.sampled_from(sorted(who.proposals[proposal_id])), max_size=2))
        number = f"d{next(self.numbers)}"
        message = client.DecideProposal(proposal_id, accept, tuple(ids), number)
        self._say(who, message, again=again)

    @rule(data=st.data(), what=st.sampled_from(("add", "add", "remove", "lock", "clear")))
    def edit(self, data: st.DataObject, what: str) -> None:
        who = self._somebody(data)
        element_id = data.draw(st.sampled_from([*sorted(who.elements), "nothing"]))
        match what:
            case "add":
                number = f"e{next(self.numbers)}"
                self._say(who, client.AddElement(NewElement(Text("x"), id=number)))
            case "remove":
                self._say(who, client.RemoveElement(element_id))
            case "lock":
                self._say(who, client.UpdateElement(element_id, ElementChanges(locked=True)))
            case _:
                self._say(who, client.ClearScene())

    @rule(data=st.data(), to_all=st.booleans(), again=st.booleans())
    def ask(self, data: st.DataObject, to_all: bool, again: bool) -> None:
        who = self._somebody(data)
        to = None if to_all else self._somebody(data).peer_id
        message = client.Ask("?", ("a", "b", "c"), to, f"q{next(self.numbers)}")
        self._say(who, message, again=again)

    @rule(data=st.data(), choice=st.integers(0, 3))
    def answer(self, data: st.DataObject, choice: int) -> None:
        who = self._somebody(data)
        if not who.questions:
            return
        question = who.questions[data.draw(st.sampled_from(sorted(who.questions)))]
        message = client.AnswerQuestion(question.question_id, choice, f"a{next(self.numbers)}")
        if self._say(who, message):
            assert choice < 3
            assert who.peer_id != question.from_peer_id
            assert not who.role.startswith("agent")
            self.answers.setdefault(question.question_id, {})[who.peer_id] = choice

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        who = self._somebody(data)
        if not who.questions:
            return
        question = who.questions[data.draw(st.sampled_from(sorted(who.questions)))]
        if self._say(who, client.CloseQuestion(question.question_id, f"c{next(self.numbers)}")):
            assert who.role == "moderate" or who.peer_id == question.from_peer_id

    # --- what happens to them --------------------------------------------------------------------

    @rule(role=st.sampled_from(ROLES))
    def come(self, role: str) -> None:
        if len(self.seats) < 7:
            self._join(role)

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.seats))
        if len(self.seats) > 3 and not who.away:
            self._listen()
            self.seats.remove(who)
            self.lab.drop(who.connection)
            self._listen()
            for other in self._here():
                assert who.peer_id not in [q.from_peer_id for q in other.questions.values()]

    @rule(data=st.data(), keeps=st.booleans())
    def come_back(self, data: st.DataObject, keeps: bool) -> None:
        who = data.draw(st.sampled_from(self.seats))
        self._listen()
        self.lab.memory.keeps = keeps
        if who.away:
            who.connection = self.lab.come_back(who.peer_id)
            who.away, who.read = False, 0
            self._listen()
        else:
            self.lab.inbox[who.connection].clear()  # it has arrived
            self.lab.drop(who.connection, None)
            who.away = True

    @rule(count=st.integers(1, 4))
    def the_log_answers(self, count: int) -> None:
        self.lab.disk.answer(count)
        self._listen()

    @rule(full=st.booleans())
    def the_disk_is_full_or_not(self, full: bool) -> None:
        self.lab.disk.full = full

    @rule()
    def nothing_is_on_its_way(self) -> None:
        self._settle()

    def teardown(self) -> None:
        if self.seats:
            self.lab.disk.full = False
            self._settle()

    # --- the account -----------------------------------------------------------------------------

    def _settle(self) -> None:
        self.lab.disk.answer()
        self.lab.settle_presence()
        self._listen()
        visitor = self._join("view")
        self.lab.disk.answer()
        self._listen()
        present = {seat.peer_id for seat in self.seats}
        for who in self._here():
            assert who.proposals == visitor.proposals
            assert {who.authors[one] for one in who.proposals} <= present
            assert who.elements == visitor.elements
            for question_id, shown in who.questions.items():
                given = self.answers.get(question_id, {})
                counts = tuple([*given.values()].count(choice) for choice in range(3))
                assert shown.counts == counts
                assert shown.answer == given.get(who.peer_id)
                assert shown.to is None or who.peer_id in (shown.to, shown.from_peer_id)
            to_all = {q.question_id for q in who.questions.values() if q.to is None}
            assert to_all == visitor.questions.keys()
        self._require_made()
        self.seats.remove(visitor)
        self.lab.drop(visitor.connection)
        self._listen()

    def _require_made(self) -> None:
        """See that what was accepted was made, and what is new of it once."""
        log = self.lab.disk.log._sessions.get("s")
        entries = [] if log is None else log.entries
        made = [entry.change for entry in entries if entry.accepted_by is not None]
        added = [change.element.id for change in made if isinstance(change, Added)]
        changed = {change.id for change in made if isinstance(change, Updated | Removed)}
        assert len({*added}) == len(added), "made twice"
        assert {element_id for _, element_id in self.accepted} <= {*added, *changed}
        accepted = [one for _, one in self.accepted]
        assert {*added} <= {*accepted}, "made, and nobody was told"

    def _join(self, role: str) -> Seat:
        kind, *more = role.split()
        connection, peer_id = self.lab.come(" ".join((kind, "100000", role[:2], *more)))
        seat = Seat(connection, peer_id, role)
        self.seats.append(seat)
        self._listen()
        return seat

    def _here(self) -> list[Seat]:
        return [seat for seat in self.seats if not seat.away]

    def _somebody(self, data: st.DataObject) -> Seat:
        here = self._here()
        if not here:
            return self._join("edit")
        return data.draw(st.sampled_from(here))

    def _say(self, who: Seat, message: Any, *, again: bool = False) -> bool:
        """Say something, perhaps twice; return whether it was acked."""
        for _ in range(1 + again):
            self.lab.say(who.connection, message)
        number = getattr(message, "message_id", None)
        inbox = self.lab.inbox[who.connection][who.read :]
        acks = [one for one in inbox if isinstance(one, server.Ack) and one.message_id == number]
        assert all(ack == acks[0] for ack in acks), "made again"
        self._listen()
        return number is not None and bool(acks)

    def _listen(self) -> None:
        for who in self._here():
            inbox = self.lab.inbox[who.connection]
            for message in inbox[who.read :]:
                who.take(message)
                if isinstance(message, server.ProposalDecided):
                    decided = {(message.proposal_id, one) for one in message.accepted}
                    self.accepted |= decided
            who.read = len(inbox)


def _add(element_id: str, parent: str | None = None) -> client.AddOperation:
    return client.AddOperation(NewElement(Text("x"), id=element_id, parent=parent))


TestTable = Table.TestCase
TestTable.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def _patched(owner: Any, name: str, put: Any) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: mock.patch.object(owner, name, put)


FAULTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "decided before it is stored": _patched(Canvas, "waits_for", lambda *_: False),
    "proposals outlive their author": _patched(Proposals, "withdraw", lambda *_: []),
    "questions outlive their author": _patched(Questions, "leave", lambda *_: []),
    "a retry proposes again": _patched(ReplyCache, "find", lambda *_: None),
    "refused without its children": _patched(handlers, "with_needing", lambda ids, _: {*ids}),
}


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
def test_the_table_shows_what_is_wrong(fault: str) -> None:
    """A model that finds nothing proves nothing: it finds each of these faults."""
    quick = settings(
        TestTable.settings,
        max_examples=400,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
    )
    with FAULTS[fault](), pytest.raises((AssertionError, KeyError, ExceptionGroup)):
        run_state_machine_as_test(Table, settings=quick)
