"""Drawer of text: as the page writes it, on a card where it could not be read."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering, text_metrics
from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node
from canvas_server.protocol.scene import Text, Transform


def draw(group: Node, text: Text, at: Transform, budget: Budget) -> float:
    """Write text; return how high it is, which may be more than its element."""
    size = text.font_size
    lines = text_metrics.wrap(text.content, at.width, size, budget.lines)
    budget.take_lines(len(lines))
    paint = colors.paint_of(text.color)
    pad_x, pad_y = 0.0, 0.0
    if colors.vanishes(paint, size):
        pad_x, pad_y = 0.35 * size, 0.1 * size
        most = max(1, len(lines) * 2)
        lines = text_metrics.wrap(text.content, at.width - 2 * pad_x, size, most)
        box = {
            "width": max(at.width, 2 * pad_x),
            "height": lettering.height_of(lines, size) + 2 * pad_y,
        }
        node(group, "rect", x=at.x, y=at.y, **box, rx=6, fill=colors.CARD)
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
    return max(at.height, lettering.height_of(lines, size) + 2 * pad_y)
