"""Answers that nobody reads: they leave in slices, in time, and little of them waits."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from canvas_server.http import slow_readers
from canvas_server.http.slow_readers import (
    MAX_BYTES,
    MAX_BYTES_OF_ADDRESS,
    SLICE_BYTES,
    PatientFlow,
    SlicedAnswers,
    TooManyUnread,
    UnreadBudget,
)

MIB = 1024 * 1024


def scope(address: str = "203.0.113.7", method: str = "GET") -> dict[str, Any]:
    return {"type": "http", "method": method, "client": (address, 1), "headers": [], "path": "/"}


async def receive() -> dict[str, Any]:
    return {"type": "http.disconnect"}


class Reader:
    """Takes an answer, as far as it is let."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.goes_on = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.messages.append(message)
        if len(self.messages) > 1:
            await self.goes_on.wait()

    @property
    def status(self) -> int:
        return self.messages[0]["status"]

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)


@pytest.mark.parametrize("size", [0, 1, SLICE_BYTES, SLICE_BYTES + 1, 5 * SLICE_BYTES])
async def test_an_answer_arrives_whole_in_slices(size: int) -> None:
    reader = Reader()
    reader.goes_on.set()
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    await SlicedAnswers(Response(body))(scope(), receive, reader.send)
    assert reader.body == body
    assert all(len(message.get("body", b"")) <= SLICE_BYTES for message in reader.messages)
    assert [message.get("more_body", False) for message in reader.messages[1:]] == [
        *[True] * (len(reader.messages) - 2),
        False,
    ]


async def test_the_next_slice_waits_for_the_one_before() -> None:
    reader = Reader()
    app = SlicedAnswers(Response(b"x" * MIB))
    task = asyncio.create_task(app(scope(), receive, reader.send))
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(reader.body) == SLICE_BYTES
    assert app.budget.size == MIB
    reader.goes_on.set()
    await task
    assert app.budget.size == 0


async def test_who_reads_nothing_of_much_gets_no_more_and_others_do() -> None:
    app = SlicedAnswers(Response(b"x" * 4 * MIB))
    readers = [Reader() for _ in range(6)]
    tasks = [asyncio.create_task(app(scope(), receive, each.send)) for each in readers]
    other = Reader()
    other.goes_on.set()
    await asyncio.sleep(0)
    await app(scope("203.0.113.8"), receive, other.send)
    assert (other.status, len(other.body)) == (200, 4 * MIB)
    for _ in range(20):
        await asyncio.sleep(0)
    most = MAX_BYTES_OF_ADDRESS // (4 * MIB)
    assert [each.status for each in readers] == [200] * most + [429] * (6 - most)
    assert dict(readers[-1].messages[0]["headers"])[b"retry-after"]
    assert app.budget.size <= MAX_BYTES_OF_ADDRESS
    for each in readers:
        each.goes_on.set()
    await asyncio.gather(*tasks)
    assert app.budget.size == 0


async def test_a_body_that_is_not_sent_needs_no_room() -> None:
    reader = Reader()
    reader.goes_on.set()
    app = SlicedAnswers(Response(b"x" * 2 * MAX_BYTES))
    await app(scope(method="HEAD"), receive, reader.send)
    assert reader.status == 200


def test_where_all_have_too_much_the_oldest_of_who_has_most_gives_way() -> None:
    budget, given_up = UnreadBudget(), list[str]()
    holds = [
        budget.hold(address, size * MIB, lambda name=name: given_up.append(name))
        for address, name, size in (
            ("b", "small", 4),
            ("a", "oldest", 8),
            ("a", "newer", 8),
            ("c", "last", 10),
        )
    ]
    for hold in holds:
        hold.__enter__()
    with budget.hold("d", 4 * MIB, lambda: None):
        assert given_up == ["oldest"]
        assert budget.size == 26 * MIB
        with pytest.raises(TooManyUnread) as refused, budget.hold("c", 7 * MIB, lambda: None):
            pass
        assert refused.value.own
    for hold in holds:
        hold.__exit__(None, None, None)
    assert budget.size == 0


@given(
    st.lists(
        st.tuples(st.sampled_from([None, "a", "b", "c"]), st.integers(1, 20 * MIB), st.booleans()),
        max_size=60,
    )
)
def test_what_waits_is_bounded_whatever_comes(
    steps: "list[tuple[str | None, int, bool]]",
) -> None:
    budget, held = UnreadBudget(), list[Any]()
    for address, size, ends in steps:
        hold = budget.hold(address, size, lambda: None)
        try:
            hold.__enter__()
        except TooManyUnread:
            continue
        held.append(hold)
        if ends:
            held.pop(0).__exit__(None, None, None)
        assert budget.size <= max(MAX_BYTES, size)
    for hold in held:
        hold.__exit__(None, None, None)
    assert budget.size == 0


class Transport:
    """A connection that takes nothing any more."""

    def __init__(self) -> None:
        self.aborted = False
        self.flow: PatientFlow

    def abort(self) -> None:
        self.aborted = True
        asyncio.get_running_loop().call_soon(self.flow.resume_writing)


async def test_who_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_readers, "WRITE_SECONDS", 0.01)
    transport = Transport()
    flow = transport.flow = PatientFlow(transport)  # type: ignore[arg-type]
    await flow.drain()
    assert not transport.aborted
    flow.pause_writing()
    await flow.drain()
    assert transport.aborted
