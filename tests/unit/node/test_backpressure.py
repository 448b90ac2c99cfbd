"""What keeps one session from taking what is everybody's."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from canvas_server.core.effects import Answered, Append, ConnectionId, Recall
from canvas_server.core.queries import Party
from canvas_server.core.records import IdempotencyRecord, Record, Snapshot
from canvas_server.node import backpressure, budget, fairshare, turns
from canvas_server.node.backpressure import BackPressure
from canvas_server.node.budget import Limits, SharedBudgets
from canvas_server.node.fairshare import FairShare
from canvas_server.protocol import client
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.server import FailedOperation, SyncResult
from canvas_server.store import reading, schema, writing
from canvas_server.store.schema import prepare
from canvas_server.store.waiting import MAX_OF_ONE, FairQuestions, FairQueue
from canvas_server.store.writing import Job, Quotas, Writer, job_of
from support.hub.logs import START_MS, add, entries, move, text

pytestmark = pytest.mark.rule("OUT2", "SCN8")

ADA, BOB = ConnectionId(1), ConnectionId(2)
KIB, MIB = 1024, 1024 * 1024
CURSOR = b'{"type":"cursor","x":1,"y":1}'
SIGNAL = b'{"type":"ice_candidate","target_peer_id":"b","candidate":""}'


class Bench:
    """Back-pressure with a clock and a log of its own; Ada and Bob are in one session."""

    def __init__(self, invitations: dict[ConnectionId, str] | None = None) -> None:
        self.now = 1000.0
        self.backlog = 0
        self.held: set[ConnectionId] = set()
        self.limits: list[str | None] = []
        """Which have held somebody up."""
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.invitations = invitations or {}
        limits = Limits()
        self.pressure = BackPressure(
            {ADA, BOB},
            lambda _: self.backlog,
            self.party_of,
            lambda peer_id: peer_id != "away",
            lambda one, limit: self.limits.append(limit) or self.held.add(one),
            self.held.discard,
            lambda seconds, act: self.timers.append((self.now + seconds, act)),
            lambda: self.now,
            limits,
            SharedBudgets(limits),
        )
        for one in (ADA, BOB):
            self.pressure.open(one, None)

    def party_of(self, one: ConnectionId) -> Party:
        invitation = self.invitations.get(one, "")
        return Party(str(one), "s", invitation, invitation == "moderate")

    def edit(self, sent: int, receivers: int = 2, editor: ConnectionId | None = ADA) -> None:
        record = Record("s", entries(1, add("one")), size=100)
        self.pressure.performed(Append(1, record, editor, sent, receivers))

    def wait(self) -> float:
        """Let the next timer run; return how long that took."""
        before = self.now
        self.timers.sort(key=lambda timer: timer[0])
        at, act = self.timers.pop(0)
        self.now = max(self.now, at)
        act()
        return self.now - before

    def until_read(self, one: ConnectionId = ADA) -> float:
        """Wait until a connection is read on; return the seconds."""
        seconds = 0.0
        while one in self.held:
            seconds += self.wait()
        return seconds


@pytest.mark.rule("OUT2")
def test_who_fills_the_lines_of_others_is_read_more_slowly() -> None:
    bench = Bench()
    for _ in range(4):
        bench.edit(512 * KIB)
    assert not bench.held
    bench.edit(512 * KIB)
    assert bench.held == {ADA}
    bench.edit(512 * KIB)  # it was read already
    assert bench.until_read() == pytest.approx(2.0, abs=0.1)
    bench.edit(8 * MIB, receivers=0)
    assert not bench.held, "nobody is there"


@pytest.mark.rule("OUT2")
def test_no_debt_is_endless_and_none_outlives_its_connection() -> None:
    bench = Bench()
    bench.edit(4 * MIB, receivers=256)
    assert bench.until_read() <= budget.LONGEST_SECONDS
    bench.edit(4 * MIB, receivers=256)
    bench.pressure.forget(ADA)
    while bench.timers:
        bench.wait()
    assert not bench.pressure.holds(ADA)
    for charge in (bench.pressure.scanned, bench.pressure.answered_with, bench.pressure.worked):
        charge(ADA, 100 * MIB)
    bench.pressure.may_signal(ADA, "b", MIB)
    assert not bench.pressure.holds(ADA)


@pytest.mark.rule("OUT2", "SCN12")
def test_all_kinds_of_work_are_paid_from_one_budget() -> None:
    """Edits that are made or refused, scenes that are asked for, operations, messages that are none."""
    for charges in (
        ((BackPressure.answered_with, 6 * MIB), (BackPressure.scanned, 6 * MIB)),
        ((BackPressure.worked, 6000), (BackPressure.scanned, 5 * MIB)),
        ((BackPressure.could_not_read, 700 * KIB), (BackPressure.could_not_read, 700 * KIB)),
        ((BackPressure.scanned, 9 * MIB), (BackPressure.worked, 1000)),
    ):
        bench = Bench()
        for number, (charge, amount) in enumerate(charges):
            assert bench.held == set()
            charge(bench.pressure, ADA, amount)
            assert (bench.held == {ADA}) is (number == 1)
        assert 0 < bench.until_read() < 1


@pytest.mark.rule("OUT2")
def test_refusals_and_long_messages_cost_more_than_their_place() -> None:
    bench = Bench()
    for _ in range(1999):
        bench.pressure.refused(ADA)
    assert not bench.held
    for _ in range(2):
        bench.pressure.refused(ADA)
    assert bench.held == {ADA}
    bench.pressure.long(BOB, b"{" * 40_000 + b"," * 100_000)
    assert BOB not in bench.held
    bench.pressure.long(BOB, b"[" * 20_000)
    assert BOB in bench.held


@pytest.mark.rule("OUT2")
def test_what_one_broadcast_costs_grows_with_those_who_hear_it() -> None:
    bench = Bench()
    for _ in range(500):
        bench.pressure.broadcast(ADA, 255, 255 * 100, 100)
    assert not bench.held
    for _ in range(50):
        bench.pressure.broadcast(ADA, 255, 255 * 100, 100)
    assert bench.held == {ADA}


@pytest.mark.rule("OUT2")
def test_an_invitation_is_one_budget_however_many_connections_it_has() -> None:
    """Others of the session go on: what they may do is another one's."""
    bench = Bench({ADA: "view", BOB: "moderate"})
    links = [ConnectionId(number) for number in range(10, 30)]
    for number, link in enumerate(links):
        bench.invitations[link] = "view" if number % 2 else "edit"
        bench.pressure.open(link, None)
    for link in links:
        bench.pressure.worked(link, 4500)
    assert bench.held, "none of them has gone beyond its own"
    assert all(not bench.pressure.holds(link) for link in links[:8])
    bench.pressure.worked(BOB, 4500)
    assert not bench.pressure.holds(BOB), "the session has had too much, but not by them"
    bench.pressure.worked(ADA, 1)
    assert bench.until_read(ADA) <= budget.LONGEST_SECONDS


