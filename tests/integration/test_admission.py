"""Those who come too often, too slowly or with too much, before anything is answered."""

import json
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_server.http.admission import MAX_WAITING
from support.servers.server import CLOSE, TEXT, RawSocket, Server, eventually, running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of one test, whose counts are its own."""
    with running(tmp_path, "--per-address", "4") as server:
        yield server


def ended(line: socket.socket) -> bool:
    """Tell whether the server has closed a connection; what it said before is skipped."""
    if not select.select([line], [], [], 0)[0]:
        return False
    try:
        return line.recv(65536) == b""
    except ConnectionResetError:
        return True


def test_one_address_has_only_so_many_connections(own: Server) -> None:
    """The proxy says whose they are; another address is not concerned."""
    ways = ("203.0.113.7", "203.0.113.7:4000", "203.0.113.7:4001", '"203.0.113.7"')
    wires = [RawSocket(own, X_Forwarded_For=way) for way in ways]
    refused = RawSocket(own, X_Forwarded_For="6.6.6.6, ::ffff:203.0.113.7")
    assert refused.status == 429
    assert own.metric("canvas_turned_away_total") == 1
    other = RawSocket(own, X_Forwarded_For="203.0.113.7, 203.0.113.8")
    assert other.status == 101
    for wire in wires:
        wire.close()
    for wire in (refused, other):
        wire.close()


@pytest.mark.rule("ATK14")
@pytest.mark.nightly
def test_a_request_that_does_not_end_is_given_up(own: Server) -> None:
    """Slowloris: one header line after another, for ever."""
    with socket.create_connection(("127.0.0.1", own.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()

        def goes_on() -> bool:
            time.sleep(0.2)
            try:
                line.sendall(b"X-More: x\r\n")
            except OSError:
                return True
            return ended(line)

        eventually(goes_on, "the server gives up", 20)
        assert 8 < time.monotonic() - began < 15


@pytest.mark.rule("ATK14")
def test_a_head_without_end_is_refused(own: Server) -> None:
    with socket.create_connection(("127.0.0.1", own.port)) as line:
        line.settimeout(10)
        line.sendall(b"GET / HTTP/1.1\r\n")
        answer = b""
        try:
            for _ in range(100):
                line.sendall(b"X-More: " + b"x" * 4000 + b"\r\n")
                if select.select([line], [], [], 0)[0]:
                    break
            answer = line.recv(4096)
        except ConnectionResetError:
            pass
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


def test_who_waits_longest_for_nothing_makes_room(own: Server) -> None:
    lines = [socket.create_connection(("127.0.0.1", own.port)) for _ in range(MAX_WAITING + 50)]
    try:
        eventually(lambda: all(ended(line) for line in lines[:50]), "the first make room")
        with RawSocket(own) as wire:
            wire.join("s")
    finally:
        for line in lines:
            line.close()


@pytest.mark.rule("SES5")
def test_who_joins_nothing_is_told_and_closed(own: Server) -> None:
    """Pings do not help."""
    with RawSocket(own) as wire, RawSocket(own) as member:
        member.join("s")
        wire.receive()
        began = time.monotonic()
        while True:
            wire.send({"type": "ping"})
            opcode, payload = wire.receive_frame()
            if opcode == CLOSE:
                break
            if opcode == TEXT:
                assert json.loads(payload)["type"] == "pong"
            member.fence()  # it is heard, so it is not taken for dead meanwhile
            time.sleep(0.2)
        assert int.from_bytes(payload[:2], "big") == 4002
        assert time.monotonic() - began > 9
        member.fence()
