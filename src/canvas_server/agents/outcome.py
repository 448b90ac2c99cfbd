"""What an agent is told of an edit: ids, the places taken, and what overlaps."""

from collections.abc import Iterable, Sequence

from canvas_server.agents.placing import overlaps
from canvas_server.agents.registry import ToolAnswer
from canvas_server.agents.seat import Edited, Seat

MAX_TOLD = 100
"""Elements whose place is told; `describe` has the rest."""


def outcome(
    seat: Seat,
    edited: Edited,
    verb: str,
    ids: Sequence[str],
    notes: Iterable[str] = (),
    *,
    places: bool = True,
) -> ToolAnswer:
    """Return the answer to an edit; `notes` are what was decided for the agent."""
    if edited.proposal is not None:
        text = f"proposed ({edited.proposal}), not {verb}: somebody has to accept it. `wait_for`"
        return ToolAnswer(f"{text} the kind `proposal` tells what becomes of it.")
    lines = [f"{verb} {len(ids)}: {' '.join(ids[:MAX_TOLD])}{' …' if len(ids) > MAX_TOLD else ''}"]
    elements = seat.client.view.elements
    if places:
        for one in ids[:MAX_TOLD]:
            if one in elements:
                at = elements[one].transform
                lines.append(f"{one} at {at.x:g},{at.y:g} size {at.width:g}x{at.height:g}")
        lines.extend(f"{first} overlaps {second}" for first, second in overlaps(elements, ids))
    return ToolAnswer("\n".join([*lines, *notes]))
