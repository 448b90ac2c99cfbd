"""What becomes a line of the audit log, and how many of them there may be."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_server.audit.trail import MAX_SOURCES, MAX_TEXT, OF_KIND, OF_SOURCE, Trail, rfc3339
from canvas_server.protocol.audit import AuditEntry, AuditEvent

NOW = 1_700_000_000.0


class Lines:
    """A trail on a clock of its own, and its lines."""

    def __init__(self, *, addresses: bool = True) -> None:
        self.now = NOW
        self.raw: list[bytes] = []
        self.trail = Trail(self.raw.append, lambda: self.now, addresses=addresses)

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.raw]

    def refuse(self, **fields: Any) -> None:
        self.trail.record(AuditEntry(AuditEvent.REFUSED, **fields))


def test_a_line_says_when_what_and_who() -> None:
    lines = Lines()
    lines.refuse(session="s", peer="p", address="203.0.113.7", code="forbidden")
    assert lines.all == [
        {
            "time": "2023-11-14T22:13:20.000Z",
            "event": "refused",
            "session": "s",
            "peer": "p",
            "address": "203.0.113.7",
            "code": "forbidden",
        }
    ]
    assert lines.raw[0].endswith(b"}\n")


@settings(max_examples=30)
@given(st.text(), st.text(), st.text())
def test_whatever_people_are_called_it_is_one_clean_line(name: str, where: str, user: str) -> None:
    lines = Lines()
    lines.trail.record(AuditEntry(AuditEvent.JOINED, name=name, where=where, user=user))
    (line,) = lines.all
    assert lines.raw[0].count(b"\n") == 1
    for text in line.values():
        assert len(text) <= MAX_TEXT
        assert not set("\x1b\n\r\u202e\u2066\u2028\x00") & set(text)


def test_who_floods_the_log_is_counted() -> None:
    """And hides nobody else."""
    lines = Lines()
    for _ in range(OF_SOURCE.burst + 400):
        lines.refuse(address="203.0.113.7")
    lines.refuse(address="203.0.113.8")
    assert len(lines.raw) == OF_SOURCE.burst + 1
    lines.trail.tick()
    assert lines.all[-1] | {"time": ""} == {
        "time": "",
        "event": "left_out",
        "of": "refused",
        "address": "203.0.113.7",
        "count": 400,
    }
    lines.trail.tick()
    assert lines.all[-1]["count"] == 400, "once"
    assert len(lines.raw) == OF_SOURCE.burst + 2
    lines.now += 1
    for _ in range(20):
        lines.refuse(address="203.0.113.7")
    assert len(lines.raw) == OF_SOURCE.burst + 2 + OF_SOURCE.per_second


def test_a_crowd_of_addresses_is_bounded_too() -> None:
    lines = Lines()
    for number in range(OF_KIND.burst + 50):
        lines.refuse(address=f"2001:db8:0:{number:x}::1")
    assert len(lines.raw) == OF_KIND.burst
    lines.trail.record(AuditEntry(AuditEvent.KICKED, session="s"))
    assert lines.all[-1]["event"] == "kicked", "other kinds go on"
    lines.trail.tick()
    assert lines.all[-1]["count"] == 50


def test_one_host_is_one_source_however_many_addresses_it_has() -> None:
    """It has a /64 for itself (RFC 4291)."""
    lines = Lines()
    for number in range(3 * OF_SOURCE.burst):
        lines.refuse(address=f"2001:db8::{number:x}")
    lines.refuse(address="203.0.113.7")
    assert len(lines.raw) == OF_SOURCE.burst + 1


@pytest.mark.slow
def test_memory_is_bounded_and_nothing_left_out_is_forgotten() -> None:
    lines = Lines()
    count = MAX_SOURCES + 3000
    for number in range(count):
        lines.now += 0.01
        for _ in range(2):
            lines.refuse(address=str(number))
    lines.trail.tick()
    left_out = sum(line["count"] for line in lines.all if line["event"] == "left_out")
    written = sum(line["event"] == "refused" for line in lines.all)
    assert written + left_out == 2 * count


def test_the_start_and_the_end_are_always_written() -> None:
    lines = Lines()
    for _ in range(OF_KIND.burst + 10):
        lines.trail.record(AuditEntry(AuditEvent.STARTED, settings=("open",)))
    assert len(lines.raw) == OF_KIND.burst + 10


def test_who_leaves_is_said_to_come_from_where_they_came() -> None:
    lines = Lines()
    lines.trail.record(AuditEntry(AuditEvent.JOINED, peer="p", address="203.0.113.7"))
    lines.trail.record(AuditEntry(AuditEvent.LEFT, peer="p"))
    lines.trail.record(AuditEntry(AuditEvent.LEFT, peer="p"))
    assert [line.get("address") for line in lines.all] == ["203.0.113.7", "203.0.113.7", None]


def test_addresses_can_be_left_out() -> None:
    lines = Lines(addresses=False)
    for _ in range(OF_SOURCE.burst + 1):
        lines.refuse(address="203.0.113.7")
    lines.trail.tick()
    assert b"203.0.113.7" not in b"".join(lines.raw)
    assert lines.all[-1]["event"] == "left_out"


@pytest.mark.parametrize("event", list(AuditEvent))
def test_every_event_is_explained(event: AuditEvent) -> None:
    assert event.meaning.endswith(".")


def test_moments_are_as_rfc_3339_writes_them() -> None:
    assert rfc3339(0.25) == "1970-01-01T00:00:00.250Z"
