"""`history`: who changed what, and when."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.agents.telling import kind_of, words_of
from canvas_server.protocol.history import Added, Entry, Removed, Replaced, Updated
from canvas_server.protocol.http import HistoryAnswer

MAX_WORDS = 120


class HistoryArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 30
    before: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="A revision; those before it.")
    ] = None


async def _perform(seat: Seat, wanted: HistoryArguments) -> ToolAnswer:
    answered = await seat.get("/history", limit=wanted.limit, before=wanted.before)
    try:
        page = msgspec.json.decode(answered.body, type=HistoryAnswer)
    except msgspec.MsgspecError as error:
        raise ToolError("the server answered something else than a history") from error
    text = f"revision {page.revision}; the history goes back to {page.first_revision}"
    if page.entries and page.entries[-1].revision > page.first_revision + 1:
        text += f"; go on with before={page.entries[-1].revision}"
    return ToolAnswer(text, tuple(_entry(one) for one in page.entries))


def _entry(entry: Entry) -> dict[str, Any]:
    when = datetime.fromtimestamp(entry.timestamp / 1000, UTC).isoformat(timespec="seconds")
    told: dict[str, Any] = {"revision": entry.revision, "at": when}
    if entry.display_name or entry.peer_id:
        told["by"] = entry.display_name or (entry.peer_id or "")[:8]
    match entry.change:
        case Added(element):
            told |= {"op": "add", "id": element.id, "kind": kind_of(element)}
            if words := words_of(element):
                told["text"] = words[:MAX_WORDS]
        case Updated(element_id, changes):
            kind: dict[str, Any] = {} if changes.kind is msgspec.UNSET else changes.kind
            moved = [] if changes.transform is msgspec.UNSET else ["place"]
            told |= {"op": "update", "id": element_id, "changed": moved + sorted(kind)[:10]}
        case Removed(element_id):
            told |= {"op": "remove", "id": element_id}
        case Replaced(elements, restored):
            told |= {"op": "replace", "elements": len(elements)}
            told |= {} if restored is None else {"restored": restored}
    return told


HISTORY = Tool(
    name="history",
    title="History",
    description="Who changed what and when, the latest first.",
    perform=_perform,
    arguments=HistoryArguments,
    read_only=True,
)