@pytest.mark.rule("OUT2")
def test_edits_are_refused_after_waiting_and_signals_are_not() -> None:
    """While others of the session keep up the debt."""
    bench = Bench()
    crowd = [ConnectionId(number) for number in range(10, 40)]
    for one in crowd:
        bench.pressure.open(one, None)
    admits = bench.pressure.admits

    def keep_busy() -> None:
        for one in crowd:
            bench.pressure.worked(one, 4000)
        bench.timers.append((bench.now + 0.5, keep_busy))

    keep_busy()
    assert admits(ADA, client.ClearScene, 10) == "wait", "slowed down first"
    bench.pressure.worked(ADA, 1)
    assert bench.until_read() >= budget.LONGEST_SECONDS
    kinds = (client.ClearScene, client.GetScene, client.ListPeers, client.SyncQueue)
    assert [admits(ADA, kind, 10) for kind in kinds] == ["refuse"] * 4
    assert {admits(ADA, kind, 10) for kind in backpressure.SIGNALS} == {"wait"}
    assert admits(ADA, client.Subscribe, 10) == "wait"
    assert admits(ADA, client.Cursor, 10) == "drop"
    assert admits(ConnectionId(99), client.Cursor, 10) == "wait", "it is gone"
    bench.timers.clear()
    bench.now += 60
    assert admits(ADA, client.ClearScene, 10) == "wait"
    assert admits(ADA, client.Cursor, 10) == "wait"


@pytest.mark.rule("OUT2")
def test_motion_has_a_line_of_its_own_and_is_dropped_beyond_it() -> None:
    bench = Bench()
    verdicts = [bench.pressure.admits(ADA, client.Preview, 50 * KIB) for _ in range(10)]
    assert verdicts == ["wait"] * 5 + ["drop"] * 5
    assert not bench.held
    assert bench.pressure.admits(BOB, client.Ping, 20) == "wait", "a page comes anew without answer"
    bench.now += 1
    assert bench.pressure.admits(BOB, client.Cursor, 100) == "wait"


