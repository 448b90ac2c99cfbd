"""Chat in the SQLite file: entries are written within the transaction of a batch, and read back."""

import contextlib
import sqlite3

import msgspec
from msgspec import Struct

from canvas_server.core.chat.entries import (
    MAX_CHAT_BYTES,
    MAX_CHAT_MESSAGES,
    ChatChanges,
    ChatEntry,
    ChatPage,
    Said,
    Unsaid,
    Wiped,
    changes_of,
    page_of,
    size_of,
)
from canvas_server.core.chat.numbers import ChatHead
from canvas_server.store.reading import MAX_CHAT_RECEIPTS, find, one_state

_CUT = 500
"""Messages cut off at once, and so many more than have to go when there are too many."""
_entry = msgspec.json.Decoder(ChatEntry).decode
_said = msgspec.json.Decoder(Said).decode
_encode = msgspec.json.Encoder().encode


class ChatState(Struct, gc=False):
    """What the writer remembers of the chat of a session."""

    head: ChatHead = ChatHead()
    count: int = 0
    bytes: int = 0
    receipts: int = 0


# --- writing: all of it within a transaction ---------------------------------------------------


def state_of(connection: sqlite3.Connection, session: int) -> ChatState:
    """Return the state of a chat as it is stored."""
    row = connection.execute(
        "SELECT chat_kept, chat_own, chat_count, chat_bytes, "
        "(SELECT count(*) FROM chat_receipts WHERE session = sessions.id) "
        "FROM sessions WHERE id = ?",
        (session,),
    ).fetchone()
    return ChatState() if row is None else ChatState(ChatHead(*row[:2]), *row[2:])


def write(
    connection: sqlite3.Connection,
    session: int,
    state: ChatState,
    entry: ChatEntry,
    receipt: bytes | None,
) -> None:
    """Store an entry, after what it removes is gone."""
    if isinstance(entry, Unsaid):
        _remove(connection, session, state, "id = ? AND said", entry.removed)
    elif isinstance(entry, Wiped):
        _remove(connection, session, state, "id < ?", entry.id)
    is_said, private = isinstance(entry, Said), entry.private or (None, None)
    size = size_of(entry)
    connection.execute(
        "INSERT INTO chat VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (session, entry.id, entry.timestamp, size, is_said, *private, _encode(entry)),
    )
    state.head = state.head.after(entry.id)
    state.count += 1
    state.bytes += size
    if receipt is not None:
        connection.execute(
            "INSERT OR REPLACE INTO chat_receipts VALUES (?, ?, ?)", (session, entry.id, receipt)
        )
        state.receipts += 1


def keep_bounds(connection: sqlite3.Connection, session: int, state: ChatState) -> None:
    """Cut off the oldest of what is too much, and note how much there is."""
    while state.count > MAX_CHAT_MESSAGES or state.bytes > MAX_CHAT_BYTES:
        cut_oldest(connection, session, state)
    if state.receipts > 2 * MAX_CHAT_RECEIPTS:
        connection.execute(
            "DELETE FROM chat_receipts WHERE session = ? AND id <= (SELECT id FROM chat_receipts "
            "WHERE session = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (session, session, MAX_CHAT_RECEIPTS),
        )
        state.receipts = MAX_CHAT_RECEIPTS
    note(connection, session, state)


def note(connection: sqlite3.Connection, session: int, state: ChatState) -> None:
    """Note in the row of a session what there is of its chat."""
    connection.execute(
        "UPDATE sessions SET chat_kept = ?, chat_own = ?, chat_count = ?, "
        "bytes = bytes + ? - chat_bytes, chat_bytes = ? WHERE id = ?",
        (state.head.kept, state.head.own, state.count, state.bytes, state.bytes, session),
    )


def cut_oldest(connection: sqlite3.Connection, session: int, state: ChatState) -> None:
    """Cut off the oldest entries."""
    row = connection.execute(
        "SELECT id FROM chat WHERE session = ? ORDER BY id LIMIT 1 OFFSET ?",
        (session, min(_CUT, state.count // 4)),
    ).fetchone()
    _remove(connection, session, state, "id <= ?", row[0])


def _remove(
    connection: sqlite3.Connection, session: int, state: ChatState, which: str, *numbers: int
) -> None:
    where = (session, *numbers)
    what = f"FROM chat WHERE session = ? AND {which}"
    count, size = connection.execute(
        f"SELECT count(*), coalesce(sum(bytes), 0) {what}", where
    ).fetchone()
    connection.execute(f"DELETE {what}", where)
    state.count -= count
    state.bytes -= size


# --- what is old ---------------------------------------------------------------------------


def trim(connection: sqlite3.Connection, before_ms: int) -> list[str]:
    """Cut off some of what was said before a time; return the names of the sessions.

    Raises:
        sqlite3.Error: nothing was cut off.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        rows = connection.execute(
            "SELECT session, max(id) FROM (SELECT session, id FROM chat WHERE timestamp < ? "
            "ORDER BY timestamp LIMIT ?) GROUP BY session",
            (before_ms, _CUT),
        ).fetchall()
        for session, number in rows:
            state = state_of(connection, session)
            # A clock may have been wrong, also the one of another server: nothing later goes.
            _remove(connection, session, state, "id <= ? AND timestamp < ?", number, before_ms)
            note(connection, session, state)
        names = [
            connection.execute("SELECT name FROM sessions WHERE id = ?", row[:1]).fetchone()[0]
            for row in rows
        ]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return names


def cut_largest(connection: sqlite3.Connection) -> str | None:
    """Cut off the oldest of the largest chat; return the name of its session, if there is one.

    Raises:
        sqlite3.Error: nothing was cut off.
    """
    row = connection.execute(
        "SELECT id, name FROM sessions WHERE chat_count > 0 ORDER BY chat_bytes DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    connection.execute("BEGIN IMMEDIATE")
    try:
        state = state_of(connection, row[0])
        cut_oldest(connection, row[0], state)
        note(connection, row[0], state)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return row[1]


# --- reading -------------------------------------------------------------------------------


def page(
    connection: sqlite3.Connection, session_id: str, keys: tuple[str, ...], before: int | None
) -> ChatPage:
    """See `Log.chat_page`."""
    with one_state(connection):
        session = find(connection, session_id)
        if session is None:
            return ChatPage((), more=False)
        marks = ", ".join("?" * len(keys))
        mine = f"author IN ({marks}) OR reader IN ({marks})"
        found = connection.execute(
            "SELECT entry FROM chat WHERE session = ? AND id < ? AND said "  # noqa: S608
            f"AND (reader IS NULL OR {mine}) ORDER BY id DESC",
            (session.id, 2**62 if before is None else before, *keys, *keys),
        )
        with contextlib.closing(found):
            return page_of(_said(row[0]) for row in found)


def message(connection: sqlite3.Connection, session_id: str, number: int) -> Said | None:
    """See `Log.chat_message`."""
    row = connection.execute(
        "SELECT entry FROM chat WHERE id = ? AND said AND session = "
        "(SELECT id FROM sessions WHERE name = ?)",
        (number, session_id),
    ).fetchone()
    return None if row is None else _said(row[0])


def changes(connection: sqlite3.Connection, session_id: str, after: int) -> ChatChanges:
    """See `Log.chat_changes`."""
    with one_state(connection):
        session = find(connection, session_id)
        if session is None:
            return ChatChanges((), more=False)
        found = connection.execute(
            "SELECT entry FROM chat WHERE session = ? AND id > ? AND id % 2 = 0 ORDER BY id",
            (session.id, after),
        )
        with contextlib.closing(found):
            return changes_of(_entry(row[0]) for row in found)
