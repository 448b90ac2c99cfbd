"""Fonts within an SVG document: of each that is used, the letters that are written.

Without them a browser would take other fonts, in which the lines are not as wide as they are
broken. Licences of free fonts allow it (OFL 1.1); a font that forbids it is left out.
"""

import base64
from collections.abc import Iterator
from unicodedata import normalize
from xml.etree.ElementTree import Element as Node

from canvas_server.export.fonts import Face, Weight, bundled, runs_of, weight_in
from canvas_server.export.harfbuzz import hb
from canvas_server.export.shapes import node

MAX_BYTES = 4_000_000
"""Of all fonts of a document; what is more is left to the fonts of who opens it."""
_MAY_NOT_BE_EMBEDDED = 0x0002
"""Of `fsType` in the table OS/2 (OpenType): Restricted License embedding."""
_AS_MEASURED = "text{text-spacing-trim:space-all}"
"""Some browsers draw marks of Chinese and Japanese narrower than they are."""


def embed(root: Node) -> None:
    """Put the fonts of a document into it."""
    letters: dict[Face, set[int]] = {}
    for text, weight in _texts(root):
        for run in runs_of(text, weight):
            if run.face is not None:
                letters.setdefault(run.face, set()).update(_shaped(run.text))
    rules: list[str] = []
    left = MAX_BYTES
    for face, wanted in letters.items():
        data = _subset(face, wanted)
        left -= len(data)
        if data and left >= 0:
            weight = 600 if face is bundled(600) else 400
            rules.append(_rule(face.family, weight, data))
    if rules:
        style = node(None, "style", "\n".join((*rules, _AS_MEASURED)))
        root.insert(0, style)


def _shaped(text: str) -> set[int]:
    """Return what glyphs are looked up for: letters may be taken apart, or put together."""
    return {ord(letter) for form in ("NFC", "NFD") for letter in text + normalize(form, text)}


def _texts(root: Node) -> Iterator[tuple[str, Weight]]:
    for text in root.iter("text"):
        yield "".join(text.itertext()), weight_in(text.attrib)


def _subset(face: Face, letters: set[int]) -> bytes:
    """Return a font with some letters alone; nothing where that may not or cannot be."""
    table = bytes(face.font.face.reference_table("OS/2").data or b"")
    if int.from_bytes(table[8:10]) & 0x000F == _MAY_NOT_BE_EMBEDDED:
        return b""
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).set(letters)
    try:
        return bytes(hb.subset(face.font.face, wanted).blob.data)
    except (hb.HarfBuzzError, RuntimeError, MemoryError):
        return b""


def _rule(family: str, weight: int, data: bytes) -> str:
    name = family.replace("\\", "").replace('"', "").replace("'", "")
    source = f"data:font/ttf;base64,{base64.b64encode(data).decode()}"
    return f"@font-face{{font-family:'{name}';font-weight:{weight};src:url({source})}}"
