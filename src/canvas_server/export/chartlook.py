"""Charts, drawn by pygal and dressed in the colours of the page.

pygal gives its drawing classes, a style sheet and a script. Here each part that is drawn is made
anew with its look as attributes, and the rest is left behind, so that charts beside each other, and
the page around them, do not disturb each other.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any, cast
from xml.etree.ElementTree import Element as Node

import pygal  # type: ignore[import-untyped]
from pygal.style import Style  # type: ignore[import-untyped]

from canvas_server.export import colors
from canvas_server.export.charts import LabelledChart, ScatterChart
from canvas_server.export.lettering import label
from canvas_server.export.shapes import node
from canvas_server.export.shaping import shortened, width_of

_LEAST_SIDE = 120.0
_MOST_SIDE = 4000.0
_MOST_DOTS = 60
_MOST_LEGENDS = 12
_MOST_TURNED = 12
_BEYOND = 1e15
"""Numbers are drawn up to here: pygal's scales end in infinities beyond."""
_NOTHING = 1e-100
"""Numbers nearer to 0 are drawn as 0: the steps of pygal's scales would vanish."""
_LEAST_PART = 1e-5
"""Of a whole."""

NormalChart = LabelledChart | ScatterChart


def draw(parent: Node, chart: NormalChart, x: float, y: float, width: float, height: float) -> None:
    """Draw a chart into a box; in a small or a huge one it is scaled."""
    scale = max(1.0, _LEAST_SIDE / max(1.0, min(width, height)))
    scale /= max(1.0, max(width, height) * scale / _MOST_SIDE)
    across, down = (max(_LEAST_SIDE, side * scale) for side in (width, height))
    inner = node(
        parent,
        "svg",
        x=x,
        y=y,
        width=width,
        height=height,
        viewBox=f"0 0 {across:.2f} {down:.2f}",
    )
    _ChartDrawing(chart, across, down).into(inner)


