"""Acts of a peer in the room: hands, reactions, marks, moderation and chat."""

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable

from canvas_server.client.errors import Closed, Lost, Refused
from canvas_server.client.messages import Messages
from canvas_server.client.socket import LEAVE
from canvas_server.protocol.bounds import About
from canvas_server.protocol.client import (
    Admit,
    Chat,
    ChatEdit,
    GetChat,
    Kick,
    MutePeer,
    PlainMessage,
    RaiseHand,
    React,
    Select,
    SetSession,
    Typing,
)
from canvas_server.protocol.fields import MAX_SELECTED
from canvas_server.protocol.room import Emoji, MediaKind
from canvas_server.protocol.server import Ack, ChatHistory, Error, PeerAssigned


class RoomActions(ABC):
    """Acts that are messages, for a client that sends them."""

    @abstractmethod
    def send(self, message: PlainMessage) -> None:
        """Say something that is not answered."""

    @abstractmethod
    def edit(self, message: ChatEdit) -> "asyncio.Future[Ack]":
        """Say something that is stored."""

    @abstractmethod
    def _ask(self, message: SetSession | Admit | MutePeer) -> "asyncio.Future[Ack]":
        """Say something that is acknowledged."""

    @abstractmethod
    def messages(self) -> Messages:
        """Return what comes from now on."""

    def raise_hand(self) -> None:
        """Have the others see that this peer's hand is up (ROM1)."""
        self.send(RaiseHand(raised=True))

    def lower_hand(self, peer_id: str | None = None) -> None:
        """Lower this peer's hand; as a moderator also somebody else's."""
        self.send(RaiseHand(raised=False, target_peer_id=peer_id))

    def react(self, emoji: Emoji) -> None:
        """Show the others an emoji for a moment; it may get lost (ROM2)."""
        self.send(React(emoji))

    def select(self, ids: Iterable[str]) -> None:
        """Show the others what this peer has selected; say it again after a new place (TOG1)."""
        self.send(Select(tuple(ids)[:MAX_SELECTED]))

    def typing(self, element_id: str | None) -> None:
        """Show the others in which element this peer writes; None: in none any more (TOG2).

        Say it again every few seconds while it goes on.
        """
        self.send(Typing(element_id))

    def set_session(
        self, *, locked: bool | None = None, lobby: bool | None = None
    ) -> "asyncio.Future[Ack]":
        """Lock the session, or give it a waiting room; await it to know that it is stored (ROM3).

        Raises:
            Refused: (when awaited) it takes a moderator, or was not stored.
        """
        return self._ask(SetSession(locked, lobby))

    def admit(self, peer_id: str) -> "asyncio.Future[Ack]":
        """Let somebody in who waits (`view.waiting`); `turn_away` does not (ROM5).

        Raises:
            Refused: (when awaited) it takes a moderator, nobody of this id waits, or there is no
                room.
        """
        return self._ask(Admit(peer_id))

    def turn_away(self, peer_id: str) -> None:
        """Turn somebody away who waits, or remove a peer (TOK4)."""
        self.send(Kick(peer_id))

    def mute(self, peer_id: str, kind: MediaKind) -> "asyncio.Future[Ack]":
        """Have a peer's page stop a medium; nothing unmutes it from here (ROM7).

        Raises:
            Refused: (when awaited) it takes a moderator, or there is no such peer.
        """
        return self._ask(MutePeer(peer_id, kind))

    def say(
        self,
        text: str,
        *,
        to: str | None = None,
        picture: str | None = None,
        about: About | None = None,
    ) -> "asyncio.Future[Ack]":
        """Say something in the chat, to everybody or `to` one peer; see `edit`.

        `about` is what "this one" in it means (AGT8).

        `ack.result.chat_id` is the number of the message. Raises as `edit` does, and:

        Raises:
            ValueError: nothing of it can be seen.
        """
        return self.edit(Chat(text, picture, to, about=about))

    async def chat_history(self, before: int | None = None) -> ChatHistory:
        """Return the latest messages that are for this peer, or those before a number.

        Raises:
            Closed: this client is, or was meanwhile.
            Refused: they cannot be read now.
            Lost: the connection broke before the answer; ask again.
        """
        asked = GetChat(before, str(uuid.uuid4()))
        answers = self.messages()
        self.send(asked)
        async for message in answers:
            match message:
                case ChatHistory(message_id=asked.message_id):
                    return message
                case Error(message_id=asked.message_id):
                    raise Refused(message.code, message.message)
                case PeerAssigned(recovered=False):
                    raise Lost("the connection broke before the answer")
                case _:
                    pass
        raise Closed(LEAVE, "it was closed meanwhile")
