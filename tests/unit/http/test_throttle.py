"""How fast those who are in are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.node.throttle import COSTS, Throttle
from canvas_server.protocol import client

pytestmark = pytest.mark.rule("OUT2")


@pytest.mark.rule("OUT2")
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
    throttle = Throttle(burst, rate, now)
    for size, pause in steps:
        now += pause
        cost = 1 + size // 4096
        spent += cost
        if throttle.spend(size, 1):
            wait = throttle.wait(now)
            assert wait <= (spent / rate) + 1
            now += wait
        assert spent <= burst + rate * now + cost + 1


def test_what_makes_more_work_costs_more() -> None:
    throttle = Throttle(2000, 10, 0.0)
    assert not any(throttle.spend(100, COSTS[client.StartCall]) for _ in range(100))
    assert throttle.spend(100, 1)
    small = Throttle(20, 10, 0.0)
    assert not any(small.spend(100, COSTS[client.StartCall]) for _ in range(20))
    assert COSTS[client.IceCandidate] == 1, "a browser sends dozens of them at once"


def test_time_gone_by_is_not_lost_between_two_looks() -> None:
    throttle = Throttle(1, 10, 0.0)
    waited = 0.0
    for tick in range(1, 1001):
        throttle.spend(0, 1)
        waited = throttle.wait(tick / 1000)
    assert waited == pytest.approx(98.9)
