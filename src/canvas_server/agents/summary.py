"""Summary of a canvas in few words: clusters where there is much, then page by page. Pure.

The budget is in characters, about four to a token of a model.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from canvas_server.agents.telling import element_entry, kind_of, words_of
from canvas_server.protocol.bounds import Area
from canvas_server.protocol.scene import Element

BUDGET = 20_000
"""Characters of a page."""
MAX_WORDS = 160
"""Of one element; who names ids is told all."""
CELL = 1600.0
"""The side of what counts as one place, in scene units."""
MAX_CLUSTERS = 60


class Wanted(Struct, frozen=True):
    """Which elements."""

    area: Area | None = None
    kind: str = ""
    author: str = ""
    ids: frozenset[str] = frozenset()


class Page(Struct, frozen=True):
    """A part of a description."""

    text: str
    entries: tuple[dict[str, Any], ...]
    next: int | None
    """Where the next page begins."""


def chosen(elements: Iterable[Element], wanted: Wanted) -> list[Element]:
    """Return the elements that are wanted, from top to bottom and left to right."""
    found = [one for one in elements if _fits(one, wanted)]
    found.sort(key=lambda one: (one.transform.y // CELL, one.transform.x // CELL, one.transform.y))
    return found


def page_of(elements: Sequence[Element], start: int, *, whole: bool) -> Page:
    """Return elements from a place on, as many as the budget allows; `whole`: with all words."""
    entries: list[dict[str, Any]] = []
    left = BUDGET
    for place in range(start, len(elements)):
        entry = element_entry(elements[place], None if whole else MAX_WORDS)
        left -= len(msgspec.json.encode(entry)) + 1
        if left < 0 and entries:
            return Page(f"{start} to {place - 1} of {len(elements)}", tuple(entries), place)
        entries.append(entry)
    last = len(elements) - 1
    return Page(f"{start} to {last} of {len(elements)}", tuple(entries), None)


def overview(elements: Sequence[Element]) -> Page:
    """Return what there is by place, where it is too much to be told one by one."""
    cells: dict[tuple[int, int], list[Element]] = {}
    for one in elements:
        at = one.transform
        cells.setdefault((int(at.y // CELL), int(at.x // CELL)), []).append(one)
    kinds = Counter(map(kind_of, elements))
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    largest = sorted(cells.values(), key=len, reverse=True)[:MAX_CLUSTERS]
    entries = tuple(_cluster(cell) for cell in largest)
    more = (
        f"; {len(cells) - len(largest)} smaller places are left out"
        if len(cells) > len(largest)
        else ""
    )
    return Page(f"{len(elements)} elements ({counted}), by place{more}", entries, None)


def length_of(elements: Iterable[Element]) -> int:
    """Return about how many characters it takes to tell of elements one by one."""
    return sum(110 + min(len(words_of(one)), MAX_WORDS) for one in elements)


def _cluster(elements: Sequence[Element]) -> dict[str, Any]:
    left = min(one.transform.x for one in elements)
    top = min(one.transform.y for one in elements)
    right = max(one.transform.x + one.transform.width for one in elements)
    bottom = max(one.transform.y + one.transform.height for one in elements)
    frames = [words_of(one)[:60] for one in elements if kind_of(one) == "Frame"][:5]
    samples = [words for one in elements if (words := words_of(one)[:40])][:3]
    entry: dict[str, Any] = {
        "area": [round(left), round(top), round(right - left), round(bottom - top)],
        "elements": dict(Counter(map(kind_of, elements)).most_common(5)),
    }
    authors = Counter(one.author for one in elements if one.author)
    if authors:
        entry["by"] = [name for name, _ in authors.most_common(3)]
    if frames:
        entry["frames"] = frames
    if samples:
        entry["such_as"] = samples
    return entry


def _fits(element: Element, wanted: Wanted) -> bool:
    if wanted.ids and element.id not in wanted.ids and element.parent not in wanted.ids:
        return False
    if wanted.kind and kind_of(element).lower() != wanted.kind.lower():
        return False
    if wanted.author and (element.author or "").lower() != wanted.author.lower():
        return False
    area, at = wanted.area, element.transform
    return area is None or (
        at.x <= area.x + area.width
        and area.x <= at.x + at.width
        and at.y <= area.y + area.height
        and area.y <= at.y + at.height
    )
