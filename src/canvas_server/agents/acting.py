"""Acts of an agent that are acknowledged, beyond edits: proposals, questions, taking back."""

import uuid

from msgspec.structs import replace

from canvas_server.client import Client, Closed, Lost, Refused
from canvas_server.protocol.client import Ask, Propose, UndoAgent
from canvas_server.protocol.server import Ack, AckResult, Error, PeerAssigned


async def acked(client: Client, message: Ask | Propose | UndoAgent) -> AckResult:
    """Say something and return what came of it.

    Raises:
        Refused: it was refused.
        Lost: the connection broke, and nobody can tell.
        Closed: the client is closed.
    """
    asked = replace(message, message_id=str(uuid.uuid4()))
    answers = client.messages()
    client.send(asked)
    async for answer in answers:
        match answer:
            case Ack(message_id=asked.message_id, result=result):
                return result
            case Error(message_id=asked.message_id):
                raise Refused(answer.code, answer.message)
            case PeerAssigned(recovered=False):
                raise Lost("the connection broke before the answer")
            case _:
                pass
    raise Closed(1000, "it was closed meanwhile")
