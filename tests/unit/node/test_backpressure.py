"""What keeps one session from taking what is everybody's."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.effects import Answered, Append, ConnectionId, Recall
from canvas_server.core.records import IdempotencyRecord, Record, Snapshot
from canvas_server.node import fairshare, throttle
from canvas_server.node.backpressure import BackPressure
from canvas_server.node.fairshare import FairShare
from canvas_server.node.throttle import Allowance
from canvas_server.protocol import client
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.server import FailedOperation, SyncResult
from canvas_server.store import reading, schema, writing
from canvas_server.store.schema import prepare
from canvas_server.store.waiting import FairQueue
from canvas_server.store.writing import Job, Quotas, Writer, job_of
from support.hub.logs import START_MS, add, entries, move, text

pytestmark = pytest.mark.rule("OUT2", "SCN8")

ADA = ConnectionId(1)
MIB = 1024 * 1024


class Bench:
    """Back-pressure with a clock and a log of its own."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.backlog = 0
        self.held: set[ConnectionId] = set()
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.pressure = BackPressure(
            {ADA},
            lambda _: self.backlog,
            self.held.add,
            self.held.discard,
            lambda seconds, act: self.timers.append((self.now + seconds, act)),
            lambda: self.now,
        )

    def edit(self, told: int, receivers: int = 2, editor: ConnectionId | None = ADA) -> None:
        record = Record("s", entries(1, add("one")), size=100)
        self.pressure.performed(Append(1, record, editor, told, receivers))

    def wait(self) -> float:
        """Let the next timer run; return how long that took."""
        before = self.now
        self.now, act = self.timers.pop(0)
        act()
        return self.now - before


@pytest.mark.rule("OUT2")
def test_who_has_much_told_is_read_more_slowly() -> None:
    bench = Bench()
    bench.edit(512 * 1024)
    assert not bench.held
    for _ in range(4):
        bench.edit(512 * 1024)
    assert bench.held == {ADA}
    bench.edit(512 * 1024)  # it was read already
    seconds = 0.0
    while bench.held:
        seconds += bench.wait()
    assert seconds == pytest.approx(1.0, abs=0.1)
    assert bench.timers == []
    bench.edit(100)
    assert not bench.held, "small ones are for the throttle"


@pytest.mark.rule("OUT2")
def test_no_debt_is_endless_and_none_outlives_its_connection() -> None:
    bench = Bench()
    bench.edit(4 * MIB, receivers=256)
    assert bench.timers[0][0] - bench.now <= throttle.LONGEST_SECONDS
    bench.pressure.forget(ADA)
    bench.wait()
    assert bench.timers == []
    assert not bench.pressure.holds(ADA)


@pytest.mark.rule("OUT2")
def test_who_asks_for_scenes_is_read_more_slowly() -> None:
    bench = Bench()
    for _ in range(3):
        bench.pressure.answered_with(ADA, 4 * MIB)
        assert not bench.held
    bench.pressure.answered_with(ADA, 4 * MIB)
    assert bench.held == {ADA}
    bench.wait()
    assert not bench.held


@pytest.mark.rule("OUT2", "SCN12")
def test_who_has_much_gone_through_is_read_more_slowly() -> None:
    """Whether the edits are made or refused."""
    bench = Bench()
    bench.pressure.went_through(ADA, 4 * MIB)
    bench.pressure.went_through(ConnectionId(9), 40 * MIB)
    assert not bench.held
    bench.pressure.went_through(ADA, 4 * MIB)
    assert bench.held == {ADA}
    assert bench.wait() == pytest.approx(0.5)
    assert not bench.held
    bench.pressure.went_through(ADA, 9 * MIB)
    bench.pressure.forget(ADA)
    assert not bench.pressure.holds(ADA)


