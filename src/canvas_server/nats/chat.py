"""Chat of a cluster: contents in a stream of their own, committed by messages of the common log.

What is said is put under `canvas.chat.<session>.<number>` first, with the number of the one before
it, so that pages are read backwards. It counts once a message of the session's log names a number
that is not lower (`ChatMark`): that message names the one that it follows, so two nodes can never
both say something. What goes is named in the log and taken out of the stream afterwards; who opens
the session next does it again, in case nobody came to it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import msgspec
from msgspec import Struct

from canvas_server.core.chat.entries import (
    MAX_CHAT_BYTES,
    MAX_CHAT_MESSAGES,
    ChatChanges,
    ChatEntry,
    ChatPage,
    Said,
    Unsaid,
    Wiped,
    changes_of,
    is_for,
    page_of,
    size_of,
)
from canvas_server.core.chat.numbers import STEP, ChatHead
from canvas_server.nats import messages
from canvas_server.nats.broker import EXPECTED, Broker, Conflict, Message, Missing
from canvas_server.nats.messages import BYTES, TIME
from canvas_server.node.ports import BackboneFailure, Overtaken

STREAM = "canvas_chat"
SUBJECTS = ["canvas.chat.*.*"]
CHAT = "Canvas-Chat"
"""Of a message of the log: the mark of the chat."""
NUMBER, BEFORE, COUNT = "Canvas-Number", "Canvas-Before", "Canvas-Count"
_PLACE = (NUMBER, BEFORE, COUNT, BYTES, TIME)
TRIES = 5
TRIMMED = 200
"""Messages taken out at once."""
TRIM_COUNT, TRIM_BYTES = 100, 1024 * 1024
"""After so much more has been said it is seen whether there is too much."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ChatEntry).decode


class ChatMark(Struct, frozen=True):
    """Where the chat of a session ends; no number beyond it counts."""

    kept: int = 0
    own: int = 0
    last: int = 0
    """The number of the last entry of either kind."""
    cleared: int = 0
    """What was said before it is gone."""
    count: int = 0
    """Entries since the beginning."""
    bytes: int = 0
    """Bytes since the beginning, roughly."""

    @property
    def head(self) -> ChatHead:
        """As the hub needs it."""
        return ChatHead(self.kept, self.own)

    def after(self, entry: ChatEntry) -> "ChatMark":
        """Return it with one more entry."""
        head = self.head.after(entry.id)
        cleared = entry.id if isinstance(entry, Wiped) else self.cleared
        count, size = self.count + 1, self.bytes + size_of(entry)
        return ChatMark(head.kept, head.own, entry.id, cleared, count, size)

    def __str__(self) -> str:
        """Return it as a header."""
        return " ".join(map(str, msgspec.structs.astuple(self)))


def mark_in(message: Message | None) -> ChatMark:
    """Return the mark of a message of the log."""
    text = "" if message is None else message.headers.get(CHAT, "")
    return ChatMark(*map(int, text.split()))


