"""Acts of agents, and of people about them: proposals, questions, pause and undo, thinking."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Generator, Iterable

from canvas_server.client.errors import Lost
from canvas_server.client.messages import Messages
from canvas_server.client.view import View
from canvas_server.protocol.client import (
    AnswerQuestion,
    Ask,
    CloseQuestion,
    DecideProposal,
    Operation,
    PauseAgent,
    PlainMessage,
    Propose,
    Thinking,
    UndoAgent,
)
from canvas_server.protocol.server import Ack, PeerAssigned, Question, QuestionAnswered

AgentAct = Propose | DecideProposal | PauseAgent | UndoAgent | Ask | AnswerQuestion | CloseQuestion
"""What is acked under its `message_id`."""


class AgentActions(ABC):
    """Acts that are messages, for a client that sends them."""

    view: View

    @abstractmethod
    def send(self, message: PlainMessage) -> None:
        """Say something that is not answered."""

    @abstractmethod
    def _ask(self, message: AgentAct) -> "asyncio.Future[Ack]":
        """Say something that is acknowledged."""

    @abstractmethod
    def messages(self) -> Messages:
        """Return what comes from now on."""

    def propose(self, operations: Iterable[Operation], text: str = "") -> "asyncio.Future[Ack]":
        """Show everybody what one would change, and why; `ack.result.proposal_id` names it (AGT5).

        Raises:
            Refused: (when awaited) the scene would not take it, or too much is open.
        """
        return self._ask(Propose(tuple(operations), text))

    def accept(self, proposal_id: str, ids: Iterable[str] = ()) -> "asyncio.Future[Ack]":
        """Make what is proposed, all of it or of some elements, with what these need.

        Raises:
            Refused: (when awaited) it is not open, is one's own, or cannot be made any more.
        """
        return self._ask(DecideProposal(proposal_id, accept=True, ids=tuple(ids)))

    def refuse(self, proposal_id: str, ids: Iterable[str] = ()) -> "asyncio.Future[Ack]":
        """Refuse what is proposed, all of it or of some elements, with what needs these.

        Raises:
            Refused: (when awaited) it is not open, or of somebody else and this is an agent.
        """
        return self._ask(DecideProposal(proposal_id, accept=False, ids=tuple(ids)))

    def withdraw(self, proposal_id: str) -> "asyncio.Future[Ack]":
        """Take back what this peer has proposed, as far as it is not decided."""
        return self.refuse(proposal_id)

    def pause_agent(self, peer_id: str, *, paused: bool = True) -> "asyncio.Future[Ack]":
        """Let an agent change nothing until it is let go on (AGT6)."""
        return self._ask(PauseAgent(peer_id, paused))

    def undo_agent(self, peer_id: str, ids: Iterable[str] = ()) -> "asyncio.Future[Ack]":
        """Take back what an agent did, all of it or to some elements (AGT7).

        `ack.result.undone` and `kept` say to how many.
        """
        return self._ask(UndoAgent(peer_id, tuple(ids)))

    def thinking(self, text: str = "") -> None:
        """Show the others what this peer is at; say it again after a new place (AGT4)."""
        self.send(Thinking(text))

    def ask(self, text: str, choices: Iterable[str], *, to: str | None = None) -> "Asked":
        """Ask everybody, or `to` one peer, a question that is answered by a press (AGT9).

        Await what is returned for the id of the question; it has the answers, too.

        Raises:
            ValueError: nothing can be seen of the question or a choice.
        """
        message = Ask(text, tuple(choices), to)
        return Asked(self, message.choices, self._ask(message))

    def answer(self, question_id: str, choice: int) -> "asyncio.Future[Ack]":
        """Answer a question by the place of a choice, in place of an earlier answer.

        Raises:
            Refused: (when awaited) it is not open, is one's own, or this is an agent.
        """
        return self._ask(AnswerQuestion(question_id, choice))

    def close_question(self, question_id: str) -> "asyncio.Future[Ack]":
        """Take no more answers; as who asked, or as a moderator."""
        return self._ask(CloseQuestion(question_id))


class Asked:
    """A question of this client, on its way or open."""

    def __init__(
        self, client: AgentActions, choices: tuple[str, ...], ack: "asyncio.Future[Ack]"
    ) -> None:
        self.choices = choices
        self._client = client
        self._ack = ack

    def __await__(self) -> Generator[object, None, str]:
        """Return the id of the question, once it is shown.

        Raises:
            Refused: nobody may be asked that, or too many questions are open.
        """
        ack = yield from self._ack.__await__()
        return str(ack.result.question_id)

    async def answers(self) -> AsyncIterator[QuestionAnswered]:
        """Yield the answers until the question is closed; one of the same person is a new one.

        Raises:
            Closed: the client is.
            Lost: this peer lost its place, and the question with it.
        """
        question_id = await self
        view, coming = self._client.view, self._client.messages()
        if question_id not in view.questions:
            return
        for peer_id, choice in [*view.answers.get(question_id, {}).items()]:
            yield QuestionAnswered(question_id, peer_id, choice)
        async for message in coming:
            match message:
                case QuestionAnswered() if message.question_id == question_id:
                    yield message
                case Question(open=False) if message.question_id == question_id:
                    return
                case PeerAssigned(recovered=False):
                    raise Lost("the question ended with this peer's place")
                case _:
                    pass

    async def first(self) -> str | None:
        """Return the first choice that somebody makes, as it was written; None: nobody did.

        Raises:
            Closed, Lost: as `answers`.
        """
        async for answer in self.answers():
            return self.choices[answer.choice]
        return None

    def close(self) -> "asyncio.Future[Ack]":
        """Take no more answers.

        Raises:
            RuntimeError: the question has no id yet: await it first.
        """
        if not self._ack.done():
            raise RuntimeError("await the question first")
        return self._client.close_question(str(self._ack.result().result.question_id))
