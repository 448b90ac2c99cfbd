"""Lines for resvg, which shapes a piece of text with one font at a time.

A line in several fonts becomes pieces that stand where they belong, from left to right; in a document
for browsers it stays one.
"""

import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from msgspec import Struct

from canvas_server.export.bidi import LRM, is_plain
from canvas_server.export.fonts import Run, Weight, bundled, runs_of
from canvas_server.export.levels import levels_of, visual_order
from canvas_server.export.shapes import number
from canvas_server.export.shaping import positions

_BOX = "\u25a1"
"""In the place of a letter for which there is no font: resvg itself may fail at such."""
_LRO, _RLO, _PDF = "\u202d", "\u202e", "\u202c"


class _Chunk(Struct, frozen=True):
    """A piece of a line in one font and one direction."""

    text: str
    family: str | None
    level: int
    width: float
    """In font sizes."""


def split(root: Node) -> None:
    """Divide the lines of a document that are in several fonts."""
    for text in list(root.iter("text")):
        size = float(text.attrib["font-size"])
        weight: Weight = 600 if text.get("font-weight") == "600" else 400
        own = bundled(weight)
        for line in [text, *text] if "y" in text.attrib else list(text):
            if len(line) or not all(run.face is own for run in runs_of(line.text or "", weight)):
                anchor = line.get("text-anchor") or text.get("text-anchor", "start")
                _split_line(line, size, anchor, weight)


def _split_line(line: Node, size: float, anchor: str, weight: Weight) -> None:
    chunks = list(_chunks("".join(line.itertext()), weight))
    width = size * sum(chunk.width for chunk in chunks)
    x = float(line.attrib["x"]) - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    y = line.attrib["y"]
    for child in list(line):
        line.remove(child)
    line.text = None
    for chunk in chunks:
        look = {"x": number(x), "y": y, "text-anchor": "start"}
        if chunk.family is not None:
            look["font-family"] = chunk.family
        piece = SubElement(line, "tspan", look)
        # A mark comes last: spaces at the end would have no direction (L1).
        piece.text = (_RLO if chunk.level % 2 else _LRO) + chunk.text + _PDF + LRM
        x += size * chunk.width


def _chunks(text: str, weight: Weight) -> Iterator[_Chunk]:
    """Divide a line, in the order in which its pieces stand."""
    levels = [0] * len(text) if is_plain(text) else levels_of(text)
    pieces: list[tuple[Run, int]] = []
    at = 0
    for run in runs_of(text, weight):
        start = 0
        for place in range(1, len(run.text) + 1):
            if place == len(run.text) or levels[at + place] != levels[at + start]:
                pieces.append((Run(run.text[start:place], run.face), levels[at + start]))
                start = place
        at += len(run.text)
    for place in visual_order([level for _, level in pieces]):
        run, level = pieces[place]
        width = positions(run.text, weight)[-1]
        if run.face is None:
            boxes = sum(
                unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in run.text
            )
            yield _Chunk(_BOX * boxes, None, level, width)
        else:
            yield _Chunk(run.text, f"'{run.face.family}'", level, width)
