"""BMP container: the plain one stays as it is, every other is made a PNG."""

from canvas_server.pictures.containers import Stripped, number, taken

_HEADERS = 54
_PLAIN_HEADER = 40


def strip(data: bytes) -> Stripped:
    """Tell whether a BMP holds nothing but its pixels.

    Raises:
        BrokenPicture: it is cut off.
    """
    taken(data, 0, _HEADERS)
    return Stripped(data, again=not _is_plain(data))


def _is_plain(data: bytes) -> bool:
    header, compression, bits = (number(data, at, n, little=True) for at, n in _PLACES)
    colors = number(data, 46, 4, little=True) or (1 << bits if bits <= 8 else 0)
    if header != _PLAIN_HEADER or compression or bits not in (1, 4, 8, 24, 32) or colors > 256:
        return False
    width, height = (number(data, at, 4, little=True) for at in (18, 22))
    height = min(height, 2**32 - height)  # negative: from the top down
    begin = _HEADERS + 4 * colors
    size = begin + (width * bits + 31) // 32 * 4 * height
    stated = [number(data, at, 4, little=True) for at in (2, 10)]
    return stated == [size, begin] and size == len(data) and not any(data[6:10])


_PLACES = ((14, 4), (30, 4), (28, 2))
