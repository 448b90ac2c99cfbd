"""`update` and `remove`: changes of elements that are there, all or none."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.agents.changes import (
    MAX_CHANGES,
    FlatChange,
    changed_element,
    removed_element,
)
from canvas_server.agents.outcome import outcome
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat


class UpdateArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change."""

    elements: Annotated[list[FlatChange], Meta(min_length=1, max_length=MAX_CHANGES)]


class RemoveArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to remove."""

    ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_CHANGES)]


async def _update(seat: Seat, wanted: UpdateArguments) -> ToolAnswer:
    operations = [changed_element(index, flat) for index, flat in enumerate(wanted.elements)]
    edited = await seat.edit(operations)
    return outcome(seat, edited, "changed", [one.id for one in operations])


async def _remove(seat: Seat, wanted: RemoveArguments) -> ToolAnswer:
    edited = await seat.edit([removed_element(one) for one in wanted.ids])
    return outcome(seat, edited, "removed", wanted.ids, places=False)


UPDATE = Tool(
    name="update",
    title="Change elements",
    description="Change elements by id: only what is named changes. All or none.",
    perform=_update,
    arguments=UpdateArguments,
    destructive=True,
)
REMOVE = Tool(
    name="remove",
    title="Remove elements",
    description="Remove elements by id, with what has them as parent. All or none.",
    perform=_remove,
    arguments=RemoveArguments,
    destructive=True,
)
