"""The readers of containers take any bytes, and what they have taken in they leave as it is."""

import contextlib
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
