"""The SQLite file and its folder: who may use it, what becomes of an old, foreign or broken one."""

import os
import random
import resource
import sqlite3
import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from canvas_server.core.records import Record, Snapshot
from canvas_server.node import fairshare
from canvas_server.node.ports import LogFailure
from canvas_server.store import reading, retention, schema, threads
from canvas_server.store.folder import FolderInUse, FolderLock, StoreError
from canvas_server.store.retention import DAY_MS, put_snapshot
from canvas_server.store.schema import MIGRATIONS, prepare
from canvas_server.store.sqlite import SqliteLog
from canvas_server.store.writing import job_of
from support.hub.logs import START_MS, Asker, add, entries, move, receipt, remove, text

# --- the folder ---------------------------------------------------------------------------------
PLENTY = 2**40


async def test_only_the_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    old = os.umask(0)
    try:
        log = Asker(SqliteLog(folder))
        await log.put("s", 1, add("one"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert modes.keys() >= {"lock", "scenes.db", "scenes.db-wal", "scenes.db-shm"}
        assert set(modes.values()) == {0o600}
        await log.log.close()
    finally:
        os.umask(old)


async def test_one_process_has_the_folder(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    log.announce("http://127.0.0.1:1234")
    with pytest.raises(FolderInUse) as refused:
        SqliteLog(tmp_path)
    for hint in (str(os.getpid()), "http://127.0.0.1:1234", str(tmp_path), "--data"):
        assert hint in str(refused.value)
    await log.close()
    await SqliteLog(tmp_path).close()


def test_a_lock_file_that_says_nothing_is_a_lock_all_the_same(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    (tmp_path / "lock").write_text("{")
    with pytest.raises(FolderInUse, match="another process"):
        FolderLock(tmp_path)
    lock.release()
    lock.release()
    FolderLock(tmp_path).release()


# --- versions -----------------------------------------------------------------------------------


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "scenes.db"
    prepare(path, (*MIGRATIONS, "CREATE TABLE later (x)"))
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="newer canvas-server"):
            SqliteLog(tmp_path)
    assert path.read_bytes() == before


async def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    log = Asker(SqliteLog(tmp_path))
    await log.put("s", 1, add("one"))
    await log.log.close()
    path = tmp_path / "scenes.db"
    prepare(path, (*MIGRATIONS, "ALTER TABLE sessions ADD COLUMN note TEXT DEFAULT 'none'"))
    file = schema.connect(path, reading=True)
    assert file.execute("SELECT name, note FROM sessions").fetchall() == [("s", "none")]
    assert file.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    file.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "scenes.db"
    prepare(path)
    with pytest.raises(sqlite3.Error):
        prepare(path, (*MIGRATIONS, "CREATE TABLE half (x); CREATE TABLE sessions (x)"))
    file = schema.connect(path)
    assert file.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)
    assert schema.version_of(file, path) == len(MIGRATIONS)
    file.close()


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "scenes.db")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreError, match="not made by canvas-server"):
        SqliteLog(tmp_path)
    FolderLock(tmp_path).release()


@pytest.mark.rule("SCN2")
def test_what_is_committed_outlives_a_power_cut(tmp_path: Path) -> None:
    """FULL lets each commit wait for the disk (https://sqlite.org/pragma.html)."""
    prepare(tmp_path / "scenes.db")
    file = schema.connect(tmp_path / "scenes.db")
    assert file.execute("PRAGMA synchronous").fetchone() == (2,)
    assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert file.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    file.close()


# --- what is broken ---------------------------------------------------------------------------


async def test_a_file_that_is_none_fails_until_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "scenes.db"
    path.write_bytes(random.Random(1).randbytes(8192))
    log = Asker(SqliteLog(tmp_path))
    failures = [
        await log.append(Record("s", entries(1, add("one")))),
        await log.load("s"),
        await log.history("s"),
        await log.sessions(),
    ]
    for failure in failures:
        assert isinstance(failure, LogFailure)
        assert "restore" in str(failure)
        assert str(path) in str(failure)
    path.unlink()
    await log.put("s", 1, add("one"))
    assert (await log.load("s")).snapshot.revision == 1
    await log.log.close()


async def test_a_damaged_page_fails_what_needs_it(tmp_path: Path) -> None:
    log = Asker(SqliteLog(tmp_path))
    for number in range(1, 200):
        await log.put("s", number, add(f"e{number}", "x" * 900))
    await log.put("t", 1, add("one"))
    await log.log.close()
    path = tmp_path / "scenes.db"
    data = bytearray(path.read_bytes())
    at = data.index(b'"e150"')
    data[at - 200 : at + 200] = b"\xff" * 400
    path.write_bytes(data)
    log = Asker(SqliteLog(tmp_path))
    assert isinstance(await log.load("s"), LogFailure)
    assert (await log.load("t")).snapshot.revision == 1
    await log.put("t", 2, add("two"))
    await log.log.close()


