"""Scenes to draw, and a reader that knows what a drawing may hold."""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

from hypothesis import strategies as st
from PIL import Image as Pixels

from canvas_server.export.svg import draw
from canvas_server.protocol.kinds import (
    Arrow,
    ArrowEnd,
    Chart,
    Frame,
    Group,
    Image,
    Ink,
    Kind,
    Model3D,
    Note,
    Shape,
    Text,
    Video,
)
from canvas_server.protocol.scene import Element, SceneDocument, Transform, Viewport

SAMPLES = json.loads((Path(__file__).parents[2] / "samples" / "charts.json").read_text())
SVG = "{http://www.w3.org/2000/svg}"
TAGS = {
    "svg",
    "g",
    "title",
    "desc",
    "rect",
    "path",
    "polyline",
    "circle",
    "text",
    "tspan",
    "image",
    "clipPath",
}
ATTRIBUTES = {
    *("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "d", "viewBox", "transform"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
    *("font-family", "font-size", "font-weight", "text-anchor", "preserveAspectRatio", "href"),
    *("id", "clip-path", "stroke-dasharray", "stroke-opacity", "opacity"),
    "{http://www.w3.org/XML/1998/namespace}space",
}


MARKS = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")


def scene_of(*kinds: Kind | tuple[Kind, Transform]) -> SceneDocument:
    """Return a scene of elements, by default 200 by 100 below each other."""
    elements: list[Element] = []
    for place, kind in enumerate(kinds):
        at = Transform(0, 120.0 * place, 200, 100)
        if isinstance(kind, tuple):
            kind, at = kind
        elements.append(Element(f"e{place}", kind, at))
    return SceneDocument("s", Viewport(), tuple(elements), 7, 0)


def read(scene: SceneDocument) -> ElementTree.Element:
    """Draw a scene and read the drawing; it must hold nothing but what is known to be harmless."""
    root = ElementTree.fromstring(draw(scene).text)
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in TAGS
        assert node.attrib.keys() <= ATTRIBUTES
        if "href" in node.attrib:
            assert re.match(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*$", node.attrib["href"])
        assert re.fullmatch(r"url\(#part-\d+\)", node.get("clip-path", "url(#part-1)"))
        for name in ("fill", "stroke"):
            assert re.fullmatch("none|#[0-9a-f]{6}", node.get(name, "none"))
    return root


def words(root: ElementTree.Element) -> list[str]:
    """Return the lines that are written, without marks of direction."""
    found = [line for text in root.iter(f"{SVG}text") for line in _lines(text)]
    return [MARKS.sub("", "".join(line.itertext())) for line in found]


def _lines(text: ElementTree.Element) -> list[ElementTree.Element]:
    return [text] if "y" in text.attrib else list(text)


def titles(root: ElementTree.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}title")][1:]


def png_url(width: int = 4, height: int = 4, color: str = "#ff0000") -> str:
    data = io.BytesIO()
    Pixels.new("RGB", (width, height), color).save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


def _finite(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
_values = st.lists(st.none() | st.floats(allow_nan=False) | st.integers(), max_size=70)
_series = st.fixed_dictionaries({"name": st.text(max_size=30), "values": _values})
_points = st.lists(st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(list))
_data: st.SearchStrategy[Any] = st.one_of(
    _json,
    _values,
    _points,
    st.fixed_dictionaries(
        {"labels": st.lists(st.text(max_size=40), max_size=70), "series": st.lists(_series)},
        optional={"title": st.text()},
    ),
)
_names = st.sampled_from(["bar", "Column", "line", "area", "pie", "donut", "scatter", "?"])
_address = st.text(max_size=60).map(lambda end: f"https://{end}")
_picture = st.one_of(
    _address,
    st.text(max_size=60).map(lambda end: f"data:image/{end}"),
    st.binary(max_size=60).map(
        lambda data: "data:image/png;base64," + base64.b64encode(data).decode()
    ),
    st.just(png_url()),
    st.text(max_size=60).map(lambda inner: f"data:image/svg+xml,<svg>{inner}</svg>"),
)
_color = st.text(max_size=64) | st.sampled_from(
    ["red", "hsl(1,2%,3%)", "#fff", "url(#a)", "rgba(1,1,1,.5)"]
)
_width = st.floats(0, 200, exclude_min=True)
_dash = st.sampled_from(["solid", "dashed", "dotted"])
_ink = st.lists(
    st.tuples(_finite(-1e6, 1e6), _finite(-1e6, 1e6))
    | st.tuples(_finite(-1e6, 1e6), _finite(-1e6, 1e6), _finite(0, 1)),
    min_size=1,
    max_size=40,
).map(tuple)
_end = st.builds(ArrowEnd, _finite(-1e7, 1e7), _finite(-1e7, 1e7), st.none() | st.just("other"))
_kinds: dict[type[Kind], st.SearchStrategy[Kind]] = {
    Text: st.builds(
        Text,
        st.text(max_size=200),
        st.floats(0, 1000, exclude_min=True),
        _color,
        st.sampled_from(["left", "center", "right"]),
    ),
    Note: st.builds(Note, st.text(max_size=200), _color),
    Image: st.builds(Image, _picture, st.text(max_size=50)),
    Chart: st.builds(Chart, _names | st.text(min_size=1, max_size=32), _data),
    Model3D: st.builds(Model3D, _address),
    Video: st.builds(Video, st.from_regex(r"\A[A-Za-z0-9_.:-]{1,128}\Z")),
    Ink: st.builds(Ink, _ink, _color, _width, st.sampled_from(["pen", "marker"])),
    Shape: st.builds(
        Shape,
        st.sampled_from(
            ["rectangle", "ellipse", "diamond", "triangle", "hexagon", "cloud", "star"]
        ),
        _color,
        _color,
        _width,
        _dash,
        st.text(max_size=60),
        st.sampled_from(["sans", "hand", "mono"]),
        st.floats(0, 1000, exclude_min=True),
    ),
    Arrow: st.builds(
        Arrow,
        _end,
        _end,
        st.sampled_from(["none", "end", "both"]),
        st.sampled_from(["straight", "curved", "routed"]) | _finite(-4, 4),
        _color,
        _width,
        _dash,
        st.text(max_size=60),
        st.sampled_from(["sans", "hand", "mono"]),
        st.floats(0, 1000, exclude_min=True),
    ),
    Frame: st.builds(Frame, st.text(max_size=60)),
    Group: st.just(Group()),
}
assert set(_kinds) == set(get_args(Kind)), "a kind has no strategy"
kinds = st.one_of(*_kinds.values())
transforms = st.builds(
    Transform,
    _finite(-1e7, 1e7) | _finite(-500, 500),
    _finite(-1e7, 1e7) | _finite(-500, 500),
    _finite(0, 1e6) | _finite(0, 900),
    _finite(0, 1e6) | _finite(0, 900),
    _finite(-360_000, 360_000),
    st.integers(-(2**31), 2**31 - 1),
)
elements = st.tuples(kinds, transforms)
