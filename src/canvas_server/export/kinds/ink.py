"""Drawer of ink: a stroke of a pen or a marker."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.inkline import fit, form_of
from canvas_server.export.shapes import node
from canvas_server.export.strokes import ink_of
from canvas_server.protocol.kinds import Ink
from canvas_server.protocol.scene import Transform

_MARKER = 0.4


def draw(group: Node, ink: Ink, at: Transform, budget: Budget) -> float:
    """Draw a stroke; return how high it is."""
    if not budget.take_stroke(len(ink.points)):
        budget.missing.add("ink")
        return at.height
    form = form_of(fit(ink, at.width, at.height), at.x, at.y)
    paint = ink_of(ink.color, budget)
    opacity = paint.opacity * (_MARKER if ink.brush == "marker" else 1)
    if form.width:
        look = {"stroke": paint.color, "stroke_width": form.width, "stroke_opacity": opacity}
        round_ends = {"stroke_linecap": "round", "stroke_linejoin": "round"}
        node(group, "path", d=form.d, fill="none", **look, **round_ends)
    else:
        node(group, "path", d=form.d, fill=paint.color, fill_opacity=opacity)
    return at.height
