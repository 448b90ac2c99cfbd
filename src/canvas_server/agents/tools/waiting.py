"""`wait_for`: what people do, as soon as they do it."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.agents.telling import KINDS

MOST_SECONDS = 50
"""Proxies and clients give up on an answer after a minute."""
MOST_TOLD = 100
_USUAL = ("chat", "hand", "answer", "proposal", "speech", "call")


class WaitArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to wait for, and how long."""

    kinds: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            max_length=len(KINDS),
            description="; ".join(f"{kind}: {meaning}" for kind, meaning in KINDS.items()),
        ),
    ] = _USUAL
    cursor: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="That of the last answer for these kinds; left out: where you were."),
    ] = None
    seconds: Annotated[float, Meta(ge=0, le=MOST_SECONDS)] = 30


async def _perform(seat: Seat, wanted: WaitArguments) -> ToolAnswer:
    strange = set(wanted.kinds) - set(KINDS)
    if strange:
        raise ToolError(
            f"there is no kind {sorted(strange)[0][:32]!r}; there are {', '.join(KINDS)}"
        )
    # Of each kind by itself: who waits for the chat misses no answer that comes meanwhile.
    marks = {
        kind: seat.seen.get(kind, 0) if wanted.cursor is None else wanted.cursor
        for kind in wanted.kinds
    }
    found = (await seat.wait(marks, wanted.seconds))[:MOST_TOLD]
    missed = seat.log.missed(marks)
    cursor = found[-1].number if found else max(marks.values())
    seat.seen |= {kind: max(cursor, mark) for kind, mark in marks.items()} if found else {}
    text = f"cursor {cursor}: " + (f"{len(found)} events" if found else "nothing happened")
    if missed:
        text += "; more happened before than is kept: look again"
    return ToolAnswer(
        text, tuple({"n": one.number, "event": one.kind, **one.data} for one in found)
    )


WAIT_FOR = Tool(
    name="wait_for",
    title="Wait for people",
    description="Wait until people do something (up to 50 seconds), and learn what. Each answer "
    "has a cursor for its kinds; left out, each goes on where you were, and nothing is missed.",
    perform=_perform,
    arguments=WaitArguments,
    read_only=True,
)
