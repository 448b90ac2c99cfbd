"""Faults of a chat, made on purpose: a simulation that finds none of them proves nothing.

Each is what the code would do with one mistake in it.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from canvas_server.core.chat.entries import ChatEntry, Said, Wiped
from canvas_server.core.effects import Effect
from canvas_server.core.presence import chat
from canvas_server.core.presence.session import Participant
from canvas_server.core.scene.chatting import CanvasChat
from canvas_server.core.scene.document import Canvas
from canvas_server.protocol import client


@contextlib.contextmanager
def _lost_on_resume() -> Iterator[None]:
    """Who is away for a moment does not get what is said meanwhile."""
    hearing = CanvasChat.hearing

    def present(canvas_chat: CanvasChat, entry: ChatEntry) -> tuple[Any, ...]:
        away: set[Any] = {
            peer.connection for peer in canvas_chat._here() if getattr(peer, "away", None)
        }
        return tuple(one for one in hearing(canvas_chat, entry) if one not in away)

    with mock.patch.object(CanvasChat, "hearing", present):
        yield


@contextlib.contextmanager
def _said_twice() -> Iterator[None]:
    """What is said again under its name is another message."""
    say = chat.say

    def forgetful(peer: Participant, message: client.Chat, now_ms: int) -> list[Effect]:
        with mock.patch.object(Canvas, "retried", return_value=None):
            return say(peer, message, now_ms)

    with mock.patch.object(chat, "say", forgetful):
        yield


@contextlib.contextmanager
def _out_of_order() -> Iterator[None]:
    """While another message is on its way to the log, the one before waits for it."""
    tell = CanvasChat.tell
    held: dict[int, list[tuple[ChatEntry, bool]]] = {}

    def swapped(canvas_chat: CanvasChat, entry: ChatEntry, *, stored: bool) -> list[Any]:
        waiting = held.setdefault(id(canvas_chat), [])
        if isinstance(entry, Said) and not waiting and canvas_chat.head.kept > entry.id:
            waiting.append((entry, stored))
            return []
        effects = tell(canvas_chat, entry, stored=stored)
        while waiting:
            before, was_stored = waiting.pop()
            effects += tell(canvas_chat, before, stored=was_stored)
        return effects

    with mock.patch.object(CanvasChat, "tell", swapped):
        yield


@contextlib.contextmanager
def _told_to_a_third() -> Iterator[None]:
    """Everybody hears what is private."""

    def all_of(canvas_chat: CanvasChat, entry: ChatEntry) -> tuple[Any, ...]:
        return tuple(peer.connection for peer in canvas_chat._here())

    with mock.patch.object(CanvasChat, "hearing", all_of):
        yield


@contextlib.contextmanager
def _read_by_a_third() -> Iterator[None]:
    """Everybody reads what is private."""
    with mock.patch("canvas_server.store.memory.is_for", return_value=True):
        yield


@contextlib.contextmanager
def _not_cleared() -> Iterator[None]:
    """The scene is cleared, and its chat is not."""
    with mock.patch.object(CanvasChat, "wipe", return_value=None):
        yield


@contextlib.contextmanager
def _cleared_unheard() -> Iterator[None]:
    """The chat is cleared, and nobody is told."""
    hearing = CanvasChat.hearing

    def silent(canvas_chat: CanvasChat, entry: ChatEntry) -> tuple[Any, ...]:
        return () if isinstance(entry, Wiped) else hearing(canvas_chat, entry)

    with mock.patch.object(CanvasChat, "hearing", silent):
        yield


CHAT_FAULTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "who is away for a moment loses what is said": _lost_on_resume,
    "a retry says it twice": _said_twice,
    "the later one is told first": _out_of_order,
    "everybody hears a whisper": _told_to_a_third,
    "everybody reads a whisper": _read_by_a_third,
    "the chat outlives its scene": _not_cleared,
    "nobody hears that all is cleared": _cleared_unheard,
}
