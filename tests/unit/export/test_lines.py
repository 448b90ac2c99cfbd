"""Lines of text: where they break, in which order their letters stand, and what they are written with."""

import base64
import io
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import CharacterBreaker
from PIL import Image as Pixels

from canvas_server.export import chunks, fonts, png, svg, webfonts
from canvas_server.export.bidi import is_right_to_left
from canvas_server.export.harfbuzz import hb
from canvas_server.export.levels import levels_of, visual_order
from canvas_server.export.lines import opportunities, wrap
from canvas_server.export.shaping import positions, width_of
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Transform
from support.hub.drawings import MARKS, SVG, read, scene_of, words

HEBREW = "\u05d0\u05d1\u05d2"
ARABIC = "\u0645\u0631\u062d"


def broken(text: str, width: float, size: float = 16, most: int = 9) -> list[str]:
    lines = wrap(text, width, size, most).lines
    return [MARKS.sub("", "\t".join(part.text for part in line.parts)) for line in lines]


def test_lines_break_where_the_page_breaks_them() -> None:
    assert broken("one two  three", width_of("one two", 16)) == ["one two", "three"]
    assert broken("  in\n\nout", 200) == ["  in", "", "out"]
    assert broken("well-known", width_of("well-kn", 16)) == ["well-", "known"]
    assert broken("abcdef", width_of("abc", 16)) == ["abc", "def"]
    assert broken("x" * 5, 0, most=3) == ["x", "x", "…"]
    assert broken("a\r\nb\rc\u2028d", 200) == ["a", "b", "c", "d"]
    assert broken("\0\ud800", 200) == ["\ufffd\ufffd"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a/b c?d=e", ["a/b ", "c?", "d=e"]),
        ("2020-2021 -5", ["2020-", "2021 ", "-5"]),
        ("f(x)(y) !z", ["f(x)", "(y) ", "!z"]),
        ("\u6f22\u5b57\u3001\u300c\u304b", ["\u6f22", "\u5b57\u3001", "\u300c\u304b"]),
        (
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27",
            ["\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0e0a\u0e32\u0e27"],
        ),
        ("10\u00a0km", ["10\u00a0km"]),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea",
            ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea"],
        ),
    ],
)
def test_opportunities_are_those_of_browsers(text: str, pieces: list[str]) -> None:
    ends = opportunities(text)
    assert [text[a:b] for a, b in zip([0, *ends], ends, strict=False)] == pieces


def test_a_soft_hyphen_is_seen_where_a_line_ends_with_it() -> None:
    word = "co\u00adop\u00ader\u00adate"
    assert broken(word, 500) == ["cooperate"]
    assert broken(word, width_of("coop\u2010", 16)) == ["coop\u2010", "erate"]
    assert broken(word, width_of("coop", 16)) == ["co\u2010", "oper\u2010", "ate"][:1] + broken(
        "op\u00ader\u00adate", width_of("coop", 16)
    )


def test_tabulators_go_to_stops() -> None:
    (line,) = wrap("a\tbc\td", 500, 10, 9).lines
    step = 8 * width_of(" ", 10)
    assert [part.offset for part in line.parts] == pytest.approx([0, step, 2 * step])


@given(
    st.text("ab -漢\u05d0\u0301\U0001f600\t\n", max_size=60), st.floats(0, 80), st.integers(1, 8)
)
def test_lines_hold_all_and_no_more_than_has_room(text: str, width: float, most: int) -> None:
    block = wrap(text, width, 10, most)
    assert len(block.lines) <= most
    for line in block.lines:
        letters = "".join(part.text for part in line.parts)
        clusters = len(list(CharacterBreaker(MARKS.sub("", letters), "en")))
        assert line.width - line.hanging <= width + 0.1 or clusters <= 1
    if not block.is_cut:
        written = "".join(part.text for line in block.lines for part in line.parts)
        assert "".join(MARKS.sub("", written).split()) == "".join(text.split())


@given(st.text(max_size=40))
def test_any_text_has_a_width(text: str) -> None:
    places = positions(text)
    assert len(places) == len(text) + 1
    assert all(a <= b + 1 for a, b in pairwise(places))


@given(
    st.text(
        "aA1 .,!()[]\u05d0\u0645\u0661\u0301+%\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f",
        max_size=24,
    )
)
def test_any_line_has_an_order(text: str) -> None:
    order = visual_order(levels_of(text))
    assert sorted(order) == list(range(len(text)))


