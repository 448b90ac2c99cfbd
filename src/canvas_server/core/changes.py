"""What a change makes of an element, and by how many bytes that is longer. Pure.

The work is that of what changes, not of the whole element: a picture that is moved is not encoded
again. The data of a chart are the exception, they are validated as a whole (`work_of`).
"""

from typing import Any, cast

import msgspec
from msgspec import UNSET, Struct

from canvas_server.core.effects import Refused
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.scene import (
    Chart,
    Element,
    ElementChanges,
    Kind,
    Transform,
    TransformChanges,
    flat_kind,
)

_encode = msgspec.json.Encoder().encode
_FIXED = ("type", "stream_id")


def changed(element: Element, changes: ElementChanges) -> Element:
    """Return an element in which what is named has changed.

    Raises:
        Refused: `invalid_change`.
    """
    transform = element.transform
    if changes.transform is not UNSET:
        transform = moved(transform, changes.transform)
    kind = element.kind if changes.kind is UNSET else _changed_kind(element.kind, changes.kind)
    return Element(element.id, kind, transform)


def moved(transform: Transform, changes: TransformChanges) -> Transform:
    """Return a transform in which what is named has changed."""
    named = {
        name: value
        for name in changes.__struct_fields__
        if (value := getattr(changes, name)) is not UNSET
    }
    return msgspec.structs.replace(transform, **named)


def growth(before: Element, after: Element) -> int:
    """Return by how many bytes an element became longer as it is sent."""
    grown = 0
    if before.transform is not after.transform:
        grown = len(_encode(after.transform)) - len(_encode(before.transform))
    if before.kind is after.kind:
        return grown
    for name in after.kind.__struct_fields__:
        old, new = getattr(before.kind, name), getattr(after.kind, name)
        if old is not new:
            grown += len(_encode(new)) - len(_encode(old))
    return grown


def work_of(element: Element, changes: ElementChanges, size: int) -> int:
    """Return how many bytes of an element of a size are gone through, beyond what came in."""
    return size if isinstance(element.kind, Chart) and changes.kind is not UNSET else 0


def _changed_kind(old: Kind, patch: dict[str, Any]) -> Kind:
    """Apply a JSON Merge Patch to a kind; what it is and whose stream it shows never changes."""
    before: dict[str, Any] = {"type": old.__struct_config__.tag}
    for name in old.__struct_fields__:
        value = getattr(old, name)
        before[name] = msgspec.to_builtins(value) if isinstance(value, Struct) else value
    # A chart has `data` of its own: only with a `type` can it be the wrapped form.
    is_wrapped = not isinstance(old, Chart) or "type" in patch
    after = merge_patch(before, flat_kind(patch) if is_wrapped else patch)
    if any(before.get(name) != after.get(name) for name in _FIXED):
        raise Refused(ErrorCode.INVALID_CHANGE, "`type` and `stream_id` of a kind never change")
    try:
        return msgspec.convert(after, Kind)
    except msgspec.ValidationError as error:
        raise Refused(ErrorCode.INVALID_CHANGE, str(error)) from None


def merge_patch(target: Any, patch: Any) -> Any:
    """Return `target` changed as `patch` says (RFC 7396 section 2); neither is modified."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(cast("dict[str, Any]", target)) if isinstance(target, dict) else {}
    for name, value in cast("dict[str, Any]", patch).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
