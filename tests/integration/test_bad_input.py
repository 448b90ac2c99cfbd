"""What breaks the rules of the wire: each has a defined answer and the server lives on."""

import contextlib
import json
import socket
from pathlib import Path

import pytest

from support.servers.server import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    RawSocket,
    RawSocketClosed,
    Server,
    running,
)

pytestmark = pytest.mark.rule("IN2")

MIB = 1024 * 1024


def greeted(server: Server) -> RawSocket:
    wire = RawSocket(server)
    assert wire.receive()["type"] == "welcome"
    return wire


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        ("[" * 50_000, "invalid_json"),
        ('{"type":"nonsense"}', "unknown_type"),
        ('{"type":"offer"}', "invalid_message"),
        ('{"type":"subscribe","session_id":7}', "invalid_message"),
        ('{"type":"list_peers"}', "not_subscribed"),
    ],
)
def test_a_bad_message_gets_one_error_and_the_connection_lives(
    server: Server, payload: str | bytes, code: str
) -> None:
    with greeted(server) as wire:
        wire.send(payload)
        assert [m["code"] for m in wire.fence()] == [code]


@pytest.mark.rule("IN4")
@pytest.mark.parametrize(
    "spoilt",
    [b'"\\ud83d"', b'"\xff"', b"[" * 20_000 + b"]" * 20_000, b'"' + b"x" * (MIB - 200) + b'\x01"'],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_message_that_cannot_be_read_is_refused_by_its_name(
    server: Server, spoilt: bytes, *, first: bool
) -> None:
    """An edit that somebody waits for has an answer, and the next one is made."""
    with greeted(server) as wire:
        wire.join("unreadable")
        name, rest = b'"message_id":"m1"', b'"element":' + spoilt
        parts = (name, rest) if first else (rest, name)
        wire.send(b'{"type":"add_element",' + b",".join(parts) + b"}")
        answer = wire.until("error")
        assert (answer["code"], answer["message_id"]) == ("invalid_json", "m1")
        good = {"kind": {"type": "Text", "content": "good"}}
        wire.send({"type": "add_element", "element": good, "message_id": "m2"})
        assert wire.until("ack")["message_id"] == "m2"


def test_a_binary_message_gets_one_error(server: Server) -> None:
    with greeted(server) as wire:
        wire.send(b"\x00\x01", BINARY)
        wire.send(b"\x00", BINARY, fin=False)
        wire.send(b"\x01", CONTINUATION)
        assert [m["code"] for m in wire.fence()] == ["binary_frame", "binary_frame"]


def test_fragments_are_put_together_with_control_frames_between(server: Server) -> None:
    with greeted(server) as wire:
        wire.send('{"type":', TEXT, fin=False)
        wire.send(b"hello", PING)
        wire.send('"pi', CONTINUATION, fin=False)
        wire.send(b"", CONTINUATION, fin=False)
        wire.send('ng"}', CONTINUATION)
        assert wire.receive_frame() == (PONG, b"hello")
        assert wire.receive()["type"] == "pong"


def test_a_message_of_one_mebibyte_is_taken_and_a_larger_one_ends_the_connection(
    server: Server,
) -> None:
    with greeted(server) as wire:
        filler = " " * (MIB - len('{"type":"ping"}'))
        wire.send('{"type":"ping"}' + filler)
        assert wire.receive()["type"] == "pong"
    with greeted(server) as wire:
        wire.send(" " * (MIB + 1))
        assert wire.close_code() == 1009
    with greeted(server) as wire, contextlib.suppress(ConnectionError):
        for _ in range(17):
            wire.send(" " * 65536, TEXT if _ == 0 else CONTINUATION, fin=False)
        assert wire.close_code() == 1009


@pytest.mark.rule("IN2")
def test_nothing_of_a_message_that_is_too_large_is_done(server: Server) -> None:
    """Nor of what comes behind it, however the network cuts it."""
    kind = {"type": "Chart", "chart_type": "bar", "data": "x" * MIB}
    for _ in range(10):
        with greeted(server) as wire, contextlib.suppress(ConnectionError):
            wire.join("large")
            wire.send({"type": "add_element", "element": {"kind": kind}})
            wire.send(
                {"type": "add_element", "element": {"kind": {"type": "Text", "content": "x"}}}
            )
            assert wire.close_code() == 1009
    status, body = server.get("/api/scene/large")
    assert (status, json.loads(body)["scene"]["elements"]) == (200, [])


@pytest.mark.rule("ATK14")
def test_a_flood_of_fragments_ends_the_connection(server: Server) -> None:
    with greeted(server) as wire, contextlib.suppress(ConnectionError):
        wire.send(b"", TEXT, fin=False)
        for _ in range(3000):
            wire.send(b"", CONTINUATION, fin=False)
        assert wire.close_code() == 1009


@pytest.mark.rule("ATK13")
@pytest.mark.parametrize(
    "frames",
    [
        [b"\x81\x02{}"],  # not masked
        [b"\xc1\x80\0\0\0\0"],  # a reserved bit
        [b"\x83\x80\0\0\0\0"],  # an opcode that does not exist
        [b"\x80\x80\0\0\0\0"],  # a continuation of nothing
        [b"\x01\x80\0\0\0\0", b"\x81\x80\0\0\0\0"],  # a message within a message
        [b"\x09\x80\0\0\0\0"],  # a fragmented ping
        [b"\x89\xfe\0\x80\0\0\0\0" + b"x" * 128],  # a ping that is too long
        [b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"],  # 2**64 bytes
        [b"\x88\x81\0\0\0\0\x03"],  # half a close code
    ],
)
def test_what_breaks_rfc_6455_ends_the_connection(server: Server, frames: list[bytes]) -> None:
    with greeted(server) as wire:
        for data in frames:
            wire.socket.sendall(data)
        assert wire.close_code() in (1002, 1009)


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_close_is_answered_with_its_code(server: Server, code: int) -> None:
    with greeted(server) as wire:
        wire.send(code.to_bytes(2) + b"bye", CLOSE)
        assert wire.close_code() == code


@pytest.mark.parametrize("code", [999, 1004, 1005, 1006, 1015, 5000, 29_300, 65_535])
def test_a_code_that_may_not_be_sent_is_not_sent_back(server: Server, code: int) -> None:
    with greeted(server) as wire:
        wire.send(code.to_bytes(2), CLOSE)
        assert wire.close_code() == 1002


def test_a_close_without_a_code_is_answered(server: Server) -> None:
    with greeted(server) as wire:
        wire.send(b"", CLOSE)
        assert wire.close_code() == 1000


@pytest.mark.report(
    "running",
    "A load balancer took the server for dead: its checks are HTTP/1.0 and name no host.",
    "`GET /health/live HTTP/1.0` without a `Host`",
    "200: no browser asks so, and what names a host that is not ours is refused as ever.",
)
@pytest.mark.parametrize(("fields", "status"), [("", "200"), ("Host: rebound.example\r\n", "403")])
def test_a_check_of_old_needs_no_host(server: Server, fields: str, status: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(f"GET /health/live HTTP/1.0\r\n{fields}\r\n".encode())
        assert line.recv(4096).split()[1].decode() == status


@pytest.mark.rule("ATK11")
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/wss", {}, 404),
        ("/ws/other", {}, 404),
        ("/ws", {"Sec_WebSocket_Version": "99"}, 426),  # RFC 6455 section 4.4
        ("/ws", {"Sec_WebSocket_Key": "short"}, 400),
        ("/ws", {"Origin": "https://evil.example"}, 403),
        ("/ws", {"Host": "rebound.example"}, 403),
        ("/ws", {"Upgrade": "h2c"}, 426),
    ],
)
def test_an_upgrade_that_is_not_for_us_is_refused(
    server: Server, path: str, headers: dict[str, str], status: int
) -> None:
    with RawSocket(server, path, **headers) as wire:
        assert wire.status == status


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "SELF"}, {"Connection": "keep-alive, Upgrade"}, {"Host": "localhost:1"}],
)
def test_an_upgrade_of_a_browser_or_through_a_tunnel_passes(
    server: Server, headers: dict[str, str]
) -> None:
    if headers.get("Origin") == "SELF":
        headers = {"Origin": server.url}
    for path in ("/ws", "/ws/sync", "/ws?x=1"):
        with RawSocket(server, path, **headers) as wire:
            assert wire.status == 101
            assert wire.receive()["type"] == "welcome"


