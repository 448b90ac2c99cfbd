"""Bytes to a real server: requests, bodies in chunks, upgrades and frames, all of them spoilt."""

import contextlib
import json
import os
import re
import socket
import threading
import time
from random import Random
from typing import cast

from msgspec import inspect

from canvas_server.protocol.http import SceneEdit
from support.fuzz.mutation import mangled, spoilt
from support.fuzz.shapes import any_of, value_of
from support.fuzz.texts import ClientMessages, raw
from support.servers.server import RawSocket, Server, frame

PATIENCE_SECONDS = 10.0
"""No request is left without an answer, and no connection open, for longer."""
CLOSING_SECONDS = 0.1
"""After which we end a connection ourselves: the last frame says that more of it comes."""
PATHS = (
    "/",
    "/s/x",
    "/health",
    "/health/ready",
    "/metrics",
    "/api/scene",
    "/api/scene/s",
    "/api/scene/s?revision=0",
    "/api/scene/s/history?before=3&limit=2",
    "/api/scene/s/export.svg",
    "/api/scene/s/export.json",
    "/api/sessions",
    "/api/tokens",
    "/api/tokens/s",
    "/ws",
    "/ws/sync",
    "/web/bundle/main.js",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get")
HEADERS = (
    "Content-Length: 0",
    "Content-Length: 5",
    "Content-Length: 5, 6",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
    "Connection: Upgrade\r\nUpgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Extensions: permessage-deflate",
    "Authorization: Bearer x",
    "Authorization: Basic eDp5",
    'If-Match: "0"',
    'If-None-Match: W/"0", *',
    "Range: bytes=0-1,2-3",
    "Expect: 100-continue",
    "Origin: null",
    "Content-Type: text/html",
    "Accept-Encoding: gzip;q=0",
    "Cookie: a=b",
    "X: " + "y" * 5000,
)


class Requests:
    """Raw requests: each gets a response that is no failure of the server, or is hung up on."""

    def __init__(self, server: Server | None = None) -> None:
        self.port = server.port if server is not None else 0
        self._edit = inspect.type_info(SceneEdit)

    def make(self, chance: Random) -> bytes:
        """Write a head and a body, right or wrong, and spoil the bytes at times."""
        path = chance.choice(PATHS)
        if chance.random() < 0.3:
            path = mangled(path, chance, chance.choice(PATHS))
        body = self._body(chance)
        lines = [f"Host: 127.0.0.1:{self.port}", "Connection: close", *self._more(chance)]
        if chance.random() < 0.6:
            lines.append(f"Content-Length: {len(body)}")
        elif chance.random() < 0.5:
            lines.append("Transfer-Encoding: chunked")
            body = self._chunked(body, chance)
        elif chance.random() < 0.9:
            body = b""
        if chance.random() < 0.1:
            lines[0] = mangled(lines[0], chance)
        method = chance.choice(METHODS[:3] if chance.random() < 0.7 else METHODS)
        version = "HTTP/1.1" if chance.random() < 0.9 else chance.choice(("HTTP/1.0", "HTTP/9", ""))
        head = raw("\r\n".join([f"{method} {path} {version}", *lines, "", ""]))
        return spoilt(head, chance) + body if chance.random() < 0.2 else head + body

    def _more(self, chance: Random) -> list[str]:
        return chance.sample(HEADERS, chance.choice((0, 0, 0, 1, 3)))

    def _body(self, chance: Random) -> bytes:
        """Write an edit, right half of the time."""
        edit = value_of(self._edit, chance, chance.choice((0, 0, 0.1)))
        text = json.dumps(edit if chance.random() < 0.9 else any_of(chance))
        return raw(mangled(text, chance) if chance.random() < 0.4 else text)

    def _chunked(self, body: bytes, chance: Random) -> bytes:
        """Write a body in chunks, whose sizes may lie and have extensions."""
        found = b""
        for at in range(0, len(body), 40):
            part = body[at : at + 40]
            size = chance.choice(
                (f"{len(part):x}",) * 30 + ("0", "fffffffff", "-1", "0x5", "5;a=b")
            )
            found += raw(size) + b"\r\n" + part + b"\r\n"
        return found + chance.choice((b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"0\r\n", b""))

    def feed(self, case: object) -> str:
        """Send it and nothing more; read to the end."""
        answer, _ = talk(self.port, cast("bytes", case), patience=CLOSING_SECONDS)
        found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
        if found is None:
            assert not answer, answer[:100]
            return "hung up"
        assert found[1] < b"500", answer[:400]
        return found[1].decode()


def talk(
    port: int, data: bytes, upgrade: bytes = b"", patience: float = PATIENCE_SECONDS
) -> tuple[bytes, bool]:
    """Send bytes, and return all that comes, and whether it was us who ended the connection.

    We end it when nothing comes for as long as our `patience` lasts.

    Raises:
        TimeoutError: the connection stays open although we have ended it.
    """
    found, ended = b"", False
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line,
        contextlib.suppress(ConnectionError),
    ):
        line.sendall(upgrade)
        while upgrade and b"\r\n\r\n" not in found:
            found += line.recv(65536)
        line.sendall(data)
        line.settimeout(patience)
        while True:
            try:
                more = line.recv(65536)
            except TimeoutError:
                if ended:
                    raise
                ended = True
                line.settimeout(PATIENCE_SECONDS)
                line.shutdown(socket.SHUT_WR)
                continue
            if not more:
                break
            found += more
    return found, ended


