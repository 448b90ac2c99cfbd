"""Canvas of a session: the working scene, and the committed one behind the log.

An accepted edit changes the working scene at once and goes to the log. When the log has stored it,
it is sent to everybody and acked, in order, so nobody ever sees what could still be lost (SCN2).
When the log fails, the working scene becomes what is stored again, and the editors get an error.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from canvas_server.core.chat.entries import ChatEntry, size_of
from canvas_server.core.effects import (
    Answered,
    Append,
    Changed,
    ChatChanged,
    Effect,
    Refusal,
    Send,
)
from canvas_server.core.records import Record, Snapshot, Stored
from canvas_server.core.scene.admission import admitted
from canvas_server.core.scene.chatting import CanvasChat, Hearer
from canvas_server.core.scene.committed import CommittedScene
from canvas_server.core.scene.elements import MAX_ELEMENTS, MAX_SCENE_BYTES, Scene
from canvas_server.core.scene.guard import EditGuard
from canvas_server.core.scene.hierarchy import repaired
from canvas_server.core.scene.journal import Journal
from canvas_server.core.scene.news import FRAME_BYTES, scene_document
from canvas_server.core.scene.pending import Pending
from canvas_server.core.scene.replies import PendingReply, ReplyCache
from canvas_server.core.scene.transaction import Anybody, Author, Edit, owner_of
from canvas_server.core.scene.turns import Turns
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Entry, Replaced
from canvas_server.protocol.scene import SceneDocument, SceneVersion

SNAPSHOT_BYTES = 256 * 1024
"""At least so many bytes of changes are logged between two snapshots."""
WORK_OF_A_BYTE = 8
"""So many bytes of work (`Edit.work`) count as one that is logged: reading it is work again."""
ENTRY_BYTES = 128
"""Of a change in the log, roughly, beside what it brings."""


class Canvas:
    """The scene of one session between its peers and the log."""

    def __init__(
        self,
        session_id: str,
        stored: Stored,
        here: Mapping[str, Hearer],
        tickets: Iterator[int],
        *,
        watched: bool = False,
        leader: str | None = None,
        viewers: Callable[[], Iterable[Hearer]] | None = None,
        readers: Callable[[], Iterable[Hearer]] | None = None,
    ) -> None:
        """Take up a stored scene.

        `here` is looked at whenever something is sent; `tickets` are numbers that no canvas of
        this process has had. `viewers` returns who is sent the scene, `readers` who the chat:
        everybody but some agents (AGT10).
        """
        self._viewers = viewers or here.values
        self.session_id = session_id
        elements = repaired(stored.snapshot.elements)
        self.scene = Scene(elements, stored.snapshot.revision)
        """With all accepted edits, stored or not."""
        self.shown = CommittedScene(msgspec.structs.replace(stored.snapshot, elements=elements))
        self._update: server.SceneUpdate | None = None
        self._here = here
        self._tickets = tickets
        self._pending: deque[Pending] = deque()
        self._replies = ReplyCache(stored.receipts)
        self._logged = stored.logged
        self._log_is_behind = elements != stored.snapshot.elements
        """Changes were sent that the log could not store."""
        self._watched = watched
        self.journal = Journal()
        """What agents have changed, with all accepted edits, stored or not."""
        self.turns = Turns(session_id)
        """Long edits, and those that wait for them."""
        self.chat = CanvasChat(stored.chat, readers or here.values, tickets)
        self.replaced = 0
        """How often all of the scene became another one, as far as everybody knows."""
        self.leader = leader
        """The name of the server that keeps this scene, of which ours is a replica (REL4)."""

    @property
    def at_rest(self) -> bool:
        """Nothing is on its way to the log, or about to be."""
        return not self._pending and not self.turns.busy

    def waits_for(self, ticket: int) -> bool:
        """Tell whether an edit is on its way to the log."""
        return any(pending.ticket == ticket for pending in self._pending)

    def document(self) -> SceneDocument:
        """Return the committed scene."""
        shown = self.shown
        return scene_document(
            self.session_id, tuple(shown.elements.values()), shown.revision, shown.timestamp
        )

    def scene_update(self) -> server.SceneUpdate:
        """Return the scene as a message: the same one to all who ask before it changes."""
        if self._update is None or not self.shown.is_at(self._update.scene):
            self._update = server.SceneUpdate(self.document())
        return self._update

    def unseen(self) -> server.SceneUpdate:
        """Return an empty scene, for an agent that is not shown the one there is (AGT10)."""
        return server.SceneUpdate(scene_document(self.session_id, (), 0, 0))

    def catch_up(self, known: SceneVersion | None) -> list[server.ServerMessage]:
        """Return what somebody has missed who knows a version of the scene, or nothing of it."""
        missed = None if known is None else self.shown.since(known)
        return [self.scene_update()] if missed is None else [*missed]

    # --- edits -----------------------------------------------------------------------------

    def edit(
        self,
        now_ms: int,
        author: Author | None = None,
        scene: Scene | None = None,
        guard: EditGuard | None = None,
    ) -> Edit:
        """Begin an edit, of a `scene` that will be the present one; `submit` it when complete."""
        changed = self.scene if scene is None else scene
        return Edit(changed, self.session_id, self._here, now_ms, author, guard, self.journal)

    def _journalled(self, edit: Edit) -> None:
        """Have the journal of agents know what an edit has changed (AGT7)."""
        if edit.agent is not None:
            edit.before += self.journal.record(edit.agent, edit.touches, self.scene)
        elif self.journal:
            edit.before += self.journal.observe(edit.entries, self.scene)

    def retried(self, pending_reply: PendingReply) -> list[Effect] | None:
        """Answer an edit that was made before (SCN6); None: it was not."""
        if self._replies.is_due(pending_reply):
            return []  # the answer is on its way
        reply = self._replies.find(pending_reply)
        return None if reply is None else self._to_peer(pending_reply.peer_id, reply)

    def forget(self, peer_id: str) -> None:
        """Drop what is kept for a peer id, and waits for it: somebody else has it from now on."""
        self._replies.forget(peer_id)
        self._pending = deque(
            msgspec.structs.replace(pending, pending_reply=PendingReply())
            if pending.pending_reply.peer_id == peer_id
            else pending
            for pending in self._pending
        )

    def submit(
        self,
        edit: Edit,
        pending_reply: PendingReply,
        *,
        followed: bool = False,
        whole: bool = False,
    ) -> list[Effect]:
        """Give an edit to the log; what it causes follows when it is stored.

        `whole`: it says all of the scene, whatever was before.
        """
        if not edit.entries:
            pending = Pending(None, edit, pending_reply)
            if not self._pending:
                return self._finish(pending)
            self._pending.append(pending)
            return []
        edit.complete()
        self._journalled(edit)
        ticket = next(self._tickets)
        bridges, self._log_is_behind = self._log_is_behind, False
        entries = edit.entries
        if bridges and not whole:
            entries = [self._bridge(edit.now_ms), *edit.entries]
        bridges |= whole
        wiped = self.chat.wipe(edit.now_ms) if edit.clears_chat else None
        if wiped is not None:
            self.chat.expect(wiped)
        self._pending.append(Pending(ticket, edit, pending_reply, bridges, followed, wiped))
        receipt = pending_reply.receipt
        if receipt is not None:
            self._replies.expect(pending_reply)
        self._logged += edit.logged + edit.work // WORK_OF_A_BYTE
        snapshot = None
        if self._logged > max(SNAPSHOT_BYTES, self.scene.size):
            self._logged = 0
            snapshot = Snapshot(self.scene.revision, edit.now_ms, self.scene.elements)
        size = edit.logged + ENTRY_BYTES * len(entries) + (receipt.size if receipt else 0)
        chat = () if wiped is None else (wiped,)
        record = Record(
            self.session_id, tuple(entries), receipt, snapshot, not bridges, size, chat=chat
        )
        return [self._append(ticket, record, pending_reply, edit.broadcast_bytes)]

    def say(
        self, entry: ChatEntry, pending_reply: PendingReply, *, followed: bool = False
    ) -> list[Effect]:
        """Give an entry of the chat to the log, in its turn among the edits (CHT1)."""
        ticket = next(self._tickets)
        self.chat.expect(entry)
        edit = self.edit(0)
        self._pending.append(Pending(ticket, edit, pending_reply, followed=followed, chat=entry))
        receipt = pending_reply.receipt
        if receipt is not None:
            self._replies.expect(pending_reply)
        size = size_of(entry)
        whole = size + (receipt.size if receipt else 0)
        record = Record(self.session_id, (), receipt, size=whole, chat=(entry,))
        receivers = len(self.chat.hearing(entry))
        return [self._append(ticket, record, pending_reply, size + FRAME_BYTES, receivers)]

    def _append(
        self,
        ticket: int,
        record: Record,
        pending_reply: PendingReply,
        broadcast_bytes: int,
        receivers: int | None = None,
    ) -> Append:
        editor = self._here.get(pending_reply.peer_id or "")
        connection = None if editor is None else editor.connection
        posted = pending_reply.request is not None
        receivers = len(self._here) if receivers is None else receivers
        return Append(ticket, record, connection, broadcast_bytes, receivers, posted)

    def stored(self, ticket: int) -> list[Effect]:
        """Tell an edit that the log has stored; a ticket that is not pending_reply is ignored."""
        if not self._pending or self._pending[0].ticket != ticket:
            return []
        return [*self._finish(self._pending.popleft()), *self._finish_waiting()]

    def _finish_waiting(self) -> list[Effect]:
        effects: list[Effect] = []
        while self._pending and self._pending[0].ticket is None:
            effects += self._finish(self._pending.popleft())
        return effects

    def failed(self, ticket: int, now_ms: int) -> list[Effect]:
        """Go back to what is stored; those who wait get an error, and may try again.

        Tiles are what a call is seen by: they come and go all the same, and so does what is stored
        where the scene is kept. All that is stored here together with the next edit that can be.
        """
        if not self._pending or self._pending[0].ticket != ticket:
            return []
        if self._pending[0].is_chat:
            return self._chat_failed(self._pending.popleft())
        given_up = [pending for pending in self._pending if not pending.is_chat]
        self._pending = deque(pending for pending in self._pending if pending.is_chat)
        self.chat.renumber(pending.chat for pending in self._pending)
        self.scene = Scene(self.shown.elements.values(), self.shown.revision)
        self._log_is_behind |= any(pending.bridges for pending in given_up)
        for pending in reversed(given_up):
            self.journal.rewind(pending.edit.before)
        effects = self.turns.give_up()
        self._replies.expect_none()
        for pending in self._pending:
            if pending.pending_reply.receipt is not None:
                self._replies.expect(pending.pending_reply)
        for pending in given_up:
            if pending.followed:
                effects += self._keep_followed(pending)
            elif pending.edit.entries and pending.edit.only_tiles:
                effects += self._keep_tiles(pending, now_ms)
            else:
                effects += self._refuse(pending.pending_reply)
        return effects

    def _chat_failed(self, pending: Pending) -> list[Effect]:
        """Take back what could not be said; what the leader has stored is said all the same."""
        self.chat.renumber(pending.chat for pending in self._pending)
        self._replies.expect_not(pending.pending_reply)
        if pending.followed:
            self.chat.is_behind = True
            effects = self._finish(pending, stored=False)
        else:
            effects = self._refuse(pending.pending_reply)
        return [*effects, *self._finish_waiting()]

    def abandon(self) -> list[Effect]:
        """Answer the requests that wait: what becomes of their edits is seen elsewhere."""
        code = ErrorCode.STORAGE_FAILED
        requests = [pending.pending_reply.request for pending in self._pending]
        answers = [Answered(request, code) for request in requests if request is not None]
        return [*answers, *self.turns.abandon()]

    def sweep(self, now_ms: int) -> list[Effect]:
        """Remove the tiles of peers that are not here."""
        if self.leader is not None:
            return []  # that is for the leader
        if self.turns.busy:
            return self.turns.wait_surely(lambda: self.sweep(now_ms))
        streams = self.scene.tiles
        gone = [s for s in streams if (owner := owner_of(s)) and owner not in self._here]
        return self.remove_tiles(gone, now_ms)

    @property
    def may_have_tiles(self) -> bool:
        """Whether there are tiles, or an edit that waits may bring some."""
        return self.scene.has_tiles or self.turns.busy

    def remove_tiles(self, stream_ids: list[str], now_ms: int) -> list[Effect]:
        """Remove the tiles of these streams, if any; a replica waits for its leader."""
        if self.leader is not None:
            return []
        if self.turns.busy:
            return self.turns.wait_surely(lambda: self.remove_tiles(stream_ids, now_ms))
        tiles = [tile for stream in stream_ids if (tile := self.scene.tile_of(stream))]
        if not tiles:
            return []
        edit = self.edit(now_ms)
        for tile in tiles:
            edit.take_out(tile)
        return self.submit(edit, PendingReply())

    # --- a scene that is shared with another server (REL4) -----------------------------------

    def overtake(self, revision: int, now_ms: int) -> list[Effect]:
        """Go on after a revision that a replica of this scene has, with the scene as it is."""
        effects = self.turns.finish()
        if self.scene.revision > revision:
            return effects
        self.scene.revision = revision + 1
        edit = self.edit(now_ms)
        edit.whole()
        return effects + self.submit(edit, PendingReply(), whole=True)

    def adopt(self, snapshot: Snapshot, server: str, now_ms: int) -> list[Effect]:
        """Become what the leader of this scene, called `server`, has, as it may come in (SCN10).

        Raises:
            Refusal: `scene_full`, `revision_changed` where it is not later than what is here.
        """
        if snapshot.revision <= self.scene.revision:
            raise Refusal(ErrorCode.REVISION_CHANGED)
        scene = Scene(repaired(map(admitted, snapshot.elements)), snapshot.revision)
        if scene.size > MAX_SCENE_BYTES or len(scene) > MAX_ELEMENTS:
            raise Refusal(ErrorCode.SCENE_FULL)
        self.scene = scene
        edit = self.edit(now_ms, (None, None, server))
        edit.whole()
        return self.submit(edit, PendingReply(), followed=True, whole=True)

    def follow(self, entries: Sequence[Entry], author: Author, now_ms: int) -> list[Effect]:
        """Make the changes of one edit that the leader of this scene has made.

        Who made it, and when, is for this server to say.

        Raises:
            Refusal: they do not fit: the replica differs, and has to `adopt` the whole scene.
        """
        for number, entry in enumerate(entries, self.scene.revision + 1):
            if entry.revision != number:
                raise Refusal(ErrorCode.REVISION_CHANGED)
        before = self.scene.copy() if len(entries) > 1 else self.scene
        edit = Edit(self.scene, self.session_id, Anybody(), now_ms, author)
        try:
            for entry in entries:
                edit.change(entry.change)
                if self.scene.revision != entry.revision:
                    raise Refusal(ErrorCode.REVISION_CHANGED)
        except Refusal:
            self.scene = before
            raise
        return self.submit(edit, PendingReply(), followed=True)

    def answer(self, pending_reply: PendingReply) -> list[Effect]:
        """Pass on what the leader has answered, after the changes that it sent before."""
        pending = Pending(None, self.edit(0), pending_reply, followed=True)
        if not self._pending:
            return self._finish(pending)
        self._pending.append(pending)
        return []

    # --- helpers ---------------------------------------------------------------------------

    def _finish(self, pending: Pending, *, stored: bool = True) -> list[Effect]:
        effects: list[Effect] = []
        self.replaced += any(isinstance(each.change, Replaced) for each in pending.edit.entries)
        for news, size in pending.edit.news:
            self.shown.take(news, size)
            connections = tuple(peer.connection for peer in self._viewers())
            if connections:
                effects.append(Send(connections, news))
        if self._watched and self.leader is None and pending.edit.entries:
            effects.append(Changed(self.session_id, tuple(pending.edit.entries)))
        if pending.chat is not None:
            effects += self.chat.tell(pending.chat, stored=stored)
            if self._watched and self.leader is None:
                effects.append(ChatChanged(self.session_id, pending.chat))
        pending_reply = pending.pending_reply
        if pending_reply.receipt is not None and (pending.edit.entries or pending.chat):
            self._replies.keep(pending_reply.receipt)
        if pending_reply.request is not None:
            effects.append(Answered(pending_reply.request))
        if pending_reply.reply is not None:
            effects += self._to_peer(pending_reply.peer_id, pending_reply.reply)
        return effects

    def _keep_tiles(self, pending: Pending, now_ms: int) -> list[Effect]:
        """Make an edit of tiles again, without the log."""
        edit, pending_reply = self.edit(now_ms), pending.pending_reply
        for entry in pending.edit.entries:
            with contextlib.suppress(Refusal):  # an edit that it relied on was given up
                edit.again(entry.change)
        if isinstance(pending_reply.reply, server.Ack):
            result = server.AckResult(self.scene.revision, pending_reply.reply.result.id)
            reply = server.Ack(pending_reply.reply.message_id, result)
            pending_reply = msgspec.structs.replace(pending_reply, reply=reply)
        self._log_is_behind |= bool(edit.entries)
        edit.complete()
        return self._finish(Pending(None, edit, pending_reply))

    def _keep_followed(self, pending: Pending) -> list[Effect]:
        """Tell what the leader has made, without the log."""
        effects = self._finish(Pending(None, pending.edit, pending.pending_reply))
        self.scene = Scene(self.shown.elements.values(), self.shown.revision)
        self._log_is_behind |= bool(pending.edit.entries)
        return effects

    def _bridge(self, now_ms: int) -> Entry:
        """Return what brings the log from whatever it has to the committed scene."""
        shown = self.shown
        return Entry(shown.revision, now_ms, Replaced(tuple(shown.elements.values())))

    def _refuse(self, pending_reply: PendingReply) -> list[Effect]:
        code = ErrorCode.STORAGE_FAILED
        if pending_reply.request is not None:
            return [Answered(pending_reply.request, code)]
        error = server.Error(code, code.meaning, pending_reply.message_id)
        return self._to_peer(pending_reply.peer_id, error)

    def _to_peer(self, peer_id: str | None, message: server.ServerMessage) -> list[Effect]:
        peer = self._here.get(peer_id or "")
        return [] if peer is None else [Send((peer.connection,), message)]
