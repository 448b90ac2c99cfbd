"""Handlers of questions: asked, answered and closed (AGT9).

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from collections.abc import Callable

from canvas_server.core.effects import Effect, Refusal, Send
from canvas_server.core.presence.manners import acked
from canvas_server.core.presence.questions import OpenQuestion
from canvas_server.core.presence.session import Participant
from canvas_server.core.records import IdempotencyRecord
from canvas_server.core.scene import commands
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role

_PEOPLE = "Questions are answered by people: ask an agent in the chat."
_OWN = "Who asks does not answer."
_ONLY_OWN = "Only who asked a question, or moderates, closes it."
_ELSEWHERE = "Questions are for those at this server."


def ask(
    peer: Participant, message: client.Ask, new_id: Callable[[], str], now_ms: int
) -> list[Effect]:
    """Show a question to all, or to one peer.

    Raises:
        Refusal: `peer_not_found`, `self_signal`; `forbidden` for an agent, and who is at another
            server; `rate_limited` where too many are open.
    """
    table = peer.session.table
    waiting = commands.pending_reply(peer, message)
    again = table.replies.find(waiting)
    if again is not None:
        return [Send((peer.connection,), again)]
    if message.to is not None:
        target = peer.session.target(peer, message.to)
        if target.server is not None:
            raise Refusal(ErrorCode.FORBIDDEN, _ELSEWHERE)
        if target.grant.role is Role.AGENT:
            raise Refusal(ErrorCode.FORBIDDEN, _PEOPLE)
    table.questions.require_room(peer.peer_id)
    question = OpenQuestion(
        new_id(),
        peer.peer_id,
        peer.display_name,
        now_ms,
        message.text,
        message.choices,
        message.to,
    )
    table.questions.open(question)
    shown = table.show(question)
    if message.message_id is None:
        return shown
    result = server.AckResult(peer.session.canvas.shown.revision, question_id=question.id)
    ack = server.Ack(message.message_id, result)
    table.replies.keep(IdempotencyRecord(peer.peer_id, ack, waiting.digest))
    return [*shown, Send((peer.connection,), ack)]


def answer(peer: Participant, message: client.AnswerQuestion) -> list[Effect]:
    """Take an answer, in place of an earlier one of the same peer.

    Raises:
        Refusal: `not_open`, also where somebody else alone is asked; `forbidden` for who asked and
            for agents; `invalid_message`, there is no such choice.
    """
    table = peer.session.table
    question = table.questions.find(message.question_id)
    if not question.concerns(peer.peer_id):
        raise Refusal(ErrorCode.NOT_OPEN)
    if question.asker == peer.peer_id:
        raise Refusal(ErrorCode.FORBIDDEN, _OWN)
    if peer.grant.role is Role.AGENT:
        raise Refusal(ErrorCode.FORBIDDEN, _PEOPLE)
    if message.choice >= len(question.choices):
        text = f"It has the choices 0 to {len(question.choices) - 1}."
        raise Refusal(ErrorCode.INVALID_MESSAGE, text)
    if not table.questions.answer(question, peer.peer_id, message.choice):
        return acked(peer, message.message_id)
    asker = peer.session.peers[question.asker]
    answered = server.QuestionAnswered(question.id, peer.peer_id, message.choice)
    return [
        Send((asker.connection,), answered),
        *table.answered(),
        *acked(peer, message.message_id),
    ]


def close(peer: Participant, message: client.CloseQuestion) -> list[Effect]:
    """Take no more answers.

    Raises:
        Refusal: `not_open`, `forbidden`.
    """
    table = peer.session.table
    question = table.questions.find(message.question_id)
    if question.asker != peer.peer_id and not peer.grant.is_moderator:
        if not question.concerns(peer.peer_id):
            raise Refusal(ErrorCode.NOT_OPEN)
        raise Refusal(ErrorCode.FORBIDDEN, _ONLY_OWN)
    table.questions.close(question)
    return [*table.show(question), *acked(peer, message.message_id)]
