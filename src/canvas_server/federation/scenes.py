"""The scene of a session that two servers share: one leads, the other follows (REL4)."""

import zlib
from collections.abc import Callable
from typing import assert_never

import msgspec
import structlog

from canvas_server.core.effects import Answered, Forward, Refusal
from canvas_server.core.records import Snapshot
from canvas_server.core.scene.admission import admitted
from canvas_server.federation import messages
from canvas_server.federation.context import PartnerContext
from canvas_server.federation.forwarded import ForwardedEdits
from canvas_server.federation.ownership import OwnershipRecord
from canvas_server.federation.translation import said
from canvas_server.node.ports import LogFailure
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode, code_of
from canvas_server.protocol.history import Entry
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import is_tile
from canvas_server.protocol.latercodes import with_known_codes
from canvas_server.protocol.scene import Element, SceneVersion

MAX_FORWARDED_BYTES = 4 * 1024 * 1024
"""While more is under way to the leader, further edits are refused."""
MAX_FORWARDED = 10_000
"""While so many are not answered, too."""
MAX_REQUESTS = 64
MAX_MERGES = 3
"""So often the leader is told what we had before, if its scene comes without some of it."""
WHOLE_SECONDS = 1.0
"""The whole of a scene is sent no sooner after it was sent before."""

logger = structlog.get_logger()


