"""The readers of containers take any bytes, and what they have taken in they leave as it is."""

import contextlib
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.pictures import avif, bmp, gif, jpeg, png, webp
from canvas_server.pictures.containers import BrokenPicture, Stripped, orientation_of
from canvas_server.pictures.profiles import is_standard
from support.hub.pictures import encoded, exif, halves, photo

pytestmark = pytest.mark.rule("SCN10")

READERS: dict[str, Callable[[bytes], Stripped]] = {
    "PNG": png.strip,
    "JPEG": jpeg.strip,
    "GIF": gif.strip,
    "WEBP": webp.strip,
    "AVIF": avif.strip,
    "BMP": bmp.strip,
}
SAMPLES = {
    form: [encoded(halves(16, 8), form)] + ([photo(6, form)] if form not in ("GIF", "BMP") else [])
    for form in READERS
}
edits = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(0, 6), st.binary(max_size=6)), max_size=4
)


@pytest.mark.parametrize("form", READERS)
@given(edits=edits, which=st.integers(0, 1))
def test_any_bytes_are_read_or_refused_and_reading_twice_changes_nothing(
    form: str, edits: list[tuple[int, int, bytes]], which: int
) -> None:
    content = SAMPLES[form][which % len(SAMPLES[form])]
    for at, gone, new in edits:
        at %= len(content)
        content = content[:at] + new + content[at + gone :]
    with contextlib.suppress(BrokenPicture):
        once = READERS[form](content)
        twice = READERS[form](once.data)
        assert twice == Stripped(once.data, again=once.again)


@given(st.binary(max_size=400))
def test_exif_and_profiles_may_be_anything(content: bytes) -> None:
    whole = exif(6).tobytes()
    assert orientation_of(whole) == 6
    for data in (content, whole[:20] + content, b"II*\0\x08\0\0\0" + content):
        assert 1 <= orientation_of(data) <= 8
        assert is_standard(data) is False
    assert is_standard(len(content).to_bytes(4) + content[4:]) is False


HIDDEN = b"somebody lives here" * 30


def is_free_of(form: str, content: bytes) -> bool:
    """Tell whether what was hidden is cut out, or leads to encoding anew."""
    assert HIDDEN in content
    stripped = READERS[form](content)
    return stripped.again or HIDDEN not in stripped.data


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + (len(body) + 2).to_bytes(2) + body


def test_segments_of_a_jpeg_that_no_decoder_reads_hide_nothing() -> None:
    content = encoded(halves(16, 8), "JPEG")
    assert not jpeg.strip(content).again
    for place in (2, len(content) - 2):
        number_of_lines = segment(0xDC, HIDDEN)
        assert is_free_of("JPEG", content[:place] + number_of_lines + content[place:])


def test_tables_of_a_jpeg_that_others_take_the_place_of_hide_nothing() -> None:
    content = encoded(halves(16, 8), "JPEG")
    at = content.index(b"\xff\xdb")
    padded = HIDDEN + bytes(-len(HIDDEN) % 64)
    tables = b"".join(b"\0" + padded[n : n + 64] for n in range(0, len(padded), 64))
    assert jpeg.strip(content[:at] + segment(0xDB, tables) + content[at:]).again
    huffman = segment(0xC4, b"\x13" + bytes(15) + b"\xff" + HIDDEN[:255])
    assert not jpeg.strip(content[:at] + huffman + content[at:]).again
    assert jpeg.strip(content[:at] + huffman * 2 + content[at:]).again


def test_a_histogram_in_a_png_hides_nothing() -> None:
    content = encoded(halves(16, 8), "PNG")
    body = HIDDEN[:500]
    chunk = len(body).to_bytes(4) + b"hIST" + body + zlib.crc32(b"hIST" + body).to_bytes(4)
    at = content.index(b"IDAT") - 4
    stripped = png.strip(content[:at] + chunk + content[at:])
    assert stripped == Stripped(content)


def longer(content: bytes, name: bytes, extra: bytes) -> bytes:
    """Put bytes at the end of a box that holds no others."""
    at = content.index(name) - 4
    length = int.from_bytes(content[at : at + 4])
    head, end = (length + len(extra)).to_bytes(4), at + length
    return content[:at] + head + content[at + 4 : end] + extra + content[end:]


@pytest.mark.parametrize("alpha", [False, True])
def test_what_no_item_of_an_avif_names_is_encoded_anew(alpha: bool) -> None:
    picture = halves(16, 8)
    if alpha:
        picture.putalpha(100)
    content = encoded(picture, "AVIF")
    assert avif.strip(content) == Stripped(content)
    assert avif.strip(longer(content, b"mdat", HIDDEN)).again
    place = content.index(b"iloc") + 4
    assert avif.strip(content[:place] + b"\x03" + content[place + 1 :]).again