# As the Unicode Bidirectional Algorithm has it (UAX 9): capitals are Hebrew, "x" and "y" Arabic.
@pytest.mark.parametrize(
    ("logical", "visual"),
    [
        ("ab AB!", "ab BA!"),
        ("AB 12!", "12 BA!"),
        ("a AB (12) c", "a (12) BA c"),
        ("AB (c) DE", "BA (c) ED"),
        ("\u2067AB!\u2069", "!BA"),
        ("\u2067AB (cd) EF.\u2069", ".FE (cd) BA"),
        ("\u2067a (B)\u2069", "(B) a"),
        ("\u202eabc\u202c d", "cba d"),
        ("xy 1,2", "1,2 yx"),
        ("a \u2068AB!\u2069 c", "a !BA c"),
        ("1+2 AB -3%", "1+2 3%- BA"),
    ],
)
def test_letters_stand_in_the_order_of_the_algorithm(logical: str, visual: str) -> None:
    letters = {**{chr(65 + n): chr(0x5D0 + n) for n in range(6)}, "x": "\u0645", "y": "\u0631"}
    text = "".join(letters.get(letter, letter) for letter in logical)
    order = visual_order(levels_of(text))
    back = {letter: name for name, letter in letters.items()}
    shown = "".join(back.get(text[place], text[place]) for place in order)
    shown = "".join(letter for letter in shown if not "\u202a" <= letter <= "\u2069")
    mirrored = {place for place in order if levels_of(text)[place] % 2 and text[place] in "()"}
    assert len(shown) == len(visual)
    if not mirrored:
        assert shown == visual


# Of the Unicode Character Database (BidiCharacterTest.txt): letters, and their levels; x: none.
CONFORMANCE = [
    ("05D0 0029 0020 0028 0661 0029", "1 1 1 1 2 1"),
    ("05D0 0029 0028 0301 0031 0029", "1 1 1 1 2 1"),
    ("0627 0028 0661 003F 0020 0029 005D", "1 1 2 1 1 1 0"),
    ("0661 202C 0028 05D0 0029", "2 x 1 1 1"),
    ("0661 0028 05D0 2069 0029", "2 1 1 1 1"),
    ("05D0 202C 0028 0031 0029", "1 x 1 2 1"),
    ("05D0 2066 202D 2069 0031", "1 1 x 1 2"),
    (
        "0061 0028 0062 005B 0063 2068 05D0 2069 0064 005D 0065 0029 0066",
        "0 0 0 0 0 0 1 0 0 0 0 0 0",
    ),
    ("05D0 0028 05D1 005B 05D2 0061 05D3 005D 05D4 0029 05D5", "1 0 1 0 1 0 1 0 1 0 1"),
    (
        "05D0 0028 05D1 005B 05D2 2068 0061 2069 05D3 005D 05D4 0029 05D5",
        "1 1 1 1 1 1 2 1 1 1 1 1 1",
    ),
    (
        "0061 0028 0062 2067 05D0 005B 05D1 2066 0063 007B 0064 202B 007D 0020 007B 202C 05D2 007D 05D3 2069 0065 005D 0066 2069 05D4 0029 05D5",
        "0 0 0 0 1 1 1 1 2 2 2 x 3 3 3 x 3 3 3 1 2 1 2 0 1 0 1",
    ),
    ("05D0 0028 05D1 202A 0061 202C 0029 0020 0062", "1 1 1 x 2 x 0 0 0"),
    ("05D0 0028 05D1 202A 05D2 202C 0029 0020 0031", "1 1 1 x 3 x 0 0 0"),
    (
        "05D0 0028 05D1 2066 0061 005B 0062 2067 05D2 007B 05D3 202A 007D 0020 007B 202C 0063 007D 0064 2069 05D4 005D 05D5 2069 0065 0029 0066",
        "1 0 1 0 2 2 2 2 3 3 3 x 4 4 4 x 4 4 4 2 3 2 3 0 0 0 0",
    ),
    ("05D0 0020 2329 05D1 002E 0031 3009", "1 1 1 1 1 2 1"),
    ("0028 05D0 0029 05D1", "0 1 0 1"),
]


@pytest.mark.parametrize(("codes", "expected"), CONFORMANCE)
def test_levels_are_those_of_the_algorithm(codes: str, expected: str) -> None:
    found = levels_of("".join(chr(int(code, 16)) for code in codes.split()))
    wanted = expected.split()
    assert len(found) == len(wanted)
    assert all(want in ("x", str(level)) for level, want in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 (!) " + HEBREW, True),
        ("a " + HEBREW, False),
        ("\u2068a\u2069 " + ARABIC, True),
        ("12", False),
    ],
)
def test_a_paragraph_goes_where_its_first_letter_goes(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


@pytest.mark.report(
    "picture",
    "The ! of a Hebrew line stands at its other end.",
    "a text of a Hebrew word and an exclamation mark",
    "At the left, as on the page.",
)
def test_an_exclamation_mark_ends_a_hebrew_line_at_the_left() -> None:
    line = chunks_of(HEBREW + "!")
    assert [text for text, _ in line] == ["!", HEBREW]
    assert line[0][1] < line[1][1]


def chunks_of(text: str) -> list[tuple[str, float]]:
    """Return what resvg is given of a line, and where each piece begins."""
    drawn = svg.draw(scene_of((Text(text), Transform(0, 0, 900, 20))))
    chunks.split(drawn.root)
    pieces = [
        (MARKS.sub("", piece.text or "").strip("\u202d\u202e\u202c"), float(piece.attrib["x"]))
        for piece in drawn.root.iter("text")
    ]
    return [piece for piece in pieces if piece[0]]


def test_lines_of_a_paragraph_know_what_comes_next() -> None:
    """The mark before the break is between two Hebrew words, and so goes with them."""
    text = f"a {HEBREW}! {HEBREW}"
    first = wrap(text, width_of(f"a {HEBREW}!", 16), 16, 9).lines[0].parts[0].text
    assert first == f"\u2066a {HEBREW}!\u200f\u2069"


@pytest.fixture
def without_system_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "_system_files", tuple)
    fonts.face_of.cache_clear()
    yield
    fonts.face_of.cache_clear()


