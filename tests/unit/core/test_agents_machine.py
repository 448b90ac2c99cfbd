"""Agents with bounds of all sorts, and a person, make edits of every type at random.

Beside the hub stands a second account of what each agent may do, made from its bounds and from what
the scene was before and is after: no sequence leaves the bounds. To take back what an agent did
changes nothing that is somebody else's, and where nobody else did anything it leaves no trace.
"""

import cmath
import itertools
import math
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import Area, Bounds
from canvas_server.protocol.kinds import (
    Arrow,
    ArrowEnd,
    Chart,
    Frame,
    Group,
    Image,
    Ink,
    Note,
    Shape,
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
from support.hub.house import House

pytestmark = pytest.mark.rule("AGT3", "AGT6", "AGT7")

NAMES = st.sampled_from("abcdefgh")
NUMBERS = st.integers(-200, 900)
SIZES = st.integers(1, 400)
ENDS = st.builds(ArrowEnd, NUMBERS, NUMBERS, st.none() | NAMES)
KINDS = st.one_of(
    st.just(Frame()),
    st.just(Text("x")),
    st.just(Note("n")),
    st.just(Shape()),
    st.just(Ink(((0, 0), (1, 1)))),
    st.just(Image("https://example.org/a.png")),
    st.just(Chart("bar", {"a": [1], "b": {"c": 1}})),
    st.just(Video("lobby")),
    st.builds(Arrow, ENDS, ENDS),
    st.lists(NAMES, max_size=3).map(lambda names: Group(tuple(names))),
)
TAGS = ("Frame", "Text", "Note", "Shape", "Ink", "Image", "Chart", "Video", "Arrow", "Group")
TURNS = st.sampled_from([0, 0, 0, 30, 90, -725])
TRANSFORMS = st.builds(Transform, NUMBERS, NUMBERS, SIZES, SIZES, TURNS)
PARENTS = st.none() | NAMES
NEW = st.builds(
    NewElement, KINDS, TRANSFORMS, NAMES, PARENTS, st.sampled_from([False, False, True])
)
PATCHES = st.sampled_from(
    [
        {"content": "y"},
        {"data": {"a": None}},
        {"data": {"b": {"d": 2}}},
        {"end": {"x": 800}},
        {"end": {"x": 20, "y": 20}},
        {"color": "#123456"},
        {"stroke": "#123456"},
    ]
)
CHANGES = st.one_of(
    st.builds(lambda x, y: ElementChanges(TransformChanges(x=x, y=y)), NUMBERS, NUMBERS),
    st.builds(lambda turn: ElementChanges(TransformChanges(rotation=turn)), TURNS),
    st.builds(lambda w: ElementChanges(TransformChanges(width=w)), SIZES),
    st.builds(lambda parent: ElementChanges(parent=parent), PARENTS),
    st.builds(lambda locked: ElementChanges(locked=locked), st.booleans()),
    st.builds(lambda patch: ElementChanges(kind=patch), PATCHES),
)
OPERATIONS = st.one_of(
    st.builds(client.AddOperation, NEW),
    st.builds(client.UpdateOperation, NAMES, CHANGES),
    st.builds(client.UpdateOperation, NAMES, CHANGES),
    st.builds(client.RemoveOperation, NAMES),
)
EDITS = st.one_of(
    st.builds(client.AddElement, NEW),
    st.builds(client.UpdateElement, NAMES, CHANGES),
    st.builds(client.RemoveElement, NAMES),
    st.builds(client.SyncQueue, st.lists(OPERATIONS, max_size=6).map(tuple)),
    st.builds(client.SyncQueue, st.lists(OPERATIONS, max_size=6).map(tuple)),
    st.sampled_from([client.ClearScene(), client.RestoreScene(0), client.RestoreScene(3)]),
)
BOUNDS = st.builds(
    Bounds,
    st.none() | st.lists(st.sampled_from(TAGS), min_size=4, unique=True).map(tuple),
    st.none() | st.just(Area(-50, -50, 700, 700)),
    st.none() | st.integers(1, 12),
    st.none() | st.integers(0, 4),
    st.sampled_from(["edit", "edit", "edit", "propose"]),
)
Scene = dict[str, Element]


class Agents(RuleBasedStateMachine):
    """One session, a person, and three agents, of which the last has no bounds."""

    @initialize(bounds=st.lists(BOUNDS, min_size=2, max_size=2))
    def begin(self, bounds: list[Bounds]) -> None:
        self.house = House()
        self.numbers = itertools.count(1)
        self.person, _ = self.house.come("edit 999999 ada")
        self.bounds = [*bounds, Bounds()]
        self.agents: list[tuple[Any, str]] = []
        for number, each in enumerate(self.bounds):
            self.house.admission.bounds[f"bot{number}"] = each
            self.agents.append(self.house.come(f"agent 999999 bot{number}"))
        self.made: list[list[tuple[float, int]]] = [[] for _ in self.bounds]
        """Of each agent when it has made how many operations."""
        self.owned: list[set[str]] = [set() for _ in self.bounds]
        self.paused: set[int] = set()
        self.writers: dict[tuple[str, str], int] = {}
        """Who has set a field of an element last: an agent, or -1."""
        for number in range(12):
            self.edited(-1, client.AddElement(_first(number)))

    @property
    def scene(self) -> Scene:
        scene = self.house.hub._membership.sessions["s"].canvas.scene
        return {element.id: element for element in scene.elements}

    def say(self, who: Any, message: client.ClientMessage) -> bool:
        self.house.inbox[who].clear()
        self.house.say(who, message)
        return not self.house.heard(who, server.Error)

    def edited(self, who: int, message: Any) -> None:
        """Have somebody edit, and hold what came of it against the account."""
        before = self.scene
        connection = self.person if who < 0 else self.agents[who][0]
        message = msgspec.structs.replace(message, message_id=f"m{next(self.numbers)}")
        ok = self.say(connection, message)
        after = self.scene
        results = self.house.heard(connection, server.SyncResult)
        count = results[0].synced_count if results else int(ok)
        if who >= 0:
            self.judge(who, before, after, message, count)
        self.account(who, before, after)

    def account(self, who: int, before: Scene, after: Scene) -> None:
        for element_id in before.keys() | after.keys():
            was, now = _fields(before.get(element_id)), _fields(after.get(element_id))
            for field in was.keys() | now.keys():
                if was.get(field, ...) != now.get(field, ...):
                    self.writers[element_id, field] = who
            if element_id not in before:
                for number, owned in enumerate(self.owned):
                    (owned.add if number == who else owned.discard)(element_id)

    def judge(self, who: int, before: Scene, after: Scene, message: Any, count: int) -> None:
        bounds = self.bounds[who]
        changed = {
            each for each in before.keys() | after.keys() if before.get(each) != after.get(each)
        }
        if who in self.paused:
            assert not changed, "AGT6"
        if bounds.mode == "propose":
            assert not changed, "AGT3: it changes nothing itself"
        if bounds != Bounds() and isinstance(message, client.ClearScene | client.RestoreScene):
            assert not changed, "AGT3"
        for element_id in changed:
            for element in (before.get(element_id), after.get(element_id)):
                if element is not None:
                    _assert_may(bounds, element)
        if changed and bounds.edits_per_minute is not None:
            now = self.house.now
            self.made[who].append((now, count))
            recent = sum(number for at, number in self.made[who] if at > now - 60)
            assert recent <= bounds.edits_per_minute, "AGT3"
        new = {each for each in after if each not in before}
        if new and bounds.max_elements is not None:
            own = (self.owned[who] | new) & after.keys()
            assert len(own) <= bounds.max_elements, "AGT3"

    @rule(who=st.sampled_from([-1, 0, 0, 1, 1, 2]), message=EDITS)
    def somebody_edits(self, who: int, message: Any) -> None:
        self.edited(who, message)

    @rule(seconds=st.sampled_from([1, 20, 70, 400]))
    def time_goes_by(self, seconds: int) -> None:
        self.house.wait(seconds)

    @rule(who=st.sampled_from([0, 1, 2]), paused=st.booleans())
    def the_person_pauses(self, who: int, paused: bool) -> None:
        assert self.say(self.person, client.PauseAgent(self.agents[who][1], paused))
        (self.paused.add if paused else self.paused.discard)(who)

    @rule(who=st.sampled_from([0, 1, 2]), whom=st.sampled_from([0, 1, 2]), paused=st.booleans())
    def an_agent_tries_to_pause(self, who: int, whom: int, paused: bool) -> None:
        assert not self.say(self.agents[who][0], client.PauseAgent(self.agents[whom][1], paused))

    @rule(who=st.sampled_from([0, 1, 2]), kept=st.booleans())
    def an_agent_comes_again(self, who: int, kept: bool) -> None:
        """Under the place it had, or as another peer by the same link."""
        connection, peer_id = self.agents[who]
        self.house.drop(connection, None if kept else 1000)
        if kept:
            self.agents[who] = self.house.come_back(peer_id), peer_id
        else:
            self.agents[who] = self.house.come(f"agent 999999 bot{who}")

    @rule(who=st.sampled_from([0, 1, 2]), ids=st.lists(NAMES, max_size=3).map(tuple))
    def the_person_takes_back(self, who: int, ids: tuple[str, ...]) -> None:
        before = self.scene
        message = client.UndoAgent(self.agents[who][1], ids, f"m{next(self.numbers)}")
        assert self.say(self.person, message)
        after = self.scene
        moved = {each for each in before if _place(before[each]) != _place(after.get(each))}
        for element_id, was in before.items():
            now = _fields(after.get(element_id))
            for field, value in _fields(was).items():
                theirs = self.writers[element_id, field] != who
                if theirs and not (field in PLACE and _above(after, element_id) & moved):
                    assert now.get(field) == value, f"AGT7: {element_id}.{field}"
        self.account(-1, before, after)

    @rule(who=st.sampled_from([0, 1, 2, 2]), messages=st.lists(EDITS, min_size=1, max_size=8))
    def an_agent_acts_alone(self, who: int, messages: list[Any]) -> None:
        """What it does is taken back, and there is no trace of it."""
        self.the_person_takes_back(who, ())
        before = self.scene
        for message in messages:
            if isinstance(message, client.ClearScene | client.RestoreScene):
                return
            self.edited(who, message)
        uncarried = _placed(messages)
        uncarried |= {each for each in before if _above(before, each) & uncarried}
        self.the_person_takes_back(who, ())
        (ack,) = self.house.heard(self.person, server.Ack)
        # What an operation that was refused would have placed was not carried then, and is now.
        differences = [
            (element_id, field, *values)
            for element_id, field, *values in _differences(before, self.scene)
            if not (field in PLACE and element_id in uncarried)
        ]
        assert differences == [] or ack.result.kept, f"AGT7: {ack.result} {differences}"


def _differences(before: Scene, after: Scene) -> list[Any]:
    """Return which fields of which elements are not the same."""
    found: list[Any] = []
    for element_id in before.keys() | after.keys():
        was, now = _fields(before.get(element_id)), _fields(after.get(element_id))
        found += [
            (element_id, field, was.get(field, ...), now.get(field, ...))
            for field in was.keys() | now.keys()
            if was.get(field, ...) != now.get(field, ...)
        ]
    return found


PLACE = ("x", "y", "width", "height", "rotation", "start", "end")


def _first(number: int) -> NewElement:
    """Return one of the elements that are there first."""
    kind = (Frame(), Text("x"), Shape(), Chart("bar", {"a": [1], "b": {"c": 1}}))[number % 4]
    parent = "abcdefgh"[number - 1] if number in (1, 2, 5) else None
    place = Transform(60 * number, 40 * number, 90, 60)
    return NewElement(kind, place, "abcdefghijkl"[number], parent)


def _fields(element: Element | None) -> dict[str, Any]:
    """Return all that can be changed of an element, flat."""
    if element is None:
        return {}
    whole = {**msgspec.structs.asdict(element), **msgspec.structs.asdict(element.transform)}
    kind = {} if isinstance(element.kind, Group) else msgspec.structs.asdict(element.kind)
    del whole["transform"], whole["author"]
    return {**whole, **kind, "kind": type(element.kind)}


def _place(element: Element | None) -> Any:
    return {name: value for name, value in _fields(element).items() if name in PLACE}


def _placed(messages: list[Any]) -> set[str]:
    queues = (each for each in messages if isinstance(each, client.SyncQueue))
    operations = (each for queue in queues for each in queue.operations)
    return {each.id for each in operations if isinstance(each, client.UpdateOperation)}


def _above(scene: Scene, element_id: str) -> set[str]:
    found: set[str] = set()
    here = scene.get(element_id)
    while here is not None and here.parent is not None:
        found.add(here.parent)
        here = scene.get(here.parent)
    return found


def _assert_may(bounds: Bounds, element: Element) -> None:
    assert bounds.kinds is None or type(element.kind).__name__ in bounds.kinds, "AGT3"
    if bounds.area is None:
        return
    at, area = element.transform, bounds.area
    middle = complex(at.x + at.width / 2, at.y + at.height / 2)
    turn = cmath.exp(1j * math.radians(at.rotation))
    points = [
        middle + complex(u * at.width / 2, v * at.height / 2) * turn
        for u, v in itertools.product((-1, 1), repeat=2)
    ]
    if isinstance(element.kind, Arrow):
        points += [complex(end.x, end.y) for end in (element.kind.start, element.kind.end)]
    for point in points:
        assert area.x - 0.01 <= point.real <= area.x + area.width + 0.01, "AGT3"
        assert area.y - 0.01 <= point.imag <= area.y + area.height + 0.01, "AGT3"


TestAgents = Agents.TestCase
TestAgents.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
