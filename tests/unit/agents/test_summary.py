"""The description of a canvas: short enough for a model, and whole page by page."""

import random

import msgspec
import pytest

from canvas_server.agents.placing import free_place, overlaps, size_of
from canvas_server.agents.summary import BUDGET, Wanted, chosen, length_of, overview, page_of
from canvas_server.protocol.bounds import Area
from canvas_server.protocol.kinds import Frame, Kind, Note
from canvas_server.protocol.scene import Element, Transform

pytestmark = pytest.mark.rule("AGT11")
TOKENS, CHARACTERS = 6000, 4


def element(name: str, kind: Kind, x: float, y: float, author: str | None = None) -> Element:
    return Element(name, kind, Transform(x, y, 200, 200), author=author)


def crowd(count: int) -> list[Element]:
    dice = random.Random(7)
    return [
        element(
            f"note-{number:04}",
            Note("word " * dice.randrange(3, 40)),
            dice.randrange(-20_000, 20_000),
            dice.randrange(-9_000, 9_000),
            dice.choice(("Ada", "Grace", None)),
        )
        for number in range(count)
    ]


def size(entries: object) -> int:
    return len(msgspec.json.encode(entries))


def test_two_thousand_elements_are_summed_up_in_six_thousand_tokens() -> None:
    elements = crowd(2000)
    assert length_of(elements) > BUDGET
    page = overview(elements)
    assert size(page.entries) + len(page.text) <= TOKENS * CHARACTERS
    assert "2000 elements (2000 Note)" in page.text


def test_pages_have_every_element_once_and_fit() -> None:
    elements = chosen(crowd(700), Wanted())
    start: int | None = 0
    told: list[str] = []
    while start is not None:
        page = page_of(elements, start, whole=False)
        assert size(page.entries) <= TOKENS * CHARACTERS
        told += [entry["id"] for entry in page.entries]
        start = page.next
    assert told == [one.id for one in elements]
    assert len(set(told)) == 700


def test_one_element_that_is_longer_than_a_page_is_told_all_the_same() -> None:
    long = element("long", Note("x" * 4000), 0, 0)
    page = page_of([long] * 9, 0, whole=True)
    assert 1 <= len(page.entries) < 9
    assert page_of([long] * 9, 8, whole=True).next is None


def test_elements_are_chosen_by_area_kind_author_and_parent() -> None:
    frame = element("frame", Frame("Plans"), 0, 0, "Ada")
    inside = msgspec.structs.replace(element("in", Note("x"), 10, 10, "Grace"), parent="frame")
    far = element("far", Note("y"), 5000, 5000, "Ada")
    everything = [frame, inside, far]

    def ids(**wanted: object) -> set[str]:
        return {one.id for one in chosen(everything, Wanted(**wanted))}  # type: ignore[arg-type]

    assert ids(area=Area(0, 0, 100, 100)) == {"frame", "in"}
    assert ids(kind="note") == {"in", "far"}
    assert ids(author="ada") == {"frame", "far"}
    assert ids(ids=frozenset(("frame",))) == {"frame", "in"}


def test_room_that_is_found_is_free() -> None:
    dice = random.Random(3)
    taken: list[tuple[float, float, float, float]] = []
    for _ in range(60):
        width, height = dice.randrange(20, 900), dice.randrange(20, 900)
        x, y = free_place(taken, width, height)
        for left, top, wide, high in taken:
            apart = x >= left + wide or left >= x + width or y >= top + high or top >= y + height
            assert apart, (x, y, width, height)
        taken.append((x, y, width, height))


def test_overlaps_are_told_once_and_frames_are_none() -> None:
    elements = {
        "a": element("a", Note("a"), 0, 0),
        "b": element("b", Note("b"), 100, 100),
        "c": element("c", Note("c"), 900, 0),
        "f": element("f", Frame("f"), 0, 0),
    }
    assert overlaps(elements, ["a", "b", "c", "f"]) == [("a", "b")]
    assert overlaps(elements, ["c", "gone"]) == []


@pytest.mark.parametrize("words", ["", "x" * 300, "two\nlines", "漢字" * 50])
def test_words_are_measured(words: str) -> None:
    width, height = size_of({"kind": "Text", "content": words})
    longer, taller = size_of({"kind": "Text", "content": f"{words} {words}"})
    assert width > 0
    assert (longer, taller) >= (width, height)
