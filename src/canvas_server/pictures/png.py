"""PNG container (W3C PNG third edition, with animations): the chunks that say what is shown."""

import zlib

from msgspec import Struct

from canvas_server.pictures.containers import (
    NORMAL,
    BrokenPicture,
    Stripped,
    number,
    orientation_of,
    taken,
)
from canvas_server.pictures.profiles import is_standard

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MANY = frozenset((b"IDAT", b"fcTL", b"fdAT"))
_MAX_LENGTHS = {
    b"PLTE": 768,
    b"IHDR": 13,
    b"tRNS": 256,
    b"gAMA": 4,
    b"cHRM": 32,
    b"sRGB": 1,
    b"sBIT": 4,
    b"bKGD": 6,
    b"pHYs": 9,
    b"cICP": 4,
    b"mDCV": 24,
    b"cLLI": 8,
    b"acTL": 8,
    b"fcTL": 26,
}
"""Bytes that these chunks have at most."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)),
    (0, 1, 1, 2),
)
"""The passes of an interlaced picture: where each begins, and the steps right and down."""
_PIECE = 1024 * 1024
_MAX_PROFILE_BYTES = 1024 * 1024
_PROFILE_NAMES = (b"icc", b"ICC Profile", b"ICC profile", b"sRGB", b"Display P3")


class _PngParts(Struct):
    parts: list[bytes]
    seen: set[bytes] = set()
    orientation: int = NORMAL
    profile: bytes | None = None
    pixels: list[bytes] = []
    size: int = 0
    """Bytes of the pixels before they are packed."""


def strip(data: bytes) -> Stripped:
    """Take metadata, unknown chunks and what follows the end out of a PNG.

    Raises:
        BrokenPicture: it is cut off, damaged, or has no pixels.
    """
    found = _PngParts([SIGNATURE])
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = number(data, at, 4), taken(data, at + 4, 4)
        body, chunk = taken(data, at + 8, length), taken(data, at, 12 + length)
        if zlib.crc32(body, zlib.crc32(name)) != number(data, at + 8 + length, 4):
            raise BrokenPicture("it is damaged")
        at += len(chunk)
        if name in _MANY or name not in found.seen:
            found.seen.add(name)
            _read(found, name, body, chunk)
    if not found.seen >= {b"IHDR", b"IDAT"}:
        raise BrokenPicture("it holds no picture")
    is_tidy = _is_all(b"".join(found.pixels), found.size)
    return Stripped(b"".join(found.parts), found.orientation, found.profile, not is_tidy)


def _read(found: _PngParts, name: bytes, body: bytes, chunk: bytes) -> None:
    """Keep a chunk that says what is shown, and what others say of it."""
    if name == b"IHDR":
        found.size = _size(body)
    elif name == b"IDAT":
        found.pixels.append(body)
    if name == b"eXIf":
        found.orientation = orientation_of(body)
    elif name == b"iCCP":
        found.profile, is_tidy = _profile(body)
        if found.profile is not None and is_standard(found.profile):
            tidy = _chunk(name, b"icc\0\0" + zlib.compress(found.profile))
            found.parts.append(chunk if is_tidy else tidy)
            found.profile = None
    elif name == b"IEND":
        found.parts.append(_chunk(name, b""))
    elif name in _MANY or name in _MAX_LENGTHS:
        if len(body) <= _MAX_LENGTHS.get(name, len(body)):
            found.parts.append(chunk)
    elif name[:1].isupper():
        raise BrokenPicture("it has a part that nothing here can read")


def _size(header: bytes) -> int:
    """Return how many bytes the rows of a picture are, before they are packed."""
    width, height = number(header, 0, 4), number(header, 4, 4)
    depth, color, interlaced = (number(header, at, 1) for at in (8, 9, 12))
    bits = depth * _CHANNELS.get(color, 0)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    return sum(
        -(-(height - y) // down) * (1 + -(-across * bits // 8))
        for x, y, right, down in passes
        if height > y and (across := -(-(width - x) // right)) > 0
    )


def _is_all(packed: bytes, size: int) -> bool:
    """Tell whether packed rows are so many bytes, and there is nothing behind them.

    Raises:
        BrokenPicture: they are fewer.
    """
    reader, seen = zlib.decompressobj(), 0
    try:
        while not reader.eof and seen <= size and (packed or seen == 0):
            seen += len(reader.decompress(packed, _PIECE))
            packed = reader.unconsumed_tail
    except zlib.error:
        raise BrokenPicture("it is damaged") from None
    if seen < size:
        raise BrokenPicture("it is cut off")
    return seen == size and reader.eof and not reader.unused_data


def _profile(body: bytes) -> tuple[bytes | None, bool]:
    """Unpack an ICC profile; None: it is none, or far too long.

    Also tell whether there is nothing beside it, not even a name that somebody thought of.
    """
    name, _, packed = body.partition(b"\0")
    reader = zlib.decompressobj()
    try:
        profile = reader.decompress(packed[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return None, False
    return profile if reader.eof else None, name in _PROFILE_NAMES and not reader.unused_data


def _chunk(name: bytes, body: bytes) -> bytes:
    check = zlib.crc32(body, zlib.crc32(name))
    return len(body).to_bytes(4) + name + body + check.to_bytes(4)
