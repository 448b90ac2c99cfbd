"""Periodic work: whom it pings, and how many of them at once."""

import asyncio
from typing import Any, cast

import pytest

from canvas_server.http.heartbeat import AT_ONCE, PING_SECONDS, SocketPinger

pytestmark = pytest.mark.rule("OUT3")


class Socket:
    """A socket that counts."""

    def __init__(self, turn: int, *, heard: bool = True, unread: bool = False) -> None:
        self.turn, self.heard, self.unread = turn, heard, unread
        self.pings = self.given_up = 0

    def ping(self) -> None:
        self.pings += 1
        self.heard = False

    def give_up(self) -> None:
        self.given_up += 1


class Ticks:
    """A node that is told of the seconds."""

    def __init__(self) -> None:
        self.count = 0

    def tick(self) -> None:
        self.count += 1


def run(sockets: list[Socket], seconds: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let seconds go by; return how many sockets were served at each wakeup."""
    node, slept, served, before = Ticks(), 0.0, list[int](), 0

    async def sleep(delay: float) -> None:
        nonlocal slept, before
        now = sum(socket.pings + socket.given_up for socket in sockets)
        served.append(now - before)
        slept, before = slept + delay, now
        if node.count == seconds:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(SocketPinger(cast("Any", node), lambda: cast("Any", sockets)).run())
    assert seconds < slept <= seconds + 1.01, "the last sleep was cut short"
    return served


@pytest.mark.parametrize("count", [0, 1, 5, 1000])
def test_each_socket_is_pinged_once_in_ten_seconds_a_few_at_a_time(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = [Socket(number) for number in range(count)]
    served = run(sockets, PING_SECONDS, monkeypatch)
    assert [socket.pings for socket in sockets] == [1] * count
    assert max(served) <= AT_ONCE


def test_who_says_nothing_is_given_up_at_the_next_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    silent, busy = Socket(3), Socket(3, heard=False, unread=True)
    run([silent, busy], 2 * PING_SECONDS, monkeypatch)
    assert (silent.pings, silent.given_up) == (1, 1)
    assert (busy.pings, busy.given_up) == (2, 0), "what it said is not read yet"