class ChatStream:
    """The contents of all chats. All of it raises `BackboneFailure` where nobody can say."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def prepare(self) -> None:
        """See that there is a stream."""
        await self._broker.make_stream(STREAM, SUBJECTS)

    async def put(
        self,
        session_id: str,
        mark: ChatMark,
        entry: ChatEntry,
        is_ours: Callable[[], Awaitable[bool]],
    ) -> ChatMark:
        """Put an entry after a mark, which is not committed by it; return the mark with it.

        What stands there already was never committed, if the session `is_ours`.

        Raises:
            Overtaken: it is not.
        """
        after = mark.after(entry)
        subject, expected = _subject(session_id, entry.id), 0
        headers = {
            NUMBER: str(entry.id),
            BEFORE: str(mark.last),
            COUNT: str(after.count),
            BYTES: str(after.bytes),
            TIME: str(entry.timestamp),
        }
        for _ in range(TRIES):
            try:
                sent = {**headers, EXPECTED: str(expected)}
                await self._broker.publish(subject, _encode(entry), sent)
            except Conflict:
                if not await is_ours():
                    raise Overtaken("another node has written to this session") from None
                found = await self._last(subject)
                expected = 0 if found is None else found.sequence
            else:
                return after
        raise BackboneFailure("another node writes to this session")

    async def take_out(self, session_id: str, entries: Iterable[ChatEntry]) -> None:
        """Take out what entries of the log say is gone; to do it again changes nothing."""
        for entry in entries:
            if isinstance(entry, Unsaid):
                await self._blank(session_id, entry.removed)
            elif isinstance(entry, Wiped):
                found = await self._last(_subject(session_id, entry.id))
                if found is not None:
                    subject = _subject(session_id)
                    await self._broker.purge(STREAM, subject, found.sequence - 1)

    async def bytes(self) -> int:
        """Return how many bytes all chats have."""
        return await self._broker.bytes_of(STREAM)

    async def trim(self, session_id: str, oldest_ms: int, most_bytes: int = MAX_CHAT_BYTES) -> None:
        """Take out some of the oldest: of before a time, or where there is too much."""
        mark = await self._mark(session_id)
        for _ in range(TRIMMED):
            try:
                oldest = await self._broker.next(STREAM, _subject(session_id), 1)
            except Missing:
                return
            if (
                oldest.number(TIME) >= oldest_ms
                and mark.count - oldest.number(COUNT) < MAX_CHAT_MESSAGES
                and mark.bytes - oldest.number(BYTES) < most_bytes
            ):
                return
            subject = _subject(session_id, oldest.number(NUMBER))
            await self._broker.purge(STREAM, subject, oldest.sequence)

    async def erase(self, session_id: str) -> None:
        """Take out all."""
        found = await self._last(_subject(session_id))
        if found is not None:
            await self._broker.purge(STREAM, _subject(session_id), found.sequence)

    async def page(self, session_id: str, keys: tuple[str, ...], before: int | None) -> ChatPage:
        """See `Log.chat_page`."""
        said = [
            entry
            async for entry in self._backwards(session_id, before, _Enough(keys))
            if isinstance(entry, Said) and is_for(entry, keys)
        ]
        return page_of(said)

    async def message(self, session_id: str, number: int) -> Said | None:
        """See `Log.chat_message`."""
        mark = await self._mark(session_id)
        if number <= mark.cleared or not mark.head.has(number):
            return None
        found = await self._last(_subject(session_id, number))
        entry = None if found is None else _entry_in(found)
        return entry if isinstance(entry, Said) else None

    async def changes(self, session_id: str, after: int) -> ChatChanges:
        """See `Log.chat_changes`."""
        found: list[ChatEntry] = []
        async for entry in self._backwards(session_id, None, None):
            if entry.id % 2 == 0:
                if entry.id <= after:
                    break
                found.append(entry)
        return changes_of(reversed(found))

    async def _mark(self, session_id: str) -> ChatMark:
        return mark_in(await messages.last(self._broker, messages.log_of(session_id)))

    async def _last(self, subject: str) -> Message | None:
        try:
            return await self._broker.last(STREAM, subject)
        except Missing:
            return None

    async def _backwards(
        self, session_id: str, before: int | None, enough: "_Enough | None"
    ) -> AsyncIterator[ChatEntry]:
        """Yield committed entries, the latest first, until it is enough."""
        mark = await self._mark(session_id)
        number, below = mark.last, 2**62
        if before is not None:
            number, below = await self._first_before(session_id, mark, before)
        while number >= mark.cleared and number > 0:
            found = await self._last(_subject(session_id, number))
            if found is None:
                return
            entry = _entry_in(found)
            if entry is not None and entry.id < below:
                yield entry
                if enough is not None and enough.is_reached(entry):
                    return
            number = found.number(BEFORE)

    async def _first_before(self, session_id: str, mark: ChatMark, before: int) -> tuple[int, int]:
        """Return where to begin for what is before a number, and below which numbers it counts.

        The answer is the same whether or not that number was given: it may be of a whisper (CHT5).
        """
        start = await self._last(_subject(session_id, before))
        if start is not None:
            return start.number(BEFORE), 2**62
        above = (before // STEP + 1) * STEP  # what everybody sees has such a number
        if above > mark.kept:
            return mark.last, before
        known = await self._last(_subject(session_id, above))
        return (0 if known is None else above), before

    async def _blank(self, session_id: str, number: int) -> None:
        """Leave of a message nothing but its place."""
        subject = _subject(session_id, number)
        found = await self._last(subject)
        if found is None:
            return
        sequence = found.sequence
        if found.data:
            kept = {name: str(found.number(name)) for name in _PLACE}
            sequence = (await self._broker.publish(subject, b"", kept)).seq
        await self._broker.purge(STREAM, subject, sequence - 1)


class _Enough:
    """Counts what is for a reader, until a page is more than full."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._found: list[Said] = []

    def is_reached(self, entry: ChatEntry) -> bool:
        if isinstance(entry, Said) and is_for(entry, self._keys):
            self._found.append(entry)
        return page_of(self._found).more


def _entry_in(message: Message) -> ChatEntry | None:
    return _decode(message.data) if message.data else None


def _subject(session_id: str, number: int | None = None) -> str:
    return f"canvas.chat.{session_id}.{'*' if number is None else number}"
