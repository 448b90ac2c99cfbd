"""Text of others without what changes how the text around it is shown, or hides what it says.

The page does the same (`web/lib/foreign.js`); both are held against `tests/samples/names.json`.
"""

import re
import unicodedata

MAX_NAME = 64
"""Code points of a name."""
_MOST_MARKS = 3
"""Combining marks on one letter: enough for every language, too few for a tower of them."""
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
"""Control and format characters, bidirectional ones (UAX #9 section 2) among them, lone surrogates,
characters of private use, line breaks."""
_MARKS = frozenset(("Mn", "Me"))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs that are drawn as nothing."""
_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Variation selectors: drawn as nothing, beside what they follow."""
_KEYCAP = "\u20e3"
_EMOJI_SELECTORS = frozenset("\ufe0e\ufe0f")
_JOINERS = frozenset("\u200c\u200d")
"""Of scripts whose letters join, and of emoji; in others they only hide a difference."""
_JOINED_FROM = "\u0590"
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+$")
"""Regional indicators: two of them are a flag."""
_SPACES = re.compile(r"\s+")
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""All that Unicode has for it (UAX #14), as one."""
_BETWEEN = re.compile("([\n\t])")
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
"""At the beginning."""


def plain(text: str) -> str:
    """Return a text on one line, without what is not seen and what turns the text around it."""
    return _SPACES.sub(" ", _seen(_SPACES.sub(" ", text).strip())).strip(" \u200c\u200d")


def plain_lines(text: str) -> str:
    """Return a text as `plain` does, with its line breaks, tabs and spaces."""
    lines = _LINE_BREAKS.sub("\n", text)
    kept = "".join(map(_seen, _BETWEEN.split(lines)))
    return _EMPTY_LINES.sub("", kept).rstrip()


def _seen(text: str) -> str:
    """Return what is seen of a text; of control characters, line breaks and tabs stay if alone."""
    if (text.isascii() and text.isprintable()) or text in ("\n", "\t"):
        return text
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        if char in _JOINERS:
            follows = text[place + 1 : place + 2]
            if kept and kept[-1] >= _JOINED_FROM and kept[-1] not in _JOINERS and follows > "~":
                kept.append(char)
            continue
        if _SELECTORS.match(char):
            before, follows = "".join(kept[-1:]), text[place + 1 : place + 2]
            is_sign = bool(before) and unicodedata.category(before) == "So"
            is_of_emoji = char in _EMOJI_SELECTORS and (is_sign or follows == _KEYCAP)
            if is_of_emoji and marks < _MOST_MARKS:
                marks += 1
                kept.append(char)
            continue
        category = unicodedata.category(char)
        if category in _HIDDEN or char in _BLANK:
            continue
        marks = marks + 1 if category in _MARKS else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def plain_name(text: str | None) -> str | None:
    """Return what somebody calls themselves as it is shown; None where nothing of it is left."""
    if text is None:
        return None
    return plain(first_of(plain(text), MAX_NAME)) or None


def first_of(text: str, most: int) -> str:
    """Return the beginning of a text, cut between what people see as characters.

    These are the grapheme clusters of UAX #29, without those of decomposed Hangul. One that goes on
    and on is cut all the same.
    """
    if len(text) <= most:
        return text
    cut = most
    while cut > 0 and _is_inside(text, cut):
        cut -= 1
    return text[: cut or most]


def _is_inside(text: str, place: int) -> bool:
    """Tell whether what stands before and behind a place is one character for who reads it."""
    before, behind = text[place - 1], text[place]
    if behind in _JOINERS or behind in _SKIN_TONES:
        return True
    category = unicodedata.category(behind)
    if category in ("Mn", "Mc", "Me") or (before == "\u200d" and category == "So"):
        return True
    flags = _FLAG_LETTERS.search(text[:place])
    return flags is not None and len(flags[0]) % 2 == 1 and _FLAG_LETTERS.match(behind) is not None
