"""WebP container (RFC 9649): the chunks that say what is shown."""

from collections.abc import Iterator

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

_SIMPLE = (b"VP8 ", b"VP8L")
_FRAME = frozenset((b"ALPH", *_SIMPLE))
_PROFILE_FLAG = 0x20
_SHOWN_FLAGS = 0x12
"""Transparency and animation: what else the header announces is taken out."""


class _WebpParts(Struct):
    parts: list[bytes] = []
    orientation: int = NORMAL
    profile: bytes | None = None
    keeps_profile: bool = False
    has_picture: bool = False


def strip(data: bytes) -> Stripped:
    """Take metadata, unknown chunks and what follows the end out of a WebP picture.

    Raises:
        BrokenPicture: it is cut off, or has no pixels.
    """
    content = taken(data, 12, number(data, 4, 4, little=True) - 4)
    found = _WebpParts()
    for name, body in _chunks(content):
        _read(found, name, body)
        if found.has_picture and not found.parts[0].startswith(b"VP8X"):
            break
    if not found.has_picture:
        raise BrokenPicture("it holds no picture")
    if found.parts[0].startswith(b"VP8X"):
        found.parts[0] = _header(found.parts[0], keeps_profile=found.keeps_profile)
    content = b"".join(found.parts)
    whole = b"RIFF" + (4 + len(content)).to_bytes(4, "little") + b"WEBP" + content
    return Stripped(whole, found.orientation, found.profile)


def _read(found: _WebpParts, name: bytes, body: bytes) -> None:
    if not found.parts and name not in (b"VP8X", *_SIMPLE):
        raise BrokenPicture("it does not begin as one")
    if name in _FRAME:
        found.parts.append(_chunk(name, body))
        found.has_picture |= name in _SIMPLE
    elif name == b"ANMF":
        inner = [_chunk(*each) for each in _chunks(body[16:]) if each[0] in _FRAME]
        found.parts.append(_chunk(name, b"".join((taken(body, 0, 16), *inner))))
        found.has_picture |= bool(inner)
    elif (name == b"VP8X" and not found.parts and len(body) == 10) or (
        name == b"ANIM" and len(body) == 6
    ):
        found.parts.append(_chunk(name, body))
    elif name == b"EXIF":
        found.orientation = orientation_of(body)
    elif name == b"ICCP" and not found.keeps_profile:
        if is_standard(body):
            found.parts.append(_chunk(name, body))
            found.keeps_profile = True
        else:
            found.profile = body


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        length = number(content, at + 4, 4, little=True)
        yield content[at : at + 4], taken(content, at + 8, length)
        at += 8 + length + length % 2


def _header(chunk: bytes, *, keeps_profile: bool) -> bytes:
    flags = chunk[8] & _SHOWN_FLAGS | (_PROFILE_FLAG if keeps_profile else 0)
    return chunk[:8] + bytes((flags, 0, 0, 0)) + chunk[12:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
