"""Log of several nodes, in a JetStream stream (docs/adr/0013).

Each session is written to by one task that stores all that waits for it in one message. A message
names the one it follows, so what a node writes that others have given up is refused by the broker.
"""

import asyncio
import contextlib
import functools
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from msgspec import Struct

from canvas_server.core.chat.entries import MAX_CHAT_BYTES, ChatChanges, ChatEntry, ChatPage, Said
from canvas_server.core.records import (
    EntryRules,
    Record,
    Snapshot,
    Stored,
)
from canvas_server.nats import messages
from canvas_server.nats.broker import EXPECTED, Broker, Conflict
from canvas_server.nats.chat import CHAT, TRIM_BYTES, TRIM_COUNT, ChatMark, ChatStream
from canvas_server.nats.entries import Head, append_message, read_log
from canvas_server.nats.messages import (
    BYTES,
    LOG,
    REVISION,
    STREAM,
    SUBJECTS,
    TIME,
    Edits,
    Whole,
)
from canvas_server.nats.queries import Past
from canvas_server.node.fairshare import FairShare
from canvas_server.node.ports import (
    HISTORY_BYTES,
    SESSION_HISTORY_BYTES,
    BackboneFailure,
    History,
    LogCounts,
    LogFailure,
    Overtaken,
    SessionSummary,
)

MAX_BATCH = 512
MAX_BATCH_BYTES = 1024 * 1024
"""Records stored in one message, and their bytes but for the last one of them."""
MAX_RECEIPTS_KEPT = 200_000
"""Of all sessions; beyond that those written to least recently are read again when needed."""
PROBED = "-"
"""A session that is looked up to see whether the stream answers."""
CHAT_PART = 4
"""Of what a session may have, its chat has the fourth part at most."""
DAY_MS = 24 * 3600 * 1000

logger = structlog.get_logger()


class _Job(Struct):
    record: Record
    done: Callable[[LogFailure | None], None]
    failure: LogFailure | None = None


class _Session(Struct):
    """What waits to be written, and where."""

    head: Head | None
    jobs: deque[_Job]
    writing: bool = False


