"""Direction of text (UAX 9): of a paragraph, and of its lines once they stand by themselves.

What draws a line sees that line alone. So a line is an isolate of the direction of its paragraph,
and at its ends are marks in the place of the letters before and after it, which decide where its
own punctuation and digits go.
"""

import re
import unicodedata
from collections.abc import Iterable

LRM, RLM, ALM = "\u200e", "\u200f", "\u061c"
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_ISOLATES = {LRI, RLI, FSI}
_EMBEDDINGS = {"\u202a", "\u202b", "\u202d", "\u202e"}
_PDF = "\u202c"
_MARKS = {"L": LRM, "R": RLM, "AL": ALM}
_LEFT_TO_RIGHT = re.compile("[\u0000-\u058f\u0900-\u1fff\u2010-\u2027\u2030-\u2065\u2070-\ud7ff]*")
"""Text in which nothing goes from right to left, roughly; the rest is looked at."""
_FORMATS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FAR = 256
"""Letters around a line that are looked at for the next strong one."""


def is_plain(text: str) -> bool:
    """Tell whether all of a text surely goes from left to right."""
    return _LEFT_TO_RIGHT.fullmatch(text) is not None


def is_right_to_left(paragraph: str) -> bool:
    """Tell whether a paragraph goes from right to left: by its first strong letter (P2, P3)."""
    if is_plain(paragraph):
        return False
    depth = 0
    for letter in paragraph:
        if letter in _ISOLATES:
            depth += 1
        elif letter == PDI:
            depth = max(0, depth - 1)
        elif depth == 0 and (kind := unicodedata.bidirectional(letter)) in _MARKS:
            return kind != "L"
    return False


def isolated(paragraph: str, start: int, end: int, *, right_to_left: bool) -> str:
    """Return a part of a paragraph as it is written by itself."""
    part = paragraph[start:end]
    if is_plain(paragraph):
        return part
    before = _mark(reversed(paragraph[max(0, start - _FAR) : start]))
    after = _mark(iter(paragraph[end : end + _FAR]))
    if _FORMATS.search(paragraph):
        opened = _open_at(paragraph[:start])
        before = "".join(opened) + before
        part = _balanced(part, opened)
    return (RLI if right_to_left else LRI) + before + part + after + PDI


def _mark(letters: Iterable[str]) -> str:
    kinds = (unicodedata.bidirectional(letter) for letter in letters)
    return next((_MARKS[kind] for kind in kinds if kind in _MARKS), "")


def _open_at(text: str) -> list[str]:
    """Return the embeddings and isolates that are open at the end of a text."""
    opened: list[str] = []
    for letter in _FORMATS.findall(text):
        _step(opened, letter)
    return opened


def _step(opened: list[str], letter: str) -> bool:
    """Open or close what a format character does; tell whether it does something."""
    if letter in _ISOLATES or letter in _EMBEDDINGS:
        opened.append(letter)
        return True
    if letter == _PDF:
        if opened and opened[-1] in _EMBEDDINGS:
            opened.pop()
            return True
        return False
    last = max((n for n, one in enumerate(opened) if one in _ISOLATES), default=None)
    if last is None:
        return False
    del opened[last:]
    return True


def _balanced(part: str, opened: list[str]) -> str:
    """Return a part that closes what it opens, and nothing else."""
    own = list(opened)
    written = _FORMATS.sub(lambda found: found[0] if _step(own, found[0]) else "", part)
    return written + "".join(PDI if one in _ISOLATES else _PDF for one in reversed(own))
