"""Between JSON text and messages."""

from collections.abc import Callable
from typing import Any, cast, get_args

import msgspec

from canvas_server.protocol.client import ClientMessage
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit, TokenWish
from canvas_server.protocol.scene import Element, flat_kind
from canvas_server.protocol.server import ServerMessage
from canvas_server.protocol.unreadable import checked, message_id_of


class _Tagged(msgspec.Struct):
    type: str


_decode_tagged = msgspec.json.Decoder(_Tagged).decode
_decode = msgspec.json.Decoder(ClientMessage).decode
_decode_scene_edit = msgspec.json.Decoder(SceneEdit).decode
_decode_any = msgspec.json.Decoder().decode
encode: Callable[[ServerMessage], bytes] = msgspec.json.Encoder().encode
"""Write one message as UTF-8 JSON."""
_TYPES = frozenset(cast("str", t.__struct_config__.tag) for t in get_args(ClientMessage))


class MalformedMessage(Exception):
    """A frame that is no message: theirs to mend, told to them as an `error`."""

    def __init__(self, code: ErrorCode, text: str, message_id: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.message_id = message_id


def decode(frame: bytes | memoryview) -> ClientMessage:
    """Read one message.

    An element kind in the form ``{"type": T, "data": {...}}`` is read as the flat one.

    Raises:
        MalformedMessage: with `invalid_json`, `unknown_type` or `invalid_message`.
    """
    try:
        return _decode(frame)
    except (ValueError, RecursionError):
        return _decode_leniently(frame)


def type_of(text: bytes | memoryview | msgspec.Raw) -> str | None:
    """Return the `type` that a message names; None where that cannot be read."""
    try:
        return _decode_tagged(text).type
    except (ValueError, RecursionError):
        return None


def decode_scene_edit(body: bytes) -> SceneEdit:
    """Read the body of `POST /api/scene`; kinds as in `decode`.

    Raises:
        MalformedMessage: with `invalid_json` or `invalid_message`.
    """
    try:
        return _decode_scene_edit(body)
    except (ValueError, RecursionError):
        edit = _decode_object(body)
        added = edit.get("add")
        for element in cast("list[Any]", added) if isinstance(added, list) else ():
            _flatten_kind(element)
        return _convert(edit, SceneEdit, None)


def decode_token_wish(body: bytes) -> TokenWish:
    """Read the body of `POST /api/tokens`.

    Raises:
        MalformedMessage: `invalid_json` or `invalid_message`.
    """
    return _convert(_decode_object(body), TokenWish, None)


def encoded_size(element: Element) -> int:
    """Bytes an element takes in a frame."""
    return len(msgspec.json.encode(element))


def _decode_leniently(frame: bytes | memoryview) -> ClientMessage:
    """Read a frame that the strict decoder refused: flatten wrapped kinds, or say what is wrong."""
    try:
        message = _decode_object(frame)
    except MalformedMessage as malformed:
        malformed.message_id = message_id_of(frame)
        raise
    tag = message.get("type")
    message_id = checked(message.get("message_id"))
    if not isinstance(tag, str) or tag not in _TYPES:
        raise MalformedMessage(ErrorCode.UNKNOWN_TYPE, ErrorCode.UNKNOWN_TYPE.meaning, message_id)
    operations = message.get("operations")
    for holder in (
        message,
        *(cast("list[Any]", operations) if isinstance(operations, list) else ()),
    ):
        if isinstance(holder, dict):
            _flatten_kind(cast("dict[str, Any]", holder).get("element"))
    return _convert(message, ClientMessage, message_id)


def _decode_object(text: bytes | memoryview) -> dict[str, Any]:
    try:
        document = _decode_any(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise MalformedMessage(ErrorCode.INVALID_JSON, reason) from None
    if not isinstance(document, dict):
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, "a message is a JSON object")
    return cast("dict[str, Any]", document)


def _convert(document: dict[str, Any], target: Any, message_id: str | None) -> Any:
    try:
        return msgspec.convert(document, target)
    except msgspec.ValidationError as error:
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, str(error), message_id) from None


def _flatten_kind(element: object) -> None:
    """Flatten ``element["kind"]`` in place where there is one in the wrapped form."""
    if isinstance(element, dict):
        new = cast("dict[str, Any]", element)
        if isinstance(new.get("kind"), dict):
            new["kind"] = flat_kind(new["kind"])
