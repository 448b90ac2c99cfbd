"""Drawer of shapes, with the words in their middle."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element as Node

from canvas_server.export import lettering, strokes
from canvas_server.export.budget import Budget
from canvas_server.export.colors import INKED, letters_on
from canvas_server.export.outlines import Outline, outline_of, room_in
from canvas_server.export.shapes import node, number
from canvas_server.protocol.kinds import Shape
from canvas_server.protocol.scene import Transform


def draw(group: Node, shape: Shape, at: Transform, budget: Budget) -> float:
    """Draw a shape; return how high it is."""
    area = strokes.area_of(shape.fill, budget)
    look = strokes.line(strokes.ink_of(shape.stroke, budget), shape.stroke_width, shape.dash)
    look["fill"] = "none" if area is None else area.color
    if area is not None and area.opacity < 1:
        look["fill_opacity"] = area.opacity
    outline = outline_of(shape.shape, at.width, at.height)
    node(group, "path", d=_path_of(outline, (at.x, at.y)), **look)
    if shape.text:
        room = room_in(shape.shape, at.width, at.height)
        weight = strokes.WEIGHTS[shape.font]
        lines = budget.wrap(shape.text, room.width, shape.font_size, weight)
        top = at.y + room.y + (room.height - lettering.height_of(lines, shape.font_size)) / 2
        lettering.write(
            group,
            lines,
            at.x + room.x,
            top,
            room.width,
            size=shape.font_size,
            paint=INKED if area is None else letters_on(area),
            align="center",
            weight=weight,
        )
    return at.height


def _path_of(outline: Outline, origin: Sequence[float]) -> str:
    """Return a path of SVG."""
    parts: list[str] = []
    for place, part in enumerate(outline):
        letter = "M" if place == 0 else "L" if len(part) == 2 else "C"
        values = (number(value + origin[n % 2]) for n, value in enumerate(part))
        parts.append(letter + " ".join(values))
    return "".join(parts) + "Z"
