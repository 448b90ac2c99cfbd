"""Rehearsal of what is proposed: whether a scene takes it, and what of it needs what else. Pure.

It is made on a copy, as an edit would be (AGT5). What is said of one element becomes one operation,
so that each can be accepted or refused by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, assert_never, cast

import msgspec
from msgspec import UNSET, Struct

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.carrying import placed_by
from canvas_server.core.scene.changes import changed, combined
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.guard import Accepted, EditGuard
from canvas_server.core.scene.hierarchy import kept
from canvas_server.core.scene.transaction import Author, Edit
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Group, flat_kind, is_tile
from canvas_server.protocol.scene import Element, ElementChanges, NewElement

COPY_WORK = 16
"""Bytes that an element counts as in a scene that is copied."""
Operations = dict[str, client.Operation]
"""Operations by the id of their element, in an order in which they can be made."""

_NO_TILES = "Tiles of streams come and go with their media: they are not proposed."
_AGAIN = "What is removed is not added again in one proposal: change it instead."
_NOTHING = "It changes nothing."
_NOT_ONE = "What it says of one element does not fit in one change: propose it one after the other."


class Rehearsal(Struct, frozen=True):
    """What is left of operations as they can be proposed."""

    operations: Operations
    failed: tuple[server.FailedOperation, ...]
    """Those that the scene does not take, by their place."""
    first_id: str
    """The id of the element that the first one is about; empty where there is none."""
    work: int
    """Bytes of elements that were gone through."""


class _Trial:
    """A copy of a scene in which operations are made."""

    def __init__(
        self,
        canvas: Canvas,
        author: Author,
        operations: Iterable[client.Operation],
        now_ms: int,
        guard: EditGuard | None = None,
    ) -> None:
        self.scene = canvas.scene.copy()
        self.edit = canvas.edit(now_ms, author, self.scene, guard)
        self.edit.placed = placed_by(client.SyncQueue(tuple(operations)))
        self._copied = COPY_WORK * len(self.scene)

    @property
    def work(self) -> int:
        return self._copied + self.edit.work

    def make(self, operation: client.Operation) -> None:
        """Make an operation.

        Raises:
            Refusal: see `Edit`; `invalid_change` where it is about a tile.
        """
        match operation:
            case client.AddOperation(element=new):
                if is_tile(new.kind):
                    raise Refusal(ErrorCode.INVALID_CHANGE, _NO_TILES)
                self.edit.add(new, id_of(operation))
            case client.UpdateOperation(id=element_id, changes=changes):
                self._require_no_tile(element_id)
                self.edit.update(element_id, changes)
            case client.RemoveOperation(id=element_id):
                self._require_no_tile(element_id)
                self.edit.remove(element_id)
            case _:
                assert_never(operation)

    def _require_no_tile(self, element_id: str) -> None:
        if is_tile(self.scene.require(element_id).kind):
            raise Refusal(ErrorCode.INVALID_CHANGE, _NO_TILES)


def id_of(operation: client.Operation) -> str:
    """Return the id of the element that an operation is about; empty: it has none yet."""
    if isinstance(operation, client.AddOperation):
        return operation.element.id
    return operation.id


def rehearse(
    canvas: Canvas,
    author: Author,
    operations: Iterable[client.Operation],
    new_id: Callable[[], str],
    now_ms: int,
    guard: EditGuard | None = None,
    *,
    lenient: bool,
) -> Rehearsal:
    """See what a scene takes of operations in order, and make one of those about each element.

    `guard`: what its proposer is held to. `lenient`: what it does not take is left out, as in
    `sync_queue`.

    Raises:
        Refusal: it does not take one, which the text names, or they change nothing together; see
            `Edit`. `invalid_change` where they are not one for each element.
    """
    named = [_named(operation, new_id) for operation in operations]
    trial = _Trial(canvas, author, named, now_ms, guard)
    merged: Operations = {}
    failed: list[server.FailedOperation] = []
    for index, operation in enumerate(named):
        try:
            if isinstance(merged.get(id_of(operation)), client.RemoveOperation):
                raise Refusal(ErrorCode.INVALID_CHANGE, _AGAIN)
            trial.make(operation)
            after = trial.scene.get(id_of(operation))
        except Refusal as refused:
            if not lenient:
                raise _at(f"operations[{index}]", refused, trial) from None
            failed.append(server.FailedOperation(index, refused.code, refused.text))
            continue
        _merge(merged, operation, after)
        for gone in trial.edit.gone & merged.keys():  # it went with its parent
            del merged[gone]
    work = trial.work
    if not merged and not lenient:
        raise _charged(Refusal(ErrorCode.INVALID_CHANGE, _NOTHING), work)
    if [*merged.values()] != named:
        work += _require_same(canvas, author, merged, trial.scene, now_ms, work)
    return Rehearsal(merged, tuple(failed), id_of(named[0]) if named else "", work)


def _named(operation: client.Operation, new_id: Callable[[], str]) -> client.Operation:
    if not isinstance(operation, client.AddOperation) or operation.element.id:
        return operation
    return client.AddOperation(msgspec.structs.replace(operation.element, id=new_id()))


def _merge(merged: Operations, operation: client.Operation, after: Element | None) -> None:
    """Add an operation that was made to those before it; `after` is what its element is now."""
    element_id = id_of(operation)
    earlier = merged.get(element_id)
    match operation:
        case client.UpdateOperation(changes=changes) if isinstance(earlier, client.AddOperation):
            merged[element_id] = client.AddOperation(_changed_new(earlier.element, changes))
        case client.UpdateOperation(changes=changes) if (
            isinstance(earlier, client.UpdateOperation) and after is not None
        ):
            both = combined(after.kind, earlier.changes, changes)
            merged[element_id] = client.UpdateOperation(element_id, both)
        case client.RemoveOperation() if isinstance(earlier, client.AddOperation):
            del merged[element_id]
        case client.RemoveOperation():
            merged.pop(element_id, None)  # at the end: what it has left was moved out before
            merged[element_id] = operation
        case _:
            merged[element_id] = operation


def _changed_new(new: NewElement, changes: ElementChanges) -> NewElement:
    """Return an element to be added in which what is named has changed."""
    plain = Element(
        new.id, kept(new.kind), new.transform, new.parent, new.locked, new.opacity, None
    )
    after = changed(plain, changes)
    kind = new.kind if isinstance(new.kind, Group) else after.kind  # it keeps what it wishes for
    return NewElement(kind, after.transform, new.id, after.parent, after.locked, after.opacity)


def _require_same(
    canvas: Canvas, author: Author, merged: Operations, wanted: Scene, now_ms: int, work: int
) -> int:
    """See that operations lead to the scene that is wanted; return what work that was.

    Raises:
        Refusal: `invalid_change`, they do not.
    """
    trial = _Trial(canvas, author, merged.values(), now_ms)
    try:
        for operation in merged.values():
            trial.make(operation)
    except Refusal:
        raise _charged(Refusal(ErrorCode.INVALID_CHANGE, _NOT_ONE), work + trial.work) from None
    if {each.id: each for each in trial.scene.elements} != {e.id: e for e in wanted.elements}:
        raise _charged(Refusal(ErrorCode.INVALID_CHANGE, _NOT_ONE), work + trial.work)
    return trial.work


def perform(
    canvas: Canvas,
    author: Author,
    operations: Iterable[client.Operation],
    accepted_by: str,
    now_ms: int,
    guard: EditGuard | None,
) -> tuple[Scene, Edit, int]:
    """Make operations on a copy of a scene; return it, its edit, and what work that was.

    `guard`: that of who proposed them. Its number of edits and a pause do not count: it has made
    them before.

    Raises:
        Refusal: one cannot be made any more; the text names its element.
    """
    chosen = tuple(operations)
    accepted = None if guard is None else Accepted(guard)
    trial = _Trial(canvas, author, chosen, now_ms, accepted)
    trial.edit.accepted_by = accepted_by
    for operation in chosen:
        try:
            trial.make(operation)
        except Refusal as refused:
            raise _at(id_of(operation), refused, trial) from None
    return trial.scene, trial.edit, trial.work


def _at(place: str, refused: Refusal, trial: _Trial) -> Refusal:
    return _charged(Refusal(refused.code, f"{place}: {refused.text}"), trial.work)


def _charged(refused: Refusal, work: int) -> Refusal:
    refused.work = work
    return refused


def needs(operations: Mapping[str, client.Operation], scene: Scene) -> dict[str, set[str]]:
    """Return for each element which of the other operations have to be made for its own.

    A child needs a parent that is new, an arrow new elements at its ends, a group the new ones that
    it holds. What is removed needs what is moved out of it before.
    """
    needed: dict[str, set[str]] = {}
    for element_id, operation in operations.items():
        if isinstance(operation, client.RemoveOperation):
            found = {below for below, _ in scene.below(element_id)} & operations.keys()
        else:
            named = _names(operation)
            found = {one for one in named if isinstance(operations.get(one), client.AddOperation)}
        needed[element_id] = found - {element_id}
    return needed


def with_needs(chosen: Iterable[str], needed: Mapping[str, set[str]]) -> set[str]:
    """Return elements with all that they need."""
    found: set[str] = set()
    waiting = [*chosen]
    while waiting:
        element_id = waiting.pop()
        if element_id not in found:
            found.add(element_id)
            waiting += needed.get(element_id, ())
    return found


def with_needing(chosen: Iterable[str], needed: Mapping[str, set[str]]) -> set[str]:
    """Return elements with all that need them."""
    needing: dict[str, set[str]] = {}
    for element_id, others in needed.items():
        for other in others:
            needing.setdefault(other, set()).add(element_id)
    return with_needs(chosen, needing)


def _names(operation: client.AddOperation | client.UpdateOperation) -> set[str]:
    """Return the ids of other elements that an operation names."""
    if isinstance(operation, client.AddOperation):
        new = operation.element
        kind = cast(
            "dict[str, Any]",
            msgspec.to_builtins({end: getattr(new.kind, end) for end in new.kind.traits.ends}),
        )
        parent: object = new.parent
        found = set(new.kind.children) if isinstance(new.kind, Group) else set[str]()
    else:
        changes = operation.changes
        kind = {} if changes.kind is UNSET else flat_kind(changes.kind)
        parent, found = changes.parent, set[str]()
    for end in ("start", "end"):
        place = kind.get(end)
        if isinstance(place, dict):
            found.add(str(cast("dict[str, Any]", place).get("element")))
    return found | ({parent} if isinstance(parent, str) else set())
