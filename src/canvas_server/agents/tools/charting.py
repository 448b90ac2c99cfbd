"""`chart`: numbers as a chart, new or in the place of an earlier one."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from canvas_server.agents.changes import changed_element
from canvas_server.agents.errors import ToolError
from canvas_server.agents.newelements import made_of, operations_of
from canvas_server.agents.outcome import outcome
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat

MAX_SERIES, MAX_VALUES = 20, 1000


class Series(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers that belong together."""

    label: Annotated[str, Meta(max_length=100)]
    values: Annotated[list[float], Meta(max_length=MAX_VALUES)]


class ChartArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to draw."""

    type: Literal["bar", "line", "pie", "doughnut", "radar", "scatter"]
    labels: Annotated[list[str], Meta(max_length=MAX_VALUES)]
    series: Annotated[list[Series], Meta(min_length=1, max_length=MAX_SERIES)]
    title: Annotated[str, Meta(max_length=200)] = ""
    id: Annotated[str, Meta(description="Of a chart to change; empty: a new one.")] = ""
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None


async def _perform(seat: Seat, wanted: ChartArguments) -> ToolAnswer:
    data: dict[str, Any] = {
        "labels": wanted.labels,
        "datasets": [{"label": one.label, "data": one.values} for one in wanted.series],
    }
    if wanted.title:
        data["title"] = wanted.title
    place = {
        name: value
        for name in ("x", "y", "width", "height")
        if (value := getattr(wanted, name)) is not None
    }
    elements = seat.client.view.elements
    if wanted.id:
        if wanted.id not in elements:
            raise ToolError(f"there is no element {wanted.id[:64]!r}")
        change = changed_element(0, {"id": wanted.id, "data": data, **place})
        return outcome(seat, await seat.edit([change]), "changed", [wanted.id])
    flat = {"kind": "Chart", "chart_type": wanted.type, "data": data, **place}
    made, notes = made_of([flat], elements)
    edited = await seat.edit(operations_of(made))
    return outcome(seat, edited, "added", edited.ids, notes)


CHART = Tool(
    name="chart",
    title="Draw a chart",
    description="Draw numbers as a chart, or change the numbers of one (id).",
    perform=_perform,
    arguments=ChartArguments,
)
