"""Scenes as files: `/api/scene/{session}/export.svg`, `.png` and `.json`.

Pictures are drawn one after the other, apart from the server, since calls come first; the latest
are kept, and who asks for one that is being drawn waits for the same.
"""

import asyncio

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server import __version__
from canvas_server.export.worker import MOST_WIDTH, CannotDraw, Form, draw
from canvas_server.http.api.scenes import scene_at
from canvas_server.http.errors import error_responses, refusal
from canvas_server.http.gate import Gate
from canvas_server.http.params import matches, number_of, session_of
from canvas_server.node.scenes import Scenes
from canvas_server.protocol.scene import SceneDocument

MOST_WAITING = 16
KEPT_BYTES = 32 * 1024 * 1024
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
# Opened by itself, a drawing runs nothing and loads nothing.
_CONTENT_POLICY = "default-src 'none'; img-src data:; sandbox"


class Busy(Exception):
    """Too many pictures wait to be drawn."""


class _Wanted(Struct, frozen=True):
    session_id: str
    revision: int
    form: Form
    width: int | None


class Pictures:
    """Draws scenes, one at a time, and keeps the latest pictures."""

    def __init__(self) -> None:
        self._kept: dict[_Wanted, bytes] = {}
        self._bytes = 0
        self._drawing: dict[_Wanted, asyncio.Task[bytes]] = {}
        self._one = asyncio.Lock()

    async def draw(self, scene: SceneDocument, form: Form, width: int | None) -> bytes:
        """Return a picture.

        Raises:
            Busy: too many are waited for.
            CannotDraw: it cannot be had.
        """
        wanted = _Wanted(scene.session_id, scene.revision, form, width)
        found = self._kept.pop(wanted, None)
        if found is not None:
            self._kept[wanted] = found  # now the latest
            return found
        task = self._drawing.get(wanted)
        if task is None:
            if len(self._drawing) >= MOST_WAITING:
                raise Busy
            task = self._drawing[wanted] = asyncio.create_task(self._draw(wanted, scene))
            task.add_done_callback(lambda task: self._drawn(wanted, task))
        return await asyncio.shield(task)

    async def _draw(self, wanted: _Wanted, scene: SceneDocument) -> bytes:
        async with self._one:
            drawn = await draw(scene, wanted.form, wanted.width)
        self._kept[wanted] = drawn
        self._bytes += len(drawn)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))))
        return drawn

    def _drawn(self, wanted: _Wanted, task: asyncio.Task[bytes]) -> None:
        del self._drawing[wanted]
        if not task.cancelled():
            task.exception()  # is told to those who still wait


def picture_routes(scenes: Scenes, gate: Gate) -> list[BaseRoute]:
    """Return the routes that answer scenes as files."""
    pictures = Pictures()

    async def body(scene: SceneDocument, ending: str, width: int | None) -> bytes:
        if ending == "json":
            return msgspec.json.format(msgspec.json.encode(scene)) + b"\n"
        return await pictures.draw(scene, "png" if ending == "png" else "svg", width)

    async def export(request: Request) -> Response:
        ending = request.path_params["ending"]
        if ending not in _TYPES:
            raise HTTPException(404, f"a scene is exported as {', '.join(_TYPES)}")
        width = number_of(request, "width", 1, MOST_WIDTH) if ending == "png" else None
        session_id = session_of(request)
        gate.require(request, session_id)
        scene = await scene_at(scenes, session_id, number_of(request, "revision"))
        tag = f"{scene.revision}-{__version__}"
        name = f"{scene.session_id}-{scene.revision}.{ending}"
        headers = {
            "etag": f'"{tag}"',
            "cache-control": "no-cache",
            "content-disposition": f'inline; filename="{name}"',
            "content-security-policy": _CONTENT_POLICY,
        }
        if matches(request.headers.get("if-none-match"), tag, weak=True):
            return Response(status_code=304, headers=headers)
        try:
            return Response(await body(scene, ending, width), 200, headers, _TYPES[ending])
        except Busy:
            text = "many pictures are being drawn: ask again in a moment"
            return refusal(503, "busy", text, {"retry-after": "5"})
        except CannotDraw as failure:
            return refusal(503, "not_drawn", str(failure))

    return [Route("/api/scene/{session}/export.{ending}", error_responses(export), name="picture")]
