"""Transaction: the changes of one edit, for the log and for everybody."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import assert_never

import msgspec
from msgspec import UNSET

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.admission import admitted, admitted_changes
from canvas_server.core.scene.changes import (
    changed,
    moved,
    require_expected,
    without_expected,
    work_of,
)
from canvas_server.core.scene.consequences import (
    Consequence,
    TooMany,
    carrying,
    count_below,
    grouping,
    leaving,
)
from canvas_server.core.scene.elements import MAX_ELEMENTS, Scene
from canvas_server.core.scene.guard import EditGuard
from canvas_server.core.scene.hierarchy import granted, kept
from canvas_server.core.scene.journal import Before, Journal, Touch
from canvas_server.core.scene.news import NetResult, SceneEvent
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.kinds import Group, is_tile, stream_of
from canvas_server.protocol.scene import Element, ElementChanges, NewElement

STREAM_PREFIXES = ("peer-", "screen-")
MAX_WORK = 4 * 1024 * 1024
"""Bytes of elements that the changes of one edit may go through, beyond what came in (SCN12).

One change may always: it is that of an element which is allowed itself.
"""
_TOO_MUCH = "These changes are too much work in one; send the rest by itself."
_REMOVED_BYTES = 64
_CARRIED_WORK = 1024
"""Bytes that an element counts as which is carried along: it is placed, kept and told anew."""
_DEPTH_WORK = 32
"""The same of one that is only counted, to see how deep it will be."""

Author = tuple[str | None, str | None, str | None]
"""The peer id and the name of who makes an edit, and the other server it comes from."""


class Anybody:
    """Those who are where a scene is kept: it has seen that tiles belong to somebody."""

    def __contains__(self, _: object) -> bool:
        return True


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
        guard: EditGuard | None = None,
        journal: Journal | None = None,
    ) -> None:
        """Begin an edit of a session's scene; `here` has the ids of its peers.

        `author` is who makes it; None: it came over HTTP or from the server itself. `guard` holds
        an agent back, in whose `journal` it is noted (AGT3, AGT7).
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
        self.placed: frozenset[str] = frozenset()
        """Elements whose place the message says itself: nothing carries them (STR2)."""
        self.gone: set[str] = set()
        """Elements that were removed with their parent."""
        self.only_tiles = True
        self.accepted_by: str | None = None
        """The peer that has accepted it, where its author had proposed it."""
        self.clears_chat = False
        """It clears the session: the chat goes with the scene (CHT7)."""
        self._result = NetResult(scene)
        self._scene = scene
        self._session_id = session_id
        self._here = here
        self._author = author or (None, None, None)
        self._guard = guard
        self._journal = journal
        self._owned: int | None = None
        self.agent = None if guard is None else guard.key
        """Whose journal has what this edit changes; None: nobody's."""
        self.touches: list[Touch] = []
        """What an agent changes, element by element."""
        self.before: list[Before] = []
        """What the journal said before this edit."""

    def add(self, new: NewElement, spare_id: str) -> str:
        """Add an element and return its id.

        The tile of a stream exists once: a second one changes nothing and gets the first one's id
        (SCN3).

        Raises:
            Refusal: `peer_not_found` for a tile of a peer that is not here, `element_exists`,
                `element_not_found` and `invalid_change` for the parent or children of a group,
                `element_locked` for those children, `content_refused`, `scene_full`.
        """
        self._begin()
        if isinstance(new.kind, Group):
            self._charge_descendants(new.kind.children, _DEPTH_WORK)
        element_id = self._add(new, spare_id, self._author[1])
        self._made()
        return element_id

    def _add(self, new: NewElement, spare_id: str, author: str | None) -> str:
        stream_id = stream_of(new.kind)
        if stream_id is not None:
            tile = self._scene.tile_of(stream_id)
            if tile is not None:
                return tile
            owner = owner_of(stream_id)
            if owner is not None and owner not in self._here:
                raise Refusal(ErrorCode.PEER_NOT_FOUND)
        children = grouping(self._scene, new, new.id or spare_id)
        if self._guard is not None:
            self._guard_new(self._guard, new, spare_id)
            self._guard_consequences(self._guard, children)
        element = self._scene.add(new, spare_id, author, sum(child.grown for child in children))
        self._result.add(element)
        self._touch(element.id, None, element)
        self._note(Added(element), self._scene.size_of(element.id), element)
        self._follow(children, element)
        return element.id

    def update(self, element_id: str, changes: ElementChanges) -> None:
        """Change what is named of an element; what has it as parent is carried along (STR2).

        Raises:
            Refusal: `element_not_found`, `element_locked`, `element_changed`, `invalid_change`,
                `content_refused`, `scene_full`; `rate_limited` where the changes of this edit would
                be too much work together.
        """
        for _ in self.updating(element_id, changes):
            pass

    def updating(self, element_id: str, changes: ElementChanges) -> Iterator[None]:
        """Do as `update`, a step for each element that is carried along, twice.

        What is refused is refused before anything is changed.
        """
        self._begin()
        before = self._scene.require(element_id)
        if before.locked and changes.locked is not False:
            raise Refusal(ErrorCode.ELEMENT_LOCKED)
        self._charge(work_of(before, changes, self._scene.size_of(element_id)))
        require_expected(before, changes)
        if changes.parent is not UNSET and changes.parent != before.parent:
            self._charge_descendants([element_id], _DEPTH_WORK)
        carried: list[Consequence] = []
        for each in self._carrying(before, changes):
            carried.append(each)
            yield
        if self._guard is not None:
            self._guard.check(before, changed(before, changes))
            self._guard_consequences(self._guard, carried)
        yield from self._updating(before, changes, carried)
        self._made()

    def _carrying(self, before: Element, changes: ElementChanges) -> Iterator[Consequence]:
        """Yield what follows for those below; each is charged once all of them are known."""
        if changes.transform is UNSET:
            return
        most = self._affordable(_CARRIED_WORK)
        after = moved(before.transform, changes.transform)
        count = 0
        try:
            for each in carrying(self._scene, before, after, self.placed, most):
                count += 1
                yield each
        except TooMany:
            raise self._exhausted() from None
        self.work += _CARRIED_WORK * count

    def _update(
        self, before: Element, changes: ElementChanges, carried: Sequence[Consequence] = ()
    ) -> None:
        for _ in self._updating(before, changes, carried):
            pass

    def _updating(
        self, before: Element, changes: ElementChanges, carried: Sequence[Consequence]
    ) -> Iterator[None]:
        changes = without_expected(changes)
        grown = sum(each.grown for each in carried)
        element = self._scene.update(before.id, changes, grown)
        self._result.update(element)
        self._touch(before.id, before, element)
        self._note(Updated(before.id, changes), len(msgspec.json.encode(changes)), element)
        yield
        for each in carried:
            self._follow([each], element)
            yield

    def _follow(self, consequences: Iterable[Consequence], cause: Element) -> None:
        """Make changes of other elements that were weighed with their cause."""
        for each in consequences:
            self._touch(each.element.id, self._scene.get(each.element.id), each.element, 0)
            self._scene.follow(each.element, each.grown)
            self._result.update(each.element)
            self._note(each.change, len(msgspec.json.encode(each.change.changes)), cause)

    def remove(self, element_id: str) -> None:
        """Remove an element, and what has it as parent; tiles there are freed (STR3).

        Raises:
            Refusal: `element_not_found`, `element_locked`.
        """
        for _ in self.removing(element_id):
            pass

    def removing(self, element_id: str) -> Iterator[None]:
        """Do as `remove`, a step for each element that goes."""
        self._begin()
        if self._scene.require(element_id).locked:
            raise Refusal(ErrorCode.ELEMENT_LOCKED)
        yield from self._taking_out(element_id)
        self._made()

    def take_out(self, element_id: str) -> None:
        """Remove an element as `remove`, also one that is locked.

        Raises:
            Refusal: `element_not_found`.
        """
        for _ in self._taking_out(element_id):
            pass

    def _taking_out(self, element_id: str) -> Iterator[None]:
        element = self._scene.require(element_id)
        gone = leaving(self._scene, element_id)
        if self._guard is not None:
            self._guard.check(element, None)
            for each in gone:
                if isinstance(each, Removed):
                    self._guard.check(self._scene.require(each.id), None)
            freed = (each for each in gone if not isinstance(each, Removed))
            self._guard_consequences(self._guard, freed)
        for each in gone:
            if isinstance(each, Removed):
                self._remove(each.id, element)
                self.gone.add(each.id)
            else:
                self._follow([each], element)
            yield
        self._remove(element_id, element)
        yield

    def _remove(self, element_id: str, cause: Element | None = None) -> None:
        size = self._scene.size
        element = self._scene.remove(element_id)
        self._touch(element_id, element, None, int(cause is None or cause.id == element_id))
        self._result.remove(element, size - self._scene.size)
        self._note(Removed(element_id), _REMOVED_BYTES, cause or element)

    def replace(self, elements: Iterable[Element], restored: int | None = None) -> None:
        """Put other elements in the place of all but the tiles, as they may come in (SCN10).

        Raises:
            Refusal: `scene_full`.
        """
        self._scene.replace(map(admitted, elements))
        self.whole(restored)

    def change(self, change: Change) -> None:
        """Make a change as it was made elsewhere, with what may come in (SCN10).

        Its consequences are changes of their own that come with it.

        Raises:
            Refusal: as the methods above.
        """
        match change:
            case Added(element):
                self.take(element)
            case Updated(element_id, changes):
                before = self._scene.require(element_id)
                self._charge(work_of(before, changes, self._scene.size_of(element_id)))
                self._update(before, admitted_changes(changes))
            case Removed(element_id):
                self._remove(element_id)
            case Replaced(elements, restored):
                self.replace(elements, restored)
            case _:
                assert_never(change)

    def again(self, change: Change) -> None:
        """Make a change of a tile again, with its consequences as they are now.

        Raises:
            Refusal: as the methods above.
        """
        match change:
            case Added(element):
                self.take(self._scene.fitted(element))
            case Updated(element_id, changes) if self._is_tile(element_id):
                before = self._scene.require(element_id)
                self._update(before, changes, list(self._carrying(before, changes)))
            case Removed(element_id) if self._is_tile(element_id):
                self.take_out(element_id)
            case _:
                pass  # a consequence

    def _is_tile(self, element_id: str) -> bool:
        element = self._scene.get(element_id)
        return element is not None and is_tile(element.kind)

    def take(self, element: Element) -> None:
        """Add an element that was made before, or elsewhere, as it may come in (SCN10).

        Raises:
            Refusal: as `add`.
        """
        new = granted(admitted(element))
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

    # --- an agent's (AGT3, AGT7) ---------------------------------------------------------------

    def _begin(self) -> None:
        if self._guard is not None:
            self._guard.begin(self.now_ms)

    def _made(self) -> None:
        if self._guard is not None:
            self._guard.made(self.now_ms)

    def _guard_new(self, guard: EditGuard, new: NewElement, spare_id: str) -> None:
        place = (new.transform, new.parent, new.locked, new.opacity)
        guard.check(None, Element(new.id or spare_id, kept(new.kind), *place))
        if guard.counts_elements and self._journal is not None:
            if self._owned is None:
                self._owned = self._journal.owned(guard.key, self._author[1], self._scene)
            guard.check_number(self._owned)

    def _guard_consequences(self, guard: EditGuard, consequences: Iterable[Consequence]) -> None:
        for each in consequences:
            guard.check(self._scene.require(each.element.id), each.element)

    def _touch(
        self, element_id: str, before: Element | None, after: Element | None, count: int = 1
    ) -> None:
        if self._guard is None:
            return
        self.touches.append((element_id, before, after, count))
        if before is None:
            self._owned = None if self._owned is None else self._owned + 1
        elif after is None:
            self._owned = None  # counted anew: it may have been anybody's

    def _charge(self, work: int) -> None:
        if work and self.work and self.work + work > MAX_WORK:
            raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MUCH)
        self.work += work

    def _charge_descendants(self, element_ids: Iterable[str], work: int) -> None:
        try:
            count = count_below(self._scene, element_ids, self._affordable(work))
        except TooMany:
            raise self._exhausted() from None
        self.work += work * count

    def _affordable(self, work: int) -> int:
        """Return how many times such work may be done yet."""
        return max(0, MAX_WORK - self.work) // work if self.work else MAX_ELEMENTS

    def _exhausted(self) -> Refusal:
        """Return a refusal; to have counted was work too, so that no more is done in this edit."""
        self.work = max(self.work, MAX_WORK)
        return Refusal(ErrorCode.RATE_LIMITED, _TOO_MUCH)

    def _note(self, change: Change, logged: int, cause: Element | None) -> None:
        """Keep a change that was made, for the sake of an element; None: of all of the scene."""
        self.entries.append(
            Entry(self._scene.revision, self.now_ms, change, *self._author, self.accepted_by)
        )
        self.logged += logged
        if cause is None or not is_tile(cause.kind):
            self.only_tiles = False


def owner_of(stream_id: str) -> str | None:
    """Return the peer a stream belongs to by its name (SCN3)."""
    prefix, dash, peer_id = stream_id.partition("-")
    return peer_id if prefix + dash in STREAM_PREFIXES else None
