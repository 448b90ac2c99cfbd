"""Bodies of requests are read from those who may send them, and cost nobody else anything."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_server.http.admission import LINGER_BYTES, MAX_PIPELINED
from canvas_server.http.bodies import MAX_READING, MAX_READING_OF_ONE
from support.servers.invitations import SECRET, token
from support.servers.server import RawSocket, Server, eventually, running

pytestmark = pytest.mark.rule("IN6")

MIB = 1024 * 1024
KERNEL_BYTES = 16 * MIB
"""What may lie in the buffers of both ends of a connection of this machine."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    data = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server
        assert server.process.poll() is None, "the server died"


class Line:
    """A connection on which requests are written by hand."""

    def __init__(self, server: Server) -> None:
        self.host = f"127.0.0.1:{server.port}"
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self.read = b""

    def head(self, what: str, bearer: str = "", **fields: object) -> None:
        lines = {"Host": self.host, **{k.replace("_", "-"): str(v) for k, v in fields.items()}}
        if bearer:
            lines["Authorization"] = f"Bearer {bearer}"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.socket.sendall(f"{what} HTTP/1.1\r\n{text}\r\n".encode())

    def answer(self) -> tuple[int, bytes]:
        """Return the status of the next answer, and its head in lower case."""
        while b"\r\n\r\n" not in self.read:
            more = self.socket.recv(65536)
            assert more, "closed without an answer"
            self.read += more
        head, _, self.read = self.read.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.lower()

    def is_closed(self) -> bool:
        """Read up to the end that the server makes."""
        with contextlib.suppress(ConnectionError):
            while self.socket.recv(65536):
                pass
        return True

    def pour(self) -> int:
        """Send until it is not taken any more; return how much was."""
        sent = 0
        with contextlib.suppress(OSError):
            while True:
                sent += self.socket.send(b" " * 65536)
        return sent

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@pytest.mark.parametrize("path", ["/api/scene", "/api/tokens"])
@pytest.mark.parametrize("role", [None, "view"])
def test_who_may_not_is_refused_before_the_body_is_sent(
    house: Server, path: str, role: str | None
) -> None:
    """The body is not even asked for (RFC 9110 section 10.1.1)."""
    bearer = token("--session", "s", "--role", role) if role else ""
    with Line(house) as line:
        line.head(f"POST {path}", bearer, Content_Length=MIB, Expect="100-continue")
        status, head = line.answer()
        assert status == (403 if role else 401)
        assert b"connection: close" in head
        assert line.is_closed()


def test_who_serves_everybody_gives_out_no_tokens(server: Server) -> None:
    with Line(server) as line:
        line.head("POST /api/tokens", Content_Length=MIB, Expect="100-continue")
        assert line.answer()[0] == 403


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(house: Server) -> None:
    with Line(house) as line:
        line.head("POST /api/scene", token("--session", "s"), Content_Length=MIB + 1)
        assert line.answer()[0] == 413
        assert line.is_closed()


def test_a_body_in_chunks_is_counted_as_it_comes(house: Server) -> None:
    with Line(house) as line:
        bearer = token("--session", "s")
        line.head("POST /api/scene", bearer, Transfer_Encoding="chunked")
        for _ in range(17):
            line.socket.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert line.answer()[0] == 413
        assert line.is_closed()


def test_the_largest_body_is_taken(house: Server) -> None:
    edit = {"session_id": "s", "add": [{"kind": {"type": "Text", "content": "x" * 16_000}}] * 60}
    body = json.dumps(edit).encode().ljust(MIB)
    with Line(house) as line:
        bearer = token("--session", "s")
        line.head("POST /api/scene", bearer, Content_Length=MIB, Expect="100-continue")
        assert line.answer()[0] == 100
        line.socket.sendall(body)
        status, head = line.answer()
        assert status == 200
        assert b"connection: close" not in head


def test_a_token_of_another_session_edits_nothing(house: Server) -> None:
    with Line(house) as line:
        body = json.dumps({"session_id": "s", "clear": True}).encode()
        line.head("POST /api/scene", token("--session", "other"), Content_Length=len(body))
        line.socket.sendall(body)
        assert line.answer()[0] == 401


@pytest.mark.parametrize(
    "what", ["POST /api/scene", "POST /s/x", "GET /health", "POST /nowhere", "PUT /api/tokens"]
)
def test_who_pours_on_after_the_answer_is_cut_off(house: Server, what: str) -> None:
    with Line(house) as line:
        line.head(what, Transfer_Encoding="chunked")
        line.socket.sendall(b"%x\r\n" % (1 << 40))
        assert line.answer()[0]
        assert line.pour() < LINGER_BYTES + KERNEL_BYTES