@pytest.mark.rule("OUT2")
def test_who_shouts_at_the_log_is_held_until_most_is_stored() -> None:
    """Others of the session too, once they edit; nobody else."""
    bench = Bench()
    bench.backlog = 2 * MIB
    bench.edit(0, editor=None)
    bench.edit(0, editor=ConnectionId(9))
    bench.pressure.performed(Answered(1))
    assert not bench.held
    bench.pressure.performed(Recall("s", "p", client.RestoreScene(1), ADA))
    bench.edit(0)
    assert bench.held == {ADA}
    bench.pressure.relieve()
    assert bench.held == {ADA}
    bench.edit(8 * MIB)
    bench.backlog = 0
    bench.pressure.relieve()
    assert bench.held == {ADA}, "it still owes"
    while bench.timers:
        bench.wait()
    assert not bench.held
    bench.backlog = 2 * MIB
    bench.edit(0)
    bench.pressure.forget(ADA)
    bench.backlog = 0
    bench.held.clear()
    bench.pressure.relieve()


@pytest.mark.rule("OUT2")
@given(st.lists(st.tuples(st.floats(0, 3), st.integers(-5, 5_000)), max_size=30))
def test_an_allowance_gives_no_more_than_its_rate_and_burst(
    steps: list[tuple[float, int]],
) -> None:
    """For who waits as it is told."""
    allowance, now, spent = Allowance((1000, 2000)), 0.0, 0
    for pause, amount in steps:
        now += pause
        delay = allowance.wait(now)
        now += delay
        assert delay <= throttle.LONGEST_SECONDS
        assert spent <= 2000 + 1000 * now + 5_000
        spent += max(0, amount)
        allowance.spend(now, amount)


# --- the way to the log -----------------------------------------------------------------------