class _ChartDrawing:
    def __init__(self, chart: NormalChart, width: float, height: float) -> None:
        self._chart = chart
        self._width = width
        self._height = height
        self._size = min(18.0, max(9.0, min(width, height) / 22))
        self._round = chart.form in ("pie", "donut")

    def into(self, parent: Node) -> None:
        """Draw title, legend, and what is left for the plot."""
        size, chart = self._size, self._chart
        left, top, right, bottom = 0.0, 0.0, self._width, self._height
        if chart.title:
            title = shortened(chart.title, self._width, size * 1.25, 600)
            look = {"font_size": size * 1.25, "font_weight": "600", "fill": colors.INK}
            label(parent, title, x=0, y=size * 1.25, **look)
            top += size * 2.2
        names = self._legend()
        if names and self._round:
            right -= self._beside(parent, names, top)
        elif names:
            bottom -= self._below(parent, names)
        width, height = right - left, bottom - top
        if width >= 20 and height >= 20:
            place = node(parent, "g", transform=f"translate({left:.2f} {top:.2f})")
            _Dressing(self._form(), size).dress(self._plot(width, height), place)

    def _form(self) -> str:
        return self._chart.form

    def _legend(self) -> list[str]:
        chart = self._chart
        if self._round:
            names = list(chart.labels)
        else:
            names = [series.name for series in chart.series] if len(chart.series) > 1 else []
        rest = len(names) - _MOST_LEGENDS
        return names if rest <= 0 else [*names[:_MOST_LEGENDS], f"+{rest}"]

    def _beside(self, parent: Node, names: list[str], top: float) -> float:
        """Write the legend at the right; return how much of the width it takes."""
        size = self._size
        line = size * 1.7
        names = names[: max(1, int((self._height - top) / line))]
        most = self._width * 0.4 - size * 2
        short = [shortened(name, most, size) for name in names]
        wide = max(width_of(name, size) for name in short) + size * 2
        first = top + (self._height - top - line * len(short)) / 2
        for place, name in enumerate(short):
            self._entry(parent, place, name, self._width - wide + size / 2, first + line * place)
        return wide

    def _below(self, parent: Node, names: list[str]) -> float:
        """Write the legend in rows at the bottom; return how much of the height it takes."""
        size = self._size
        line = size * 1.7
        rows: list[list[tuple[int, str, float]]] = [[]]
        used = 0.0
        for place, name in enumerate(names):
            short = shortened(name, self._width / 2, size)
            wide = width_of(short, size) + size * 2.6
            if rows[-1] and used + wide > self._width:
                rows.append([])
                used = 0.0
            rows[-1].append((place, short, wide))
            used += wide
        rows = rows[: max(1, int(self._height / 4 / line))]
        for row, entries in enumerate(rows):
            x = (self._width - sum(wide for _, _, wide in entries) + size) / 2
            y = self._height - line * (len(rows) - row)
            for place, short, wide in entries:
                self._entry(parent, place, short, x, y + line - size * 1.4)
                x += wide
        return line * len(rows) + size * 0.2

    def _entry(self, parent: Node, place: int, name: str, x: float, y: float) -> None:
        size = self._size
        color = colors.SERIES[place % len(colors.SERIES)]
        if not name.startswith("+") or place < _MOST_LEGENDS:
            box = {"width": size * 0.9, "height": size * 0.9, "rx": size * 0.25}
            node(parent, "rect", x=x, y=y + size * 0.15, **box, fill=color)
        look = {"font_size": size, "fill": colors.INK_SOFT}
        label(parent, name, x=x + size * 1.4, y=y + size * 0.95, **look)

    def _plot(self, width: float, height: float) -> Node:
        size = round(self._size)
        style = Style(label_font_size=size, major_label_font_size=size, colors=colors.SERIES)
        options: dict[str, Any] = {
            "width": round(width),
            "height": round(height),
            "style": style,
            "js": [],
            "css": [],
            "no_prefix": True,
            "explicit_size": True,
            "show_legend": False,
            "margin": 4,
            "max_scale": max(2, min(8, int(height / size / 2.5))),
            "min_scale": 2,
            "value_formatter": _written,
            "x_value_formatter": _written,
            "dots_size": 3,
            "truncate_label": 24,
        }
        return cast("Node", self._made(options, width).render_tree())

    def _made(self, options: dict[str, Any], width: float) -> Any:
        chart = self._chart
        if isinstance(chart, ScatterChart):
            made: Any = pygal.XY(stroke=False, show_x_guides=True, **options)
            for series in chart.series:
                made.add(series.name, [(_near(x), _near(y)) for x, y in series.points])
            return made
        if self._round:
            made = pygal.Pie(inner_radius=0.58 if chart.form == "donut" else 0, **options)
            values = next(
                (one.values for one in chart.series if any(one.values)), chart.series[0].values
            )
            for label, part in zip(chart.labels, _parts(values), strict=True):
                made.add(label, part)
            return made
        count = len(chart.labels)
        if chart.form == "bar":
            made = pygal.Bar(rounded_bars=3 if count * len(chart.series) < 60 else 0, **options)
        else:
            dots = count <= _MOST_DOTS
            options |= {"allow_interruptions": True, "show_dots": dots}
            made = _InterruptedLine(fill=chart.form == "area", **options)
        if chart.form == "area":
            made.zero = 0
            made.include_x_axis = True
        self._label(made, chart.labels, width, options["height"])
        for series in chart.series:
            made.add(series.name, [None if v is None else _near(v) for v in series.values])
        return made

    def _label(self, made: Any, labels: tuple[str, ...], width: float, height: float) -> None:
        """Write below the plot as many labels as have room; a few long ones are turned."""
        size = self._size
        short = [shortened(label, size * 14, size) for label in labels]
        room = (width - size * 4) / len(short)
        longest = max(width_of(label, size) for label in short) + size
        if longest <= room:
            made.x_labels = short
        elif len(short) <= _MOST_TURNED and room >= size:
            made.x_labels = [shortened(label, height * 0.45, size) for label in labels]
            made.x_label_rotation = 40
        else:
            step = math.ceil(longest / room)
            made.x_labels = [
                label if place % step == 0 else "" for place, label in enumerate(short)
            ]


class _InterruptedLine(pygal.Line):
    """A line that ends at a gap and begins behind it anew, as on the page, also where filled."""

    def _fill(self, values: list[tuple[float | None, float | None]]) -> list[Any]:
        filled: list[Any] = []
        for is_gap, part in itertools.groupby(values, key=lambda point: None in point):
            if not is_gap:
                area = cast("Any", super())._fill(list(part))  # noqa: SLF001 - this is one of it
                filled += [*area, (None, None)]
        return filled


