"""What the port `Log` promises, held against each log; and both logs against each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced
from nats.js.errors import NotFoundError

from canvas_server.core.chat.entries import (
    PAGE_BYTES,
    PAGE_MESSAGES,
    ChatPage,
    Said,
    Unsaid,
    Wiped,
)
from canvas_server.core.chat.numbers import STEP, ChatHead
from canvas_server.core.records import (
    MAX_IDEMPOTENCY_RECORDS,
    EntryRules,
    Record,
    Snapshot,
    Stored,
)
from canvas_server.core.scene.replay import replay
from canvas_server.nats import chat as nats_chat
from canvas_server.nats import log as nats_log
from canvas_server.nats.broker import Broker
from canvas_server.nats.log import JetStreamLog
from canvas_server.node.ports import MAX_HISTORY_BYTES, History, Log, LogFailure, Overtaken
from canvas_server.protocol.history import Change
from canvas_server.protocol.kinds import Chart, Image, Model3D, Video
from canvas_server.protocol.scene import Element, ElementChanges, Transform
from canvas_server.store import chatting
from canvas_server.store import memory as memory_log
from canvas_server.store.memory import MemoryLog
from canvas_server.store.sqlite import SqliteLog
from support.hub.logs import (
    START_MS,
    Asker,
    add,
    chat_receipt,
    entries,
    move,
    receipt,
    remove,
    replace,
    said,
    text,
)
from support.servers.nats import nats_server

DAY_S = 24 * 3600
PICTURE = "data:image/png;base64," + "A" * 45_000


def memory(_: Path) -> Log:
    return MemoryLog(lambda act: asyncio.get_running_loop().call_soon(act))


LOGS: dict[str, Callable[[Path], Log]] = {"memory": memory, "sqlite": SqliteLog}


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server.url


@contextlib.asynccontextmanager
async def jetstream(url: str) -> AsyncIterator[JetStreamLog]:
    """A log in a stream that is empty at first."""
    broker = Broker((url,), "test", 1)
    await broker.connect()
    with contextlib.suppress(NotFoundError):
        await broker.streams.delete_stream("canvas_scenes")
    with contextlib.suppress(NotFoundError):
        await broker.streams.delete_stream("canvas_chat")
    log = JetStreamLog(broker)
    await log.prepare()
    yield log
    await log.close()
    await broker.close()


@pytest.fixture(params=[*LOGS, "jetstream"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Asker]:
    if request.param == "jetstream":
        async with jetstream(request.getfixturevalue("broker_url")) as log:
            yield Asker(log)
        return
    log = LOGS[request.param](tmp_path)
    yield Asker(log)
    await log.close()


async def test_an_unknown_session_is_empty(log: Asker) -> None:
    assert await log.load("s") == Stored(Snapshot(0, 0))
    assert await log.recall("s", 0) == Snapshot(0, 0)
    assert await log.recall("s", 1) is None
    assert await log.history("s") == History(0, 0, ())
    assert await log.sessions() == ()


async def test_what_was_appended_is_read(log: Asker) -> None:
    await log.put("s", 1, add("one"), move("one", 5))
    await log.put("s", 3, add("two"), remove("one"))
    await log.put("other", 1, add("one"))
    stored = await log.load("s")
    assert stored.snapshot == Snapshot(4, START_MS + 4000, (text("two"),))
    past = await log.history("s")
    assert [entry.revision for entry in past.entries] == [4, 3, 2, 1]
    assert past.entries[-1] == entries(1, add("one"))[0]
    assert (await log.load("other")).snapshot.revision == 1


async def test_every_kind_comes_back_as_it_was(log: Asker) -> None:
    kinds = (
        text("t", "Grüße, \u2028 \x00 \U0001f600 line\nline").kind,
        Image("data:image/png;base64,AAAA"),
        Chart("bar", {"a": [1, 2.5, None, True, {"b": "\n"}], "big": 2**53, "small": 1e-300}),
        Model3D("https://example.org/m.glb", (0.1, 0.2, 0.3)),
        Video("lobby", mirror=True),
    )
    wanted = tuple(
        Element(f"e{n}", kind, Transform(0.1 * n, -1e6, 3.3, 1e-3, 359.9, -n))
        for n, kind in enumerate(kinds)
    )
    await log.put("s", 1, replace(*wanted), snapshot=Snapshot(1, START_MS + 1000, wanted))
    assert (await log.load("s")).snapshot.elements == wanted
    await log.put("s", 2, move("e2", 1 / 3))
    moved = (await log.load("s")).snapshot.elements[2]
    assert (moved.kind, moved.transform.x) == (kinds[2], 1 / 3)


async def test_earlier_scenes_are_recalled(log: Asker) -> None:
    await log.put("s", 1, add("one"), move("one", 5), move("one", 6))
    for revision, x in ((1, 0.0), (2, 5.0), (3, 6.0)):
        scene = await log.recall("s", revision)
        assert scene is not None
        assert (scene.revision, scene.timestamp) == (revision, START_MS + 1000 * revision)
        assert scene.elements[0].transform.x == x
    assert await log.recall("s", 0) == Snapshot(0, 0)
    assert await log.recall("s", 4) is None


async def test_a_snapshot_changes_nothing_but_the_time_it_takes(log: Asker) -> None:
    await log.put("s", 1, add("one"), add("two"))
    now = (await log.load("s")).snapshot
    await log.put("s", 3, remove("two"), snapshot=Snapshot(3, START_MS + 3000, now.elements[:1]))
    await log.put("s", 4, move("one", 9))
    for revision, ids in ((1, ["one"]), (2, ["one", "two"]), (3, ["one"]), (4, ["one"])):
        scene = await log.recall("s", revision)
        assert scene is not None
        assert [element.id for element in scene.elements] == ids
        assert scene.revision == revision
    assert (await log.load("s")).snapshot == await log.recall("s", 4)


async def test_the_history_is_read_in_pages(log: Asker) -> None:
    await log.put("s", 1, add("one"), *(move("one", n) for n in range(9)))
    pages = [(None, [10, 9, 8, 7]), (7, [6, 5, 4, 3]), (3, [2, 1]), (1, [])]
    for before, expected in pages:
        past = await log.history("s", before, 4)
        assert (past.revision, past.first_revision) == (10, 0)
        assert [entry.revision for entry in past.entries] == expected


async def test_a_page_of_the_history_is_not_too_long(log: Asker) -> None:
    third = [text(f"e{n}", "x" * 16_000) for n in range(MAX_HISTORY_BYTES // 16_000 // 3)]
    more = [text(f"f{n}", "x" * 16_000) for n in range(MAX_HISTORY_BYTES // 16_000)]
    await log.put("s", 1, *(replace(*third) for _ in range(4)), replace(*more, *third))
    seen: list[list[int]] = []
    before = None
    while before != 1:
        page = [entry.revision for entry in (await log.history("s", before)).entries]
        seen.append(page)
        before = page[-1]
    assert seen == [[5], [4, 3], [2, 1]]


async def test_sessions_are_listed_by_name(log: Asker) -> None:
    await log.put("b", 1, add("one"))
    await log.put("a", 1, add("one"), move("one", 1))
    listed = await log.sessions()
    assert [(s.session_id, s.revision, s.first_revision, s.timestamp) for s in listed] == [
        ("a", 2, 0, START_MS + 2000),
        ("b", 1, 0, START_MS + 1000),
    ]


async def test_an_erased_session_is_as_one_that_never_was(log: Asker) -> None:
    for name in ("s", "other"):
        await log.put(name, 1, add("one"), move("one", 1))
    assert await log.erase("s")
    assert not await log.erase("s")
    assert await log.load("s") == Stored(Snapshot(0, 0))
    assert await log.history("s") == History(0, 0, ())
    assert [summary.session_id for summary in await log.sessions()] == ["other"]
    assert (await log.load("other")).snapshot.revision == 2
    await log.put("s", 1, add("new"))
    assert (await log.load("s")).snapshot.elements[0].id == "new"


@pytest.mark.rule("ROM3")
async def test_rules_are_kept_beside_the_scene_and_go_with_it(log: Asker) -> None:
    locked, held = EntryRules(locked=True), EntryRules(lobby=True, removed=("a",))
    assert (await log.load("s")).rules == await log.rules("s") == EntryRules()
    assert await log.append(Record("s", (), rules=locked)) is None
    assert (await log.load("s")).rules == await log.rules("s") == locked
    assert await log.sessions() == (), "there is no scene yet"
    await log.put("s", 1, add("one"))
    assert await log.append(Record("s", (), rules=held)) is None
    await log.put("s", 2, add("two"))
    stored = await log.load("s")
    assert (stored.rules, stored.snapshot.revision) == (held, 2)
    assert [entry.revision for entry in (await log.history("s")).entries] == [2, 1]
    assert await log.rules("s") == held
    assert await log.rules("other") == EntryRules()
    await log.erase("s")
    assert (await log.load("s")).rules == await log.rules("s") == EntryRules()


async def test_what_does_not_follow_is_refused(log: Asker) -> None:
    await log.put("s", 1, add("one"))
    for first in (1, 3):
        failure = await log.append(Record("s", entries(first, add("two"))))
        assert isinstance(failure, LogFailure)
    assert isinstance(await log.append(Record("new", entries(2, add("x")))), LogFailure)
    assert (await log.load("s")).snapshot.revision == 1
    assert [summary.session_id for summary in await log.sessions()] == ["s"]
    await log.put("s", 2, add("two"))


@pytest.mark.rule("SCN3")
async def test_a_whole_scene_bridges_a_gap_but_goes_back_nowhere(log: Asker) -> None:
    """What came while nothing could be stored."""
    await log.put("s", 1, add("one"))
    await log.put("s", 5, replace(text("one"), text("two")), remove("two"), follows=False)
    assert [entry.revision for entry in (await log.history("s")).entries] == [6, 5, 1]
    for revision, count in ((1, 1), (2, 1), (4, 1), (5, 2), (6, 1)):
        scene = await log.recall("s", revision)
        assert scene is not None
        assert len(scene.elements) == count
    for first in (1, 6):
        record = Record("s", entries(first, replace()), follows=False)
        assert isinstance(await log.append(record), LogFailure)
    await log.put("s", 7, remove("one"))


async def test_answers_come_in_the_order_of_the_calls(log: Asker) -> None:
    told: list[tuple[int, bool]] = []
    last = asyncio.Event()

    def note(number: int, failure: LogFailure | None) -> None:
        told.append((number, failure is None))
        if len(told) == 300:
            last.set()

    for number in range(300):
        session_id, revision = f"s{number % 7}", number // 7 + 1
        good = number % 50 != 3
        record = Record(session_id, entries(revision, add(f"e{number}")), follows=True)
        if not good:
            record = Record("nowhere", entries(9, add("x")))
        log.log.append(record, lambda failure, number=number: note(number, failure))
    assert told == []
    await asyncio.wait_for(last.wait(), 30)
    for session in range(7):
        in_turn = [n for n, stored in told if stored and n % 7 == session]
        assert in_turn == sorted(in_turn)
    assert sorted(number for number, _ in told) == list(range(300))
    refused = {number for number, stored in told if not stored}
    assert refused >= {n for n in range(300) if n % 50 == 3}
    stored = sum(summary.revision for summary in await log.sessions())
    assert stored == 300 - len(refused)


@pytest.mark.rule("SCN6")
async def test_receipts_are_kept_the_latest_of_them(log: Asker) -> None:
    await log.put("s", 1, add("one"), receipt=receipt("a", 1))
    await log.put("s", 2, move("one", 1), receipt=receipt("b", 2))
    await log.put("s", 3, move("one", 2))
    await log.put("s", 4, move("one", 3), receipt=receipt("a", 4, digest=2))
    assert (await log.load("s")).receipts == (receipt("b", 2), receipt("a", 4, digest=2))
    count = 2 * MAX_IDEMPOTENCY_RECORDS + 10
    last = asyncio.Event()
    for number in range(count):
        record = Record(
            "s", entries(5 + number, move("one", number)), receipt(f"m{number}", number)
        )
        log.log.append(record, lambda _, n=number: last.set() if n == count - 1 else None)
    await asyncio.wait_for(last.wait(), 50)
    kept = (await log.load("s")).receipts
    assert len(kept) == MAX_IDEMPOTENCY_RECORDS
    assert [r.reply.message_id for r in kept] == [
        f"m{n}" for n in range(count - MAX_IDEMPOTENCY_RECORDS, count)
    ]


# --- the chat -----------------------------------------------------------------------------------


@pytest.mark.rule("CHT1")
async def test_what_is_said_is_read_in_pages_and_opens_nothing(log: Asker) -> None:
    assert await log.page() == ChatPage((), more=False)
    await log.put("s", 1, add("one"))
    before = await log.load("s")
    for number in range(1, PAGE_MESSAGES + 4):
        await log.say(said(number * STEP, f"m{number}", picture="data:image/png;base64,AA=="))
    await log.put("s", 2, move("one", 5))
    page = await log.page()
    assert page.more
    assert [m.text for m in page.messages] == [f"m{n}" for n in range(4, PAGE_MESSAGES + 4)]
    assert page.messages[0] == said(4 * STEP, "m4", picture="data:image/png;base64,AA==").message
    rest = await log.page(before=page.messages[0].id)
    assert ([m.text for m in rest.messages], rest.more) == (["m1", "m2", "m3"], False)
    assert await log.page(before=STEP) == ChatPage((), more=False)
    now = await log.load("s")
    assert (now.snapshot.revision, now.receipts) == (2, before.receipts)
    assert now.chat == ChatHead((PAGE_MESSAGES + 3) * STEP)
    assert (await log.history("s")).revision == 2


@pytest.mark.rule("CHT4")
async def test_a_page_of_the_chat_is_not_too_long(log: Asker) -> None:
    picture = "data:image/png;base64," + "A" * (PAGE_BYTES // 2 - 400)
    for number in range(1, 4):
        await log.say(said(number * STEP, f"m{number}", picture=picture))
    assert [m.text for m in (await log.page()).messages] == ["m2", "m3"]
    assert (await log.page()).more
    assert await log.texts(before=2 * STEP) == ["m1"]


@pytest.mark.rule("CHT5")
async def test_what_is_private_is_read_by_both_alone(log: Asker) -> None:
    await log.say(said(STEP, "all"))
    await log.say(said(STEP + 1, "own", "bob"))
    await log.say(said(STEP + 2, "whisper", "bob"))
    for keys in (("ada",), ("bob",), ("else", "bob")):
        assert await log.texts(*keys) == ["all", "own", "whisper"]
    for keys in ((), ("eve",), ("ad",), ("%",)):
        assert await log.texts(*keys) == ["all"]
    assert (await log.load("s")).chat == ChatHead(STEP + 2, STEP + 1)
    assert [e.id for e in (await log.chat_changes()).entries] == [STEP, STEP + 2]


@pytest.mark.rule("CHT6")
async def test_what_is_removed_is_gone_and_its_number_is_not_given_again(log: Asker) -> None:
    for number in (1, 2, 3):
        await log.say(said(number * STEP, f"m{number}"))
    assert await log.message(2 * STEP) == said(2 * STEP, "m2")
    await log.say(Unsaid(4 * STEP, START_MS, 2 * STEP))
    assert await log.texts() == ["m1", "m3"]
    assert await log.texts(before=3 * STEP) == ["m1"]
    assert await log.message(2 * STEP) is None
    assert await log.message(4 * STEP) is None
    await log.say(Wiped(5 * STEP, START_MS))
    await log.say(said(6 * STEP, "new"))
    assert await log.texts() == ["new"]
    assert await log.texts(before=3 * STEP) == []
    assert await log.message(3 * STEP) is None
    assert [e.id for e in (await log.chat_changes(4 * STEP)).entries] == [5 * STEP, 6 * STEP]
    for number in (2 * STEP, 6 * STEP):
        again = await log.append(Record("s", (), chat=(said(number, "again"),)))
        assert isinstance(again, Overtaken)
    assert await log.texts() == ["new"]


@pytest.mark.rule("CHT2")
async def test_the_receipts_of_the_chat_are_kept(log: Asker) -> None:
    await log.put("s", 1, add("one"), receipt=receipt("a", 1))
    await log.say(said(STEP), chat_receipt("b", STEP))
    await log.say(Unsaid(2 * STEP, START_MS, STEP), chat_receipt("c", STEP))
    assert set((await log.load("s")).receipts) == {
        receipt("a", 1),
        chat_receipt("b", STEP),
        chat_receipt("c", STEP),
    }


@pytest.mark.rule("CHT7")
async def test_the_chat_goes_with_its_session_and_with_what_clears_the_scene(log: Asker) -> None:
    await log.say(said(STEP))
    assert [s.session_id for s in await log.sessions()] == ["s"]
    wiped = Wiped(2 * STEP, START_MS)
    assert await log.append(Record("s", entries(1, replace()), chat=(wiped,))) is None
    assert await log.texts() == []
    assert (await log.load("s")).snapshot.revision == 1
    await log.say(said(3 * STEP))
    assert await log.erase("s")
    assert await log.texts() == []
    assert await log.load("s") == Stored(Snapshot(0, 0))
    await log.say(said(STEP, "new"))
    assert await log.texts() == ["new"]


@pytest.mark.rule("CHT3")
async def test_the_oldest_of_a_long_chat_goes(log: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (memory_log, chatting, nats_chat):
        monkeypatch.setattr(module, "MAX_CHAT_MESSAGES", 120)
    for number in range(1, 302):
        await log.say(said(number * STEP, f"m{number}"))
    texts, before = [], None
    while True:
        page = await log.page(before=before)
        texts = [*(m.text for m in page.messages), *texts]
        if not page.more:
            break
        before = page.messages[0].id
    assert texts == [f"m{n}" for n in range(302 - len(texts), 302)]
    assert 80 <= len(texts) <= 240


@pytest.mark.rule("CHT5")
async def test_no_page_shows_whether_a_number_was_given(log: Asker) -> None:
    await log.say(said(STEP, "one"))
    await log.say(said(STEP + 2, "whisper", "bob"))
    await log.say(said(STEP + 4, "whisper", "bob"))
    for asked in (STEP + 2, STEP + 4, STEP + 6, 2 * STEP - 2, 2 * STEP, 9 * STEP):
        assert await log.texts(before=asked) == ["one"], asked
    await log.say(said(2 * STEP, "two"))
    for asked in (STEP + 2, STEP + 4, STEP + 6, 2 * STEP - 2, 2 * STEP):
        assert await log.texts(before=asked) == ["one"], asked
    for asked in (2 * STEP + 2, 3 * STEP, 9 * STEP, 2**53 - 1):
        assert await log.texts(before=asked) == ["one", "two"], asked
    for asked in (1, 2, STEP - 2, STEP):
        assert await log.texts(before=asked) == [], asked
    assert await log.texts("bob", before=STEP + 4) == ["one", "whisper"]
    assert await log.texts("bob", before=STEP + 6) == ["one", "whisper", "whisper"]


@contextlib.asynccontextmanager
async def bounded(
    which: str, request: pytest.FixtureRequest, folder: Path, **bounds: int
) -> AsyncIterator[Asker]:
    """A log that keeps less than all."""

    def clock() -> float:
        return START_MS / 1000 + 10 * DAY_S

    if which == "jetstream":
        async with jetstream(request.getfixturevalue("broker_url")) as log:
            yield Asker(JetStreamLog(log._broker, clock=clock, **bounds))
        return
    log = SqliteLog(folder, clock=clock, **bounds)
    yield Asker(log)
    await log.close()


@pytest.mark.rule("CHT3")
@pytest.mark.parametrize("which", ["sqlite", "jetstream"])
async def test_what_was_said_long_ago_goes(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with bounded(which, request, tmp_path, history_days=5) as log:
        await log.say(_said_on(1, "old"))
        await log.say(_said_on(2, "old whisper", reader="bob"))
        await log.say(_said_on(3, "of a clock that was wrong", day=9))
        await log.say(_said_on(4, "the fourth day"))
        await log.say(_said_on(7, "the seventh day"))
        await log.load("s")
        kept = ["of a clock that was wrong", "the seventh day"]
        # In a cluster the oldest goes first, and no further than to what is young.
        kept = kept if which == "sqlite" else [kept[0], "the fourth day", kept[1]]
        await log.until(lambda texts: texts == kept, "bob")
        assert await log.message(STEP) is None
        assert (await log.load("s")).chat == ChatHead(7 * STEP)
        await log.say(_said_on(8, "now"))
        assert await log.texts() == [*kept, "now"]


@pytest.mark.rule("CHT3")
@pytest.mark.parametrize("which", ["sqlite", "jetstream"])
async def test_all_that_is_said_has_a_bound_together_with_the_history(
    which: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_log, "TRIM_BYTES", 50_000)
    most = 600_000
    async with bounded(which, request, tmp_path, history_bytes=most) as log:
        for number in range(1, 21):
            for name in ("s", "t"):
                said_there = (said(number * STEP, f"m{number}", picture=PICTURE),)
                assert await log.append(Record(name, (), chat=said_there)) is None
        texts = await log.until(lambda texts: len(texts) * 2 * len(PICTURE) < most)
        assert texts == [f"m{number}" for number in range(21 - len(texts), 21)], "the latest stay"
        assert len(texts) > 1


def _said_on(number: int, text: str, *, day: int | None = None, **more: Any) -> Said:
    """Return a message that was said on a day, that of its number if no other."""
    entry = said(number * STEP, text, **more)
    at = START_MS + (number if day is None else day) * DAY_S * 1000
    return replaced(entry, message=replaced(entry.message, timestamp=at))


# --- both logs ----------------------------------------------------------------------------------

IDS = st.sampled_from(["a", "b", "c"])
FLOATS = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Return records of two sessions, most of which fit, some with snapshots."""
    made: list[Record] = []
    now = {"s": Snapshot(0, 0), "t": Snapshot(0, 0)}
    for number in range(draw(st.integers(1, 12))):
        session_id = draw(st.sampled_from(["s", "t"]))
        scene = now[session_id]
        gap = draw(st.sampled_from([0, 0, 0, 0, 0, 1, 3]))
        bridges = gap == 3
        changes: list[Change] = [replace(*scene.elements, text("n"))] if bridges else []
        after = scene
        for _ in range(draw(st.integers(0 if bridges else 1, 3))):
            after = replay(scene, entries(scene.revision + 1, *changes))
            changes.append(draw(change_of([element.id for element in after.elements])))
        record = Record(
            session_id,
            entries(scene.revision + 1 + gap, *changes),
            draw(st.none() | st.builds(receipt, st.sampled_from("xyz"), st.just(number))),
            follows=not bridges,
        )
        after = replay(scene, record.entries)
        if draw(st.booleans()):
            record = Record(session_id, record.entries, record.receipt, after, record.follows)
        if gap != 1:
            now[session_id] = after
        made.append(record)
    return made