@pytest.mark.rule("SCN2")
def test_no_session_fills_the_way_to_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one sends is not refused because others shout."""
    monkeypatch.setattr(fairshare, "MAX_SESSION_BYTES", 10_000)
    monkeypatch.setattr(fairshare, "MAX_WAITING_BYTES", 24_000)
    share = FairShare()
    for loud in ("a", "b", "c"):
        while share.has_room(loud) and share.total < 100_000:
            share.add(loud, 1000)
    assert share.total < 32_000
    assert not any(share.has_room(loud) for loud in ("a", "b", "c"))
    assert share.has_room("quiet")
    share.add("quiet", 1000)
    assert share.has_room("quiet")
    share.remove("quiet", 1000)
    for _ in range(20):
        share.remove("a", 1000) if not share.has_room("a") else None
    assert share.has_room("a")


def job(session_id: str, size: int = 10) -> Job:
    return Job(session_id, True, [], None, None, size, lambda _: None)


@pytest.mark.rule("SCN2")
def test_sessions_take_turns_on_their_way_to_the_disk() -> None:
    """Who writes little does not wait for who writes much."""
    waiting = FairQueue()
    loud = [job("loud") for _ in range(5)]
    for one in loud:
        waiting.put(one)
    quiet = job("quiet")
    waiting.put(quiet)
    first = waiting.take(3, 1000, 0)
    assert first is not None
    assert [one.session_id for one in first] == ["loud", "quiet", "loud"]
    rest = waiting.take(10, 15, 0)
    assert rest == loud[2:4], "bounded in bytes"
    waiting.close()
    assert waiting.take(10, 1000, 0) == loud[4:]
    assert waiting.take(10, 1000, 0) == []


def test_nothing_comes_in_time() -> None:
    assert FairQueue().take(1, 1, 0) is None


# --- quotas -----------------------------------------------------------------------------------


def fill(writer: Writer, name: str, first: int, count: int) -> None:
    """Let somebody write, with a snapshot every ten changes."""
    for number in range(first, first + count):
        change = add("one", "x" * 500) if number == 1 else move("one", number)
        snapshot = Snapshot(number, START_MS, (text("one"),)) if number % 10 == 0 else None
        record = Record(name, entries(number, change), None, snapshot)
        one = job_of(record, lambda _: None)
        assert writer.write([one]) == [None]
        writer.write_snapshots([one])


@pytest.fixture
def file(tmp_path: Path) -> sqlite3.Connection:
    prepare(tmp_path / "scenes.db")
    return schema.connect(tmp_path / "scenes.db")


def sizes(file: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    rows = file.execute("SELECT name, bytes, first_revision FROM sessions")
    return {name: (size, first) for name, size, first in rows}


@pytest.mark.rule("SCN8")
def test_history_is_cut_as_it_is_written(file: sqlite3.Connection) -> None:
    """The quota of a session; others lose nothing."""
    writer, quotas = Writer(file), Quotas(4000, 10**9)
    fill(writer, "quiet", 1, 15)
    before = sizes(file)["quiet"]
    for first in range(1, 300, 10):
        fill(writer, "loud", first, 10)
        writer.keep_quotas({"loud"}, quotas)
        assert sizes(file)["loud"][0] <= 4000
    assert sizes(file)["loud"][1] > 200
    assert sizes(file)["quiet"] == before
    assert reading.load(file, "loud").snapshot.revision == 300
    file.close()


@pytest.mark.rule("SCN8")
def test_the_largest_history_goes_first_where_all_is_too_much(file: sqlite3.Connection) -> None:
    """The quota of all."""
    writer = Writer(file)
    fill(writer, "quiet", 1, 15)
    fill(writer, "loud", 1, 200)
    fill(writer, "later", 1, 15)
    before = sizes(file)
    most = sum(size for size, _ in before.values()) - 3000
    writer.keep_quotas({"later"}, Quotas(10**9, most))
    after = sizes(file)
    assert sum(size for size, _ in after.values()) <= most
    assert (after["quiet"], after["later"]) == (before["quiet"], before["later"])
    assert after["loud"][1] > 0
    writer.keep_quotas({"later"}, Quotas(1, 1))
    assert {first % 10 for _, first in sizes(file).values()} == {0}, "scenes stay"
    assert reading.load(file, "loud").snapshot.revision == 200
    file.close()


@pytest.mark.rule("SCN6")
def test_receipts_in_the_file_are_bounded_in_bytes(
    file: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long they are, opening a session reads little of them."""
    for module in (writing, reading):
        monkeypatch.setattr(module, "MAX_RECEIPT_BYTES", 5000)
    writer = Writer(file)
    failed = (FailedOperation(0, ErrorCode.ELEMENT_NOT_FOUND, "x" * 900),)
    for number in range(1, 31):
        if number == 15:
            writer.forget()
        reply = SyncResult(1, 0, failed, START_MS, f"m{number}")
        change = add("one") if number == 1 else move("one", number)
        record = Record("s", entries(number, change), IdempotencyRecord("ada", reply))
        assert writer.write([job_of(record, lambda _: None)]) == [None]
        (size,) = file.execute("SELECT sum(length(receipt)) FROM receipts").fetchone()
        assert size <= 2 * 5000
    names = [receipt.reply.message_id for receipt in reading.load(file, "s").receipts]
    assert names == ["m27", "m28", "m29", "m30"]
    file.close()


@pytest.mark.rule("OUT2")
def test_who_sends_long_messages_that_are_none_is_read_more_slowly() -> None:
    """Why they are none is found by reading them again."""
    bench = Bench()
    for _ in range(100):
        bench.pressure.could_not_read(ADA, 1000)
    bench.pressure.could_not_read(ADA, 400_000)
    assert not bench.held
    bench.pressure.could_not_read(ADA, 400_000)
    assert bench.held == {ADA}
    while bench.timers:
        bench.wait()
    assert not bench.held


@pytest.mark.rule("OUT2")
def test_of_long_messages_one_is_handled_in_a_turn_of_the_loop() -> None:
    """What else is ready is served in between."""
    bench = Bench()
    assert bench.pressure.takes_turn(ADA, 500_000)
    assert bench.pressure.takes_turn(ADA, 1000), "short ones do not wait"
    assert not bench.pressure.takes_turn(ADA, 500_000)
    assert bench.held == {ADA}
    bench.wait()
    bench.wait()
    assert not bench.held
    assert bench.pressure.takes_turn(ADA, 500_000)
