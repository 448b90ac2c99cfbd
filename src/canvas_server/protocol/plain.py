"""Text of others without what changes how the text around it is shown."""

import unicodedata

_HIDDEN = frozenset(("Cc", "Zl", "Zp", "Cs"))
"""Control characters, with those that begin terminal sequences, line breaks, lone surrogates."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional formatting characters (UAX #9 section 2)."""


def plain(text: str) -> str:
    """Return a text on one line, without control and bidirectional formatting characters."""
    return "".join(
        char
        for char in " ".join(text.split())
        if char not in _BIDI and unicodedata.category(char) not in _HIDDEN
    ).strip()
