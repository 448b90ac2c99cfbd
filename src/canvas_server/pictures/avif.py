"""AVIF container (ISO/IEC 23000-22): tells those that hold a picture alone from all others."""

from collections.abc import Iterator

from canvas_server.pictures.containers import Stripped, number, taken
from canvas_server.pictures.profiles import is_standard

_FILE = frozenset((b"ftyp", b"meta", b"mdat"))
_META = frozenset((b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"grpl"))
_ITEMS = frozenset((b"av01", b"grid"))
_PROPERTIES = frozenset(
    (
        *(b"ispe", b"pixi", b"av1C", b"colr", b"irot", b"imir", b"auxC", b"pasp", b"clap"),
        *(b"clli", b"mdcv", b"cclv", b"a1op", b"lsel", b"a1lx"),
    )
)
_FULL = 4
"""Bytes of version and flags."""


def strip(data: bytes) -> Stripped:
    """Tell whether an AVIF picture has to be encoded anew, as it holds more than a picture.

    Raises:
        BrokenPicture: a box is cut off.
    """
    return Stripped(data, again=not _is_plain(data))


def _is_plain(data: bytes) -> bool:
    boxes = list(_boxes(data))
    metas = [body for name, body in boxes if name == b"meta"]
    names = [name for name, _ in boxes]
    if len(set(names)) != len(names) or not _FILE.issuperset(names) or len(metas) != 1:
        return False
    meta = dict(_boxes(metas[0][_FULL:]))
    if not meta.keys() <= _META or not _is_plain_handler(meta.get(b"hdlr", b"")):
        return False
    infos = meta.get(b"iinf", b"")
    entries = _boxes(infos[_FULL + (2 if number(infos, 0, 1) == 0 else 4) :])
    if not all(name == b"infe" and _is_picture(body) for name, body in entries):
        return False
    properties = dict(_boxes(meta.get(b"iprp", b"")))
    return all(_is_property(*each) for each in _boxes(properties.get(b"ipco", b"")))


def _is_plain_handler(body: bytes) -> bool:
    """Tell whether the handler is one of pictures; its name is a place for words."""
    return body[8:12] == b"pict" and len(body) <= 48


def _is_picture(body: bytes) -> bool:
    """Tell whether an item is one: its type follows an id of two bytes, or in version 3 of four."""
    at = {2: 8, 3: 10}.get(number(body, 0, 1))
    return at is not None and taken(body, at, 4) in _ITEMS and len(body) <= at + 32


def _is_property(name: bytes, body: bytes) -> bool:
    if name == b"colr" and body[:4] in (b"prof", b"rICC"):
        return is_standard(body[4:])
    return name in _PROPERTIES


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length, name = number(data, at, 4), taken(data, at + 4, 4)
        length = length or len(data) - at
        yield name, taken(data, at + 8, length - 8)
        at += length
