"""Sizes of pictures are read from their headers; the page reads the same samples."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.rasters import is_markup, measure

SAMPLES = json.loads((Path(__file__).parents[2] / "samples" / "pictures.json").read_text())
DATA = [base64.b64decode(sample["data"]) for sample in SAMPLES]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_header_says_how_large_a_picture_is(sample: dict[str, Any]) -> None:
    data = base64.b64decode(sample["data"])
    found = measure(data)
    assert (None if found is None else msgspec.to_builtins(found)) == sample["expected"]
    assert (found is None and is_markup(data)) == sample["markup"]


@given(st.sampled_from(DATA), st.integers(0, 200), st.binary(max_size=8))
def test_whatever_is_in_it_reading_ends(data: bytes, at: int, patch: bytes) -> None:
    for broken in (data[:at], data[:at] + patch + data[at + len(patch) :]):
        found = measure(broken)
        assert found is None or (found.pixels >= 0 and found.passes >= 1)
