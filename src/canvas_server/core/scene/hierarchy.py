"""Hierarchy of a scene: which elements have which as their `parent` (rules STR1, STR3). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from canvas_server.protocol.kinds import Group, Kind
from canvas_server.protocol.scene import Element, NewElement

E = TypeVar("E", Element, NewElement)

MAX_ANCESTORS = 32
"""Elements above each other, beside the lowest one."""


class Hierarchy:
    """The children of each parent, in the order in which they came to it."""

    def __init__(self) -> None:
        self._children: dict[str, dict[str, None]] = {}

    def copy(self) -> "Hierarchy":
        """Return one that changes by itself from here on."""
        twin = Hierarchy()
        twin._children = {parent: inner.copy() for parent, inner in self._children.items()}
        return twin

    def put(self, element_id: str, before: str | None, after: str | None) -> None:
        """Note that an element has another parent than before; None: it has none."""
        if before == after:
            return
        if before is not None:
            siblings = self._children[before]
            del siblings[element_id]
            if not siblings:
                del self._children[before]
        if after is not None:
            self._children.setdefault(after, {})[element_id] = None

    def children_of(self, element_id: str) -> Iterable[str]:
        """Return the ids of those that have an element as their parent, while nothing changes."""
        return self._children.get(element_id, {}).keys()

    def has_children(self, element_id: str) -> bool:
        """Tell whether any has an element as its parent."""
        return element_id in self._children

    def below(self, element_id: str) -> Iterator[tuple[str, int]]:
        """Yield all descendants, those that are nearer first, each with its distance."""
        level, distance = [element_id], 0
        while level:
            level = [child for each in level for child in self._children.get(each, ())]
            distance += 1
            for child in level:
                yield child, distance


def ancestors(elements: Mapping[str, Element], element_id: str | None) -> list[str]:
    """Return an element and those above it, the nearest first, as far as they are there.

    It ends after `MAX_ANCESTORS` of them and one more, also where they go round in a circle.
    """
    found: list[str] = []
    while element_id is not None and element_id in elements and len(found) <= MAX_ANCESTORS:
        found.append(element_id)
        element_id = elements[element_id].parent
    return found


def repaired(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Return elements that form a hierarchy, for a scene that came from elsewhere or before.

    A parent that is not among them, leads back to its child or lies too deep is left out, and so
    is what a group wished for.
    """
    by_id = {element.id: granted(element) for element in elements}
    depths: dict[str, int] = {}
    for element_id in by_id:
        _settle(by_id, depths, element_id)
    return tuple(by_id.values())


def _settle(by_id: dict[str, Element], depths: dict[str, int], element_id: str) -> None:
    """Have the depth of an element, and of those above it, once their parents are right."""
    path: dict[str, None] = {}
    here: str | None = element_id
    while here is not None and here in by_id and here not in depths and here not in path:
        path[here] = None
        here = by_id[here].parent
    for name in reversed(path):
        parent = by_id[name].parent
        depth = -1 if parent is None else depths.get(parent, MAX_ANCESTORS)
        if parent is not None and depth >= MAX_ANCESTORS:
            by_id[name] = msgspec.structs.replace(by_id[name], parent=None)
            depth = -1
        depths[name] = depth + 1


def parents_first(elements: Iterable[E]) -> list[E]:
    """Return elements in an order in which they can be added one by one.

    What a group wishes for of them lies in it; a group without an id comes after that.
    """
    listed = _with_wishes(list(elements))
    listed.sort(key=lambda element: kept(element.kind) is not element.kind)
    named: dict[str, E] = {}
    for element in listed:
        named.setdefault(element.id, element)
    ordered: list[E] = []
    done: set[int] = set()
    for element in listed:
        line: list[E] = []
        here: E | None = element
        while here is not None and id(here) not in done:
            done.add(id(here))
            line.append(here)
            here = None if here.parent is None else named.get(here.parent)
        ordered += reversed(line)
    return ordered


def _with_wishes(elements: list[E]) -> list[E]:
    """Return elements of which those that a group wishes for, and that are new too, lie in it.

    So it need not come after them, which may be why they come after it.
    """
    at: dict[str, int] = {}
    for number, element in enumerate(elements):
        at.setdefault(element.id, number)
    for number, group in enumerate(elements):
        if not isinstance(group.kind, Group) or not group.id:
            continue
        rest: list[str] = []
        for child_id in group.kind.children:
            child = elements[at.get(child_id, number)]
            if child.id == group.id or (child.locked and child.parent != group.id):
                rest.append(child_id)
                continue
            elements[at[child_id]] = msgspec.structs.replace(child, parent=group.id)
        if len(rest) < len(group.kind.children):
            kind = Group(tuple(rest))
            elements[number] = msgspec.structs.replace(elements[number], kind=kind)
    return elements


def granted(element: Element) -> Element:
    """Return an element as it is kept: what a group wished for at its adding is left out."""
    kind = kept(element.kind)
    return element if kind is element.kind else msgspec.structs.replace(element, kind=kind)


def kept(kind: Kind) -> Kind:
    """Return a kind without the children that a group wished for."""
    return Group() if isinstance(kind, Group) and kind.children else kind
