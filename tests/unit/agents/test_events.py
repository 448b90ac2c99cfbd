"""The log of events of a seat: bounded, in order, and nothing is lost unsaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.agents.events import MAX_EVENTS, EventLog

pytestmark = pytest.mark.rule("AGT11")


def test_events_come_in_order_after_the_mark_of_their_kind() -> None:
    log = EventLog()
    for number, kind in enumerate(("chat", "hand", "chat", "call"), 1):
        log.put(kind, {"n": number})
    assert [one.number for one in log.after({"chat": 1, "hand": 0})] == [2, 3]
    assert log.after({"chat": 3}) == []
    assert log.after({}) == []


def test_what_replaces_an_earlier_event_takes_its_place() -> None:
    log = EventLog()
    log.put("point", {"x": 1}, "ada")
    log.put("point", {"x": 2}, "grace")
    log.put("point", {"x": 3}, "ada")
    assert [one.data["x"] for one in log.after({"point": 0})] == [2, 3]


def test_more_than_is_kept_is_told_as_missed() -> None:
    log = EventLog()
    log.put("chat", {})
    for _ in range(MAX_EVENTS):
        log.put("edit", {})
    assert log.missed({"chat": 0})
    assert not log.missed({"chat": 1})
    assert not log.missed({"edit": 0})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("", "x", "y")))))
def test_a_reader_of_each_kind_gets_the_latest_of_all(said: list[tuple[str, str]]) -> None:
    """However a reader of one kind goes on, it ends with the latest event of each thing."""
    log, seen = EventLog(), {"a": 0, "b": 0, "c": 0}
    told: dict[object, int] = {}
    for number, (kind, about) in enumerate(said, 1):
        log.put(kind, {}, about or None)
        if number % 3 == 0:
            for event in log.after({kind: seen[kind]}):
                seen[kind] = told[event.number] = event.number
    for event in log.after(seen):
        told[event.number] = event.number
    last = {(kind, about or number): number for number, (kind, about) in enumerate(said, 1)}
    assert set(last.values()) <= set(told)
