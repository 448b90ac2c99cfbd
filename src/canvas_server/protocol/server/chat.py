"""Server messages about the chat of a session (rules CHT1 to CHT8)."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta, Struct, UnsetType

from canvas_server.protocol.bounds import About
from canvas_server.protocol.fields import (
    ChatId,
    ChatPicture,
    ChatText,
    DisplayName,
    MessageId,
    PeerId,
    ServerName,
    TimestampMs,
    UserId,
)
from canvas_server.protocol.traits import Federated, ServerTraits


class ChatMessage(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="chat_message"):
    """Somebody has said something; it is stored, and its author hears it too (CHT1)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    id: ChatId
    from_peer_id: PeerId
    timestamp: TimestampMs
    name: Annotated[
        DisplayName | None, Meta(description="What its author was called then, if anything.")
    ] = None
    text: ChatText = ""
    picture: ChatPicture | None = None
    to: Annotated[
        PeerId | None, Meta(description="The one peer it is to; nobody else gets it (CHT5).")
    ] = None
    to_name: Annotated[DisplayName | None, Meta(description="What that peer was called.")] = None
    user_id: Annotated[UserId | None, Meta(description="Who its author is, if known.")] = None
    server: Annotated[
        ServerName | None,
        Meta(description="The server its author was at, where that is not yours (REL1)."),
    ] = None
    about: Annotated[
        About | None, Meta(description="What its author had selected and pointed at (AGT8).")
    ] = None


class ChatHistory(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="chat_history"):
    """The answer to `get_chat`: messages in order, those alone that are for the asker."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    messages: tuple[ChatMessage, ...]
    more: Annotated[bool, Meta(description="There are earlier ones: ask `before` the first one.")]
    before: Annotated[
        ChatId | UnsetType, Meta(description="Those before this message were asked for.")
    ] = msgspec.UNSET
    message_id: MessageId | None = None


class ChatRemoved(Struct, frozen=True, tag_field="type", tag="chat_removed"):
    """A message is gone for good."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    id: ChatId


class ChatCleared(Struct, frozen=True, tag_field="type", tag="chat_cleared"):
    """All messages until now are gone for good."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)


ChatNews = ChatMessage | ChatRemoved | ChatCleared
"""What changes the chat."""
ChatAnswer = ChatNews | ChatHistory
