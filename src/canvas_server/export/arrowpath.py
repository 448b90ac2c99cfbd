"""The line of an arrow: from what it starts at to what it ends at, touching both, around both.

The page has the same (web/kinds/arrow/path.js); `tests/samples/arrows.json` keeps them so. Pure.
"""

import math
from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct

from canvas_server.export.outlines import Point
from canvas_server.export.polygons import (
    Extents,
    Polygon,
    bounds_of,
    crossings,
    is_inside,
    leaving,
    outline_in,
)
from canvas_server.export.rightangles import Aim, right_angled
from canvas_server.protocol.kinds import Arrow, ArrowEnd
from canvas_server.protocol.scene import Element

GAP = 5.0
"""Between the head of an arrow and what it points at, in scene units."""
_CURVED = 0.2
_STEPS = 32
_CORNER_RADIUS = 14.0
_CORNER_STEPS = 6
_LOOP = 40.0
_HEAD_LENGTH = 9.0
_HEAD_WIDTHS = 3.0
_HEAD_ANGLE = 27 * math.pi / 180


class ArrowPath(Struct, frozen=True):
    """The line itself, the heads, where the label is, and the box around all; in scene units."""

    points: list[Point]
    heads: list[list[Point]]
    middle: Point
    box: Extents


def aim_of(end: ArrowEnd, elements: Mapping[str, Element]) -> Aim:
    """Return what an end is aimed at: the element that it names, else where it is."""
    element = None if end.element is None else elements.get(end.element)
    if element is None or isinstance(element.kind, Arrow):
        return Aim((end.x, end.y))
    at = element.transform
    middle = (at.x + at.width / 2, at.y + at.height / 2)
    return Aim(middle, outline_in(element.kind, at), element.id)


def arrow_path(arrow: Arrow, start: Aim, end: Aim) -> ArrowPath:
    """Return what is drawn of an arrow."""
    line = _line_of(arrow, start, end)
    points = _trimmed(line, start.polygon is not None, end.polygon is not None)
    size = min(_HEAD_LENGTH + _HEAD_WIDTHS * arrow.stroke_width, _length_of(points) / 2)
    heads: list[list[Point]] = []
    if arrow.heads != "none":
        heads.append(_head_of(points, size))
    if arrow.heads == "both":
        heads.append(_head_of(points[::-1], size))
    box = bounds_of([*points, *(point for head in heads for point in head)])
    rim = arrow.stroke_width / 2
    around = Extents(box.x - rim, box.y - rim, box.width + 2 * rim, box.height + 2 * rim)
    return ArrowPath(points, heads, _along(points, _length_of(points) / 2), around)


def _line_of(arrow: Arrow, start: Aim, end: Aim) -> list[Point]:
    if start.polygon is not None and start.element == end.element:
        radius = _CORNER_RADIUS if arrow.curve == "routed" else _LOOP
        return _rounded(_loop(start.point, start.polygon), radius)
    if arrow.curve == "routed":
        corners = right_angled(start, end)
        if corners is not None:
            return _rounded(corners, _CORNER_RADIUS)
    curve = arrow.curve
    bend = float(curve) if isinstance(curve, (int, float)) else _CURVED * (curve == "curved")
    return _clipped(_bent(start.point, end.point, bend), start, end) or _across(start, end)


def _bent(start: Point, end: Point, bend: float) -> list[Point]:
    if bend == 0:
        return [start, end]
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle_x, middle_y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    control = (middle_x - 2 * bend * dy, middle_y + 2 * bend * dx)
    return [_on_quadratic(start, control, end, step / _STEPS) for step in range(_STEPS + 1)]


def _clipped(points: list[Point], start: Aim, end: Aim) -> list[Point] | None:
    """Return the part of a line between two outlines; None: there is none."""
    first = 0.0
    if start.polygon is not None:
        first = max(_crossings_of(points, start.polygon), default=-1.0)
        if first < 0:
            return None
    if end.polygon is None:
        return _part_of(points, first, len(points) - 1)
    met = [place for place in _crossings_of(points, end.polygon) if place > first]
    if not met or (start.polygon is not None and is_inside(_at_place(points, first), end.polygon)):
        return None
    return _part_of(points, first, min(met))


