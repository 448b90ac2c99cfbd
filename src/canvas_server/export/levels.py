"""Levels of embedding (UAX 9): in which order the letters of a line stand.

Needed where a line is drawn in several pieces, since no library that comes as a wheel says it.
"""

import unicodedata
from collections.abc import Iterator

MAX_DEPTH = 125
_ISOLATES = ("LRI", "RLI", "FSI")
_REMOVED = ("LRE", "RLE", "LRO", "RLO", "PDF", "BN")
_NEUTRAL = ("B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI")
_SAME_BRACKET = {"\u2329": "\u3008", "\u232a": "\u3009"}
_STRONG_OF = {"L": "L", "R": "R", "EN": "R", "AN": "R", "AL": "R"}


def levels_of(text: str) -> list[int]:
    """Return the level of each letter of a line whose own direction is from left to right."""
    kinds = [unicodedata.bidirectional(letter) or "L" for letter in text]
    original = list(kinds)
    levels = _explicit(text, kinds)
    for sequence in list(_sequences(original, levels)):  # all of them before any is resolved
        _resolve(text, kinds, levels, sequence)
    for place, kind in enumerate(original):
        if kind in _REMOVED:  # it has none of its own (X9)
            levels[place] = levels[place - 1] if place else 0
    return levels


def visual_order(levels: list[int]) -> list[int]:
    """Return the places of letters or pieces in the order in which they stand (L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            if levels[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end
    return order


def _explicit(text: str, kinds: list[str]) -> list[int]:  # noqa: C901 - a case for each rule
    """Return the levels that format characters ask for (X1 to X8); overrides change kinds."""
    levels: list[int] = []
    stack: list[tuple[int, str, bool]] = [(0, "", False)]
    lost_isolates = lost_embeddings = isolates = 0
    for place, kind in enumerate(kinds):
        level, override, _ = stack[-1]
        match kind:
            case "LRE" | "RLE" | "LRO" | "RLO":
                levels.append(level)
                new = _next(level, right_to_left=kind[0] == "R")
                if new <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                    stack.append((new, kind[0] if kind.endswith("O") else "", False))
                elif not lost_isolates:
                    lost_embeddings += 1
            case "LRI" | "RLI" | "FSI":
                levels.append(level)
                if override:
                    kinds[place] = override
                is_right = kind == "RLI" or (kind == "FSI" and _first_strong(text, place) != "L")
                new = _next(level, right_to_left=is_right)
                if new <= MAX_DEPTH and not lost_isolates and not lost_embeddings:
                    isolates += 1
                    stack.append((new, "", True))
                else:
                    lost_isolates += 1
            case "PDI":
                if lost_isolates:
                    lost_isolates -= 1
                elif isolates:
                    lost_embeddings = 0
                    while not stack[-1][2]:
                        stack.pop()
                    stack.pop()
                    isolates -= 1
                levels.append(stack[-1][0])
                if stack[-1][1]:
                    kinds[place] = stack[-1][1]
            case "PDF":
                levels.append(level)
                if lost_isolates:
                    pass
                elif lost_embeddings:
                    lost_embeddings -= 1
                elif len(stack) > 1 and not stack[-1][2]:
                    stack.pop()
            case "BN":
                levels.append(level)
            case _:
                levels.append(level)
                if override:
                    kinds[place] = override
    return levels


def _next(level: int, *, right_to_left: bool) -> int:
    return level + 1 + (level % 2 == 1 if right_to_left else level % 2 == 0)


def _first_strong(text: str, place: int) -> str:
    depth = 0
    for letter in text[place + 1 :]:
        kind = unicodedata.bidirectional(letter)
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            if not depth:
                break
            depth -= 1
        elif not depth and kind in ("L", "R", "AL"):
            return kind
    return "L"


class _Sequence:
    """An isolating run sequence (X10): places, and the kinds before and after it."""

    def __init__(self, places: list[int], level: int, before: int, after: int) -> None:
        self.places = places
        self.level = level
        self.start = "R" if max(level, before) % 2 else "L"
        self.end = "R" if max(level, after) % 2 else "L"


def _sequences(kinds: list[str], levels: list[int]) -> Iterator[_Sequence]:
    runs: list[list[int]] = []
    for place, kind in enumerate(kinds):
        if kind in _REMOVED:
            continue
        if runs and levels[runs[-1][-1]] == levels[place]:
            runs[-1].append(place)
        else:
            runs.append([place])
    flat = [place for run in runs for place in run]
    at = {place: n for n, place in enumerate(flat)}
    joined: list[list[int]] = []
    waiting: list[list[int]] = []
    for run in runs:
        if kinds[run[0]] == "PDI" and waiting:
            sequence = waiting.pop()
            sequence += run
        else:
            sequence = list(run)
            joined.append(sequence)
        if kinds[run[-1]] in _ISOLATES:
            waiting.append(sequence)
    for sequence in joined:
        first, last = at[sequence[0]], at[sequence[-1]]
        before = levels[flat[first - 1]] if first else 0
        is_open = kinds[sequence[-1]] in _ISOLATES
        after = levels[flat[last + 1]] if last + 1 < len(flat) and not is_open else 0
        yield _Sequence(sequence, levels[sequence[0]], before, after)


def _resolve(text: str, kinds: list[str], levels: list[int], sequence: _Sequence) -> None:
    places = sequence.places
    own = [kinds[place] for place in places]
    _resolve_weak(own, sequence)
    _resolve_brackets([text[place] for place in places], own, sequence)
    _resolve_neutral(own, sequence)
    for place, kind in zip(places, own, strict=True):
        level = sequence.level
        if level % 2 == 0:
            levels[place] = level + (1 if kind == "R" else 2 if kind in ("AN", "EN") else 0)
        else:
            levels[place] = level + (kind in ("L", "AN", "EN"))


def _resolve_weak(own: list[str], sequence: _Sequence) -> None:  # noqa: C901 - rule by rule
    """Decide about marks and numbers (W1 to W7)."""
    before = strong = sequence.start
    for n, kind in enumerate(own):
        if kind == "NSM":
            own[n] = "ON" if before in (*_ISOLATES, "PDI") else before
        before = own[n]
        if before in ("L", "R", "AL"):
            strong = before
        elif before == "EN" and strong == "AL":
            own[n] = "AN"
    own[:] = ["R" if kind == "AL" else kind for kind in own]
    for n in range(1, len(own) - 1):
        around = own[n - 1], own[n + 1]
        if own[n] in ("ES", "CS") and around == ("EN", "EN"):
            own[n] = "EN"
        elif own[n] == "CS" and around == ("AN", "AN"):
            own[n] = "AN"
    for step in (1, -1):
        for n in range(len(own))[::step]:
            neighbour = n - step
            if own[n] == "ET" and 0 <= neighbour < len(own) and own[neighbour] == "EN":
                own[n] = "EN"
    strong = sequence.start
    for n, kind in enumerate(own):
        if kind in ("ET", "ES", "CS"):
            own[n] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            own[n] = "L"


def _resolve_brackets(letters: list[str], own: list[str], sequence: _Sequence) -> None:
    """Decide about brackets that belong together (N0)."""
    direction = "R" if sequence.level % 2 else "L"
    for first, last in _pairs(letters, own):
        inner = {_STRONG_OF[kind] for kind in own[first + 1 : last] if kind in _STRONG_OF}
        if direction in inner:
            found = direction
        elif inner:
            earlier = (_STRONG_OF[kind] for kind in reversed(own[:first]) if kind in _STRONG_OF)
            found = direction if next(earlier, sequence.start) == direction else inner.pop()
        else:
            continue
        own[first] = own[last] = found


def _pairs(letters: list[str], own: list[str]) -> list[tuple[int, int]]:
    opened: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for n, letter in enumerate(letters):
        letter = _SAME_BRACKET.get(letter, letter)
        if own[n] != "ON" or not unicodedata.mirrored(letter):
            continue
        category = unicodedata.category(letter)
        if category == "Ps":
            opened.append((chr(ord(letter) + (2 if letter in "[{" else 1)), n))
        elif category == "Pe":
            place = next((k for k in range(len(opened))[::-1] if opened[k][0] == letter), None)
            if place is not None:
                found.append((opened[place][1], n))
                del opened[place:]
    return sorted(found)


def _resolve_neutral(own: list[str], sequence: _Sequence) -> None:
    """Decide about what has no direction (N1, N2)."""
    direction = "R" if sequence.level % 2 else "L"
    start = 0
    while start < len(own):
        if own[start] not in _NEUTRAL:
            start += 1
            continue
        end = start
        while end < len(own) and own[end] in _NEUTRAL:
            end += 1
        before = _STRONG_OF[own[start - 1]] if start else sequence.start
        after = _STRONG_OF[own[end]] if end < len(own) else sequence.end
        own[start:end] = [before if before == after else direction] * (end - start)
        start = end