class Frames:
    """WebSocket frames: the connection goes on, or is closed with a code that says why."""

    codes = frozenset((1000, 1002, 1007, 1008, 1009, *range(4000, 4200)))

    def __init__(self, server: Server | None = None) -> None:
        self.port = server.port if server is not None else 0
        self._messages = ClientMessages()
        self._mine = os.getpid()

    def make(self, chance: Random) -> bytes:
        """Write some frames: whole and in parts, text and not, masked or not, spoilt at times."""
        frames = [frame(json.dumps({"type": "subscribe", "session_id": f"g{self._mine}"}).encode())]
        odd = chance.random() < 0.3
        for _ in range(chance.choice((1, 3, 20))):
            payload = self._messages.make(chance)
            if chance.random() < 0.1:
                payload = payload[: int(chance.random() * 126)]
            opcode = chance.choice((1, 1, 1, 1, 2, 9, 10) if not odd else range(16))
            if opcode >= 8:
                payload = payload[:125]
            fin = not odd or chance.random() < 0.8
            rsv = chance.choice((0,) * 9 + (1, 2, 4)) if odd else 0
            frames.append(frame(payload, opcode, fin=fin, rsv=rsv))
        if chance.random() < 0.3:
            at = int(chance.random() * len(frames))
            frames[at] = spoilt(frames[at], chance)
        return b"".join(frames)

    def feed(self, case: object) -> str:
        """Send them all and close; read what is answered to the end."""
        head = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        closing = frame((1000).to_bytes(2, "big"), 8)
        answer, ended = talk(
            self.port, cast("bytes", case) + closing, head.encode(), CLOSING_SECONDS
        )
        response, _, rest = answer.partition(b"\r\n\r\n")
        assert response.startswith(b"HTTP/1.1 101"), response
        code = 0
        while len(rest) >= 2:
            at, size = 2, rest[1]
            if size >= 126:
                at = 4 if size == 126 else 10
                size = int.from_bytes(rest[2:at], "big")
            if rest[0] == 0x88 and size >= 2:
                code = int.from_bytes(rest[at : at + 2], "big")
            elif rest[0] == 0x81 and at + size <= len(rest):
                json.loads(rest[at : at + size])
            rest = rest[at + size :]
        assert code in self.codes or code == 0, code
        if code:
            return f"closed {code}"
        return "waited for more" if ended else "hung up"


class Watch:
    """Holds a real server to it: it lives, goes on, does not grow, and logs no failure."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._began = server.memory_kib()
        self._log: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.server.process.stderr is not None
        for line in self.server.process.stderr:
            if len(self._log) < 2000:
                self._log.append(line)

    def growth_mib(self) -> float:
        """Return how much memory it has taken since the beginning."""
        return (self.server.memory_kib() - self._began) / 1024

    def check(self) -> None:
        """See that it goes on: somebody joins, edits and is answered."""
        time.sleep(0.2)
        with RawSocket(self.server) as wire:
            wire.join("afterwards")
            add = {"kind": {"type": "Text", "content": "x"}}
            wire.send({"type": "add_element", "element": add, "message_id": "m"})
            assert wire.until("ack")["success"]
        failures = [line for line in self._log if "Traceback" in line or '"error"' in line]
        assert not failures, failures[:5]
