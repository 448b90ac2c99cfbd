"""Error responses: ``{success: false, error, code}``."""

import functools
from collections.abc import Awaitable, Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from canvas_server.core.effects import Refusal
from canvas_server.http.bodies import TooMuch
from canvas_server.node.ports import LogFailure
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import ErrorCode

Endpoint = Callable[[Request], Awaitable[Response]]

_STATUS = {
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.TOKEN_EXPIRED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.SESSION_LOCKED: 403,
    ErrorCode.OUT_OF_BOUNDS: 403,
    ErrorCode.AGENT_PAUSED: 403,
    ErrorCode.ELEMENT_NOT_FOUND: 404,
    ErrorCode.REVISION_NOT_FOUND: 404,
    ErrorCode.PEER_NOT_FOUND: 409,
    ErrorCode.ELEMENT_EXISTS: 409,
    ErrorCode.REVISION_CHANGED: 412,
    ErrorCode.ELEMENT_CHANGED: 412,
    ErrorCode.ELEMENT_LOCKED: 423,
    ErrorCode.SCENE_FULL: 413,
    ErrorCode.INVALID_CHANGE: 422,
    ErrorCode.CONTENT_REFUSED: 422,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.STORAGE_FAILED: 503,
}
_HEADERS = {
    401: {"www-authenticate": "Bearer"},  # RFC 6750 section 3
    429: {"retry-after": "1"},  # RFC 9110 section 10.2.3
}


_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def error_body(code: str, text: str) -> bytes:
    """Return the JSON body of an error."""
    return msgspec.json.encode({"success": False, "error": text, "code": code})


def refusal(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return an answer that says what went wrong."""
    return Response(error_body(code, text), status, headers, "application/json")


def error_responses(answer: Endpoint) -> Endpoint:
    """Wrap an endpoint so that what is refused, or fails, is answered with its code."""

    @functools.wraps(answer)
    async def wrapped(request: Request) -> Response:
        try:
            return await answer(request)
        except MalformedMessage as malformed:
            return refusal(400, malformed.code, malformed.text)
        except Refusal as refused:
            return _refused(refused.code, refused.text)
        except TooMuch as busy:
            headers = {"retry-after": str(busy.seconds)}
            return refusal(busy.status, busy.code, busy.text, headers)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except (LogFailure, OSError):
            return _refused(ErrorCode.STORAGE_FAILED)

    return wrapped


async def http_error(_: Request, error: Exception) -> Response:
    """Answer an error of a route, or that there is none."""
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows what Starlette calls us with
    code = _CODES.get(error.status_code, "refused")
    return refusal(error.status_code, code, error.detail, dict(error.headers or {}))


def _refused(code: ErrorCode, text: str = "") -> Response:
    status = _STATUS.get(code, 400)
    headers = _HEADERS.get(status)
    return refusal(status, code, text or code.meaning, headers)