def test_what_comes_after_a_short_body_is_the_next_request(house: Server) -> None:
    with Line(house) as line:
        for _ in range(3):
            line.head("GET /health", Content_Length=5)
            line.socket.sendall(b"abcde")
            status, head = line.answer()
            assert status == 200
            assert b"connection: close" not in head
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(line.read) < length:
                line.read += line.socket.recv(4096)
            line.read = line.read[length:]


def test_few_requests_are_sent_ahead_of_their_answers(server: Server) -> None:
    """RFC 9112 section 9.3.2. Each waits in memory."""
    before = server.memory_kib()
    with Line(server) as line:
        request = f"GET /health HTTP/1.1\r\nHost: {line.host}\r\n\r\n".encode()
        with contextlib.suppress(ConnectionError):
            for _ in range(50):
                line.socket.sendall(request * 5000)
        assert line.is_closed()
    assert server.memory_kib() - before < 16 * 1024
    with Line(server) as line:
        line.socket.sendall(request * MAX_PIPELINED)
        for _ in range(MAX_PIPELINED):
            assert line.answer()[0] == 200


def test_strangers_who_send_much_are_not_felt(house: Server) -> None:
    """A call goes on meanwhile, and the server grows by no body of theirs."""
    done = threading.Event()
    statuses: list[int] = []

    def attack() -> None:
        while not done.is_set():
            with contextlib.suppress(ConnectionError), Line(house) as line:
                line.head("POST /api/scene", Content_Length=8 * MIB)
                with contextlib.suppress(ConnectionError):
                    line.socket.sendall(b"[" * 8 * MIB)
                statuses.append(line.answer()[0])

    with RawSocket(house) as ada, RawSocket(house) as bob:
        bearer = token("--session", "call")
        ada.join("call", token=bearer)
        to = bob.join("call", token=bearer)
        before = house.memory_kib()
        attackers = [threading.Thread(target=attack) for _ in range(2)]
        for attacker in attackers:
            attacker.start()
        try:
            eventually(lambda: len(statuses) >= 4, "the attack is under way")
            for number in range(500):
                candidate = f"candidate:{number} 1 udp 1 192.0.2.1 9 typ host"
                ada.send({"type": "ice_candidate", "target_peer_id": to, "candidate": candidate})
                assert bob.until("relay_ice_candidate")["candidate"] == candidate
            ada.send(
                {
                    "type": "add_element",
                    "element": {"kind": {"type": "Text", "content": "x"}},
                    "message_id": "m",
                }
            )
            assert ada.until("ack")["success"]
            grown = house.memory_kib() - before
        finally:
            done.set()
            for attacker in attackers:
                attacker.join()
    assert set(statuses) <= {401, 413}
    assert grown < 32 * 1024, f"{grown} KiB for what nobody asked for"


def test_who_sends_too_much_at_once_is_told_when_to_come_again(server: Server) -> None:
    body = json.dumps({"session_id": "much"}).encode().ljust(MIB)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(Line(server)) for _ in range(MAX_READING_OF_ONE)]
        for line in lines:
            line.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="198.51.100.7")
            line.socket.sendall(body[:1000])
        with Line(server) as other:
            other.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="198.51.100.8")
            other.socket.sendall(body)
            assert other.answer()[0] == 200, "another address is not concerned"
        with Line(server) as more:
            more.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="198.51.100.7")
            status, head = more.answer()
            assert status == 429
            assert int(head.partition(b"retry-after: ")[2].split(b"\r\n")[0]) > 0
        for line in lines:
            line.socket.sendall(body[1000:])
            assert line.answer()[0] == 200


def test_a_request_that_is_given_up_fills_no_log(tmp_path: Path) -> None:
    with running(tmp_path) as own:
        for _ in range(20):
            with Line(own) as line:
                line.head("POST /api/scene", Content_Length=1000)
                line.socket.sendall(b"{")
        eventually(lambda: own.get("/health")[0] == 200, "it lives on")
        own.stop()
        assert "Traceback" not in own.stderr()


def _edit(size: int = 0) -> bytes:
    return json.dumps({"session_id": "slow"}).encode().ljust(size)


def _held(server: Server, stack: contextlib.ExitStack, size: int) -> list[Line]:
    """Hold as many bodies as there are places, of each of which so many bytes have been sent."""
    lines = [stack.enter_context(Line(server)) for _ in range(MAX_READING)]
    for number, line in enumerate(lines):
        address = f"198.51.100.{number // MAX_READING_OF_ONE}"
        line.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For=address)
        line.socket.sendall(_edit(MIB)[:size])
    return lines


def test_who_has_sent_little_holds_no_place(server: Server) -> None:
    """Others are read at once, and so is who was slow, in the end."""
    with contextlib.ExitStack() as stack:
        lines = _held(server, stack, 1)
        other = stack.enter_context(Line(server))
        other.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="203.0.113.1")
        other.socket.sendall(_edit(MIB))
        assert other.answer()[0] == 200
        lines[0].socket.sendall(_edit(MIB)[1:])
        assert lines[0].answer()[0] == 200, "it was not sent away, as there was room"


