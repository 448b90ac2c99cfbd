"""The real server as a process, and a bare WebSocket client that can also misbehave."""

import base64
import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from canvas_server.auth.admin import AdminTokens
from canvas_server.auth.keys import Keys

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def free_port() -> int:
    """A port of loopback that is free for UDP and TCP now."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        return tcp.getsockname()[1]


def as_user(number: int) -> tuple[str, ...]:
    """Return what starts Python as another user, for root.

    It may read everything, since Python itself may lie in a place of root, but write its own alone.
    """
    who = ("--reuid", str(number), "--regid", str(number), "--clear-groups")
    reads = ("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
    return ("setpriv", *who, *reads, sys.executable)


class Server:
    """A canvas-server process on a free port of loopback."""

    def __init__(
        self,
        data: Path,
        *args: str,
        env: dict[str, str] | None = None,
        before: tuple[str, ...] = (sys.executable,),
    ) -> None:
        """Start it; `before` is what Python is started with."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CANVAS_", "WS_RATE"))}
        self.process = subprocess.Popen(
            [*before, "-m", "canvas_server", "--port", "0", "--data", str(data), *args],
            env={**clean, "CANVAS_STUN_URLS": "", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._secrets = tuple((env or {}).get("CANVAS_AUTH_SECRET", "").replace(",", " ").split())
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"https?://[^ /]+:(\d+)", line)
        if found is None:
            self.process.wait(5)
            raise AssertionError(f"no ready line, but {line!r}: {self.stderr()}")
        self.url = found[0]
        self.port = int(found[1])

    @property
    def pid(self) -> int:
        return self.process.pid

    def stderr(self) -> str:
        """What it logged; only once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def stop(self) -> int:
        """Stop with SIGTERM; return the exit code."""
        self.process.terminate()
        return self.process.wait(10)

    def close(self) -> None:
        """Make sure it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Return the status and body of a GET, without following redirects."""
        status, _, body = self.exchange(path, headers)
        return status, body

    def exchange(
        self, path: str, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of a GET."""
        return exchange(self.url + path, headers)

    def operator(self) -> dict[str, str]:
        """Return the header of who runs the server; none where nobody is asked for it."""
        if not self._secrets:
            return {}
        token = AdminTokens(Keys.of_secrets(self._secrets)).sign(time.time() + 600)
        return {"authorization": f"Bearer {token}"}

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels."""
        text = self.get("/metrics", self.operator())[1].decode()
        rows = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
        return sum(float(value) for value in rows)

    def memory_kib(self) -> int:
        """Resident memory from /proc."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1])


def exchange(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a GET, without following redirects."""
    request = urllib.request.Request(url, headers=headers or {})
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=45) as response:
            return response.status, dict(response.headers.items()), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), error.read()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def post(
    server: Server, body: object, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], Any]:
    """Edit a scene over HTTP; return status, headers and body of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        server.url + "/api/scene",
        data,
        headers={"content-type": "application/json"} | (headers or {}),
    )
    try:
        with urllib.request.urlopen(request, timeout=45) as response:
            return response.status, dict(response.headers.items()), json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), json.load(error)


def eventually(condition: Callable[[], Any], what: str, seconds: float = 45) -> Any:
    """Wait until a condition is true and return what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


@contextlib.contextmanager
def running(
    data: Path, *args: str, env: dict[str, str] | None = None, **how: Any
) -> Iterator[Server]:
    """Run a server for the length of a block; `how` as `Server` takes it."""
    server = Server(data, *args, env=env, **how)
    try:
        yield server
    finally:
        server.close()


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0) -> bytes:
    """Return a masked frame (RFC 6455 section 5.2)."""
    head = (0x80 if fin else 0) | (rsv << 4) | opcode
    size = len(payload)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 65536:
        length = b"\xfe" + struct.pack(">H", size)
    else:
        length = b"\xff" + struct.pack(">Q", size)
    mask = b"\x00\x00\x00\x00"  # a mask of zeros is a mask; the payload stays as it is
    return bytes((head,)) + length + mask + payload


class RawSocketClosed(Exception):
    """The server closed the connection, with a code or (None) without."""

    def __init__(self, code: int | None, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class RawSocket:
    """A WebSocket by hand: what is sent is what the test says, right or wrong."""

    def __init__(self, server: Server, path: str = "/ws", **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self._buffer = b""
        self.assigned: dict[str, Any] = {}
        """The latest `peer_assigned`."""
        self.received = 0
        """Messages since then."""
        fields = {
            "Host": f"127.0.0.1:{server.port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        head = self._until(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode()

    def send(self, payload: bytes | str | dict[str, Any], opcode: int = TEXT, **bits: Any) -> None:
        """Send a frame; a dict is sent as JSON."""
        if isinstance(payload, dict):
            payload = json.dumps(payload)
        data = payload.encode() if isinstance(payload, str) else payload
        self.socket.sendall(frame(data, opcode, **bits))

    def receive_frame(self) -> tuple[int, bytes]:
        """Return the opcode and payload of the next frame."""
        head = self._take(2)
        size = head[1] & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return head[0] & 0x0F, self._take(size)

    def receive(self) -> dict[str, Any]:
        """Return the next message; pings are answered on the way."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == TEXT:
                return self._count(json.loads(payload))
            if opcode == PING:
                with contextlib.suppress(ConnectionError):  # it may be closed behind what is read
                    self.send(payload, PONG)
            if opcode == CLOSE:
                raise RawSocketClosed(int.from_bytes(payload[:2]) or None, payload[2:].decode())

    def _count(self, message: dict[str, Any]) -> dict[str, Any]:
        """Count as rule RES1 says."""
        self.received += 1
        if message["type"] == "peer_assigned":
            self.assigned, self.received = message, 0
        return message

    def resume(self, old: "RawSocket") -> dict[str, Any]:
        """Go on where another connection ended; return the `peer_assigned`."""
        self.until("welcome")
        proof = {name: old.assigned[name] for name in ("session_id", "peer_id", "resume_token")}
        self.send({"type": "subscribe", "received": old.received, **proof})
        return self.until("peer_assigned")

    def until(self, kind: str) -> dict[str, Any]:
        """Return the next message of a type."""
        while True:
            message = self.receive()
            if message["type"] == kind:
                return message

    def receive_until(self, *kinds: str) -> str:
        """Return the type of the next message that has one of these."""
        while True:
            kind = str(self.receive()["type"])
            if kind in kinds:
                return kind

    def join(self, session_id: str = "s", **wishes: Any) -> str:
        """Subscribe, read up to the scene, return the peer id."""
        self.send({"type": "subscribe", "session_id": session_id, **wishes})
        peer_id = self.until("peer_assigned")["peer_id"]
        self.until("scene_update")
        return peer_id

    def fence(self) -> list[dict[str, Any]]:
        """Return every message up to the answer of a ping."""
        self.send({"type": "ping"})
        messages: list[dict[str, Any]] = []
        while True:
            message = self.receive()
            if message["type"] == "pong":
                return messages
            messages.append(message)

    def close_code(self) -> int | None:
        """Read up to the close frame and return its code; None where the socket just ended."""
        try:
            while True:
                self.receive()
        except RawSocketClosed as closed:
            return closed.code

    def close(self) -> None:
        """Drop the socket without a word."""
        self.socket.close()

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                raise RawSocketClosed(None)
            self._buffer += more
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            more = self.socket.recv(65536)
            if not more:
                break
            self._buffer += more
        head, _, self._buffer = self._buffer.partition(mark)
        return head
