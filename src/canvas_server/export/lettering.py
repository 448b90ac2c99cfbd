"""Blocks of text in an SVG document."""

from typing import Literal
from xml.etree.ElementTree import Element as Node

from canvas_server.export import text_metrics
from canvas_server.export.colors import Paint
from canvas_server.export.shapes import node, number

Align = Literal["left", "center", "right"]


def height_of(lines: list[str], size: float) -> float:
    """Return how high a block of lines is."""
    return len(lines) * size * text_metrics.LINE


def write(
    group: Node,
    lines: list[str],
    left: float,
    top: float,
    width: float,
    *,
    size: float,
    paint: Paint,
    align: Align = "left",
) -> None:
    """Write a block of lines into a column of the canvas."""
    anchor, x = {
        "left": ("start", left),
        "center": ("middle", left + width / 2),
        "right": ("end", left + width),
    }[align]
    written = node(group, "text", font_size=size, fill=paint.color, text_anchor=anchor)
    written.set("xml:space", "preserve")
    if paint.opacity < 1:
        written.set("fill-opacity", number(paint.opacity))
    first = top + text_metrics.baseline(size)
    for place, line in enumerate(lines):
        if line:
            node(written, "tspan", line, x=x, y=first + place * size * text_metrics.LINE)
