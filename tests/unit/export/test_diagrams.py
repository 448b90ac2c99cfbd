"""Shapes and arrows in exported pictures: the same geometry as on the page, and what holds of it."""

import base64
import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from canvas_server.export import png, shaping, strokes, svg, webfonts
from canvas_server.export.arrowpath import GAP, aim_of, arrow_path
from canvas_server.export.harfbuzz import hb
from canvas_server.export.outlines import Point, outline_of, polygon_of, room_in
from canvas_server.export.polygons import (
    Extents,
    Polygon,
    bounds_of,
    crossings,
    is_inside,
    outline_in,
)
from canvas_server.protocol.kinds import Arrow, ArrowEnd, Kind, Note, Shape
from canvas_server.protocol.scene import Element, Transform
from support.hub.drawings import SVG, read, scene_of, words

FOLDER = Path(__file__).parents[2] / "samples"
SHAPES = json.loads((FOLDER / "shapes.json").read_text())
ARROWS = json.loads((FOLDER / "arrows.json").read_text())
NAMES = ("rectangle", "ellipse", "diamond", "triangle", "hexagon", "cloud", "star")


@pytest.mark.rule("SHP1")
@pytest.mark.parametrize("sample", SHAPES, ids=lambda one: f"{one['shape']} {one['width']}")
def test_an_outline_is_that_of_the_page(sample: dict[str, Any]) -> None:
    shape, size = sample["shape"], (sample["width"], sample["height"])
    for got, expected in zip(polygon_of(outline_of(shape, *size)), sample["polygon"], strict=True):
        assert got == pytest.approx(expected, abs=0.01)
    room = room_in(shape, *size)
    assert (room.x, room.y, room.width, room.height) == pytest.approx(sample["room"], abs=0.01)


@pytest.mark.rule("ARW5")
@pytest.mark.parametrize("number", range(len(ARROWS)))
def test_a_line_is_that_of_the_page(number: int) -> None:
    sample = ARROWS[number]
    elements = {
        name: Element(
            name, msgspec.convert(one["kind"], Kind), msgspec.convert(one["at"], Transform)
        )
        for name, one in sample["shapes"].items()
    }
    arrow = msgspec.convert(sample["arrow"], Arrow)
    path = arrow_path(arrow, aim_of(arrow.start, elements), aim_of(arrow.end, elements))
    drawn = [*path.points, *(point for head in path.heads for point in head), path.middle]
    expected = [
        *sample["path"]["points"],
        *(point for head in sample["path"]["heads"] for point in head),
        sample["path"]["middle"],
    ]
    for got, wanted in zip(drawn, expected, strict=True):
        assert got == pytest.approx(wanted, abs=0.01)


# --- what holds of every arrow -------------------------------------------------------------------

_shapes = st.builds(
    Element,
    st.just("?"),
    st.builds(Shape, st.sampled_from(NAMES)) | st.just(Note("")),
    st.builds(
        Transform,
        st.floats(-800, 800),
        st.floats(-800, 800),
        st.floats(20, 300),
        st.floats(20, 300),
        st.just(0.0) | st.floats(-360, 360),
    ),
)
_curves = st.sampled_from(["straight", "curved", "routed"]) | st.floats(-1, 1)


def between(one: Element, other: Element, curve: Any) -> tuple[list[Point], list[Polygon]]:
    """Return the line of an arrow between two elements, and their outlines."""
    elements = {
        "a": msgspec.structs.replace(one, id="a"),
        "b": msgspec.structs.replace(other, id="b"),
    }
    arrow = Arrow(ArrowEnd(0, 0, "a"), ArrowEnd(0, 0, "b"), curve=curve)
    path = arrow_path(arrow, aim_of(arrow.start, elements), aim_of(arrow.end, elements))
    return path.points, [outline_in(each.kind, each.transform) for each in (one, other)]


def distance(point: Point, polygon: Polygon) -> float:
    """Return how far a point is from the line around a polygon."""
    least = math.inf
    for (x, y), (to_x, to_y) in pairwise([polygon[-1], *polygon]):
        dx, dy = to_x - x, to_y - y
        far = dx * dx + dy * dy
        part = 0 if far == 0 else min(1, max(0, ((point[0] - x) * dx + (point[1] - y) * dy) / far))
        least = min(least, math.hypot(x + dx * part - point[0], y + dy * part - point[1]))
    return least


@pytest.mark.rule("ARW1")
@settings(max_examples=150, deadline=None)
@given(_shapes, _shapes, _curves)
def test_an_end_on_an_element_lies_on_its_outline(one: Element, other: Element, curve: Any) -> None:
    points, outlines = between(one, other, curve)
    for point, outline in zip((points[0], points[-1]), outlines, strict=True):
        assert distance(point, outline) <= GAP + 0.02


def apart(one: Extents, other: Extents) -> float:
    return max(
        other.x - one.x - one.width,
        one.x - other.x - other.width,
        other.y - one.y - one.height,
        one.y - other.y - other.height,
    )


@pytest.mark.rule("ARW1")
@settings(max_examples=150, deadline=None)
@given(_shapes, _shapes, _curves)
def test_an_arrow_goes_through_nothing_that_it_ends_at(
    one: Element, other: Element, curve: Any
) -> None:
    points, outlines = between(one, other, curve)
    assume(apart(*map(bounds_of, outlines)) >= 5)
    for outline in outlines:
        for point in points:
            assert not is_inside(point, outline) or distance(point, outline) < 0.05
        assert all(len(crossings(*line, outline)) < 2 for line in pairwise(points))


