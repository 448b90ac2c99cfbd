"""One edit in the making: what it changes, for the log, and what everybody will hear of it."""

from collections.abc import Container, Iterable
from typing import assert_never

import msgspec

from canvas_server.core.admission import admitted, admitted_changes
from canvas_server.core.effects import Refused
from canvas_server.core.scene import Scene
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    SceneDocument,
    Video,
    Viewport,
)

STREAM_PREFIXES = ("peer-", "screen-")
_REMOVED_BYTES = 64

Author = tuple[str | None, str | None, str | None]
"""The peer id and the name of who makes an edit, and the other server it comes from."""

News = server.ElementAdded | server.ElementUpdated | server.ElementRemoved | server.SceneUpdate
"""What is told of a change. Each carries the whole of what it is about."""


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
        self.news: list[tuple[News, int]] = []
        """Each with its length in bytes, roughly."""
        self.logged = 0
        """Bytes of the changes, roughly."""
        self.only_tiles = True
        self._scene = scene
        self._session_id = session_id
        self._here = here
        self._author = author or (None, None, None)

    def add(self, new: NewElement, spare_id: str) -> str:
        """Add an element and return its id.

        The tile of a stream exists once: a second one changes nothing and gets the first one's id
        (SCN3).

        Raises:
            Refused: `peer_not_found` for a tile of a peer that is not here, `element_exists`,
                `content_refused`, `scene_full`.
        """
        if isinstance(new.kind, Video):
            stream_id = new.kind.stream_id
            tile = self._scene.tile_of(stream_id)
            if tile is not None:
                return tile
            owner = owner_of(stream_id)
            if owner is not None and owner not in self._here:
                raise Refused(ErrorCode.PEER_NOT_FOUND)
        element = self._scene.add(new, spare_id)
        size = self._scene.size_of(element.id)
        news = server.ElementAdded(element, self._scene.revision, self.now_ms)
        self._note(Added(element), size, news, size, element)
        return element.id

    def update(self, element_id: str, changes: ElementChanges) -> None:
        """Change what is named of an element.

        Raises:
            Refused: `element_not_found`, `invalid_change`, `content_refused`, `scene_full`.
        """
        element = self._scene.update(element_id, changes)
        news = server.ElementUpdated(element, self._scene.revision, self.now_ms)
        logged = len(msgspec.json.encode(changes))
        size = self._scene.size_of(element_id)
        self._note(Updated(element_id, changes), logged, news, size, element)

    def remove(self, element_id: str) -> None:
        """Remove an element.

        Raises:
            Refused: `element_not_found`.
        """
        element = self._scene.remove(element_id)
        news = server.ElementRemoved(element_id, self._scene.revision, self.now_ms)
        self._note(Removed(element_id), _REMOVED_BYTES, news, _REMOVED_BYTES, element)

    def replace(self, elements: Iterable[Element], restored: int | None = None) -> None:
        """Put other elements in the place of all but the tiles, as they may come in (SCN10).

        Raises:
            Refused: `scene_full`.
        """
        self._scene.replace(map(admitted, elements))
        self.whole(restored)

    def change(self, change: Change) -> None:
        """Make a change as it was made before, or elsewhere, with what may come in (SCN10).

        Raises:
            Refused: as the methods above.
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
            Refused: as `add`.
        """
        new = admitted(element)
        self.add(NewElement(new.kind, new.transform, new.id), new.id)

    def whole(self, restored: int | None = None) -> None:
        """Say what all of the scene is, after it became another one."""
        elements = self._scene.elements
        document = scene_document(self._session_id, elements, self._scene.revision, self.now_ms)
        size = self._scene.size
        self._note(Replaced(elements, restored), size, server.SceneUpdate(document), size, None)

    def _note(
        self, change: Change, logged: int, news: News, told: int, element: Element | None
    ) -> None:
        self.entries.append(Entry(self._scene.revision, self.now_ms, change, *self._author))
        self.news.append((news, told))
        self.logged += logged
        if element is None or not isinstance(element.kind, Video):
            self.only_tiles = False


def revision_of(news: News) -> int:
    """Return the revision that news lead to."""
    return news.scene.revision if isinstance(news, server.SceneUpdate) else news.revision


def owner_of(stream_id: str) -> str | None:
    """Return the peer a stream belongs to by its name (SCN3)."""
    prefix, dash, peer_id = stream_id.partition("-")
    return peer_id if prefix + dash in STREAM_PREFIXES else None


def scene_document(
    session_id: str, elements: tuple[Element, ...], revision: int, timestamp: int
) -> SceneDocument:
    """Return a whole scene as it is sent."""
    return SceneDocument(session_id, Viewport(), elements, revision, timestamp)
