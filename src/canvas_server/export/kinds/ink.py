"""Drawer of ink: a stroke of a pen or a marker."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node, number
from canvas_server.protocol.kinds import Ink
from canvas_server.protocol.scene import Transform

_MARKER = 0.4


def draw(group: Node, ink: Ink, at: Transform, budget: Budget) -> float:
    """Draw a stroke; return how high it is."""
    width = max((point[0] for point in ink.points), default=0.0) or 1.0
    height = max((point[1] for point in ink.points), default=0.0) or 1.0
    across, down = at.width / width, at.height / height
    points = " ".join(
        f"{number(at.x + point[0] * across)},{number(at.y + point[1] * down)}"
        for point in ink.points
    )
    paint = budget.paint_of(ink.color)
    node(
        group,
        "polyline",
        points=points,
        fill="none",
        stroke=paint.color,
        stroke_opacity=paint.opacity * (_MARKER if ink.brush == "marker" else 1),
        stroke_width=ink.size,
        stroke_linecap="round",
        stroke_linejoin="round",
    )
    return at.height
