"""Chat of a canvas: who hears what is stored, and the numbers of what is on its way to the log."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from canvas_server.core.chat.entries import ChatEntry, Wiped, is_for, news_of
from canvas_server.core.chat.numbers import ChatHead
from canvas_server.core.chat.questions import ChatQuestions
from canvas_server.core.effects import ConnectionId, Effect, Send


class Hearer(Protocol):
    """A peer that is here, as far as the chat needs it."""

    connection: ConnectionId

    @property
    def keys(self) -> tuple[str, ...]:
        """Which private messages are for it (`core.presence.readers`)."""
        ...


class CanvasChat:
    """What is known of the chat of a session without reading it."""

    def __init__(
        self, head: ChatHead, here: Callable[[], Iterable[Hearer]], tickets: Iterator[int]
    ) -> None:
        """Take up a stored chat; `here` returns who reads it, whenever something is told.

        `tickets` are numbers that no canvas of this process has had.
        """
        self.head = head
        """The last numbers of what is stored or on its way."""
        self.stored = head
        """The last numbers of what is stored."""
        self.is_behind = False
        """Of what the leader of the session has told, the log could not store all."""
        self.own_upto = 0
        """Where another server keeps the session: what was said until then it does not have."""
        self.questions = ChatQuestions(tickets)
        self._here = here

    def expect(self, entry: ChatEntry) -> None:
        """Note that an entry is on its way to the log."""
        self.head = self.head.after(entry.id)

    def is_own(self, number: int) -> bool:
        """Tell whether a message is known to this server alone, whoever keeps the session."""
        return number % 2 == 1 or number <= self.own_upto

    def wipe(self, now_ms: int) -> Wiped | None:
        """Return what clears the chat; None: nothing was ever said."""
        if self.head == ChatHead():
            return None
        return Wiped(self.head.next(private=False), now_ms)

    def renumber(self, on_their_way: Iterable[ChatEntry | None]) -> None:
        """Note what is on its way, after something was given up: its number is free again."""
        self.head = self.stored
        for entry in on_their_way:
            if entry is not None:
                self.expect(entry)

    def hearing(self, entry: ChatEntry) -> tuple[ConnectionId, ...]:
        """Return who hears of an entry (CHT5)."""
        return tuple(peer.connection for peer in self._here() if is_for(entry, peer.keys))

    def tell(self, entry: ChatEntry, *, stored: bool) -> list[Effect]:
        """Tell those it is for; `stored`: by this server, not only where the session is kept."""
        if stored:
            self.stored = self.stored.after(entry.id)
        self.questions.told(entry)
        connections = self.hearing(entry)
        return [Send(connections, news_of(entry))] if connections else []
