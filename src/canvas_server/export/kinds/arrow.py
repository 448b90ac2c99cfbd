"""Drawer of arrows."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node
from canvas_server.protocol.kinds import Arrow
from canvas_server.protocol.scene import Transform


def draw(group: Node, arrow: Arrow, at: Transform, budget: Budget) -> float:
    """Draw an arrow; return how high it is."""
    stroke = budget.paint_of(arrow.stroke)
    ends = {"x1": arrow.start.x, "y1": arrow.start.y, "x2": arrow.end.x, "y2": arrow.end.y}
    node(group, "line", **ends, stroke=stroke.color, stroke_width=arrow.stroke_width)
    return at.height
