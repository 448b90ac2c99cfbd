"""Drawer of arrows: the line, its heads and the label in its middle."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering, strokes
from canvas_server.export.arrowpath import ArrowPath
from canvas_server.export.budget import Budget
from canvas_server.export.outlines import Point
from canvas_server.export.shapes import node, number
from canvas_server.protocol.kinds import Arrow

_LABEL_WIDTH = 200.0
_LABEL_PADDING = 0.3
"""At both sides of a label, in font sizes."""


def draw(group: Node, arrow: Arrow, path: ArrowPath, budget: Budget) -> None:
    """Draw an arrow along its line."""
    paint = strokes.ink_of(arrow.stroke, budget)
    look = strokes.line(paint, arrow.stroke_width, arrow.dash)
    node(group, "path", d=_path_through(path.points), fill="none", **look)
    if arrow.label:
        _write(group, arrow, path.middle, budget)
    if path.heads:  # over the label, which may hide all of a short line
        heads = strokes.line(paint, arrow.stroke_width)
        node(group, "path", d="".join(map(_path_through, path.heads)), fill="none", **heads)


def _write(group: Node, arrow: Arrow, middle: Point, budget: Budget) -> None:
    size, weight = arrow.font_size, strokes.WEIGHTS[arrow.font]
    padding = _LABEL_PADDING * size
    lines = budget.wrap(arrow.label, _LABEL_WIDTH - 2 * padding, size, weight)
    width = max(line.width for line in lines) + 2 * padding
    height = lettering.height_of(lines, size)
    x, y = middle[0] - width / 2, middle[1] - height / 2
    node(group, "rect", x=x, y=y, width=width, height=height, rx=4, fill=colors.PAGE)
    left = middle[0] - _LABEL_WIDTH / 2
    lettering.write(
        group,
        lines,
        left,
        y,
        _LABEL_WIDTH,
        size=size,
        paint=colors.INKED,
        align="center",
        weight=weight,
    )


def _path_through(points: Iterable[Point]) -> str:
    """Return a path of SVG."""
    parts = (f"{number(x)} {number(y)}" for x, y in points)
    return "M" + "L".join(parts)