class SharedScene:
    """One end of it."""

    def __init__(
        self, session_id: str, context: PartnerContext, give_up: Callable[[str], None]
    ) -> None:
        """Prepare; `give_up` is called, with the reason, when the scene cannot be shared."""
        self.kept_here: bool | None = None
        """Whether we keep it; None: that is not settled on this line."""
        self._session_id = session_id
        self._context = context
        self._node = context.common.node
        self._replicas = context.common.node.hub.replicas
        self._synced = False
        """The replica is what the leader has told, as far as it has."""
        self._had: Snapshot | None = None
        """At the leader: what the replica has, which waits for all of a later scene."""
        self._goal = 0
        """The revision from which on that is in ours."""
        self._forwarded: dict[tuple[str | None, object], Forward] = {}
        self._forwards = ForwardedEdits()
        self._give_up = give_up
        self._had_before: frozenset[str] = frozenset()
        """At the replica: elements of ours that the leader's scene has to have at first."""
        self._merges = 0
        self._warned = False
        self._requests = 0
        self._whole_at = 0.0

    def begin(self) -> None:
        """Start over on a new channel: what was under way is lost."""
        self.kept_here = self._had = None
        self._synced = self._warned = False
        self._forwards.clear()
        forwarded, self._forwarded = self._forwarded, {}
        for forward in forwarded.values():
            self._node.perform(self._replicas.refused(forward))

    def settle(self, ours: messages.ShareSession, theirs: messages.ShareSession) -> None:
        """Agree with the other server on who keeps it, by what both have said last.

        Both come to the same result as soon as both have heard it.
        """
        context = self._context
        before = context.common.ownership.of(self._session_id)
        self._synced, self._had = False, None
        self._had_before, self._merges = frozenset(), 0
        self.kept_here = kept_here = keeps(ours, theirs, context.here, context.there)
        mine = self._replicas.snapshot(self._session_id)
        was_copy = before is not None and not before.kept_here and before.merged
        merged = kept_here or was_copy or mine.revision == 0
        own_chat = before.own_chat if before is not None else 0
        if before is None and not kept_here:
            own_chat = self._node.hub.chat_copies.last(self._session_id)
        context.common.ownership.agree(
            self._session_id, OwnershipRecord(context.there, kept_here, merged, own_chat)
        )
        self._replicas.entrust(self._session_id, None if kept_here else context.their_name)
        if kept_here:
            return
        if merged:
            self._follow()
        else:
            self._had_before = _own(mine.elements)
            self._ask_to_merge(mine.revision, mine.elements)

    def tick(self) -> None:
        """Try again what could not be stored, about twice a second."""
        if self._had is None:
            return
        scene = self._node.hub.scene(self._session_id)
        late = scene is not None and scene.revision < self._goal
        if late and self._node.hub.at_rest(self._session_id):
            self._merge(self._had)
        else:
            self._send_scene()

    def take(self, item: messages.OfScene) -> None:
        """Take an item from the other side, as far as it is for it to say."""
        match item:
            case messages.MergeScene() | messages.FollowScene() | messages.EditRequest():
                if self.kept_here:
                    self._keep(item)
            case _:
                if self.kept_here is False:
                    self._copy(item)

    # --- at the leader ---------------------------------------------------------------------------

    def changed(self, entries: tuple[Entry, ...]) -> None:
        """Tell the replica of an edit that is stored."""
        if self._had is not None:
            self._send_scene()
        elif self.kept_here and self._synced:
            self._context.channel.put(messages.StoredChanges(self._session_id, entries))

    def _keep(
        self, item: messages.MergeScene | messages.FollowScene | messages.EditRequest
    ) -> None:
        match item:
            case messages.MergeScene():
                self._merge(Snapshot(item.revision, 0, item.elements))
            case messages.FollowScene() if self._is_same(item):
                self._synced, self._had = True, None
            case messages.FollowScene():
                self._merge(Snapshot(item.revision, 0))
            case messages.EditRequest():
                self._request(item)
            case _:
                assert_never(item)

    def _is_same(self, item: messages.FollowScene) -> bool:
        scene = self._node.hub.scene(self._session_id)
        if scene is None or scene.revision != item.revision:
            return False
        return digest_of(scene.elements) == item.digest

    def _merge(self, had: Snapshot) -> None:
        """Have in our scene what the replica has, then send it the whole of it."""
        context = self._context
        wall = context.common.wall()
        try:
            effects = self._replicas.merge(self._session_id, had, context.their_name, wall)
        except Refusal as refused:
            self._give_up(refused.text)
            return
        self._synced, self._had = False, had
        self._node.perform(effects)
        self._goal = self._replicas.snapshot(self._session_id).revision
        self._send_scene()

    def _send_scene(self) -> None:
        """Send the whole scene, if all that the replica waits for is stored."""
        now, scene = self._context.common.clock(), self._node.hub.scene(self._session_id)
        if scene is None or scene.revision < self._goal or now < self._whole_at:
            return
        self._whole_at = now + WHOLE_SECONDS
        self._synced, self._had = True, None
        self._context.channel.put(
            messages.SceneSnapshot(
                self._session_id, scene.revision, scene.timestamp, scene.elements
            )
        )

    def _request(self, item: messages.EditRequest) -> None:
        if item.edit.session_id != self._session_id:
            return
        if self._requests >= MAX_REQUESTS:
            failure = ErrorCode.STORAGE_FAILED
            self._context.channel.put(messages.EditResponse(self._session_id, item.number, failure))
            return
        self._requests += 1
        self._context.common.run(self._edit(item))

    async def _edit(self, item: messages.EditRequest) -> None:
        failure: ErrorCode | None = None
        expected = None if item.expected is None else SceneVersion(item.expected)
        try:
            await self._node.scenes.edit(item.edit, expected, self._context.their_name)
        except Refusal as refused:
            failure = refused.code
        except LogFailure:
            failure = ErrorCode.STORAGE_FAILED
        finally:
            self._requests -= 1
        self._context.channel.put(messages.EditResponse(self._session_id, item.number, failure))

    # --- as a replica --------------------------------------------------------------------------

    def forward(self, forward: Forward) -> bool:
        """Have the leader make an edit; tell whether that may be."""
        channel = self._context.channel
        crowded = channel.backlog > MAX_FORWARDED_BYTES or len(self._forwarded) >= MAX_FORWARDED
        if self.kept_here is not False or crowded:
            return False
        message = forward.message
        if isinstance(message, SceneEdit):
            number = forward.request or 0
            key: tuple[str | None, object] = (None, number)
            item: messages.Item = messages.EditRequest(
                self._session_id, number, message, forward.expected
            )
        else:
            key = (forward.peer_id, message.message_id)
            item = said(self._session_id, forward.peer_id or "", message)
        if key[1] is not None:
            self._forwarded[key] = forward
        if channel.put(item):
            if not isinstance(message, client.ChatEdit):
                self._forwards.note(
                    forward, message, self._replicas.author(self._session_id, forward.peer_id)
                )
            return True
        self._forwarded.pop(key, None)
        return False

    def answer(self, item: messages.PeerReply) -> None:
        """Pass on what the leader answers to one of our people."""
        reply = _reply_of(bytes(item.message))
        if reply is None:
            return
        self._forwarded.pop((item.to_peer_id, reply.message_id), None)
        self._forwards.answered(item.to_peer_id, reply.message_id)
        self._node.perform(self._replicas.answer(self._session_id, item.to_peer_id, reply))

    def _copy(
        self, item: messages.SceneSnapshot | messages.StoredChanges | messages.EditResponse
    ) -> None:
        match item:
            case messages.EditResponse():
                self._respond(item)
                return
            case messages.StoredChanges() if not self._synced:
                return  # the scene that follows has them
            case _:
                pass
        try:
            if isinstance(item, messages.SceneSnapshot):
                self._adopt(item)
            else:
                self._take_changes(item)
        except Refusal as refused:
            self._differ(refused)

    def _adopt(self, item: messages.SceneSnapshot) -> None:
        """Become what the leader has, if what we had before they met is in it."""
        missing = self._had_before - _own(item.elements)
        context = self._context
        if missing:
            if self._merges >= MAX_MERGES:
                self._give_up("its scene comes without what was here before")
                return
            mine = self._replicas.snapshot(self._session_id)
            left_out = tuple(element for element in mine.elements if element.id in missing)
            self._ask_to_merge(max(mine.revision, item.revision), left_out)
            return
        whole = Snapshot(item.revision, item.timestamp, item.elements)
        wall = context.common.wall()
        self._node.perform(self._replicas.adopt(self._session_id, whole, context.their_name, wall))
        self._synced, self._had_before = True, frozenset()
        before = context.common.ownership.of(self._session_id)
        own_chat = 0 if before is None else before.own_chat
        record = OwnershipRecord(context.there, kept_here=False, own_chat=own_chat)
        context.common.ownership.agree(self._session_id, record)

    def _take_changes(self, item: messages.StoredChanges) -> None:
        name, wall = self._context.their_name, self._context.common.wall()
        author = self._forwards.author_of(item.entries, self._replicas.scene(self._session_id))
        self._node.perform(
            self._replicas.follow(self._session_id, item.entries, name, author, wall)
        )

    def _ask_to_merge(self, revision: int, elements: tuple[Element, ...]) -> None:
        self._merges += 1
        self._context.channel.put(messages.MergeScene(self._session_id, revision, elements))

    def _respond(self, item: messages.EditResponse) -> None:
        if self._forwarded.pop((None, item.number), None) is None:
            return
        if item.failure is None:
            self._node.perform(self._replicas.made(self._session_id, item.number))
        else:
            self._node.perform([Answered(item.number, code_of(item.failure))])

    def _follow(self) -> None:
        mine = self._replicas.snapshot(self._session_id)
        self._synced = True
        digest = digest_of(mine.elements)
        self._context.channel.put(messages.FollowScene(self._session_id, mine.revision, digest))

    def _differ(self, refused: Refusal) -> None:
        """Ask for the whole scene: the replica does not fit what its leader says."""
        self._follow()
        self._synced = False
        if self._warned:
            return
        self._warned = True
        logger.warning(
            "the copy of a shared scene did not fit: asked for all of it",
            session=self._session_id,
            server=self._context.their_name,
            why=refused.text,
        )


