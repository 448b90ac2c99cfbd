"""Server messages about agents: proposals, questions, and what an agent is at."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from canvas_server.protocol.bounds import About
from canvas_server.protocol.client.agents import Choice, MadeId
from canvas_server.protocol.client.edits import Operation
from canvas_server.protocol.fields import (
    ChatText,
    Count,
    DisplayName,
    ElementId,
    PeerId,
    TimestampMs,
)
from canvas_server.protocol.traits import Federated, ServerTraits


class Proposal(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="proposal"):
    """What somebody would change; also after `subscribe`, as far as it is not decided (AGT5)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    proposal_id: MadeId
    from_peer_id: PeerId
    timestamp: TimestampMs
    operations: Annotated[
        tuple[Operation, ...], Meta(description="What is left of it; each element once.")
    ]
    name: DisplayName | None = None
    text: str = ""


class ProposalDecided(
    Struct, frozen=True, omit_defaults=True, tag_field="type", tag="proposal_decided"
):
    """Elements of a proposal were accepted or refused; the edits come as any others do."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    proposal_id: MadeId
    by_peer_id: Annotated[PeerId | None, Meta(description="None: its author, or the server.")] = (
        None
    )
    accepted: tuple[ElementId, ...] = ()
    refused: tuple[ElementId, ...] = ()
    open: Annotated[bool, Meta(description="Some of it is not decided.")] = False


class PeerThinking(Struct, frozen=True, tag_field="type", tag="peer_thinking"):
    """What somebody is at; empty: at nothing (AGT4)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="coalesced")

    from_peer_id: PeerId
    text: str


class Question(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="question"):
    """A question and its answers so far: when it is asked, answered, closed, and on joining."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    question_id: MadeId
    from_peer_id: PeerId
    timestamp: TimestampMs
    text: str
    choices: tuple[Choice, ...]
    counts: Annotated[tuple[Count, ...], Meta(description="Of each choice, how many.")]
    name: DisplayName | None = None
    to: Annotated[PeerId | None, Meta(description="The one who is asked; None: all.")] = None
    answer: Annotated[Count | None, Meta(description="What you have answered.")] = None
    open: bool = True


class QuestionAnswered(Struct, frozen=True, tag_field="type", tag="question_answered"):
    """Somebody has answered your question (AGT9)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    question_id: MadeId
    from_peer_id: PeerId
    choice: Count


class PeerSpeech(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="peer_speech"):
    """What somebody has just said aloud; to agents that may hear it (AGT8)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    from_peer_id: PeerId
    timestamp: TimestampMs
    text: ChatText
    about: About | None = None


AgentMessage = Proposal | ProposalDecided | PeerThinking | Question | QuestionAnswered | PeerSpeech
