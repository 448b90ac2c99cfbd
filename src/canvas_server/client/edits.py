"""Pending edits: those the server has not answered yet, and the futures of their answers."""

import asyncio
from collections.abc import Iterator

from canvas_server.client.agentactions import AgentAct
from canvas_server.client.backlog import MAX_ENTRIES
from canvas_server.client.errors import Refused, TooMuchWaiting
from canvas_server.protocol.client import (
    Admit,
    ChatEdit,
    Edit,
    MutePeer,
    RaiseHand,
    SetSession,
)
from canvas_server.protocol.server import Ack, Error, Reply, ServerMessage, SyncResult

Answerable = Edit | ChatEdit | SetSession | Admit | MutePeer | RaiseHand | AgentAct
"""What is acked, or refused, under its `message_id`."""


class PendingEdits:
    """Edits by `message_id`, in the order in which they were made."""

    def __init__(self) -> None:
        self._pending: dict[str, tuple[Answerable, asyncio.Future[Ack | SyncResult]]] = {}

    def require_room(self) -> None:
        """See that one more edit may wait for its answer.

        Raises:
            TooMuchWaiting: it may not.
        """
        if len(self._pending) >= MAX_ENTRIES:
            raise TooMuchWaiting(f"{MAX_ENTRIES} edits wait for their answer")

    def add(self, edit: Answerable) -> "asyncio.Future[Ack | SyncResult]":
        """Return what will have the answer to an edit that has a `message_id`."""
        answer: asyncio.Future[Ack | SyncResult] = asyncio.get_running_loop().create_future()
        self._pending[edit.message_id or ""] = (edit, answer)
        return answer

    def messages(self) -> Iterator[Answerable]:
        """Yield the edits that are not answered."""
        yield from (edit for edit, _ in [*self._pending.values()])

    def answer(self, message: ServerMessage) -> None:
        """Hand an answer to who waits for it; other messages change nothing."""
        if not isinstance(message, Reply) or message.message_id is None:
            return
        if isinstance(message, Error):
            self.fail(message.message_id, Refused(message.code, message.message))
            return
        _, answer = self._pending.pop(message.message_id, (None, None))
        if answer is not None and not answer.done():
            answer.set_result(message)

    def fail(self, message_id: str | None, error: Exception) -> None:
        """End an edit with an error; nothing where it is not pending."""
        _, answer = self._pending.pop(message_id or "", (None, None))
        if answer is not None and not answer.done():
            answer.set_exception(error)

    def give_up(self, error: Exception) -> None:
        """End all edits with an error."""
        for _, answer in self._pending.values():
            if not answer.done():
                answer.set_exception(error)
                answer.exception()  # retrieved: it is no fault where nobody waits for it
        self._pending.clear()
