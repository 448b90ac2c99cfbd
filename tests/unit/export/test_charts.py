"""What chart data say is the same on the page and in an export."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.export.charts import (
    MOST_MARKS,
    MOST_PLACES,
    MOST_SERIES,
    ValueSeries,
    marks_of,
    normal_chart,
)

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
