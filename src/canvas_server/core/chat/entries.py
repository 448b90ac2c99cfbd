"""Chat entries: what is said, removed and cleared, as the log keeps it."""

from collections.abc import Container, Iterable
from typing import assert_never

from msgspec import Struct

from canvas_server.protocol.fields import ChatId, PeerId, TimestampMs
from canvas_server.protocol.server import ChatCleared, ChatMessage, ChatNews, ChatRemoved

MAX_CHAT_MESSAGES = 10_000
"""Entries kept of one session; beyond it the oldest go."""
MAX_CHAT_BYTES = 32 * 1024 * 1024
"""The same in bytes, roughly."""
PAGE_MESSAGES = 50
PAGE_BYTES = 512 * 1024
"""Of the messages that are read at once; a single one may be longer."""
_ENTRY_BYTES = 128
"""Of an entry, roughly, beside what it brings."""


class Said(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="say"):
    """A message. A private one is for its `author` and its `reader` alone (CHT5)."""

    message: ChatMessage
    author: str
    """The key of who may remove it; see `core.presence.readers`."""
    reader: str | None = None
    """The key of who it is to; None: everybody."""

    @property
    def id(self) -> int:
        """Its number."""
        return self.message.id

    @property
    def timestamp(self) -> int:
        """When it was said."""
        return self.message.timestamp

    @property
    def private(self) -> tuple[str, ...]:
        """The keys of those it is between; none: it is for everybody."""
        return () if self.reader is None else (self.author, self.reader)


class Unsaid(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="unsay"):
    """The message `removed` is gone."""

    id: ChatId
    timestamp: TimestampMs
    removed: ChatId
    private: tuple[str, ...] = ()
    """The keys of those it was between."""
    between: tuple[PeerId, ...] = ()
    """Their peer ids, for a server with a copy of the chat."""


class Wiped(Struct, frozen=True, tag_field="op", tag="clear"):
    """All messages before it are gone."""

    id: ChatId
    timestamp: TimestampMs

    @property
    def private(self) -> tuple[str, ...]:
        """Everybody hears of it."""
        return ()


ChatEntry = Said | Unsaid | Wiped


class ChatPage(Struct, frozen=True):
    """Messages that are for a reader, in order."""

    messages: tuple[ChatMessage, ...]
    more: bool
    """There may be earlier ones."""


class ChatChanges(Struct, frozen=True):
    """Entries after an id, in order, for who keeps a copy."""

    entries: tuple[ChatEntry, ...]
    more: bool


def is_for(entry: ChatEntry, keys: Container[str]) -> bool:
    """Tell whether an entry is for who has one of these keys."""
    return not entry.private or any(key in keys for key in entry.private)


def news_of(entry: ChatEntry) -> ChatNews:
    """Return what those it is for are told."""
    match entry:
        case Said(message):
            return message
        case Unsaid(removed=removed):
            return ChatRemoved(removed)
        case Wiped():
            return ChatCleared()
        case _:
            assert_never(entry)


def page_of(latest_first: Iterable[Said]) -> ChatPage:
    """Return a page of messages that are all for its reader: the latest ones, in order."""
    found: list[ChatMessage] = []
    size = 0
    for said in latest_first:
        size += size_of(said)
        if found and (len(found) == PAGE_MESSAGES or size > PAGE_BYTES):
            return ChatPage(tuple(reversed(found)), more=True)
        found.append(said.message)
    return ChatPage(tuple(reversed(found)), more=False)


def changes_of(entries: Iterable[ChatEntry]) -> ChatChanges:
    """Return as many entries as are sent at once."""
    found: list[ChatEntry] = []
    size = 0
    for entry in entries:
        size += size_of(entry)
        if found and (len(found) == PAGE_MESSAGES or size > PAGE_BYTES):
            return ChatChanges(tuple(found), more=True)
        found.append(entry)
    return ChatChanges(tuple(found), more=False)


def size_of(entry: ChatEntry) -> int:
    """Return how many bytes an entry has, roughly."""
    return message_size(entry.message) if isinstance(entry, Said) else _ENTRY_BYTES


def message_size(message: ChatMessage) -> int:
    """Return how many bytes a message has, roughly."""
    about = 0 if message.about is None else sum(map(len, message.about.ids))
    return 2 * _ENTRY_BYTES + len(message.text.encode()) + len(message.picture or "") + about
