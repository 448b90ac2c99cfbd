"""Answers of a later release: its error codes that this one does not know (IN5). Pure.

Whoever made an edit has to learn that it is refused, also where the reason has a new name.
"""

from typing import Any, cast

import msgspec

from canvas_server.protocol.errors import code_of


def with_known_codes(text: bytes | str) -> object:
    """Read an answer; codes that are not known become the final `invalid_change`.

    Raises:
        ValueError, RecursionError: it is no JSON.
    """
    message: object = msgspec.json.decode(text)
    _know_codes(message)
    return message


def _know_codes(message: object) -> None:
    if isinstance(message, dict):
        answer = cast("dict[str, Any]", message)
        failed = answer.get("failed_operations")
        for holder in (answer, *(cast("list[Any]", failed) if isinstance(failed, list) else ())):
            _know_code(holder)


def _know_code(holder: Any) -> None:
    if isinstance(holder, dict):
        named = cast("dict[str, Any]", holder)
        if isinstance(named.get("code"), str):
            named["code"] = code_of(named["code"])
