"""The drawn form of a stroke, as the page computes it (web/kinds/ink/spline.js and outline.js).

Its line is a centripetal Catmull-Rom spline through the points (Yuksel, Schaefer and Keyser,
"Parameterization and applications of Catmull-Rom curves", 2011), as cubic Bézier curves.
"""

import itertools
import math
from collections.abc import Sequence

from msgspec import Struct

from canvas_server.export.shapes import number
from canvas_server.protocol.kinds import Ink

MARKER_WIDTH = 3
"""A marker is wider than a pen of the same size."""
_STEP, _MOST_STEPS = 6, 16
_LEAST_WIDTH, _GROWTH = 0.4, 1.2
_LEAST_EXTENT = 1e-3
"""Of the points, in their units: what is less wide or high is not scaled."""
_COS_CORNER = math.cos(math.pi / 6)
_ARC_STEP = math.pi / 8

Point = tuple[float, ...]
"""x, y and perhaps the pressure."""
Place = tuple[float, float]


class Form(Struct, frozen=True):
    """Data of an SVG path, and how wide a line is drawn along it; 0: it is filled."""

    d: str
    width: float


class FittedInk(Struct, frozen=True):
    """A stroke as large as its element: distinct points, and the width of the brush."""

    points: Sequence[Point]
    width: float


def fit(ink: Ink, width: float, height: float) -> FittedInk:
    """Return a stroke as large as its element, from the top left corner."""
    right = max(0.0, *(point[0] for point in ink.points))
    bottom = max(0.0, *(point[1] for point in ink.points))
    across = width / right if right > _LEAST_EXTENT else None
    down = height / bottom if bottom > _LEAST_EXTENT else None
    if across is not None and down is not None:
        scale = math.sqrt(across * down)
    else:
        scale = next((one for one in (across, down) if one is not None), 1.0)
    brush = ink.size * (MARKER_WIDTH if ink.brush == "marker" else 1)
    x_scale, y_scale = 1.0 if across is None else across, 1.0 if down is None else down
    points = [(x * x_scale, y * y_scale, *pressure) for x, y, *pressure in ink.points]
    return FittedInk(_distinct(points), brush * scale)


def form_of(stroke: FittedInk, x: float = 0.0, y: float = 0.0) -> Form:
    """Return the form of a stroke whose corner is at a place."""
    if any(len(point) > 2 for point in stroke.points):
        corners = (
            f"{number(left + x)} {number(top + y)}"
            for left, top in outline(stroke.points, stroke.width)
        )
        return Form(f"M{'L'.join(corners)}Z", 0.0)
    return Form(_line(stroke.points, x, y), stroke.width)


def _line(points: Sequence[Point], x: float, y: float) -> str:
    def at(place: Sequence[float]) -> str:
        return f"{number(place[0] + x)} {number(place[1] + y)}"

    if len(points) < 2:
        return f"M{at(points[0])}l.01 0"  # round ends make a dot of it
    parts = [f"M{at(points[0])}"]
    for index in range(len(points) - 1):
        one, other = _controls(points, index)
        parts.append(f"C{at(one)} {at(other)} {at(points[index + 1])}")
    return "".join(parts)


def _distinct(points: Sequence[Point]) -> list[Point]:
    return [
        point
        for index, point in enumerate(points)
        if index == 0 or point[:2] != points[index - 1][:2]
    ]


def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)


def _controls(points: Sequence[Point], at: int) -> tuple[Place, Place]:
    p1, p2 = points[at], points[at + 1]
    p0 = points[at - 1] if at > 0 else p1
    p3 = points[at + 2] if at + 2 < len(points) else p2
    between = _length(p2[0] - p1[0], p2[1] - p1[1])
    return _control(p0, p1, p2, between), _control(p3, p2, p1, between)


