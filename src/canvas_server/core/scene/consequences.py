"""Consequences of a change for what has its element as `parent` (rules STR2, STR3). Pure.

Each is a change of its own, which is kept and told as any other: who knows nothing of parents needs
no geometry.
"""

import itertools
from collections.abc import Container, Iterable, Iterator

from msgspec import Struct

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.carrying import carried, motion_of
from canvas_server.core.scene.changes import changed, growth
from canvas_server.core.scene.elements import Scene
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Change, Removed, Updated
from canvas_server.protocol.kinds import Group, is_tile
from canvas_server.protocol.scene import Element, ElementChanges, NewElement, Transform


class Consequence(Struct, frozen=True):
    """A change of another element, what it makes of it, and by how many bytes it grows."""

    change: Updated
    element: Element
    grown: int


class TooMany(Exception):
    """More elements are below one than may be gone through."""


def carrying(
    scene: Scene, element: Element, after: Transform, placed: Container[str], most: int
) -> Iterator[Consequence]:
    """Yield how the descendants of an element are carried that gets another transform (STR2).

    Those that are `placed` by the same message stay, with what is below them.

    Raises:
        TooMany: there are more than `most`.
    """
    if not scene.children_of(element.id):
        return
    scales = element.kind.traits.scales_children
    motion = motion_of(element.transform, after, scales=scales)
    if motion is None:
        return
    for child in _below(scene, element.id, placed, most):
        changes = carried(child, motion)
        if changes is not None:
            yield _consequence(child, changes)


def grouping(scene: Scene, new: NewElement, group_id: str) -> list[Consequence]:
    """Return how those become children that a new group wishes for (STR1).

    Raises:
        Refusal: `element_not_found`, `element_locked`, `invalid_change`.
    """
    if not isinstance(new.kind, Group):
        return []
    line = [group_id, *scene.line(new.parent)]
    found: list[Consequence] = []
    for child_id in dict.fromkeys(new.kind.children):
        child = scene.require(child_id)
        if child.locked:
            raise Refusal(ErrorCode.ELEMENT_LOCKED)
        scene.require_below(child_id, line)
        found.append(_consequence(child, ElementChanges(parent=group_id)))
    return found


def leaving(scene: Scene, element_id: str) -> list[Consequence | Removed]:
    """Return what goes before an element that is removed: its descendants, the lowest first (STR3).

    Tiles are freed, and keep what lies on them.
    """
    found: list[Consequence | Removed] = []
    below: list[str] = []
    level = [element_id]
    while level:
        above, level = level, list[str]()
        for child_id in _children(scene, above):
            child = scene.require(child_id)
            if is_tile(child.kind):
                found.append(_consequence(child, ElementChanges(parent=None)))
            else:
                level.append(child_id)
        below += level
    found += [Removed(child_id) for child_id in reversed(below)]
    return found


def count_below(scene: Scene, element_ids: Iterable[str], most: int) -> int:
    """Return how many are below some elements, each of them counted by itself.

    Raises:
        TooMany: there are more than `most`.
    """
    below = itertools.chain.from_iterable(map(scene.below, element_ids))
    count = sum(1 for _ in itertools.islice(below, most + 1))
    if count > most:
        raise TooMany
    return count


def _below(scene: Scene, element_id: str, placed: Container[str], most: int) -> list[Element]:
    found: list[Element] = []
    level = [element_id]
    while level:
        above, level = level, list[str]()
        for child in _children(scene, above):
            if child in placed:
                continue
            if len(found) >= most:
                raise TooMany
            found.append(scene.require(child))
            level.append(child)
    return found


def _children(scene: Scene, level: Iterable[str]) -> Iterator[str]:
    for element_id in level:
        yield from scene.children_of(element_id)


def _consequence(before: Element, changes: ElementChanges) -> Consequence:
    after = changed(before, changes)
    change = Updated(before.id, changes)
    return Consequence(change, after, growth(before, after, changes))


def changes_of(consequences: Iterable[Consequence | Removed]) -> list[Change]:
    """Return the changes alone."""
    return [each.change if isinstance(each, Consequence) else each for each in consequences]
