"""Frames: messages as they go over the wire, an unmasked text frame each (RFC 6455 section 5.2)."""

from collections import OrderedDict

from canvas_server.protocol.codec import encode
from canvas_server.protocol.server import TRAITS, Pong, SceneUpdate, ServerMessage
from canvas_server.protocol.traits import ServerTraits

KEPT_SCENES = 16
_SHORT = 1024


class DroppableFrame(bytes):
    """A frame that a slow reader may miss."""

    __slots__ = ()


class BlankFrame(bytes):
    """A frame about its connection alone: sent again, it says nothing.

    A pong: on a later connection its count would be taken for that of the new one.
    """

    __slots__ = ()


def _header(size: int) -> bytes:
    if size < 126:
        return bytes((0x81, size))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)


def _frame_type(traits: ServerTraits) -> type[bytes] | None:
    if traits.delivery == "droppable":
        return DroppableFrame
    return BlankFrame if traits.replay == "blank" else None


_HEADERS = tuple(map(_header, range(_SHORT)))
"""By the size of what follows, since nearly every message is short."""
_FRAME_TYPES = {kind: _frame_type(traits) for kind, traits in TRAITS.items()}
_UNLIKE = frozenset((SceneUpdate, *(kind for kind, made in _FRAME_TYPES.items() if made)))
"""Types of messages whose frames are kept, or more than bytes."""
_scenes: OrderedDict[str, tuple[SceneUpdate, bytes]] = OrderedDict()


def frame_of(message: ServerMessage) -> bytes:
    """Return a message as it goes over the wire."""
    kind = type(message)
    if kind in _UNLIKE:
        if isinstance(message, SceneUpdate):
            return _scene_frame(message)
        frame_type = _FRAME_TYPES[kind] or bytes
        return frame_type(plain_frame(message))
    return plain_frame(message)


def plain_frame(message: ServerMessage) -> bytes:
    """Return a message as it goes over the wire, of a type of which nothing else is to be known."""
    payload = encode(message)
    size = len(payload)
    return (_HEADERS[size] if size < _SHORT else _header(size)) + payload


def resent(frame: bytes) -> bytes:
    """Return a frame as it is sent a second time.

    What was written keeps its place in the count of both ends, so from here on it is not dropped.
    """
    if type(frame) is bytes:
        return frame
    return _BLANK if type(frame) is BlankFrame else bytes(frame)


def _scene_frame(message: SceneUpdate) -> bytes:
    """Return the frame of a scene: large, and for a crowd one by one, so the last few are kept."""
    session_id = message.scene.session_id
    known, frame = _scenes.pop(session_id, (None, b""))
    if known is not message:
        frame = plain_frame(message)
    _scenes[session_id] = (message, frame)
    if len(_scenes) > KEPT_SCENES:
        _scenes.popitem(last=False)
    return frame


_BLANK = bytes(frame_of(Pong(0)))
