"""Answers of the real server that nobody reads: over HTTP and https, by many and pipelined."""

import contextlib
import datetime
import socket
import ssl
from pathlib import Path

import pytest

from canvas_server.tls.local import local_certificate
from support.servers.server import Server, eventually, exchange, post, running

MIB = 1024 * 1024


def fill(server: Server) -> None:
    """Make a scene of 3.5 MiB."""
    kind = {"type": "Text", "font_size": 12, "color": "#000000"}
    for part in range(4):
        elements = [{"kind": kind | {"content": f"{part}" * 9_000}} for _ in range(100)]
        assert post(server, {"session_id": "large", "add": elements})[0] == 200


def unread(server: Server, request: bytes, context: ssl.SSLContext | None = None) -> socket.socket:
    """Ask for something, and read nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    line.connect(("127.0.0.1", server.port))
    if context is not None:
        line = context.wrap_socket(line, server_hostname="127.0.0.1")
    line.sendall(request)
    return line


def is_cut(line: socket.socket) -> bool:
    """Tell whether the server has given a connection up."""
    try:
        line.settimeout(0.01)
        return line.send(b"x") < 0
    except TimeoutError:
        return False
    except OSError:
        return True


GET = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_memory_stays_and_others_are_answered(tmp_path: Path) -> None:
    """A hundred connections that ask for a large scene sixteen times each."""
    with running(tmp_path) as server, contextlib.ExitStack() as stack:
        fill(server)
        exchange(f"{server.url}/api/scene/large")
        before = server.memory_kib()
        for _ in range(100):
            stack.enter_context(unread(server, GET % b"/api/scene/large" * 16))
        status, _, body = exchange(f"{server.url}/api/scene/small")
        assert status == 200
        assert b'"success":true' in body
        assert server.memory_kib() - before < 70 * 1024
        assert exchange(f"{server.url}/health")[0] == 200


@pytest.mark.nightly
@pytest.mark.parametrize("secure", [False, True])
def test_who_reads_nothing_is_given_up_and_who_reads_slowly_is_not(
    tmp_path: Path, secure: bool
) -> None:
    files = local_certificate(tmp_path / "tls", "127.0.0.1", datetime.datetime.now(datetime.UTC))
    flags = ("--tls-cert", str(files.certificate), "--tls-key", str(files.key)) if secure else ()
    with running(tmp_path / "data") as plain:
        fill(plain)
    context = ssl.create_default_context(cafile=files.authority) if secure else None
    with running(tmp_path / "data", *flags) as server:
        asked = [b"/api/scene/large", b"/api/scene/large/export.svg", b"/api/scene/large/history"]
        lines = [unread(server, GET % path * 2, context) for path in asked]
        slow = unread(server, GET % b"/api/scene/large", context)
        read = 0
        while not all(is_cut(line) for line in lines):
            slow.settimeout(30)
            read += len(slow.recv(4096))
        while read < 3 * MIB:
            read += len(slow.recv(1 << 20))
        for line in (*lines, slow):
            line.close()
        eventually(lambda: server.memory_kib() < 200 * 1024, "nothing is kept")
