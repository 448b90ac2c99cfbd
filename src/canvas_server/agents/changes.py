"""Changes of elements as a model writes them: flat, only what changes. Pure."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from canvas_server.agents.errors import ToolError
from canvas_server.protocol.client import RemoveOperation, UpdateOperation

MAX_CHANGES = 500
FlatChange = Annotated[
    dict[str, Any],
    Meta(
        description="{id, and what changes: x, y, width, height, rotation, z_index, parent, "
        "locked, opacity, or a field of its kind, such as content, text, color}",
        extra_json_schema={"properties": {"id": {"type": "string"}}, "required": ["id"]},
    ),
]
_PLACE = ("x", "y", "width", "height", "rotation", "z_index")
_OWN = ("parent", "locked", "opacity", "expected")


def changed_element(index: int, flat: dict[str, Any]) -> UpdateOperation:
    """Return the change of an element.

    Raises:
        ToolError: it is none; the text names its place and the field.
    """
    rest = dict(flat)
    element_id = rest.pop("id", None)
    place = {field: rest.pop(field) for field in _PLACE if field in rest}
    changes: dict[str, Any] = {field: rest.pop(field) for field in _OWN if field in rest}
    kind = rest.pop("kind", None)
    if isinstance(kind, dict):  # as the protocol has it
        rest |= kind
    if place:
        changes["transform"] = place
    if rest:
        changes["kind"] = rest
    if not changes:
        raise ToolError(f"elements[{index}] changes nothing: name what is to be different")
    try:
        return msgspec.convert(
            {"op": "update", "id": element_id, "changes": changes}, UpdateOperation
        )
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as error:
        raise ToolError(f"elements[{index}] ({element_id}): {error}") from error


def removed_element(element_id: str) -> RemoveOperation:
    """Return what removes an element.

    Raises:
        ToolError: that is no id.
    """
    try:
        return msgspec.convert({"op": "remove", "id": element_id}, RemoveOperation)
    except msgspec.ValidationError as error:
        raise ToolError(f"{element_id[:64]!r} is no id of an element") from error
