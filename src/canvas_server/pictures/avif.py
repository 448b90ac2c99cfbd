"""AVIF container (ISO/IEC 23000-22): tells those that hold a picture alone from all others."""

from collections.abc import Iterable, Iterator

from canvas_server.pictures.containers import Stripped, number, taken
from canvas_server.pictures.profiles import is_standard

_FILE = frozenset((b"ftyp", b"meta", b"mdat"))
_META = frozenset((b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp"))
_ITEMS = frozenset((b"av01", b"grid"))
_PROPERTIES = frozenset(
    (
        *(b"ispe", b"pixi", b"av1C", b"colr", b"irot", b"imir", b"auxC", b"pasp", b"clap"),
        *(b"clli", b"mdcv", b"cclv", b"a1op", b"lsel", b"a1lx"),
    )
)
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0")
_MAX_PROPERTY_BYTES = 64
_FULL = 4
"""Bytes of version and flags."""


class _Unusual(Exception):
    """Made in a way that no plain picture needs; the text says which."""


def strip(data: bytes) -> Stripped:
    """Tell whether an AVIF picture has to be encoded anew, as it holds more than a picture.

    Raises:
        BrokenPicture: a box is cut off.
    """
    try:
        return Stripped(data, again=not _is_plain(data))
    except _Unusual:
        return Stripped(data, again=True)


def _is_plain(data: bytes) -> bool:
    boxes = list(_boxes(data))
    metas = [body for name, body in boxes if name == b"meta"]
    names = [name for name, _ in boxes]
    if len(set(names)) != len(names) or not _FILE.issuperset(names) or len(metas) != 1:
        return False
    inner = list(_boxes(metas[0][_FULL:]))
    meta = dict(inner)
    if len(meta) != len(inner) or not meta.keys() <= _META:
        return False
    if not _is_plain_handler(meta.get(b"hdlr", b"")):
        return False
    infos = meta.get(b"iinf", b"")
    entries = list(_boxes(infos[_FULL + (2 if number(infos, 0, 1) == 0 else 4) :]))
    if not all(name == b"infe" and _is_picture(body) for name, body in entries):
        return False
    items = {number(body, 4, 4 if body[0] == 3 else 2) for _, body in entries}
    extents = dict(_extents(meta.get(b"iloc", b"")))
    if not items == extents.keys() == _shown(meta) or not _is_covered(data, extents.values()):
        return False
    properties = dict(_boxes(meta.get(b"iprp", b"")))
    return all(_is_property(*each) for each in _boxes(properties.get(b"ipco", b"")))


def _extents(iloc: bytes) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Read where the items are: their ids, and begin and end of their parts in the file.

    Raises:
        BrokenPicture: it is cut off.
        _Unusual: it says it in a way that is not read here.
    """
    reader = _Reader(iloc)
    version, _, sizes = reader.take(1), reader.take(3), reader.take(2)
    if version > 2:
        raise _Unusual("another version of places")
    wide = 4 if version == 2 else 2
    for _ in range(reader.take(wide)):
        item = reader.take(wide)
        method = reader.take(2) if version else 0
        if method or reader.take(2):
            raise _Unusual("in another place")
        base = reader.take(sizes >> 4 & 15)
        extents: list[tuple[int, int]] = []
        for _ in range(reader.take(2)):
            reader.take(sizes & 15 if version else 0)
            begin = base + reader.take(sizes >> 12)
            extents.append((begin, begin + reader.take(sizes >> 8 & 15)))
        yield item, extents
    reader.end()


def _shown(meta: dict[bytes, bytes]) -> set[int]:
    """Return the items that are decoded: the primary one, tiles of a grid, an alpha of each."""
    primary, references = meta.get(b"pitm", b""), meta.get(b"iref", b"\0\0\0\0")
    shown = {number(primary, _FULL, 4 if number(primary, 0, 1) else 2)}
    wide = 4 if number(references, 0, 1) else 2
    has_alpha: set[int] = set()
    waiting = [*_boxes(references[_FULL:])]
    for _ in range(2):  # the alpha of a grid is one itself
        for name, body in waiting:
            reader = _Reader(body)
            source = reader.take(wide)
            targets = [reader.take(wide) for _ in range(reader.take(2))]
            reader.end()
            if name == b"dimg" and source in shown:
                shown.update(targets)
            elif name == b"auxl" and shown.issuperset(targets) and source not in shown:
                if has_alpha.isdisjoint(targets):
                    shown.add(source)
                has_alpha.update(targets)
    return shown


def _is_covered(data: bytes, items: Iterable[list[tuple[int, int]]]) -> bool:
    """Tell whether the items are all that is in the part of the file for them."""
    begin = at = 0
    for name, body in _boxes(data):
        if name == b"mdat":
            begin, at = at + 8, at + 8 + len(body)
            break
        at += 8 + len(body)
    reached = begin
    for first, last in sorted(extent for extents in items for extent in extents):
        if first > reached or first < begin:
            return False
        reached = max(reached, last)
    return reached == at


class _Reader:
    """Takes numbers of some bytes from a box, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> int:
        self._at += length
        return number(self._data, self._at - length, length)

    def end(self) -> None:
        if self._at != len(self._data):
            raise _Unusual("a box is longer than what it says")


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
    if name == b"auxC":
        return body[_FULL:] in _ALPHA
    return name in _PROPERTIES and len(body) <= _MAX_PROPERTY_BYTES


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length, name = number(data, at, 4), taken(data, at + 4, 4)
        length = length or len(data) - at
        yield name, taken(data, at + 8, length - 8)
        at += length
