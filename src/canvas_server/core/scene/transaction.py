"""Transaction: the changes of one edit, for the log and for everybody."""

from collections.abc import Container, Iterable
from typing import assert_never

import msgspec

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.admission import admitted, admitted_changes
from canvas_server.core.scene.changes import require_expected, without_expected, work_of
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.news import NetResult, SceneEvent
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.kinds import is_tile, stream_of
from canvas_server.protocol.scene import Element, ElementChanges, NewElement

STREAM_PREFIXES = ("peer-", "screen-")
MAX_WORK = 4 * 1024 * 1024
"""Bytes of elements that the changes of one edit may go through, beyond what came in (SCN12).

One change may always: it is that of an element which is allowed itself.
"""
_REMOVED_BYTES = 64

Author = tuple[str | None, str | None, str | None]
"""The peer id and the name of who makes an edit, and the other server it comes from."""


class Edit:
    """Applies changes to a scene one by one and keeps them together.

    A change that is refused changes nothing; those before it stand.
    """

    def __init__(
        self,
        scene: Scene,
        session_id: str,
        here: Container[str],
        now_ms: int,
        author: Author | None,
    ) -> None:
        """Begin an edit of a session's scene; `here` has the ids of its peers.

        `author` is who makes it; None: it came over HTTP or from the server itself.
        """
        self.now_ms = now_ms
        self.entries: list[Entry] = []
        self.news: list[tuple[SceneEvent, int]] = []
        """What everybody will hear, once it is complete; each with its length in bytes, roughly."""
        self.logged = 0
        """Bytes of the changes, roughly."""
        self.work = 0
        """Bytes of elements that were gone through, beyond what came in."""
        self.failures = 0
        """Changes that were refused."""
        self.only_tiles = True
        self.clears_chat = False
        """It clears the session: the chat goes with the scene (CHT7)."""
        self._result = NetResult(scene)
        self._scene = scene
        self._session_id = session_id
        self._here = here
        self._author = author or (None, None, None)

    def add(self, new: NewElement, spare_id: str) -> str:
        """Add an element and return its id.

        The tile of a stream exists once: a second one changes nothing and gets the first one's id
        (SCN3).

        Raises:
            Refusal: `peer_not_found` for a tile of a peer that is not here, `element_exists`,
                `content_refused`, `scene_full`.
        """
        return self._add(new, spare_id, self._author[1])

    def _add(self, new: NewElement, spare_id: str, author: str | None) -> str:
        stream_id = stream_of(new.kind)
        if stream_id is not None:
            tile = self._scene.tile_of(stream_id)
            if tile is not None:
                return tile
            owner = owner_of(stream_id)
            if owner is not None and owner not in self._here:
                raise Refusal(ErrorCode.PEER_NOT_FOUND)
        element = self._scene.add(new, spare_id, author)
        self._result.add(element)
        self._note(Added(element), self._scene.size_of(element.id), element)
        return element.id

    def update(self, element_id: str, changes: ElementChanges) -> None:
        """Change what is named of an element.

        Raises:
            Refusal: `element_not_found`, `element_changed`, `invalid_change`, `content_refused`,
                `scene_full`; `rate_limited` where the changes of this edit would be too much work
                together.
        """
        before = self._scene.get(element_id)
        if before is not None:
            self._charge(work_of(before, changes, self._scene.size_of(element_id)))
            require_expected(before, changes)
        changes = without_expected(changes)
        element = self._scene.update(element_id, changes)
        self._result.update(element)
        self._note(Updated(element_id, changes), len(msgspec.json.encode(changes)), element)

    def remove(self, element_id: str) -> None:
        """Remove an element.

        Raises:
            Refusal: `element_not_found`.
        """
        size = self._scene.size
        element = self._scene.remove(element_id)
        self._result.remove(element, size - self._scene.size)
        self._note(Removed(element_id), _REMOVED_BYTES, element)

    def replace(self, elements: Iterable[Element], restored: int | None = None) -> None:
        """Put other elements in the place of all but the tiles, as they may come in (SCN10).

        Raises:
            Refusal: `scene_full`.
        """
        self._scene.replace(map(admitted, elements))
        self.whole(restored)

    def change(self, change: Change) -> None:
        """Make a change as it was made before, or elsewhere, with what may come in (SCN10).

        Raises:
            Refusal: as the methods above.
        """
        match change:
            case Added(element):
                self.take(element)
            case Updated(element_id, changes):
                self.update(element_id, admitted_changes(changes))
            case Removed(element_id):
                self.remove(element_id)
            case Replaced(elements, restored):
                self.replace(elements, restored)
            case _:
                assert_never(change)

    def take(self, element: Element) -> None:
        """Add an element that was made before, or elsewhere, as it may come in (SCN10).

        Raises:
            Refusal: as `add`.
        """
        new = admitted(element)
        again = NewElement(new.kind, new.transform, new.id, new.parent, new.locked, new.opacity)
        self._add(again, new.id, new.author)

    def whole(self, restored: int | None = None) -> None:
        """Say what all of the scene is, after it became another one."""
        self._result.replace()
        self._note(Replaced(self._scene.elements, restored), self._scene.size, None)

    def complete(self) -> None:
        """Have `news` of what the changes have led to; nothing may be changed afterwards."""
        self.news = self._result.news(self._session_id, self.now_ms)

    @property
    def revision(self) -> int:
        """Of the scene, with the changes."""
        return self._scene.revision

    @property
    def broadcast_bytes(self) -> int:
        """Bytes that everybody will be sent for it, roughly."""
        return sum(size for _, size in self.news)

    def _charge(self, work: int) -> None:
        if work and self.work and self.work + work > MAX_WORK:
            reason = "These changes are too much work in one; send the rest by itself."
            raise Refusal(ErrorCode.RATE_LIMITED, reason)
        self.work += work

    def _note(self, change: Change, logged: int, element: Element | None) -> None:
        self.entries.append(Entry(self._scene.revision, self.now_ms, change, *self._author))
        self.logged += logged
        if element is None or not is_tile(element.kind):
            self.only_tiles = False


def owner_of(stream_id: str) -> str | None:
    """Return the peer a stream belongs to by its name (SCN3)."""
    prefix, dash, peer_id = stream_id.partition("-")
    return peer_id if prefix + dash in STREAM_PREFIXES else None
