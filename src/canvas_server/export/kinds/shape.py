"""Drawer of shapes."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node
from canvas_server.protocol.kinds import Shape
from canvas_server.protocol.scene import Transform


def draw(group: Node, shape: Shape, at: Transform, budget: Budget) -> float:
    """Draw a shape; return how high it is."""
    stroke = budget.paint_of(shape.stroke)
    box = {"x": at.x, "y": at.y, "width": at.width, "height": at.height}
    node(group, "rect", **box, fill="none", stroke=stroke.color, stroke_width=shape.stroke_width)
    return at.height
