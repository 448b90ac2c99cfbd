"""Fonts of a drawing: the bundled one, and for letters that it has not got those of the system.

A browser chooses a font for each grapheme cluster; so does this, in an order of preference that is
the usual one of Linux systems. Of the fonts that are there only those that are needed are opened.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from canvas_server.export.harfbuzz import hb

Weight = Literal[400, 600, "hand", "mono"]
"""A weight of the usual family, or another family for drawings."""

BUNDLED = "Inter"
_BUNDLED_FILES: dict[Weight, tuple[str, str]] = {
    400: (BUNDLED, "font/Inter_400Regular.ttf"),
    600: (BUNDLED, "font/Inter_600SemiBold.ttf"),
    "hand": ("Patrick Hand", "font_hand/PatrickHand_400Regular.ttf"),
    "mono": ("JetBrains Mono", "font_mono/JetBrainsMono_400Regular.ttf"),
}
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FONTS = (".ttf", ".otf", ".ttc", ".otc")
_MOST_FILES = 600
# Upright plain ones: they stand beside the letters of the bundled font.
_UNLIKE = re.compile(
    "bold|italic|oblique|light|thin|black|medium|heavy|condensed|mono", re.IGNORECASE
)
_PREFERRED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in ("dejavusans", "noto-?sanscjk", "notosans(?!.*(display|ui))", "sans", "noto", "")
)
_FAMILY_NAME, _TYPOGRAPHIC_FAMILY_NAME = 1, 16
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U000e0000-\U000e0fff\t\n]"
)
"""Default ignorable code points (Unicode, DerivedCoreProperties): nothing is drawn for them."""
_JOINED = re.compile(
    "[{0}][{0}\u0300-\u036f\u200c\u200d\ufe00-\ufe0f]{{0,63}}".format(
        "\u0600-\u0605\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06e8\u06ea-\u06ef\u06fa-\u06ff"
        "\u070f-\u074a\u074d-\u077f\u07ca-\u07f5\u0840-\u085b\u0860-\u08ff\u1807-\u1842\u1843-\u18aa"
        "\ufb50-\ufdff\ufe70-\ufefc\U0001e900-\U0001e943"
    )
)
"""Letters of scripts that join, with their marks: only those of one font do."""
_TEXT_STYLE, _EMOJI_STYLE, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
EMOJI, SYMBOLS = "Zsye", "Zyyy"
"""Codes of ISO 15924 for what is of no script."""


class Face(Struct, frozen=True, eq=False):
    """A face of a font file."""

    path: str
    family: str
    font: Any
    """Of HarfBuzz."""
    unit: int
    """Font units in its size."""

    def covers(self, letters: str) -> bool:
        """Tell whether it has all of some letters."""
        return all(self.font.get_nominal_glyph(ord(letter)) for letter in letters)


class Run(Struct, frozen=True):
    """Text that is written with one face; None: there is no font for it."""

    text: str
    face: Face | None


@functools.cache
def bundled(weight: Weight = 400) -> Face:
    """Return a font that lies in the package."""
    family, name = _BUNDLED_FILES[weight]
    path = Path(str(files("canvas_server.export"))) / name
    face = hb.Face(hb.Blob.from_file_path(str(path)))
    return Face(str(path), family, hb.Font(face), face.upem)


def weight_in(look: Mapping[str, str]) -> Weight:
    """Return in what a node of a drawing is written, by its attributes."""
    family = look.get("font-family", "")
    for weight in ("hand", "mono"):
        if family.startswith(f"'{bundled(weight).family}'"):
            return weight
    return 600 if look.get("font-weight") == "600" else 400


def runs_of(text: str, weight: Weight = 400) -> list[Run]:
    """Divide text into runs by the fonts that have its letters."""
    own = bundled(weight)
    if text.isascii():
        return [Run(text, own)]
    found: list[tuple[Face | None, list[str]]] = []
    for piece in _pieces(text, weight):
        face = own if piece.isascii() else face_of(piece, weight)
        if found and found[-1][0] is face:
            found[-1][1].append(piece)
        else:
            found.append((face, [piece]))
    return [Run("".join(pieces), face) for face, pieces in found]


def _pieces(text: str, weight: Weight = 400) -> Iterator[str]:
    """Divide text into what is of one font: words that join, where one has them, and clusters."""
    at = 0
    for found in _JOINED.finditer(text):
        word = found[0]
        face = face_of(word, weight)
        if face is not None and face.covers(_INVISIBLE.sub("", word)):
            yield from _clusters(text[at : found.start()])
            yield word
            at = found.end()
    yield from _clusters(text[at:])


def _clusters(text: str) -> Iterator[str]:
    """Divide text into grapheme clusters (UAX 29)."""
    from icu4py.breakers import CharacterBreaker  # noqa: PLC0415 - most text has no need of it

    return iter(CharacterBreaker(text, "en"))


@functools.lru_cache(maxsize=16_384)
def face_of(cluster: str, weight: Weight = 400) -> Face | None:
    """Return the face for a grapheme cluster; None: there is none."""
    letters = _INVISIBLE.sub("", cluster)
    own = bundled(weight)
    if is_emoji(cluster):
        found = next((face for face in _system_faces(colored=True) if face.covers(letters)), None)
        if found is not None:
            return found
    if own.covers(letters):
        return own
    if weight in ("hand", "mono"):
        return face_of(cluster)
    found = next((face for face in _system_faces() if face.covers(letters)), None)
    if found is None and len(letters) > 1 and not is_emoji(cluster):
        return face_of(letters[0], weight)  # its mark is missing
    return found


def is_emoji(cluster: str) -> bool:
    """Tell whether a cluster is shown as an emoji (UTS 51), in colours where there is a font."""
    if _TEXT_STYLE in cluster:
        return False
    if _EMOJI_STYLE in cluster or _KEYCAP in cluster:
        return True
    if len(cluster) > 1 and "\U0001f1e6" <= cluster[0] <= "\U0001f1ff":
        return True
    # What has the property Emoji_Presentation is a wide symbol (UAX 11).
    first = cluster[0]
    return (
        unicodedata.category(first) in ("So", "Sk") and unicodedata.east_asian_width(first) == "W"
    )


class UsedFonts(Struct, frozen=True):
    """What some text is written with."""

    files: tuple[str, ...]
    """The bundled ones first."""
    without_font: tuple[str, ...]
    """The script (ISO 15924) of each grapheme cluster for which there is no font."""


def used_by(texts: Iterable[tuple[str, Weight]]) -> UsedFonts:
    """Find out with which fonts texts are written."""
    counts: Counter[tuple[str, Weight]] = Counter()
    used = dict.fromkeys((bundled(400).path, bundled(600).path))
    for text, weight in texts:
        used[bundled(weight).path] = None
        if not text.isascii():
            counts.update((piece, weight) for piece in _pieces(text, weight))
    lost: list[str] = []
    for (cluster, weight), count in counts.items():
        face = face_of(cluster, weight)
        if face is not None:
            used[face.path] = None
        if face is None or not face.covers(_INVISIBLE.sub("", cluster)):
            lost += [script_of(cluster)] * count
    return UsedFonts(tuple(used), tuple(lost))


def script_of(cluster: str) -> str:
    """Return the script of a grapheme cluster (ISO 15924)."""
    if is_emoji(cluster):
        return EMOJI
    buffer = hb.Buffer()
    buffer.add_str(cluster)
    buffer.guess_segment_properties()
    return buffer.script or SYMBOLS


def _system_faces(*, colored: bool = False) -> Iterator[Face]:
    """Open the fonts of the system one after the other, those that look most alike first."""
    for path in _system_files():
        for face in _faces_in(path):
            if _is_colored(face) is colored:
                yield face


@functools.cache
def _system_files() -> tuple[str, ...]:
    found: list[Path] = []
    for folder in map(Path, FOLDERS):
        if folder.is_dir():
            found += (path for path in folder.rglob("*") if path.suffix.lower() in _FONTS)
    plain = (path for path in found if not _UNLIKE.search(path.stem))
    return tuple(map(str, sorted(plain, key=_preference)[:_MOST_FILES]))


def _preference(path: Path) -> tuple[int, str]:
    rank = next(n for n, pattern in enumerate(_PREFERRED) if pattern.match(path.stem) or n == 5)
    return rank, path.name


@functools.cache
def _faces_in(path: str) -> tuple[Face, ...]:
    """Open a file; of a collection its first face has the letters of all others."""
    try:
        face = hb.Face(hb.Blob.from_file_path(path))
    except (hb.HarfBuzzError, OSError):
        return ()
    name = face.get_name(_TYPOGRAPHIC_FAMILY_NAME) or face.get_name(_FAMILY_NAME)
    if not name or not face.glyph_count:
        return ()
    return (Face(path, name, hb.Font(face), face.upem),)


@functools.cache
def _is_colored(face: Face) -> bool:
    of = face.font.face
    return bool(of.has_color_png or of.has_color_layers or of.has_color_paint or of.has_color_svg)