def _reply_of(text: bytes) -> server.Reply | None:
    """Return what the leader answers; None: it is nothing of the kind."""
    try:
        return msgspec.convert(with_known_codes(text), server.Reply)
    except (ValueError, RecursionError):
        return None


def keeps(
    ours: messages.ShareSession, theirs: messages.ShareSession, here: str, there: str
) -> bool:
    """Tell whether we keep the scene, from what both sides have said first.

    Each says what is noted of it, or else what `is_leader` tells. Where the two do not agree,
    `is_leader` decides: nothing that the other server says makes it the leader.
    """
    agree = theirs.kept_here is None or theirs.kept_here is not ours.kept_here
    return bool(ours.kept_here) if agree else is_leader(here, there)


def is_leader(here: str, there: str) -> bool:
    """Tell which of two servers keeps a scene of which nothing is noted: the smaller agent id."""
    return here < there


def _own(elements: tuple[Element, ...]) -> frozenset[str]:
    """Return the ids of all elements but the tiles, which belong to peers and come and go."""
    return frozenset(element.id for element in elements if not is_tile(element.kind))


def digest_of(elements: tuple[Element, ...]) -> int:
    """Return a checksum of a scene, as a replica takes it in (SCN10)."""
    digest = 0
    for element in elements:
        digest = zlib.crc32(msgspec.json.encode(admitted(element)), digest)
    return digest
