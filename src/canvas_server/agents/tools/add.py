"""`add`: new elements, all or none, with room found and words measured where nothing is said."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.agents.newelements import MAX_ELEMENTS, FlatElement, made_of, operations_of
from canvas_server.agents.outcome import outcome
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat


class AddArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add."""

    elements: Annotated[list[FlatElement], Meta(min_length=1, max_length=MAX_ELEMENTS)]


async def _perform(seat: Seat, wanted: AddArguments) -> ToolAnswer:
    made, notes = made_of(wanted.elements, seat.client.view.elements)
    edited = await seat.edit(operations_of(made))
    return outcome(seat, edited, "added", edited.ids, notes)


ADD = Tool(
    name="add",
    title="Add elements",
    description="Add elements to the canvas, all or none. Free room is found for those without "
    "x and y, a size for those without width and height. Answers ids, places and overlaps.",
    perform=_perform,
    arguments=AddArguments,
)
