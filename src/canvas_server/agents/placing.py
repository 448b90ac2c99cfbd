"""Places and sizes that a model leaves out: room that is free, words as wide as they are. Pure.

A model cannot measure; widths are those of a usual sans-serif font, on the generous side.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from canvas_server.protocol.scene import Element

GAP = 40.0
MAX_OVERLAPS = 30
Box = tuple[float, float, float, float]
_USUAL: dict[str, tuple[float, float]] = {
    "Note": (200, 200),
    "Shape": (180, 90),
    "Frame": (800, 600),
    "Image": (400, 300),
    "Chart": (480, 320),
    "Ink": (200, 100),
    "Model3D": (400, 400),
    "Group": (200, 200),
}
_THROUGH = ("Arrow", "Frame", "Group", "Ink")
"""Kinds that lie on others, or around them, as a matter of course."""
LETTER = 0.56
LINE = 1.35


def size_of(flat: Mapping[str, Any]) -> tuple[float, float]:
    """Return a size for an element whose maker says none, from its kind and its words."""
    kind = str(flat.get("kind"))
    if kind == "Text":
        return text_size(str(flat.get("content", "")), _number(flat.get("font_size"), 16))
    width, height = _USUAL.get(kind, (100, 100))
    words = str(flat.get("text" if kind == "Shape" else "content", ""))
    if kind == "Shape" and words:
        wide, high = text_size(words, _number(flat.get("font_size"), 20), 320)
        spread = 1.0 if flat.get("shape", "rectangle") == "rectangle" else 1.5
        return max(width, (wide + 40) * spread), max(height, (high + 32) * spread)
    if kind == "Note" and len(words) > 90:
        side = 200 * math.sqrt(len(words) / 90)
        return round(side), round(side)
    return width, height


def text_size(words: str, font_size: float, most: float = 640) -> tuple[float, float]:
    """Return how wide and high words are, on lines that are broken at a width."""
    lines, widest = 0, 0.0
    for line in words.split("\n") or [""]:
        wide = sum(LETTER if ord(letter) < 0x2E80 else 1.0 for letter in line) * font_size
        lines += max(1, math.ceil(wide / most))
        widest = max(widest, min(wide, most))
    return math.ceil(widest + font_size), math.ceil(lines * font_size * LINE)


def free_place(taken: Iterable[Box], width: float, height: float) -> tuple[float, float]:
    """Return the top left corner of room that is free: near the middle of all, else beside it."""
    boxes = [*taken]
    if not boxes:
        return 0.0, 0.0
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    step_x, step_y = width / 2 + GAP, height / 2 + GAP
    middle = (left + right - width) / 2, (top + bottom - height) / 2
    for ring in range(1, 12):
        for across in range(-ring, ring + 1):
            for down in (-ring, ring) if abs(across) < ring else range(-ring, ring + 1):
                x, y = round(middle[0] + across * step_x), round(middle[1] + down * step_y)
                if not any(
                    _meet((x - GAP, y - GAP, width + 2 * GAP, height + 2 * GAP), box)
                    for box in boxes
                ):
                    return float(x), float(y)
    return right + GAP, top


def overlaps(elements: Mapping[str, Element], ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of elements that cover each other, of which one is among some."""
    chosen = dict.fromkeys(one for one in ids if one in elements)
    boxes = {
        one.id: (one.transform.x, one.transform.y, one.transform.width, one.transform.height)
        for one in elements.values()
        if str(one.kind.__struct_config__.tag) not in _THROUGH
    }
    found: list[tuple[str, str]] = []
    for first in chosen:
        for second, box in boxes.items():
            if first not in boxes or first == second or (second in chosen and second < first):
                continue
            if _meet(boxes[first], box):
                found.append((first, second))
                if len(found) == MAX_OVERLAPS:
                    return found
    return found


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _number(value: object, usual: float) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1000 else usual