@pytest.mark.rule("OUT2")
def test_the_signals_to_one_peer_leave_half_of_its_line() -> None:
    """However many send them; who sends little to it does not wait for them."""
    bench = Bench()
    crowd = [ConnectionId(number) for number in range(10, 20)]
    for one in crowd:
        bench.pressure.open(one, None)
    sent = 0
    for _ in range(1000):
        for one in crowd:
            if not bench.pressure.holds(one):
                sent += 2 * KIB * bench.pressure.may_signal(one, "victim", 2 * KIB)
    assert sent <= budget.TARGET_BURST + 2 * KIB + len(crowd) * budget.LIGHT_BURST
    assert all(map(bench.pressure.holds, crowd))
    for _ in range(8):
        bench.pressure.may_signal(ADA, "victim", 2 * KIB)
    assert not bench.pressure.holds(ADA), "a call can be made"
    began = bench.now
    while bench.now < began + 10:
        bench.wait()
        for one in crowd:
            if not bench.pressure.holds(one):
                sent += 2 * KIB * bench.pressure.may_signal(one, "victim", 2 * KIB)
    assert sent <= 1.2 * (budget.TARGET_BURST + 10 * budget.TARGET_RATE)


@pytest.mark.rule("OUT2")
def test_a_call_is_set_up_while_others_of_the_session_have_had_too_much() -> None:
    bench = Bench()
    crowd = [ConnectionId(number) for number in range(10, 30)]
    for one in crowd:
        bench.pressure.open(one, None)
        bench.pressure.worked(one, 6000)
    bench.pressure.dear(ADA, 20, signal=True)
    assert bench.pressure.may_signal(ADA, "bob", 12 * KIB)
    assert bench.pressure.may_signal(ADA, "bob", 200)
    assert not bench.pressure.holds(ADA)
    bench.pressure.dear(ADA, 20, signal=False)
    assert bench.pressure.holds(ADA)


@pytest.mark.rule("OUT2")
def test_flows_are_forgotten_before_they_are_too_many() -> None:
    bench = Bench()
    bench.pressure.may_signal(ADA, "away", MIB)
    bench.pressure.may_signal(ADA, "away", MIB)
    assert not bench.held, "nothing is on its line"
    for number in range(2 * budget.MAX_FLOWS):
        bench.pressure.may_signal(ADA, str(number), 300 * KIB)
    assert bench.held == {ADA}, "a description costs by its length"


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
    assert set(bench.limits) == {"storage", "work"}
    while bench.timers:
        bench.wait()
    assert not bench.held
    bench.backlog = 2 * MIB
    bench.edit(0)
    bench.pressure.forget(ADA)
    bench.backlog = 0
    bench.held.clear()
    bench.pressure.relieve()


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
    return Job(session_id, True, [], None, (), None, size, lambda _: None)


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
def test_of_long_messages_one_is_handled_in_a_turn_of_the_loop() -> None:
    """What else is ready is served in between."""
    bench = Bench()
    assert bench.pressure.takes_turn(ADA, bytes(500_000))
    assert bench.pressure.takes_turn(ADA, CURSOR), "short ones do not wait"
    assert not bench.pressure.takes_turn(ADA, bytes(500_000))
    assert bench.held == {ADA}
    bench.until_read()
    assert bench.limits == [None], "it is no limit that somebody has to know of"
    assert bench.pressure.takes_turn(ADA, bytes(500_000))


@pytest.mark.rule("OUT2")
def test_after_much_work_in_a_turn_of_the_loop_only_signals_are_handled() -> None:
    bench = Bench()
    bench.pressure.worked(BOB, turns.TURN_UNITS)
    assert bench.pressure.takes_turn(ADA, SIGNAL)
    assert not bench.pressure.takes_turn(ADA, CURSOR)
    assert not bench.pressure.takes_turn(BOB, b"garbage")
    bench.until_read(ADA)
    assert bench.pressure.takes_turn(ADA, CURSOR)


@pytest.mark.rule("SCN2")
def test_sessions_take_turns_with_their_questions() -> None:
    """Who asks much of one session does not have others wait, nor fills the queue."""
    questions: FairQuestions[str] = FairQuestions(100)
    taken = [questions.put("loud", f"loud {number}") for number in range(50)]
    assert taken.count(True) == MAX_OF_ONE
    assert questions.put("quiet", "quiet")
    assert [questions.take() for _ in range(3)] == ["loud 0", "quiet", "loud 1"]
    for number in range(100):
        questions.put(str(number), "?")
    assert not questions.put("one more", "?")
    questions.close()
    rest = [questions.take() for _ in range(101)]
    assert rest.count(None) == 1
    assert rest[-1] is None
