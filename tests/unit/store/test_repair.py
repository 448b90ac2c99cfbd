"""A file in which another server has named impossible numbers is mended when it is opened."""

import contextlib
import sqlite3
from pathlib import Path

import msgspec
import pytest

from canvas_server.core.records import Snapshot
from canvas_server.protocol.fields import MAX_TIMESTAMP
from canvas_server.protocol.history import Added, Entry, Replaced
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Element, Transform
from canvas_server.store import reading
from canvas_server.store.repair import entry_of
from canvas_server.store.retention import put_snapshot
from canvas_server.store.schema import connect, prepare

pytestmark = pytest.mark.rule("REL7")

FAR = 2**63 - 1


def element(name: str) -> Element:
    return Element(name, Text(name), Transform())


def put(file: sqlite3.Connection, entry: Entry) -> None:
    row = (entry.revision, entry.timestamp, msgspec.json.encode(entry))
    file.execute("INSERT INTO changes VALUES (1, ?, ?, ?)", row)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "canvas.db"
    prepare(path)
    return path


def spoil(path: Path, first: int, *entries: Entry) -> None:
    with contextlib.closing(connect(path)) as file:
        last = entries[-1]
        file.execute(
            "INSERT INTO sessions (id, name, revision, first_revision, timestamp, bytes) "
            "VALUES (1, 's', ?, ?, ?, 9)",
            (last.revision, first, last.timestamp),
        )
        for entry in entries:
            put(file, entry)
        file.execute("INSERT INTO receipts VALUES (1, ?, '{}')", (last.revision,))


def test_revisions_go_on_after_the_last_possible_one(path: Path) -> None:
    spoil(
        path,
        1,
        Entry(1, 5, Added(element("a"))),
        Entry(FAR - 1, FAR, Replaced((element("b"),), restored=FAR)),
        Entry(FAR, 7, Added(element("c"))),
    )
    prepare(path)
    with contextlib.closing(connect(path)) as file:
        stored = reading.load(file, "s")
        assert [e.id for e in stored.snapshot.elements] == ["b", "c"]
        assert (stored.snapshot.revision, stored.receipts) == (3, ())
        history = reading.history(file, "s", None, 10)
        assert [entry.revision for entry in history.entries] == [3, 2, 1]
        assert history.entries[1].timestamp == MAX_TIMESTAMP
        assert history.first_revision == 1
        assert reading.recall(file, "s", 1) == Snapshot(1, 5, (element("a"),))


def test_a_history_that_begins_with_a_snapshot_stays_one(path: Path) -> None:
    spoil(path, FAR - 1, Entry(FAR, 7, Added(element("c"))))
    with contextlib.closing(connect(path)) as file:
        put_snapshot(file, 1, FAR - 1, FAR, reading.packed((element("a"), element("b"))))
    prepare(path)
    with contextlib.closing(connect(path)) as file:
        stored = reading.load(file, "s").snapshot
        assert (stored.revision, [e.id for e in stored.elements]) == (2, ["a", "b", "c"])
        assert reading.recall(file, "s", 1) == Snapshot(
            1, MAX_TIMESTAMP, (element("a"), element("b"))
        )


def test_a_time_that_is_none_is_read_as_the_last_that_has_a_date() -> None:
    entry = Entry(3, FAR, Added(element("a")))
    assert entry_of(msgspec.json.encode(entry)).timestamp == MAX_TIMESTAMP
    for damaged in (b"7", b'{"revision": 1}', b"{"):
        with pytest.raises(ValueError, match=r"."):
            entry_of(damaged)


def test_a_file_that_is_well_is_left_alone(path: Path) -> None:
    spoil(path, 1, Entry(1, 5, Added(element("a"))))
    before = path.read_bytes()
    prepare(path)
    assert path.read_bytes() == before
