"""Looks of the lines and areas of drawings, as in web/kinds/parts/strokes.js."""

import re

from canvas_server.export.budget import Budget
from canvas_server.export.colors import INKED, Paint, paint_of
from canvas_server.export.fonts import Weight
from canvas_server.export.shapes import number

_NO_CHOICE = re.compile(r"\s*(?:#0{3}|#0{6}|black|#1e1e1e)\s*", re.IGNORECASE)
WEIGHTS: dict[str, Weight] = {"sans": 400, "hand": "hand", "mono": "mono"}


def ink_of(color: str, budget: Budget) -> Paint:
    """Return the paint of a line; that of who chose none is the ink of the page."""
    return INKED if _NO_CHOICE.fullmatch(color) else budget.paint_of(color)


def area_of(color: str, budget: Budget) -> Paint | None:
    """Return the paint of an area; None: it is seen through."""
    if not color.strip():
        return None
    if _NO_CHOICE.fullmatch(color):
        return INKED
    budget.paint_of(color)  # which counts those that are none
    return paint_of(color)


def line(paint: Paint, width: float, dash: str = "solid") -> dict[str, float | str]:
    """Return the attributes of a line."""
    look: dict[str, float | str] = {
        "stroke": paint.color,
        "stroke_width": width,
        "stroke_linecap": "round",
        "stroke_linejoin": "round",
    }
    if paint.opacity < 1:
        look["stroke_opacity"] = paint.opacity
    if dash == "dashed":
        look["stroke_dasharray"] = f"{number(width * 3 + 4)} {number(width * 2 + 4)}"
    elif dash == "dotted":
        look["stroke_dasharray"] = f"0 {number(width * 2 + 2)}"
    return look
