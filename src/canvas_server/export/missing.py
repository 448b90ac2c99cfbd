"""Gaps of a drawing: what is missing of the scene, as a header (RFC 9651) and in words for people.

``Canvas-Missing: animation;count=1, font;count=12;scripts="Hani Hira"`` is a list of tokens, one of
each kind at most, with how many elements (of `font`: grapheme clusters) it is about.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Lack = Literal[
    "animation",
    "camera",
    "chart",
    "color",
    "font",
    "ink",
    "model",
    "picture",
    "remote-picture",
    "text",
]
_WORDS: dict[Lack, str] = {
    "animation": "of animated pictures, all but the first frame",
    "camera": "the pictures of cameras and shared screens",
    "chart": "charts that cannot be drawn, or are too many",
    "color": "colours that are not understood",
    "font": "letters for which this machine has no font",
    "ink": "strokes, which are too many",
    "model": "3D models",
    "picture": "pictures that cannot be read, or are too large",
    "remote-picture": "pictures of other servers",
    "text": "the end of long texts",
}
MOST_SCRIPTS = 16
_SCRIPTS = {
    "Arab": "Arabic",
    "Armn": "Armenian",
    "Beng": "Bengali",
    "Deva": "Devanagari",
    "Ethi": "Ethiopic",
    "Geor": "Georgian",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Hang": "Korean",
    "Hani": "Chinese characters",
    "Hebr": "Hebrew",
    "Hira": "Japanese",
    "Kana": "Japanese",
    "Khmr": "Khmer",
    "Knda": "Kannada",
    "Laoo": "Lao",
    "Mlym": "Malayalam",
    "Mymr": "Burmese",
    "Sinh": "Sinhala",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Thai": "Thai",
    "Tibt": "Tibetan",
    "Zsye": "emoji",
    "Zyyy": "symbols",
}


class Gap(Struct, frozen=True):
    """Something that a drawing has not got."""

    lack: Lack
    count: int
    scripts: tuple[str, ...] = ()
    """Of `font`: codes of ISO 15924."""


class MissingContent:
    """Counts what is missing while a scene is drawn."""

    def __init__(self) -> None:
        self._counts: dict[Lack, int] = {}
        self._scripts: dict[str, None] = {}

    def add(self, lack: Lack, count: int = 1) -> None:
        """Count something that is missing."""
        self._counts[lack] = self._counts.get(lack, 0) + count

    def add_letters(self, scripts: Sequence[str]) -> None:
        """Count letters without a font, by the script of each."""
        if scripts:
            self.add("font", len(scripts))
            self._scripts |= dict.fromkeys(scripts)

    def gaps(self) -> tuple[Gap, ...]:
        """Return what is missing."""
        scripts = tuple(self._scripts)[:MOST_SCRIPTS]
        return tuple(
            Gap(lack, count, scripts if lack == "font" else ())
            for lack, count in sorted(self._counts.items())
        )


def as_header(gaps: Sequence[Gap]) -> str:
    """Write what is missing as a list of structured fields."""
    return ", ".join(
        f"{gap.lack};count={gap.count}"
        + (f';scripts="{" ".join(gap.scripts)}"' if gap.scripts else "")
        for gap in gaps
    )


def in_words(gaps: Sequence[Gap]) -> list[str]:
    """Write what is missing for people, a line for each."""
    return [f"{_WORDS[gap.lack]} ({_detail(gap)})" for gap in gaps]


def _detail(gap: Gap) -> str:
    names = dict.fromkeys(_SCRIPTS.get(script, script) for script in gap.scripts)
    return ", ".join([str(gap.count), *names])
