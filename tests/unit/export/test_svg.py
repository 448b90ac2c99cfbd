"""Scenes as SVG."""

import base64
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_server.export import budget, svg
from canvas_server.protocol.kinds import Chart, Frame, Image, Kind, Model3D, Text, Video
from canvas_server.protocol.scene import Element, SceneDocument, Transform, Viewport
from support.browsers.bombs import SPELLINGS
from support.hub.drawings import SAMPLES, SVG, elements, png_url, read, scene_of, titles, words


@pytest.mark.rule("ATK1", "ATK4")
@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(elements, max_size=6))
def test_every_scene_becomes_a_document_that_does_nothing(
    some: list[tuple[Kind, Transform]],
) -> None:
    root = read(scene_of(*some))
    box = [float(part) for part in root.attrib["viewBox"].split()]
    assert all(math.isfinite(part) for part in box)
    assert min(box[2:]) > 0


def test_an_empty_scene_is_its_first_view() -> None:
    root = read(scene_of())
    assert root.attrib["viewBox"] == "0 0 1280 720"
    assert (root.attrib["width"], root.attrib["height"]) == ("1280", "720")


def test_the_view_holds_everything_that_is_there() -> None:
    turned = (Model3D("https://a/b"), Transform(100, 100, 200, 100, 90))
    root = read(scene_of((Text("a"), Transform(-50, 0, 10, 10)), turned))
    assert root.attrib["viewBox"] == "-90 -40 380 330"
    assert root[4].attrib["transform"] == "rotate(90 200 150)"


def test_text_that_is_longer_than_its_element_is_in_the_view_too() -> None:
    root = read(scene_of((Text("a\n" * 100, 10), Transform(0, 0, 100, 20))))
    assert float(root.attrib["height"]) == pytest.approx(101 * 13 + 2 * svg.MARGIN)


def test_the_nearer_element_is_drawn_later() -> None:
    places = [Transform(z_index=z) for z in (5, -1, 5, 0)]
    root = read(scene_of(*((Text(f"t{n}"), at) for n, at in enumerate(places))))
    assert words(root) == ["t1", "t3", "t0", "t2"]


@pytest.mark.parametrize(
    ("align", "anchor", "x"),
    [("left", "start", 10), ("center", "middle", 60), ("right", "end", 110)],
)
def test_text_is_aligned(align: Any, anchor: str, x: float) -> None:
    root = read(scene_of((Text("one\ntwo", 20, align=align), Transform(10, 0, 100, 60))))
    (text,) = root.iter(f"{SVG}text")
    assert text.attrib["text-anchor"] == anchor
    assert [float(line.attrib["x"]) for line in text] == [x, x]
    first, second = (float(line.attrib["y"]) for line in text)
    assert second - first == pytest.approx(1.3 * 20)
    assert 20 * 0.7 < first < 20 * 1.3


def test_a_colour_that_is_none_is_ink_and_one_that_vanishes_gets_a_card() -> None:
    none = read(scene_of(Text("a", color="url(javascript:x)")))
    assert next(none.iter(f"{SVG}text")).attrib["fill"] == "#1b1e27"
    white = read(scene_of(Text("a", color="white")))
    assert next(white.iter(f"{SVG}text")).attrib["fill"] == "#ffffff"
    assert [rect.attrib["fill"] for rect in white.iter(f"{SVG}rect")] == ["#f3f4f7", "#1c1f27"]


def test_pictures_are_within() -> None:
    root = read(scene_of(Image(png_url(), "A red square")))
    (shown,) = root.iter(f"{SVG}image")
    assert shown.attrib["href"] == png_url()
    assert titles(root) == ["A red square"]


@pytest.mark.rule("SCN9")
@pytest.mark.parametrize("src", SPELLINGS.values(), ids=SPELLINGS)
def test_drawings_are_not_within(src: str) -> None:
    """Whoever opens the picture of a scene would have to draw them."""
    root = read(scene_of(Image(src, "A bomb")))
    assert list(root.iter(f"{SVG}image")) == []
    assert titles(root) == ["A bomb"]


@pytest.mark.parametrize(
    "src",
    [
        "data:image/png;base64,AAAA",
        "data:image/png;base64,!",
        "data:image/png",
        "data:image/x,y",
        "data:image/",
        "DATA:image/png;base64,AAAA",
    ],
)
def test_a_picture_that_is_none_is_a_frame(src: str) -> None:
    root = read(scene_of(Image(src)))
    assert not list(root.iter(f"{SVG}image"))
    assert words(root) == ["Picture"]


