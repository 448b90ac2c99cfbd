"""Handlers of the chat: what may be said, read, removed and cleared (rules CHT1 to CHT8).

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from msgspec import UNSET

from canvas_server.core.chat.entries import ChatPage, Said, Unsaid, Wiped, is_for, message_size
from canvas_server.core.effects import (
    AskChat,
    Effect,
    Forward,
    RecordAudit,
    Refusal,
    Send,
    Worked,
)
from canvas_server.core.presence.session import Participant
from canvas_server.core.scene import commands
from canvas_server.core.scene.admission import objection
from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEvent
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import MAX_CHAT_PICTURE
from canvas_server.protocol.roles import Right

_TOO_LONG = f"a picture in the chat has at most {MAX_CHAT_PICTURE:,} characters: make it smaller"


def say(peer: Participant, message: client.Chat, now_ms: int) -> list[Effect]:
    """Say something to all, or to one peer, unless it was said before under its `message_id`.

    What two people of this server say to each other stays here, whoever keeps the session.

    Raises:
        Refusal: `peer_not_found`, `self_signal`, `content_refused`.
    """
    canvas = peer.session.canvas
    waiting = commands.pending_reply(peer, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again  # also where who it is to has left meanwhile
    to = None if message.to is None else peer.session.target(peer, message.to)
    stays_here = to is not None and to.server is None
    if canvas.leader is not None and not stays_here:
        return [Forward(canvas.session_id, peer.peer_id, message)]
    if message.picture is not None:
        reason = objection(message.picture)
        if reason is None and len(message.picture) > MAX_CHAT_PICTURE:
            reason = _TOO_LONG
        if reason is not None:
            raise Refusal(ErrorCode.CONTENT_REFUSED, reason)
    head = canvas.chat.head
    number = head.next(private=to is not None) if canvas.leader is None else head.next_own()
    said = server.ChatMessage(
        number,
        peer.peer_id,
        now_ms,
        peer.display_name,
        message.text,
        message.picture,
        None if to is None else to.peer_id,
        None if to is None else to.display_name,
        peer.grant.user,
        peer.server,
        message.about,
    )
    entry = Said(said, peer.keys[0], None if to is None else to.keys[0])
    return canvas.say(entry, commands.acked(waiting, UNSET, canvas.shown.revision, number))


def ask(peer: Participant, message: client.GetChat | client.RemoveChat) -> list[Effect]:
    """Have the log read what is asked for, or what is to be removed; `answer` follows."""
    canvas = peer.session.canvas
    if isinstance(message, client.RemoveChat):
        if canvas.leader is not None and not canvas.chat.is_own(message.id):
            return [Forward(canvas.session_id, peer.peer_id, message)]
        again = canvas.retried(commands.pending_reply(peer, message))
        if again is not None:
            return again
    ticket = canvas.chat.questions.ask()
    return [
        AskChat(
            canvas.session_id,
            peer.peer_id,
            message,
            peer.keys,
            ticket,
            peer.connection,
            peer.incarnation,
        )
    ]


def answer(
    peer: Participant, asked: AskChat, found: ChatPage | Said | ErrorCode | None, now_ms: int
) -> list[Effect]:
    """Answer a peer what the log has found, or remove it.

    Raises:
        Refusal: `chat_not_found`, `forbidden`; what the log says.
    """
    questions = peer.session.canvas.chat.questions
    messages = found.messages if isinstance(found, ChatPage) else ()
    messages = questions.answer(asked.ticket, messages)
    if isinstance(found, ErrorCode):
        raise Refusal(found)
    message = asked.message
    if isinstance(message, client.RemoveChat):
        return _remove(peer, message, found if isinstance(found, Said) else None, now_ms)
    more = isinstance(found, ChatPage) and found.more
    history = server.ChatHistory(
        messages, more, UNSET if message.before is None else message.before, message.message_id
    )
    size = sum(map(message_size, messages))
    return [Send((peer.connection,), history), Worked(peer.connection, size)]


def _remove(
    peer: Participant, message: client.RemoveChat, found: Said | None, now_ms: int
) -> list[Effect]:
    if found is None or not is_for(found, peer.keys):
        raise Refusal(ErrorCode.CHAT_NOT_FOUND)
    if found.author not in peer.keys and Right.MODERATE not in peer.grant.role.rights:
        raise Refusal(ErrorCode.FORBIDDEN, "Only who wrote a message, or moderates, removes it.")
    canvas = peer.session.canvas
    waiting = commands.pending_reply(peer, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again
    if found.id % 2 or (canvas.leader is not None and canvas.chat.is_own(found.id)):
        number = canvas.chat.head.next_own()
    else:
        number = canvas.chat.head.next(private=found.reader is not None)
    told = found.message
    between = () if told.to is None else (told.from_peer_id, told.to)
    entry = Unsaid(number, now_ms, found.id, found.private, between)
    whose = peer.session.peers.get(told.from_peer_id, peer)
    noted = whose.audited(AuditEvent.CHAT_REMOVED, by=peer.peer_id)
    said = canvas.say(entry, commands.acked(waiting, UNSET, canvas.shown.revision, found.id))
    return [RecordAudit(noted, peer.connection), *said]


def clear(peer: Participant, message: client.ClearChat, now_ms: int) -> list[Effect]:
    """Remove all messages."""
    canvas = peer.session.canvas
    if canvas.leader is not None:
        return [Forward(canvas.session_id, peer.peer_id, message)]
    waiting = commands.pending_reply(peer, message)
    again = canvas.retried(waiting)
    if again is not None:
        return again
    entry = Wiped(canvas.chat.head.next(private=False), now_ms)
    acked = commands.acked(waiting, UNSET, canvas.shown.revision, entry.id)
    return canvas.say(entry, acked)
