"""Lists in what people write, as the page shows them (`web/kinds/parts/lists.js`). Pure."""

import re

from msgspec import Struct

MARKER = 1.5
"""Room for what stands before an item, in font sizes."""
GAP = 0.45
"""Between what stands before an item and its words, in font sizes."""
_ITEM = re.compile(r"([ \t]*)([-*•]|[0-9]{1,3}[.)])[ \t]+")
_BULLETS = "•◦▪"
_INDENT = 2
_MOST_LEVEL = 6


class Item(Struct, frozen=True):
    """A line of a list."""

    level: int
    """How far it is indented, from 0."""
    shown: str
    """What stands before its words."""
    words: str

    @property
    def indent(self) -> float:
        """Where its words begin, in font sizes."""
        return (self.level + 1) * MARKER


def item_of(line: str) -> Item | None:
    """Return the item that a line is; None: it is none."""
    found = _ITEM.match(line)
    if not found:
        return None
    indent, sign = found.groups()
    level = min(_MOST_LEVEL, len(indent.replace("\t", " " * _INDENT)) // _INDENT)
    shown = sign if sign[0].isdigit() else _BULLETS[level % len(_BULLETS)]
    return Item(level, shown, line[found.end() :])
