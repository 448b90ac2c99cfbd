"""ICC profiles that may stay in a picture: small ones of a colour space that is known by its name.

Others may hold anything: the serial number of a screen, a text, private tags. ICC.1:2022.
"""

from canvas_server.pictures.containers import BrokenPicture, number, taken

MAX_BYTES = 4096
_MAX_TAGS = 32
_KNOWN = (
    *("sRGB", "c2", "uRGB", "Display P3", "uP3", "P3 ", "Adobe RGB", "Compatible with Adobe RGB"),
    *("ProPhoto", "ROMM RGB", "Rec. 2020", "Rec.2020", "BT.2020", "Rec. 709", "Dot Gain", "Gray"),
    *("Generic Gray", "Generic RGB", "sGray", "GIMP built-in sRGB", "Apple RGB", "GRAY"),
)
"""How the names of those colour spaces begin."""
_TAGS = frozenset(
    (
        *(b"desc", b"cprt", b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"),
        *(b"kTRC", b"chad", b"lumi", b"meas", b"tech", b"view", b"vued", b"dmnd", b"dmdd", b"cicp"),
        *(b"chrm", b"mmod", b"dscm"),
    )
)


def is_standard(profile: bytes) -> bool:
    """Tell whether a profile is a small one that says nothing but which colour space it is."""
    try:
        return len(profile) <= MAX_BYTES and _is_standard(profile)
    except BrokenPicture:
        return False


def _is_standard(profile: bytes) -> bool:
    if number(profile, 0, 4) != len(profile) or profile[36:40] != b"acsp":
        return False
    count = number(profile, 128, 4)
    if count > _MAX_TAGS:
        return False
    tags = {
        taken(profile, 132 + 12 * index, 4): taken(
            profile, number(profile, 136 + 12 * index, 4), number(profile, 140 + 12 * index, 4)
        )
        for index in range(count)
    }
    ends = [
        number(profile, 136 + 12 * index, 4) + number(profile, 140 + 12 * index, 4)
        for index in range(count)
    ]
    has_more = len(profile) - max(ends, default=0) > 3  # it is padded to a multiple of four
    return (
        tags.keys() <= _TAGS and not has_more and _name(tags.get(b"desc", b"")).startswith(_KNOWN)
    )


def _name(tag: bytes) -> str:
    """Return the text of a `desc` tag, of version 2 or 4."""
    if tag.startswith(b"desc"):
        return taken(tag, 12, number(tag, 8, 4)).rstrip(b"\0").decode("ascii", "replace")
    if tag.startswith(b"mluc"):
        return taken(tag, number(tag, 24, 4), number(tag, 20, 4)).decode("utf-16-be", "replace")
    return ""
