"""Pictures in an edit: where they are, and the edit with others in their place. Pure.

A picture in a data URL is decoded before the edit is made; who does so is not the core's matter.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, assert_never

import msgspec
from msgspec import UNSET

from canvas_server.protocol import client
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import KIND_TRAITS, flat_kind, picture_of
from canvas_server.protocol.scene import ElementChanges, NewElement

M = TypeVar("M", bound=client.EditMessage | client.Propose | client.Chat | SceneEdit)

_FIELDS = frozenset(traits.picture for traits in KIND_TRAITS.values() if traits.picture)
_INLINE = "data:image/"


def sources_in(
    message: client.EditMessage | client.Propose | client.Chat | SceneEdit,
) -> tuple[str, ...]:
    """Return the pictures that an edit brings with it, each once.

    Those of changes too, whatever they change now: it may be another element by then.
    """
    if isinstance(message, client.Chat):
        return () if message.picture is None else (message.picture,)
    added, changed = _parts(message)
    found: dict[str, None] = {}
    for new in added:
        source = picture_of(new.kind)
        if source is not None and source.startswith(_INLINE):
            found[source] = None
    for changes in changed:
        if changes.kind is UNSET:
            continue
        found.update(dict.fromkeys(_named(flat_kind(changes.kind)).values()))
    return tuple(found)


def with_sources(message: M, sources: Mapping[str, str]) -> M:
    """Return an edit in which pictures are replaced by what they are mapped to."""
    match message:
        case client.AddElement():
            return msgspec.structs.replace(message, element=_new(message.element, sources))
        case client.UpdateElement():
            return msgspec.structs.replace(message, changes=_changes(message.changes, sources))
        case client.SyncQueue() | client.Propose():
            operations = tuple(_operation(each, sources) for each in message.operations)
            return msgspec.structs.replace(message, operations=operations)
        case client.Chat(picture=str(picture)):
            return msgspec.structs.replace(message, picture=sources.get(picture, picture))
        case SceneEdit():
            return msgspec.structs.replace(
                message,
                add=tuple(_new(new, sources) for new in message.add),
                update=tuple(
                    msgspec.structs.replace(each, changes=_changes(each.changes, sources))
                    for each in message.update
                ),
            )
        case _:
            return message


def _parts(
    message: client.EditMessage | client.Propose | SceneEdit,
) -> tuple[tuple[NewElement, ...], tuple[ElementChanges, ...]]:
    """Return the elements that an edit adds, and the changes that it makes."""
    match message:
        case client.AddElement():
            return (message.element,), ()
        case client.UpdateElement():
            return (), (message.changes,)
        case client.RemoveElement() | client.ClearScene():
            return (), ()
        case client.SyncQueue(operations=operations) | client.Propose(operations=operations):
            adding = [each for each in operations if isinstance(each, client.AddOperation)]
            changing = [each for each in operations if isinstance(each, client.UpdateOperation)]
            return (
                tuple(each.element for each in adding),
                tuple(each.changes for each in changing),
            )
        case SceneEdit():
            return message.add, tuple(each.changes for each in message.update)
        case _:
            assert_never(message)


def _operation(operation: client.Operation, sources: Mapping[str, str]) -> client.Operation:
    match operation:
        case client.AddOperation():
            return client.AddOperation(_new(operation.element, sources))
        case client.UpdateOperation():
            return client.UpdateOperation(operation.id, _changes(operation.changes, sources))
        case client.RemoveOperation():
            return operation
        case _:
            assert_never(operation)


def _new(new: NewElement, sources: Mapping[str, str]) -> NewElement:
    field, source = new.kind.traits.picture, picture_of(new.kind)
    if field is None or source is None or source not in sources:
        return new
    kind = msgspec.structs.replace(new.kind, **{field: sources[source]})
    return msgspec.structs.replace(new, kind=kind)


def _changes(changes: ElementChanges, sources: Mapping[str, str]) -> ElementChanges:
    """Replace the pictures in changes; a kind in the wrapped form stays in it."""
    if changes.kind is UNSET:
        return changes
    flat = flat_kind(changes.kind)
    named = {f: sources[source] for f, source in _named(flat).items() if source in sources}
    if not named:
        return changes
    inner = changes.kind if flat is changes.kind else changes.kind["data"]
    patch = {**inner, **named}
    kind = patch if flat is changes.kind else {**changes.kind, "data": patch}
    return msgspec.structs.replace(changes, kind=kind)


def _named(patch: Mapping[str, Any]) -> dict[str, str]:
    """Return the pictures in a patch of a kind, by field."""
    return {
        field: source
        for field in _FIELDS
        if isinstance(source := patch.get(field), str) and source.startswith(_INLINE)
    }
