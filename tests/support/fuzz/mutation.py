"""Mutations: what is right is cut, doubled, swapped, joined with another and spoilt, by chance."""

import string
from random import Random
from typing import Protocol

MAX_TEXT = 200_000
PIECES = [
    *string.printable,
    *("\x00", "\x7f", "\x85", "\u2028", "\u202e", "\ud800", "🙂", "é", "\ufeff", "\r\n", "\n\n"),
    *("null", "true", "-0", "1e999", "1e-400", "9" * 40, "0." + "1" * 30, "-1", "NaN", "1E5"),
    *("{}", "[]", '"', "\\", "\\u0000", "\\ud83d", "[" * 40, "[" * 600, '{"a":' * 60, "}", "]"),
    *("a=", "m=", "c=IN IP4 10.0.0.7", "typ host", "typ relay", "a=sendrecv", "a=inactive"),
    *("sha-256 ", "a=bundle-only", "a=candidate:", " raddr 10.0.0.7 rport 9", "\t", "\x0b", "\xa0"),
    *("../", "%00", "%2e%2e", "<script>", "javascript:", "data:image/svg+xml,", "file:///"),
    '"message_id":',
    '"type":',
]
WORDS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


class Judge(Protocol):
    """What feeds one part of the server: it makes a case by chance, and tells what came of it."""

    def make(self, chance: Random) -> object:
        """Make a case."""
        ...

    def feed(self, case: object) -> str:
        """Feed it; return what came of it.

        Raises:
            AssertionError: what must always be true is not.
            Exception: what is not foreseen.
        """
        ...


def span(size: int, chance: Random) -> tuple[int, int]:
    """Return a place in something of this size, and one not far behind it."""
    start = int(chance.random() * (size + 1))
    return start, min(size, start + chance.choice((0, 1, 1, 8, 40, 200)))


def mangled(text: str, chance: Random, other: str = "") -> str:
    """Return a text with some of it cut out, doubled, moved, replaced, or joined with another."""
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        start, end = span(len(text), chance)
        kind = int(chance.random() * 6)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:end] + text[end:]
        elif kind == 2 and other:
            begin, stop = span(len(other), chance)
            text = text[:start] + other[begin:stop] + text[end:]
        elif kind == 3:
            text = text[:start] + text[start:end].swapcase() + text[end:]
        else:
            text = text[:start] + chance.choice(PIECES) + text[end:]
    return text[:MAX_TEXT]


def spoilt(data: bytes, chance: Random, other: bytes = b"") -> bytes:
    """Return bytes with some of them cut out, doubled, flipped, or replaced by extreme numbers."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        start, end = span(len(found), chance)
        kind = int(chance.random() * 7)
        if kind == 0:
            del found[start:end]
        elif kind == 1:
            found[end:end] = found[start:end]
        elif kind == 2 and other:
            begin, stop = span(len(other), chance)
            found[start:end] = other[begin:stop]
        elif kind == 3 and start < len(found):
            found[start] ^= 1 << int(chance.random() * 8)
        elif kind == 4:
            del found[start:]
        else:
            width = chance.choice((1, 2, 4))
            order = chance.choice(("little", "big"))
            word = chance.choice(WORDS) & ((1 << 8 * width) - 1)
            found[start : start + width] = word.to_bytes(width, order)
    return bytes(found)