class _Dressing:
    """Makes the parts of a pygal drawing anew."""

    def __init__(self, form: str, size: float) -> None:
        self._form = form
        self._size = size

    def dress(self, drawing: Node, parent: Node) -> None:
        for child in drawing:
            self._part(child, parent, frozenset(), None)

    def _part(self, part: Node, parent: Node, within: frozenset[str], color: str | None) -> None:
        kinds = frozenset(part.get("class", "").split())
        if "background" in kinds or kinds & {"tooltip-overlay", "text-overlay", "titles"}:
            return
        for kind in kinds:
            if kind.startswith("color-"):
                color = colors.SERIES[int(kind[6:]) % len(colors.SERIES)]
        match part.tag:
            case "g":
                given = part.get("transform")
                group = node(parent, "g", **({"transform": given} if given else {}))
                for child in part:
                    self._part(child, group, within | kinds, color)
                if len(group) == 0:
                    parent.remove(group)
            case "text":
                self._text(part, parent, within)
            case "path" | "rect" | "circle":
                look = self._look(part, kinds, within, color or colors.INK_SOFT)
                if look is None:
                    return
                node(parent, part.tag, **_shape(part), **look)
                if self._form == "area" and "line" in kinds and "axis" not in within:
                    upper = _upper_edge(part.get("d", ""))
                    node(parent, "path", d=upper, **self._line(color or colors.INK_SOFT))
            case _:
                pass  # titles, definitions, styles and scripts

    def _text(self, part: Node, parent: Node, within: frozenset[str]) -> None:
        words = "".join(part.itertext())
        if not words or "axis" not in within:
            return
        given = part.get("transform")
        anchor = "end" if "y" in within else "start" if given else "middle"
        turn = {"transform": given} if given else {}
        look = {"font_size": self._size, "fill": colors.INK_SOFT, "text_anchor": anchor}
        label(parent, words, x=part.get("x", "0"), y=part.get("y", "0"), **look, **turn)

    def _look(
        self, part: Node, kinds: frozenset[str], within: frozenset[str], color: str
    ) -> dict[str, float | str] | None:
        if "axis" in within:
            if "x" in within and self._form != "scatter":
                return None  # upright lines say nothing beside the labels
            return {"fill": "none", "stroke": colors.LINE, "stroke_width": 1}
        if self._form in ("pie", "donut"):
            return {"fill": color, "stroke": colors.SURFACE, "stroke_width": 2}
        if part.tag == "path" and "line" in kinds:
            if self._form == "area":
                return {"fill": color, "fill_opacity": 0.22}
            return self._line(color)
        return {"fill": color}

    def _line(self, color: str) -> dict[str, float | str]:
        width = max(1.5, self._size / 6)
        look = {"fill": "none", "stroke": color, "stroke_width": width}
        return {**look, "stroke_linejoin": "round", "stroke_linecap": "round"}


def _upper_edge(path: str) -> str:
    """Return the path of a filled line without its first and last point, which are on the base."""
    points = path.replace("L", " ").replace("M", " ").split()
    inner = points[2:-2]
    return f"M{' '.join(inner)}" if len(inner) >= 4 else ""


_SHAPE = ("d", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "transform")


def _shape(part: Node) -> dict[str, str]:
    return {name: part.attrib[name] for name in _SHAPE if name in part.attrib}


def _parts(values: Sequence[float | None]) -> list[float]:
    """Return the parts of a whole, of what is below zero too by their size, as the page does.

    What is next to nothing is nothing: an arc that ends where it begins is not drawn.
    """
    sizes = [abs(_near(value or 0.0)) for value in values]
    least = sum(sizes) * _LEAST_PART
    return [size if size > least else 0.0 for size in sizes]


def _near(value: float) -> float:
    return 0.0 if abs(value) < _NOTHING else min(_BEYOND, max(-_BEYOND, value))


def _written(value: Any) -> str:
    """Write the number of a scale."""
    if isinstance(value, (tuple, list)):
        return ", ".join(_written(part) for part in cast("list[Any]", value))
    if value is None:
        return ""
    size = abs(value)
    if size >= 1e12:
        return f"{value:.3g}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
