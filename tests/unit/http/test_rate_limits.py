"""How many come in from one address: counted, slowed, then refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.addresses import neighbourhood
from canvas_server.http import rate_limits as module
from canvas_server.http.rate_limits import (
    AddressAllowance,
    AddressLimits,
    Crowded,
)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str | None) -> None:
    assert neighbourhood(address) == counted


def test_no_more_at_a_time_than_allowed() -> None:
    doors = AddressLimits(3)
    for last in "123":
        assert doors.enter(f"2001:db8::{last}", 0.0) == 0
    with pytest.raises(Crowded, match="3 connections"):
        doors.enter("2001:db8::4", 100.0)
    doors.enter("2001:db8:0:1::1", 100.0)
    doors.leave("2001:db8::1")
    doors.enter("2001:db8::4", 100.0)


def test_who_comes_too_fast_waits_and_is_then_refused() -> None:
    doors = AddressLimits(10)
    delays: list[float] = []
    for _ in range(15):
        delays.append(doors.enter("203.0.113.7", 0.0))
        doors.leave("203.0.113.7")
    with pytest.raises(Crowded, match="too fast"):
        doors.enter("203.0.113.7", 0.0)
    assert delays == [0.0] * 10 + [1.0, 2.0, 3.0, 4.0, 5.0]
    assert doors.enter("203.0.113.8", 0.0) == 0, "others are not concerned"
    assert doors.enter("203.0.113.7", 5.0) == pytest.approx(1.0)


def test_this_machine_itself_is_not_counted() -> None:
    doors = AddressLimits(1)
    assert [doors.enter("127.0.0.1", 0.0) for _ in range(50)] == [0.0] * 50
    doors.leave("127.0.0.1")


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    doors = AddressLimits(10)
    for last in "123":
        for _ in range(10):
            doors.enter(f"203.0.113.{last}", 0.0)
            doors.leave(f"203.0.113.{last}")
    assert doors.enter("203.0.113.3", 0.0) > 0, "remembered"
    assert doors.enter("203.0.113.1", 0.0) == 0, "forgotten"


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.floats(0, 3)), max_size=80))
def test_never_more_inside_than_allowed(steps: list[tuple[int, bool, float]]) -> None:
    doors, inside, now = AddressLimits(4), dict.fromkeys(range(1, 4), 0), 0.0
    for last, comes, pause in steps:
        now += pause
        address = f"203.0.113.{last}"
        if comes:
            try:
                doors.enter(address, now)
            except Crowded:
                continue
            inside[last] += 1
        elif inside[last]:
            doors.leave(address)
            inside[last] -= 1
        assert inside[last] <= 4


def test_an_allowance_is_spent_at_once_then_as_fast_as_it_comes_back() -> None:
    allowance = AddressAllowance(100, 10)
    assert allowance.spend("a", 100, 0.0) == 0
    assert allowance.spend("a", 20, 0.0) == 2
    assert allowance.spend("b", 20, 0.0) == 0
    with pytest.raises(Crowded) as crowded:
        allowance.spend("a", 40, 0.0)
    assert crowded.value.seconds == 6
    assert allowance.spend("a", 30, 0.0) == 5, "what is refused is not paid"
    assert allowance.spend("a", 100, 15.0) == 0, "it comes back"


def test_what_was_not_needed_is_given_back() -> None:
    allowance = AddressAllowance(100, 10)
    allowance.spend("a", 100, 0.0)
    allowance.give_back("a", 90)
    allowance.give_back("b", 90)
    assert allowance.spend("a", 90, 0.0) == 0


def test_an_allowance_remembers_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
    allowance = AddressAllowance(1, 1)
    for sender in "abc":
        allowance.spend(sender, 1, 0.0)
    assert allowance.spend("a", 1, 0.0) == 0, "the one that came longest ago is forgotten"
