"""Sizes of pictures are read from their headers; the page reads the same samples."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.scene.rasters import is_markup, measure

SAMPLES = json.loads((Path(__file__).parents[3] / "samples" / "pictures.json").read_text())
DATA = [base64.b64decode(sample["data"]) for sample in SAMPLES]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_header_says_how_large_a_picture_is(sample: dict[str, Any]) -> None:
    data = base64.b64decode(sample["data"])
    found = measure(data)
    sizes = None if found is None else msgspec.to_builtins(found)
    assert sizes == (sample["expected"] and sample["expected"] | {"intricate": False})
    assert (found is None and is_markup(data)) == sample["markup"]


@given(st.sampled_from(DATA), st.integers(0, 200), st.binary(max_size=8))
def test_whatever_is_in_it_reading_ends(data: bytes, at: int, patch: bytes) -> None:
    for broken in (data[:at], data[:at] + patch + data[at + len(patch) :]):
        found = measure(broken)
        assert found is None or (found.pixels >= 0 and found.passes >= 1)


FRAME = b"\xc0\x00\x11\x08\x00\x09\x00\x07"
GIF = b"GIF89a\x09\x00\x07\x00\x00\x00\x00"


@pytest.mark.rule("SCN10")
@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xd0" * 196_000 + b"\xff" + FRAME,
        b"\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif" + b"ispe" * 98_000,
        GIF + (b"," + b"\x00" * 11) * 32_000,
        GIF + b"!\xf9" + b"\x01x" * 190_000,
        b"\x89PNG\r\n\x1a\n" + (b"\x00" * 4 + b"IDAT" + b"\x00" * 4) * 32_000,
        b"RIFF\x00\x00\x00\x00WEBPVP8X" + b"\x00" * 390_000,
    ],
)
def test_a_picture_of_very_many_parts_is_not_read_to_its_end(data: bytes) -> None:
    """Each part takes time, and a small one costs its sender nothing."""
    found = measure(data)
    assert found is not None
    assert found.intricate


def test_fill_bytes_are_one_part() -> None:
    found = measure(b"\xff\xd8" + b"\xff" * 393_000 + FRAME)
    assert found is not None
    assert (found.width, found.height, found.intricate) == (7, 9, False)