def test_a_picture_that_unpacks_to_gigabytes_is_a_frame() -> None:
    bomb = png_url(2, 2)
    data = bytearray(base64.b64decode(bomb.partition(",")[2]))
    data[16:24] = (60_000).to_bytes(4) * 2
    bomb = "data:image/png;base64," + base64.b64encode(data).decode()
    assert words(read(scene_of(Image(bomb, "Large")))) == ["Large"]


@pytest.mark.slow
def test_of_many_large_pictures_the_first_are_drawn() -> None:
    large = Image(png_url(4000, 4000))
    root = read(scene_of(*[large] * 7))
    assert len(list(root.iter(f"{SVG}image"))) == budget.MOST_PIXELS_OF_ALL // 16_000_000


@pytest.mark.rule("ATK4")
def test_what_lies_elsewhere_is_named_and_not_loaded() -> None:
    address = "https://example.org/<a>/plan.png?x=1&y=2"
    root = read(scene_of(Image(address, "The plan"), Image(address), Model3D("http://a/b%20c.glb")))
    assert titles(root) == [
        f"The plan\n{address}",
        f"Picture plan.png\n{address}",
        "3D model b c.glb",
    ]
    assert words(root)[0] == "The plan"
    assert words(root)[1].startswith("https://example.org/<a>")


def test_cameras_are_tiles_with_words() -> None:
    peer = "12ab4500-0000-4000-8000-00000000000a"
    root = read(scene_of(Video(f"peer-{peer}"), Video(f"screen-{peer}"), Video("lobby")))
    assert words(root) == ["Camera", "Shared screen", "Camera"]
    grounds = [rect.attrib["fill"] for rect in root.iter(f"{SVG}rect")][1::2]
    assert grounds[0] == grounds[1] != grounds[2]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_charts_are_drawn(sample: dict[str, Any]) -> None:
    chart = Chart(sample["chart_type"], sample["data"])
    root = read(scene_of((chart, Transform(0, 0, 400, 300))))
    written = words(root)
    if sample["expected"] is None:
        assert written == [f"{sample['chart_type'].capitalize()} chart"]
        return
    for label in sample["expected"]["labels"]:
        assert label in written
    if sample["expected"]["title"]:
        assert sample["expected"]["title"] in written
    marks = [
        node for node in root.iter() if node.tag in (f"{SVG}path", f"{SVG}circle", f"{SVG}rect")
    ]
    assert any(mark.get("fill") == "#4450c8" or mark.get("stroke") == "#4450c8" for mark in marks)


def test_charts_beside_each_other_share_nothing() -> None:
    chart = Chart("line", {"labels": ["<a>", '"b"'], "values": [1, 2]})
    root = read(scene_of(*[(chart, Transform(0, 0, 400, 300))] * 2))
    assert words(root).count("<a>") == 2
    assert not any("id" in node.attrib or "class" in node.attrib for node in root.iter())


@pytest.mark.parametrize("form", ["bar", "line", "area", "pie", "scatter"])
def test_numbers_next_to_nothing_are_drawn_as_nothing(form: str) -> None:
    assert titles(read(scene_of(Chart(form, [[1, 5e-324], [2, 1e-310]]))))
    assert titles(read(scene_of(Chart(form, [5e-324]))))


def test_of_charts_with_very_many_marks_the_first_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "MOST_MARKS_OF_ALL", 50)
    wide, small = Chart("bar", {"series": [[1] * 10] * 3}), Chart("bar", [1, 2])
    root = read(scene_of(wide, wide, small))
    assert len(root.findall("{*}g/{*}svg")) == 2, "the small one is drawn beside"


@pytest.mark.slow
def test_of_very_many_charts_the_first_are_drawn() -> None:
    root = read(scene_of(*[Chart("pie", [1, 2])] * (budget.MOST_CHARTS + 2)))
    assert words(root).count("Pie chart") == 2


@pytest.mark.rule("STR5")
def test_what_is_in_an_element_is_seen_as_little_as_that() -> None:
    at = Transform(0, 0, 100, 100)
    elements = (
        Element("frame", Frame("Plan"), at, opacity=0.5),
        Element("text", Text("in"), at, parent="frame", opacity=0.5),
        Element("lost", Text("out"), at, parent="nowhere"),
    )
    drawn = read(SceneDocument("s", Viewport(), elements, 1, 0))
    found = [node.get("opacity") for node in drawn.iter(f"{SVG}g") if node.get("opacity")]
    assert found == ["0.5", "0.25"]
