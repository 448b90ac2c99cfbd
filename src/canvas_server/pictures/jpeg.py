"""JPEG container (ITU-T T.81, JFIF, Exif): what is shown, without application data and comments."""

import re

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

_FILL = re.compile(rb"\xff+")
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""The end of entropy-coded data: a marker that is neither a restart nor a stuffed byte."""
_PICTURE = frozenset((*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD)) - {0xC8}
"""Frames, scans, tables, the restart interval; decoders skip the number of lines (DNL)."""
_QUANTIZATION, _HUFFMAN = 0xDB, 0xC4
_PROFILE = b"ICC_PROFILE\0"
_END, _SCAN, _STANDALONE = 0xD9, 0xDA, frozenset((0x00, 0x01, *range(0xD0, 0xD8)))


class _JpegParts(Struct):
    parts: list[bytes]
    orientation: int = NORMAL
    profile: dict[int, bytes] = {}
    profile_parts: list[tuple[int, bytes]] = []
    """Segments with the profile, and before which part they stood."""
    tables: set[tuple[int, int]] = set()
    """Those that the next scan finds: their marker, and their class and place."""
    is_tidy: bool = True
    """No table was put in the place of one that no scan has read."""


def strip(data: bytes) -> Stripped:
    """Take metadata, thumbnails, and what lies between and after segments, out of a JPEG.

    Raises:
        BrokenPicture: it has no end, or a segment is cut off.
    """
    found = _JpegParts([b"\xff\xd8"])
    at, has_scan = 2, False
    while True:
        fill = _FILL.search(data, at)
        if fill is None:
            raise BrokenPicture("it is cut off")
        at = fill.end() + 1
        marker = number(data, fill.end(), 1)
        if marker == _END:
            break
        if marker in _STANDALONE:
            continue
        length = number(data, at, 2)
        body = taken(data, at + 2, length - 2)
        at += length
        if marker in _PICTURE:
            found.parts.append(_segment(marker, body))
            _note_tables(found, marker, body)
        else:
            _read_application(found, marker, body)
        if marker == _SCAN:
            has_scan = True
            found.tables.clear()
            end = _MARKER.search(data, at)
            if end is None:
                raise BrokenPicture("it is cut off")
            found.parts.append(data[at : end.start()])
            at = end.start()
    if not has_scan:
        raise BrokenPicture("it holds no picture")
    found.parts.append(b"\xff\xd9")
    return _joined(found)


def _note_tables(found: _JpegParts, marker: int, body: bytes) -> None:
    """Note the tables that a segment defines; one may be there once for a scan."""
    at = 0
    while marker in (_QUANTIZATION, _HUFFMAN) and at < len(body):
        name = (marker, body[at] & 0x0F if marker == _QUANTIZATION else body[at])
        found.is_tidy &= name not in found.tables
        found.tables.add(name)
        if marker == _HUFFMAN:
            at += 17 + sum(taken(body, at + 1, 16))
        else:
            at += 129 if body[at] >> 4 else 65


def _read_application(found: _JpegParts, marker: int, body: bytes) -> None:
    """Read a segment that is no part of the picture; keep what says how to show it."""
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14 and len(found.parts) == 1:
        found.parts.append(_segment(marker, body[:12] + b"\0\0"))  # without its thumbnail
    elif marker == 0xEE and body.startswith(b"Adobe") and len(body) == 12:
        found.parts.append(_segment(marker, body))
    elif marker == 0xE1 and body.startswith(b"Exif\0\0") and found.orientation == NORMAL:
        found.orientation = orientation_of(body)
    elif marker == 0xE2 and body.startswith(_PROFILE) and len(body) > 14:
        found.profile[body[12]] = body[14:]
        found.profile_parts.append((len(found.parts), _segment(marker, body)))


def _joined(found: _JpegParts) -> Stripped:
    profile = b"".join(found.profile[place] for place in sorted(found.profile)) or None
    if profile is not None and len(found.profile_parts) == 1 and is_standard(profile):
        place, segment = found.profile_parts[0]
        found.parts.insert(place, segment)
        profile = None
    again = not found.is_tidy
    return Stripped(b"".join(found.parts), found.orientation, profile, again)


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + (len(body) + 2).to_bytes(2) + body
