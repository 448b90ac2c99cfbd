"""Scene events of a transaction: its net result, with each element once (SCN1). Pure."""

from msgspec import UNSET

from canvas_server.core.scene.elements import Scene
from canvas_server.protocol import server
from canvas_server.protocol.scene import Element, SceneDocument, Viewport

MAX_NEWS = 1000
"""Of one transaction; the result of a longer one is sent as the whole scene."""
FRAME_BYTES = 96
"""Of a message, roughly, beside the element in it."""

_ElementEvent = server.ElementAdded | server.ElementUpdated | server.ElementRemoved
_Step = tuple[type[_ElementEvent], Element | str, int]
SceneEvent = _ElementEvent | server.SceneUpdate
"""A message about a change. Each carries the whole of what it is about."""


class NetResult:
    """What became of the elements of a scene since a revision, whatever happened in between."""

    def __init__(self, scene: Scene) -> None:
        """Begin at the present state of a scene."""
        self._scene = scene
        self._before = scene.revision
        self._removed: dict[str, None] = {}
        self._updated: dict[str, Element] = {}
        self._added: dict[str, Element] = {}
        self._passed: tuple[Element, int] | None = None
        """An element that came and went in between, and its size."""
        self._is_whole = False

    def add(self, element: Element) -> None:
        """Note a new element."""
        self._added[element.id] = element

    def update(self, element: Element) -> None:
        """Note what an element is now."""
        noted = self._added if element.id in self._added else self._updated
        noted[element.id] = element

    def remove(self, element: Element, size: int) -> None:
        """Note that an element, which had a size in bytes, is gone."""
        if element.id in self._added:
            self._passed = self._added.pop(element.id), size
        else:
            self._updated.pop(element.id, None)
            self._removed[element.id] = None

    def replace(self) -> None:
        """Note that all of the scene may have become another."""
        self._is_whole = True

    def news(self, session_id: str, timestamp: int) -> list[tuple[SceneEvent, int]]:
        """Return the events to be sent, in order, each with its length in bytes, roughly.

        The revisions are contiguous but for the last message, which leads to the revision of the
        scene, and names the revision that it `follows` where that is not the one before.
        """
        scene = self._scene
        steps = [] if self._is_whole else self._steps()
        if self._is_whole or len(steps) > MAX_NEWS:
            document = scene_document(session_id, scene.elements, scene.revision, timestamp)
            return [(server.SceneUpdate(document), scene.size + FRAME_BYTES)]
        events: list[tuple[SceneEvent, int]] = []
        for number, (kind, what, size) in enumerate(steps, 1):
            revision, follows = self._before + number, UNSET
            if number == len(steps) and revision != scene.revision:
                revision, follows = scene.revision, revision - 1
            events.append((kind(what, revision, timestamp, follows), size + FRAME_BYTES))  # type: ignore[arg-type]
        return events

    def _steps(self) -> list[_Step]:
        """Return what becomes of each element: first what goes, so that tiles can follow others."""
        size_of = self._scene.size_of
        steps: list[_Step] = [(server.ElementRemoved, name, 0) for name in self._removed]
        steps += [(server.ElementUpdated, e, size_of(e.id)) for e in self._updated.values()]
        steps += [(server.ElementAdded, e, size_of(e.id)) for e in self._added.values()]
        if not steps and self._passed is not None:
            # Only the revision has changed; it is sent with what everybody can follow.
            element, size = self._passed
            steps = [(server.ElementAdded, element, size), (server.ElementRemoved, element.id, 0)]
        return steps


def revision_of(news: SceneEvent) -> int:
    """Return the revision that news lead to."""
    return version_of(news)[0]


def version_of(news: SceneEvent) -> tuple[int, int]:
    """Return the revision that news lead to, and the time of the change."""
    to = news.scene if isinstance(news, server.SceneUpdate) else news
    return to.revision, to.timestamp


def scene_document(
    session_id: str, elements: tuple[Element, ...], revision: int, timestamp: int
) -> SceneDocument:
    """Return a whole scene as it is sent."""
    return SceneDocument(session_id, Viewport(), elements, revision, timestamp)
