"""Scene service of a node: opens scenes, stores edits, and edits over HTTP."""

import asyncio
import functools
import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar, assert_never

import msgspec
import structlog

from canvas_server.core.chat.entries import PAGE_BYTES, ChatPage, Said
from canvas_server.core.effects import Answered, Append, AskChat, Effect, Proceed, Recall, Refusal
from canvas_server.core.hub import Hub
from canvas_server.core.presence.grants import Grant
from canvas_server.core.records import EntryRules, Snapshot, Stored
from canvas_server.core.scene.admission import admitted
from canvas_server.core.scene.news import scene_document
from canvas_server.node.budget import (
    BYTES_ANSWERED,
    UNITS_OPENED,
    UNITS_READ,
    UNITS_RECALLED,
    SharedBudgets,
    append_line,
    append_units,
)
from canvas_server.node.pictures import decoded_edit
from canvas_server.node.ports import (
    Elsewhere,
    History,
    Log,
    LogBusy,
    LogFailure,
    Overtaken,
    PictureDecoder,
    Placement,
)
from canvas_server.protocol.client import GetChat
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import SceneDocument, SceneVersion

_ON_ITS_CONNECTION = "this session lives on another node: this agent edits on its WebSocket"

T = TypeVar("T")

Opened = Callable[[Elsewhere | LogFailure | None], None]
"""Told that a session is open, where else it lives, or why neither."""

RECALLED_BYTES = 4 * 1024 * 1024
"""An earlier scene that is read counts as so much that waits, since it will."""
MAX_BACKLOG_BYTES = 4 * RECALLED_BYTES
"""While more of a session waits, no earlier scene is read for it, and no edit over HTTP made."""
MAX_POSTS = 64
"""Edits over HTTP of one session that wait until they may be made."""
POST_PATIENCE_SECONDS = 10.0
BEHIND_SECONDS = 0.05

logger = structlog.get_logger()


class InUse(Exception):
    """Somebody is in a session."""


class _LivesElsewhere(Exception):
    def __init__(self, elsewhere: Elsewhere) -> None:
        super().__init__()
        self.elsewhere = elsewhere


