"""Raster picture headers: what a picture says of its size, read without unpacking any of it.

PNG (W3C PNG third edition), JPEG (ITU-T T.81), GIF89a, WebP (RFC 9649), AVIF (still pictures) and
BMP. A decoder reserves memory and time by these numbers, so they are what has to be bounded. The
page reads the same with `web/kinds/image/rasters.js`; both are held against
tests/samples/pictures.json.
"""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

MAX_PARTS = 10_000
"""Segments, chunks or blocks of a picture that are looked at; programs write some hundreds."""

_FILL = re.compile(rb"\xff+")


class Raster(Struct, frozen=True):
    """The size of a picture in pixels, and how often a decoder goes over all of them."""

    form: str
    width: int
    height: int
    passes: int = 1
    """Frames of an animation, or scans of a progressive JPEG."""
    intricate: bool = False
    """It has more than `MAX_PARTS` parts, and the rest is not known."""

    @property
    def pixels(self) -> int:
        """Pixels of one frame."""
        return self.width * self.height


def measure(data: bytes) -> Raster | None:
    """Return what a picture says of itself; None: it is none of the forms, or is cut off."""
    for begins, read in _READERS:
        if data.startswith(begins):
            return _read(read, data)
    return _read(_avif, data) if data[4:8] == b"ftyp" else None


class _Intricate(Exception):
    """There are more parts than are looked at."""


def _read(read: "Reader", data: bytes) -> Raster | None:
    try:
        return read(data, iter(range(MAX_PARTS)))
    except IndexError:
        return None
    except _Intricate:
        return Raster("", 0, 0, intricate=True)


def _count(parts: Iterator[int]) -> None:
    """Count one more part.

    Raises:
        _Intricate: it is one too many.
    """
    if next(parts, None) is None:
        raise _Intricate


def is_markup(data: bytes) -> bool:
    """Tell whether data are markup, as SVG is, in any encoding, or packed (svgz)."""
    if data.startswith(b"\x1f\x8b"):
        return True
    plain = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n\f")
    return plain.startswith(b"<") or b"<svg" in plain.lower()


def _number(data: bytes, at: int, length: int, *, little: bool = False) -> int:
    """Return an unsigned integer.

    Raises:
        IndexError: the data end before.
    """
    if at + length > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + length], "little" if little else "big")


def _png(data: bytes, parts: Iterator[int]) -> Raster:
    width, height = _number(data, 16, 4), _number(data, 20, 4)
    at, frames = 8, 0
    while at + 8 <= len(data):
        _count(parts)
        frames += data[at + 4 : at + 8] == b"fcTL"
        at += 12 + _number(data, at, 4)
    return Raster("png", width, height, max(1, frames))


def _jpeg(data: bytes, parts: Iterator[int]) -> Raster | None:
    at = 2
    while fill := _FILL.search(data, at):  # decoders skip what is between segments, and fill bytes
        _count(parts)
        at = fill.end() - 1
        marker = _number(data, at + 1, 1)
        if marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD8:  # these have no length
            at += 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = _number(data, at + 7, 2), _number(data, at + 5, 2)
            return Raster("jpeg", *size, max(1, data.count(b"\xff\xda")))
        elif marker in (0xD9, 0xDA):  # the picture, or its end, without a frame header
            return None
        else:
            at += 2 + max(2, _number(data, at + 2, 2))
    return None


def _gif(data: bytes, parts: Iterator[int]) -> Raster:
    width, height = _number(data, 6, 2, little=True), _number(data, 8, 2, little=True)
    at, frames = 13 + _palette(_number(data, 10, 1)), 0
    while at < len(data):
        block = data[at]
        if block == 0x2C and at + 10 <= len(data):
            frames += 1
            left, top, wide, high = (
                _number(data, at + 1 + 2 * part, 2, little=True) for part in range(4)
            )
            width, height = max(width, left + wide), max(height, top + high)
            at = _after_blocks(data, at + 11 + _palette(data[at + 9]), parts)
        elif block == 0x21:
            at = _after_blocks(data, at + 2, parts)
        else:
            break
    return Raster("gif", width, height, max(1, frames))


def _palette(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(data: bytes, at: int, parts: Iterator[int]) -> int:
    _count(parts)
    while at < len(data) and data[at]:
        _count(parts)
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes, parts: Iterator[int]) -> Raster | None:
    chunk = data[12:16]
    if data[8:12] != b"WEBP":
        return None
    if chunk == b"VP8X":
        width, height = (1 + _number(data, at, 3, little=True) for at in (24, 27))
        at, frames = 12, 0
        while at + 8 <= len(data):
            _count(parts)
            frames += data[at : at + 4] == b"ANMF"
            length = _number(data, at + 4, 4, little=True)
            at += 8 + length + length % 2
        return Raster("webp", width, height, max(1, frames))
    if chunk == b"VP8 ":
        width, height = (_number(data, at, 2, little=True) & 0x3FFF for at in (26, 28))
        return Raster("webp", width, height)
    if chunk == b"VP8L":
        bits = _number(data, 21, 4, little=True)
        return Raster("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    return None


def _avif(data: bytes, parts: Iterator[int]) -> Raster | None:
    """Read the largest of its `ispe` properties; a sequence of pictures is none of the forms."""
    brands = data[8 : min(_number(data, 0, 4), 256)]
    if b"avif" not in brands or b"avis" in brands:
        return None
    largest: Raster | None = None
    at = data.find(b"ispe")
    while 0 <= at <= len(data) - 16:
        _count(parts)
        found = Raster("avif", _number(data, at + 8, 4), _number(data, at + 12, 4))
        if largest is None or found.pixels > largest.pixels:
            largest = found
        at = data.find(b"ispe", at + 4)
    return largest


def _bmp(data: bytes, _: Iterator[int]) -> Raster:
    if _number(data, 14, 4, little=True) == 12:
        return Raster("bmp", _number(data, 18, 2, little=True), _number(data, 20, 2, little=True))
    width, height = (_number(data, at, 4, little=True) for at in (18, 22))
    return Raster("bmp", width, min(height, 2**32 - height))  # negative: from the top down


Reader = Callable[[bytes, Iterator[int]], Raster | None]

_READERS: tuple[tuple[bytes, Reader], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8", _jpeg),
    (b"GIF8", _gif),
    (b"RIFF", _webp),
    (b"BM", _bmp),
)
