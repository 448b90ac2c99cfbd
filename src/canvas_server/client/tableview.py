"""A peer's view of what is proposed and asked in its session, and of what agents are at. Pure."""

from msgspec.structs import replace

from canvas_server.protocol.client import AddOperation, Operation
from canvas_server.protocol.server import (
    PeerAssigned,
    PeerLeft,
    PeerThinking,
    Proposal,
    ProposalDecided,
    Question,
    QuestionAnswered,
    RosterChanges,
    ServerMessage,
)


class TableView:
    """A copy that follows the messages."""

    def __init__(self) -> None:
        self.proposals: dict[str, Proposal] = {}
        """Those that are open, with what is left of them, by id (AGT5)."""
        self.questions: dict[str, Question] = {}
        """Those that are open, by id (AGT9)."""
        self.answers: dict[str, dict[str, int]] = {}
        """To this peer's own questions: by question and peer id, the place of the choice."""
        self.thinking: dict[str, str] = {}
        """What others are at, by peer id (AGT4)."""

    def apply_table(self, message: ServerMessage) -> None:
        """Follow one message."""
        match message:
            case Proposal():
                self.proposals[message.proposal_id] = message
            case ProposalDecided():
                self._decide(message)
            case Question():
                self.questions[message.question_id] = message
                if not message.open:
                    del self.questions[message.question_id]
                    self.answers.pop(message.question_id, None)
            case QuestionAnswered(question_id=question_id):
                self.answers.setdefault(question_id, {})[message.from_peer_id] = message.choice
            case PeerThinking(from_peer_id=peer_id, text=text):
                self.thinking[peer_id] = text
                if not text:
                    del self.thinking[peer_id]
            case PeerLeft() | RosterChanges() | PeerAssigned():
                self._come_and_go(message)
            case _:
                pass

    def _decide(self, message: ProposalDecided) -> None:
        proposal = self.proposals.pop(message.proposal_id, None)
        if proposal is None or not message.open:
            return
        decided = {*message.accepted, *message.refused}
        left = tuple(one for one in proposal.operations if element_of(one) not in decided)
        self.proposals[message.proposal_id] = replace(proposal, operations=left)

    def _come_and_go(self, message: PeerLeft | RosterChanges | PeerAssigned) -> None:
        match message:
            case PeerLeft(peer_id=peer_id):
                self.thinking.pop(peer_id, None)
            case RosterChanges(left=left):
                for one in left:
                    self.thinking.pop(one.peer_id, None)
            case PeerAssigned(recovered=False):
                self.proposals.clear()
                self.questions.clear()
                self.answers.clear()
                self.thinking.clear()
            case _:
                pass


def element_of(operation: Operation) -> str:
    """Return the id of the element that an operation of a proposal is about."""
    return operation.element.id if isinstance(operation, AddOperation) else operation.id
