"""Attribution: whether changes of a leader result from an edit forwarded to it (REL6).

The server that keeps a shared scene says who made each change. It is believed of its own people; of
ours only where what it tells is an edit that was forwarded to it.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from canvas_server.core.scene.changes import without_expected
from canvas_server.protocol import client
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import is_tile
from canvas_server.protocol.scene import NewElement

_GIVEN = ("kind", "transform", "parent", "locked", "opacity")
RequestedChange = NewElement | client.UpdateOperation | client.RemoveOperation | None
"""One change that somebody asked for; None: that the scene be cleared."""


def results_from(entries: Sequence[Entry], message: client.Edit | SceneEdit) -> bool:
    """Tell whether entries are what an edit leads to: some of its changes, in order.

    What is restored comes from the history of the server that keeps the scene, and cannot be
    compared here.
    """
    requests = _requested_changes(message)
    return all(
        any(_matches(entry.change, requested) for requested in requests) for entry in entries
    )


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
            yield from message.add
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