def change_of(ids: list[str]) -> st.SearchStrategy[Change]:
    """Return a change of a scene that has these elements."""
    options: list[st.SearchStrategy[Change]] = [
        st.builds(add, IDS, st.text(max_size=5)),
        st.just(replace()),
    ]
    if ids:
        some = st.sampled_from(ids)
        patch = {"content": "other", "align": None}
        options += [
            st.builds(move, some, FLOATS),
            st.builds(remove, some),
            st.builds(lambda i: replace(text(i)), IDS),
            st.builds(lambda i: _patched(i, patch), some),
        ]
    return st.one_of(options)


def _patched(element_id: str, patch: dict[str, object]) -> Change:
    changed = move(element_id, 0)
    return type(changed)(element_id, ElementChanges(kind=patch))


@pytest.mark.slow
@settings(max_examples=25)
@given(records())
def test_both_logs_say_the_same(made: list[Record]) -> None:
    async def compare(folder: Path) -> None:
        sqlite = Asker(SqliteLog(folder))
        other = Asker(memory(folder))
        outcomes = [
            [isinstance(await log.append(record), LogFailure) for record in made]
            for log in (sqlite, other)
        ]
        assert outcomes[0] == outcomes[1]
        highest = max(record.entries[-1].revision for record in made)
        before = await sqlite.everything("st", highest)
        assert before == await other.everything("st", highest)
        await sqlite.log.close()
        again = Asker(SqliteLog(folder))
        assert before == await again.everything("st", highest)
        await again.log.close()

    with TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder)))
