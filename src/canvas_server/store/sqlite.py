"""Log in an SQLite file, for one server.

Three threads do what may block: one writes, one opens sessions, one looks into the past. The
writer takes all records that wait, stores them in one transaction with one `fsync`, and tells the
loop once (docs/adr/0008).
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from canvas_server.core.chat.entries import ChatChanges, ChatPage, Said
from canvas_server.core.records import EntryRules, Record, Snapshot, Stored
from canvas_server.node.fairshare import FairShare
from canvas_server.node.ports import (
    HISTORY_BYTES,
    SESSION_HISTORY_BYTES,
    History,
    LogCounts,
    LogFailure,
    SessionSummary,
)
from canvas_server.store import chatting, erasing, probing, reading
from canvas_server.store.folder import DATABASE, FolderLock
from canvas_server.store.retention import DAY_MS
from canvas_server.store.schema import Database, explain
from canvas_server.store.threads import Batch, ReadingThread, WritingThread
from canvas_server.store.writing import Quotas, job_of, refused

MAX_QUESTIONS = 256
"""About the past. (There are no more questions that open a session than sessions named.)"""

logger = structlog.get_logger()


class SqliteLog:
    """Implements `Log`. Made before the event loop runs, used in its thread."""

    def __init__(
        self,
        folder: Path,
        history_days: int = 0,
        clock: Callable[[], float] = time.time,
        history_bytes: int = HISTORY_BYTES,
    ) -> None:
        """Take a data folder; changes older than `history_days` are cut off, unless it is 0.

        When those of one session are more than its quota, or those of all more than
        `history_bytes`, the oldest are cut off before: of all sessions, those of the largest.

        A file that cannot be opened now is tried again whenever it is needed.

        Raises:
            StoreError: another process has the folder, or its file is not for this version.
            OSError: the folder cannot be used.
        """
        self._lock = FolderLock(folder)
        self.counts = LogCounts()
        database = Database(folder / DATABASE)
        try:
            database.prepare()
        except sqlite3.Error as error:
            logger.error("scenes cannot be stored now", why=explain(error, database.path))
        except BaseException:
            self._lock.release()
            raise
        self._clock = clock
        self._history_days = history_days
        self._waiting = FairShare()
        quotas = Quotas(min(SESSION_HISTORY_BYTES, history_bytes), history_bytes)
        self._writing = WritingThread(database, self._answer, self._oldest_ms, quotas)
        self._opening = ReadingThread(database, "open")
        self._recalling = ReadingThread(database, "recall", MAX_QUESTIONS)
        self._database = database
        self._probing = ReadingThread(database, "probe", 1)

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """See `Log.append`. When too much waits already, it fails in its turn."""
        if self._waiting.has_room(record.session_id):
            job = job_of(record, done)
        else:
            why = f"{self._waiting.total} bytes wait to be stored: the disk is too slow"
            job = refused(record, why, done)
        self.counts.waiting += 1
        self._waiting.add(job.session_id, job.size)
        self._writing.put(job)

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """See `Log.load`."""
        self._opening.ask(lambda file: reading.load(file, session_id), done, session_id)

    def rules(self, session_id: str, done: Callable[[EntryRules | LogFailure], None]) -> None:
        """See `Log.rules`."""
        self._opening.ask(lambda file: reading.rules(file, session_id), done, session_id)

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """See `Log.recall`."""
        self._recalling.ask(
            lambda file: reading.recall(file, session_id, revision), done, session_id
        )

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """See `Log.history`."""
        self._recalling.ask(
            lambda file: reading.history(file, session_id, before, limit), done, session_id
        )

    def chat_page(
        self,
        session_id: str,
        keys: tuple[str, ...],
        before: int | None,
        done: Callable[[ChatPage | LogFailure], None],
    ) -> None:
        """See `Log.chat_page`."""
        self._recalling.ask(
            lambda file: chatting.page(file, session_id, keys, before), done, session_id
        )

    def chat_message(
        self, session_id: str, number: int, done: Callable[[Said | LogFailure | None], None]
    ) -> None:
        """See `Log.chat_message`."""
        self._recalling.ask(
            lambda file: chatting.message(file, session_id, number), done, session_id
        )

    def chat_changes(
        self, session_id: str, after: int, done: Callable[[ChatChanges | LogFailure], None]
    ) -> None:
        """See `Log.chat_changes`."""
        self._recalling.ask(
            lambda file: chatting.changes(file, session_id, after), done, session_id
        )

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """See `Log.sessions`."""
        self._recalling.ask(reading.sessions, done)

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """See `Log.erase`."""

        def erased(was_there: bool | LogFailure) -> None:
            self._writing.forget(session_id)
            done(was_there)

        self._recalling.ask(lambda _: erasing.erase(self._database, session_id), erased, session_id)

    async def probe(self, thorough: bool) -> None:
        """Find out whether scenes can be read and stored now.

        Raises:
            LogFailure: they cannot.
        """
        answer: asyncio.Future[LogFailure | None] = asyncio.Future()

        def done(failure: LogFailure | None) -> None:
            if not answer.done():  # nobody waits for it any more
                answer.set_result(failure)

        self._probing.ask(lambda _: probing.probe(self._database, thorough=thorough), done)
        failure = await answer
        if failure is not None:
            raise failure

    def announce(self, url: str) -> None:
        """Let programs that find the folder taken find who has it."""
        self._lock.announce(url)

    async def close(self) -> None:
        """See `Log.close`."""
        for thread in (self._probing, self._recalling, self._opening, self._writing):
            await thread.stop()
        self._lock.release()

    def _answer(self, batch: Batch) -> None:
        counts = self.counts
        counts.batches += 1
        counts.seconds += batch.seconds
        counts.waiting -= len(batch.jobs)
        counts.stored += batch.outcomes.count(None)
        for job, outcome in zip(batch.jobs, batch.outcomes, strict=True):
            self._waiting.remove(job.session_id, job.size)
            job.done(outcome)

    def _oldest_ms(self) -> int | None:
        days = self._history_days
        return int(self._clock() * 1000) - days * DAY_MS if days else None
