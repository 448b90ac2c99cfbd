"""`describe`: what is on the canvas, in words with ids, in pages."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.agents.summary import BUDGET, Page, Wanted, chosen, length_of, overview, page_of
from canvas_server.protocol.bounds import Area
from canvas_server.protocol.scene import Element

AT_ONCE = 300
"""So few elements are told of at once; more in a thread, so that nobody waits."""


class DescribeArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to describe; nothing named: all."""

    area: Annotated[Area | None, Meta(description="What lies in this part.")] = None
    kind: Annotated[str, Meta(description="Such as Note.")] = ""
    author: Annotated[str, Meta(description="Who added it, by name.")] = ""
    ids: Annotated[
        list[str], Meta(max_length=200, description="These and what lies in them, with all words.")
    ] = []
    start: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Go on from here, one by one, as an answer says."),
    ] = None


async def describe(seat: Seat, wanted: DescribeArguments) -> ToolAnswer:
    """Return what is on the canvas, in words."""
    view = seat.client.view
    elements, revision = [*view.elements.values()], view.revision
    if len(elements) <= AT_ONCE:
        page = _described(elements, wanted)
    else:
        page = await asyncio.to_thread(_described, elements, wanted)
    text = f"revision {revision}: {page.text}"
    if page.next is not None:
        text += f"; go on with start={page.next}"
    return ToolAnswer(text, page.entries)


def _described(elements: list[Element], wanted: DescribeArguments) -> Page:
    which = Wanted(wanted.area, wanted.kind, wanted.author, frozenset(wanted.ids))
    found = chosen(elements, which)
    if not found:
        return Page("nothing there" if elements else "the canvas is empty", (), None)
    if wanted.start is None and not wanted.ids and length_of(found) > BUDGET:
        page = overview(found)
        text = f"{page.text}. Name an area, kind or author for details, or start=0 for all in pages"
        return Page(text, page.entries, None)
    return page_of(found, wanted.start or 0, whole=bool(wanted.ids))


DESCRIBE = Tool(
    name="describe",
    title="Describe the canvas",
    description="What is on the canvas, in words with ids, boxes [x, y, width, height] and "
    "authors. By area, kind, author or ids; much is summed up by place first.",
    perform=describe,
    arguments=DescribeArguments,
    read_only=True,
)
