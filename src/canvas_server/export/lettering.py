"""Text in an SVG document: lines and blocks, each part in the font that has its letters."""

from collections.abc import Sequence
from typing import Literal
from xml.etree.ElementTree import Element as Node

from canvas_server.export import bidi, shaping
from canvas_server.export.colors import Paint
from canvas_server.export.fonts import Run, Weight, bundled, runs_of
from canvas_server.export.lines import Line
from canvas_server.export.lists import GAP
from canvas_server.export.shapes import node, number

Align = Literal["left", "center", "right"]


def height_of(lines: Sequence[Line], size: float) -> float:
    """Return how high a block of lines is."""
    return len(lines) * size * shaping.LINE


def write(
    group: Node,
    lines: Sequence[Line],
    left: float,
    top: float,
    width: float,
    *,
    size: float,
    paint: Paint,
    align: Align = "left",
    weight: Weight = 400,
) -> None:
    """Write a block of lines into a column of the canvas."""
    anchor, edge, part = {
        "left": ("start", left, 0.0),
        "center": ("middle", left + width / 2, 0.5),
        "right": ("end", left + width, 1.0),
    }[align]
    written = node(group, "text", font_size=size, fill=paint.color, text_anchor=anchor)
    written.set("xml:space", "preserve")
    if weight != 400:
        written.set("font-family", f"'{bundled(weight).family}', {shaping.FAMILY}")
    if paint.opacity < 1:
        written.set("fill-opacity", number(paint.opacity))
    first = top + shaping.baseline(size, weight)
    for place, line in enumerate(lines):
        y = first + place * size * shaping.LINE
        inset = 0.0 if line.right_to_left else line.indent
        # Spaces at the end of a line are at its left where it goes from right to left.
        x = edge + line.hanging * (1 - part if line.right_to_left else -part)
        # What an item's words have no part in is at the side where they begin.
        x += inset * (1 - part) if inset else -line.indent * part
        if len(line.parts) == 1:
            if line.parts[0].text:
                put(node(written, "tspan", x=x, y=y), line.parts[0].text, weight)
        else:
            _write_parts(written, line, left + inset, y, width - line.indent, align, weight)
        if line.sign:
            _write_sign(written, line, x - line.width * part, y, size)


def _write_sign(written: Node, line: Line, start: float, y: float, size: float) -> None:
    """Write what stands before an item, on the side where its words begin."""
    gap = GAP * size
    at = start + line.width + gap if line.right_to_left else start - gap
    anchor = "start" if line.right_to_left else "end"
    put(node(written, "tspan", x=at, y=y, text_anchor=anchor), line.sign)


def _write_parts(
    written: Node,
    line: Line,
    left: float,
    y: float,
    width: float,
    align: Align,
    weight: Weight,
) -> None:
    """Write a line with tabulators: its parts begin where the line does."""
    room = {"left": 0.0, "center": (width - line.width) / 2, "right": width - line.width}[align]
    for part in line.parts:
        at = line.width - part.offset - part.width if line.right_to_left else part.offset
        if part.text:
            look = {"text_anchor": "start"} if align != "left" else {}
            put(node(written, "tspan", x=left + room + at, y=y, **look), part.text, weight)


def label(parent: Node, words: str, **look: float | str) -> None:
    """Write words in one line; `look` has the attributes of the text."""
    right_to_left = bidi.is_right_to_left(words)
    whole = bidi.isolated(words, 0, len(words), right_to_left=right_to_left)
    weight: Weight = 600 if look.get("font_weight") == "600" else 400
    put(node(parent, "text", **look), whole, weight)


def put(written: Node, text: str, weight: Weight = 400) -> None:
    """Write text into a node, in the fonts that have its letters."""
    runs = runs_of(shaping.clean(text), weight)
    own = bundled(weight).family
    if all(_is_usual(run, own) for run in runs):
        written.text = shaping.clean(text)
        return
    last: Node | None = None
    for run in runs:
        if not _is_usual(run, own):
            family = "" if run.face is None else run.face.family.replace("'", "")
            last = node(written, "tspan", run.text, font_family=f"'{family}', {shaping.FAMILY}")
        elif last is None:
            written.text = (written.text or "") + run.text
        else:
            last.tail = (last.tail or "") + run.text


def _is_usual(run: Run, own: str) -> bool:
    return run.face is None or run.face.family == own
