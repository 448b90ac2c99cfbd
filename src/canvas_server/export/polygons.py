"""Polygons that lines meet: the outlines of elements, in scene units.

The page has the same (web/kinds/arrow/polygons.js). Pure.
"""

import math
from collections.abc import Iterable

from msgspec import Struct

from canvas_server.export.outlines import Point, outline_of, polygon_of
from canvas_server.protocol.kinds import Kind, Shape
from canvas_server.protocol.scene import Transform

Polygon = list[Point]
"""The corners, closed."""


class Extents(Struct, frozen=True):
    """An upright box."""

    x: float
    y: float
    width: float
    height: float


def outline_in(kind: Kind, at: Transform) -> Polygon:
    """Return what an arrow touches that ends at an element, as that is turned."""
    wide, high = max(1.0, at.width), max(1.0, at.height)
    if isinstance(kind, Shape):
        own = polygon_of(outline_of(kind.shape, wide, high))
    else:
        own = [(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)]
    angle = at.rotation * math.pi / 180
    sine, cosine = (0.0, 1.0) if at.rotation % 360 == 0 else (math.sin(angle), math.cos(angle))
    middle_x, middle_y = at.x + at.width / 2, at.y + at.height / 2
    return [
        (
            middle_x + (x - at.width / 2) * cosine - (y - at.height / 2) * sine,
            middle_y + (x - at.width / 2) * sine + (y - at.height / 2) * cosine,
        )
        for x, y in own
    ]


def bounds_of(points: Iterable[Point]) -> Extents:
    """Return the box around points."""
    across, down = zip(*points, strict=True)
    left, top = min(across), min(down)
    return Extents(left, top, max(across) - left, max(down) - top)


def crossings(start: Point, end: Point, polygon: Polygon) -> list[float]:
    """Return where a line crosses a polygon, as parts of the way."""
    found: list[float] = []
    dx, dy = end[0] - start[0], end[1] - start[1]
    last = polygon[-1]
    for corner in polygon:
        ex, ey = corner[0] - last[0], corner[1] - last[1]
        cross = dx * ey - dy * ex
        if cross != 0:
            ox, oy = last[0] - start[0], last[1] - start[1]
            along = (ox * ey - oy * ex) / cross
            across = (ox * dy - oy * dx) / cross
            if 0 <= along <= 1 and 0 <= across <= 1:
                found.append(along)
        last = corner
    return found


def is_inside(point: Point, polygon: Polygon) -> bool:
    """Tell whether a point is inside (even-odd)."""
    inside = False
    last = polygon[-1]
    for corner in polygon:
        if (corner[1] > point[1]) != (last[1] > point[1]):
            x = (last[0] - corner[0]) * (point[1] - corner[1]) / (last[1] - corner[1]) + corner[0]
            if point[0] < x:
                inside = not inside
        last = corner
    return inside


def leaving(start: Point, direction: Point, polygon: Polygon) -> Point:
    """Return where a ray leaves a polygon for the last time."""
    box = bounds_of(polygon)
    far = (2 * (box.width + box.height) + 1) / math.hypot(*direction)
    end = (start[0] + direction[0] * far, start[1] + direction[1] * far)
    part = max((0.0, *crossings(start, end, polygon)))
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
