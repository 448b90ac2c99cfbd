"""Attribution: whether changes of a leader result from an edit forwarded to it (REL6).

The server that keeps a shared scene says who made each change. It is believed of its own people; of
ours only where what it tells is an edit that was forwarded to it.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from msgspec import UNSET

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.carrying import placed_by
from canvas_server.core.scene.changes import moved, without_expected
from canvas_server.core.scene.consequences import TooMany, carrying, changes_of, grouping, leaving
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.hierarchy import kept, parents_first
from canvas_server.core.scene.transaction import Anybody, Edit
from canvas_server.protocol import client
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import Group, is_tile
from canvas_server.protocol.scene import NewElement

_GIVEN = ("transform", "parent", "locked", "opacity")
RequestedChange = NewElement | client.UpdateOperation | client.RemoveOperation | None
"""One change that somebody asked for; None: that the scene be cleared."""


def results_from(entries: Sequence[Entry], message: client.Edit | SceneEdit, scene: Scene) -> bool:
    """Tell whether entries are what an edit of a scene leads to: some of its changes, in order.

    What follows from one of them (STR2, STR3) comes with it, and nothing else does. What is
    restored comes from the history of the server that keeps the scene, and cannot be compared here.
    """
    requests = _requested_changes(message)
    changes = [entry.change for entry in entries]
    if all(any(_matches(change, requested) for requested in requests) for change in changes):
        return True
    return _Comparison(scene, message).explains(changes)


class _Comparison:
    """The changes of an edit of a scene one by one, each with what follows from it."""

    def __init__(self, scene: Scene, message: client.Edit | SceneEdit) -> None:
        self._scene = scene
        self._message = message
        self._placed = placed_by(message)
        self._edit: Edit | None = None
        """What was made so far, on a copy."""

    def explains(self, changes: Sequence[Change]) -> bool:
        """Tell whether changes are those of the edit, without those that were refused."""
        at = 0
        for requested in _requested_changes(self._message):
            count = self._count(changes[at:], requested)
            if count and at + count == len(changes):
                return True
            if count and not self._make(changes[at : at + count]):
                return False
            at += count
        return False

    def _count(self, changes: Sequence[Change], requested: RequestedChange) -> int:
        """Return how many of the first changes a requested one leads to; 0: they are of another."""
        before, after = self._consequences(changes, requested)
        whole = len(before) + 1 + len(after)
        if [*changes[: len(before)]] != before or len(changes) < whole:
            return 0
        matches = _matches(changes[len(before)], requested)
        return whole if matches and [*changes[len(before) + 1 : whole]] == after else 0

    def _consequences(
        self, changes: Sequence[Change], requested: RequestedChange
    ) -> tuple[list[Change], list[Change]]:
        """Return what goes before and after a change that was requested, where it is the next."""
        scene = self._scene
        try:
            match requested:
                case NewElement(kind=Group()) if isinstance(changes[0], Added):
                    children = grouping(scene, requested, changes[0].element.id)
                    return [], changes_of(children)
                case client.UpdateOperation(id=element_id, changes=wanted):
                    if wanted.transform is UNSET:
                        return [], []
                    element = scene.require(element_id)
                    after = moved(element.transform, wanted.transform)
                    carried = carrying(scene, element, after, self._placed, len(changes))
                    return [], changes_of(carried)
                case client.RemoveOperation(id=element_id):
                    return changes_of(leaving(scene, element_id)), []
                case _:
                    return [], []
        except (Refusal, TooMany):
            return [], []

    def _make(self, changes: Sequence[Change]) -> bool:
        """Go on after some changes; tell whether that can be."""
        if self._edit is None:
            self._scene = self._scene.copy()
            self._edit = Edit(self._scene, "", Anybody(), 0, None)
        try:
            for change in changes:
                self._edit.change(change)
        except Refusal:
            return False
        return True


def _requested_changes(message: client.Edit | SceneEdit) -> Iterator[RequestedChange]:
    match message:
        case client.AddElement():
            yield message.element
        case client.UpdateElement():
            yield client.UpdateOperation(message.id, message.changes)
        case client.RemoveElement():
            yield client.RemoveOperation(message.id)
        case client.ClearScene():
            yield None
        case client.SyncQueue():
            for each in message.operations:
                yield each.element if isinstance(each, client.AddOperation) else each
        case client.RestoreScene():
            pass
        case SceneEdit():
            if message.clear:
                yield None
            yield from parents_first(message.add)
            for each in message.update:
                yield client.UpdateOperation(each.id, each.changes)
            for element_id in message.remove:
                yield client.RemoveOperation(element_id)
        case _:
            assert_never(message)


def _matches(change: Change, requested: RequestedChange) -> bool:
    match change:
        case Added(element):
            if not isinstance(requested, NewElement):
                return False
            same = all(getattr(element, name) == getattr(requested, name) for name in _GIVEN)
            same &= element.kind == kept(requested.kind)
            return same and requested.id in ("", element.id)
        case Updated(element_id, changes):
            if not isinstance(requested, client.UpdateOperation):
                return False
            return (requested.id, without_expected(requested.changes)) == (element_id, changes)
        case Removed(element_id):
            return requested == client.RemoveOperation(element_id)
        case Replaced(elements, restored):
            only_tiles = all(is_tile(element.kind) for element in elements)
            return requested is None and restored is None and only_tiles
        case _:
            assert_never(change)