class Scenes:
    """Asks the log what the hub wants to know or keep, and brings the answers back to the hub."""

    def __init__(
        self,
        hub: Hub,
        log: Log,
        placement: Placement,
        perform: Callable[[list[Effect]], None],
        clock: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], object],
        on_failing: Callable[[bool], None],
        shared: SharedBudgets,
        decoder: PictureDecoder,
    ) -> None:
        """Serve a hub; `perform` performs the effects of an answer of the log.

        `on_failing` is called when the log begins to fail (True), and when it works again; edits
        over HTTP are charged to the `shared` budgets of their sessions.
        """
        self._call_later = call_later
        self._decoder = decoder
        self.log = log
        self.waiting = 0
        """Edits on their way to the log."""
        self.failures = 0
        """What the log could not do since the start."""
        self._hub = hub
        self._placement = placement
        self._perform = perform
        self._clock = clock
        self._opening: dict[str, list[Opened]] = {}
        self._requests = itertools.count(1)
        self._answers: dict[int, asyncio.Future[ErrorCode | None]] = {}
        self.failing = False
        """The latest thing asked of the log has failed."""
        self._on_failing = on_failing
        self._backlog: defaultdict[str, int] = defaultdict(int)
        """By session, bytes on their way to the log or from it, roughly."""
        self._posting: defaultdict[str, int] = defaultdict(int)
        """By session, edits over HTTP that wait until they may be made."""
        self._shared = shared

    def open(self, session_id: str, then: Opened) -> None:
        """Have a session open, then do something with it at once; it may be gone again after."""
        waiting = self._opening.get(session_id)
        if waiting is not None:
            waiting.append(then)
        elif self._hub.is_open(session_id):
            then(None)
        else:
            self._opening[session_id] = [then]
            self._placement.find(session_id, functools.partial(self._found, session_id))

    def is_opening(self, session_id: str) -> bool:
        """Tell whether somebody waits for a session."""
        return session_id in self._opening

    def perform(self, effect: Append | Recall | AskChat | Answered | Proceed) -> None:
        """Perform an effect that concerns the log."""
        match effect:
            case Append(ticket, record):
                self.waiting += 1
                self._backlog[record.session_id] += record.size
                done = functools.partial(self._appended, record.session_id, ticket, record.size)
                self.log.append(record, done)
                if effect.posted:
                    self._charge(effect)
            case Recall(session_id) if self.backlog_of(session_id) >= MAX_BACKLOG_BYTES:
                refused = self._hub.recalled(effect, ErrorCode.RATE_LIMITED, self._clock())
                self._perform(refused)
            case Recall(session_id, _, message):
                self._backlog[session_id] += RECALLED_BYTES
                done = functools.partial(self._recalled, effect)
                self.log.recall(session_id, message.revision, done)
            case AskChat(session_id) if self.backlog_of(session_id) >= MAX_BACKLOG_BYTES:
                code = ErrorCode.RATE_LIMITED
                self._perform(self._hub.chat_read(effect, code, self._clock()))
            case AskChat(session_id, message=message):
                self._backlog[session_id] += PAGE_BYTES
                done = functools.partial(self._chat_read, effect)
                if isinstance(message, GetChat):
                    self.log.chat_page(session_id, effect.keys, message.before, done)
                else:
                    self.log.chat_message(session_id, message.id, done)
            case Answered(request, failure):
                answer = self._answers.pop(request, None)
                if answer is not None and not answer.done():
                    answer.set_result(failure)
            case Proceed(session_id):
                self._call_later(0, functools.partial(self._proceed, session_id))
            case _:
                assert_never(effect)

    def _proceed(self, session_id: str) -> None:
        self._perform(self._hub.proceed(session_id))

    def backlog_of(self, session_id: str) -> int:
        """Return how many bytes of a session are on their way to the log, or from it, roughly."""
        return self._backlog.get(session_id, 0)

    def _lighten(self, session_id: str, size: int) -> None:
        self._backlog[session_id] -= size
        if self._backlog[session_id] <= 0:
            del self._backlog[session_id]

    # --- over HTTP -------------------------------------------------------------------------

    async def read(self, session_id: str) -> SceneDocument:
        """Return a committed scene; one that is not open stays so. It waits while too much is read.

        Raises:
            Refusal: `rate_limited`: it has waited for long.
            LogFailure: it cannot be read.
        """
        await self._may_read(session_id)
        return await self._committed(session_id)

    async def _committed(self, session_id: str) -> SceneDocument:
        scene = self._hub.scene(session_id)
        if scene is not None:
            return scene
        stored: Stored = await self._ask(functools.partial(self.log.load, session_id))
        now = stored.snapshot
        return scene_document(session_id, now.elements, now.revision, now.timestamp)

    async def _may_read(self, session_id: str, units: int = UNITS_READ) -> None:
        now = self._clock()
        patience = now + POST_PATIENCE_SECONDS
        reading = self._shared.reading(session_id, now)
        reading.spend(units, 0)
        while seconds := reading.wait(self._clock()):
            if self._clock() > patience:
                raise Refusal(ErrorCode.RATE_LIMITED)
            await asyncio.sleep(seconds)

    def answered(self, session_id: str, size: int) -> None:
        """Charge what was read of a session to all who read it over HTTP."""
        self._shared.reading(session_id, self._clock()).spend(size / BYTES_ANSWERED, 0)

    async def rules(self, session_id: str) -> EntryRules:
        """Return who may come into a session, as it is stored.

        Raises:
            LogFailure: it cannot be read.
        """
        rules = self._hub.rules(session_id)
        if rules is None:
            rules = await self._ask(functools.partial(self.log.rules, session_id))
        return rules

    async def past(self, session_id: str, revision: int) -> SceneDocument:
        """Return a scene as it was after a revision, or after the last one before it that there is.

        Raises:
            Refusal: the history does not reach there.
            LogFailure: it cannot be read.
        """
        recall = functools.partial(self.log.recall, session_id, revision)
        await self._may_read(session_id, UNITS_RECALLED)
        past: Snapshot | None = await self._ask(recall)
        if past is None:
            raise Refusal(ErrorCode.REVISION_NOT_FOUND)
        return scene_document(session_id, past.elements, past.revision, past.timestamp)

    async def history(self, session_id: str, before: int | None, limit: int) -> History:
        """Return up to `limit` changes below a revision, the latest first; see `Log.history`.

        Raises:
            LogFailure: it cannot be read.
        """
        await self._may_read(session_id, UNITS_RECALLED // 4)
        history: History = await self._ask(
            functools.partial(self.log.history, session_id, before, limit)
        )
        return history

    async def chat(self, session_id: str, before: int | None = None) -> ChatPage:
        """Return the latest messages that are for everybody, before a number.

        Raises:
            LogFailure: they cannot be read.
        """
        await self._may_read(session_id, UNITS_RECALLED // 4)
        page: ChatPage = await self._ask(
            functools.partial(self.log.chat_page, session_id, (), before)
        )
        return page

    async def erase(self, session_id: str) -> bool:
        """Remove a session with its whole history for good; tell whether there was one.

        Who wants to join meanwhile waits until it is done.

        Raises:
            InUse: somebody is in it, here or at another node.
            LogFailure: it cannot be removed.
        """
        if self._hub.is_open(session_id) or self.is_opening(session_id):
            raise InUse(session_id)
        waiting = self._opening[session_id] = []
        try:
            found: asyncio.Future[Elsewhere | LogFailure | None] = asyncio.Future()
            self._placement.find(session_id, found.set_result)
            where = await found
            if isinstance(where, LogFailure):
                raise where
            if where is not None:
                raise InUse(session_id)
            waiting.append(lambda _: None)  # it is ours now; opened again, it is let go
            return await self._ask(functools.partial(self.log.erase, session_id))
        finally:
            del self._opening[session_id]
            for then in waiting:
                self.open(session_id, then)

    async def _ask(self, ask: Callable[[Callable[[T | LogFailure], None]], None]) -> T:
        """Ask the log something about the past; whether it stores is not seen from the answer."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(answer: T | LogFailure) -> None:
            if isinstance(answer, LogFailure) and not isinstance(answer, LogBusy):
                self.failures += 1
            if result.done():
                return  # the request was given up
            if isinstance(answer, LogFailure):
                result.set_exception(answer)
            else:
                result.set_result(answer)

        ask(done)
        return await result

    async def edit(
        self,
        edit: SceneEdit,
        expected: SceneVersion | None,
        origin: str | None = None,
        *,
        substitutes: bool = False,
        allowed: Callable[[], object] = lambda: None,
        grant: Grant | None = None,
    ) -> SceneDocument:
        """Make an edit and return the scene with it, when it is stored.

        It waits while edits over HTTP have had too much sent, or too much is not stored.
        `origin` is the other server it comes from, if it does. `substitutes`: what is added of
        pictures that may not come in has an empty one in its place; else the edit is refused.
        `allowed` is called when it has waited, and raises where it may not be made any more.
        `grant` is what its sender has: an agent is held to its bounds, on the node it asks (AGT3).

        Raises:
            Refusal: nothing was changed; see `Hub.post`. `rate_limited`: too many wait.
            LogFailure: it cannot be read.
        """
        await self._may_post(edit.session_id)
        request = next(self._requests)
        answer = self._answers[request] = asyncio.get_running_loop().create_future()
        try:
            decoded = await self._with_pictures(edit)
            if substitutes:
                new = tuple(map(admitted, decoded.add))
                decoded = msgspec.structs.replace(decoded, add=new)

            def make() -> None:
                allowed()
                self._perform(
                    self._hub.post(decoded, request, expected, self._clock(), origin, grant)
                )

            await self._when_open(edit.session_id, make)
            failure = await answer
        except _LivesElsewhere as where:
            if grant is not None and grant.role is Role.AGENT:
                raise Refusal(ErrorCode.OUT_OF_BOUNDS, _ON_ITS_CONNECTION) from None
            return await self._placement.edit(where.elsewhere, edit, expected)
        finally:
            self._answers.pop(request, None)
        if failure is not None:
            raise Refusal(failure)
        return await self._committed(edit.session_id)

    async def _with_pictures(self, edit: SceneEdit) -> SceneEdit:
        """Return an edit with its pictures decoded, where its session lives here.

        Raises:
            Refusal, LogFailure: see `edit`.
        """
        if not self._hub.pictures_of(edit):
            return edit
        new = await self._when_open(edit.session_id, lambda: self._hub.pictures_of(edit))
        return await decoded_edit(self._decoder, edit, new) if new else edit

    async def _may_post(self, session_id: str) -> None:
        """Wait until an edit over HTTP may be made.

        Raises:
            Refusal: `rate_limited`.
        """
        patience = self._clock() + POST_PATIENCE_SECONDS
        self._posting[session_id] += 1
        try:
            while seconds := self._post_delay(session_id):
                if self._posting[session_id] > MAX_POSTS or self._clock() > patience:
                    raise Refusal(ErrorCode.RATE_LIMITED)
                await asyncio.sleep(seconds)
        finally:
            self._posting[session_id] -= 1
            if not self._posting[session_id]:
                del self._posting[session_id]

    def _post_delay(self, session_id: str) -> float:
        now = self._clock()
        owed = max(
            self._shared.session(session_id, now).wait(now),
            self._shared.reading(session_id, now).wait(now),
        )
        is_behind = self.backlog_of(session_id) >= MAX_BACKLOG_BYTES
        return max(owed, BEHIND_SECONDS if is_behind else 0.0)

    def _charge(self, effect: Append) -> None:
        """Charge an edit over HTTP to those of its session."""
        budget = self._shared.session(effect.record.session_id, self._clock())
        budget.spend(append_units(effect), append_line(effect))

    async def _when_open(self, session_id: str, act: Callable[[], T]) -> T:
        """Do something at once when a session is open, and return or raise what comes of it."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def then(outcome: Elsewhere | LogFailure | None) -> None:
            if result.done():
                return  # the request was given up
            try:
                if isinstance(outcome, Elsewhere):
                    raise _LivesElsewhere(outcome)
                if outcome is not None:
                    raise outcome
                result.set_result(act())
            except (_LivesElsewhere, LogFailure, Refusal) as error:
                result.set_exception(error)

        self.open(session_id, then)
        return await result

    # --- answers of the homes and the log --------------------------------------------------

    def _found(self, session_id: str, outcome: Elsewhere | LogFailure | None) -> None:
        if outcome is None:
            self.log.load(session_id, functools.partial(self._loaded, session_id))
            return
        if isinstance(outcome, LogFailure):
            self._note(
                "nobody can say where a session lives; who wants to join has to wait", outcome
            )
        for then in self._opening.pop(session_id):
            then(outcome)

    def _loaded(self, session_id: str, stored: Stored | LogFailure) -> None:
        failure = self._note("cannot read a scene; who wants to join it has to wait", stored)
        if isinstance(stored, Stored):
            units = UNITS_OPENED * len(stored.snapshot.elements)
            self._shared.session(session_id, self._clock()).spend(units, 0)
            self._hub.opened(session_id, stored)
        for then in self._opening.pop(session_id):
            then(failure)
        self._hub.settle(session_id)

    def _appended(
        self, session_id: str, ticket: int, size: int, failure: LogFailure | None
    ) -> None:
        self.waiting -= 1
        self._lighten(session_id, size)
        if isinstance(failure, Overtaken):
            self._placement.lost(session_id)
            self._perform(self._hub.evict(session_id, CloseCode.MOVED))
        elif self._note("cannot store a change; calls go on, edits are refused", failure) is None:
            self._perform(self._hub.stored(session_id, ticket))
        else:
            self._perform(self._hub.failed(session_id, ticket, self._clock()))

    def _chat_read(self, asked: AskChat, found: ChatPage | Said | LogFailure | None) -> None:
        self._lighten(asked.session_id, PAGE_BYTES)
        if isinstance(found, LogBusy):
            answer: ChatPage | Said | ErrorCode | None = ErrorCode.RATE_LIMITED
        elif self._note("cannot read the chat", found) is not None or isinstance(found, LogFailure):
            answer = ErrorCode.STORAGE_FAILED
        else:
            answer = found
        self._perform(self._hub.chat_read(asked, answer, self._clock()))

    def _recalled(self, recall: Recall, past: Snapshot | LogFailure | None) -> None:
        self._lighten(recall.session_id, RECALLED_BYTES)
        if isinstance(past, LogBusy):
            past_or_code = ErrorCode.RATE_LIMITED
        elif self._note("cannot read an earlier scene", past) is not None:
            past_or_code = ErrorCode.STORAGE_FAILED
        else:
            past_or_code = past if isinstance(past, Snapshot) else ErrorCode.REVISION_NOT_FOUND
        self._perform(self._hub.recalled(recall, past_or_code, self._clock()))

    def _note(self, what: str, answer: object) -> LogFailure | None:
        """Tell the operator when the log begins to fail, and when it works again."""
        failure = answer if isinstance(answer, LogFailure) else None
        if failure is not None:
            self.failures += 1
            if not self.failing:
                logger.error(what, why=str(failure))
        elif self.failing:
            logger.info("scenes are stored again")
        if self.failing is not (failure is not None):
            self.failing = not self.failing
            self._on_failing(self.failing)
        return failure
