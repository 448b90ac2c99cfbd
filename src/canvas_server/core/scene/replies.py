"""Replies to edits: those that are due, and those kept so that a retry is answered alike (SCN6)."""

from collections.abc import Iterable

from msgspec import Struct

from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    MAX_RECEIPT_BYTES,
    IdempotencyRecord,
)
from canvas_server.protocol import server

Reply = server.Ack | server.SyncResult | server.Error
"""The answer to an edit."""


class PendingReply(Struct, frozen=True):
    """Who waits for the outcome of an edit: a peer for its reply, or a request over HTTP."""

    peer_id: str | None = None
    message_id: str | None = None
    reply: Reply | None = None
    digest: int = 0
    request: int | None = None

    @property
    def receipt(self) -> IdempotencyRecord | None:
        """What the log keeps for a retry."""
        reply = None if isinstance(self.reply, server.Error) else self.reply
        if self.peer_id is None or self.message_id is None or reply is None:
            return None
        return IdempotencyRecord(self.peer_id, reply, self.digest)

    @property
    def key(self) -> "ReplyKey":
        """What a retry has in common with it."""
        return self.peer_id, self.message_id


ReplyKey = tuple[str | None, str | None]
"""A peer id and the `message_id` that the peer gave."""


class ReplyCache:
    """The replies of a session that a retry may ask for, bounded by number and bytes."""

    def __init__(self, receipts: Iterable[IdempotencyRecord]) -> None:
        self._receipts: dict[ReplyKey, IdempotencyRecord] = {
            (receipt.peer_id, receipt.reply.message_id): receipt for receipt in receipts
        }
        self._bytes = sum(receipt.size for receipt in self._receipts.values())
        self._due: dict[ReplyKey, int] = {}
        """Digests of the edits that are on their way to the log."""

    def is_due(self, reply: PendingReply) -> bool:
        """Tell whether the same edit is on its way to the log."""
        return self._due.get(reply.key) == reply.digest

    def find(self, reply: PendingReply) -> server.Ack | server.SyncResult | None:
        """Return the reply that the same edit got before."""
        receipt = self._receipts.get(reply.key)
        return receipt.reply if receipt is not None and receipt.digest == reply.digest else None

    def expect(self, reply: PendingReply) -> None:
        """Note that an edit is on its way to the log."""
        self._due[reply.key] = reply.digest

    def expect_not(self, reply: PendingReply) -> None:
        """Note that an edit is not on its way any more."""
        self._due.pop(reply.key, None)

    def expect_none(self) -> None:
        """Note that no edit is on its way any more."""
        self._due.clear()

    def keep(self, receipt: IdempotencyRecord) -> None:
        """Keep a reply for a retry; the oldest are forgotten first."""
        key = (receipt.peer_id, receipt.reply.message_id)
        self._due.pop(key, None)
        before = self._receipts.pop(key, None)
        self._bytes += receipt.size - (0 if before is None else before.size)
        self._receipts[key] = receipt
        while len(self._receipts) > MAX_IDEMPOTENCY_RECORDS or self._bytes > MAX_RECEIPT_BYTES:
            self._bytes -= self._receipts.pop(next(iter(self._receipts))).size

    def forget(self, peer_id: str) -> None:
        """Drop what is kept for a peer id."""
        for key in [key for key in self._receipts if key[0] == peer_id]:
            self._bytes -= self._receipts.pop(key).size
        for key in [key for key in self._due if key[0] == peer_id]:
            del self._due[key]
