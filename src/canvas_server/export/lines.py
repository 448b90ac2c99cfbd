"""Lines of text: where they break, as `white-space: pre-wrap; overflow-wrap: break-word` does.

Opportunities are those of ICU (UAX 14, with its dictionaries of Thai, Lao, Khmer, Burmese); between
two letters of ASCII browsers made of Blink or WebKit have a table of their own.
"""

import functools
import re
from bisect import bisect_right
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from canvas_server.export import bidi
from canvas_server.export.fonts import Weight
from canvas_server.export.lists import Item, item_of
from canvas_server.export.shaping import clean, positions

TAB = 8
"""Spaces between the stops of tabulators (CSS `tab-size`)."""
_SOFT_HYPHEN, _HYPHEN = "\u00ad", "\u2010"
_TOLERANCE = 0.02
_PARAGRAPHS = re.compile("\r\n|[\r\n\u2028\u2029]")
_WORD = r"%&(*+\-0-9<=>@A-Z\[\\^_`a-z{|~"
_BETWEEN_ASCII = re.compile(
    r"(?<=[ \t])(?=[^ \t])"
    r"""|(?<=[!"#%&)*+,.:;=>\\\]|}~])(?=[(<\[{])"""
    rf"|(?<=\?)(?=[#${_WORD}])"
    rf"""|(?<=-)(?=["#'%&(*+\-<=>@A-Z\[\\^_`a-z{{|~])"""
    r"|(?<=[0-9A-Za-z]-)(?=[0-9])"
)


class LinePart(Struct, frozen=True):
    """A part of a line between tabulators: what is written, and where it begins in its line."""

    text: str
    offset: float
    """From the edge where the line begins, as is `width`."""
    width: float


class Line(Struct, frozen=True):
    """A line without the spaces at its end."""

    parts: tuple[LinePart, ...]
    right_to_left: bool = False
    hanging: float = 0.0
    """The width of the spaces at its end: those of a paragraph count as far as they have room."""
    indent: float = 0.0
    """From the edge where it would begin: it is of an item of a list."""
    sign: str = ""
    """What stands before it: it begins an item of a list."""

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.parts[-1].offset + self.parts[-1].width


class Block(Struct, frozen=True):
    """Text in lines."""

    lines: tuple[Line, ...]
    is_cut: bool = False
    """The rest is left out, and an ellipsis says so."""


def wrap(
    text: str, width: float, size: float, most: int, weight: Weight = 400, *, lists: bool = False
) -> Block:
    """Break text into lines; sizes are in the unit of `size`. `lists`: it may have items of them.

    Of more than `most` lines the rest is left out.
    """
    lines: list[Line] = []
    for paragraph in _PARAGRAPHS.split(clean(text)):
        item = item_of(paragraph) if lists else None
        room, left = width / size, most - len(lines)
        if item:
            lines += _item_lines(item, room, left, size, weight)
        else:
            lines += _Paragraph(paragraph, room, left, weight).lines(size)
        if len(lines) > most:
            ellipsis = Line((LinePart("…", 0, size),))
            return Block((*lines[: most - 1], ellipsis), is_cut=True)
    return Block(tuple(lines))


def _item_lines(item: Item, width: float, most: int, size: float, weight: Weight) -> list[Line]:
    """Return the lines of an item: its words hang beside its sign."""
    lines = _Paragraph(item.words, max(0.0, width - item.indent), most, weight).lines(size)
    indent = item.indent * size
    return [
        replace(line, indent=indent, sign=item.shown if place == 0 else "")
        for place, line in enumerate(lines)
    ]


