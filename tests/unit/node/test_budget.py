"""Budgets: accounts of work and bytes, and what many share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.node import budget
from canvas_server.node.budget import COSTS, Account, Limits, SharedBudgets
from canvas_server.protocol import client

pytestmark = pytest.mark.rule("OUT2")


@given(
    burst=st.integers(1, 50),
    rate=st.integers(1, 50),
    steps=st.lists(st.tuples(st.integers(0, 20_000), st.floats(0, 3)), max_size=60),
)
def test_a_sender_that_waits_as_told_never_beats_the_rate(
    burst: int, rate: int, steps: list[tuple[int, float]]
) -> None:
    """What is read never exceeds the burst and the rate times the time gone by."""
    now, spent = 0.0, 0
    account = Account(burst, rate, now)
    for size, pause in steps:
        now += pause
        cost = 1 + size // 4096
        spent += cost
        if account.spend_message(size, 1):
            wait = account.wait(now)
            assert wait <= (spent / rate) + 1
            now += wait
        assert spent <= burst + rate * now + cost + 1


def test_what_makes_more_work_costs_more() -> None:
    account = Account(2000, 10, 0.0)
    assert not any(account.spend_message(100, COSTS[client.StartCall]) for _ in range(100))
    assert account.spend_message(100, 1)
    small = Account(20, 10, 0.0)
    assert not any(small.spend_message(100, COSTS[client.StartCall]) for _ in range(20))
    assert COSTS[client.IceCandidate] == 1, "a browser sends dozens of them at once"


def test_time_gone_by_is_not_lost_between_two_looks() -> None:
    account = Account(1, 10, 0.0)
    waited = 0.0
    for tick in range(1, 1001):
        account.spend_message(0, 1)
        waited = account.wait(tick / 1000)
    assert waited == pytest.approx(98.9)


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 5_000)), max_size=30))
def test_an_account_gives_no_more_than_its_rate_and_burst(steps: list[tuple[float, int]]) -> None:
    """For who waits as long as it has to, and never for long."""
    account, now, spent = Account(2000, 1000, 0.0), 0.0, 0
    for pause, amount in steps:
        now += pause
        delay = account.wait(now)
        assert delay <= budget.LONGEST_SECONDS
        now += delay
        assert account.wait(now) == 0
        assert spent <= 2000 + 1000 * now + 5_000 + len(steps) * budget.NOTHING
        spent += amount
        account.spend(amount)


def test_a_deep_debt_is_not_made_less_by_a_small_one() -> None:
    account = Account(10, 1, 0.0)
    account.spend_message(0, 1)
    for _ in range(100):
        account.spend_message(0, 1)
    assert account.wait(0.0) == 91
    account.spend(1)
    assert account.wait(0.0) == 91, "it is deeper than a debt of one thing can be"


def test_a_limit_that_is_raised_raises_the_bytes_too() -> None:
    usual, raised, lowered = Limits(), Limits(10**6, 10 * Limits().rate), Limits(1, 1)
    for limits, factor in ((usual, 1), (raised, 10), (lowered, 1)):
        line = limits.budget(0.0).line
        assert not line.spend(factor * budget.LINE_BURST)
        assert line.spend(1)


def test_what_many_share_is_remembered_while_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_SHARED", 2)
    shared = SharedBudgets(Limits())
    first = shared.session("a", 0.0)
    assert shared.invitation("a", 0.0) is not first
    assert shared.session("a", 0.0) is first
    shared.session("b", 0.0)
    assert shared.session("a", 0.0) is first
    shared.session("c", 0.0)
    shared.session("d", 0.0)
    assert shared.session("a", 0.0) is not first
    lines = [shared.target(name, 0.0) for name in "abc"]
    assert shared.target("a", 0.0) is not lines[0]
    assert shared.target("c", 0.0) is lines[2]
