"""Messages of the common log in its stream, and how they are read back.

For each session there are two subjects: `canvas.log.<session>` has its changes, in messages of one
or many edits, each of which names the one before it, so that two nodes can never both write;
`canvas.snap.<session>` has the whole scene now and then. What is too long for one message comes
before it in parts, under `canvas.part.<session>.<id>`: nothing counts before it is whole.
"""

import uuid
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import cast

import msgspec
import nats.errors
import nats.js.errors
from msgspec import Struct
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.records import EntryRules, IdempotencyRecord, Snapshot
from canvas_server.nats.broker import Broker, Message, Missing
from canvas_server.node.ports import BackboneFailure
from canvas_server.protocol.history import Entry

STREAM = "canvas_scenes"
SUBJECTS = ["canvas.log.*", "canvas.snap.*", "canvas.part.*.*"]
PART_BYTES = 512 * 1024
"""Of one message; brokers take up to 1 MiB unless they are told otherwise."""
FEW = 8
"""So many messages are asked for one by one; for more a consumer is made."""
FETCH = 256
ID, REVISION, TIME, PARTS, LOG, BYTES = (
    "Canvas-Id",
    "Canvas-Revision",
    "Canvas-Time",
    "Canvas-Parts",
    "Canvas-Log",
    "Canvas-Bytes",
)
RULES = "Canvas-Rules"
"""Who may come in: on each message of a log the rules that hold after it (ROM3)."""


class Edits(Struct, array_like=True, frozen=True):
    """What one edit adds."""

    entries: tuple[Entry, ...]
    receipt: IdempotencyRecord | None = None
    gone: tuple[ChatEntry, ...] = ()
    """What it takes out of the chat; what is said is in a stream of its own (`nats.chat`)."""


class Whole(Struct, array_like=True, frozen=True):
    """A scene, with what is remembered beside it."""

    snapshot: Snapshot
    receipts: tuple[IdempotencyRecord, ...]


class Place(Struct, frozen=True):
    """Where a snapshot is."""

    sequence: int
    revision: int
    timestamp: int
    log: int
    """All changes up to this sequence are in it."""
    bytes: int = 0
    """What was written of the session before it, since its beginning."""


def _place(message: Message) -> Place:
    """Return where a snapshot is."""
    number = message.number
    return Place(message.sequence, number(REVISION), number(TIME), number(LOG), number(BYTES))


_decode_edits = msgspec.json.Decoder(tuple[Edits, ...]).decode
_decode_whole = msgspec.json.Decoder(Whole).decode
_decode_rules = msgspec.json.Decoder(EntryRules).decode
_encode = msgspec.json.Encoder().encode


def log_of(session_id: str) -> str:
    """Return the subject of a session's changes."""
    return f"canvas.log.{session_id}"


def snapshots_of(session_id: str) -> str:
    """Return the subject of a session's snapshots."""
    return f"canvas.snap.{session_id}"


def parts_of(session_id: str, message_id: str = "*") -> str:
    """Return the subject of the parts of a long message."""
    return f"canvas.part.{session_id}.{message_id}"


async def put(
    broker: Broker, session_id: str, subject: str, content: object, headers: dict[str, str]
) -> tuple[int, int]:
    """Store something; return the sequence of its message and its size.

    Raises:
        Conflict, BackboneFailure: see `Broker.publish`.
    """
    data = zlib.compress(_encode(content), 1)
    pieces = [data[i : i + PART_BYTES] for i in range(0, len(data), PART_BYTES)]
    if len(pieces) > 1:
        part_id = uuid.uuid4().hex
        for piece in pieces[:-1]:
            await broker.publish(parts_of(session_id, part_id), piece, {})
        headers = {**headers, PARTS: part_id}
    stored = await broker.publish(subject, pieces[-1], headers)
    return stored.seq, len(data)


def rules_in(message: Message | None) -> EntryRules:
    """Return the rules on the last message of a log; None: it has no message."""
    text = None if message is None else message.headers.get(RULES)
    return EntryRules() if text is None else _decode_rules(text)


def with_rules(headers: dict[str, str], rules: EntryRules) -> dict[str, str]:
    """Return the headers of a message of a log with the rules that hold after it."""
    if rules == EntryRules():
        return headers
    return {**headers, RULES: _encode(rules).decode()}


async def edits_in(broker: Broker, session_id: str, message: Message) -> tuple[Edits, ...]:
    """Return the edits of a message of a session's log."""
    return _decode_edits(await _content(broker, session_id, message))


async def whole_in(broker: Broker, session_id: str, message: Message) -> Whole:
    """Return the scene of a snapshot."""
    return _decode_whole(await _content(broker, session_id, message))


async def _content(broker: Broker, session_id: str, message: Message) -> bytes:
    pieces: list[bytes] = []
    part_id = message.headers.get(PARTS)
    if part_id is not None:
        sequence, subject = 1, parts_of(session_id, part_id)
        while True:
            try:
                part = await broker.next(STREAM, subject, sequence)
            except Missing:
                break
            pieces.append(part.data)
            sequence = part.sequence + 1
    return zlib.decompress(b"".join([*pieces, message.data]))


async def last(broker: Broker, subject: str) -> Message | None:
    """Return the last message of a subject.

    Raises:
        BackboneFailure: nobody can say now.
    """
    try:
        return await broker.last(STREAM, subject)
    except Missing:
        return None


async def read(broker: Broker, subject: str, after: int, until: int) -> AsyncIterator[Message]:
    """Yield the messages of a subject between two sequences, the last one included.

    Raises:
        BackboneFailure: nobody can say now.
    """
    for _ in range(FEW):
        if after >= until:
            return
        try:
            message = await broker.next(STREAM, subject, after + 1)
        except Missing:
            return
        if message.sequence > until:
            return
        after = message.sequence
        yield message
    if after < until:
        async for message in _consume(broker, subject, after):
            if message.sequence > until:
                return
            yield message
            if message.sequence == until:
                return


async def places(broker: Broker, session_id: str) -> list[Place]:
    """Return where the snapshots of a session are, the earliest first.

    Raises:
        BackboneFailure: nobody can say now.
    """
    subject = snapshots_of(session_id)
    return [_place(m) async for m in _consume(broker, subject, 0, headers_only=True)]


async def _consume(
    broker: Broker, subject: str, after: int, *, headers_only: bool = False
) -> AsyncIterator[Message]:
    """Yield all messages of a subject after a sequence that are there now."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=after + 1,
        ack_policy=AckPolicy.NONE,
        headers_only=headers_only or None,
        mem_storage=True,
        inactive_threshold=10.0,
    )
    try:
        consumer = await broker.streams.pull_subscribe(subject, stream=STREAM, config=config)
        info = await consumer.consumer_info()
        try:
            left = info.num_pending or 0
            while left > 0:
                for found in await consumer.fetch(min(FETCH, left), timeout=5):
                    left -= 1
                    headers = cast("Mapping[str, str]", found.headers or {})  # type: ignore[reportUnknownMemberType]
                    yield Message(found.metadata.sequence.stream, headers, found.data)
        finally:
            await broker.streams.delete_consumer(STREAM, info.name)
            await consumer.unsubscribe()
    except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
        raise BackboneFailure(f"the cluster does not answer ({error})") from error