def _across(start: Aim, end: Aim) -> list[Point]:
    """Return a line between two of which one lies in or on the other."""
    dx, dy = end.point[0] - start.point[0], end.point[1] - start.point[1]
    way = (1.0, 0.0) if dx == 0 and dy == 0 else (dx, dy)
    back = (-way[0], -way[1])
    if _holds(start, end):
        first, second = way, way
    elif _holds(end, start):
        first, second = back, back
    else:
        first, second = way, back
    return [
        start.point if start.polygon is None else leaving(start.point, first, start.polygon),
        end.point if end.polygon is None else leaving(end.point, second, end.polygon),
    ]


def _holds(one: Aim, other: Aim) -> bool:
    return one.polygon is not None and is_inside(other.point, one.polygon)


def _loop(middle: Point, polygon: Polygon) -> list[Point]:
    """Return the corners of a way out at the right and in again from above."""
    right = leaving(middle, (1, 0), polygon)
    top = leaving(middle, (0, -1), polygon)
    box = bounds_of(polygon)
    x, y = box.x + box.width + _LOOP, box.y - _LOOP
    return [right, (x, right[1]), (x, y), (top[0], y), top]


def _rounded(corners: list[Point], radius: float) -> list[Point]:
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        into, out = _distance(before, corner), _distance(corner, after)
        r = min(radius, into / 2, out / 2)
        start, end = _towards(corner, before, r, into), _towards(corner, after, r, out)
        steps = (step / _CORNER_STEPS for step in range(_CORNER_STEPS + 1))
        points += (_on_quadratic(start, corner, end, t) for t in steps)
    return [*points, corners[-1]]


def _trimmed(points: list[Point], at_start: bool, at_end: bool) -> list[Point]:
    """Return a line with the gap at the ends that touch something."""
    length = _length_of(points)
    gap = min(GAP, length / 3)
    first, last = gap if at_start else 0.0, length - (gap if at_end else 0.0)
    inner: list[Point] = []
    way = 0.0
    for place, point in enumerate(points):
        if place:
            way += _distance(points[place - 1], point)
        if first < way < last:
            inner.append(point)
    return [_along(points, first), *inner, _along(points, last)]


def _head_of(points: list[Point], size: float) -> list[Point]:
    tip = points[-1]
    back = _along(points, _length_of(points) - size)
    angle = math.atan2(back[1] - tip[1], back[0] - tip[0])
    one, other = (
        (tip[0] + size * math.cos(angle + turn), tip[1] + size * math.sin(angle + turn))
        for turn in (_HEAD_ANGLE, -_HEAD_ANGLE)
    )
    return [one, tip, other]


def _crossings_of(points: list[Point], polygon: Polygon) -> list[float]:
    """Return where a line of many points crosses: the number of a point, and a part of the way."""
    return [
        place + part
        for place in range(len(points) - 1)
        for part in crossings(points[place], points[place + 1], polygon)
    ]


def _at_place(points: list[Point], place: float) -> Point:
    number = min(math.floor(place), len(points) - 2)
    start, end = points[number], points[number + 1]
    part = place - number
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _part_of(points: list[Point], first: float, last: float) -> list[Point]:
    inner = [point for place, point in enumerate(points) if first < place < last]
    return [_at_place(points, first), *inner, _at_place(points, last)]


def _length_of(points: list[Point]) -> float:
    length = 0.0
    for one, other in pairwise(points):
        length += _distance(one, other)
    return length


def _along(points: list[Point], way: float) -> Point:
    """Return the point of a line that is so far from its first one."""
    left = way
    for start, end in pairwise(points):
        length = _distance(start, end)
        if left <= length and length > 0:
            return _towards(start, end, max(0.0, left), length)
        left -= length
    return points[-1]


def _towards(start: Point, end: Point, way: float, length: float) -> Point:
    if length == 0:
        return start
    return (
        start[0] + (end[0] - start[0]) * way / length,
        start[1] + (end[1] - start[1]) * way / length,
    )


def _distance(one: Point, other: Point) -> float:
    return math.sqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2)


def _on_quadratic(start: Point, control: Point, end: Point, t: float) -> Point:
    s = 1 - t
    return (
        s * s * start[0] + 2 * s * t * control[0] + t * t * end[0],
        s * s * start[1] + 2 * s * t * control[1] + t * t * end[1],
    )
