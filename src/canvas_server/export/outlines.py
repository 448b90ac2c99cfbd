"""Outlines of shapes: as a path, as a polygon, and the room for words within.

The page has the same (web/kinds/shape/outline.js); `tests/samples/shapes.json` keeps them so.
Lengths are in scene units from the upper left corner of the shape. Pure.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

Part = tuple[float, ...]
"""A corner that a line leads to (`x, y`), or a cubic curve (`x1, y1, x2, y2, x, y`)."""
Outline = list[Part]
"""The start, then lines and curves, closed."""
Point = tuple[float, float]

_QUARTER = 0.5522847498307936
_RADIUS = 16
_STEPS = 12
_PADDING = 8
_STAR_INNER = 0.46
_LOBES = (-160, -112, -62, -18, 28, 72, 118, 158)
_LOBE_HEIGHT = 1.42
_ROOMS = {
    "rectangle": (0, 0, 1, 1),
    "ellipse": (0.14, 0.14, 0.72, 0.72),
    "diamond": (0.22, 0.22, 0.56, 0.56),
    "triangle": (0.24, 0.46, 0.52, 0.54),
    "hexagon": (0.12, 0.06, 0.76, 0.88),
    "cloud": (0.14, 0.16, 0.72, 0.68),
    "star": (0.27, 0.34, 0.46, 0.4),
}
"""Parts of width and height of a shape that words may take: x, y, width, height."""


class Room(Struct, frozen=True):
    """The room for words in a shape."""

    x: float
    y: float
    width: float
    height: float


def outline_of(shape: str, width: float, height: float) -> Outline:
    """Return the outline of a shape of a size."""
    match shape:
        case "ellipse":
            return _scaled(_ELLIPSE, width, height)
        case "diamond":
            return _scaled([(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)], width, height)
        case "triangle":
            return _scaled([(0.5, 0), (1, 1), (0, 1)], width, height)
        case "hexagon":
            return _hexagon(width, height)
        case "cloud":
            return _scaled(_CLOUD, width, height)
        case "star":
            return _scaled(_STAR, width, height)
        case _:
            return _rounded(width, height)


def polygon_of(outline: Outline) -> list[Point]:
    """Return the corners of a polygon in the place of an outline."""
    points: list[Point] = []
    x, y = 0.0, 0.0
    for part in outline:
        if len(part) == 2:
            x, y = part
        else:
            steps = (step / _STEPS for step in range(1, _STEPS))
            points += (_on_curve((x, y, *part), t) for t in steps)
            x, y = part[4], part[5]
        points.append((x, y))
    return points


def room_in(shape: str, width: float, height: float) -> Room:
    """Return the room for words in a shape of a size."""
    x, y, wide, high = _ROOMS[shape]
    pad = min(_PADDING, width / 4, height / 4)
    return Room(
        x * width + pad,
        y * height + pad / 2,
        max(1.0, wide * width - 2 * pad),
        max(1.0, high * height - pad),
    )


def _rounded(width: float, height: float) -> Outline:
    r = min(_RADIUS, width / 4, height / 4)
    k = r * (1 - _QUARTER)
    return [
        (r, 0),
        (width - r, 0),
        (width - k, 0, width, k, width, r),
        (width, height - r),
        (width, height - k, width - k, height, width - r, height),
        (r, height),
        (k, height, 0, height - k, 0, height - r),
        (0, r),
        (0, k, k, 0, r, 0),
    ]


def _hexagon(width: float, height: float) -> Outline:
    inset = min(width / 4, height / 2)
    middle = height / 2
    right = width - inset
    return [(inset, 0), (right, 0), (width, middle), (right, height), (inset, height), (0, middle)]


def _ellipse() -> Outline:
    near, far = 0.5 - _QUARTER / 2, 0.5 + _QUARTER / 2
    return [
        (0.5, 0),
        (far, 0, 1, near, 1, 0.5),
        (1, far, far, 1, 0.5, 1),
        (near, 1, 0, far, 0, 0.5),
        (0, near, near, 0, 0.5, 0),
    ]


def _cloud() -> Outline:
    def at(degrees: float, far: float) -> Point:
        angle = degrees * math.pi / 180
        return far * math.cos(angle), far * math.sin(angle)

    outline: Outline = [at(_LOBES[0], 1)]
    for place, start in enumerate(_LOBES):
        end = _LOBES[place + 1] if place + 1 < len(_LOBES) else _LOBES[0] + 360
        outline.append((*at(start, _LOBE_HEIGHT), *at(end, _LOBE_HEIGHT), *at(end, 1)))
    return outline


def _star() -> Outline:
    outline: Outline = []
    for place in range(10):
        angle = (place * 36 - 90) * math.pi / 180
        far = _STAR_INNER if place % 2 else 1
        outline.append((far * math.cos(angle), far * math.sin(angle)))
    return outline


def _fitted(outline: Outline) -> Outline:
    """Return an outline of any size in the unit square."""
    across, down = zip(*polygon_of(outline), strict=True)
    low, size = (min(across), min(down)), (max(across) - min(across), max(down) - min(down))
    return [tuple((v - low[n % 2]) / size[n % 2] for n, v in enumerate(part)) for part in outline]


def _scaled(outline: Outline, width: float, height: float) -> Outline:
    size = (width, height)
    return [tuple(value * size[n % 2] for n, value in enumerate(part)) for part in outline]


def _on_curve(curve: Sequence[float], t: float) -> Point:
    x0, y0, x1, y1, x2, y2, x3, y3 = curve
    s = 1 - t
    a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


_ELLIPSE = _ellipse()
_CLOUD = _fitted(_cloud())
_STAR = _fitted(_star())
