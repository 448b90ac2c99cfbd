"""What the server writes to its terminal, whatever comes in."""

import socket
import struct
from pathlib import Path

from support.servers.server import RawSocket, Server, eventually, running


def abort(server: Server, request: bytes) -> None:
    """Send something, then reset the connection."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(request)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_who_goes_away_or_lies_writes_no_log(tmp_path: Path) -> None:
    """Aborted requests, resets, and bytes that would change a terminal."""
    with running(tmp_path) as server:
        host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
        json = b"Content-Type: application/json\r\n"
        for _ in range(30):
            abort(
                server,
                b"POST /api/scene HTTP/1.1\r\n" + host + json + b"Content-Length: 9000\r\n\r\n{",
            )
            abort(server, b"GET /s/a HTTP/1.1\r\n" + host + b"\r\n")
            abort(server, b"GET /api/scene/a/export.svg HTTP/1.1\r\n" + host + b"\r\n")
            abort(server, b"GET /\x1b[2J\x1b]0;x\x07 HTTP/1.1\r\nHost: \x1b[31mevil\r\n\r\n")
            abort(
                server,
                b"POST /api/scene HTTP/1.1\r\n"
                + host
                + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
            )
            with RawSocket(server) as wire:
                wire.send('{"type":"subscribe","session_id":"\\u001b[2J"}')
        eventually(lambda: server.metric("canvas_connections") == 0, "all are gone")
        server.stop()
        log = server.stderr()
    assert "Traceback" not in log
    assert "\x1b" not in log.replace("\x1b[0m", "").replace("\x1b[1m", "")
    assert len(log.splitlines()) <= 5, log
