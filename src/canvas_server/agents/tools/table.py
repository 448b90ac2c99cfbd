"""`people`, `say`, `point`: who is here, and how an agent shows itself."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.registry import NoArguments, Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.protocol.bounds import MAX_STATUS
from canvas_server.protocol.client import Chat, Cursor, Select, Thinking
from canvas_server.protocol.fields import MAX_CHAT_TEXT, MAX_SELECTED, Coordinate
from canvas_server.protocol.server import Peer


class SayArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to say."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_CHAT_TEXT)]
    to: Annotated[str, Meta(description="A peer id or a name; empty: to everybody.")] = ""


class PointArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to point, and what to show as selected or as one's status."""

    x: Coordinate | None = None
    y: Coordinate | None = None
    element: Annotated[str, Meta(description="Point at the middle of this.")] = ""
    select: Annotated[list[str], Meta(max_length=MAX_SELECTED)] | None = None
    status: Annotated[
        Annotated[str, Meta(max_length=MAX_STATUS)] | None,
        Meta(description="What you are at; empty: nothing."),
    ] = None


def peer_named(seat: Seat, name: str) -> Peer:
    """Return a peer by id or by name.

    Raises:
        ToolError: nobody, or more than one, is called so.
    """
    peers = seat.client.view.peers
    if name in peers:
        return peers[name]
    found = [one for one in peers.values() if seat.client.view.name_of(one.peer_id) == name]
    if len(found) != 1:
        many = "several people are" if found else "nobody here is"
        raise ToolError(f"{many} called {name[:64]!r}; `people` has the ids")
    return found[0]


def people_of(seat: Seat) -> list[dict[str, Any]]:
    """Return who is here, as data."""
    view = seat.client.view
    entries: list[dict[str, Any]] = []
    for peer in view.peers.values():
        entry: dict[str, Any] = {
            "peer": peer.peer_id,
            "name": view.name_of(peer.peer_id),
            "role": peer.role.value,
        }
        if peer.peer_id == seat.client.peer_id:
            entry["you"] = True
        if peer.in_call or peer.group_call:
            entry["in_call"] = True
        if peer.hand is not None:
            entry["hand"] = True
        if not peer.connected:
            entry["away"] = True
        entries.append(entry)
    return entries


async def _people(seat: Seat, _: NoArguments) -> ToolAnswer:
    entries = people_of(seat)
    return ToolAnswer(f"{len(entries)} at the table, you too", tuple(entries))


async def _say(seat: Seat, wanted: SayArguments) -> ToolAnswer:
    to = peer_named(seat, wanted.to).peer_id if wanted.to else None
    try:
        message = Chat(wanted.text, to=to)
    except ValueError as error:
        raise ToolError(str(error)) from error
    ack = await seat.client.edit(message)
    return ToolAnswer(f"said (message {ack.result.chat_id})")


async def _point(seat: Seat, wanted: PointArguments) -> ToolAnswer:
    client = seat.client
    elements = client.view.elements
    unknown = [
        one for one in [wanted.element, *(wanted.select or [])] if one and one not in elements
    ]
    if unknown:
        raise ToolError(f"there is no element {unknown[0][:64]!r}")
    x, y = wanted.x, wanted.y
    if wanted.element:
        at = elements[wanted.element].transform
        x, y = at.x + at.width / 2, at.y + at.height / 2
    if x is not None and y is not None:
        client.send(Cursor(x, y))
    if wanted.select is not None:
        client.send(Select(tuple(wanted.select)))
    if wanted.status is not None:
        client.send(Thinking(wanted.status))
    return ToolAnswer("shown")


PEOPLE = Tool(
    name="people",
    title="Who is here",
    description="Who is at the table: ids, names, roles, hands.",
    perform=_people,
    read_only=True,
)
SAY = Tool(
    name="say",
    title="Say something",
    description="Say something in the chat, to everybody or to one.",
    perform=_say,
    arguments=SayArguments,
)
POINT = Tool(
    name="point",
    title="Point and select",
    description="Move your pointer (x and y, or an element), show elements as selected, and what "
    "you are at (status).",
    perform=_point,
    arguments=PointArguments,
)
