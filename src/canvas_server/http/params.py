"""Request parameters: the session in the path, numbers in the query."""

import re

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from canvas_server.protocol.bounds import Area
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import MAX_INTEGER, SESSION_PATTERN

MOST_IDS = 100
"""Elements that one request can name: an address has an end."""
LONGEST_ID = 128


def session_of(request: Request) -> str:
    """Return the session that the path names; `default` where it names none.

    Raises:
        HTTPException: 404, it is no name of a session.
    """
    session_id = request.path_params.get("session", "default")
    if not re.search(SESSION_PATTERN, session_id):
        raise HTTPException(404, "a session name has 1 to 64 letters, digits, '_' and '-'")
    return session_id


def ids_of(request: Request) -> frozenset[str] | None:
    """Return the elements that the query names; None where it names none.

    Raises:
        MalformedMessage: there are too many, or one is no id.
    """
    text = request.query_params.get("ids")
    if text is None:
        return None
    ids = frozenset(text.split(","))
    if len(ids) > MOST_IDS or not all(1 <= len(one) <= LONGEST_ID for one in ids):
        reason = f"ids are 1 to {MOST_IDS} ids of elements, with commas between them"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, reason)
    return ids


def area_of(request: Request) -> Area | None:
    """Return the part of a canvas that the query names (`area=x,y,width,height`); None: none.

    Raises:
        MalformedMessage: that is no area.
    """
    text = request.query_params.get("area")
    if text is None:
        return None
    try:
        x, y, width, height = map(float, text.split(","))
        return msgspec.convert({"x": x, "y": y, "width": width, "height": height}, Area)
    except ValueError:  # msgspec's is one
        reason = "area is x,y,width,height in units of the scene"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, reason) from None


def number_of(
    request: Request, name: str, lowest: int = 0, highest: int = MAX_INTEGER
) -> int | None:
    """Return a number of the query; None where it is not there.

    Raises:
        MalformedMessage: it is none, or outside the limits.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,16}", text) or not lowest <= int(text) <= highest:
        reason = f"{name} is a whole number from {lowest} to {highest}"
        raise MalformedMessage(ErrorCode.INVALID_MESSAGE, reason)
    return int(text)
