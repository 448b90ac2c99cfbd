"""One scene: its elements, its revision, and what may become of them (rules SCN1, SCN3, STR1)."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from canvas_server.core.effects import Refusal
from canvas_server.core.scene import admission
from canvas_server.core.scene.changes import changed, growth
from canvas_server.core.scene.hierarchy import (
    MAX_ANCESTORS,
    Hierarchy,
    ancestors,
    kept,
    repaired,
)
from canvas_server.protocol.codec import encoded_size
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import is_tile, stream_of
from canvas_server.protocol.scene import Element, ElementChanges, NewElement

MAX_ELEMENTS = 20_000
MAX_SCENE_BYTES = 4 * 1024 * 1024


class Scene:
    """The elements of one session, in order; each accepted change adds 1 to `revision`."""

    def __init__(self, elements: Iterable[Element] = (), revision: int = 0) -> None:
        self.revision = revision
        self.size = 0
        """Bytes of all elements as they are sent."""
        self._elements: dict[str, Element] = {}
        self._sizes: dict[str, int] = {}
        self._tiles: dict[str, str] = {}  # stream id -> element id
        self._hierarchy = Hierarchy()
        self._fill(elements)

    def __len__(self) -> int:
        return len(self._elements)

    @property
    def elements(self) -> tuple[Element, ...]:
        """All elements, in order."""
        return tuple(self._elements.values())

    @property
    def tiles(self) -> dict[str, str]:
        """The tiles of streams: stream id -> element id."""
        return self._tiles.copy()

    @property
    def has_tiles(self) -> bool:
        """Whether any stream has a tile."""
        return bool(self._tiles)

    def copy(self) -> "Scene":
        """Return a scene that changes by itself from here on."""
        twin = Scene(revision=self.revision)
        twin.size = self.size
        twin._elements = self._elements.copy()
        twin._sizes = self._sizes.copy()
        twin._tiles = self._tiles.copy()
        twin._hierarchy = self._hierarchy.copy()
        return twin

    def size_of(self, element_id: str) -> int:
        """Return the bytes of an element as it is sent."""
        return self._sizes[element_id]

    def tile_of(self, stream_id: str) -> str | None:
        """Return the id of the tile of a stream."""
        return self._tiles.get(stream_id)

    def children_of(self, element_id: str) -> Iterable[str]:
        """Return the ids of the elements that have one as their parent."""
        return self._hierarchy.children_of(element_id)

    def below(self, element_id: str) -> Iterator[tuple[str, int]]:
        """Yield the descendants of an element, those that are nearer first, with their distance."""
        return self._hierarchy.below(element_id)

    def add(
        self, new: NewElement, spare_id: str, author: str | None = None, also: int = 0
    ) -> Element:
        """Add an element under its own id, or under `spare_id` when it has none.

        Whether a stream has a tile already is for the caller to see (`tile_of`), and so is what a
        group wishes for. `also` are bytes by which others grow in the same step.

        Raises:
            Refusal: `element_exists`, `element_not_found` and `invalid_change` for the parent,
                `content_refused`, `scene_full`.
        """
        kind = kept(new.kind)
        element = Element(
            new.id or spare_id, kind, new.transform, new.parent, new.locked, new.opacity, author
        )
        if element.id in self._elements:
            raise Refusal(ErrorCode.ELEMENT_EXISTS)
        self.require_below(element.id, self.line(element.parent))
        admission.check(element)
        self._put(element, encoded_size(element), also)
        return element

    def update(self, element_id: str, changes: ElementChanges, also: int = 0) -> Element:
        """Change what is named of an element and return the whole of it.

        `also` are bytes by which others grow in the same step.

        Raises:
            Refusal: `element_not_found`, `invalid_change`, `content_refused`, `scene_full`.
        """
        before = self.require(element_id)
        element = changed(before, changes)
        if element.parent is not None and element.parent != before.parent:
            self.require_below(element_id, self.line(element.parent))
        admission.check(element, before.kind)
        self._put(element, self._sizes[element_id] + growth(before, element, changes), also)
        return element

    def line(self, parent: str | None) -> list[str]:
        """Return a parent and what is above it, the nearest first.

        Raises:
            Refusal: `element_not_found`.
        """
        if parent is not None:
            self.require(parent)
        return ancestors(self._elements, parent)

    def require_below(self, element_id: str, line: Sequence[str]) -> None:
        """See that an element may have those of a line above it, with all that is below it.

        Raises:
            Refusal: `invalid_change` for a circle, or too many above each other.
        """
        if element_id in line:
            reason = "An element is not in itself, nor in what is in it."
            raise Refusal(ErrorCode.INVALID_CHANGE, reason)
        height = max((distance for _, distance in self.below(element_id)), default=0)
        if len(line) + height > MAX_ANCESTORS:
            reason = f"Elements are at most {MAX_ANCESTORS} deep in each other."
            raise Refusal(ErrorCode.INVALID_CHANGE, reason)

    def fitted(self, element: Element) -> Element:
        """Return an element from elsewhere as it can be added: without a wrong parent."""
        try:
            self.require_below(element.id, self.line(element.parent))
        except Refusal:
            return msgspec.structs.replace(element, parent=None)
        return element

    def follow(self, element: Element, grown: int) -> None:
        """Let an element be another, by so many bytes longer, as a consequence that was weighed."""
        self._set(element, self._sizes[element.id] + grown)
        self.revision += 1

    def remove(self, element_id: str) -> Element:
        """Take an element out and return it; nothing may have it as its parent any more.

        Raises:
            Refusal: `element_not_found`, `invalid_change`.
        """
        element = self.require(element_id)
        if self._hierarchy.has_children(element_id):
            raise Refusal(ErrorCode.INVALID_CHANGE, "What is in it has not gone before it.")
        self._hierarchy.put(element_id, element.parent, None)
        del self._elements[element_id]
        self.size -= self._sizes.pop(element_id)
        stream_id = stream_of(element.kind)
        if stream_id is not None:
            del self._tiles[stream_id]
        self.revision += 1
        return element

    def replace(self, elements: Iterable[Element]) -> None:
        """Let all elements but the tiles give way to others; the tiles stay, after them.

        A parent that is not there any more is left out (STR3).

        Raises:
            Refusal: `scene_full`.
        """
        tiles = [self._elements[element_id] for element_id in self._tiles.values()]
        taken = {tile.id for tile in tiles}
        others = [
            element for element in elements if not is_tile(element.kind) and element.id not in taken
        ]
        replaced = Scene(repaired((*others, *tiles)))
        if replaced.size > max(self.size, MAX_SCENE_BYTES) or len(replaced) > MAX_ELEMENTS:
            raise Refusal(ErrorCode.SCENE_FULL)
        self.size = replaced.size
        self._elements, self._sizes = replaced._elements, replaced._sizes
        self._hierarchy = replaced._hierarchy
        self.revision += 1

    def get(self, element_id: str) -> Element | None:
        """Return an element, if it is there."""
        return self._elements.get(element_id)

    def require(self, element_id: str) -> Element:
        """Return an element.

        Raises:
            Refusal: `element_not_found`.
        """
        element = self._elements.get(element_id)
        if element is None:
            raise Refusal(ErrorCode.ELEMENT_NOT_FOUND, f"There is no element {element_id}.")
        return element

    def _fill(self, elements: Iterable[Element]) -> None:
        for element in elements:
            self._set(element, encoded_size(element))

    def _put(self, element: Element, size: int, also: int = 0) -> None:
        grown = self.size + size - self._sizes.get(element.id, 0) + also
        is_new = element.id not in self._elements
        if grown > max(self.size, MAX_SCENE_BYTES) or (is_new and len(self) >= MAX_ELEMENTS):
            raise Refusal(ErrorCode.SCENE_FULL)
        self._set(element, size)
        self.revision += 1

    def _set(self, element: Element, size: int) -> None:
        self.size += size - self._sizes.get(element.id, 0)
        before = self._elements.get(element.id)
        self._hierarchy.put(element.id, before.parent if before else None, element.parent)
        self._elements[element.id] = element
        self._sizes[element.id] = size
        stream_id = stream_of(element.kind)
        if stream_id is not None:
            self._tiles[stream_id] = element.id