def test_letters_without_a_font_leave_those_around_them_in_place() -> None:
    """Letters of no font, of the usual one, and of another one, in every order."""
    for text in ("\ue123 a é \ue123\ue124 b", "\U000101d0 \ue123 abc", "a\ue123b\U000101d0\ue123c"):
        drawn = svg.draw(scene_of((Text(text), Transform(0, 0, 900, 20))))
        assert MARKS.sub("", "".join(drawn.root.itertext())).endswith(text)


@pytest.mark.usefixtures("without_system_fonts")
def test_a_drawing_says_which_letters_have_no_font() -> None:
    drawn = svg.draw(scene_of(Text(f"a {HEBREW}")))
    (gap,) = drawn.missing
    assert (gap.lack, gap.count, gap.scripts) == ("font", len(HEBREW), ("Hebr",))
    found = [node.text for node in drawn.root.iter("desc")]
    assert found
    assert "no font" in (found[0] or "")


@pytest.mark.parametrize(
    "emoji", ["\U0001f44d\U0001f3fd a", "\u2764\ufe0f", "\U0001f468\u200d\U0001f469 x"]
)
@pytest.mark.usefixtures("without_system_fonts")
def test_letters_without_a_font_do_not_break_the_drawing(emoji: str) -> None:
    drawn = svg.draw(scene_of(Text(emoji)))
    assert Pixels.open(io.BytesIO(png.paint(drawn, 100))).width == 100


@pytest.mark.parametrize(
    ("align", "anchor", "x"),
    [("left", "start", 10), ("center", "middle", 60), ("right", "end", 110)],
)
def test_spaces_at_the_end_of_a_paragraph_have_room(align: str, anchor: str, x: float) -> None:
    root = read(scene_of((Text("one  ", 20, align=align), Transform(10, 0, 100, 60))))  # type: ignore[arg-type]
    (line,) = root.iter(f"{SVG}tspan")
    hanging = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * width_of("  ", 20)
    assert float(line.attrib["x"]) == pytest.approx(x - hanging, abs=0.01)
    assert words(root) == ["one"]
    assert next(root.iter(f"{SVG}text")).attrib["text-anchor"] == anchor


@pytest.mark.report(
    "picture",
    "Words before a new emoji are gone from the exported picture, unsaid.",
    "a letter that no font has between words, also twice, and beside Hebrew",
    "All other words are there, and the letter is named in Canvas-Missing.",
)
@pytest.mark.parametrize(
    "text", ["Hello \U0010fffd world", f"a {HEBREW} b \U0010fffd c \U0010fffd d"]
)
def test_letters_without_a_font_take_nothing_along(text: str) -> None:
    scene = scene_of((Text(text), Transform(0, 0, 900, 40)))
    assert words(read(scene)) == [text]
    (gap,) = svg.draw(scene).missing
    assert (gap.lack, gap.count) == ("font", text.count("\U0010fffd"))


def test_words_whose_letters_join_are_of_one_font() -> None:
    urdu = "\u06cc\u06c1"  # the first is in more fonts than the second
    assert [run.text for run in fonts.runs_of(f"a {urdu} b")] == ["a ", urdu, " b"]
    assert fonts.used_by([(urdu, 400)]).without_font == ()
    nothing_has = f"{ARABIC}\u08ff\u0600\U0001e900"
    assert "".join(run.text for run in fonts.runs_of(nothing_has)) == nothing_has


def test_the_font_of_a_drawing_has_what_letters_are_taken_apart_to() -> None:
    root = svg.draw(scene_of(Text("\u0dc0\u0dda"))).root
    webfonts.embed(root)
    (style,) = root.iter("style")
    embedded = re.findall("font-family:'([^']+)'.*base64,([^)]+)", style.text or "")
    data = dict(embedded)["Noto Sans Sinhala"]
    font = hb.Font(hb.Face(base64.b64decode(data)))
    assert all(font.get_nominal_glyph(ord(sign)) for sign in "\u0dda\u0dd9\u0dca")
