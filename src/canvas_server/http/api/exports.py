"""Scenes as files: `/api/scene/{session}/export.svg`, `.png` and `.json`.

Pictures are drawn apart from the server, one at a time and in turns (`export.pictures`).
"""

import base64
import hashlib
import re

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server import __version__
from canvas_server.addresses import neighbourhood
from canvas_server.export.missing import as_header
from canvas_server.export.part import ids_within, part_of
from canvas_server.export.pictures import Pictures
from canvas_server.export.queue import TooManyDrawings
from canvas_server.export.worker import MOST_WIDTH, CannotDraw, Picture
from canvas_server.http.api.scenes import USUAL_BYTES, require_entered, scene_at
from canvas_server.http.bodies import Bodies
from canvas_server.http.errors import error_responses, refusal
from canvas_server.http.gate import Gate
from canvas_server.http.params import area_of, ids_of, number_of, session_of
from canvas_server.http.validators import is_known, scene_tag
from canvas_server.node.scenes import Scenes
from canvas_server.protocol.scene import SceneDocument

_TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
# Opened by itself, a drawing runs nothing and loads nothing. Its fonts are in its one style.
_CONTENT_POLICY = "default-src 'none'; img-src data:; sandbox"
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def picture_routes(scenes: Scenes, gate: Gate, bodies: Bodies) -> list[BaseRoute]:
    """Return the routes that answer scenes as files."""
    pictures = Pictures()

    async def body(
        request: Request, scene: SceneDocument, ending: str, ids: frozenset[str] | None
    ) -> Picture:
        if ending == "json":
            size = len(scene.elements) * USUAL_BYTES
            return Picture(await bodies.apart(size, _as_json, scene))
        form = "png" if ending == "png" else "svg"
        width = number_of(request, "width", 1, MOST_WIDTH) if ending == "png" else None
        return await pictures.get(scene, form, width, requester_of(request, gate), ids)

    async def export(request: Request) -> Response:
        ending = request.path_params["ending"]
        if ending not in _TYPES:
            raise HTTPException(404, f"a scene is exported as {', '.join(_TYPES)}")
        session_id = session_of(request)
        await require_entered(scenes, gate, request, session_id)
        ids = ids_of(request)
        area = area_of(request)
        scene = await scene_at(scenes, session_id, number_of(request, "revision"))
        if area is not None:
            within = ids_within(scene, area)
            ids = within if ids is None else within & ids
        tag = f"{scene_tag(scene)}-{__version__}"
        if ids is not None:
            scene = part_of(scene, ids)
            tag += f"-{hashlib.sha256(','.join(sorted(ids)).encode()).hexdigest()[:16]}"
        name = f"{scene.session_id}-{scene.revision}.{ending}"
        headers = {
            "etag": f'"{tag}"',
            "content-disposition": f'inline; filename="{name}"',
            "content-security-policy": _CONTENT_POLICY,
        }
        if is_known(request.headers, tag):
            return Response(status_code=304, headers=headers)
        try:
            drawn = await body(request, scene, ending, ids)
            scenes.answered(session_id, len(drawn.data))
            if drawn.missing:
                headers["canvas-missing"] = as_header(drawn.missing)
            if ending == "svg":
                headers["content-security-policy"] = _policy_of(drawn.data)
            return Response(drawn.data, 200, headers, _TYPES[ending])
        except TooManyDrawings as many:
            return _refused(many)
        except CannotDraw as failure:
            return refusal(503, "not_drawn", str(failure))

    return [Route("/api/scene/{session}/export.{ending}", error_responses(export), name="picture")]


def requester_of(request: Request, gate: Gate) -> str:
    """Return on whose account something is drawn: of an invitation, else of an address."""
    address = request.client.host if request.client else ""
    return gate.who(request) or f"from {neighbourhood(address)}"


def _policy_of(drawing: bytes) -> str:
    """Return the policy of a drawing, which names its style by its hash."""
    style = _STYLE.search(drawing)
    if style is None:
        return _CONTENT_POLICY
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{digest}'; sandbox"
    )


def _as_json(scene: SceneDocument) -> bytes:
    return msgspec.json.format(msgspec.json.encode(scene)) + b"\n"


def _refused(many: TooManyDrawings) -> Response:
    headers = {"retry-after": str(many.seconds)}
    if many.own:
        text = "you have had much drawn: ask again in a while"
        return refusal(429, "too_many", text, headers)
    return refusal(503, "busy", "many pictures are being drawn: ask again in a moment", headers)
