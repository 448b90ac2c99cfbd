"""Commands: the edits that messages of peers and HTTP requests make to a scene.

Those of a scene that another server keeps are forwarded to it (REL4).
"""

import contextlib
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Protocol, assert_never

import msgspec
from msgspec import UNSET, UnsetType

from canvas_server.core.effects import (
    Answered,
    ConnectionId,
    Effect,
    Forward,
    Recall,
    Refusal,
    Worked,
)
from canvas_server.core.records import Snapshot
from canvas_server.core.scene.carrying import placed_by
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.guard import EditGuard
from canvas_server.core.scene.hierarchy import parents_first, repaired
from canvas_server.core.scene.replies import PendingReply
from canvas_server.core.scene.slices import UNBOUND, is_long, sliced
from canvas_server.core.scene.transaction import Author, Edit
from canvas_server.core.scene.turns import Making
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import Element, SceneVersion

FAILURE_WORK = 2048
"""Bytes of elements that an operation is charged for that is refused, and answered at length."""
_OF_BOUNDS = (ErrorCode.OUT_OF_BOUNDS, ErrorCode.AGENT_PAUSED, ErrorCode.RATE_LIMITED)
CONFLICTS = (
    ErrorCode.ELEMENT_NOT_FOUND,
    ErrorCode.ELEMENT_EXISTS,
    ErrorCode.ELEMENT_CHANGED,
    ErrorCode.ELEMENT_LOCKED,
)


class Editor(Protocol):
    """A peer that edits a canvas, as far as its edits need it."""

    peer_id: str
    connection: ConnectionId
    incarnation: str

    @property
    def author(self) -> Author:
        """Who makes its edits, as the history names it."""
        ...

    @property
    def guard(self) -> EditGuard | None:
        """What holds it back: an agent (AGT3)."""
        ...


def apply(
    canvas: Canvas,
    editor: Editor,
    message: client.EditMessage,
    new_id: Callable[[], str],
    now_ms: int,
) -> list[Effect]:
    """Make an edit, unless it was made before under the same `message_id` (SCN6).

    While a long edit is made it waits, and what is refused then is answered later.

    Raises:
        Refusal: see `Edit`. An operation of `sync_queue` that is refused does not stop the next,
            unless it is `atomic`.
    """
    if canvas.leader is not None:
        return [Forward(canvas.session_id, editor.peer_id, message)]
    return in_turn(
        canvas,
        lambda: _apply(canvas, editor, message, new_id, now_ms),
        lambda refused: refused_reply(canvas, editor, message.message_id, refused),
    )


def retried(canvas: Canvas, editor: Editor, message: client.ClientMessage) -> list[Effect] | None:
    """Answer an edit that was made before, whatever its editor may do now (SCN6).

    None: it was not made before.
    """
    is_edit = isinstance(message, client.Edit | client.ChatEdit | client.DecideProposal)
    if not is_edit or message.message_id is None:
        return None
    return canvas.retried(pending_reply(editor, message))


def in_turn(
    canvas: Canvas,
    act: Callable[[], list[Effect]],
    answer: Callable[[Refusal], list[Effect]],
    request: int | None = None,
) -> list[Effect]:
    """Make an edit now, or after a long one that is being made; then a refusal is an answer."""
    if not canvas.turns.busy:
        return act()

    def later() -> list[Effect]:
        try:
            return act()
        except Refusal as refused:
            return answer(refused)

    return canvas.turns.wait(later, request)


def in_turn_for(
    canvas: Canvas, editor: Editor, message_id: str | None, act: Callable[[], list[Effect]]
) -> list[Effect]:
    """Do something to the scene for a peer, as `in_turn`; a refusal is answered to it then.

    Raises:
        Refusal: what `act` does; too many wait.
    """
    return in_turn(canvas, act, lambda refused: refused_reply(canvas, editor, message_id, refused))


def refused_reply(
    canvas: Canvas, editor: Editor, message_id: str | None, refused: Refusal
) -> list[Effect]:
    """Return the refusal of an edit that has waited, as its answer."""
    error = server.Error(refused.code, refused.text, message_id)
    answers = canvas.answer(PendingReply(editor.peer_id, reply=error))
    return [*answers, *worked(editor.connection, refused.work)]


def worked(connection: ConnectionId, work: int) -> list[Effect]:
    """Say what an edit was to its editor, if it has gone through anything."""
    return [Worked(connection, work)] if work else []


