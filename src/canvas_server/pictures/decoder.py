"""Decoding of pictures for all sessions: a bounded queue, fair by the time each session has taken.

Two processes read them. Next comes whose session has had least of their time lately, with what
its picture will take by its header: a session that sends costly pictures waits for itself, and many
such sessions for small pictures of others. But whoever has waited longest is passed over a few
times only, so every picture has its turn, however many small ones come. What was found clean, or
refused, is remembered.
"""

import asyncio
import functools
import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from msgspec import Struct

from canvas_server.core.scene.admission import content_of, refused_source
from canvas_server.core.scene.rasters import measure
from canvas_server.node.ports import Decoded, NotDecoded, Verdict
from canvas_server.pictures.process import DecoderProcess

PROCESSES = 2
MAX_WAITING_BYTES = 64 * 1024 * 1024
"""Of pictures that wait, of all sessions; beyond it the last of who has most gives way."""
MAX_REMEMBERED = 20_000
IDLE_SECONDS = 300.0
"""After which a process that nobody needs ends."""
HALF_LIFE_SECONDS = 10.0
"""After which half of what a session has taken is forgotten."""
MAX_SESSIONS = 1000
"""Whose share is remembered."""

MAX_PASSED_OVER = 3
"""How often others are taken before the session that has waited longest."""

PIXELS_PER_MS = 25_000
"""What a decoder reads in a millisecond, roughly; the slowest of them."""

BUSY = "many pictures are being read: send it again in a moment"

T = TypeVar("T")
log = structlog.get_logger()


class DecoderCounts(Struct):
    """What was decoded since the start."""

    taken: int = 0
    changed: int = 0
    """Of those: turned, without metadata, or encoded anew."""
    refused: int = 0
    failed: int = 0
    """Could not be decoded when they came."""
    cpu_ms: int = 0


class _DecodeJob(Struct, eq=False):
    session_id: str
    waiting: deque[str]
    done: Callable[[Decoded | NotDecoded], None]
    size: int
    expected_ms: float
    sources: dict[str, str] = {}
    cpu_ms: int = 0
    is_over: bool = False


class _Share(Struct):
    spent_ms: float
    at: float

    def left(self, now: float) -> float:
        """Return what still counts."""
        return self.spent_ms * 0.5 ** ((now - self.at) / HALF_LIFE_SECONDS)


