"""Repair of files of earlier versions: numbers that no scene and no clock reaches.

A server that shared a session could name any revision and time. With the largest ones nothing more
could be stored, and pages could not read them.
"""

import sqlite3
from typing import Any, cast

import msgspec

from canvas_server.core.presence.replicas import MAX_SHARED_REVISION
from canvas_server.protocol.fields import MAX_INTEGER, MAX_TIMESTAMP
from canvas_server.protocol.history import Entry

_decode = msgspec.json.Decoder(Entry).decode
_TABLES = ("changes", "snapshots", "receipts")


def entry_of(text: bytes) -> Entry:
    """Read a stored change; a time that is none becomes the last one that has a date.

    Raises:
        msgspec.ValidationError, ValueError: it is damaged.
    """
    try:
        return _decode(text)
    except msgspec.ValidationError:
        return msgspec.convert(_mended(msgspec.json.decode(text)), Entry)


def renumber(connection: sqlite3.Connection) -> int:
    """Give revisions that no scene reaches by editing the next ones after those that are possible.

    Returns how many sessions had such. What peers were answered about them is forgotten.

    Raises:
        sqlite3.Error: nothing was changed.
    """
    found = connection.execute(
        "SELECT id FROM sessions WHERE revision > ?", (MAX_SHARED_REVISION,)
    ).fetchall()
    if not found:
        return 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        for (session,) in found:
            _renumber(connection, session)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return len(found)


def _renumber(connection: sqlite3.Connection, session: int) -> None:
    revisions: set[int] = set()
    for table in _TABLES:
        rows = connection.execute(
            f"SELECT revision FROM {table} WHERE session = ?",  # noqa: S608 - a name of ours
            (session,),
        )
        revisions.update(revision for (revision,) in rows)
    (row,) = connection.execute(
        "SELECT revision, first_revision FROM sessions WHERE id = ?", (session,)
    )
    revisions.update(row)
    good = max((one for one in revisions if one <= MAX_SHARED_REVISION), default=0)
    bad = sorted(one for one in revisions if one > MAX_SHARED_REVISION)
    new = {one: good + number for number, one in enumerate(bad, 1)}
    connection.execute(
        "DELETE FROM receipts WHERE session = ? AND revision > ?", (session, MAX_SHARED_REVISION)
    )
    for one in bad:
        changes = connection.execute(
            "SELECT entry FROM changes WHERE session = ? AND revision = ?", (session, one)
        ).fetchall()
        for (text,) in changes:
            entry = _mended(msgspec.json.decode(text)) | {"revision": new[one]}
            connection.execute(
                "UPDATE changes SET revision = ?, timestamp = ?, entry = ? "
                "WHERE session = ? AND revision = ?",
                (new[one], entry["timestamp"], msgspec.json.encode(entry), session, one),
            )
        connection.execute(
            "UPDATE snapshots SET revision = ?, timestamp = min(timestamp, ?) "
            "WHERE session = ? AND revision = ?",
            (new[one], MAX_TIMESTAMP, session, one),
        )
    first, latest = new.get(row[1], row[1]), new.get(row[0], row[0])
    connection.execute(
        "UPDATE sessions SET revision = ?, first_revision = ?, timestamp = min(timestamp, ?) "
        "WHERE id = ?",
        (latest, first, MAX_TIMESTAMP, session),
    )


def _mended(entry: object) -> dict[str, Any]:
    """Return a change, as JSON that is read, without impossible numbers."""
    if not isinstance(entry, dict):
        raise ValueError("a change is an object")
    mended = dict(cast("dict[str, Any]", entry))
    mended["timestamp"] = min(mended.get("timestamp", 0), MAX_TIMESTAMP)
    change = mended.get("change")
    if isinstance(change, dict):
        fields = cast("dict[str, Any]", change)
        restored = fields.get("restored")
        if isinstance(restored, int) and restored > MAX_INTEGER:
            mended["change"] = {**fields, "restored": None}
    return mended
