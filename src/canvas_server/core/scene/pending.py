"""Pending edits: those of the scene and of the chat that are on their way to the log."""

from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.scene.replies import PendingReply
from canvas_server.core.scene.transaction import Edit


class Pending(Struct, frozen=True):
    """An edit on its way to the log. Without a ticket it changes nothing and waits for others."""

    ticket: int | None
    edit: Edit
    pending_reply: PendingReply
    bridges: bool = False
    """Its record covers what the log has missed."""
    followed: bool = False
    """It was made, and stored, by the server that keeps the scene."""
    chat: ChatEntry | None = None
    """What it adds to the chat."""

    @property
    def is_chat(self) -> bool:
        """It is of the chat alone, and relies on nothing of the scene."""
        return self.chat is not None and not self.edit.entries
