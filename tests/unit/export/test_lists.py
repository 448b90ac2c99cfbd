"""Lists in what people write, as the page shows them."""

import json
from pathlib import Path
from typing import Any

import pytest

from canvas_server.export.lines import wrap
from canvas_server.export.lists import item_of
from canvas_server.export.shaping import width_of
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Transform
from support.hub.drawings import SVG, read, scene_of

SAMPLES = json.loads((Path(__file__).parents[2] / "samples" / "lists.json").read_text("utf-8"))


@pytest.mark.rule("HND8")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: repr(sample["line"]))
def test_items_are_those_of_the_page(sample: dict[str, Any]) -> None:
    item = item_of(sample["line"])
    found = item and {"level": item.level, "shown": item.shown, "words": item.words}
    assert found == sample["item"]


def test_words_of_an_item_hang_beside_its_sign() -> None:
    width = 1.5 * 16 + width_of("one two", 16)
    lines = wrap("- one two three\nplain", width, 16, 9, lists=True).lines
    assert [(line.parts[0].text, line.sign, line.indent) for line in lines] == [
        ("one two", "•", 24),
        ("three", "", 24),
        ("plain", "", 0),
    ]
    assert wrap("- one", width, 16, 9).lines[0].parts[0].text == "- one"


@pytest.mark.rule("HND8")
@pytest.mark.parametrize(
    ("content", "align", "words", "sign"),
    [
        ("- ab", "left", ("start", 24.0), ("end", 16.8)),
        ("- ab", "center", ("middle", 112.0), ("end", 112 - width_of("ab", 16) / 2 - 7.2)),
        ("- ab", "right", ("end", 200.0), ("end", 200 - width_of("ab", 16) - 7.2)),
        ("- \u05d0\u05d1", "left", ("start", 0.0), ("start", None)),
    ],
)
def test_signs_stand_where_the_words_begin(
    content: str, align: str, words: tuple[str, float], sign: tuple[str, float | None]
) -> None:
    kind = Text(content, align=align)  # type: ignore[arg-type]
    root = read(scene_of((kind, Transform(0, 0, 200, 40))))
    (text,) = root.iter(f"{SVG}text")
    written, mark = list(text)[:2]
    assert text.get("text-anchor") == words[0]
    assert float(written.get("x", "nan")) == pytest.approx(words[1], abs=0.1)
    assert mark.get("text-anchor") == sign[0]
    assert (mark.text or "".join(mark.itertext())) == "•"
    if sign[1] is not None:
        assert float(mark.get("x", "nan")) == pytest.approx(sign[1], abs=0.1)
    else:
        assert float(mark.get("x", "nan")) > 7.2
