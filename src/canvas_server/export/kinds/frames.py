"""Drawer of frames: a border under a title."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering
from canvas_server.export.shapes import node
from canvas_server.protocol.kinds import Frame
from canvas_server.protocol.scene import Transform

_SIZE = 14.0


def draw(group: Node, frame: Frame, at: Transform) -> float:
    """Draw a frame; return how high it is."""
    box = {"x": at.x, "y": at.y, "width": at.width, "height": at.height}
    node(group, "rect", **box, fill="none", stroke=colors.LINE)
    words = frame.title or "Frame"
    lettering.label(group, words, x=at.x, y=at.y - _SIZE / 2, font_size=_SIZE)
    return at.height
