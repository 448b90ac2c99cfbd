"""Committed scene: what is stored of a scene, which is also what everybody has been sent.

It keeps the latest scene events too, for those who ask what came after a revision. Pure.
"""

from collections import deque

from msgspec import UNSET

from canvas_server.core.records import Snapshot
from canvas_server.core.scene.news import SceneEvent, revision_of, version_of
from canvas_server.protocol import server
from canvas_server.protocol.scene import SceneDocument, SceneVersion

MAX_RECENT = 512
MAX_RECENT_BYTES = 1024 * 1024


class CommittedScene:
    """The scene as it is stored, which is also what everybody has been sent."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.revision = snapshot.revision
        self.timestamp = snapshot.timestamp
        self.elements = {element.id: element for element in snapshot.elements}
        self._recent: deque[tuple[SceneEvent, int]] = deque()
        self._recent_bytes = 0
        self._since = snapshot.revision, snapshot.timestamp
        """Revision and time of the scene before the first of the latest events."""

    def take(self, news: SceneEvent, size: int) -> None:
        """Become what the news say; `size` is about their length in bytes."""
        self._recent.append((news, size))
        self._recent_bytes += size
        match news:
            case server.SceneUpdate():
                document = news.scene
                self.elements = {element.id: element for element in document.elements}
                self.revision, self.timestamp = document.revision, document.timestamp
                self._forget(len(self._recent))
                return
            case server.ElementRemoved():
                del self.elements[news.id]
            case _:
                self.elements[news.element.id] = news.element
        self.revision, self.timestamp = news.revision, news.timestamp
        while len(self._recent) > MAX_RECENT or self._recent_bytes > MAX_RECENT_BYTES:
            self._forget(1)

    def is_at(self, document: SceneDocument) -> bool:
        """Tell whether the scene is what a document says."""
        return (document.revision, document.timestamp) == (self.revision, self.timestamp)

    def since(self, known: SceneVersion) -> list[SceneEvent] | None:
        """Return the events after a version, if it is still at hand and leaves no gap.

        Who asks may know of gaps only that something is missing, so none is sent again.
        """
        revision = known.revision
        if not self._since[0] <= revision <= self.revision:
            return None
        before = [news for news, _ in self._recent if revision_of(news) <= revision]
        at = version_of(before[-1]) if before else self._since
        if at[0] == revision and not known.fits(*at):
            return None  # it is of another past: an older state was restored
        missed = [news for news, _ in self._recent if revision_of(news) > revision]
        jumps = [news for news in missed if getattr(news, "follows", UNSET) is not UNSET]
        return None if jumps else missed

    def _forget(self, count: int) -> None:
        for _ in range(count):
            news, size = self._recent.popleft()
            self._recent_bytes -= size
            self._since = version_of(news)
