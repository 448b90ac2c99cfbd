"""Journal of what agents changed, element by element, so that it can be taken back (AGT7). Pure.

Of each element that an agent touched it keeps what its fields were before the first change, as far
as nobody else has changed them since. What others change is theirs, and leaves the journal.
"""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.fields import differing, reverted
from canvas_server.protocol.codec import encoded_size
from canvas_server.protocol.history import Added, Entry, Removed, Replaced, Updated
from canvas_server.protocol.scene import Element

MAX_TOUCHED = 2000
"""Elements of one agent; beyond them what it touched longest ago stays as it is."""
MAX_JOURNAL_BYTES = 4 * 1024 * 1024
"""Of what is kept of one agent, roughly."""
MAX_AGENTS = 64
"""Agents of a session; beyond them the one goes that has changed nothing for longest."""
_TOUCH_BYTES = 256

Touch = tuple[str, Element | None, Element | None, int]
"""An element's id, what it was before a change and after it, and the operations that it is: a
consequence is none."""


class Touched(Struct, frozen=True):
    """What an agent has made of one element."""

    operations: int
    left: Element | None
    """As it is now; None: the agent has removed it."""
    added: bool = False
    removed: Element | None = None
    """As it was before the agent, which removed it."""
    fields: Mapping[str, Any] = {}
    """What it changed of an element of somebody else, as that was before."""
    shared: bool = False
    """Others have changed it since."""
    size: int = _TOUCH_BYTES


Before = tuple[str, str, Touched | None]
"""An agent, an element, and what was known of it: to go back to."""


class Journal:
    """What the agents of a session have changed, and what of the scene is their own."""

    def __init__(self) -> None:
        self._agents: dict[str, dict[str, Touched]] = {}
        self._bytes: dict[str, int] = {}
        self._owned: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._agents)

    def of(self, key: str) -> Mapping[str, Touched]:
        """Return what an agent has touched, by id, in the order of its first changes."""
        return self._agents.get(key, {})

    def operations(self, key: str) -> int:
        """Return how many of an agent's operations can be taken back, all or in part."""
        return sum(touched.operations for touched in self.of(key).values())

    def owned(self, key: str, author: str | None, scene: Scene) -> int:
        """Return how many elements of a scene an agent has added, under this name or another."""
        own = self._owned.get(key, set())
        named = (
            element.id
            for element in scene.elements
            if element.id in own or (author is not None and element.author == author)
        )
        return sum(1 for _ in named)

    def record(self, key: str, touches: Iterable[Touch], scene: Scene) -> list[Before]:
        """Keep what an agent has changed; return what was known before, the latest last."""
        if key not in self._agents:
            self._agents[key] = {}
            self._bytes[key] = 0
        self._agents[key] = self._agents.pop(key)  # the latest one is the last to go
        undo: list[Before] = []
        touched: set[str] = set()
        for element_id, before, after, count in touches:
            undo.append((key, element_id, self._agents[key].get(element_id)))
            self._put(key, element_id, merged(undo[-1][2], before, after, count))
            touched.add(element_id)
            if before is None and after is not None:
                self._owned.setdefault(key, set()).add(element_id)
        undo += self._observe(touched, scene, but=key)
        self._bound(key)
        return undo

    def observe(self, entries: Iterable[Entry], scene: Scene) -> list[Before]:
        """Take in what somebody else has changed, as `record` does."""
        ids: set[str] = set()
        for entry in entries:
            match entry.change:
                case Added(element):
                    ids.add(element.id)
                    for own in self._owned.values():
                        own.discard(element.id)
                case Updated(element_id) | Removed(element_id):
                    ids.add(element_id)
                case Replaced():
                    return self._forget_all()
                case _:
                    assert_never(entry.change)
        return self._observe(ids, scene)

    def take(self, key: str, ids: Iterable[str]) -> list[Before]:
        """Forget what is about to be taken back, and return it to go back to."""
        undo = [(key, each, self.of(key).get(each)) for each in ids]
        for _, element_id, _ in undo:
            self._put(key, element_id, None)
        return undo

    def rewind(self, undo: Iterable[Before]) -> None:
        """Know again what was known before a change that came to nothing."""
        for key, element_id, touched in reversed([*undo]):
            self._agents.setdefault(key, {})
            self._bytes.setdefault(key, 0)
            self._put(key, element_id, touched)

    def _observe(self, ids: Iterable[str], scene: Scene, but: str | None = None) -> list[Before]:
        undo: list[Before] = []
        for key, known in self._agents.items():
            if key == but:
                continue
            for element_id in ids:
                touched = known.get(element_id)
                if touched is None:
                    continue
                undo.append((key, element_id, touched))
                self._put(key, element_id, seen(touched, scene.get(element_id)))
        return undo

    def _forget_all(self) -> list[Before]:
        undo: list[Before] = [
            (key, element_id, touched)
            for key, known in self._agents.items()
            for element_id, touched in known.items()
        ]
        self._agents.clear()
        self._bytes.clear()
        return undo

    def _put(self, key: str, element_id: str, touched: Touched | None) -> None:
        known = self._agents[key] if touched is not None else self._agents.get(key, {})
        before = known.get(element_id)
        if key in self._bytes:
            self._bytes[key] += (touched.size if touched else 0) - (before.size if before else 0)
        if touched is None:
            known.pop(element_id, None)
        else:
            known[element_id] = touched

    def _bound(self, key: str) -> None:
        known = self._agents[key]
        while len(known) > MAX_TOUCHED or self._bytes[key] > MAX_JOURNAL_BYTES:
            self._put(key, next(iter(known)), None)
        if len(self._agents) > MAX_AGENTS:
            oldest = next(iter(self._agents))
            del self._agents[oldest], self._bytes[oldest]
            self._owned.pop(oldest, None)


def merged(
    known: Touched | None, before: Element | None, after: Element | None, count: int = 1
) -> Touched | None:
    """Return what is to be known of an element that an agent has changed; None: nothing."""
    if known is None:
        known = Touched(0, before)
    operations = known.operations + count
    if before is None:  # the agent adds it, perhaps after it has removed one of that id
        return _sized(replace(known, operations=operations, left=after, added=True, fields={}))
    if after is None:
        mine = known.added and not known.shared
        gone = known.removed if mine else reverted(before, known.fields)
        if gone is None:
            return None
        return _sized(Touched(operations, None, removed=gone))
    if known.added:
        return _sized(replace(known, operations=operations, left=after))
    old = {**differing(before, after), **known.fields}
    changed = differing(after, reverted(after, old))
    fields = {name: value for name, value in old.items() if name in changed}
    return _sized(replace(known, operations=operations, left=after, fields=fields))


def seen(known: Touched, now: Element | None) -> Touched | None:
    """Return what is to be known of an element that somebody else may have changed."""
    left = known.left
    if now is left:
        return known
    if now is None:
        return None
    if left is None:
        return Touched(known.operations, now, shared=True)
    theirs = differing(left, now)
    if not theirs:
        return replace(known, left=now)
    fields = {name: value for name, value in known.fields.items() if name not in theirs}
    return replace(known, left=now, fields=fields, shared=True)


def _sized(touched: Touched) -> Touched:
    kept = touched.removed
    size = _TOUCH_BYTES + sum(_size(value) for value in touched.fields.values())
    return replace(touched, size=size + (encoded_size(kept) if kept is not None else 0))


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(msgspec.json.encode(value))
