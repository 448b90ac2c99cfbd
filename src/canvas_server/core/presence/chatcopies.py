"""Chat of two servers: whoever keeps a session orders what is said, the other has a copy (CHT8).

What another server tells is believed of its own people. Of ours it is believed where they had asked
for just that; else it is shown as said at that server.
"""

import msgspec
from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry, Said, Unsaid
from canvas_server.core.effects import Effect, Forward
from canvas_server.core.presence.environment import milliseconds
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.readers import PEER, guest_key, is_guest_of
from canvas_server.core.presence.session import Participant, Session
from canvas_server.core.scene.admission import objection
from canvas_server.core.scene.replies import PendingReply
from canvas_server.protocol import client
from canvas_server.protocol.fields import MAX_INTEGER
from canvas_server.protocol.plain import plain_lines, plain_name

MAX_JUMP = 2**42
"""So far another server may be ahead: 67 million messages."""
MAX_SHARED = MAX_INTEGER // 2


class Speaker(Struct, frozen=True):
    """Who of our people has asked another server to keep a message."""

    key: str
    name: str | None
    user: str | None


class ForwardedChat(Struct, frozen=True):
    """A message of ours that the leader may have said, and by whom it is."""

    peer_id: str
    message: client.Chat
    speaker: Speaker

    def became(self, said: Said) -> bool:
        """Tell whether it is what the leader tells."""
        told, asked = said.message, self.message
        return (told.from_peer_id, told.text, told.picture, told.to, told.about) == (
            self.peer_id,
            asked.text,
            asked.picture,
            asked.to,
            asked.about,
        )


def shared_with(entry: ChatEntry, server: str) -> ChatEntry | None:
    """Return an entry as another server is told of it; None: it is not for it.

    It is not told who our people are, beside what it sees of them.
    """
    if entry.private and not any(is_guest_of(key, server) for key in entry.private):
        return None
    if isinstance(entry, Said):
        message = msgspec.structs.replace(entry.message, user_id=None, server=None)
        return Said(message, "", None if entry.reader is None else "")
    return msgspec.structs.replace(entry, private=()) if isinstance(entry, Unsaid) else entry


class ChatCopies:
    """What is done to the chat of a session that is shared, by its id; nothing if it is closed."""

    def __init__(self, members: Membership) -> None:
        self._membership = members

    def last(self, session_id: str) -> int:
        """Return the last number of the leader that is stored or on its way."""
        session = self._membership.sessions.get(session_id)
        return 0 if session is None else session.canvas.chat.head.kept

    def keep_own(self, session_id: str, upto: int) -> None:
        """Have what was said up to a number stay our own: the leader has other messages there."""
        session = self._membership.sessions.get(session_id)
        if session is not None:
            session.canvas.chat.own_upto = upto

    def overtake(self, session_id: str, number: int) -> None:
        """Go on after a number that the copy has, unless nobody gets there by talking."""
        session = self._membership.sessions.get(session_id)
        if session is None or number % 2:
            return
        chat = session.canvas.chat
        if _is_near(number, chat.head.kept):
            chat.head, chat.stored = chat.head.after(number), chat.stored.after(number)

    def recover(self, session_id: str) -> bool:
        """Tell whether the copy lacks something that may be asked for again now."""
        session = self._membership.sessions.get(session_id)
        if session is None or not (session.canvas.chat.is_behind and session.canvas.at_rest):
            return False
        session.canvas.chat.is_behind = False
        return True

    def speaker(self, forward: Forward) -> Speaker | None:
        """Return who has made a message that is forwarded; None: they are gone."""
        session = self._membership.sessions.get(forward.session_id)
        peer = None if session is None else session.peers.get(forward.peer_id or "")
        if peer is None:
            return None
        return Speaker(peer.keys[0], peer.display_name, peer.grant.user)

    def follow(
        self, session_id: str, entry: ChatEntry, server: str, asked: Speaker | None, now: float
    ) -> list[Effect]:
        """Take over what the leader has stored; `asked` is who of ours had asked for just that."""
        session = self._membership.sessions.get(session_id)
        if session is None or session.canvas.leader is None or entry.id % 2:
            return []
        chat = session.canvas.chat
        if chat.is_behind or chat.head.has(entry.id) or not _is_near(entry.id, chat.head.kept):
            return []
        if isinstance(entry, Said):
            own: ChatEntry = self._own(session, entry, server, asked, milliseconds(now))
            if not own.message.text and own.message.picture is None:
                return []
        elif isinstance(entry, Unsaid):
            if chat.is_own(entry.removed):
                return []
            between = tuple(self._key(session, peer_id, server) for peer_id in entry.between)
            own = msgspec.structs.replace(entry, private=between)
        else:
            own = entry
        return session.canvas.say(own, PendingReply(), followed=True)

    def _own(
        self, session: Session, entry: Said, server: str, asked: Speaker | None, now_ms: int
    ) -> Said:
        told = entry.message
        name, key = plain_name(told.name), guest_key(told.from_peer_id, server)
        peer = session.peers.get(told.from_peer_id)
        if asked is not None:
            name, key = asked.name, asked.key
        elif peer is not None and peer.server == server:
            name = peer.display_name
        to = None if told.to is None else session.peers.get(told.to)
        picture = told.picture
        message = msgspec.structs.replace(
            told,
            timestamp=min(told.timestamp, now_ms),
            name=name,
            text=plain_lines(told.text),
            picture=None if picture is None or objection(picture) is not None else picture,
            to_name=plain_name(told.to_name) if to is None else to.display_name,
            user_id=None if asked is None else asked.user,
            server=server if asked is None else None,
        )
        reader = None if told.to is None else self._key(session, told.to, server)
        return Said(message, key, reader)

    def _key(self, session: Session, peer_id: str, server: str) -> str:
        """Return the key of somebody of ours, here or not; else that of a guest."""
        peer: Participant | None = session.peers.get(peer_id)
        if peer is not None:
            return peer.keys[0]
        if self._membership.identities.made_here(peer_id):
            return PEER + peer_id
        return guest_key(peer_id, server)


def _is_near(number: int, head: int) -> bool:
    """Tell whether a number of another server leaves enough of them, and is not from nowhere."""
    return number <= min(MAX_SHARED, head + MAX_JUMP)