class _Paragraph:
    """A paragraph to be broken; all lengths are in font sizes."""

    def __init__(self, text: str, width: float, most: int, weight: Weight) -> None:
        self._text = text
        self._weight: Weight = weight
        self._width = width + _TOLERANCE / 16
        self._most = most
        self._right_to_left = bidi.is_right_to_left(text)
        self._has_tabs = "\t" in text
        self._places = positions(text.replace("\t", " "), weight)

    def lines(self, size: float) -> list[Line]:
        """Return its lines: one more than `most` at most."""
        if not self._text:
            return [Line((LinePart("", 0, 0),), self._right_to_left)]
        return [self._line(*span, size) for span in self._spans()]

    def _line(self, start: int, end: int, size: float) -> Line:
        written = self._trimmed(start, end)
        is_hyphenated = end < len(self._text) and self._text[end - 1] == _SOFT_HYPHEN
        parts: list[LinePart] = []
        at = 0.0
        place = start
        for n, piece in enumerate(self._text[start:written].split("\t")):
            if n:
                at = _next_stop(at, self._weight)
            until = place + len(piece)
            wide = self._places[until] - self._places[place]
            words = bidi.isolated(self._text, place, until, right_to_left=self._right_to_left)
            words = words.replace(_SOFT_HYPHEN, "")
            if is_hyphenated and until == written:
                words += _HYPHEN
                wide += positions(_HYPHEN, self._weight)[-1]
            parts.append(LinePart(words, at * size, wide * size))
            at += wide
            place = until + 1
        return Line(tuple(parts), self._right_to_left, self._hanging(at, written, end) * size)

    def _hanging(self, wide: float, written: int, end: int) -> float:
        if end < len(self._text) or written == end or self._has_tabs:
            return 0.0
        return max(0.0, min(self._places[end] - self._places[written], self._width - wide))

    def _trimmed(self, start: int, end: int) -> int:
        """Return where the spaces at the end of a line begin: they hang."""
        while end > start and self._text[end - 1] in " \t":
            end -= 1
        return end

    def _reach(self, start: int, end: int) -> float:
        """Return how wide a part is when a line begins with it."""
        if not self._has_tabs:
            return self._places[end] - self._places[start]
        at = 0.0
        for place in range(start, end):
            if self._text[place] == "\t":
                at = _next_stop(at, self._weight)
            else:
                at += self._places[place + 1] - self._places[place]
        return at

    def _spans(self) -> list[tuple[int, int]]:
        ends = opportunities(self._text)
        spans: list[tuple[int, int]] = []
        start, piece = 0, 0
        while start < len(self._text) and len(spans) <= self._most:
            fitting = self._fitting(start, ends, piece)
            if fitting is not None:
                end, piece = ends[fitting], fitting + 1
            else:
                end = self._chopped(start, ends[piece])
                piece += end == ends[piece]
            spans.append((start, end))
            start = end
        return spans

    def _fitting(self, start: int, ends: list[int], piece: int) -> int | None:
        """Return the last opportunity up to which a line has room; None: there is none."""
        best = None
        for place in range(piece, len(ends)):
            end = ends[place]
            wide = self._reach(start, self._trimmed(start, end))
            if wide > self._width:
                break
            if end < len(self._text) and self._text[end - 1] == _SOFT_HYPHEN:
                wide += positions(_HYPHEN, self._weight)[-1]
            if wide <= self._width:
                best = place
        return best

    def _chopped(self, start: int, end: int) -> int:
        """Return where a word that is wider than a line is broken: between grapheme clusters."""
        ends = list(accumulate(map(len, _clusters(self._text[start:end])), initial=start))
        if self._has_tabs:
            fit = next((n for n, e in enumerate(ends) if self._reach(start, e) > self._width), 99)
        else:
            limit = self._places[start] + self._width
            fit = bisect_right([self._places[e] for e in ends], limit)
        fit = max(1, min(fit - 1, len(ends) - 1))
        # Without the letter that comes next it may be wider than beside it.
        while fit > 1 and self._broken(start, ends[fit]) > self._width:
            fit -= 1
        return ends[fit]

    def _broken(self, start: int, end: int) -> float:
        """Return how wide a part is once it stands by itself."""
        return self._reach(start, end) if self._has_tabs else self._whole(start, end)

    def _whole(self, start: int, end: int) -> float:
        return positions(self._text[start:end], self._weight)[-1]


def _next_stop(at: float, weight: Weight) -> float:
    """Return the next stop of tabulators, at least half a space further on."""
    space = positions(" ", weight)[-1]
    step = TAB * space
    stop = (at // step + 1) * step
    return stop if stop - at >= space / 2 else stop + step


def _clusters(text: str) -> list[str]:
    from icu4py.breakers import CharacterBreaker  # noqa: PLC0415 - as in `fonts`

    return list(text) if text.isascii() else list(CharacterBreaker(text, "en"))


@functools.lru_cache(maxsize=256)
def opportunities(text: str) -> list[int]:
    """Return after how many letters a paragraph may break, its end among them."""
    found = {match.start() for match in _BETWEEN_ASCII.finditer(text)}
    if not text.isascii():
        from icu4py.breakers import LineBreaker  # noqa: PLC0415

        for end in accumulate(map(len, LineBreaker(text, "en"))):
            if end < len(text) and not text[end - 1 : end + 1].isascii():
                found.add(end)
    found.add(len(text))
    return sorted(found)
