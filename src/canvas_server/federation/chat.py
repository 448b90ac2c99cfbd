"""The chat of a session that two servers share: one keeps it, the other has a copy (CHT8).

The copy asks for what follows the last number that it has, page after page, and is told everything
from then on. A server of an earlier release never asks, and is told nothing.
"""

from collections import deque

from canvas_server.core.chat.entries import ChatChanges, ChatEntry, Said
from canvas_server.core.effects import Forward
from canvas_server.core.presence.chatcopies import ForwardedChat, Speaker, shared_with
from canvas_server.federation import messages
from canvas_server.federation.context import PartnerContext
from canvas_server.node.ports import LogFailure
from canvas_server.protocol import client

MAX_FORWARDED = 1000
"""Messages of ours that are compared with what the leader tells; beyond it the oldest count as said
there."""
MAX_QUEUED = 1000
"""Entries that wait while a page is read; beyond it the copy has to ask again."""


class SharedChat:
    """One end of it."""

    def __init__(self, session_id: str, context: PartnerContext) -> None:
        self._session_id = session_id
        self._context = context
        self._node = context.common.node
        self._copies = context.common.node.hub.chat_copies
        self._kept_here: bool | None = None
        self._line = object()
        """Stands for one agreement: answers that come later are for nobody."""
        self._followed = False
        """At the leader: the copy has asked for all that comes."""
        self._queue: list[ChatEntry] | None = None
        """At the leader: what is stored while a page is read."""
        self._unread: int | None = None
        """At the leader: after which number the copy waits for what could not be read."""
        self.ready = False
        """At the copy: the leader tells us what is said, and may be asked to say something."""
        self._forwarded: deque[ForwardedChat] = deque(maxlen=MAX_FORWARDED)

    def begin(self, kept_here: bool | None) -> None:
        """Start over, as the two have agreed; None: they have not yet."""
        self._kept_here = kept_here
        self._line = object()
        self._followed = self.ready = False
        self._queue = self._unread = None
        self._forwarded.clear()
        if kept_here is False:
            agreed = self._context.common.ownership.of(self._session_id)
            if agreed is not None:
                self._copies.keep_own(self._session_id, agreed.own_chat)
            self._follow(self._copies.last(self._session_id))

    def tick(self) -> None:
        """Ask again for what could not be stored, or read, about twice a second."""
        if self._unread is not None:
            self._read(self._unread)
        if self._kept_here is False and self._copies.recover(self._session_id):
            self._follow(self._copies.last(self._session_id))

    def take(self, item: messages.OfChat) -> None:
        """Take an item from the other side, as far as it is for it to say."""
        if isinstance(item, messages.FollowChat):
            if self._kept_here:
                self._read(item.after)
        elif self._kept_here is False:
            self._copy(item)

    # --- at the leader -------------------------------------------------------------------------

    def changed(self, entry: ChatEntry) -> None:
        """Tell the copy of what is stored, if it is for anybody there."""
        if self._queue is not None and len(self._queue) < MAX_QUEUED:
            self._queue.append(entry)
        elif self._followed and self._queue is None:
            self._tell((entry,), entry.id, more=False)

    def _read(self, after: int) -> None:
        self._copies.overtake(self._session_id, after)
        self._followed, self._queue, self._unread, line = False, [], None, self._line

        def done(found: ChatChanges | LogFailure) -> None:
            queue = self._queue
            if line is not self._line or queue is None:
                return
            self._queue = None
            if isinstance(found, LogFailure):
                self._unread = after
                return
            upto = max((after, *(entry.id for entry in found.entries)))
            more = found.more or len(queue) >= MAX_QUEUED
            self._tell(found.entries, upto, more=more)
            self._followed = not more
            for entry in () if more else queue:
                if entry.id > upto:
                    self._tell((entry,), entry.id, more=False)

        self._node.scenes.log.chat_changes(self._session_id, after, done)

    def _tell(self, entries: tuple[ChatEntry, ...], upto: int, *, more: bool) -> None:
        name = self._context.their_name
        shared = tuple(own for entry in entries if (own := shared_with(entry, name)) is not None)
        if shared or not self._followed:
            told = messages.StoredChat(self._session_id, shared, upto, more)
            self._context.channel.put(told)

    # --- at the copy -----------------------------------------------------------------------------

    def note(self, forward: Forward) -> None:
        """Remember a message that the leader was asked to say."""
        message, speaker = forward.message, self._copies.speaker(forward)
        if isinstance(message, client.Chat) and speaker is not None and forward.peer_id:
            self._forwarded.append(ForwardedChat(forward.peer_id, message, speaker))

    def _follow(self, after: int) -> None:
        self._context.channel.put(messages.FollowChat(self._session_id, after))

    def _copy(self, item: messages.StoredChat) -> None:
        context = self._context
        for entry in item.entries:
            self._node.perform(
                self._copies.follow(
                    self._session_id,
                    entry,
                    context.their_name,
                    self._speaker_of(entry),
                    context.common.wall(),
                )
            )
        if item.more:
            self._follow(item.upto)
        else:
            self.ready = True

    def _speaker_of(self, entry: ChatEntry) -> Speaker | None:
        """Return who of ours had asked for just that, who is then not compared any more."""
        if not isinstance(entry, Said):
            return None
        for forwarded in self._forwarded:
            if forwarded.became(entry):
                self._forwarded.remove(forwarded)
                return forwarded.speaker
        return None
