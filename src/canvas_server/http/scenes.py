"""`/api/scene`: the scene of a session, read and edited over HTTP.

The entity tag of a scene is its revision, so `If-Match` makes an edit depend on nobody having
edited in between, and `If-None-Match` makes asking again cheap (RFC 9110 section 13.1).
"""

import re

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.core.effects import Refused
from canvas_server.http.errors import refusal
from canvas_server.ports import LogFailure
from canvas_server.protocol.codec import MalformedMessage, decode_scene_edit
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import SESSION_PATTERN
from canvas_server.protocol.http import SceneAnswer
from canvas_server.protocol.scene import SceneDocument
from canvas_server.scenes import Scenes

MAX_BODY_BYTES = 8 * 1024 * 1024
_STATUS = {
    ErrorCode.ELEMENT_NOT_FOUND: 404,
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
        session_id = request.path_params.get("session", "default")
        if not re.search(SESSION_PATTERN, session_id):
            raise HTTPException(404, "a session name has 1 to 64 letters, digits, '_' and '-'")
        try:
            scene = await scenes.read(session_id)
        except LogFailure:
            return _refused(ErrorCode.STORAGE_FAILED)
        if matches(request.headers.get("if-none-match"), scene.revision, weak=True):
            return Response(status_code=304, headers=_headers(scene))
        return _answer(scene)

    async def edit(request: Request) -> Response:
        try:
            wanted = decode_scene_edit(await body_of(request))
            expected = _expected(request.headers.get("if-match"))
            return _answer(await scenes.edit(wanted, expected))
        except MalformedMessage as malformed:
            return refusal(400, malformed.code, malformed.text)
        except Refused as refused:
            return _refused(refused.code, refused.text)
        except LogFailure:
            return _refused(ErrorCode.STORAGE_FAILED)

    return [
        Route("/api/scene", read),
        Route("/api/scene", edit, methods=["POST"]),
        Route("/api/scene/{session}", read),
    ]


def matches(condition: str | None, revision: int, *, weak: bool) -> bool:
    """Tell whether a list of entity tags has that of a revision (RFC 9110 section 8.8.3.2)."""
    if condition is None:
        return False
    tags = re.findall(r'(W/)?"([^"]*)"', condition)
    found = any(tag == str(revision) and (weak or not prefix) for prefix, tag in tags)
    return found or condition.strip() == "*"


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
