"""New elements as a model writes them: flat, with places and sizes left out. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from canvas_server.agents.errors import ToolError
from canvas_server.agents.placing import Box, free_place, size_of
from canvas_server.protocol.client import AddOperation
from canvas_server.protocol.scene import Element, NewElement

MAX_ELEMENTS = 500
FlatElement = Annotated[
    dict[str, Any],
    Meta(
        description="{kind: Note|Text|Shape|Arrow|Frame|Group|Image|Chart|Ink|Model3D, x?, y?, "
        "width?, height?, rotation?, z_index?, id?, parent?, locked?, opacity?, …fields of the "
        "kind}. An Arrow takes `from` and `to`: ids of elements, here too, or [x, y].",
        extra_json_schema={
            "properties": {
                "kind": {"type": "string"},
                "id": {"type": "string"},
                "x": {"type": "number"},
                "y": {"type": "number"},
                "width": {"type": "number"},
                "height": {"type": "number"},
            },
            "required": ["kind"],
        },
    ),
]
MAX_NOTES = 50
_BOX = ("x", "y", "width", "height")
_PLACE = ("x", "y", "width", "height", "rotation", "z_index")
_OWN = ("id", "parent", "locked", "opacity")


def new_element(index: int, flat: dict[str, Any]) -> NewElement:
    """Return an element; its arrow ends may still be ids.

    Raises:
        ToolError: it is none; the text names its place and the field.
    """
    rest = dict(flat)
    name = rest.pop("kind", None)
    if isinstance(name, dict):  # as the protocol has it
        rest |= name
        name = rest.pop("type", None)
    place = {field: rest.pop(field) for field in _PLACE if field in rest}
    own = {field: rest.pop(field) for field in _OWN if field in rest}
    raw = {"kind": {**rest, "type": name}, "transform": place, **own}
    try:
        element = msgspec.convert(raw, NewElement)
    except (msgspec.ValidationError, ValueError, OverflowError, RecursionError) as error:
        raise ToolError(f"elements[{index}] ({name}): {error}") from error
    unknown = rest.keys() - set(element.kind.__struct_fields__)
    if unknown:
        known = ", ".join(element.kind.__struct_fields__)
        raise ToolError(
            f"elements[{index}]: {name} has no {', '.join(sorted(unknown))}; it has {known}"
        )
    return element


def with_ends(index: int, flat: dict[str, Any], boxes: Mapping[str, Box]) -> dict[str, Any]:
    """Return an arrow whose `from` and `to` became `start` and `end`; others as they are.

    `boxes` are x, y, width and height by id, those of the same batch too.

    Raises:
        ToolError: there is no such element.
    """
    if "from" not in flat and "to" not in flat:
        return flat
    arrow = {key: value for key, value in flat.items() if key not in ("from", "to")}
    for given, field in (("from", "start"), ("to", "end")):
        if given in flat:
            arrow[field] = _end(index, given, flat[given], boxes)
    if "start" in arrow and "end" in arrow:
        arrow |= _box_of(arrow["start"], arrow["end"])
    return arrow


def made_of(
    flats: Sequence[dict[str, Any]], elements: Mapping[str, Element]
) -> tuple[list[NewElement], list[str]]:
    """Return new elements with places, sizes and ids, and what was decided for their maker.

    Raises:
        ToolError: one of them is none; the text names its place and the field.
    """
    notes: list[str] = []
    boxes = boxes_of(elements)
    whole = [{"id": fresh_id(), **flat} for flat in flats]
    for flat in whole:
        if flat.get("kind") == "Arrow" or not isinstance(flat.get("kind"), str):
            continue
        _complete(flat, boxes, notes)
        numbers = [part for field in _BOX if isinstance(part := flat[field], int | float)]
        if len(numbers) == len(_BOX) and isinstance(flat["id"], str):
            x, y, width, height = numbers
            boxes[flat["id"]] = x, y, width, height
    made = [new_element(index, with_ends(index, flat, boxes)) for index, flat in enumerate(whole)]
    return made, notes


def _complete(flat: dict[str, Any], boxes: Mapping[str, Box], notes: list[str]) -> None:
    width, height = size_of(flat)
    flat.setdefault("width", width)
    flat.setdefault("height", height)
    if "x" in flat and "y" in flat:
        return
    if all(isinstance(flat[side], (int, float)) for side in ("width", "height")):
        x, y = free_place(boxes.values(), flat["width"], flat["height"])
        flat.setdefault("x", x)
        flat.setdefault("y", y)
        if len(notes) < MAX_NOTES:
            notes.append(f"{flat['id']}: room was found at {flat['x']:g},{flat['y']:g}")


def fresh_id() -> str:
    """Make the id of a new element."""
    return uuid.uuid4().hex[:12]


def operations_of(elements: list[NewElement]) -> list[AddOperation]:
    """Return what adds elements."""
    return [AddOperation(element) for element in elements]


def boxes_of(elements: Mapping[str, Element]) -> dict[str, Box]:
    """Return where elements are."""
    return {
        one.id: (one.transform.x, one.transform.y, one.transform.width, one.transform.height)
        for one in elements.values()
    }


def _end(index: int, given: str, value: Any, boxes: Mapping[str, Box]) -> dict[str, Any]:
    if isinstance(value, str):
        if value not in boxes:
            raise ToolError(f"elements[{index}].{given}: there is no element {value!r}")
        x, y, width, height = boxes[value]
        return {"x": x + width / 2, "y": y + height / 2, "element": value}
    if isinstance(value, list) and len(value) == 2:  # type: ignore[arg-type] - of anything
        return {"x": value[0], "y": value[1]}
    raise ToolError(f"elements[{index}].{given}: an id, or [x, y]")


def _box_of(start: Any, end: Any) -> dict[str, float]:
    try:
        left, right = sorted((float(start["x"]), float(end["x"])))
        top, bottom = sorted((float(start["y"]), float(end["y"])))
    except (TypeError, ValueError, KeyError):
        return {}
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
