"""What others write is shown without what changes the text around it."""

import pytest

from canvas_server.protocol.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada", "Ada"),
        ("Ада Лавлейс 👩‍💻", "Ада Лавлейс 👩‍💻"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("two\r\nlines\u2028and a third\t!", "two lines and a third !"),
        ("ada\u202enimda", "adanimda"),
        ("\u2066a\u2069\u200f\u061c", "a"),
        ("\x9b31m\x00\x7f\ud800", "31m"),
        (" \n ", ""),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
