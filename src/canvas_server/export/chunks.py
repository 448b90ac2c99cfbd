"""Lines for resvg, which shapes a piece of text with one font at a time.

Each line becomes a text of its own, since resvg looks at all of a text for each piece of it. One in
several fonts becomes pieces that stand where they belong, from left to right; in a document for
browsers it stays one.
"""

import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element as Node

from msgspec import Struct

from canvas_server.export.bidi import LRM, is_plain
from canvas_server.export.fonts import Run, Weight, bundled, runs_of, weight_in
from canvas_server.export.levels import levels_of, visual_order
from canvas_server.export.shapes import number
from canvas_server.export.shaping import positions

_BOX = "\u25a1"
"""In the place of a letter for which there is no font: resvg itself may fail at such."""
_LRO, _RLO, _PDF = "\u202d", "\u202e", "\u202c"
_SPACE = "xml:space"


class _Chunk(Struct, frozen=True):
    """A piece of a line in one font and one direction."""

    text: str
    family: str | None
    level: int
    width: float
    """In font sizes."""


def split(root: Node) -> None:
    """Divide the texts of a document into lines, and these into pieces of one font."""
    for parent in list(root.iter()):
        if parent.tag != "text" and parent.find("text") is not None:
            children = list(parent)
            for child in children:
                parent.remove(child)
            for child in children:
                parent.extend(_lines_of(child) if child.tag == "text" else [child])


def _lines_of(text: Node) -> Iterator[Node]:
    weight = weight_in(text.attrib)
    own = bundled(weight)
    for line in [text] if "y" in text.attrib else list(text):
        look = {**text.attrib, **line.attrib, _SPACE: "preserve"}
        words = "".join(line.itertext())
        if all(run.face is own for run in runs_of(words, weight)):
            yield _text(look, words)
        else:
            yield from _pieces(words, look, weight)


def _text(look: dict[str, str], words: str) -> Node:
    made = Node("text", look)
    made.text = words
    return made


def _pieces(words: str, look: dict[str, str], weight: Weight) -> Iterator[Node]:
    size = float(look["font-size"])
    chunks = list(_chunks(words, weight))
    width = size * sum(chunk.width for chunk in chunks)
    anchor = look.get("text-anchor", "start")
    x = float(look["x"]) - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    for chunk in chunks:
        own = {**look, "x": number(x), "text-anchor": "start"}
        if chunk.family is not None:
            own["font-family"] = chunk.family
        # A mark comes last: spaces at the end would have no direction (L1).
        yield _text(own, (_RLO if chunk.level % 2 else _LRO) + chunk.text + _PDF + LRM)
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
            boxes = sum(_is_seen(letter) for letter in run.text)
            yield _Chunk(_BOX * boxes, None, level, width)
        elif width or any(map(_is_seen, run.text)):
            yield _Chunk(run.text, f"'{run.face.family}'", level, width)


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Mn", "Me", "Cf")
