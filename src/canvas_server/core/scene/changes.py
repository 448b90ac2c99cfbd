"""Changes of an element: merging one, the growth in bytes, and the work it is. Pure.

The work is that of what changes, not of the whole element: a picture that is moved is not encoded
again, nor are the data of a chart that the change leaves alone. Where it names them, objects on
the way to what it names are copied, so that the size of the chart counts (`work_of`).
"""

from typing import Any, TypeVar, cast

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import force_setattr

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.hierarchy import kept
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import KIND_TRAITS, Frame, Kind, flat_kind
from canvas_server.protocol.scene import Element, ElementChanges, Transform, TransformChanges

S = TypeVar("S", bound=Struct)
_PARTS = ("parent", "locked", "opacity")
_encode = msgspec.json.Encoder().encode
_FIXED = ("type", *(traits.stream for traits in KIND_TRAITS.values() if traits.stream))
_NEVER_CHANGES = " and ".join(f"`{name}`" for name in _FIXED) + " of a kind never change"

_NO_WISHES = "`children` are for when a group is added: afterwards change the `parent` of each"


def changed(element: Element, changes: ElementChanges) -> Element:
    """Return an element in which what is named has changed.

    Raises:
        Refusal: `invalid_change`.
    """
    transform = element.transform
    if changes.transform is not UNSET:
        transform = moved(transform, changes.transform)
    kind = element.kind if changes.kind is UNSET else _changed_kind(element.kind, changes.kind)
    parts = {name: value for name in _PARTS if (value := getattr(changes, name)) is not UNSET}
    return msgspec.structs.replace(element, kind=kind, transform=transform, **parts)


def require_expected(element: Element, changes: ElementChanges) -> None:
    """See that an element is as the editor of a change has found it, or as the change makes it.

    The latter is so when a change comes twice. Looked at is only what the change names.

    Raises:
        Refusal: `element_changed`.
    """
    if changes.expected is UNSET or _holds(element.kind, changes.expected):
        return
    if changes.kind is UNSET or not _holds(element.kind, _patch_of(element.kind, changes.kind)):
        raise Refusal(ErrorCode.ELEMENT_CHANGED)


def without_expected(changes: ElementChanges) -> ElementChanges:
    """Return changes as they are kept and told."""
    return msgspec.structs.replace(changes, expected=UNSET)


def _holds(target: Any, patch: Any) -> bool:
    """Tell whether a merge patch (RFC 7396) would change nothing of a kind, or of JSON.

    A text that is absent counts as an empty one.
    """
    if not isinstance(patch, dict):
        return bool(target == patch) or (target is None and patch == "")
    if isinstance(target, Struct):
        tag = target.__struct_config__.tag
        target = {"type": tag, **msgspec.structs.asdict(target)}
    if not isinstance(target, dict):
        return False
    there = cast("dict[str, Any]", target)
    return all(
        _holds(there.get(name), value) for name, value in cast("dict[str, Any]", patch).items()
    )


def moved(transform: Transform, changes: TransformChanges) -> Transform:
    """Return a transform in which what is named has changed."""
    named = {
        name: value
        for name in changes.__struct_fields__
        if (value := getattr(changes, name)) is not UNSET
    }
    return msgspec.structs.replace(transform, **named)


def growth(before: Element, after: Element, changes: ElementChanges) -> int:
    """Return by how many bytes an element became longer, as it is sent, by these changes."""
    grown = 0
    if any(getattr(before, name) != getattr(after, name) for name in _PARTS):
        grown += len(_encode(_without_kind(after))) - len(_encode(_without_kind(before)))
    elif before.transform is not after.transform:
        grown = len(_encode(after.transform)) - len(_encode(before.transform))
    if changes.kind is UNSET:
        return grown
    for name in after.kind.__struct_fields__:
        old, new = getattr(before.kind, name), getattr(after.kind, name)
        if old is new:
            continue
        if name == after.kind.traits.json:
            grown += _grown(old, new, _patch_of(before.kind, changes.kind)[name])
        else:
            grown += len(_encode(new)) - len(_encode(old))
    return grown