def test_who_stops_in_the_middle_gives_its_place_to_who_waits(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        lines = _held(server, stack, 32 * 1024)
        small = stack.enter_context(Line(server))
        small.head("POST /api/scene", Content_Length=len(_edit()), X_Forwarded_For="203.0.113.2")
        small.socket.sendall(_edit())
        assert small.answer()[0] == 200, "a short body needs no place"
        other = stack.enter_context(Line(server))
        other.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="203.0.113.3")
        other.socket.sendall(_edit(MIB))
        assert other.answer()[0] == 200
        lines[0].socket.settimeout(20)
        status, head = lines[0].answer()
        assert status == 408
        assert b"connection: close" in head


def test_who_shares_a_link_does_not_use_it_up_for_others(house: Server) -> None:
    bearer = token("--session", "slow")
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_READING_OF_ONE):
            line = stack.enter_context(Line(house))
            line.head("POST /api/scene", bearer, Content_Length=MIB, X_Forwarded_For="198.51.100.9")
            line.socket.sendall(b"{")
        for address, size in (("198.51.100.9", 0), ("203.0.113.4", MIB)):
            with Line(house) as other:
                body = _edit(size)
                fields = {"Content_Length": len(body), "X_Forwarded_For": address}
                other.head("POST /api/scene", bearer, **fields)
                other.socket.sendall(body)
                assert other.answer()[0] == 200


def test_what_was_not_sent_is_not_paid(server: Server) -> None:
    """Also by who goes away before the end: much more than the allowance of an address here."""
    for _ in range(40):
        with Line(server) as line:
            line.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="198.51.100.10")
            line.socket.sendall(b"{")

    def is_taken() -> bool:
        with Line(server) as line:
            line.head("POST /api/scene", Content_Length=MIB, X_Forwarded_For="198.51.100.10")
            line.socket.sendall(_edit(MIB))
            return line.answer()[0] == 200

    eventually(is_taken, "those who left cost nothing")


def _poured(server: Server, path: str, bearer: str, first: bytes, then: bytes) -> int:
    """Send a body in chunks, a part and then another for ever; return how much was taken."""
    with Line(server) as line:
        line.head(f"POST {path}", bearer, Transfer_Encoding="chunked")
        sent = 0
        with contextlib.suppress(ConnectionError):
            line.socket.sendall(first)
            while sent < 64 * MIB:
                line.socket.sendall(then)
                sent += len(then)
        return sent


@pytest.mark.parametrize(
    "then", [b"x: y\r\n" * 10_000, b"x: " + b"y" * 60_000 + b"\r\n", b"y" * 60_000]
)
def test_trailers_have_a_bound(house: Server, then: bytes) -> None:
    """RFC 9112 section 7.1.2: a server that keeps all of them is filled by one request."""
    before = house.memory_kib()
    bearer = token("--session", "s")
    first = b"2\r\n{}\r\n0\r\n" + (b"x" if then.startswith(b"y") else b"")
    assert _poured(house, "/api/scene", bearer, first, then) < KERNEL_BYTES
    assert house.memory_kib() - before < 16 * 1024


def test_an_extension_of_a_chunk_has_a_bound(house: Server) -> None:
    bearer = token("--session", "s")
    assert _poured(house, "/api/scene", bearer, b"2;", b"a" * 60_000) < KERNEL_BYTES


@pytest.mark.parametrize("chunks", [4000, 5000])
def test_a_body_has_not_very_many_chunks(house: Server, chunks: int) -> None:
    body = _edit(chunks)
    with Line(house) as line:
        bearer = token("--session", "slow")
        line.head("POST /api/scene", bearer, Transfer_Encoding="chunked")
        with contextlib.suppress(ConnectionError):
            for at in range(0, chunks, 100):
                part = body[at : at + 100]
                line.socket.sendall(b"".join(b"1\r\n%c\r\n" % byte for byte in part))
            line.socket.sendall(b"0\r\nx: y\r\n\r\n")
        if chunks == 4000:
            assert line.answer()[0] == 200
        else:
            assert line.is_closed()
            assert b"HTTP/1.1 200" not in line.read


@pytest.mark.rule("ATK10")
def test_a_trailer_is_no_field_of_a_head(house: Server) -> None:
    """RFC 9110 section 6.5.1: what comes after the body is not merged into what came before it."""
    body = _edit()
    with Line(house) as line:
        bearer = token("--session", "slow")
        line.head("POST /api/scene", bearer, Transfer_Encoding="chunked")
        line.socket.sendall(b'%x\r\n%s\r\n0\r\nIf-Match: "77"\r\n\r\n' % (len(body), body))
        assert line.answer()[0] == 200
