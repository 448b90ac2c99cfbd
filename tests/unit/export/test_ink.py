"""Strokes in the export: the form that the page draws."""

import json
import math
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.export import budget
from canvas_server.export.inkline import fit, form_of
from canvas_server.protocol.kinds import Ink
from canvas_server.protocol.scene import Transform
from support.hub.drawings import SVG, read, scene_of

SAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "samples" / "ink.json").read_text()
)
NUMBER = re.compile(r"-?[\d.]+")


@pytest.mark.rule("INK8")
@pytest.mark.parametrize("sample", SAMPLES, ids=[sample["name"] for sample in SAMPLES])
def test_a_stroke_has_the_form_that_the_page_draws(sample: dict[str, Any]) -> None:
    ink = msgspec.convert(sample["kind"], Ink)
    form = form_of(fit(ink, sample["width"], sample["height"]))
    expected = sample["form"]
    assert form.width == pytest.approx(expected["width"], abs=0.05)
    assert NUMBER.sub("", form.d) == NUMBER.sub("", expected["d"])
    numbers = [float(number) for number in NUMBER.findall(form.d)]
    assert numbers == pytest.approx([float(n) for n in NUMBER.findall(expected["d"])], abs=0.05)


def test_a_marker_is_seen_through_and_ink_without_a_colour_is_that_of_the_page() -> None:
    marker = Ink(((0.0, 0.0), (100.0, 0.0)), "#ffd43b", 8, "marker")
    pen = Ink(((0.0, 0.0, 0.2), (100.0, 50.0, 0.9)))
    root = read(scene_of((marker, Transform(10, 20, 100, 0)), (pen, Transform(0, 0, 100, 50))))
    drawn, filled = root.iter(f"{SVG}path")
    assert drawn.attrib["d"].startswith("M10 20C")
    assert drawn.attrib["stroke-width"] == "24"
    assert drawn.attrib["stroke-opacity"] == "0.4"
    assert filled.attrib["fill"] == "#1b1e27"


def test_what_is_drawn_of_many_strokes_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_POINTS_OF_ALL", 10)
    strokes = [Ink(tuple((float(n), 0.0) for n in range(6)))] * 2
    root = read(scene_of(*strokes))
    assert len(list(root.iter(f"{SVG}path"))) == 1
    assert "strokes, which are too many (1)" in (root.findtext(f"{SVG}desc") or "")


def test_numbers_far_away_do_no_harm() -> None:
    far = Ink(((-1e6, 1e6, 0.5), (1e6, -1e6, 0.5)), size=200)
    form = form_of(fit(far, 1e6, 1e6))
    assert all(math.isfinite(float(number)) for number in NUMBER.findall(form.d))
