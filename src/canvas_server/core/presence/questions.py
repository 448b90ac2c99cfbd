"""Questions of a session that are open, and their answers (AGT9). Pure."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from canvas_server.core.effects import Refusal
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode

MAX_OPEN = 16
"""Of one session."""
MAX_OWN = 4
"""Of one peer."""
WINDOW_SECONDS = 0.25
"""Answers of so long are told together."""

_TOO_MANY = f"{MAX_OPEN} questions are open here: wait until one is closed."
_TOO_MANY_OWN = f"{MAX_OWN} of your questions are open: close one first."


class OpenQuestion(Struct, eq=False):
    """A question that takes answers."""

    id: str
    asker: str
    """Peer id."""
    name: str | None
    timestamp: int
    text: str
    choices: tuple[str, ...]
    to: str | None
    """The one peer that is asked; None: all."""
    answers: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """By peer id; of those, too, who have left."""
    is_open: bool = True

    def concerns(self, peer_id: str) -> bool:
        """Tell whether a peer hears of it."""
        return self.to is None or peer_id in (self.asker, self.to)

    def view(self, answer: int | None) -> server.Question:
        """Return it as it is told to somebody with an answer."""
        given = [*self.answers.values()]
        return server.Question(
            self.id,
            self.asker,
            self.timestamp,
            self.text,
            self.choices,
            tuple(given.count(choice) for choice in range(len(self.choices))),
            self.name,
            self.to,
            answer,
            self.is_open,
        )


class Questions:
    """Those of one session."""

    def __init__(self) -> None:
        self._open: dict[str, OpenQuestion] = {}
        self._answered: dict[str, None] = {}
        """Those with answers that are yet to be told."""
        self.is_due = False
        """Somebody will call `take`."""

    def require_room(self, peer_id: str) -> None:
        """See that a peer may ask another one.

        Raises:
            Refusal: `rate_limited`.
        """
        if sum(each.asker == peer_id for each in self._open.values()) >= MAX_OWN:
            raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MANY_OWN)
        if len(self._open) >= MAX_OPEN:
            raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MANY)

    def open(self, question: OpenQuestion) -> None:
        """Take answers from now on."""
        self._open[question.id] = question

    def find(self, question_id: str) -> OpenQuestion:
        """Return a question.

        Raises:
            Refusal: `not_open`.
        """
        question = self._open.get(question_id)
        if question is None:
            raise Refusal(ErrorCode.NOT_OPEN)
        return question

    def answer(self, question: OpenQuestion, peer_id: str, choice: int) -> bool:
        """Note an answer, in place of an earlier one; return whether it is another."""
        if question.answers.get(peer_id) == choice:
            return False
        question.answers[peer_id] = choice
        self._answered[question.id] = None
        return True

    def close(self, question: OpenQuestion) -> None:
        """Take no more answers."""
        question.is_open = False
        del self._open[question.id]
        self._answered.pop(question.id, None)

    def leave(self, peer_id: str) -> list[OpenQuestion]:
        """Close what a peer has asked, or alone was asked, which has left; return these."""
        ended = [each for each in self._open.values() if peer_id in (each.asker, each.to)]
        for question in ended:
            self.close(question)
        return ended

    def known_to(self, peer_id: str) -> Iterable[server.Question]:
        """Yield those that concern a peer, for one that knows none."""
        for question in self._open.values():
            if question.concerns(peer_id):
                yield question.view(question.answers.get(peer_id))

    def take(self) -> list[OpenQuestion]:
        """Return those with answers that are yet to be told."""
        taken = [self._open[question_id] for question_id in self._answered]
        self._answered.clear()
        return taken
