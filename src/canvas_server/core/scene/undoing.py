"""Undoing what an agent did: one edit that takes it back, unless others have built on it (AGT7)."""

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import replace

from canvas_server.core.effects import Effect, Refusal
from canvas_server.core.scene.commands import (
    Editor,
    acked,
    in_turn_for,
    pending_reply,
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
from canvas_server.protocol.kinds import Kind
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
    return in_turn_for(
        canvas,
        editor,
        message.message_id,
        lambda: _undo(canvas, editor, key, message, now_ms),
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
    """Make the changes; return how many elements are as before the agent, and how many are not.

    First they leave the parents that the agent gave them, which are about to go, and last they get
    those that had to come back.
    """
    wanted = _wanted(scene, chosen)
    edit.placed = frozenset(chosen)  # nothing carries what gets its own place
    left = _change_back(edit, scene, wanted)
    kept = {each for each, touched in chosen.items() if touched.shared}
    kept |= _replace(edit, scene, chosen)
    kept |= _bring_back(edit, scene, chosen)
    left |= _parted(scene, chosen)
    for _ in range(2):  # a parent may be free only when another one has gone from it
        left = _change_back(edit, scene, left)
    kept |= left.keys()
    kept |= _take_out(edit, scene, chosen)
    return len(chosen) - len(kept), len(kept)


def _is_other_kind(one: Touched) -> bool:
    """Tell whether the agent has put another kind of element in the place of one."""
    return (
        one.left is not None and one.removed is not None and _kind(one.left) != _kind(one.removed)
    )


def _kind(element: Element) -> type[Kind]:
    return type(element.kind)


def _replace(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Put what was there in the place of another kind; return the ids of what could not be."""
    kept: set[str] = set()
    for element_id, one in chosen.items():
        if one.removed is None or one.shared or not _is_other_kind(one):
            continue
        others = {each for each, _ in scene.below(element_id)} - _mine(scene, chosen)
        try:
            if others:
                raise Refusal(ErrorCode.ELEMENT_CHANGED)
            edit.take_out(element_id)
            edit.take(scene.fitted(one.removed))
        except Refusal:
            kept.add(element_id)
    return kept


def _mine(scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Return what is there only because the agent has added it."""
    return {
        each
        for each, one in chosen.items()
        if one.added and one.removed is None and not one.shared and scene.get(each) is not None
    }


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


def _parted(scene: Scene, chosen: Mapping[str, Touched]) -> dict[str, Element]:
    """Return what came back before its parent did."""
    back = [one.removed for one in chosen.values() if one.removed is not None and not one.shared]
    there = [(element, scene.get(element.id)) for element in back]
    return {
        element.id: element
        for element, now in there
        if now is not None and _kind(now) is _kind(element) and now.parent != element.parent
    }


def _wanted(scene: Scene, chosen: Mapping[str, Touched]) -> dict[str, Element]:
    """Return what elements that are there are to be again."""
    wanted: dict[str, Element] = {}
    for element_id, one in chosen.items():
        now = scene.get(element_id)
        if now is None or one.left is None or (one.added and one.removed is None):
            continue
        if one.removed is None:
            wanted[element_id] = reverted(now, one.fields)
        elif not one.shared and not _is_other_kind(one):
            wanted[element_id] = one.removed
    return {each: then for each, then in wanted.items() if then != scene.get(each)}


def _change_back(edit: Edit, scene: Scene, wanted: Mapping[str, Element]) -> dict[str, Element]:
    """Give fields the values they had; return what has others all the same."""
    return {each: then for each, then in wanted.items() if not _changed_back(edit, scene, then)}


def _changed_back(edit: Edit, scene: Scene, then: Element) -> bool:
    try:
        edit.update(then.id, changes_to(scene.require(then.id), then))
    except Refusal:
        return False
    after = scene.require(then.id)
    return replace(then, author=after.author) == after


def _take_out(edit: Edit, scene: Scene, chosen: Mapping[str, Touched]) -> set[str]:
    """Remove what was added, unless something of others is in it; return the ids of what stays."""
    mine = _mine(scene, chosen)
    stays = {each for each in mine if any(below not in mine for below, _ in scene.below(each))}
    for element_id in sorted(mine - stays):
        if scene.get(element_id) is None:
            continue  # it went with its parent
        try:
            edit.take_out(element_id)
        except Refusal:
            stays.add(element_id)
    return stays
