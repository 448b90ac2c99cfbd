"""Resources and prompts: what a model may be given without a tool, and ways to begin."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.quoting import quoted
from canvas_server.agents.seat import Seat
from canvas_server.agents.telling import chat_entry
from canvas_server.agents.tools.describing import DescribeArguments, describe
from canvas_server.agents.tools.table import people_of


class Resource(Struct, frozen=True):
    """Something to read."""

    uri: str
    name: str
    description: str
    read: Callable[[Seat], Awaitable[str]]
    kinds: frozenset[str]
    """Events after which it is another."""


async def _scene(seat: Seat) -> str:
    return "\n".join((await describe(seat, DescribeArguments())).texts)


async def _chat(seat: Seat) -> str:
    history = await seat.client.chat_history()
    return quoted(map(chat_entry, history.messages)) or "nobody has said anything"


async def _people(seat: Seat) -> str:
    return quoted(people_of(seat))


RESOURCES = {
    one.uri: one
    for one in (
        Resource(
            "canvas://scene",
            "Canvas",
            "What is on the canvas, as `describe` says it.",
            _scene,
            frozenset(("edit",)),
        ),
        Resource(
            "canvas://chat",
            "Chat",
            "The latest messages of the chat.",
            _chat,
            frozenset(("chat",)),
        ),
        Resource(
            "canvas://people",
            "People",
            "Who is at the table.",
            _people,
            frozenset(("people", "hand")),
        ),
    )
}


class Prompt(Struct, frozen=True):
    """A way to begin."""

    name: str
    title: str
    description: str
    text: str
    argument: str
    """What it takes, put in the place of `{}`."""
    about: str
    """What is to be given for it."""


_BEGIN = "You are at a shared canvas with people. Call `guide`, then `describe`. "
PROMPTS = {
    one.name: one
    for one in (
        Prompt(
            "take_notes",
            "Take notes",
            "Follow the chat and put what was said and decided on the canvas.",
            _BEGIN + "Make a frame titled Notes. Then again and again: `wait_for` chat and speech, "
            "and `add` a short note for each decision or task, with who said it, into the frame. "
            "Do not note small talk. Topic: {}",
            "topic",
            "What the meeting is about.",
        ),
        Prompt(
            "draw_diagram",
            "Draw a diagram",
            "Draw something as boxes and arrows, and show it to people.",
            _BEGIN + "Draw this as shapes with arrows between them, in a frame of its own in free "
            "room; then `look` at it and mend what overlaps. Say in the chat when it is ready, and "
            "change what people ask for. To draw: {}",
            "what",
            "What to draw.",
        ),
        Prompt(
            "hold_a_vote",
            "Hold a vote",
            "Ask everybody a question and put the result on the canvas.",
            _BEGIN + "`ask` everybody this, with short choices; `wait_for` answers until all have "
            "answered or two minutes are over; then draw the counts with `chart` and say the "
            "result in the chat. Question: {}",
            "question",
            "What to ask.",
        ),
    )
}


async def read(seat: Seat, uri: str) -> str:
    """Return what a resource says now.

    Raises:
        ToolError: there is no such resource.
    """
    resource = RESOURCES.get(uri)
    if resource is None:
        raise ToolError(f"there is no resource {uri[:100]!r}")
    return await resource.read(seat)
