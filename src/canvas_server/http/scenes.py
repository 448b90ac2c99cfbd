"""`/api/scene`: the scene of a session and its history, read and edited over HTTP.

The entity tag of a scene is its revision, so `If-Match` makes an edit depend on nobody having
edited in between, and `If-None-Match` makes asking again cheap (RFC 9110 section 13.1).
"""

import functools
import re
from collections.abc import Awaitable, Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.core.effects import Refused
from canvas_server.http.asked import matches, number_of, session_of
from canvas_server.http.errors import refusal
from canvas_server.ports import LogFailure
from canvas_server.protocol.codec import MalformedMessage, decode_scene_edit
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import HistoryAnswer, SceneAnswer
from canvas_server.protocol.scene import SceneDocument
from canvas_server.scenes import Scenes

Endpoint = Callable[[Request], Awaitable[Response]]

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_ENTRIES = 1000
USUAL_ENTRIES = 200
_STATUS = {
    ErrorCode.ELEMENT_NOT_FOUND: 404,
    ErrorCode.REVISION_NOT_FOUND: 404,
    ErrorCode.PEER_NOT_FOUND: 409,
    ErrorCode.ELEMENT_EXISTS: 409,
    ErrorCode.REVISION_CHANGED: 412,
    ErrorCode.SCENE_FULL: 413,
    ErrorCode.INVALID_CHANGE: 422,
    ErrorCode.STORAGE_FAILED: 503,
}


def scene_routes(scenes: Scenes) -> list[BaseRoute]:
    """Return the routes that read and edit scenes."""

    async def read(request: Request) -> Response:
        revision = number_of(request, "revision")
        scene = await scene_at(scenes, session_of(request), revision)
        if matches(request.headers.get("if-none-match"), str(scene.revision), weak=True):
            return Response(status_code=304, headers=_headers(scene))
        return _answer(scene)

    async def history(request: Request) -> Response:
        session_id = session_of(request)
        limit = number_of(request, "limit", 1, MAX_ENTRIES) or USUAL_ENTRIES
        past = await scenes.history(session_id, number_of(request, "before"), limit)
        tag = f"{past.first_revision}-{past.revision}"
        headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
        if matches(request.headers.get("if-none-match"), tag, weak=True):
            return Response(status_code=304, headers=headers)
        answer = HistoryAnswer(past.revision, past.first_revision, past.entries)
        return Response(msgspec.json.encode(answer), 200, headers, "application/json")

    async def edit(request: Request) -> Response:
        wanted = decode_scene_edit(await body_of(request))
        expected = _expected(request.headers.get("if-match"))
        return _answer(await scenes.edit(wanted, expected))

    return [
        Route("/api/scene", told(read)),
        Route("/api/scene", told(edit), methods=["POST"]),
        Route("/api/scene/{session}", told(read)),
        Route("/api/scene/{session}/history", told(history)),
    ]


def told(answer: Endpoint) -> Endpoint:
    """Wrap an endpoint so that what is refused, or fails, is answered with its code."""

    @functools.wraps(answer)
    async def wrapped(request: Request) -> Response:
        try:
            return await answer(request)
        except MalformedMessage as malformed:
            return refusal(400, malformed.code, malformed.text)
        except Refused as refused:
            return _refused(refused.code, refused.text)
        except LogFailure:
            return _refused(ErrorCode.STORAGE_FAILED)

    return wrapped


async def scene_at(scenes: Scenes, session_id: str, revision: int | None) -> SceneDocument:
    """Return a scene as it is, or as it was after a revision.

    Raises:
        Refused: the history does not reach there.
        LogFailure: it cannot be read.
    """
    if revision is None:
        return await scenes.read(session_id)
    return await scenes.past(session_id, revision)


async def body_of(request: Request) -> bytes:
    """Read the body of a request.

    Raises:
        HTTPException: 413, it is too large.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"at most {MAX_BODY_BYTES} bytes are read")
    return bytes(body)


def _expected(condition: str | None) -> int | None:
    """Return the revision that `If-Match` names; -1, which no scene has, where it names none."""
    if condition is None or condition.strip() == "*":
        return None
    tag = re.fullmatch(r'\s*"(\d{1,16})"\s*', condition)
    return int(tag[1]) if tag else -1


def _headers(scene: SceneDocument) -> dict[str, str]:
    return {"etag": f'"{scene.revision}"', "cache-control": "no-cache"}


def _answer(scene: SceneDocument) -> Response:
    body = msgspec.json.encode(SceneAnswer(scene))
    return Response(body, 200, _headers(scene), "application/json")


def _refused(code: ErrorCode, text: str = "") -> Response:
    return refusal(_STATUS.get(code, 400), code, text or code.meaning)
