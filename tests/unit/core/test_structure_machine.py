"""Elements are nested, moved, turned, scaled, locked, removed and brought back at random.

After each step no parent leads back to its child, every parent is there, whoever replays the log has
the same scene, and what was carried lies where it lay on its parent.
"""

import itertools
import math
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from canvas_server.core.records import Snapshot
from canvas_server.core.scene.hierarchy import MAX_ANCESTORS, repaired
from canvas_server.core.scene.replay import replay
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Arrow, ArrowEnd, Frame, Group, Image, Text, Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("STR1", "STR2", "STR3", "STR4", "SCN1")

NAMES = st.sampled_from("abcdefgh")
PARENTS = st.none() | NAMES
KINDS = st.one_of(
    st.just(Frame()),
    st.just(Group()),
    st.just(Text("x")),
    st.just(Image("https://example.org/a.png")),
    st.just(Video("lobby")),
    st.just(Arrow(ArrowEnd(0, 0), ArrowEnd(30, 40, "a"))),
    st.lists(NAMES, max_size=3).map(lambda names: Group(tuple(names))),
)
NUMBERS = st.floats(-500, 500)
SIZES = st.floats(1, 500)
TRANSFORMS = st.builds(Transform, NUMBERS, NUMBERS, SIZES, SIZES, NUMBERS)
CHANGES = st.one_of(
    st.builds(lambda x, y: ElementChanges(TransformChanges(x=x, y=y)), NUMBERS, NUMBERS),
    st.builds(lambda turn: ElementChanges(TransformChanges(rotation=turn)), NUMBERS),
    st.builds(lambda w: ElementChanges(TransformChanges(width=w)), SIZES),
    st.builds(lambda parent: ElementChanges(parent=parent), PARENTS),
    st.builds(lambda locked: ElementChanges(locked=locked), st.booleans()),
    st.builds(
        lambda x, parent: ElementChanges(TransformChanges(x=x), parent=parent), NUMBERS, PARENTS
    ),
)
OPERATIONS = st.one_of(
    st.builds(client.UpdateOperation, NAMES, CHANGES), st.builds(client.RemoveOperation, NAMES)
)


