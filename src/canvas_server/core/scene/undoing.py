"""Undoing what an agent did: one edit that takes it back, unless others have built on it (AGT7)."""

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import replace

from canvas_server.core.effects import Effect, Refusal
from canvas_server.core.scene.commands import (
    Editor,
    acked,
    in_turn,
    pending_reply,
    refused_reply,
    worked,
)
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.fields import changes_to, reverted
from canvas_server.core.scene.hierarchy import parents_first
from canvas_server.core.scene.journal import Touched
from canvas_server.core.scene.transaction import Edit
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.scene import Element

_ELSEWHERE = "This canvas is kept by {}: what an agent did is taken back there."


def undo(
    canvas: Canvas, editor: Editor, key: str, message: client.UndoAgent, now_ms: int
) -> list[Effect]:
    """Take back what an agent did, in the name of an editor; the ack says of how many elements.

    Raises:
        Refusal: `forbidden`, another server keeps the canvas.
    """
    if canvas.leader is not None:
        raise Refusal(ErrorCode.FORBIDDEN, _ELSEWHERE.format(canvas.leader))
    return in_turn(
        canvas,
        lambda: _undo(canvas, editor, key, message, now_ms),
        lambda refused: refused_reply(canvas, editor, message.message_id, refused),
    )


def _undo(
    canvas: Canvas, editor: Editor, key: str, message: client.UndoAgent, now_ms: int
) -> list[Effect]:
    waiting = pending_reply(editor, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again
    known = canvas.journal.of(key)
    wanted = set(message.ids) if message.ids else known.keys()
    chosen = {each: touched for each, touched in known.items() if each in wanted}
    edit = canvas.edit(now_ms, editor.author, guard=editor.guard)
    edit.agent = None
    edit.before = canvas.journal.take(key, chosen)
    undone, kept = take_back(edit, canvas.scene, chosen)
    waiting = acked(waiting, UNSET, canvas.scene.revision)
    if isinstance(waiting.reply, server.Ack):
        result = replace(waiting.reply.result, undone=undone, kept=kept)
        waiting = replace(waiting, reply=replace(waiting.reply, result=result))
    return [*canvas.submit(edit, waiting), *worked(editor.connection, edit.work)]


def take_back(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> tuple[int, int]:
    """Make the changes; return how many elements are as before the agent, and how many are not."""
    kept = {each for each, touched in chosen.items() if touched.shared}
    kept |= _bring_back(edit, scene, chosen)
    kept |= _change_back(edit, scene, chosen)
    kept |= _take_out(edit, scene, chosen)
    return len(chosen) - len(kept), len(kept)


def _bring_back(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Add what was removed; return the ids of what is not there again."""
    gone = [one.removed for one in chosen.values() if one.left is None and one.removed is not None]
    kept: set[str] = set()
    for element in parents_first(gone):
        try:
            edit.take(scene.fitted(element))
        except Refusal:
            kept.add(element.id)
    return kept


def _change_back(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Give fields the values they had; return the ids of what has others all the same."""
    wanted: dict[str, Element] = {}
    for element_id, one in chosen.items():
        now = scene.get(element_id)
        if now is None or one.left is None or (one.added and one.removed is None):
            continue
        then = reverted(now, one.fields) if one.removed is None else one.removed
        if then != now and not (one.shared and one.removed is not None):
            wanted[element_id] = then
    back = (each for each, one in chosen.items() if one.left is None)
    edit.placed = frozenset((*wanted, *back))  # all of them have the place they had
    for _ in range(2):  # a parent may be free only when another one has gone from it
        wanted = {
            element_id: then
            for element_id, then in wanted.items()
            if not _changed_back(edit, scene, then)
        }
    return {*wanted}


def _changed_back(edit: Edit, scene: Scene, then: Element) -> bool:
    now = scene.get(then.id)
    if now is None:
        return False
    try:
        edit.update(then.id, changes_to(now, then))
    except Refusal:
        return False
    after = scene.require(then.id)
    return replace(then, author=after.author) == after


def _take_out(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Remove what was added, unless something of others is in it; return the ids of what stays."""
    mine = {
        each
        for each, one in chosen.items()
        if one.added and one.removed is None and not one.shared and scene.get(each) is not None
    }
    stays = {each for each in mine if any(below not in mine for below, _ in scene.below(each))}
    for element_id in mine - stays:
        if scene.get(element_id) is None:
            continue  # it went with its parent
        try:
            edit.take_out(element_id)
        except Refusal:
            stays.add(element_id)
    return stays
