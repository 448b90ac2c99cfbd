"""`ask`, `propose`, `undo`: what people decide about what an agent does."""

import asyncio
from typing import Annotated

from msgspec import UNSET, Meta, Struct

from canvas_server.agents.acting import acked
from canvas_server.agents.changes import MAX_CHANGES, FlatChange, changed_element, removed_element
from canvas_server.agents.errors import ToolError
from canvas_server.agents.newelements import FlatElement, made_of, operations_of
from canvas_server.agents.registry import Tool, ToolAnswer
from canvas_server.agents.seat import Seat
from canvas_server.agents.tools.table import peer_named
from canvas_server.agents.tools.waiting import MOST_SECONDS
from canvas_server.protocol.bounds import MAX_CHOICES, MAX_PROPOSED, MAX_QUESTION
from canvas_server.protocol.client import Ask, Operation, Propose, UndoAgent
from canvas_server.protocol.client.agents import Choice
from canvas_server.protocol.roles import Role


class AskArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to ask."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_QUESTION)]
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=MAX_CHOICES)]
    to: Annotated[str, Meta(description="A peer id or a name; empty: everybody.")] = ""
    seconds: Annotated[
        float, Meta(ge=0, le=MOST_SECONDS, description="How long to wait; 0: answer at once.")
    ] = 30


class ProposeArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to propose."""

    text: Annotated[str, Meta(max_length=MAX_QUESTION, description="Why, for people.")] = ""
    add: Annotated[list[FlatElement], Meta(max_length=MAX_CHANGES)] = []
    update: Annotated[list[FlatChange], Meta(max_length=MAX_CHANGES)] = []
    remove: Annotated[list[str], Meta(max_length=MAX_CHANGES)] = []


class UndoArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """What to take back."""

    ids: Annotated[
        list[str], Meta(max_length=1000, description="Of these elements; none: all you did.")
    ] = []


async def _ask(seat: Seat, wanted: AskArguments) -> ToolAnswer:
    to = peer_named(seat, wanted.to).peer_id if wanted.to else None
    before = seat.log.latest
    result = await acked(seat.client, Ask(wanted.text, tuple(wanted.choices), to))
    question = result.question_id
    if question is UNSET:
        raise ToolError("this server knows no questions")
    answers = await _answers(seat, question, before, 1 if to else _askable(seat), wanted.seconds)
    counts = [[*answers.values()].count(place) for place in range(len(wanted.choices))]
    told = ", ".join(f"{count} for [{place}]" for place, count in enumerate(counts) if count)
    text = f"question {question}: {told or 'no answer yet'}"
    if len(answers) < (1 if to else _askable(seat)):
        text += "; `wait_for` the kind `answer` tells of more"
    names = seat.client.view.name_of
    entries = [
        {"by": names(peer), "peer": peer, "choice": place, "text": wanted.choices[place]}
        for peer, place in answers.items()
        if place < len(wanted.choices)
    ]
    return ToolAnswer(text, tuple(entries))


def _askable(seat: Seat) -> int:
    return sum(one.role is not Role.AGENT for one in seat.client.view.peers.values())


async def _answers(
    seat: Seat, question: str, after: int, enough: int, seconds: float
) -> dict[str, int]:
    """Return who chose what, once enough have or the time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    answers: dict[str, int] = {}
    while True:
        left = until - loop.time()
        for event in await seat.wait({"answer": after}, max(0.0, left)):
            after = event.number
            if event.data.get("question") == question and "choice" in event.data:
                answers[event.data["by"]["peer"]] = event.data["choice"]
        if len(answers) >= enough or loop.time() >= until:
            return answers


async def _propose(seat: Seat, wanted: ProposeArguments) -> ToolAnswer:
    made, notes = made_of(wanted.add, seat.client.view.elements)
    operations: list[Operation] = [*operations_of(made)]
    operations += [changed_element(place, one) for place, one in enumerate(wanted.update)]
    operations += [removed_element(one) for one in wanted.remove]
    if not 1 <= len(operations) <= MAX_PROPOSED:
        raise ToolError(f"a proposal has 1 to {MAX_PROPOSED} changes")
    result = await acked(seat.client, Propose(tuple(operations), wanted.text))
    ids = " ".join(one.id for one in made)
    text = f"proposed ({result.proposal_id}); elements it would add: {ids or 'none'}"
    return ToolAnswer("\n".join([f"{text}. `wait_for` the kind `proposal`.", *notes]))


async def _undo(seat: Seat, wanted: UndoArguments) -> ToolAnswer:
    result = await acked(seat.client, UndoAgent(seat.client.peer_id, tuple(wanted.ids)))
    undone = 0 if result.undone is UNSET else result.undone
    kept = 0 if result.kept is UNSET else result.kept
    return ToolAnswer(f"{undone} elements are as before; {kept} stay, since others changed them")


ASK = Tool(
    name="ask",
    title="Ask people",
    description="Ask a question that people answer by pressing a button; waits for answers.",
    perform=_ask,
    arguments=AskArguments,
)
PROPOSE = Tool(
    name="propose",
    title="Propose changes",
    description="Show people changes that they accept or refuse: additions, updates, removals.",
    perform=_propose,
    arguments=ProposeArguments,
)
UNDO = Tool(
    name="undo",
    title="Take back what you did",
    description="Take back all that you did, or what you did to some elements. What others "
    "changed since stays.",
    perform=_undo,
    arguments=UndoArguments,
    destructive=True,
)
