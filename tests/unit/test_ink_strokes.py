"""What the page makes of strokes, for any stroke: thinned, erased, written in letters."""

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_server.protocol.trace import decode_trace, encode_trace
from support.simulations.pages import PageProcess

SCRIPT = Path(__file__).parents[1] / "support" / "simulations" / "ink.js"
Place = tuple[float, ...]
TENTH = st.integers(-2_000, 2_000).map(lambda tenths: tenths / 10)
places = st.tuples(TENTH, TENTH)
pressed = st.tuples(TENTH, TENTH, st.integers(0, 100).map(lambda part: part / 100))


@st.composite
def walks(draw: st.DrawFn) -> list[Place]:
    """Draw a stroke as hands make them: small steps, now and then a corner."""
    x, y = draw(places)
    way, turn = draw(st.floats(0, 6.3)), draw(st.floats(-0.3, 0.3))
    walk = [(x, y)]
    for bend in draw(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.2, -0.5, 2.5]), max_size=24)):
        way += turn + bend
        x, y = round(x + 8 * math.cos(way), 1), round(y + 8 * math.sin(way), 1)
        walk.append((x, y))
    return walk


strokes = st.one_of(
    walks(), st.lists(places, min_size=1, max_size=8), st.lists(pressed, min_size=1, max_size=8)
)


@pytest.fixture(scope="module")
def page() -> Iterator[PageProcess]:
    process = PageProcess(SCRIPT)
    yield process
    process.close()


def apart(place: Place, line: list[list[float]]) -> float:
    """Return how far a place is from a line in straight parts."""
    x, y = place[:2]
    if len(line) == 1:
        return math.dist((x, y), line[0][:2])
    best = math.inf
    for (x1, y1, *_), (x2, y2, *_) in itertools.pairwise(line):
        dx, dy = x2 - x1, y2 - y1
        along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy or 1)
        t = min(1.0, max(0.0, along))
        best = min(best, math.hypot(x - x1 - t * dx, y - y1 - t * dy))
    return best


@pytest.mark.rule("INK4")
@settings(max_examples=25, deadline=None)
@given(points=strokes, bound=st.sampled_from([0.4, 2.0]))
def test_a_thinned_stroke_passes_by_where_the_pointer_was(
    page: PageProcess, points: list[Place], bound: float
) -> None:
    made: Any = page.do("thin", points=points, bound=bound)
    kept = [tuple(point) for point in made["kept"]]
    assert kept[0] == points[0]
    assert kept[-1][:2] == points[-1][:2]
    assert {point[:2] for point in kept} <= {point[:2] for point in points}
    longest = max((math.dist(a[:2], b[:2]) for a, b in itertools.pairwise(kept)), default=0)
    slack = 0.02 * longest  # a curve in a few straight parts is not quite the curve
    assert all(apart(point, made["line"]) <= bound + slack for point in points)


@pytest.mark.rule("INK4")
def test_what_hands_draw_takes_a_few_points(page: PageProcess) -> None:
    circle = [
        (round(200 + 80 * math.cos(n / 20), 1), round(200 + 80 * math.sin(n / 20), 1))
        for n in range(126)
    ]
    made: Any = page.do("finish", points=circle, scale=1)
    assert len(made["points"]) < 24
    assert made["place"]["width"] == pytest.approx(160, abs=1)
    assert all(coordinate == round(coordinate, 1) for xy in made["points"] for coordinate in xy)


@pytest.mark.rule("INK6")
@settings(max_examples=25, deadline=None)
@given(points=strokes, strips=st.lists(st.tuples(places, places), min_size=1, max_size=3))
def test_what_is_left_is_what_was_not_under_the_eraser(
    page: PageProcess, points: list[Place], strips: list[tuple[Place, Place]]
) -> None:
    points = [point for n, point in enumerate(points) if not n or point[:2] != points[n - 1][:2]]
    radius = 12.0
    made: Any = page.do(
        "erase",
        points=points,
        strips=[
            {
                "from": {"x": a[0], "y": a[1]},
                "to": {"x": b[0], "y": b[1]},
                "radius": radius,
            }
            for a, b in strips
        ],
    )
    ways = [[[*a], [*b]] for a, b in strips]
    pieces: list[list[list[float]]] = made["pieces"]
    for piece in pieces:
        step = max((math.dist(a[:2], b[:2]) for a, b in itertools.pairwise(piece)), default=0)
        for place in piece:
            assert min(apart(tuple(place), way) for way in ways) > radius - 1.5 - 0.05 * step
    for place in made["line"]:
        if min(apart(tuple(place), way) for way in ways) > radius + 1:
            assert min(apart(tuple(place), piece) for piece in pieces) < 1.5


@pytest.mark.rule("INK5")
@settings(max_examples=25, deadline=None)
@given(
    points=st.lists(places, min_size=1, max_size=40) | st.lists(pressed, min_size=1, max_size=40)
)
def test_page_and_server_write_the_same_letters(page: PageProcess, points: list[Place]) -> None:
    made: Any = page.do("trace", points=points)
    numbers = [
        (round(x * 10), round(y * 10), *(round(part * 100) for part in pressure))
        for x, y, *pressure in points
    ]
    assert made["letters"] == encode_trace(numbers)
    assert decode_trace(made["letters"], len(numbers[0])) == numbers
    assert [pytest.approx(point, abs=1e-6) for point in made["read"]] == [[*p] for p in points]
