"""`look` and `export`: the canvas as people see it, and as a file."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.protocol.bounds import Area

USUAL_WIDTH, MOST_WIDTH = 1000, 2000
MAX_CHARACTERS = 200_000
"""Of a file that is put into an answer; a longer one is linked to."""


class LookArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to look at; nothing named: all."""

    ids: Annotated[
        list[str], Meta(max_length=100, description="These elements, and what lies in them.")
    ] = []
    area: Annotated[Area | None, Meta(description="What lies in this part.")] = None
    width: Annotated[int, Meta(ge=100, le=MOST_WIDTH, description="Pixels.")] = USUAL_WIDTH


class ExportArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """How to export."""

    format: Literal["svg", "json", "png"] = "svg"
    ids: Annotated[list[str], Meta(max_length=100)] = []


async def _look(seat: Seat, wanted: LookArguments) -> ToolAnswer:
    if not seat.client.view.elements:
        return ToolAnswer("the canvas is empty")
    area = wanted.area
    answered = await seat.get(
        "/export.png",
        ids=",".join(wanted.ids) or None,
        area=None if area is None else f"{area.x},{area.y},{area.width},{area.height}",
        width=wanted.width,
    )
    text = "the canvas as people see it"
    if missing := answered.fields.get("canvas-missing"):
        text += f"; not shown, since it lies elsewhere: {missing[:500]}"
    return ToolAnswer(text, picture=answered.body)


async def _export(seat: Seat, wanted: ExportArguments) -> ToolAnswer:
    path = f"/export.{wanted.format}"
    ids = ",".join(wanted.ids) or None
    answered = await seat.get(path, ids=ids)
    client = seat.client
    link = f"{seat.files.site}/api/scene/{client.session_id}{path}"
    link += f"?ids={ids}" if ids else ""
    text = f"{len(answered.body)} bytes; for who has a token: {link}"
    if wanted.format == "png":
        return ToolAnswer(text, picture=answered.body)
    try:
        content = answered.body.decode()
    except UnicodeDecodeError as error:
        raise ToolError("the export is no text") from error
    if len(content) > MAX_CHARACTERS:
        return ToolAnswer(f"{text}. It is too long to be put here.")
    return ToolAnswer(text, ({"by": "people at the table", wanted.format: content},))


LOOK = Tool(
    name="look",
    title="Look at the canvas",
    description="A picture (PNG) of the canvas as people see it: all, an area, or elements by id.",
    perform=_look,
    arguments=LookArguments,
    read_only=True,
)
EXPORT = Tool(
    name="export",
    title="Export the canvas",
    description="The canvas as SVG, JSON or PNG: content where it is short, and a link.",
    perform=_export,
    arguments=ExportArguments,
    read_only=True,
)
