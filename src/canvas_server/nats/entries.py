"""Log of one session in the JetStream stream: read as a whole, appended to after its end."""

import asyncio
import time
import uuid

import msgspec
from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    EntryRules,
    IdempotencyRecord,
    Snapshot,
    Stored,
)
from canvas_server.core.scene.replay import replay
from canvas_server.nats import messages
from canvas_server.nats.broker import EXPECTED, Broker, Conflict, Message
from canvas_server.nats.chat import CHAT, ChatMark, mark_in
from canvas_server.nats.messages import BYTES, ID, LOG, REVISION, TIME, Edits
from canvas_server.node.ports import BackboneFailure, Overtaken
from canvas_server.protocol.history import Entry

PATIENCE_SECONDS = 10.0
"""How long a broker may be away before what waits is refused."""


class Head(Struct):
    """Where the log of a session ends."""

    sequence: int
    """Of its last message; 0: it has none."""
    revision: int
    receipts: dict[tuple[str, str | None], IdempotencyRecord]
    bytes: int = 0
    """Written of the session since its beginning, roughly."""
    rules: EntryRules = EntryRules()
    timestamp: int = 0
    """Of the latest change."""
    chat: ChatMark = ChatMark()
    gone: list[ChatEntry] = msgspec.field(default_factory=list[ChatEntry])
    """What the log has taken out of the chat since the last snapshot, as it was read."""

    def remember(self, receipt: IdempotencyRecord) -> None:
        """Keep a receipt, the latest of them."""
        key = (receipt.peer_id, receipt.reply.message_id)
        self.receipts.pop(key, None)
        self.receipts[key] = receipt
        if len(self.receipts) > MAX_IDEMPOTENCY_RECORDS:
            del self.receipts[next(iter(self.receipts))]


async def read_log(broker: Broker, session_id: str) -> tuple[Stored, Head]:
    """Return a session as it is stored now, and where its log ends.

    Raises:
        BackboneFailure: the broker does not answer.
    """
    end = await messages.last(broker, messages.log_of(session_id))
    head = Head(0, 0, {})
    if end is None:
        return Stored(Snapshot(0, 0)), head
    base, after = Snapshot(0, 0), 0
    found = await messages.last(broker, messages.snapshots_of(session_id))
    if found is not None:
        whole = await messages.whole_in(broker, session_id, found)
        base, after = whole.snapshot, found.number(LOG)
        head.bytes = found.number(BYTES)
        for receipt in whole.receipts:
            head.remember(receipt)
    entries: list[Entry] = []
    logged = 0
    subject = messages.log_of(session_id)
    async for message in messages.read(broker, subject, after, end.sequence):
        logged += len(message.data)
        for edits in await messages.edits_in(broker, session_id, message):
            entries += [entry for entry in edits.entries if entry.revision > base.revision]
            head.gone += edits.gone
            if edits.receipt is not None:
                head.remember(edits.receipt)
    now = replay(base, entries)
    head.sequence, head.revision, head.timestamp = end.sequence, now.revision, now.timestamp
    head.rules, head.chat = messages.rules_in(end), mark_in(end)
    head.bytes += logged
    receipts = tuple(head.receipts.values())
    return Stored(now, receipts, logged, head.rules, head.chat.head), head


async def append_message(
    broker: Broker,
    session_id: str,
    before: int,
    edits: list[Edits],
    revision: int,
    timestamp: int,
    rules: EntryRules,
    chat: ChatMark,
) -> int:
    """Store a message after another one and return its sequence number.

    Where the broker does not answer, this finds out what became of it.

    Raises:
        Overtaken: somebody else has written to the session.
        BackboneFailure: nobody knows whether it is stored.
    """
    subject = messages.log_of(session_id)
    message_id = uuid.uuid4().hex
    headers = {
        EXPECTED: str(before),
        ID: message_id,
        REVISION: str(revision),
        TIME: str(timestamp),
        **({CHAT: str(chat)} if chat.count else {}),
    }
    headers = messages.with_rules(headers, rules)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return (await messages.put(broker, session_id, subject, edits, headers))[0]
        except Conflict:
            pass  # of an earlier try, perhaps
        except BackboneFailure:
            if time.monotonic() > deadline:
                raise
            await _until_connected(broker, deadline)
        found = await _last_until(broker, subject, deadline)
        if found is not None and found.headers.get(ID) == message_id:
            return found.sequence
        if (found.sequence if found else 0) != before:
            raise Overtaken("another node has written to this session")


async def _last_until(broker: Broker, subject: str, deadline: float) -> Message | None:
    while True:
        try:
            return await messages.last(broker, subject)
        except BackboneFailure:
            if time.monotonic() > deadline:
                raise
            await _until_connected(broker, deadline)


async def _until_connected(broker: Broker, deadline: float) -> None:
    await asyncio.sleep(0.05)
    while not broker.connected and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
