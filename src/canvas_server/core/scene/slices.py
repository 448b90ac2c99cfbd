"""Slices of an edit: which edits are long, and the steps made of one in one go (SCN13). Pure."""

import itertools
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from canvas_server.core.scene.elements import Scene
from canvas_server.protocol import client

SLICE = 500
"""Steps made in one go: changes, those that follow from others among them."""
UNBOUND = 1 << 62
"""Steps of an edit that is made in one go."""


def sliced(steps: Iterable[None], most: int | None = None) -> Iterator[None]:
    """Make the steps of an edit, and yield after each `most` of them (a slice, unless said)."""
    most = SLICE if most is None else most
    for number, _ in enumerate(steps, 1):
        if number % most == 0:
            yield


def is_long(scene: Scene, message: client.EditMessage) -> bool:
    """Tell whether so much lies below what a message moves or removes that it takes slices."""
    below = itertools.chain.from_iterable(map(scene.below, _bearing(message)))
    return sum(1 for _ in itertools.islice(below, SLICE)) == SLICE


def _bearing(message: client.EditMessage) -> Iterator[str]:
    """Yield the elements whose change, or removal, is that of those below them too.

    What is put into another may be moved with that later in the message.
    """
    operations = message.operations if isinstance(message, client.SyncQueue) else (message,)
    for one in operations:
        match one:
            case (
                client.UpdateElement(id=element_id, changes=changes)
                | client.UpdateOperation(id=element_id, changes=changes)
            ):
                if changes.transform is not UNSET or changes.parent is not UNSET:
                    yield element_id
            case client.RemoveElement(id=element_id) | client.RemoveOperation(id=element_id):
                yield element_id
            case _:
                pass
