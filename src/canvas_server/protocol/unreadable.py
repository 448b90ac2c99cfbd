"""Correlation of a frame that cannot be read: the `message_id` that its refusal is to name (IN4).

A tolerant scanner of JSON text (RFC 8259): it looks at strings and brackets alone, so that what is
wrong elsewhere in the frame, such as an unpaired surrogate (section 8.2), does not matter. The work
is bounded, whatever the frame holds: a member is found in the first `HEAD_BYTES`, or at the end.
"""

import re
from itertools import islice

import msgspec

HEAD_BYTES = 32 * 1024
MAX_TOKENS = 4096
"""Tokens of the head that are looked at."""
TAIL_BYTES = 512

_NAME = b'"message_id"'
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_STRING + rb"(?:\s*+:)?|[\[\]{}]", re.DOTALL)
_VALUE = re.compile(rb"\s*(" + _STRING + rb")", re.DOTALL)
_LAST = re.compile(_NAME + rb"\s*:\s*(" + _STRING + rb")\s*}\s*\Z", re.DOTALL)


def message_id_of(frame: bytes | memoryview) -> str | None:
    """Return the `message_id` of the object that a frame is meant to be; None: it names none."""
    head = bytes(frame[:HEAD_BYTES])
    depth = 0
    for token in islice(_TOKEN.finditer(head), MAX_TOKENS):
        match token[0][:1]:
            case b"[" if depth == 0:
                return None
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
            case _ if depth == 1 and token[0].endswith(b":") and token[0].startswith(_NAME):
                return _text(_VALUE.match(head, token.end()))
            case _:
                pass
    return _text(_LAST.search(bytes(frame[-TAIL_BYTES:])))


def checked(wish: object) -> str | None:
    """Return a `message_id` that can be sent back as it came; None: it is none."""
    return wish if isinstance(wish, str) and 1 <= len(wish) <= 64 else None


def _text(found: re.Match[bytes] | None) -> str | None:
    try:
        return None if found is None else checked(msgspec.json.decode(found[1]))
    except ValueError:
        return None