def _control(before: Point, start: Point, end: Point, between: float) -> Place:
    back = _length(start[0] - before[0], start[1] - before[1])
    if back == 0:
        return start[0], start[1]
    a, b = math.sqrt(back), math.sqrt(between)
    weight, part = 2 * back + 3 * a * b + between, 3 * a * (a + b)
    x, y = (
        (back * end[axis] - between * before[axis] + weight * start[axis]) / part for axis in (0, 1)
    )
    return x, y


class _Sample(Struct, frozen=True):
    x: float
    y: float
    r: float

    def offset(self, way: Place, side: int) -> Place:
        return self.x - way[1] * self.r * side, self.y + way[0] * self.r * side

    def arc(self, start: float, turn: float) -> list[Place]:
        """Return places between the ends of an arc."""
        steps = max(1, math.ceil(abs(turn) / _ARC_STEP - 1e-6))
        angles = (start + turn * step / steps for step in range(1, steps))
        return [
            (self.x + self.r * math.cos(angle), self.y + self.r * math.sin(angle))
            for angle in angles
        ]


def outline(points: Sequence[Point], width: float) -> list[Place]:
    """Return the corners of a polygon; what it winds around is ink.

    `points` are distinct; `width` is that of the brush at a pressure of 0.5.
    """
    samples = _samples(points, width)
    ways = [_way(one, other) for one, other in itertools.pairwise(samples)]
    first, last = samples[0], samples[-1]
    if not ways:
        return first.arc(0, 2 * math.pi)
    start, end = ways[0], ways[-1]
    left, right = [first.offset(start, 1)], [first.offset(start, -1)]
    for sample, a, b in zip(samples[1:-1], ways, ways[1:], strict=False):
        _join(left, right, sample, a, b)
    left.append(last.offset(end, 1))
    right.append(last.offset(end, -1))
    end_cap = last.arc(math.atan2(end[0], -end[1]), -math.pi)
    start_cap = first.arc(math.atan2(-start[0], start[1]), -math.pi)
    return [*left, *end_cap, *reversed(right), *start_cap]


def _samples(points: Sequence[Point], width: float) -> list[_Sample]:
    samples: list[_Sample] = []

    def add(x: float, y: float, pressure: float) -> None:
        samples.append(_Sample(x, y, width * (_LEAST_WIDTH + _GROWTH * pressure) / 2))

    for at in range(len(points) - 1):
        (x1, y1, *_), (x4, y4, *_) = points[at], points[at + 1]
        before, after = _pressure(points[at]), _pressure(points[at + 1])
        (x2, y2), (x3, y3) = _controls(points, at)
        steps = min(_MOST_STEPS, max(1, math.ceil(_length(x4 - x1, y4 - y1) / _STEP)))
        for step in range(steps):
            t = step / steps
            s = 1 - t
            a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            x = a * x1 + b * x2 + c * x3 + d * x4
            y = a * y1 + b * y2 + c * y3 + d * y4
            add(x, y, before + (after - before) * t)
    add(points[-1][0], points[-1][1], _pressure(points[-1]))
    return samples


def _pressure(point: Point) -> float:
    return point[2] if len(point) > 2 else 0.5


def _way(one: _Sample, other: _Sample) -> Place:
    x, y = other.x - one.x, other.y - one.y
    length = _length(x, y) or 1
    return x / length, y / length


def _join(left: list[Place], right: list[Place], sample: _Sample, a: Place, b: Place) -> None:
    cos = a[0] * b[0] + a[1] * b[1]
    cross = a[0] * b[1] - a[1] * b[0]
    if cos > _COS_CORNER:
        length = _length(a[0] + b[0], a[1] + b[1])
        middle = (a[0] + b[0]) / length, (a[1] + b[1]) / length
        left.append(sample.offset(middle, 1))
        right.append(sample.offset(middle, -1))
        return
    turn = math.atan2(cross, cos)
    inner, outer, side = (left, right, -1) if cross > 0 else (right, left, 1)
    inner += [sample.offset(a, -side), (sample.x, sample.y), sample.offset(b, -side)]
    arc = sample.arc(math.atan2(a[0] * side, -a[1] * side), turn)
    outer += [sample.offset(a, side), *arc, sample.offset(b, side)]