def combined(kind: Kind, first: ElementChanges, second: ElementChanges) -> ElementChanges:
    """Return changes of an element of a kind that do what two do, one after the other.

    Not always: a patch that takes JSON away, and puts other JSON in its place, is not one patch.
    """
    transform = second.transform if first.transform is UNSET else first.transform
    if first.transform is not UNSET and second.transform is not UNSET:
        transform = _over(first.transform, second.transform)
    patch = second.kind if first.kind is UNSET else first.kind
    if first.kind is not UNSET and second.kind is not UNSET:
        patch = _both(_patch_of(kind, first.kind), _patch_of(kind, second.kind))
        patch.pop("type", None)  # it is what it was
    expected = first.expected
    if expected is UNSET and first.kind is UNSET:
        expected = second.expected  # else what it expects is what the first one has made
    both = _over(first, second)
    return msgspec.structs.replace(both, transform=transform, kind=patch, expected=expected)


def _over(first: S, second: S) -> S:
    """Return a struct with what is named in either, the second one's where both name it."""
    named = {
        name: value
        for name in second.__struct_fields__
        if (value := getattr(second, name)) is not UNSET
    }
    return msgspec.structs.replace(first, **named)


def _both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return the patch that does what two merge patches do, one after the other."""
    patch = dict(first)
    for name, value in second.items():
        before = patch.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            value = _both(cast("dict[str, Any]", before), cast("dict[str, Any]", value))
        patch[name] = value
    return patch


_NO_KIND = Frame()


def _without_kind(element: Element) -> Element:
    """Return all of an element but its kind, which may be large."""
    return msgspec.structs.replace(element, kind=_NO_KIND)


def work_of(element: Element, changes: ElementChanges, size: int) -> int:
    """Return how many bytes of an element of a size are gone through, beyond what came in."""
    field = element.kind.traits.json
    if changes.kind is UNSET or field is None:
        return 0
    return size if field in _patch_of(element.kind, changes.kind) else 0


def _patch_of(old: Kind, patch: dict[str, Any]) -> dict[str, Any]:
    """Return a patch of a kind in the flat form.

    A kind with a `data` of its own: only with a `type` can it be the wrapped form.
    """
    has_data = "data" in old.__struct_fields__
    return flat_kind(patch) if not has_data or "type" in patch else patch


def _grown(old: Any, new: Any, patch: Any) -> int:
    """Return by how many bytes JSON became longer by a merge patch, looking at what it names.

    What is encoded of the old is gone afterwards, or not longer than what came in for it.
    """
    if not (isinstance(patch, dict) and isinstance(old, dict) and isinstance(new, dict)):
        return len(_encode(new)) - len(_encode(old))
    was, now = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
    grown = max(0, len(now) - 1) - max(0, len(was) - 1)  # commas
    for name, value in cast("dict[str, Any]", patch).items():
        if name in was and name in now:
            grown += _grown(was[name], now[name], value)
        elif name in now:
            grown += len(_encode(name)) + 1 + len(_encode(now[name]))
        elif name in was:
            grown -= len(_encode(name)) + 1 + len(_encode(was[name]))
    return grown


def _changed_kind(old: Kind, patch: dict[str, Any]) -> Kind:
    """Apply a JSON Merge Patch to a kind; what it is and whose stream it shows never changes."""
    before: dict[str, Any] = {"type": old.__struct_config__.tag}
    for name in old.__struct_fields__:
        value = getattr(old, name)
        before[name] = msgspec.to_builtins(value) if isinstance(value, Struct) else value
    after = merge_patch(before, _patch_of(old, patch))
    if any(before.get(name) != after.get(name) for name in _FIXED):
        raise Refusal(ErrorCode.INVALID_CHANGE, _NEVER_CHANGES)
    field = old.traits.json
    if field is not None and field in after:
        return _with_json(after, field)
    kind = _converted(after)
    if kept(kind) is not kind:
        raise Refusal(ErrorCode.INVALID_CHANGE, _NO_WISHES)
    return kind


def _with_json(after: dict[str, Any], field: str) -> Kind:
    """Return a kind with free JSON of what a patch has led to.

    The JSON is not looked at again: it comes from the old and from a patch, of which neither is
    nested too deeply, and what is patched lies as deep as it does in the patch.
    """
    kind = _converted({**after, field: None})
    force_setattr(kind, field, after[field])
    return kind


def _converted(kind: dict[str, Any]) -> Kind:
    try:
        return msgspec.convert(kind, Kind)
    except msgspec.ValidationError as error:
        raise Refusal(ErrorCode.INVALID_CHANGE, str(error)) from None


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
