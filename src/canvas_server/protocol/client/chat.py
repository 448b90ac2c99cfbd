"""Client messages about the chat of a session (rules CHT1 to CHT8)."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from canvas_server.protocol.bounds import About
from canvas_server.protocol.fields import ChatId, ChatPicture, ChatText, MessageId, TargetPeerId
from canvas_server.protocol.plain import plain_lines
from canvas_server.protocol.roles import Right
from canvas_server.protocol.traits import AfterGap, Charge, ClientTraits, Federated

_NOTHING = "a chat message has a text that can be seen, or a picture"


class Chat(Struct, frozen=True, tag_field="type", tag="chat"):
    """Say something to everybody in the session, or to one peer; all of them get `chat_message`.

    With a `message_id` it is acked once it is stored, and sending it again says it once (CHT2).
    """

    traits: ClassVar = ClientTraits(
        right=Right.CHAT, federated=Federated.EDIT, after_gap=AfterGap.DISCARD, tokens=5
    )

    text: ChatText = ""
    picture: ChatPicture | None = None
    to: TargetPeerId | None = None
    message_id: MessageId | None = None
    about: Annotated[
        About | None, Meta(description="What its author had selected and pointed at (AGT8).")
    ] = None

    def __post_init__(self) -> None:
        """Take the text as it may be shown: on its lines, without what is not seen (PAG3).

        Raises:
            ValueError: nothing is left, and there is no picture.
        """
        force_setattr(self, "text", plain_lines(self.text))
        if not self.text and self.picture is None:
            raise ValueError(_NOTHING)


class GetChat(Struct, frozen=True, tag_field="type", tag="get_chat"):
    """Ask for `chat_history`: the latest messages, or those before one that the asker has (CHT4).

    An error names the `message_id`.
    """

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.NO,
        after_gap=AfterGap.UNLESS_WRITTEN,
        tokens=20,
        charge=Charge.ANSWER,
    )

    before: ChatId | None = None
    message_id: MessageId | None = None


class RemoveChat(Struct, frozen=True, tag_field="type", tag="remove_chat"):
    """Remove a message for good: one's own, or with the right to moderate any one (CHT6)."""

    traits: ClassVar = ClientTraits(
        right=Right.CHAT, federated=Federated.EDIT, after_gap=AfterGap.DISCARD, tokens=20
    )

    id: ChatId
    message_id: MessageId | None = None


class ClearChat(Struct, frozen=True, tag_field="type", tag="clear_chat"):
    """Remove all messages of the session for good, also those between two (CHT6)."""

    traits: ClassVar = ClientTraits(
        right=Right.MODERATE,
        federated=Federated.EDIT,
        after_gap=AfterGap.UNLESS_WRITTEN,
        tokens=20,
    )

    message_id: MessageId | None = None


ChatEdit = Chat | RemoveChat | ClearChat
"""What changes the chat."""
ChatRequest = ChatEdit | GetChat
