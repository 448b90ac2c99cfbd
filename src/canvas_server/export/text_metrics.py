"""The letters of the bundled font: how wide text is, and where it breaks into lines."""

import functools
import re
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FAMILY = "Inter, system-ui, sans-serif"
LINE = 1.3
"""The height of a line, in font sizes (as in web/kinds/kinds.css)."""
_WEIGHTS = {400: "Inter_400Regular.ttf", 600: "Inter_600SemiBold.ttf"}
# ChannelKey these letters a line may break without a space (roughly UAX 14, class ID).
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
_PIECES = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}-]+-*|-+")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def font_files() -> tuple[Path, ...]:
    """Return where the fonts lie."""
    folder = Path(str(files("canvas_server.export"))) / "font"
    return tuple(folder / name for name in _WEIGHTS.values())


class _Metrics:
    def __init__(self, path: Path) -> None:
        font: Any = TTFont(path, lazy=True)
        unit: int = font["head"].unitsPerEm
        advances: Any = font["hmtx"]
        names: dict[int, str] = font.getBestCmap()
        self.widths = {code: advances[name][0] / unit for code, name in names.items()}
        self.ascent: float = font["hhea"].ascent / unit
        self.descent: float = -font["hhea"].descent / unit
        font.close()


@functools.cache
def _metrics(weight: int) -> _Metrics:
    return _Metrics(Path(str(files("canvas_server.export"))) / "font" / _WEIGHTS[weight])


@functools.lru_cache(maxsize=4096)
def _advance(letter: str, weight: int) -> float:
    """Return the width of a letter in font sizes; a guess for those that the font has not got."""
    known = _metrics(weight).widths.get(ord(letter))
    if known is not None:
        return known
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6


def width_of(text: str, size: float, weight: int = 400) -> float:
    """Return how wide a line is; size and width in the same unit."""
    return size * sum(_advance(letter, weight) for letter in text)


def baseline(size: float) -> float:
    """Return how far below its upper edge a line of text stands."""
    metrics = _metrics(400)
    return size * (LINE + metrics.ascent - metrics.descent) / 2


def clean(text: str) -> str:
    """Return text that XML can hold (XML 1.0 section 2.2)."""
    return _UNWRITABLE.sub("\ufffd", text)


def shortened(text: str, width: float, size: float, weight: int = 400) -> str:
    """Return text in one line, cut off with an ellipsis where it is wider than `width`."""
    line = " ".join(clean(text[:2000]).split())
    if width_of(line, size, weight) <= width:
        return line
    room = width - width_of("…", size, weight)
    for place, letter in enumerate(line):
        room -= size * _advance(letter, weight)
        if room < 0:
            return line[:place].rstrip() + "…"
    return line


def wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """Break text into lines as `white-space: pre-wrap; overflow-wrap: break-word` does.

    Of more than `most` lines the rest is left out, and an ellipsis says so.
    """
    lines: list[str] = []
    for paragraph in re.split(r"\r\n|\r|\n", clean(text)):
        lines += _wrapped(paragraph.replace("\t", " " * 8), width + 0.01, size, most - len(lines))
        if len(lines) > most:
            return [*lines[: most - 1], "…"]
    return lines


def _wrapped(paragraph: str, width: float, size: float, most: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _PIECES.findall(paragraph):
        wide = width_of(piece, size)
        if not piece.isspace() and used + wide > width:
            if line:
                lines.append(line.rstrip())
            line, used = "", 0.0
            if wide > width:
                *full, piece = _chopped(piece, width, size)
                lines += full
                wide = width_of(piece, size)
        if len(lines) > most:
            return lines
        line += piece
        used += wide
    return [*lines, line.rstrip()]


def _chopped(word: str, width: float, size: float) -> list[str]:
    """Break a word that is wider than a line, not before a combining letter."""
    parts: list[str] = []
    part, used = "", 0.0
    for letter in word:
        wide = size * _advance(letter, 400)
        if part and wide and used + wide > width:
            parts.append(part)
            part, used = "", 0.0
        part += letter
        used += wide
    return [*parts, part]