async def test_a_file_that_was_removed_is_missed_at_once(tmp_path: Path) -> None:
    log = Asker(SqliteLog(tmp_path))
    await log.put("s", 1, add("one"))
    await log.load("s")
    (tmp_path / "scenes.db").rename(tmp_path / "aside")
    for name in ("scenes.db-wal", "scenes.db-shm"):
        (tmp_path / name).rename(tmp_path / f"aside{name[9:]}")
    assert isinstance(await log.append(Record("s", entries(2, add("two")))), LogFailure)
    assert isinstance(await log.load("s"), LogFailure)
    await log.log.close()


@pytest.mark.rule("SCN2")
async def test_a_full_disk_can_be_read_also_after_a_start(tmp_path: Path) -> None:
    """Who comes sees the scene, and can call; edits are refused until there is space."""
    log = Asker(SqliteLog(tmp_path))
    await log.put("s", 1, add("one"))
    await log.log.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with capture_logs() as logged:  # what pytest captures goes to a file
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
            log = Asker(SqliteLog(tmp_path))
            stored = [await log.load("s") for _ in range(2)]
            failure = await log.append(Record("s", entries(2, add("two"))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [s.snapshot.revision for s in stored] == [1, 1]
    assert isinstance(failure, LogFailure)
    assert [line["event"] for line in logged] == ["scenes cannot be stored now"]
    await log.put("s", 2, add("two"))
    assert (await log.load("s")).snapshot.revision == 2
    await log.log.close()


async def test_too_much_that_waits_is_refused_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = job_of(Record("s", entries(1, add("e1"))), lambda _: None).size
    monkeypatch.setattr(fairshare, "MAX_SESSION_BYTES", 3 * (fairshare.RECORD_BYTES + size))
    log = SqliteLog(tmp_path)
    asker = Asker(log)
    told: list[bool] = []
    for number in range(1, 6):
        record = Record("s", entries(number, add(f"e{number}")))
        log.append(record, lambda failure: told.append(failure is None))
    assert await asker.append(Record("s", entries(6, add("e6")))) is not None
    assert told == [True, True, True, False, False]
    assert log.counts.waiting == 0
    await asker.put("s", 4, add("e4"))
    await log.close()


async def test_too_many_questions_about_the_past_are_refused(tmp_path: Path) -> None:
    prepare(tmp_path / "scenes.db")
    thread = threads.ReadingThread(schema.Database(tmp_path / "scenes.db"), "test", most=0)
    asker = Asker(SqliteLog(tmp_path))
    answer = await asker._ask(lambda done: thread.ask(reading.sessions, done))
    assert isinstance(answer, LogFailure)
    await thread.stop()
    await asker.log.close()


# --- snapshots and the cut --------------------------------------------------------------------


@pytest.mark.rule("SCN5")
async def test_a_snapshot_spares_reading_what_was_before(tmp_path: Path) -> None:
    log = Asker(SqliteLog(tmp_path))
    await log.put("s", 1, add("one"), *(move("one", n) for n in range(50)))
    scene = (await log.load("s")).snapshot
    assert (await log.load("s")).logged > 5000
    await log.put("s", 52, move("one", 99), snapshot=Snapshot(52, scene.timestamp, scene.elements))
    await log.put("s", 53, move("one", 7))
    file = schema.connect(tmp_path / "scenes.db")
    file.execute("DELETE FROM changes WHERE revision < 53")  # they must not be missed
    file.close()
    stored = await log.load("s")
    assert 100 < stored.logged < 300
    assert stored.snapshot.elements[0].transform.x == 7
    await log.log.close()


async def old_session(folder: Path) -> None:
    """Make a session with a change a day, for ten days."""
    log = Asker(SqliteLog(folder))
    for day in range(10):
        made = entries(day + 1, add(f"e{day}"), timestamp=START_MS + day * DAY_MS)
        record = Record("s", made, receipt(f"m{day}", day + 1))
        assert await log.append(record) is None
    await log.log.close()


def cut(folder: Path, before_ms: int) -> list[int | None]:
    file = schema.connect(folder / "scenes.db")
    first = retention.trim_next(file, 0, before_ms, PLENTY)
    found = [first, retention.trim_next(file, first or 0, before_ms, PLENTY)]
    retention.give_back(file)
    file.close()
    return found


@pytest.mark.rule("SCN8")
async def test_old_history_is_cut_and_the_scene_it_led_to_is_kept(tmp_path: Path) -> None:
    await old_session(tmp_path)
    log = Asker(SqliteLog(tmp_path))
    before = [await log.recall("s", revision) for revision in range(11)]
    await log.log.close()
    assert cut(tmp_path, START_MS + 4 * DAY_MS) == [1, None]
    log = Asker(SqliteLog(tmp_path))
    after = [await log.recall("s", revision) for revision in range(11)]
    assert after == [None] * 4 + before[4:]
    past = await log.history("s")
    assert (past.revision, past.first_revision) == (10, 4)
    assert [entry.revision for entry in past.entries] == [10, 9, 8, 7, 6, 5]
    (summary,) = await log.sessions()
    assert (summary.revision, summary.first_revision) == (10, 4)
    stored = await log.load("s")
    assert stored.snapshot == before[10]
    assert [r.reply.message_id for r in stored.receipts] == [f"m{n}" for n in range(4, 10)]
    await log.put("s", 11, remove("e0"))
    await log.log.close()


async def test_what_became_old_less_than_a_day_ago_is_left(tmp_path: Path) -> None:
    await old_session(tmp_path)
    assert cut(tmp_path, START_MS + DAY_MS) == [None, None]


async def test_a_long_history_is_cut_bit_by_bit(tmp_path: Path) -> None:
    await old_session(tmp_path)
    log = Asker(SqliteLog(tmp_path))
    scenes = [await log.recall("s", revision) for revision in range(11)]
    await log.log.close()
    file = schema.connect(tmp_path / "scenes.db")
    for scene in (scenes[2], scenes[5], scenes[9]):
        assert scene is not None
        put_snapshot(file, 1, scene.revision, scene.timestamp, reading.packed(scene.elements))
    (size,) = file.execute("SELECT bytes FROM sessions").fetchone()
    after, reach = 0, list[int]()
    while (found := retention.trim_next(file, after, START_MS + 7 * DAY_MS, PLENTY)) is not None:
        after = found
        session = reading.find(file, "s")
        assert session is not None
        reach.append(session.first_revision)
        for revision in range(session.first_revision, 11):
            assert reading.recall(file, "s", revision) == scenes[revision]
    assert reach == [2, 5, 7]
    assert 0 < file.execute("SELECT bytes FROM sessions").fetchone()[0] < size
    file.close()


@pytest.mark.rule("SCN8")
async def test_a_history_that_is_too_large_loses_its_beginning(tmp_path: Path) -> None:
    await old_session(tmp_path)
    file = schema.connect(tmp_path / "scenes.db")
    scenes = [reading.recall(file, "s", revision) for revision in range(11)]
    for scene in (scenes[3], scenes[6], scenes[10]):
        assert scene is not None
        put_snapshot(file, 1, scene.revision, scene.timestamp, reading.packed(scene.elements))
    assert retention.trim_next(file, 0, None, PLENTY) is None
    (size,) = file.execute("SELECT bytes FROM sessions").fetchone()
    file.execute("BEGIN")
    file.execute("DELETE FROM snapshots")
    assert retention.trim_next(file, 0, None, 1) is None, "there is nothing to begin with"
    file.execute("ROLLBACK")
    for most, first in ((size - 1, 3), (1, 10)):
        after = 0
        while (found := retention.trim_next(file, after, None, most)) is not None:
            after = found
        session = reading.find(file, "s")
        assert session is not None
        assert session.first_revision == first
        kept = [reading.recall(file, "s", revision) for revision in range(first, 11)]
        assert kept == scenes[first:]
    assert reading.load(file, "s").snapshot == scenes[10]
    file.close()


async def test_a_session_nobody_edits_any_more_becomes_one_snapshot(tmp_path: Path) -> None:
    await old_session(tmp_path)
    now = Asker(SqliteLog(tmp_path))
    scene = (await now.load("s")).snapshot
    await now.log.close()
    assert cut(tmp_path, START_MS + 400 * DAY_MS) == [1, None]
    assert cut(tmp_path, START_MS + 400 * DAY_MS) == [None, None]
    file = schema.connect(tmp_path / "scenes.db")
    counts = [
        file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("changes", "snapshots", "receipts")
    ]
    assert counts == [0, 1, 0]
    assert reading.load(file, "s").snapshot == scene
    assert reading.recall(file, "s", 10) == scene
    file.close()


@pytest.mark.slow
async def test_the_server_cuts_by_itself(tmp_path: Path) -> None:
    await old_session(tmp_path)
    log = Asker(SqliteLog(tmp_path, 5, lambda: START_MS / 1000 + 9 * 86400))
    await log.put("s", 11, add("new"))
    while (await log.sessions())[0].first_revision == 0:
        pass
    assert (await log.sessions())[0].first_revision == 4
    assert (await log.load("s")).snapshot.elements[-1] == text("new")
    await log.put("s", 12, move("new", 1))
    await log.log.close()
