"""Records of the log: changes, chat entries, idempotency records, snapshots, entry rules."""

from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.chat.numbers import ChatHead
from canvas_server.protocol.history import Entry
from canvas_server.protocol.scene import Element
from canvas_server.protocol.server import Ack, SyncResult

MAX_IDEMPOTENCY_RECORDS = 4096
"""So many replies of a session are remembered, the latest ones."""
MAX_RECEIPT_BYTES = 1024 * 1024
"""And of them so many that they have no more bytes, roughly."""
_RECEIPT_BYTES = 128
_FAILURE_BYTES = 80


class Snapshot(Struct, frozen=True):
    """All elements of a scene at one revision, in order."""

    revision: int
    timestamp: int
    """Of the latest change; milliseconds since 1970 UTC."""
    elements: tuple[Element, ...] = ()


class IdempotencyRecord(Struct, frozen=True):
    """What a peer was answered to a `message_id`, so that a retry is answered alike (SCN4)."""

    peer_id: str
    reply: Ack | SyncResult
    """Carries the `message_id`."""
    digest: int = 0
    """Of the edit: another one under the same `message_id` is no retry."""

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        size = _RECEIPT_BYTES + len(self.peer_id) + len(self.reply.message_id or "")
        if isinstance(self.reply, SyncResult):
            failed = self.reply.failed_operations
            size += sum(_FAILURE_BYTES + len(failure.message) for failure in failed)
        return size


class EntryRules(Struct, frozen=True):
    """Who may come into a session, as it is stored with it (ROM3)."""

    locked: bool = False
    """Nobody new comes in."""
    lobby: bool = False
    """Who is new waits until a moderator lets them in."""
    removed: tuple[str, ...] = ()
    """Peers that were removed: to have been here does not let them in again (ROM4)."""

    @property
    def hold(self) -> bool:
        """Whether anybody is held up."""
        return self.locked or self.lobby


class Record(Struct, frozen=True):
    """What one edit adds to a session's log: stored as a whole or not at all."""

    session_id: str
    entries: tuple[Entry, ...]
    """In order of revision; none: it is of the chat alone."""
    receipt: IdempotencyRecord | None = None
    snapshot: Snapshot | None = None
    """The scene after the last entry, so that opening it need not read what was before."""
    follows: bool = True
    """The first entry follows the last one stored. False: it is a `Replaced` that bridges a gap."""
    size: int = 0
    """Bytes of the entries, roughly."""
    rules: EntryRules | None = None
    """Who may come in from now on; None: that stays. A record with it has nothing else."""
    chat: tuple[ChatEntry, ...] = ()


class Stored(Struct, frozen=True):
    """What a session is opened with."""

    snapshot: Snapshot
    """The scene after the last stored change; an empty one at revision 0 where there is none."""
    receipts: tuple[IdempotencyRecord, ...] = ()
    """The latest ones, oldest first: bounded by number and, roughly, by bytes."""
    logged: int = 0
    """Bytes of the changes since the last stored snapshot, roughly."""
    rules: EntryRules = EntryRules()
    chat: ChatHead = ChatHead()
