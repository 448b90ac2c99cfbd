"""PNG container (W3C PNG third edition, with animations): the chunks that say what is shown."""

import zlib

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
_CRITICAL = frozenset((b"IHDR", b"PLTE", b"IDAT"))
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
    b"hIST": 512,
    b"acTL": 8,
    b"fcTL": 26,
}
"""Bytes that these chunks have at most."""
_MAX_PROFILE_BYTES = 1024 * 1024
_PROFILE_NAMES = (b"icc", b"ICC Profile", b"ICC profile", b"sRGB", b"Display P3")


def strip(data: bytes) -> Stripped:
    """Take metadata, unknown chunks and what follows the end out of a PNG.

    Raises:
        BrokenPicture: it is cut off, damaged, or has no pixels.
    """
    parts, seen, orientation = [SIGNATURE], set[bytes](), NORMAL
    profile: bytes | None = None
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = number(data, at, 4), taken(data, at + 4, 4)
        body, chunk = taken(data, at + 8, length), taken(data, at, 12 + length)
        if zlib.crc32(body, zlib.crc32(name)) != number(data, at + 8 + length, 4):
            raise BrokenPicture("it is damaged")
        at += len(chunk)
        if name in seen and name not in _MANY:
            continue
        seen.add(name)
        if name == b"eXIf":
            orientation = orientation_of(body)
        elif name == b"iCCP":
            profile, is_tidy = _profile(body)
            if profile is not None and is_standard(profile):
                tidy = _chunk(name, b"icc\0\0" + zlib.compress(profile))
                parts.append(chunk if is_tidy else tidy)
                profile = None
        elif name == b"IEND":
            parts.append(_chunk(name, b""))
        elif name in _MANY or name in _MAX_LENGTHS:
            if length <= _MAX_LENGTHS.get(name, length):
                parts.append(chunk)
        elif name[:1].isupper():
            raise BrokenPicture("it has a part that nothing here can read")
    if not seen >= {b"IHDR", b"IDAT"}:
        raise BrokenPicture("it holds no picture")
    return Stripped(b"".join(parts), orientation, profile)


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
