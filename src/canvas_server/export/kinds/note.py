"""Drawer of notes: dark words on a coloured sheet, as many as it has room for."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering
from canvas_server.export.budget import Budget
from canvas_server.export.shapes import node, shadow
from canvas_server.protocol.kinds import Note
from canvas_server.protocol.scene import Transform

_PAPER = colors.paint_of(Note("").color) or colors.INKED
_SIZE = 20.0
_PADDING = 16.0


def draw(group: Node, note: Note, at: Transform, budget: Budget) -> float:
    """Draw a note; return how high it is, which may be more than its element."""
    width = max(1.0, at.width - 2 * _PADDING)
    lines = budget.wrap(note.content, width, _SIZE, lists=True)
    height = max(at.height, lettering.height_of(lines, _SIZE) + 2 * _PADDING)
    chosen = budget.paint_of(note.color)
    paper = _PAPER if chosen is colors.INKED else chosen  # words in that ink could not be read
    box = {"width": at.width, "height": height, "rx": 4.0}
    if paper.opacity == 1:  # else it would be seen through the paper
        shadow(group, at.x, at.y, **box)
    look = {"fill": paper.color, "fill_opacity": paper.opacity}
    node(group, "rect", x=at.x, y=at.y, **box, **look)
    left, top = at.x + _PADDING, at.y + _PADDING
    lettering.write(group, lines, left, top, width, size=_SIZE, paint=colors.INKED)
    return height
