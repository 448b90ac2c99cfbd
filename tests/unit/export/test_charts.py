"""What chart data say is the same on the page and in an export."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.export import colors, svg
from canvas_server.export.charts import (
    MOST_MARKS,
    MOST_PLACES,
    MOST_SERIES,
    ValueSeries,
    marks_of,
    normal_chart,
)
from canvas_server.protocol.kinds import Chart
from canvas_server.protocol.scene import Transform
from support.hub.drawings import scene_of

SAMPLES = json.loads((Path(__file__).parents[2] / "samples" / "charts.json").read_text())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_the_samples_of_the_page(sample: dict[str, Any]) -> None:
    chart = normal_chart(sample["chart_type"], sample["data"])
    assert json.loads(msgspec.json.encode(chart)) == sample["expected"]


@pytest.mark.parametrize(
    "data", [None, 7, "text", [], {}, {"values": ["x", True, None, {}, [1]]}, {"series": [3, {}]}]
)
@pytest.mark.parametrize("chart_type", ["bar", "scatter", "pie", "?"])
def test_what_cannot_be_drawn_is_nothing(chart_type: str, data: object) -> None:
    assert normal_chart(chart_type, data) is None


def test_numbers_out_of_reach_are_gaps() -> None:
    chart = normal_chart("bar", [10**400, "1e999", " 2 ", 1.0])
    assert chart is not None
    assert chart.series == (ValueSeries("", (None, None, 2.0, 1.0)),)


def test_labels_are_written_as_the_page_writes_them() -> None:
    chart = normal_chart("bar", {"labels": [2024.0, 1.5, "a", True], "values": [1, 2, 3, 4, 5]})
    assert chart is not None
    assert chart.labels == ("2024", "1.5", "a", "", "5")


@pytest.mark.slow
def test_of_too_much_a_part_is_drawn() -> None:
    """Nobody can make a small element a large picture."""
    data = {"labels": [1] * 100_000, "series": [[n] for n in range(50_000)]}
    chart = normal_chart("line", data)
    assert chart is not None
    assert len(chart.labels) == MOST_MARKS // MOST_SERIES
    assert len(chart.series) == MOST_SERIES
    chart = normal_chart("line", list(range(2 * MOST_PLACES)))
    assert chart is not None
    assert chart.labels[:3] == ("1", "3", "5")
    assert isinstance(chart.series[0], ValueSeries)
    assert chart.series[0].values[-1] == 2 * MOST_PLACES - 2


@pytest.mark.parametrize("form", ["bar", "line", "pie", "scatter"])
def test_places_by_series_are_bounded(form: str) -> None:
    chart = normal_chart(form, {"series": [list(range(1, 1901))] * MOST_SERIES})
    assert chart is not None
    assert MOST_MARKS / 2 < marks_of(chart) <= MOST_MARKS


def paths(form: str, *values: float | None) -> list[str]:
    """Return the paths of a chart, without those of its scale."""
    data = {"labels": [str(n) for n in range(len(values))], "values": [*values]}
    root = svg.draw(scene_of((Chart(form, data), Transform(0, 0, 400, 300)))).root
    parts = [part for part in root.iter("path") if part.attrib.get("stroke") != colors.LINE]
    return [part.attrib["d"] for part in parts if part.attrib["d"]]


@pytest.mark.report(
    "picture",
    "A line goes on where a value is missing, in the exported picture alone.",
    "lines and areas of 3, 2, nothing, 4 and 1",
    "The line ends at the gap and begins behind it anew, as on the page, and so does what is filled.",
)
@pytest.mark.parametrize(("form", "each"), [("line", 1), ("area", 2)])
def test_lines_are_interrupted_by_gaps(form: str, each: int) -> None:
    assert len(paths(form, 3, 2, 2, 4, 1)) == each
    assert len(paths(form, 3, 2, None, 4, 1)) == 2 * each
    assert len(paths(form, None, 2, 3, None)) == each
    for path in paths("area", 3, 2, None, 4, 1)[::2]:
        base, *_, end = re.findall(r"[\d.]+ [\d.]+", path)
        assert base.split()[1] == end.split()[1]


@pytest.mark.report(
    "picture",
    "Pies are empty, or have other parts, in the exported picture.",
    "parts of 1 and 0.000000001; of 1, -1 and 2",
    "The circle is whole; parts below zero are as large as on the page.",
)
@pytest.mark.parametrize("form", ["pie", "donut"])
def test_parts_of_a_whole_are_those_of_the_page(form: str) -> None:
    assert paths(form, 1e-9, 1) == paths(form, 0, 1)
    assert paths(form, 1, 1e-9, 1) == paths(form, 1, 0, 1)
    assert paths(form, 1, -1, 2) == paths(form, 1, 1, 2)
    assert len(paths(form, 1, -1, 2)) == 3
