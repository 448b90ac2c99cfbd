"""Fields of an element: how two of them differ, and the changes that lead back. Pure."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from canvas_server.protocol.kinds import Kind
from canvas_server.protocol.scene import Element, ElementChanges, TransformChanges

PARTS = ("parent", "locked", "opacity")
_TRANSFORM, _KIND = "transform.", "kind."


def differing(before: Element, after: Element) -> dict[str, Any]:
    """Return the fields that are not the same, as they are in the first one.

    They are called `transform.x`, `kind.content` and so on. Of another kind all are `kind`.
    """
    found: dict[str, Any] = {}
    for name in PARTS:
        value = getattr(before, name)
        if value != getattr(after, name):
            found[name] = value
    if before.transform is not after.transform:
        _compare(before.transform, after.transform, _TRANSFORM, found)
    if type(before.kind) is not type(after.kind):
        found["kind"] = before.kind
    elif before.kind is not after.kind:
        _compare(before.kind, after.kind, _KIND, found)
    return found


def _compare(before: Any, after: Any, prefix: str, found: dict[str, Any]) -> None:
    for name in before.__struct_fields__:
        value, other = getattr(before, name), getattr(after, name)
        if value is not other and value != other:
            found[prefix + name] = value


def reverted(element: Element, fields: Mapping[str, Any]) -> Element:
    """Return an element in which these fields are as given."""
    parts = {name: value for name, value in fields.items() if name in PARTS}
    transform = replace(element.transform, **_below(fields, _TRANSFORM))
    kind = fields.get("kind") or replace(element.kind, **_below(fields, _KIND))
    return replace(element, transform=transform, kind=kind, **parts)


def changes_to(now: Element, then: Element) -> ElementChanges:
    """Return the changes that make of an element what another one of its kind is."""
    fields = differing(then, now)
    moved = _below(fields, _TRANSFORM)
    names = _below(fields, _KIND)
    patch: Any = UNSET
    if names:
        patch = _patch(_plain(now.kind, names), _plain(then.kind, names))
    return ElementChanges(
        transform=replace(TransformChanges(), **moved) if moved else UNSET,
        kind=patch,
        parent=fields.get("parent", UNSET),
        locked=fields.get("locked", UNSET),
        opacity=fields.get("opacity", UNSET),
    )


def _below(fields: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in fields.items()
        if name.startswith(prefix)
    }


def _plain(kind: Kind, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a kind as JSON; what is absent there is none."""
    plain = {name: msgspec.to_builtins(getattr(kind, name)) for name in names}
    return {name: value for name, value in plain.items() if value is not None}


def _patch(now: Any, then: Any) -> Any:
    """Return a merge patch (RFC 7396) from one value to another; nulls within it are lost."""
    if not (isinstance(now, dict) and isinstance(then, dict)):
        return then
    was, new = cast("dict[str, Any]", now), cast("dict[str, Any]", then)
    patch: dict[str, Any] = {name: None for name in was if name not in new}
    for name, value in new.items():
        if name not in was or was[name] != value:
            patch[name] = _patch(was.get(name), value)
    return patch
