"""A log, asked and answered in order: what every log of the port `Log` must do alike."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from canvas_server.core.chat.entries import ChatChanges, ChatEntry, ChatPage, Said
from canvas_server.core.records import EntryRules, IdempotencyRecord, Record, Snapshot, Stored
from canvas_server.node.ports import History, Log, LogFailure, SessionSummary
from canvas_server.protocol.history import Added, Change, Entry, Removed, Replaced, Updated
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Element, ElementChanges, Transform, TransformChanges
from canvas_server.protocol.server import Ack, AckResult, ChatMessage

T = TypeVar("T")
ADA = "00000000-0000-0000-0000-00000000000a"
BOB = "00000000-0000-0000-0000-00000000000b"
START_MS = 1_700_000_000_000


def text(element_id: str, content: str = "hello") -> Element:
    return Element(element_id, Text(content), Transform())


def add(element_id: str, content: str = "hello") -> Added:
    return Added(text(element_id, content))


def move(element_id: str, x: float) -> Updated:
    return Updated(element_id, ElementChanges(TransformChanges(x=x)))


def remove(element_id: str) -> Removed:
    return Removed(element_id)


def replace(*elements: Element) -> Replaced:
    return Replaced(elements)


def entries(first: int, *changes: Change, timestamp: int | None = None) -> tuple[Entry, ...]:
    """Return entries from a revision on; a second goes by between two of them."""
    return tuple(
        Entry(n, START_MS + n * 1000 if timestamp is None else timestamp, change, ADA, "Ada")
        for n, change in enumerate(changes, first)
    )


def receipt(message_id: str, revision: int, digest: int = 1) -> IdempotencyRecord:
    return IdempotencyRecord(ADA, Ack(message_id, AckResult(revision, "e")), digest)


def said(number: int, text: str = "hello", reader: str | None = None, **more: Any) -> Said:
    """A message of Ada, whose key is `ada`; with a `reader` a private one."""
    to = None if reader is None else BOB
    message = ChatMessage(number, ADA, START_MS + number, "Ada", text, to=to, **more)
    return Said(message, "ada", reader)


def chat_receipt(message_id: str, number: int) -> IdempotencyRecord:
    return IdempotencyRecord(ADA, Ack(message_id, AckResult(0, chat_id=number)), 1)


class Asker:
    """Asks a log and waits for the answer."""

    def __init__(self, log: Log) -> None:
        self.log = log

    async def _ask(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        ask(answer.set_result)
        assert not answer.done(), "never from within the call"
        return await asyncio.wait_for(answer, 30)

    async def append(self, record: Record) -> LogFailure | None:
        return await self._ask(lambda done: self.log.append(record, done))

    async def put(self, session_id: str, first: int, *changes: Change, **more: Any) -> None:
        """Append changes, which must be stored."""
        assert await self.append(Record(session_id, entries(first, *changes), **more)) is None

    async def load(self, session_id: str) -> Stored:
        return await self._ask(lambda done: self.log.load(session_id, done))

    async def rules(self, session_id: str) -> EntryRules:
        return await self._ask(lambda done: self.log.rules(session_id, done))

    async def recall(self, session_id: str, revision: int) -> Snapshot | None:
        return await self._ask(lambda done: self.log.recall(session_id, revision, done))

    async def history(
        self, session_id: str, before: int | None = None, limit: int = 1000
    ) -> History:
        return await self._ask(lambda done: self.log.history(session_id, before, limit, done))

    async def erase(self, session_id: str) -> bool:
        return await self._ask(lambda done: self.log.erase(session_id, done))

    async def sessions(self) -> tuple[SessionSummary, ...]:
        return await self._ask(self.log.sessions)

    async def say(self, entry: ChatEntry, receipt: IdempotencyRecord | None = None) -> None:
        """Append an entry of the chat of `s`, which must be stored."""
        assert await self.append(Record("s", (), receipt, chat=(entry,))) is None

    async def page(self, *keys: str, before: int | None = None) -> ChatPage:
        return await self._ask(lambda done: self.log.chat_page("s", keys, before, done))

    async def texts(self, *keys: str, before: int | None = None) -> list[str]:
        return [m.text for m in (await self.page(*keys, before=before)).messages]

    async def until(self, holds: Callable[[list[str]], bool], *keys: str) -> list[str]:
        """Return all that is said once it is as it should be."""
        async with asyncio.timeout(20):
            while True:
                page = await self.page(*keys)
                texts = [message.text for message in page.messages]
                while page.more:
                    page = await self.page(*keys, before=page.messages[0].id)
                    texts = [*(message.text for message in page.messages), *texts]
                if holds(texts):
                    return texts
                await asyncio.sleep(0.02)

    async def message(self, number: int) -> Said | None:
        return await self._ask(lambda done: self.log.chat_message("s", number, done))

    async def chat_changes(self, after: int = 0) -> ChatChanges:
        return await self._ask(lambda done: self.log.chat_changes("s", after, done))

    async def everything(self, session_ids: Iterable[str], revisions: int) -> list[Any]:
        """Return all that can be asked of some sessions."""
        return [
            [
                (await self.load(name)).snapshot,
                (await self.load(name)).receipts,
                await self.history(name),
                await self.history(name, 3, 2),
                [await self.recall(name, revision) for revision in range(revisions + 2)],
            ]
            for name in session_ids
        ]
