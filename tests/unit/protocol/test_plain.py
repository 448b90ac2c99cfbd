"""What others write is shown without what hides, and without what changes the text around it."""

import json
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.auth.join import Claims
from canvas_server.export import frame, shaping
from canvas_server.protocol.client import Subscribe
from canvas_server.protocol.http import TokenWish
from canvas_server.protocol.plain import first_of, plain, plain_lines, plain_name

pytestmark = pytest.mark.rule("PAG3", "REL8")

SAMPLES = json.loads((Path(__file__).parents[2] / "samples/names.json").read_text())
HOSTILE = "\x1b[2JEve\u202e gnillac si nimda\u200b"
SHOWN = "[2JEve gnillac si nimda"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_name(sample: dict[str, str]) -> None:
    assert plain_name(sample["text"]) == (sample["shown"] or None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ада Лавлейс 👩‍💻", "Ада Лавлейс 👩‍💻"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("two\r\nlines\u2028and a third\t!", "two lines and a third !"),
        ("\x9b31m\x00\x7f\ud800", "31m"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_text(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters(), max_size=80))
def test_nothing_is_left_that_hides_or_turns(text: str) -> None:
    name = plain_name(text) or ""
    assert plain_name(name) == (name or None)
    assert len(name) <= 64
    for char in name:
        assert unicodedata.category(char) not in {"Cc", "Cs", "Co", "Zl", "Zp"}
        assert unicodedata.category(char) != "Cf" or char in "\u200c\u200d"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\u2028and a third\r", "two\nlines\nand a third"),
        ("\n \t\n\tif x:\n\t    go()  \n\n", "\tif x:\n\t    go()"),
        ("\x1b[31mred\u202e\x1b[0m\n\x00\u200b", "[31mred[0m"),
        ("  \u202e \n\u2066", ""),
        ("👩\u200d💻 नमस्ते\n\ufeffŻółć", "👩\u200d💻 नमस्ते\nŻółć"),
    ],
)
def test_a_text_with_lines(text: str, shown: str) -> None:
    assert plain_lines(text) == shown


@given(st.text(st.characters(), max_size=80))
def test_lines_are_plain_once_and_for_all(text: str) -> None:
    shown = plain_lines(text)
    assert plain_lines(shown) == shown
    assert {unicodedata.category(char) for char in set(shown) - {"\n", "\t"}}.isdisjoint(
        ("Cc", "Cs", "Co", "Zl", "Zp")
    )


def test_nobody_has_no_name() -> None:
    assert plain_name(None) is None


def test_names_are_cleaned_where_they_come_in() -> None:
    subscribe = {"type": "subscribe", "session_id": "s", "display_name": HOSTILE}
    assert msgspec.convert(subscribe, Subscribe).display_name == SHOWN
    assert msgspec.convert(subscribe | {"display_name": "\u202e"}, Subscribe).display_name is None
    assert msgspec.convert({"session_id": "s"} | {"type": "subscribe"}, Subscribe) == Subscribe("s")
    assert msgspec.convert({"session_id": "s", "name": HOSTILE}, TokenWish).name == SHOWN
    assert TokenWish("s").name is None
    claims = {"session": "s", "role": "edit", "invitation": "i", "iat": 1}
    assert msgspec.convert(claims | {"name": HOSTILE}, Claims).name == SHOWN
    assert msgspec.convert(claims, Claims).name is None


@pytest.mark.report(
    "reading",
    "Names are cut in the middle of a flag or a family",
    "63 letters and a flag, as the name of a person and of a file",
    "The flag is left out as a whole, by server, page and picture",
)
def test_texts_are_cut_between_what_people_see_as_characters() -> None:
    flags = "aa\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"
    assert [first_of(flags, most) for most in (2, 3, 4, 5, 6)] == [
        "aa",
        "aa",
        flags[:4],
        flags[:4],
        flags,
    ]
    assert first_of("a\U0001f468\u200d\U0001f469b", 3) == "a"
    assert first_of("a\U0001f44d\U0001f3fdb", 2) == "a"
    assert first_of("e\u0301\u0301\u0301", 2) == "e\u0301"
    assert first_of("abc", 0) == ""
    width = shaping.width_of("aa", 16) + shaping.width_of("…", 16) + 18
    assert shaping.shortened(flags + " and more", width, 16) == "aa…"
    address = "https://a.example/" + "x" * 79 + "\U0001f1e9\U0001f1ea.png"
    assert frame.file_name(address) == "x" * 79
