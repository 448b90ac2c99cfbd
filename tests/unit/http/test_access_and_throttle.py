"""Who may connect, and how fast they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.http.access import Access, is_loopback
from canvas_server.node.throttle import COSTS, Throttle
from canvas_server.protocol import client

pytestmark = pytest.mark.rule("OUT2")


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("127.0.0.1:9473", None, True),
        ("localhost:9473", "http://localhost:9473", True),
        ("LOCALHOST:9473", "http://LocalHost:9473", True),
        ("[::1]:9473", "http://[::1]:9473", True),
        ("app.localhost", None, True),
        ("127.0.0.1:9473", "http://127.0.0.1:9999", False),
        ("127.0.0.1:9473", "https://evil.example", False),
        ("127.0.0.1:9473", "null", False),
        ("rebound.example:9473", "http://rebound.example:9473", False),
        ("127.0.0.1.evil.example", None, False),
        ("evil.example", "https://call.example", False),
        ("[::1", None, False),
        ("", None, False),
        ("127.0.0.1:9473", "https://call.example", True),
        ("call.example", "https://call.example", True),
        ("call.example", "https://evil.example", False),
    ],
)
def test_on_loopback(host: str, origin: str | None, passes: bool) -> None:
    access = Access("127.0.0.1", ("https://call.example/",))
    assert (access.refusal(host, origin) is None) is passes


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("203.0.113.1:9473", "http://203.0.113.1:9473", True),
        ("any.example", None, True),
        ("any.example", "https://other.example", False),
    ],
)
def test_beyond_loopback(host: str, origin: str | None, passes: bool) -> None:
    assert (Access("0.0.0.0", ()).refusal(host, origin) is None) is passes


def test_loopback_is_known_by_name_and_number() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "example.org", ""]))


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