class JetStreamLog:
    """Implements `Log`."""

    def __init__(
        self,
        broker: Broker,
        history_days: int = 0,
        clock: Callable[[], float] = time.time,
        history_bytes: int = HISTORY_BYTES,
    ) -> None:
        """Use the stream; changes older than `history_days` are cut off, unless it is 0.

        When a session has more of them than its quota, the oldest are cut off before; when there
        are more than `history_bytes` of all, those of sessions that are written to and have more
        than an equal share.
        """
        self.counts = LogCounts()
        self._history_bytes = history_bytes
        self._waiting = FairShare()
        self._broker = broker
        self._past = Past(broker)
        self._chat = ChatStream(broker)
        self._history_days = history_days
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """See that there is a stream.

        Raises:
            BackboneFailure: there cannot be one.
        """
        await self._broker.make_stream(STREAM, SUBJECTS)
        await self._chat.prepare()

    async def probe(self) -> None:
        """See whether somebody leads the stream: only then it can be read and written.

        Raises:
            BackboneFailure: nobody does, or it is not to be reached.
        """
        await messages.last(self._broker, messages.log_of(PROBED))

    # --- writing ---------------------------------------------------------------------------

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """See `Log.append`. When too much waits already, it fails in its turn."""
        session = self._session(record.session_id)
        failure = None
        if not self._waiting.has_room(record.session_id):
            failure = LogFailure(f"{self._waiting.total} bytes wait: the cluster is too slow")
        self.counts.waiting += 1
        self._waiting.add(record.session_id, record.size)
        session.jobs.append(_Job(record, done, failure))
        if not session.writing:
            session.writing = True
            self._spawn(self._write(record.session_id, session))

    async def _write(self, session_id: str, session: _Session) -> None:
        """Store what waits for a session, until nothing does."""
        try:
            while session.jobs:
                begun = time.perf_counter()
                jobs = _next_of(session.jobs)
                try:
                    outcomes = await self._store(session_id, session, jobs)
                except LogFailure as failure:
                    session.head = None
                    jobs += session.jobs  # they rely on what has failed
                    session.jobs.clear()
                    outcomes = [failure] * len(jobs)
                self.counts.seconds += time.perf_counter() - begun
                self.counts.batches += 1
                self.counts.stored += sum(outcome is None for outcome in outcomes)
                self.counts.waiting -= len(jobs)
                for job, outcome in zip(jobs, outcomes, strict=True):
                    self._waiting.remove(session_id, job.record.size)
                    job.done(outcome)
        finally:
            session.writing = False

    async def _store(
        self, session_id: str, session: _Session, jobs: list[_Job]
    ) -> list[LogFailure | None]:
        """Store jobs in one message, as far as they follow; return what became of each.

        Raises:
            Overtaken: somebody else has written to the session.
            LogFailure: nothing was stored, or nobody knows.
        """
        if session.head is None:
            session.head = (await read_log(self._broker, session_id))[1]
        head = session.head
        revision, outcomes, good = head.revision, list[LogFailure | None](), list[Record]()
        chat = head.chat
        for job in jobs:
            failure = job.failure or _unfit(job.record, revision, chat)
            outcomes.append(failure)
            if failure is None:
                good.append(job.record)
                if job.record.entries:
                    revision = job.record.entries[-1].revision
                for entry in job.record.chat:
                    chat = await self._chat.put(
                        session_id, chat, entry, functools.partial(self._is_end, session_id, head)
                    )
        if good:
            before = head.sequence
            changing = [record for record in good if record.entries or record.chat]
            gone = [[e for e in record.chat if not isinstance(e, Said)] for record in changing]
            edits = [
                Edits(record.entries, record.receipt, tuple(each))
                for record, each in zip(changing, gone, strict=True)
            ]
            timestamp = head.timestamp
            if changing:
                timestamp = (changing[-1].entries or changing[-1].chat)[-1].timestamp
            set_now = [record.rules for record in good if record.rules is not None]
            rules = set_now[-1] if set_now else head.rules
            head.sequence = await append_message(
                self._broker, session_id, before, edits, revision, timestamp, rules, chat
            )
            head.revision, head.timestamp, head.rules = revision, timestamp, rules
            await self._said(session_id, head, chat, [entry for each in gone for entry in each])
            head.bytes += sum(record.size for record in good)
            for record in good:
                if record.receipt is not None:
                    head.remember(record.receipt)
            snapshots = [record.snapshot for record in good if record.snapshot is not None]
            if snapshots:
                whole = Whole(snapshots[-1], tuple(head.receipts.values()))
                self._spawn(self._put_snapshot(session_id, before, whole, head.bytes))
        return outcomes

    async def _is_end(self, session_id: str, head: Head) -> bool:
        """Tell whether nobody else has written to a session."""
        end = await messages.last(self._broker, messages.log_of(session_id))
        return (end.sequence if end else 0) == head.sequence

    async def _said(
        self, session_id: str, head: Head, chat: ChatMark, gone: list[ChatEntry]
    ) -> None:
        """Take out of the chat what has gone, or is too much; what fails is done the next time."""
        before, head.chat = head.chat, chat
        head.gone += gone
        with contextlib.suppress(BackboneFailure):
            await self._chat.take_out(session_id, head.gone)
            head.gone = []
        grown = chat.bytes // TRIM_BYTES > before.bytes // TRIM_BYTES
        if grown or chat.count // TRIM_COUNT > before.count // TRIM_COUNT:
            self._spawn(self._trim_chat(session_id))

    async def _trim_chat(self, session_id: str) -> None:
        with contextlib.suppress(BackboneFailure):
            most = min(MAX_CHAT_BYTES, await self._quota() // CHAT_PART)
            await self._chat.trim(session_id, self._oldest_ms(), most)

    async def _put_snapshot(self, session_id: str, log: int, whole: Whole, written: int) -> None:
        """Keep a scene as a whole; where that fails, opening it only takes longer."""
        now = whole.snapshot
        headers = {
            REVISION: str(now.revision),
            TIME: str(now.timestamp),
            LOG: str(log),
            BYTES: str(written),
        }
        with contextlib.suppress(BackboneFailure):
            await messages.put(
                self._broker, session_id, messages.snapshots_of(session_id), whole, headers
            )
            await self._trim(session_id, written)

    async def _trim(self, session_id: str, written: int) -> None:
        """Cut off what is older than anybody wants to know, or more than the quota."""
        places = await messages.places(self._broker, session_id)
        most = await self._quota()
        cuts: list[messages.Place] = []
        if places and written > most:
            fitting = [place for place in places if written - place.bytes <= most]
            cuts.append(fitting[0] if fitting else places[-1])
        if self._history_days:
            cuts += [place for place in places if place.timestamp < self._oldest_ms()][-1:]
        if cuts:
            await self._past.cut(session_id, max(cuts, key=lambda place: place.sequence))

    def _oldest_ms(self) -> int:
        """Return before which time nothing is kept; 0: everything is."""
        days = self._history_days
        return int(self._clock() * 1000) - days * DAY_MS if days else 0

    async def _quota(self) -> int:
        """Return how many bytes a session may have: an equal share when there are too many."""
        stored = await self._broker.bytes_of(STREAM) + await self._chat.bytes()
        if stored <= self._history_bytes:
            return min(SESSION_HISTORY_BYTES, self._history_bytes)
        return min(SESSION_HISTORY_BYTES, self._history_bytes // len(self._sessions))

    # --- reading ---------------------------------------------------------------------------

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """See `Log.load`."""

        async def work() -> Stored:
            stored, head = await read_log(self._broker, session_id)
            await self._chat.take_out(session_id, head.gone)
            head.gone = []
            if self._history_days and head.chat.count:
                self._spawn(self._trim_chat(session_id))
            session = self._session(session_id)
            if not session.writing:
                session.head = head
            return stored

        self._answer(work(), done)

    def rules(self, session_id: str, done: Callable[[EntryRules | LogFailure], None]) -> None:
        """See `Log.rules`."""

        async def work() -> EntryRules:
            end = await messages.last(self._broker, messages.log_of(session_id))
            return messages.rules_in(end)

        self._answer(work(), done)

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """See `Log.recall`."""
        self._answer(self._past.recall(session_id, revision), done)

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """See `Log.history`."""
        self._answer(self._past.history(session_id, before, limit), done)

    def chat_page(
        self,
        session_id: str,
        keys: tuple[str, ...],
        before: int | None,
        done: Callable[[ChatPage | LogFailure], None],
    ) -> None:
        """See `Log.chat_page`."""
        self._answer(self._chat.page(session_id, keys, before), done)

    def chat_message(
        self, session_id: str, number: int, done: Callable[[Said | LogFailure | None], None]
    ) -> None:
        """See `Log.chat_message`."""
        self._answer(self._chat.message(session_id, number), done)

    def chat_changes(
        self, session_id: str, after: int, done: Callable[[ChatChanges | LogFailure], None]
    ) -> None:
        """See `Log.chat_changes`."""
        self._answer(self._chat.changes(session_id, after), done)

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """See `Log.sessions`."""
        self._answer(self._past.sessions(), done)

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """See `Log.erase`."""

        async def work() -> bool:
            subjects = [messages.log_of(session_id), messages.snapshots_of(session_id)]
            ends = [await messages.last(self._broker, subject) for subject in subjects]
            last = max((end.sequence for end in ends if end is not None), default=0)
            for subject in (*subjects, messages.parts_of(session_id)):
                if last:
                    await self._broker.purge(STREAM, subject, last)
            await self._chat.erase(session_id)
            self._sessions.pop(session_id, None)
            return last > 0

        self._answer(work(), done)

    async def fence(self, session_id: str) -> None:
        """See that nobody who has read a session before stores anything after what is there now.

        Raises:
            BackboneFailure: nobody knows whether it is so.
        """
        subject = messages.log_of(session_id)
        while True:
            end = await messages.last(self._broker, subject)
            headers = {
                EXPECTED: str(end.sequence if end else 0),
                REVISION: str(end.number(REVISION) if end else 0),
                TIME: str(end.number(TIME) if end else 0),
                **({CHAT: end.headers[CHAT]} if end and CHAT in end.headers else {}),
            }
            headers = messages.with_rules(headers, messages.rules_in(end))
            try:
                await messages.put(self._broker, session_id, subject, (), headers)
            except Conflict:
                continue
            return

    async def close(self) -> None:
        """See `Log.close`."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    # --- the rest --------------------------------------------------------------------------

    def _session(self, session_id: str) -> _Session:
        session = self._sessions.get(session_id)
        if session is None:
            session = self._sessions[session_id] = _Session(None, deque())
            self._forget_some()
        self._sessions.move_to_end(session_id)
        return session

    def _forget_some(self) -> None:
        """Keep what is remembered of all sessions bounded."""
        kept = sum(len(s.head.receipts) for s in self._sessions.values() if s.head is not None)
        for session_id, session in [*self._sessions.items()]:
            if kept + len(self._sessions) <= MAX_RECEIPTS_KEPT:
                break
            if not session.writing:
                kept -= len(session.head.receipts) if session.head else 0
                del self._sessions[session_id]

    def _answer(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], None]) -> None:
        async def answer() -> None:
            try:
                result = await work
            except LogFailure as failure:
                result = failure
            except Exception as error:
                logger.error("what is stored cannot be read", exc_info=error)
                result = LogFailure(f"what is stored cannot be read ({error})")
            done(result)

        self._spawn(answer())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _unfit(record: Record, revision: int, chat: ChatMark) -> LogFailure | None:
    """Say why a record cannot be stored after a revision and what was said."""
    if any(chat.head.has(entry.id) for entry in record.chat):
        return Overtaken("the chat of this session has gone on elsewhere")
    if not record.entries:
        return None
    first = record.entries[0].revision
    if first <= revision:
        return Overtaken("the log of this session has gone on elsewhere")
    if record.follows and first != revision + 1:
        return LogFailure("a change before this one is missing")
    return None


def _next_of(waiting: deque[_Job]) -> list[_Job]:
    """Take what is stored in one message: not too much of it at once."""
    jobs: list[_Job] = []
    size = 0
    while waiting and len(jobs) < MAX_BATCH and size < MAX_BATCH_BYTES:
        jobs.append(waiting.popleft())
        size += jobs[-1].record.size
    return jobs
