"""What the readers of picture containers share: result, error, and the orientation in Exif."""

from msgspec import Struct

NORMAL = 1
"""Orientation of a picture that is shown as it is stored."""
ORIENTATION = 0x0112
"""The tag of Exif that says how a picture is turned."""
_SHORT = 3
_MAX_ENTRIES = 1000


class BrokenPicture(Exception):
    """A picture is cut off, or not made as its format says."""


class Stripped(Struct, frozen=True):
    """A picture without anything but what is needed to show it."""

    data: bytes
    """The same bytes, where there was nothing else."""
    orientation: int = NORMAL
    """Exif's, from 1 to 8, which `data` say nothing of any more."""
    profile: bytes | None = None
    """An ICC profile that was taken out: the colours are meant by it."""
    again: bool = False
    """It has what cannot be taken out: it is to be encoded anew."""


def taken(data: bytes, at: int, length: int) -> bytes:
    """Return `length` bytes.

    Raises:
        BrokenPicture: they are not there.
    """
    if length < 0 or at + length > len(data):
        raise BrokenPicture("it is cut off")
    return data[at : at + length]


def number(data: bytes, at: int, length: int, *, little: bool = False) -> int:
    """Return an unsigned integer.

    Raises:
        BrokenPicture: it is not there.
    """
    return int.from_bytes(taken(data, at, length), "little" if little else "big")


def orientation_of(exif: bytes) -> int:
    """Return the orientation that Exif data name (a TIFF file: CIPA DC-008 section 4.5)."""
    exif = exif.removeprefix(b"Exif\0\0")
    little = exif.startswith(b"II")
    try:
        at = number(exif, 4, 4, little=little)
        entries = min(number(exif, at, 2, little=little), _MAX_ENTRIES)
        for place in range(at + 2, at + 2 + 12 * entries, 12):
            tag, kind = (number(exif, place + part, 2, little=little) for part in (0, 2))
            if (tag, kind) == (ORIENTATION, _SHORT):
                found = number(exif, place + 8, 2, little=little)
                return found if NORMAL <= found <= 8 else NORMAL
    except BrokenPicture:
        pass
    return NORMAL
