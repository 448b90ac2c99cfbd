"""Pictures of scenes: drawn one at a time in turns, and the latest kept, as are failures."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from msgspec import Struct

from canvas_server.export.queue import Drawing, DrawingQueue
from canvas_server.export.worker import CannotDraw, Form, Picture, draw
from canvas_server.protocol.scene import SceneDocument

KEPT_BYTES = 32 * 1024 * 1024
MAX_FAILURES = 1000
FAILURE_SECONDS = 600.0
"""For so long what could not be drawn is not tried again, unless the scene changes."""

Draw = Callable[[SceneDocument, Form, int | None], Awaitable[Picture]]


_Version = tuple[int, int]
"""Revision of a scene, and time of its change."""


_Failed = tuple[str, _Version, Form, frozenset[str] | None]
"""Session, version, form and part of what could not be drawn."""


class _Wanted(Struct, frozen=True):
    session_id: str
    version: _Version
    form: Form
    width: int | None
    part: frozenset[str] | None
    """The elements that were asked for; None: all."""


class _PictureJob(Struct, eq=False):
    """A drawing in the queue, with what is drawn."""

    wanted: _Wanted
    scene: SceneDocument
    done: asyncio.Future[Picture]


class Pictures:
    """Draws scenes one at a time, since calls come first; who asks for the same waits for one."""

    def __init__(self, draw: Draw = draw) -> None:
        self._draw = draw
        self._kept: dict[_Wanted, Picture] = {}
        self._bytes = 0
        self._failed: OrderedDict[_Failed, tuple[str, float]] = OrderedDict()
        """Why, and when."""
        self._queue = DrawingQueue()
        self._jobs: dict[_Wanted, _PictureJob] = {}
        self._by_drawing: dict[Drawing, _PictureJob] = {}
        self._working: asyncio.Task[None] | None = None

    async def get(
        self,
        scene: SceneDocument,
        form: Form,
        width: int | None,
        requester: str,
        part: frozenset[str] | None = None,
    ) -> Picture:
        """Return a picture, which is drawn on the account of its session and of who asks.

        `part`: the elements that the scene was reduced to.

        Raises:
            TooManyDrawings: it is not drawn now.
            CannotDraw: it cannot be had; also where that was found out lately.
        """
        wanted = _Wanted(scene.session_id, (scene.revision, scene.timestamp), form, width, part)
        found = self._kept.pop(wanted, None)
        if found is not None:
            self._kept[wanted] = found  # now the latest
            return found
        self._require_hope(wanted)
        job = self._jobs.get(wanted)
        if job is None:
            job = self._begin(wanted, scene, requester)
        return await asyncio.shield(job.done)

    def _begin(self, wanted: _Wanted, scene: SceneDocument, requester: str) -> _PictureJob:
        loop = asyncio.get_running_loop()
        drawing = self._queue.put(wanted.session_id, requester, loop.time())
        job = self._jobs[wanted] = _PictureJob(wanted, scene, loop.create_future())
        job.done.add_done_callback(_seen)
        self._by_drawing[drawing] = job
        if self._working is None:
            self._working = loop.create_task(self._work())
        return job

    def _require_hope(self, wanted: _Wanted) -> None:
        key = (wanted.session_id, wanted.version, wanted.form, wanted.part)
        why, at = self._failed.get(key, ("", 0.0))
        if not why:
            return
        if asyncio.get_running_loop().time() - at < FAILURE_SECONDS:
            raise CannotDraw(why)
        del self._failed[key]

    async def _work(self) -> None:
        """Draw what waits, to the last."""
        loop = asyncio.get_running_loop()
        try:
            while (drawing := self._queue.take(loop.time())) is not None:
                job = self._by_drawing.pop(drawing)
                began = loop.time()
                try:
                    await self._perform(job)
                finally:
                    self._jobs.pop(job.wanted, None)
                    job.done.cancel()  # unless it has a result
                    self._queue.charge(drawing, loop.time() - began, loop.time())
        finally:
            self._working = None

    async def _perform(self, job: _PictureJob) -> None:
        wanted = job.wanted
        try:
            drawn = await self._draw(job.scene, wanted.form, wanted.width)
        except CannotDraw as failure:
            now = asyncio.get_running_loop().time()
            key = (wanted.session_id, wanted.version, wanted.form, wanted.part)
            self._failed[key] = (str(failure), now)
            if len(self._failed) > MAX_FAILURES:
                self._failed.popitem(last=False)
            job.done.set_exception(failure)
        except OSError:  # no process could be started: nothing of the scene
            job.done.set_exception(CannotDraw("the picture cannot be drawn now"))
        else:
            self._keep(wanted, drawn)
            job.done.set_result(drawn)

    def _keep(self, wanted: _Wanted, drawn: Picture) -> None:
        self._kept[wanted] = drawn
        self._bytes += len(drawn.data)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))).data)


def _seen(done: asyncio.Future[Picture]) -> None:
    """Take note of a failure: those who asked may be gone."""
    if not done.cancelled():
        done.exception()
