"""Questions about the chat that the log has not answered: what goes meanwhile is not in the answer.

The log reads apart from where it writes, so an answer may be older than what was told since.
"""

from collections.abc import Iterator

from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry, Unsaid, Wiped
from canvas_server.protocol.server import ChatMessage


class _Gone(Struct):
    removed: set[int]
    cleared: int = 0


class ChatQuestions:
    """Those of one session."""

    def __init__(self, tickets: Iterator[int]) -> None:
        """Begin with none; `tickets` are numbers that no session of this process has had."""
        self._tickets = tickets
        self._open: dict[int, _Gone] = {}

    def __len__(self) -> int:
        """Return how many are not answered."""
        return len(self._open)

    def ask(self) -> int:
        """Begin to note what goes; returns the ticket of the question."""
        ticket = next(self._tickets)
        self._open[ticket] = _Gone(set())
        return ticket

    def told(self, entry: ChatEntry) -> None:
        """Note what was told."""
        for gone in self._open.values():
            if isinstance(entry, Unsaid):
                gone.removed.add(entry.removed)
            elif isinstance(entry, Wiped):
                gone.cleared = entry.id

    def answer(self, ticket: int, messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        """Return what is left of an answer; its question is no more."""
        gone = self._open.pop(ticket, _Gone(set()))
        return tuple(
            message
            for message in messages
            if message.id > gone.cleared and message.id not in gone.removed
        )
