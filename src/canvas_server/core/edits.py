"""Edits of a session's scene: each is applied, told to everybody, and acked; or refused."""

from typing import assert_never

from msgspec import UNSET, UnsetType

from canvas_server.core.effects import Effect, Refused, Send
from canvas_server.core.session import STREAM_PREFIXES, Participant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.scene import NewElement, Video

_CONFLICTS = (ErrorCode.ELEMENT_NOT_FOUND, ErrorCode.ELEMENT_EXISTS)


def add(
    editor: Participant, new: NewElement, spare_id: str, now_ms: int
) -> tuple[str, list[Effect]]:
    """Add an element; return its id and what everybody is told.

    The tile of a stream exists once: a second one is answered with the first one's id and
    changes nothing (SCN3).

    Raises:
        Refused: `peer_not_found` for a tile of a peer that is not here, `element_exists`,
            `scene_full`.
    """
    session = editor.session
    if isinstance(new.kind, Video):
        tile = session.scene.tile_of(new.kind.stream_id)
        if tile is not None:
            return tile, []
        prefix, dash, peer_id = new.kind.stream_id.partition("-")
        if prefix + dash in STREAM_PREFIXES and peer_id not in session.peers:
            raise Refused(ErrorCode.PEER_NOT_FOUND)
    element = session.scene.add(new, spare_id)
    return element.id, session.to_all(server.ElementAdded(element, session.scene.revision, now_ms))


def update(
    editor: Participant, change: client.UpdateElement | client.UpdateOperation, now_ms: int
) -> list[Effect]:
    """Change an element; return what everybody is told.

    Raises:
        Refused: `element_not_found`, `invalid_change`, `scene_full`.
    """
    session = editor.session
    element = session.scene.update(change.id, change.changes)
    return session.to_all(server.ElementUpdated(element, session.scene.revision, now_ms))


def remove(editor: Participant, element_id: str, now_ms: int) -> list[Effect]:
    """Remove an element; return what everybody is told.

    Raises:
        Refused: `element_not_found`.
    """
    session = editor.session
    session.scene.remove(element_id)
    return session.to_all(server.ElementRemoved(element_id, session.scene.revision, now_ms))


def clear(editor: Participant, now_ms: int) -> list[Effect]:
    """Remove every element but the tiles of those who are here; return what everybody is told."""
    session = editor.session
    session.scene.clear()
    return session.to_all(server.SceneUpdate(session.scene.document(session.session_id, now_ms)))


def ack(
    editor: Participant, message_id: str | None, element_id: str | UnsetType = UNSET
) -> list[Effect]:
    """Tell the editor that its edit was accepted, if it asked."""
    if message_id is None:
        return []
    result = server.AckResult(element_id, editor.session.scene.revision)
    return [Send((editor.connection,), server.Ack(message_id, result))]


def sync_queue(
    editor: Participant, message: client.SyncQueue, spare_ids: list[str], now_ms: int
) -> list[Effect]:
    """Apply edits made offline in order; one that is refused does not stop the next."""
    effects: list[Effect] = []
    failed: list[server.FailedOperation] = []
    for index, (operation, spare_id) in enumerate(zip(message.operations, spare_ids, strict=True)):
        try:
            match operation:
                case client.AddOperation():
                    effects += add(editor, operation.element, spare_id, now_ms)[1]
                case client.UpdateOperation():
                    effects += update(editor, operation, now_ms)
                case client.RemoveOperation():
                    effects += remove(editor, operation.id, now_ms)
                case _:
                    assert_never(operation)
        except Refused as refused:
            failed.append(server.FailedOperation(index, refused.code, refused.text))
    result = server.SyncResult(
        synced_count=len(message.operations) - len(failed),
        conflict_count=sum(failure.code in _CONFLICTS for failure in failed),
        failed_operations=tuple(failed),
        timestamp=now_ms,
        message_id=message.message_id,
    )
    effects.append(Send((editor.connection,), result))
    return effects
