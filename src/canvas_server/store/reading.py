"""Reads from the SQLite file; `load`, `recall` and `history` each see one state of it."""

import contextlib
import itertools
import sqlite3
import zlib
from collections.abc import Generator, Iterable

import msgspec
from msgspec import Struct

from canvas_server.core.chat.numbers import ChatHead
from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    MAX_RECEIPT_BYTES,
    EntryRules,
    IdempotencyRecord,
    Snapshot,
    Stored,
)
from canvas_server.core.scene.replay import replay
from canvas_server.node.ports import MAX_HISTORY_BYTES, History, SessionSummary
from canvas_server.protocol.history import Entry
from canvas_server.protocol.scene import Element
from canvas_server.store.repair import entry_of

_element = msgspec.json.Decoder(Element).decode
_receipt = msgspec.json.Decoder(IdempotencyRecord).decode
_rules = msgspec.json.Decoder(EntryRules).decode
_encode = msgspec.json.Encoder().encode

EMPTY = Snapshot(0, 0)
MAX_CHAT_RECEIPTS = 1024
"""Replies about the chat of a session that are remembered, the latest ones."""


class SessionRow(Struct, frozen=True):
    """The row of a session."""

    id: int
    revision: int
    first_revision: int
    chat: ChatHead = ChatHead()


@contextlib.contextmanager
def one_state(connection: sqlite3.Connection) -> Generator[None]:
    """Let everything that is read within be of one moment."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def load(connection: sqlite3.Connection, session_id: str) -> Stored:
    """Read the scene of a session as it is now; see `Log.load`."""
    with one_state(connection):
        session = find(connection, session_id)
        if session is None:
            return Stored(EMPTY)
        base = snapshot_of(connection, session, session.revision)
        entries, size = entries_of(connection, session, base.revision, session.revision)
        found = connection.execute(
            "SELECT receipt FROM (SELECT receipt, revision, "
            "sum(length(receipt)) OVER (ORDER BY revision DESC) AS bytes FROM "
            "(SELECT receipt, revision FROM receipts WHERE session = ? "
            "ORDER BY revision DESC LIMIT ?)) WHERE bytes <= ? ORDER BY revision DESC",
            (session.id, MAX_IDEMPOTENCY_RECORDS, MAX_RECEIPT_BYTES),
        ).fetchall()
        rules = rules_of(connection, session)
        said = connection.execute(
            "SELECT receipt FROM chat_receipts WHERE session = ? ORDER BY id DESC LIMIT ?",
            (session.id, MAX_CHAT_RECEIPTS),
        ).fetchall()
    receipts: dict[tuple[str, str | None], IdempotencyRecord] = {}
    for receipt in (_receipt(row[0]) for row in [*said, *found]):  # the latest first
        receipts.setdefault((receipt.peer_id, receipt.reply.message_id), receipt)
    latest = tuple(reversed(receipts.values()))
    return Stored(replay(base, entries), latest, size, rules, session.chat)


def rules(connection: sqlite3.Connection, session_id: str) -> EntryRules:
    """Read who may come into a session; see `Log.rules`."""
    with one_state(connection):
        session = find(connection, session_id)
        return EntryRules() if session is None else rules_of(connection, session)


def recall(connection: sqlite3.Connection, session_id: str, revision: int) -> Snapshot | None:
    """Read the scene as it was after a revision; see `Log.recall`."""
    with one_state(connection):
        session = find(connection, session_id)
        if session is None:
            return EMPTY if revision == 0 else None
        if not session.first_revision <= revision <= session.revision:
            return None
        base = snapshot_of(connection, session, revision)
        entries, _ = entries_of(connection, session, base.revision, revision)
    return replay(base, entries)


def history(
    connection: sqlite3.Connection,
    session_id: str,
    before: int | None,
    limit: int,
    most_bytes: int = MAX_HISTORY_BYTES,
) -> History:
    """Read changes, the latest first; see `Log.history`."""
    with one_state(connection):
        session = find(connection, session_id)
        if session is None:
            return History(0, 0, ())
        arguments = (session.id, session.revision + 1 if before is None else before, limit)
        rows = connection.execute(
            "SELECT entry FROM changes WHERE session = ? AND revision < ? "
            "ORDER BY revision DESC LIMIT ?",
            arguments,
        )
        found: list[bytes] = []
        size = 0
        for (entry,) in rows:
            size += len(entry)
            if found and size > most_bytes:
                break
            found.append(entry)
        rows.close()
    entries = tuple(entry_of(text) for text in found)
    return History(session.revision, session.first_revision, entries)


def sessions(connection: sqlite3.Connection) -> tuple[SessionSummary, ...]:
    """List the sessions that have a scene or a chat; see `Log.sessions`."""
    rows = connection.execute(
        "SELECT name, revision, first_revision, timestamp, bytes FROM sessions "
        "WHERE revision > 0 OR chat_count > 0 ORDER BY name"  # others have rules alone
    )
    return tuple(SessionSummary(*row) for row in rows)


# --- parts ------------------------------------------------------------------------------------


def find(connection: sqlite3.Connection, session_id: str) -> SessionRow | None:
    """Return the row of a session, if there is one."""
    row = connection.execute(
        "SELECT id, revision, first_revision, chat_kept, chat_own FROM sessions WHERE name = ?",
        (session_id,),
    ).fetchone()
    return None if row is None else SessionRow(row[0], row[1], row[2], ChatHead(row[3], row[4]))


def rules_of(connection: sqlite3.Connection, session: SessionRow) -> EntryRules:
    """Return who may come into a session."""
    row = connection.execute("SELECT rules FROM rules WHERE session = ?", (session.id,)).fetchone()
    return EntryRules() if row is None else _rules(row[0])


def snapshot_of(connection: sqlite3.Connection, session: SessionRow, revision: int) -> Snapshot:
    """Return the latest snapshot up to a revision; the empty scene where there is none."""
    row = connection.execute(
        "SELECT revision, timestamp, elements FROM snapshots "
        "WHERE session = ? AND revision <= ? ORDER BY revision DESC LIMIT 1",
        (session.id, revision),
    ).fetchone()
    return EMPTY if row is None else Snapshot(row[0], row[1], unpacked(row[2]))


def entries_of(
    connection: sqlite3.Connection, session: SessionRow, after: int, until: int
) -> tuple[list[Entry], int]:
    """Return the changes after a revision up to another, and their length in bytes.

    They come in one row: between two rows another thread may keep us waiting.
    """
    (text,) = connection.execute(
        "SELECT CAST(group_concat(entry, char(10)) AS BLOB) FROM (SELECT entry FROM changes "
        "WHERE session = ? AND revision > ? AND revision <= ? ORDER BY revision)",
        (session.id, after, until),
    ).fetchone()
    if text is None:
        return [], 0
    entries = [entry_of(line) for line in text.split(b"\n")]
    if any(one.revision >= other.revision for one, other in itertools.pairwise(entries)):
        raise ValueError("changes came out of order")
    return entries, len(text)


def packed(elements: Iterable[Element]) -> bytes:
    """Return elements as a snapshot keeps them. Other threads may run in between."""
    return zlib.compress(b"\n".join([_encode(element) for element in elements]), 1)


def unpacked(data: bytes) -> tuple[Element, ...]:
    """Return the elements of a snapshot."""
    lines = zlib.decompress(data).split(b"\n")
    return tuple([_element(line) for line in lines if line])