class Decoder:
    """Implements `PictureDecoder`."""

    def __init__(
        self,
        processes: Sequence[DecoderProcess] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Decode with some processes, which are begun when they are needed."""
        self.counts = DecoderCounts()
        self._clock = clock
        self._all = tuple(processes or (DecoderProcess() for _ in range(PROCESSES)))
        self._idle = [*self._all]
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.Task[None]] = set()
        """What waits for processes to be gone."""
        self._jobs: dict[str, deque[_DecodeJob]] = {}
        """Of each session that has any, in order; the sessions as they wait for their next turn."""
        self._passed_over = 0
        """How often in a row the first of the sessions was."""
        self._waiting_bytes = 0
        self._shares: OrderedDict[str, _Share] = OrderedDict()
        self._clean: OrderedDict[bytes, None] = OrderedDict()
        self._refused: OrderedDict[bytes, str] = OrderedDict()
        self._ending: asyncio.TimerHandle | None = None
        self._is_failing = False

    def is_known(self, src: str) -> bool:
        """See `PictureDecoder.is_known`."""
        digest = _digest(src)
        if digest not in self._clean:
            return False
        self._clean.move_to_end(digest)
        return True

    def decode(
        self,
        session_id: str,
        sources: Sequence[str],
        done: Callable[[Decoded | NotDecoded], None],
    ) -> Callable[[], None]:
        """See `PictureDecoder.decode`."""
        size, expected_ms = sum(map(len, sources)), sum(map(_expected_ms, sources))
        job = _DecodeJob(session_id, deque(sources), done, size, expected_ms)
        self._put(job)
        self._waiting_bytes += job.size
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self._give_way()
        if self._idle:
            self._begin()
        return lambda: self._forget(job)

    async def close(self) -> None:
        """End the processes; what waits is not answered."""
        if self._ending is not None:
            self._ending.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._ends, return_exceptions=True)
        for process in self._all:
            await process.end()

    def _put(self, job: _DecodeJob) -> None:
        self._jobs.setdefault(job.session_id, deque()).append(job)

    def _forget(self, job: _DecodeJob) -> None:
        """Take a job out of the queue; one that is being worked on is not answered."""
        if job.is_over:
            return
        job.is_over = True
        self._waiting_bytes -= job.size
        jobs = self._jobs.get(job.session_id)
        if jobs is not None and job in jobs:
            jobs.remove(job)
            if not jobs:
                del self._jobs[job.session_id]

    def _give_way(self) -> None:
        """Refuse the latest edit of the session that has most bytes waiting."""
        largest = max(self._jobs.values(), key=lambda jobs: sum(job.size for job in jobs))
        job = largest[-1]
        self._forget(job)
        asyncio.get_running_loop().call_soon(job.done, NotDecoded(BUSY))

    def _begin(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        task = asyncio.create_task(self._run(self._idle.pop()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, process: DecoderProcess) -> None:
        """Read what waits with a process, then let it rest."""
        while job := self._next():
            src = job.waiting[0]
            outcome = await self._outcome(process, src)
            if isinstance(outcome, Verdict):
                self._charge(job.session_id, outcome.cpu_ms)
            if job.is_over:
                continue
            if isinstance(outcome, NotDecoded):
                self._forget(job)
                job.done(outcome)
                continue
            job.waiting.popleft()
            job.sources[src] = self._note(src, outcome)
            job.cpu_ms += outcome.cpu_ms
            if job.waiting:
                self._jobs.setdefault(job.session_id, deque()).appendleft(job)
            else:
                self._forget(job)
                job.done(Decoded(job.sources, job.cpu_ms))
        self._idle.append(process)
        if len(self._idle) == len(self._all):
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(IDLE_SECONDS, self._rest)

    def _rest(self) -> None:
        for process in self._idle:
            task = asyncio.get_running_loop().create_task(process.end())
            self._ends.add(task)
            task.add_done_callback(self._ends.discard)

    def _next(self) -> _DecodeJob | None:
        """Take the next job of the session that will have had least, or has waited too long."""
        if not self._jobs:
            return None
        now, shares = self._clock(), self._shares

        def taken(session_id: str) -> float:
            share = shares.get(session_id)
            return self._jobs[session_id][0].expected_ms + (share.left(now) if share else 0.0)

        first = next(iter(self._jobs))
        may_pass = self._passed_over < MAX_PASSED_OVER
        session_id = min(self._jobs, key=taken) if may_pass else first
        self._passed_over = 0 if session_id == first else self._passed_over + 1
        jobs = self._jobs.pop(session_id)
        job = jobs.popleft()
        if jobs:
            self._jobs[session_id] = jobs  # behind all others
        return job

    async def _outcome(self, process: DecoderProcess, src: str) -> Verdict | NotDecoded:
        reason = self._refused.get(_digest(src))
        if reason is not None:
            return Verdict(None, reason, 0)
        try:
            verdict = await process.read(src)
        except NotDecoded as failure:
            self.counts.failed += 1
            if not self._is_failing:
                log.error("pictures cannot be read; edits that bring one wait", why=str(failure))
            self._is_failing = True
            return failure
        if self._is_failing:
            log.info("pictures are read again")
        self._is_failing = False
        return verdict

    def _note(self, src: str, verdict: Verdict) -> str:
        """Remember what came of a picture; return what is in its place."""
        self.counts.cpu_ms += verdict.cpu_ms
        if verdict.src is None:
            self.counts.refused += 1
            reason = verdict.reason or ""
            _remember(self._refused, _digest(src), reason)
            return refused_source(reason)
        self.counts.taken += 1
        self.counts.changed += verdict.src != src
        _remember(self._clean, _digest(verdict.src), None)
        return verdict.src

    def _charge(self, session_id: str, cpu_ms: int) -> None:
        now = self._clock()
        share = self._shares.pop(session_id, None)
        spent = cpu_ms + (0.0 if share is None else share.left(now))
        self._shares[session_id] = _Share(spent, now)
        if len(self._shares) > MAX_SESSIONS:
            self._shares.popitem(last=False)


def _expected_ms(src: str) -> float:
    """Return what a picture takes of a processor by its header, roughly."""
    raster = measure(content_of(src)[1])
    return 0.0 if raster is None else raster.pixels * raster.passes / PIXELS_PER_MS


@functools.lru_cache(maxsize=8)
def _digest(src: str) -> bytes:
    return hashlib.sha256(src.encode()).digest()


def _remember(memory: OrderedDict[bytes, T], digest: bytes, what: T) -> None:
    memory[digest] = what
    memory.move_to_end(digest)
    if len(memory) > MAX_REMEMBERED:
        memory.popitem(last=False)
