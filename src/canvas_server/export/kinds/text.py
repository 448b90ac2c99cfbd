"""Drawer of text: as the page writes it, on a card where it could not be read."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering
from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Transform


def draw(group: Node, text: Text, at: Transform, budget: Budget) -> float:
    """Write text; return how high it is, which may be more than its element."""
    size = text.font_size
    paint = budget.paint_of(text.color)
    pad_x, pad_y = (0.35 * size, 0.1 * size) if colors.vanishes(paint, size) else (0.0, 0.0)
    lines = budget.wrap(text.content, at.width - 2 * pad_x, size, lists=True)
    height = lettering.height_of(lines, size) + 2 * pad_y
    if pad_x:
        width = max(at.width, 2 * pad_x)
        node(group, "rect", x=at.x, y=at.y, width=width, height=height, rx=6, fill=colors.CARD)
    lettering.write(
        group,
        lines,
        at.x + pad_x,
        at.y + pad_y,
        at.width - 2 * pad_x,
        size=size,
        paint=paint,
        align=text.align,
    )
    return max(at.height, height)