# --- how they look -------------------------------------------------------------------------------


@pytest.mark.rule("SHP2")
@pytest.mark.parametrize("name", NAMES)
def test_words_stand_in_the_middle_of_a_shape(name: Any) -> None:
    root = read(scene_of((Shape(name, text="one two"), Transform(100, 50, 300, 200))))
    (text,) = root.iter(f"{SVG}text")
    assert words(root) == ["one two"]
    assert text.attrib["text-anchor"] == "middle"
    assert float(text[0].attrib["x"]) == pytest.approx(250, abs=1)


@pytest.mark.rule("SHP3")
@pytest.mark.parametrize(
    ("fill", "letters"),
    [
        ("", "#1b1e27"),
        ("#a5d8ff", "#1b1e27"),
        ("#1c2f6e", "#ffffff"),
        ("black", "#f3f4f7"),
        ("rgba(0,0,60,.2)", "#1b1e27"),
    ],
)
def test_words_can_be_read_on_what_fills_a_shape(fill: str, letters: str) -> None:
    root = read(scene_of(Shape(fill=fill, text="x", stroke="#1e1e1e")))
    (text,) = root.iter(f"{SVG}text")
    assert text.attrib["fill"] == letters
    (path,) = root.iter(f"{SVG}path")
    assert path.attrib["stroke"] == "#1b1e27", "the ink of the page"
    assert (path.attrib["fill"] == "none") == (fill == "")


def test_a_line_is_dashed() -> None:
    root = read(scene_of(Shape(dash="dashed", stroke_width=2), Shape(dash="dotted")))
    one, other = root.iter(f"{SVG}path")
    assert one.attrib["stroke-dasharray"] == "10 8"
    assert other.attrib["stroke-dasharray"] == "0 6"


@pytest.mark.rule("SHP4")
def test_letters_are_those_of_the_font_that_was_chosen() -> None:
    scene = scene_of(*(Shape(text="Плanž", font=name) for name in ("sans", "hand", "mono")))
    drawn = svg.draw(scene)
    names = [Path(path).name for path in drawn.font_files]
    assert {"PatrickHand_400Regular.ttf", "JetBrainsMono_400Regular.ttf"} <= {*names}
    webfonts.embed(drawn.root)
    (style,) = drawn.root.iter("style")
    rules = re.findall("font-family:'([^']+)'.*base64,([^)]+)", style.text or "")
    assert {"Inter", "Patrick Hand", "JetBrains Mono"} == {family for family, _ in rules}
    by_name = {name: hb.Font(hb.Face(base64.b64decode(data))) for name, data in rules}
    assert by_name["Patrick Hand"].get_nominal_glyph(ord("ž"))
    assert not by_name["Patrick Hand"].get_nominal_glyph(ord("П")), "it has no such letters"
    assert by_name["JetBrains Mono"].get_nominal_glyph(ord("П"))


def test_a_wide_word_takes_as_much_room_as_its_font() -> None:
    mono, sans = (shaping.width_of("iiii", 20, strokes.WEIGHTS[name]) for name in ("mono", "sans"))
    assert mono > sans


@pytest.mark.rule("ARW5")
def test_an_arrow_is_where_its_elements_are() -> None:
    box = (Shape(), Transform(0, 0, 100, 100))
    other = (Shape("diamond"), Transform(300, 0, 100, 100))
    arrow = Arrow(ArrowEnd(9, 9, "e0"), ArrowEnd(9, 9, "e1"), label="yes")
    root = read(scene_of(box, other, (arrow, Transform(-5000, 0, 1, 1))))
    assert root.attrib["viewBox"].split()[0] != "-5040", "where it is placed says nothing"
    line = list(root.iter(f"{SVG}path"))[2]
    assert line.attrib["d"] == "M105 50L295 50"
    assert words(root) == ["yes"]
    rect = list(root.iter(f"{SVG}rect"))[-1]
    assert rect.attrib["fill"] == "#f3f4f7", "the line does not go through the label"


def test_what_is_not_there_and_another_arrow_are_no_elements_to_follow() -> None:
    other = Arrow(ArrowEnd(0, 0), ArrowEnd(50, 0))
    arrow = Arrow(ArrowEnd(10, 20, "e0"), ArrowEnd(30, 40, "gone"))
    root = read(scene_of(other, arrow))
    lines = [path.attrib["d"] for path in root.iter(f"{SVG}path")]
    assert lines[2] == "M10 20L30 40"


@pytest.mark.slow
def test_a_diagram_becomes_a_picture() -> None:
    kinds = [Shape(name, text="ok?", font="hand", fill="#b2f2bb") for name in NAMES]
    ends = [Arrow(ArrowEnd(0, 0, "e0"), ArrowEnd(0, 0, f"e{n}"), curve="routed") for n in (2, 4)]
    data = png.paint(svg.draw(scene_of(*kinds, *ends)))
    assert data.startswith(b"\x89PNG")


@pytest.mark.rule("ARW1")
def test_an_arrow_of_no_length_is_a_line_that_can_be_drawn() -> None:
    root = read(scene_of(Arrow(ArrowEnd(5, 5), ArrowEnd(5, 5), heads="both")))
    for path in root.iter(f"{SVG}path"):
        assert "nan" not in path.attrib["d"]