def test_half_a_request_and_garbage_do_no_harm(server: Server) -> None:
    for data in (b"GET /ws HTTP/1.1\r\nHost:", b"\x16\x03\x01" + b"\0" * 400, b"\r\n" * 1000):
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(data)
    with greeted(server) as wire:
        assert wire.fence() == []


def test_messages_after_the_server_closed_are_ignored(server: Server) -> None:
    """A connection that was taken over may still have frames on the way."""
    with greeted(server) as old, greeted(server) as new:
        old.send({"type": "subscribe", "session_id": "over"})
        assigned = old.until("peer_assigned")
        new.send(
            {
                "type": "subscribe",
                "session_id": "over",
                "peer_id": assigned["peer_id"],
                "resume_token": assigned["resume_token"],
            }
        )
        assert new.until("peer_assigned")["peer_id"] == assigned["peer_id"]
        with contextlib.suppress(ConnectionError):
            for _ in range(10):
                old.send({"type": "ping"})
        assert old.until("scene_update")
        with pytest.raises(RawSocketClosed) as closed:
            old.receive()
        assert closed.value.code == 4100


def test_bad_input_fills_no_log(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        for data in (b"\xc1\x80\0\0\0\0", b"\x81\x81\0\0\0\0{", b"\x83\x80\0\0\0\0"):
            with greeted(server) as wire:
                wire.socket.sendall(data)
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(b"nonsense\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400")
        assert server.stop() == 0
        assert server.stderr() == ""