class StructureMachine(RuleBasedStateMachine):
    """One session, and two who keep it from what they are told and from the log."""

    @initialize()
    def begin(self) -> None:
        self.lab = HubLab()
        self.at, _ = self.lab.join()
        self.told: dict[str, Element] = {}
        self.canvas = self.lab.hub._membership.sessions["s"].canvas
        self.start = Snapshot(0, 0)
        self.appended = 0
        self.numbers = itertools.count(1)
        self.fill()

    def fill(self) -> None:
        """Add what things are put on and into, three deep."""
        at = Transform(10, 20, 60, 40, 15)
        frame = NewElement(Frame(), Transform(0, 0, 300, 200), "a")
        image = NewElement(Image("https://example.org/a.png"), at, "b", "a")
        group = NewElement(Group(), at, "c", "b")
        text = NewElement(Text("x"), Transform(20, 30, 9, 7), "d", "c")
        arrow = NewElement(Arrow(ArrowEnd(0, 0), ArrowEnd(30, 40, "a")), at, "e", "c")
        self.say(
            client.SyncQueue(tuple(map(client.AddOperation, (frame, image, group, text, arrow))))
        )

    def say(self, message: client.ClientMessage) -> bool:
        """Send a message; tell whether it was accepted, and follow what is told."""
        self.lab.clear()
        before = self.canvas.scene.elements
        self.lab.say(self.at, message)
        refused = bool(self.lab.heard(self.at, server.Error))
        if refused:
            assert self.canvas.scene.elements == before, "IN1: a refusal changed something"
        for news in self.lab.inbox[self.at]:
            match news:
                case server.SceneUpdate():
                    self.told = {each.id: each for each in news.scene.elements}
                case server.ElementAdded() | server.ElementUpdated():
                    self.told[news.element.id] = news.element
                case server.ElementRemoved():
                    del self.told[news.id]
                case _:
                    pass
        return not refused

    @rule(name=NAMES, kind=KINDS, parent=PARENTS, transform=TRANSFORMS)
    def add(self, name: str, kind: Any, parent: str | None, transform: Transform) -> None:
        self.say(client.AddElement(NewElement(kind, transform, name, parent)))

    @rule(name=st.sampled_from("abc"), x=NUMBERS, y=NUMBERS, rotation=NUMBERS)
    def place(self, name: str, x: float, y: float, rotation: float) -> None:
        self.update(name, ElementChanges(TransformChanges(x=x, y=y, rotation=rotation)))

    @rule(name=NAMES, changes=CHANGES)
    def change(self, name: str, changes: ElementChanges) -> None:
        self.update(name, changes)

    def update(self, name: str, changes: ElementChanges) -> None:
        before = {each.id: each for each in self.canvas.scene.elements}
        if not self.say(client.UpdateElement(name, changes)):
            return
        after = {each.id: each for each in self.canvas.scene.elements}
        for child in self.below(name, before):
            self.compare(before[name], before[child], after[name], after[child])

    def below(self, name: str, elements: dict[str, Element]) -> list[str]:
        """Return the descendants of an element."""
        children = [each.id for each in elements.values() if each.parent == name]
        return [*children, *(lower for child in children for lower in self.below(child, elements))]

    def compare(self, parent: Element, child: Element, on: Element, after: Element) -> None:
        """See that a child lies where it lay on its parent, if that has kept its size."""
        size = (parent.transform.width, parent.transform.height)
        if (on.transform.width, on.transform.height) != size or isinstance(child.kind, Arrow):
            return
        lay, lies = local(parent.transform, child.transform), local(on.transform, after.transform)
        assert all(abs(a - b) < 0.005 for a, b in zip(lay, lies, strict=True)), (lay, lies)

    @rule(operations=st.lists(OPERATIONS, max_size=5))
    def queue(self, operations: list[client.Operation]) -> None:
        self.say(client.SyncQueue(tuple(operations), str(next(self.numbers))))

    @rule(name=NAMES)
    def remove_and_undo(self, name: str) -> None:
        """An undo adds what went, parents first, and gives the freed ones their parent again."""
        before = {each.id: each for each in self.canvas.scene.elements}
        if not self.say(client.RemoveElement(name)):
            return
        after = {each.id: each for each in self.canvas.scene.elements}
        assert not {*self.below(name, before)} & {
            each.id for each in after.values() if each.parent not in (None, *after)
        }
        gone = [each for each in before.values() if each.id not in after]
        waiting = {each.id: each for each in gone}
        operations: list[client.Operation] = []
        while waiting:
            ready = [each for each in waiting.values() if each.parent not in waiting]
            for each in ready:
                del waiting[each.id]
                new = NewElement(each.kind, each.transform, each.id, each.parent, each.locked)
                operations.append(client.AddOperation(new))
        for each in after.values():
            if each.parent != before[each.id].parent:
                freed = ElementChanges(parent=before[each.id].parent, locked=False)
                operations.append(client.UpdateOperation(each.id, freed))
        self.say(client.SyncQueue(tuple(operations), str(next(self.numbers))))
        assert not self.lab.heard(self.at, server.SyncResult)[0].failed_operations
        now = {each.id: each for each in self.canvas.scene.elements}
        assert {name: each.parent for name, each in now.items()} == {
            name: each.parent for name, each in before.items()
        }

    @precondition(lambda self: len(self.told) < 4)
    @rule(revision=st.none() | st.integers(0, 60))
    def start_anew(self, revision: int | None) -> None:
        """Few are left: an earlier scene comes back, or another one is made."""
        if revision is None:
            self.say(client.ClearScene())
            self.fill()
        else:
            self.say(client.RestoreScene(revision))

    @invariant()
    def every_parent_is_there_and_none_leads_back(self) -> None:
        elements = {each.id: each for each in self.canvas.scene.elements}
        for each in elements.values():
            line: list[str] = []
            parent = each.parent
            while parent is not None:
                assert parent in elements
                assert parent not in (each.id, *line)
                line.append(parent)
                parent = elements[parent].parent
            assert len(line) <= MAX_ANCESTORS
            assert {*self.canvas.scene.children_of(each.id)} == {
                other.id for other in elements.values() if other.parent == each.id
            }
        assert repaired(elements.values()) == tuple(elements.values())

    @invariant()
    def everybody_has_the_same(self) -> None:
        scene = self.canvas.scene
        assert self.told == {each.id: each for each in scene.elements}
        assert scene.size == sum(len(msgspec.json.encode(each)) for each in scene.elements)
        for append in self.lab.appended[self.appended :]:
            self.start = replay(self.start, append.record.entries)
        self.appended = len(self.lab.appended)
        assert self.start.elements == scene.elements


def local(parent: Transform, child: Transform) -> tuple[float, float, float, float]:
    """Return where the middle of a child lies on its parent, and how it is turned there."""
    dx = child.x + child.width / 2 - parent.x - parent.width / 2
    dy = child.y + child.height / 2 - parent.y - parent.height / 2
    angle = math.radians(-parent.rotation)
    turn = math.radians(child.rotation - parent.rotation)
    return (
        dx * math.cos(angle) - dy * math.sin(angle),
        dx * math.sin(angle) + dy * math.cos(angle),
        math.cos(turn),
        math.sin(turn),
    )


TestStructure = StructureMachine.TestCase
TestStructure.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
