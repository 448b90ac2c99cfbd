"""Between JSON text and messages."""

import re
from collections.abc import Callable, Generator
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import Meta, Raw

from canvas_server.protocol.client import BY_TAG, ClientMessage
from canvas_server.protocol.errors import ErrorCode, shortened
from canvas_server.protocol.fields import MAX_OPERATIONS, ElementId, SessionId
from canvas_server.protocol.http import MAX_EDITED, ChangedElement, CodeWish, SceneEdit, TokenWish
from canvas_server.protocol.kinds import check_depth, flat_kind
from canvas_server.protocol.scene import Element, NewElement
from canvas_server.protocol.server import ServerMessage
from canvas_server.protocol.unreadable import checked, message_id_of

T = TypeVar("T")

MAX_CONTAINERS = 25_000
"""Arrays and objects in one message; each costs many times the bytes that it has."""
MAX_VALUES = 100_000
"""Values in one message."""
MAX_NESTED = 500
"""Arrays and objects in each other, of what is read at all: how deep a decoder itself goes differs
from one Python to the next, by a factor of fifty."""
MAX_HARD_NUMBERS = 1000
"""Numbers in one message with a three-digit exponent or more than about 20 digits.

Each can take a tenth of a millisecond to read to the last bit.
"""
MAX_LONG_NUMBERS = 16_000
"""Numbers with more than 20 digits, zeros before the first other one included: doubles have at most
17 others, but who writes more is read three times as slowly."""
_FEW_BYTES = 2 * MAX_CONTAINERS
"""A message that is not longer cannot have more."""
_SHORT_BYTES = 32 * 1024
"""What is not longer is read soon enough, whatever its numbers are."""
_DIGITS = bytes.maketrans(b"0123456789.E]} \t\r\n", b"0" * 11 + b"e" + b"," * 6)
_MARKS = (
    (b"e-000", MAX_HARD_NUMBERS),
    (b"e+000", MAX_HARD_NUMBERS),
    (b"0" * 25, MAX_HARD_NUMBERS),
    (b"0" * 21, MAX_LONG_NUMBERS),
)
"""Exponents, and more digits than any program writes of a double: 17 after `0.00000`."""
_MUCH = f"at most {MAX_CONTAINERS} arrays and objects, and {MAX_VALUES} values, make {{}}"
LAYER = "OverlayLayer"
"""The type of a group that says its opacity itself, in the form of other servers."""
_OPERATIONS = b'"operations"'
_TOO_MANY = f"Expected `array` of length <= {MAX_OPERATIONS} - at `$.operations`"
_UNSIGNED = re.compile(rb"e0{3,},")
"""An exponent without a sign; in a string of hexadecimal digits nothing like it is."""


class _Tagged(msgspec.Struct):
    type: str


class _Queue(msgspec.Struct):
    """A message with operations that are not read yet."""

    operations: tuple[Raw, ...] = ()


class _Parts(msgspec.Struct):
    """A `SceneEdit` whose long parts are not read yet."""

    session_id: SessionId = "default"
    add: Annotated[tuple[Raw, ...], Meta(max_length=MAX_EDITED)] = ()
    update: Annotated[tuple[Raw, ...], Meta(max_length=MAX_EDITED)] = ()
    remove: Annotated[tuple[ElementId, ...], Meta(max_length=MAX_EDITED)] = ()
    clear: bool = False


_decode_tagged = msgspec.json.Decoder(_Tagged).decode
_decode = msgspec.json.Decoder(ClientMessage).decode
_decode_queue = msgspec.json.Decoder(_Queue).decode
_decode_parts = msgspec.json.Decoder(_Parts).decode
_decode_new = msgspec.json.Decoder(NewElement).decode
_decode_changed = msgspec.json.Decoder(ChangedElement).decode
_decode_any = msgspec.json.Decoder().decode
encode: Callable[[ServerMessage], bytes] = msgspec.json.Encoder().encode
"""Write one message as UTF-8 JSON."""


class MalformedMessage(Exception):
    """A frame that is no message: theirs to mend, told to them as an `error`."""

    def __init__(self, code: ErrorCode, text: str, message_id: str | None = None) -> None:
        self.text = shortened(text)
        super().__init__(self.text)
        self.code = code
        self.message_id = message_id


def decode(frame: bytes | memoryview) -> ClientMessage:
    """Read one message.

    An element kind in the form ``{"type": T, "data": {...}}`` is read as the flat one.

    Raises:
        MalformedMessage: with `invalid_json`, `unknown_type` or `invalid_message`.
    """
    if len(frame) > _SHORT_BYTES:
        _weigh(bytes(frame))
    try:
        return _decode(frame)
    except (ValueError, RecursionError):
        return _decode_leniently(frame)


def _weigh(frame: bytes) -> None:
    """Refuse what would take far longer to read than its bytes suggest.

    Those in strings count as others: a string with so many is none that anybody means.
    """
    if len(frame) > _FEW_BYTES and _has_much(frame):
        _require_json(frame)
        reason = f"more than {MAX_CONTAINERS} arrays and objects, or {MAX_VALUES} values"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, reason, message_id_of(frame))
    if _has_hard_numbers(frame):
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, _HARD, message_id_of(frame))
    if _OPERATIONS in frame and len(_operations(frame)) > MAX_OPERATIONS:
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, _TOO_MANY, message_id_of(frame))


def _has_much(text: bytes) -> bool:
    return text.count(b"[") + text.count(b"{") > MAX_CONTAINERS or text.count(b",") > MAX_VALUES


_HARD = (
    f"more than {MAX_HARD_NUMBERS} numbers have an exponent of three digits, or more digits than "
    "a double: round them"
)


