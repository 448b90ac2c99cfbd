"""Placement of a tile: the same slots as the browser's, `web/canvas/freeslot.js`. Pure."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from canvas_server.protocol.kinds import Video
from canvas_server.protocol.scene import Element, Transform, Viewport

GAP = 24
MARGIN = 32
NOMINAL = 1.6
"""Proportions for which columns are chosen: between those of most cameras."""
FINEST = 6
MOST_SCREENS = 100
SAME = 4

Box = tuple[float, float, float, float]
"""x, y, width, height in scene units."""


def free_slot(
    own: str,
    streams: Sequence[str],
    aspect: float,
    elements: Collection[Element],
    viewport: Viewport,
) -> Transform:
    """Return the place of a new tile.

    Args:
        own: stream of the new tile.
        streams: all that are to have a tile, in an order that everybody knows, `own` among them.
        aspect: width by height of the picture.
        elements: what is on the canvas.
        viewport: what newcomers see first.
    """
    taken = [_box_of(element) for element in elements]

    def is_free(box: Box) -> bool:
        return not any(_overlap(box, other) for other in taken)

    rank = streams.index(own) if own in streams else 0
    first = _slot(rank, max(1, len(streams)), aspect, viewport)
    if _is_arranged(elements, viewport) or is_free(first):
        return _transform(first)
    seated = set(_streams(elements))
    waiting = [stream for stream in streams if stream == own or stream not in seated]
    turn = waiting.index(own) if own in waiting else 0
    most: list[Box] = []
    for columns in range(2, FINEST + 1):
        pictures = (_picture_in(cell, aspect) for cell in _cells(columns**2, viewport))
        free = [box for box in pictures if is_free(box)]
        if len(free) >= len(waiting) and turn < len(free):
            return _transform(free[turn])
        most = free if len(free) > len(most) else most
    if most:
        return _transform(most[turn % len(most)])
    return _transform(_below(turn, is_free, aspect, viewport))


def arranged_slot(
    own: str,
    aspect: float,
    elements: Collection[Element],
    viewport: Viewport,
) -> Transform | None:
    """Return the slot of a tile that is there; `None` where somebody has arranged the canvas.

    Slots go by the order in which the elements came, which is the same for everybody.
    """
    if not _is_arranged(elements, viewport):
        return None
    order = list(_streams(elements))
    if own not in order:
        return None
    return _transform(_slot(order.index(own), len(order), aspect, viewport))


def tile_order(peer_ids: Iterable[str], is_wanted: Callable[[str], bool]) -> list[str]:
    """Return the streams of a canvas in order: cameras as their people came, then screens."""
    ids = list(peer_ids)
    streams = [f"{source}-{peer_id}" for source in ("peer", "screen") for peer_id in ids]
    return [stream for stream in streams if is_wanted(stream)]


def _is_arranged(elements: Collection[Element], viewport: Viewport) -> bool:
    if len(elements) > FINEST**2:
        return False
    cells = [cell for count in range(1, FINEST**2 + 1) for cell in _cells(count, viewport)]
    return all(_is_slot(element, cells) for element in elements)


def _is_slot(element: Element, cells: Sequence[Box]) -> bool:
    if not isinstance(element.kind, Video) or element.transform.rotation != 0:
        return False
    box = _box_of(element)
    aspect = box[2] / max(1, box[3])
    return any(_is_same(box, _picture_in(cell, aspect)) for cell in cells)


def _is_same(one: Box, other: Box) -> bool:
    return all(abs(a - b) < SAME for a, b in zip(one, other, strict=True))


def _streams(elements: Iterable[Element]) -> Iterator[str]:
    return (element.kind.stream_id for element in elements if isinstance(element.kind, Video))


def _cells(count: int, viewport: Viewport) -> list[Box]:
    columns = _columns_for(count, viewport)
    rows = math.ceil(count / columns)
    across = (viewport.width - 2 * MARGIN - GAP * (columns - 1)) / columns
    down = (viewport.height - 2 * MARGIN - GAP * (rows - 1)) / rows

    def cell(number: int) -> Box:
        row = number // columns
        empty = columns * rows - count if row == rows - 1 else 0
        x = MARGIN + (empty * (across + GAP)) / 2 + (number % columns) * (across + GAP)
        return x, MARGIN + row * (down + GAP), max(1.0, across), max(1.0, down)

    return [cell(number) for number in range(count)]


def _columns_for(count: int, viewport: Viewport) -> int:
    best, widest = 1, 0.0
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (viewport.width - 2 * MARGIN - GAP * (columns - 1)) / columns
        down = (viewport.height - 2 * MARGIN - GAP * (rows - 1)) / rows
        shown = min(across, down * NOMINAL)
        if shown > widest:
            best, widest = columns, shown
    return best


def _picture_in(cell: Box, aspect: float) -> Box:
    x, y, across, down = cell
    width = max(32, math.floor(min(across, down * aspect)))
    height = max(1, _round(width / aspect))
    return _round(x + (across - width) / 2), _round(y + (down - height) / 2), width, height


def _slot(number: int, count: int, aspect: float, viewport: Viewport) -> Box:
    return _picture_in(_cells(count, viewport)[number % count], aspect)


def _below(turn: int, is_free: Callable[[Box], bool], aspect: float, viewport: Viewport) -> Box:
    cells = _cells(9, viewport)
    left = turn
    for screen in range(1, MOST_SCREENS + 1):
        for x, y, across, down in cells:
            box = _picture_in((x, y + screen * viewport.height, across, down), aspect)
            if is_free(box):
                if left == 0:
                    return box
                left -= 1
    return _slot(turn, 9, aspect, viewport)


def _round(value: float) -> int:
    """Round halves up, as JavaScript does."""
    return math.floor(value + 0.5)


def _box_of(element: Element) -> Box:
    at = element.transform
    return at.x, at.y, at.width, at.height


def _transform(box: Box) -> Transform:
    x, y, width, height = map(float, box)
    return Transform(x=x, y=y, width=width, height=height)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
