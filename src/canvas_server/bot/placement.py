"""Where a new tile goes: the same slots as the browser's, `web/canvas/freeslot.js`. Pure."""

import math
from collections.abc import Collection

from canvas_server.protocol.scene import Transform, Viewport

GAP = 24
MARGIN = 48
ASPECT = 16 / 9
MAX_ROWS = 256


def free_slot(
    index: int, count: int, taken: Collection[Transform], viewport: Viewport
) -> Transform:
    """Return the first free slot of a grid with room for everybody, from the peer's own on.

    Args:
        index: of the peer in the list of peers, so that two do not choose the same slot at once.
        count: of the peers.
        taken: where the other elements are.
        viewport: what newcomers see first.
    """
    columns = max(2, math.ceil(math.sqrt(count)))
    visible = columns * columns
    for step in range(columns * MAX_ROWS):
        slot = _slot((index + step) % visible if step < visible else step, columns, viewport)
        if not any(_overlap(slot, other) for other in taken):
            return slot
    return _slot(index % visible, columns, viewport)


def _slot(number: int, columns: int, viewport: Viewport) -> Transform:
    gaps = GAP * (columns - 1)
    widest = (viewport.width - 2 * MARGIN - gaps) / columns
    highest = (viewport.height - gaps) / columns
    width = _round(max(32.0, min(widest, highest * ASPECT)))
    height = _round(width / ASPECT)
    left = (viewport.width - columns * width - gaps) / 2
    top = (viewport.height - columns * height - gaps) / 2
    return Transform(
        x=float(_round(left + (number % columns) * (width + GAP))),
        y=float(_round(top + (number // columns) * (height + GAP))),
        width=float(width),
        height=float(height),
    )


def _round(value: float) -> int:
    """Round halves up, as JavaScript does."""
    return math.floor(value + 0.5)


def _overlap(one: Transform, other: Transform) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
