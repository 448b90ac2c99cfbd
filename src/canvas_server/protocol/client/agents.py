"""Client messages about agents: proposals, questions, and what people do about an agent."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from canvas_server.protocol.bounds import (
    MAX_CHOICE,
    MAX_CHOICES,
    MAX_PROPOSED,
    MAX_QUESTION,
    MAX_STATUS,
    About,
)
from canvas_server.protocol.fields import ChatText, Count, ElementId, MessageId, TargetPeerId
from canvas_server.protocol.plain import plain, plain_lines
from canvas_server.protocol.roles import Right
from canvas_server.protocol.traits import AfterGap, Charge, ClientTraits, Federated, RightRule

from .edits import Operation

_NOTHING = "a question and its choices have texts that can be seen"
MadeId = Annotated[str, Meta(min_length=1, max_length=64)]
"""Of a proposal or a question; made by the server."""
Choice = Annotated[str, Meta(min_length=1, max_length=MAX_CHOICE)]


class Propose(Struct, frozen=True, tag_field="type", tag="propose"):
    """Show what one would change, for somebody to accept or refuse (AGT5).

    The ack has its `proposal_id`. What an agent may only propose becomes one too.
    """

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS,
        federated=Federated.NO,
        after_gap=AfterGap.DISCARD,
        charge=Charge.OPERATIONS,
    )

    operations: Annotated[tuple[Operation, ...], Meta(min_length=1, max_length=MAX_PROPOSED)]
    text: Annotated[str, Meta(max_length=MAX_QUESTION, description="Why, for people.")] = ""
    message_id: MessageId | None = None

    def __post_init__(self) -> None:
        """Take the text as it may be shown (PAG3)."""
        force_setattr(self, "text", plain_lines(self.text))


class DecideProposal(Struct, frozen=True, tag_field="type", tag="decide_proposal"):
    """Accept a proposal or refuse it, whole or some of its elements; its author withdraws it.

    Who accepts makes the edits; their author is who proposed them. An agent accepts nothing.
    """

    traits: ClassVar = ClientTraits(
        right=Right.EDIT, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=10
    )

    proposal_id: MadeId
    accept: bool
    ids: Annotated[
        tuple[ElementId, ...],
        Meta(max_length=MAX_PROPOSED, description="Of these elements; none: of all that is left."),
    ] = ()
    message_id: MessageId | None = None


class PauseAgent(Struct, frozen=True, tag_field="type", tag="pause_agent"):
    """Let an agent change nothing until it is let go on (AGT6)."""

    traits: ClassVar = ClientTraits(
        right=Right.EDIT, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=5
    )

    peer_id: TargetPeerId
    paused: bool
    message_id: MessageId | None = None


class UndoAgent(Struct, frozen=True, tag_field="type", tag="undo_agent"):
    """Take back what an agent did, all or of some elements; what others did since stays (AGT7)."""

    traits: ClassVar = ClientTraits(
        right=Right.EDIT, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=20
    )

    peer_id: TargetPeerId
    ids: Annotated[
        tuple[ElementId, ...], Meta(max_length=1000, description="None: all it did.")
    ] = ()
    message_id: MessageId | None = None


class Thinking(Struct, frozen=True, tag_field="type", tag="thinking"):
    """Show the others that one is at work, and on what; an empty text: no more (AGT4)."""

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.NO,
        after_gap=AfterGap.RESEND,
    )

    text: Annotated[str, Meta(max_length=MAX_STATUS)] = ""

    def __post_init__(self) -> None:
        """Take the text as it may be shown (PAG3)."""
        force_setattr(self, "text", plain(self.text))


class Ask(Struct, frozen=True, tag_field="type", tag="ask"):
    """Ask a question that is answered by a press, one person or all (AGT9).

    The ack has its `question_id`.
    """

    traits: ClassVar = ClientTraits(
        right=Right.CHAT, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=20
    )

    text: Annotated[str, Meta(min_length=1, max_length=MAX_QUESTION)]
    choices: Annotated[tuple[Choice, ...], Meta(min_length=1, max_length=MAX_CHOICES)]
    to: TargetPeerId | None = None
    message_id: MessageId | None = None

    def __post_init__(self) -> None:
        """Take the texts as they may be shown (PAG3).

        Raises:
            ValueError: nothing is left of one of them.
        """
        force_setattr(self, "text", plain_lines(self.text))
        force_setattr(self, "choices", tuple(map(plain, self.choices)))
        if not all((self.text, *self.choices)):
            raise ValueError(_NOTHING)


class AnswerQuestion(Struct, frozen=True, tag_field="type", tag="answer_question"):
    """Answer a question; a later answer of the same person counts in the place of it."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=5
    )

    question_id: MadeId
    choice: Annotated[Count, Meta(description="Its place in `choices`, from 0.")]
    message_id: MessageId | None = None


class CloseQuestion(Struct, frozen=True, tag_field="type", tag="close_question"):
    """Take no more answers: by who asked, or with the right to moderate."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN, tokens=5
    )

    question_id: MadeId
    message_id: MessageId | None = None


class Speech(Struct, frozen=True, tag_field="type", tag="speech"):
    """Have agents that may hear speech know what one has just said aloud (AGT8).

    Recognised by one's own browser; kept nowhere, and sent to nobody else.
    """

    traits: ClassVar = ClientTraits(
        right=Right.CHAT, federated=Federated.NO, after_gap=AfterGap.DISCARD, tokens=5
    )

    text: ChatText
    about: About | None = None

    def __post_init__(self) -> None:
        """Take the text as it may be shown (PAG3)."""
        force_setattr(self, "text", plain_lines(self.text))


AgentMessage = (
    Propose
    | DecideProposal
    | PauseAgent
    | UndoAgent
    | Thinking
    | Ask
    | AnswerQuestion
    | CloseQuestion
    | Speech
)
