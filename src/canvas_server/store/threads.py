"""Threads that do what may block, each with a connection of its own."""

import asyncio
import contextlib
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import structlog
from msgspec import Struct

from canvas_server.node.ports import LogBusy, LogFailure
from canvas_server.store import chatting, retention
from canvas_server.store.folder import StoreError
from canvas_server.store.schema import Database, explain
from canvas_server.store.waiting import FairQuestions, FairQueue
from canvas_server.store.writing import Job, Quotas, Writer

T = TypeVar("T")

MAX_BATCH = 512
MAX_BATCH_BYTES = 1024 * 1024
"""After so much a batch is closed: what waits behind it is to be stored soon, too."""
TRIM_SECONDS = 600.0
TROUBLE = (
    StoreError,
    sqlite3.Error,
    OSError,
    zlib.error,
    msgspec.DecodeError,
    msgspec.ValidationError,
    LookupError,
    ValueError,
)
"""What a full, read-only or damaged disk leads to, and what a damaged file holds."""

logger = structlog.get_logger()


class _Thread:
    """A thread that begins with the first thing it is given, and its connection."""

    def __init__(self, database: Database, name: str, *, reading: bool) -> None:
        self._database = database
        self._reading = reading
        self._thread = threading.Thread(target=self._run, name=f"log-{name}", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._file: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._ended = asyncio.Event()

    async def stop(self) -> None:
        """Do what waits, then end."""
        if self._loop is not None:
            self._put_end()
            await self._ended.wait()

    def _put_end(self) -> None:
        raise NotImplementedError

    def _work(self) -> None:
        raise NotImplementedError

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._disconnect()
            self._call(self._ended.set)

    def _start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()

    def _call(self, act: Callable[..., None], *args: Any) -> None:
        """Have something called in the thread of the loop."""
        assert self._loop is not None  # noqa: S101 - the thread runs since there is one
        with contextlib.suppress(RuntimeError):  # it is closed: nobody waits any more
            self._loop.call_soon_threadsafe(act, *args)

    def _connection(self) -> sqlite3.Connection:
        """Return the connection to the file that has its name now.

        Raises:
            StoreError, sqlite3.Error, OSError: it cannot be opened.
        """
        if self._file is not None and self._database.identity() != self._identity:
            self._disconnect()
        if self._file is None:
            self._file = self._database.connect(reading=self._reading)
            self._identity = self._database.identity()
        return self._file

    def _disconnect(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(sqlite3.Error):
                file.close()

    def _failed(self, error: Exception) -> LogFailure:
        """Say why; begin anew after what may be an error of this connection only.

        On a full disk the connection is kept, since another one could not be opened.
        """
        name = getattr(error, "sqlite_errorname", "")
        if name != "SQLITE_FULL" and not name.startswith("SQLITE_IOERR"):
            self._disconnect()
        if not isinstance(error, TROUBLE):
            logger.error("the log failed in a way nobody thought of", exc_info=error)
        text = str(error) if isinstance(error, StoreError) else explain(error, self._database.path)
        return LogFailure(text)


class ReadingThread(_Thread):
    """Answers questions, one after another."""

    def __init__(self, database: Database, name: str, most: int | None = None) -> None:
        """Prepare; more than `most` questions do not wait (`FairQuestions`): they are refused."""
        super().__init__(database, name, reading=True)
        self._questions: FairQuestions[
            tuple[Callable[[sqlite3.Connection], Any], Callable[[Any], None]]
        ] = FairQuestions(most)

    def ask(
        self,
        question: Callable[[sqlite3.Connection], T],
        done: Callable[[T | LogFailure], None],
        session_id: str = "",
    ) -> None:
        """Have a question about a session answered in the thread of the loop."""
        self._start()
        if not self._questions.put(session_id, (question, done)):
            self._call(done, LogBusy("too many ask about the past; try again later"))

    def _put_end(self) -> None:
        self._questions.close()

    def _work(self) -> None:
        while request := self._questions.take():
            question, done = request
            try:
                answer = self._answer(question)
            except Exception as error:  # noqa: BLE001 - the end of a thread; it is logged
                answer = self._failed(error)
            self._call(done, answer)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return question(self._connection())
        except sqlite3.OperationalError:
            # To read, SQLite wants to write a little beside the file, and the disk may be full.
            with self._database.at_rest() as file:
                if file is None:
                    raise
                return question(file)


class Batch(Struct, gc=False):
    """Records that were stored together, with what became of each."""

    jobs: Sequence[Job]
    outcomes: Sequence[LogFailure | None]
    seconds: float
    """How long it took."""


class WritingThread(_Thread):
    """Stores all that waits in one transaction, again and again.

    Old history is cut off when nothing waits; what is beyond the quotas at once.
    """

    def __init__(
        self,
        database: Database,
        answer: Callable[[Batch], None],
        oldest_ms: Callable[[], int | None],
        quotas: Quotas,
    ) -> None:
        """Prepare; `oldest_ms` tells before which time history is cut off, if it is."""
        super().__init__(database, "write", reading=False)
        self._answer = answer
        self._oldest_ms = oldest_ms
        self._quotas = quotas
        self._jobs = FairQueue()
        self._writer: Writer | None = None
        self._next_trim = 0.0
        self._trimmed = 0

    def put(self, job: Job) -> None:
        """Store a record; `answer` is called in the thread of the loop, in the order of calls."""
        self._start()
        self._jobs.put(job)

    def forget(self, session_id: str) -> None:
        """Know nothing of a session any more, of which nothing waits: it was erased."""
        if self._writer is not None:
            self._writer.forget_session(session_id)

    def _put_end(self) -> None:
        self._jobs.close()

    def _work(self) -> None:
        self._next_trim = time.monotonic() + 1
        while batch := self._take():
            self._store(batch)

    def _take(self) -> list[Job]:
        """Wait for records and return all there are, up to a bound; none: it is the end."""
        while True:
            patience = max(0.0, self._next_trim - time.monotonic())
            batch = self._jobs.take(MAX_BATCH, MAX_BATCH_BYTES, patience)
            if batch is not None:
                return batch
            self._trim()

    def _store(self, jobs: list[Job]) -> None:
        began = time.perf_counter()
        try:
            outcomes = self._ready_writer().write(jobs)
        except Exception as error:  # noqa: BLE001 - as above
            failure = self._failed(error)
            outcomes = [job.failure or failure for job in jobs]
        self._call(self._answer, Batch(jobs, outcomes, time.perf_counter() - began))
        stored = [job for job, failure in zip(jobs, outcomes, strict=True) if failure is None]
        if not stored:
            return
        try:
            if any(job.snapshot for job in stored):
                self._ready_writer().write_snapshots(stored)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning("a snapshot is left for later", why=str(self._failed(error)))
        try:
            self._ready_writer().keep_quotas({job.session_id for job in stored}, self._quotas)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning("history is not cut off", why=str(self._failed(error)))

    def _trim_chat(self, file: sqlite3.Connection) -> bool:
        """Cut off a bit of what was said too long ago; tell whether there was any."""
        oldest_ms = self._oldest_ms()
        names = [] if oldest_ms is None else chatting.trim(file, oldest_ms)
        for name in names:
            self.forget(name)
        return bool(names)

    def _ready_writer(self) -> Writer:
        file = self._connection()
        if self._writer is None or self._writer.connection is not file:
            self._writer = Writer(file)
        return self._writer

    def _trim(self) -> None:
        """Cut a bit of history, or give a bit of space back; when there is none, wait."""
        goes_on = False
        try:
            file = self._connection()
            found = retention.trim_next(
                file, self._trimmed, self._oldest_ms(), self._quotas.session_bytes
            )
            self._trimmed = found or 0
            goes_on = found is not None or self._trim_chat(file) or retention.give_back(file)
        except Exception as error:  # noqa: BLE001 - as above
            logger.warning("old history is not cut off", why=str(self._failed(error)))
        if not goes_on:
            self._next_trim = time.monotonic() + TRIM_SECONDS