def _require_json(frame: bytes) -> None:
    """Refuse what is no JSON as such; to skip a value builds nothing."""
    try:
        _decode_tagged(frame)
    except (msgspec.ValidationError, RecursionError):
        pass
    except ValueError as error:
        malformed = _invalid_json(error)
        malformed.message_id = message_id_of(frame)
        raise malformed from None


def _operations(frame: bytes) -> tuple[Raw, ...]:
    """Return the operations of a frame, unread; none where it cannot be read, or has none."""
    try:
        return _decode_queue(frame).operations
    except (ValueError, RecursionError):
        return ()


def _has_hard_numbers(text: bytes) -> bool:
    """Tell whether JSON has many numbers that are slow to read; strings count as well.

    Counting in text whose digits are all the same is ten times as fast as an expression.
    """
    alike = text.translate(_DIGITS)
    if any(alike.count(mark) > most for mark, most in _MARKS):
        return True
    if alike.count(b"e000") <= MAX_HARD_NUMBERS:
        return False
    return len(_UNSIGNED.findall(alike)) > MAX_HARD_NUMBERS


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
    steps = scene_edit_steps(body)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def scene_edit_steps(body: bytes) -> Generator[None, None, SceneEdit]:
    """Read the body of `POST /api/scene` element by element; others may have a turn in between.

    Raises:
        MalformedMessage: as `decode_scene_edit`.
    """
    try:
        edit = _decode_parts(body)
    except msgspec.ValidationError as error:
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, str(error)) from None
    except RecursionError as error:
        if _has_much(body):
            raise MalformedMessage(ErrorCode.INVALID_MESSAGE, _MUCH.format("a body")) from None
        raise _invalid_json(error) from None
    except ValueError as error:
        raise _invalid_json(error) from None
    yield
    add: list[NewElement] = []
    for number, raw in enumerate(edit.add):
        add.append(_part(raw, NewElement, _decode_new, f"$.add[{number}]"))
        yield
    update: list[ChangedElement] = []
    for number, raw in enumerate(edit.update):
        update.append(_part(raw, ChangedElement, _decode_changed, f"$.update[{number}]"))
        yield
    return SceneEdit(edit.session_id, tuple(add), tuple(update), edit.remove, edit.clear)


def decode_token_wish(body: bytes) -> TokenWish:
    """Read the body of `POST /api/tokens`.

    Raises:
        MalformedMessage: `invalid_json` or `invalid_message`.
    """
    return _convert(_decode_object(body), TokenWish, None)


def decode_code_wish(body: bytes) -> CodeWish:
    """Read the body of `POST /api/codes`.

    Raises:
        MalformedMessage: `invalid_json` or `invalid_message`.
    """
    return _convert(_decode_object(body), CodeWish, None)


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
    if not isinstance(tag, str) or tag not in BY_TAG:
        raise MalformedMessage(ErrorCode.UNKNOWN_TYPE, ErrorCode.UNKNOWN_TYPE.meaning, message_id)
    operations = message.get("operations")
    if isinstance(operations, list) and len(cast("list[Any]", operations)) > MAX_OPERATIONS:
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, _TOO_MANY, message_id)
    for holder in (
        message,
        *(cast("list[Any]", operations) if isinstance(operations, list) else ()),
    ):
        if isinstance(holder, dict):
            _flatten_kind(cast("dict[str, Any]", holder).get("element"))
    return _convert(message, ClientMessage, message_id)


def _part(raw: Raw, target: type[T], decode: Callable[[bytes], T], path: str) -> T:
    """Read one element, or the changes of one, of a list in an edit."""
    text = bytes(raw)
    if _has_much(text):
        reason = f"{_MUCH.format('an element')} - at `{path}`"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, reason)
    if len(text) > _SHORT_BYTES and _has_hard_numbers(text):
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, f"{_HARD} - at `{path}`")
    try:
        return decode(text)
    except (ValueError, RecursionError):
        return _convert(_flattened(text), target, None, path)


def _flattened(text: bytes) -> object:
    """Read an element of any form; a kind in the wrapped form becomes a flat one."""
    element = _decode_json(text)
    _flatten_kind(element)
    return element


def _decode_json(text: bytes | memoryview) -> object:
    """Read any JSON that is nested as deep as every Python reads it."""
    try:
        document = _decode_any(text)
    except (ValueError, RecursionError) as error:
        raise _invalid_json(error) from None
    try:
        check_depth(document, MAX_NESTED)
    except ValueError:
        raise _invalid_json(RecursionError()) from None
    return document


def _invalid_json(error: Exception) -> MalformedMessage:
    reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return MalformedMessage(ErrorCode.INVALID_JSON, reason)


def _decode_object(text: bytes | memoryview) -> dict[str, Any]:
    document = _decode_json(text)
    if not isinstance(document, dict):
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, "a message is a JSON object")
    return cast("dict[str, Any]", document)


def _convert(document: object, target: Any, message_id: str | None, path: str = "$") -> Any:
    """Make a struct of JSON that is read; `path` is where it stands in the message."""
    try:
        return msgspec.convert(document, target)
    except msgspec.ValidationError as error:
        text = str(error)
        if path != "$":
            found, at, inner = text.partition(" - at `$")
            text = f"{found} - at `{path}{inner if at else '`'}"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, text, message_id) from None


def _flatten_kind(element: object) -> None:
    """Flatten ``element["kind"]`` in place where there is one in the wrapped form.

    A layer as other servers have it becomes a group, with its opacity as that of the element.
    """
    if isinstance(element, dict):
        new = cast("dict[str, Any]", element)
        if isinstance(new.get("kind"), dict):
            new["kind"] = kind = flat_kind(new["kind"])
            if kind.get("type") == LAYER:
                new["kind"] = {"type": "Group", "children": kind.get("children", [])}
                new.setdefault("opacity", kind.get("opacity", 1.0))
