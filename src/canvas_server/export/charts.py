"""Chart data in a normal form, read from any of the usual forms.

The page reads them with `web/kinds/chart/data.js`; both are held against tests/samples/charts.json.
"""

import math
import re
from typing import Any, Literal, cast

from msgspec import Struct

Form = Literal["bar", "line", "area", "pie", "donut", "scatter"]
_FORMS: dict[str, Form] = {
    "bar": "bar",
    "column": "bar",
    "line": "line",
    "area": "area",
    "pie": "pie",
    "donut": "donut",
    "doughnut": "donut",
    "scatter": "scatter",
}
MOST_SERIES = 50
MOST_PLACES = 2000
"""More cannot be told apart in a picture: of more, every second, third and so on is taken."""
MOST_MARKS = 20_000
"""Bars, points or slices of one chart: places by series."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class ValueSeries(Struct, frozen=True):
    """A number for each label; None is a gap."""

    name: str
    values: tuple[float | None, ...]


class PointSeries(Struct, frozen=True):
    """Points by x and y."""

    name: str
    points: tuple[tuple[float, float], ...]


class LabelledChart(Struct, frozen=True):
    """Every form but scatter: as many labels as each series has values."""

    form: Form
    title: str
    labels: tuple[str, ...]
    series: tuple[ValueSeries, ...]


class ScatterChart(Struct, frozen=True):
    """Points, and no labels."""

    title: str
    series: tuple[PointSeries, ...]
    form: Form = "scatter"
    labels: tuple[str, ...] = ()


class _Datum(Struct):
    """A number, where it stands, and what it is called."""

    x: Any = None
    y: Any = None
    label: Any = None


class _Series(Struct):
    name: str
    data: list[_Datum]


def normal_chart(chart_type: str, data: object) -> LabelledChart | ScatterChart | None:
    """Return a chart in the normal form; None where there is nothing to draw."""
    form = _FORMS.get(chart_type.strip().lower(), "bar")
    source = _fields(data)
    if source is None:
        return None
    labels = _first_list(source, "labels", "x_labels") or []
    series = _raw_series(source)
    title = _words(source.get("title"))
    if form == "scatter":
        return _scatter(title, labels, series)
    return _labelled(form, title, labels, series)


def _raw_series(source: dict[str, Any]) -> list[_Series]:
    several = _first_list(source, "series", "datasets")
    found: list[_Series] = []
    for one in [source] if several is None else several[:MOST_SERIES]:
        fields = _fields(one)
        values = None if fields is None else _first_list(fields, "values", "points", "data")
        if fields is None or values is None:
            continue
        name = "" if several is None else _words(_given(fields.get("name"), fields.get("label")))
        found.append(_Series(name, [_datum(item) for item in values]))
    return found


def _datum(item: object) -> _Datum:
    """Read a number, or a point as ``{x, y, label}`` or ``[x, y]``."""
    if isinstance(item, list):
        pair = [*cast("list[Any]", item), None, None]
        return _Datum(pair[0], pair[1])
    point = _record(item)
    if point is None:
        return _Datum(y=item)
    return _Datum(
        point.get("x"),
        _given(point.get("y"), point.get("value")),
        _given(point.get("label"), point.get("name")),
    )


def _labelled(
    form: Form, title: str, labels: list[Any], series: list[_Series]
) -> LabelledChart | None:
    places = _places(max([len(labels), *(len(one.data) for one in series)]), len(series))
    drawn = tuple(
        ValueSeries(
            one.name,
            tuple(
                _number(one.data[place].y) if place < len(one.data) else None for place in places
            ),
        )
        for one in series
    )
    if all(value is None for one in drawn for value in one.values):
        return None
    named = tuple(_label(labels, series, place) for place in places)
    return LabelledChart(form, title, named, drawn)


def _label(labels: list[Any], series: list[_Series], place: int) -> str:
    """Return what is at a place: its label, or what a point there says, or its number."""
    here = [one.data[place] for one in series if place < len(one.data)]
    own = labels[place] if place < len(labels) else None
    said = (own, *(datum.label for datum in here), *(datum.x for datum in here), place + 1)
    return _words(_given(*said))


def _scatter(title: str, labels: list[Any], series: list[_Series]) -> ScatterChart | None:
    drawn: list[PointSeries] = []
    for one in series:
        points: list[tuple[float, float]] = []
        for place in _places(len(one.data), len(series)):
            datum = one.data[place]
            own = labels[place] if place < len(labels) else None
            across, up = _number(_given(datum.x, own, place + 1)), _number(datum.y)
            if across is not None and up is not None:
                points.append((across, up))
        drawn.append(PointSeries(one.name, tuple(points)))
    return ScatterChart(title, tuple(drawn)) if any(one.points for one in drawn) else None


def marks_of(chart: LabelledChart | ScatterChart) -> int:
    """Return how many bars, points or slices a chart has."""
    if isinstance(chart, ScatterChart):
        return sum(len(one.points) for one in chart.series)
    return len(chart.labels) * len(chart.series)


def _places(length: int, series: int) -> range:
    most = min(MOST_PLACES, MOST_MARKS // max(1, series))
    return range(0, length, -(-length // most) or 1)


def _given(*values: Any) -> Any:
    """Return the first that is not None."""
    return next((value for value in values if value is not None), None)


def _number(value: object) -> float | None:
    """Return a finite number, also of one in words; None for what is none."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        value = float(found[0]) if found else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _words(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))  # as the page writes it
    return str(value)


def _first_list(fields: dict[str, Any], *names: str) -> list[Any] | None:
    return next((fields[name] for name in names if isinstance(fields.get(name), list)), None)


def _fields(value: object) -> dict[str, Any] | None:
    """Return the fields of an object; a bare list is one of values."""
    return {"values": cast("list[Any]", value)} if isinstance(value, list) else _record(value)


def _record(value: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
