"""Trace of a stroke that is being drawn: its points in few letters, as `stroke.d` carries them.

Base64 VLQ (ECMA-426 section 6): five bits a letter, the least ones first; the sign is the least bit
of all.
"""

from collections.abc import Iterator, Sequence

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}
_MORE = 32
LARGEST = 2**31 - 1

Numbers = tuple[int, ...]
"""x and y in tenths of a scene unit, perhaps the pressure in hundredths; from the origin."""


def encode_trace(points: Sequence[Numbers]) -> str:
    """Return points as letters."""
    before: Numbers = (0, 0, 0)
    letters: list[str] = []
    for point in points:
        for value, last in zip(point, before, strict=False):
            letters.append(_encoded(value - last))
        before = point
    return "".join(letters)


def decode_trace(letters: str, parts: int = 2) -> list[Numbers]:
    """Read points, each of so many numbers; what is left over at the end is no point.

    Raises:
        ValueError: a letter or a number is none.
    """
    numbers = list(_decoded(letters))
    points: list[Numbers] = []
    before: Numbers = (0,) * parts
    for start in range(0, len(numbers) - parts + 1, parts):
        before = tuple(a + b for a, b in zip(before, numbers[start : start + parts], strict=True))
        points.append(before)
    return points


def _encoded(value: int) -> str:
    rest = abs(value) << 1 | (value < 0)
    letters = ""
    while True:
        rest, low = rest >> 5, rest & 31
        letters += LETTERS[low | _MORE] if rest else LETTERS[low]
        if not rest:
            return letters


def _decoded(letters: str) -> Iterator[int]:
    value = shift = 0
    for letter in letters:
        if letter not in _VALUES:
            raise ValueError(f"{letter!r} is no letter of a trace")
        digit = _VALUES[letter]
        value |= (digit & 31) << shift
        shift += 5
        if value > 2 * LARGEST + 1:
            raise ValueError("a number of a trace is too large")
        if not digit & _MORE:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