def _apply(
    canvas: Canvas,
    editor: Editor,
    message: client.EditMessage,
    new_id: Callable[[], str],
    now_ms: int,
) -> list[Effect]:
    waiting = pending_reply(editor, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again
    long = is_long(canvas.scene, message)
    is_apart = long or (isinstance(message, client.SyncQueue) and message.atomic)
    scene = canvas.scene.copy() if is_apart else canvas.scene
    edit = canvas.edit(now_ms, editor.author, scene, editor.guard)
    making = _Answering(edit, _make(edit, message, waiting, new_id))

    def done() -> list[Effect]:
        canvas.scene = scene
        work = edit.work + FAILURE_WORK * edit.failures
        return [*canvas.submit(edit, making.reply), *worked(editor.connection, work)]

    def refused(refusal: Refusal) -> list[Effect]:
        return refused_reply(canvas, editor, message.message_id, refusal)

    slices = sliced(making) if long else sliced(making, UNBOUND)
    return canvas.turns.begin(Making(slices, done, refused))


class _Answering:
    """The steps of an edit, and what its editor is to be answered when they are made."""

    reply: PendingReply

    def __init__(self, edit: Edit, steps: Generator[None, None, PendingReply]) -> None:
        self._edit = edit
        self._steps = steps

    def __iter__(self) -> Iterator[None]:
        try:
            self.reply = yield from self._steps
        except Refusal as refused:
            refused.work = self._edit.work
            raise


def rehearse(canvas: Canvas, editor: Editor, message: client.EditMessage, now_ms: int) -> None:
    """See that an edit which another server is to make keeps to the bounds of its editor (AGT3).

    It is made on a copy of what is known here of the scene; what else that server may have against
    it is for that server to say.

    Raises:
        Refusal: `out_of_bounds`, `agent_paused`, `rate_limited`; then none of it is to be made.
    """
    edit = canvas.edit(now_ms, editor.author, canvas.scene.copy(), editor.guard)
    waiting = pending_reply(editor, message)
    making = _Answering(edit, _make(edit, message, waiting, lambda: "new"))
    try:
        deque(making, maxlen=0)
    except Refusal as refused:
        if refused.code in _OF_BOUNDS:
            raise
        return
    if isinstance(making.reply.reply, server.SyncResult):
        for failure in making.reply.reply.failed_operations:
            if failure.code in _OF_BOUNDS:
                raise Refusal(failure.code, f"operation {failure.index}: {failure.message}")


def _make(
    edit: Edit, message: client.EditMessage, waiting: PendingReply, new_id: Callable[[], str]
) -> Generator[None, None, PendingReply]:
    """Make the changes of a message, step by step; return what its editor is to be answered."""
    element_id: str | UnsetType = UNSET
    match message:
        case client.AddElement():
            element_id = edit.add(message.element, new_id())
        case client.UpdateElement():
            element_id = message.id
            yield from edit.updating(message.id, message.changes)
        case client.RemoveElement():
            element_id = message.id
            yield from edit.removing(message.id)
        case client.ClearScene():
            edit.clears_chat = True
            edit.replace(())
        case client.SyncQueue():
            result = yield from _sync(edit, message, new_id)
            return msgspec.structs.replace(waiting, reply=result)
        case _:
            assert_never(message)
    return acked(waiting, element_id, edit.revision)


def recall(canvas: Canvas, editor: Editor, message: client.RestoreScene) -> list[Effect]:
    """Have an earlier scene read, which `restore` then makes the present one."""
    if canvas.leader is not None:
        return [Forward(canvas.session_id, editor.peer_id, message)]
    return [
        Recall(canvas.session_id, editor.peer_id, message, editor.connection, editor.incarnation)
    ]


def merge(canvas: Canvas, elements: Iterable[Element], server: str, now_ms: int) -> list[Effect]:
    """Add what another server had before the two shared a scene, as far as it is not there."""
    edit = canvas.edit(now_ms, (None, None, server))
    for element in parents_first(repaired(elements)):
        with contextlib.suppress(Refusal):  # it is there already, or there is no room
            edit.take(canvas.scene.fitted(element))
    return canvas.submit(edit, PendingReply())


def restore(
    canvas: Canvas, editor: Editor, message: client.RestoreScene, past: Snapshot, now_ms: int
) -> list[Effect]:
    """Make the scene what it was, all but the tiles.

    Raises:
        Refusal: `scene_full`.
    """
    return in_turn(
        canvas,
        lambda: _restore(canvas, editor, message, past, now_ms),
        lambda refused: refused_reply(canvas, editor, message.message_id, refused),
    )


def _restore(
    canvas: Canvas, editor: Editor, message: client.RestoreScene, past: Snapshot, now_ms: int
) -> list[Effect]:
    waiting = pending_reply(editor, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again
    edit = canvas.edit(now_ms, editor.author)
    edit.replace(past.elements, message.revision)
    return canvas.submit(edit, acked(waiting, UNSET, canvas.scene.revision))


def post(
    canvas: Canvas,
    message: SceneEdit,
    request: int,
    expected: SceneVersion | None,
    new_id: Callable[[], str],
    now_ms: int,
    origin: str | None = None,
    guard: EditGuard | None = None,
) -> list[Effect]:
    """Make an edit that came over HTTP, here or at the server `origin`, the whole of it or nothing.

    Raises:
        Refusal: `revision_changed` when the scene is not at the `expected` revision; see `Edit`.
    """
    if canvas.leader is not None:  # times are ours, numbers are the leader's
        if expected is not None and expected.timestamp is not None:
            _require(canvas, expected)
        revision = None if expected is None else expected.revision
        return [Forward(canvas.session_id, None, message, request, revision)]
    return in_turn(
        canvas,
        lambda: _post(canvas, message, request, expected, new_id, now_ms, origin, guard),
        lambda refused: [Answered(request, refused.code)],
        request,
    )


def _post(
    canvas: Canvas,
    message: SceneEdit,
    request: int,
    expected: SceneVersion | None,
    new_id: Callable[[], str],
    now_ms: int,
    origin: str | None,
    guard: EditGuard | None,
) -> list[Effect]:
    _require(canvas, expected)
    scene = canvas.scene.copy()
    edit = canvas.edit(now_ms, (None, None, origin), scene, guard)

    def done() -> list[Effect]:
        canvas.scene = scene
        return canvas.submit(edit, PendingReply(request=request))

    def refused(refusal: Refusal) -> list[Effect]:
        return [Answered(request, refusal.code)]

    slices = sliced(_changes(edit, message, new_id))
    return canvas.turns.begin(Making(slices, done, refused, request))


def _require(canvas: Canvas, expected: SceneVersion | None) -> None:
    """See that a scene is what is expected of it.

    Raises:
        Refusal: `revision_changed`.
    """
    shown, revision = canvas.shown, canvas.scene.revision
    # What nobody has been sent yet, nobody can have seen.
    timestamp = shown.timestamp if shown.revision == revision else -1
    if expected is not None and not expected.fits(revision, timestamp):
        raise Refusal(ErrorCode.REVISION_CHANGED)


def _changes(edit: Edit, message: SceneEdit, new_id: Callable[[], str]) -> Iterator[None]:
    """Make an edit that came over HTTP, step by step."""
    if message.clear:
        edit.clears_chat = not message.add  # else another scene takes the place of this one
        yield edit.replace(())
    edit.placed = placed_by(message)
    for new in parents_first(message.add):
        edit.add(new, new_id())
        yield
    for change in message.update:
        yield from edit.updating(change.id, change.changes)
    for element_id in message.remove:
        if element_id not in edit.gone:  # else it went with its parent
            yield from edit.removing(element_id)


def pending_reply(
    editor: Editor,
    message: client.Edit
    | client.ChatEdit
    | client.UndoAgent
    | client.Propose
    | client.DecideProposal
    | client.Ask,
) -> PendingReply:
    """Return who waits for the outcome of a message."""
    if message.message_id is None:
        return PendingReply(editor.peer_id)
    digest = zlib.crc32(msgspec.json.encode(message))
    return PendingReply(editor.peer_id, message.message_id, digest=digest)


def acked(
    waiting: PendingReply,
    element_id: str | UnsetType,
    revision: int,
    chat_id: int | UnsetType = UNSET,
) -> PendingReply:
    """Add the `ack`, if one was asked for."""
    if waiting.message_id is None:
        return waiting
    ack = server.Ack(waiting.message_id, server.AckResult(revision, element_id, chat_id))
    return msgspec.structs.replace(waiting, reply=ack)


def _sync(
    edit: Edit, message: client.SyncQueue, new_id: Callable[[], str]
) -> Generator[None, None, server.SyncResult]:
    """Apply operations in order, step by step, and tell what became of them.

    Raises:
        Refusal: the first one, of a message that is `atomic`.
    """
    failed: list[server.FailedOperation] = []
    edit.placed = placed_by(message)
    for index, operation in enumerate(message.operations):
        try:
            match operation:
                case client.AddOperation():
                    edit.add(operation.element, new_id())
                case client.UpdateOperation():
                    yield from edit.updating(operation.id, operation.changes)
                case client.RemoveOperation():
                    yield from edit.removing(operation.id)
                case _:
                    assert_never(operation)
        except Refusal as refused:
            if message.atomic:
                place = f"operation {index} of {len(message.operations)}"
                raise Refusal(refused.code, f"{place}: {refused.text}") from refused
            edit.failures += 1
            failed.append(server.FailedOperation(index, refused.code, refused.text))
    return server.SyncResult(
        synced_count=len(message.operations) - len(failed),
        conflict_count=sum(failure.code in CONFLICTS for failure in failed),
        failed_operations=tuple(failed),
        timestamp=edit.now_ms,
        message_id=message.message_id,
    )
