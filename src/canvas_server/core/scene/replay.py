"""Replay: from an earlier scene to a later one by the history between them."""

from collections.abc import Iterable
from typing import assert_never

from canvas_server.core.records import Snapshot
from canvas_server.core.scene.changes import changed
from canvas_server.protocol.history import Added, Entry, Removed, Replaced, Updated


def replay(snapshot: Snapshot, entries: Iterable[Entry]) -> Snapshot:
    """Return the scene after changes that follow a snapshot, in order.

    What was accepted once is not weighed again: limits may have become narrower since.

    Raises:
        KeyError: the entries do not follow the snapshot.
    """
    elements = {element.id: element for element in snapshot.elements}
    revision, timestamp = snapshot.revision, snapshot.timestamp
    for entry in entries:
        match entry.change:
            case Added(element):
                elements[element.id] = element
            case Updated(element_id, changes):
                elements[element_id] = changed(elements[element_id], changes)
            case Removed(element_id):
                del elements[element_id]
            case Replaced(others):
                elements = {element.id: element for element in others}
            case _:
                assert_never(entry.change)
        revision, timestamp = entry.revision, entry.timestamp
    return Snapshot(revision, timestamp, tuple(elements.values()))
