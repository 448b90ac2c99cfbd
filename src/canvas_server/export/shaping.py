"""Widths of text, shaped by HarfBuzz with the fonts that it is drawn with, as browsers do."""

import functools
import re
import unicodedata
from itertools import accumulate

from canvas_server.export.fonts import Run, Weight, bundled, runs_of
from canvas_server.export.harfbuzz import hb
from canvas_server.protocol.plain import first_of

FAMILY = "Inter, system-ui, sans-serif"
LINE = 1.3
"""The height of a line, in font sizes (as in web/kinds/kinds.css)."""
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return text that XML can hold (XML 1.0 section 2.2)."""
    return _UNWRITABLE.sub("\ufffd", text)


@functools.lru_cache(maxsize=4096)
def positions(text: str, weight: Weight = 400) -> tuple[float, ...]:
    """Return where each letter begins, and where the last one ends, in font sizes; without tabs.

    Letters that are drawn as one begin at the first of them, as do combining marks.
    """
    advances = [0.0] * len(text)
    at = 0
    for run in runs_of(text, weight):
        _shape(run, advances, at)
        at += len(run.text)
    return tuple(accumulate(advances, initial=0.0))


def _shape(run: Run, advances: list[float], at: int) -> None:
    """Write down how far each letter of a run goes."""
    if run.face is None:
        for place, letter in enumerate(run.text, at):
            advances[place] = _guess(letter)
        return
    buffer = hb.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    hb.shape(run.face.font, buffer)
    unit = run.face.unit
    glyphs = zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True)
    for info, position in glyphs:
        advances[at + info.cluster] += position.x_advance / unit


def _guess(letter: str) -> float:
    """Return the width of a letter for which there is no font."""
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6


def width_of(text: str, size: float, weight: Weight = 400) -> float:
    """Return how wide a line is; size and width in the same unit."""
    return size * positions(text, weight)[-1]


def baseline(size: float, weight: Weight = 400) -> float:
    """Return how far below its upper edge a line stands; browsers round what a font says."""
    extents = bundled(weight).font.get_font_extents("ltr")
    unit = bundled(weight).unit
    ascent, descent = round(size * extents.ascender / unit), round(-size * extents.descender / unit)
    return (size * LINE + ascent - descent) / 2


def shortened(text: str, width: float, size: float, weight: Weight = 400) -> str:
    """Return text in one line, cut off with an ellipsis where it is wider than `width`."""
    line = " ".join(clean(text[:2000]).split())
    ends = positions(line, weight)
    if size * ends[-1] <= width:
        return line
    room = width / size - positions("…", weight)[-1]
    fit = max((place for place, end in enumerate(ends) if end <= room), default=0)
    return first_of(line, fit).rstrip() + "…"
