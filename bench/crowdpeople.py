"""The people of `crowd.py`: light clients that keep a roster, count bytes and note when it came."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import uvloop

from contenders import cores
from rawclient import MASK, message_frame, upgrade

SESSION = "crowd"
FEATURES = ("roster_changes", "pointers")
PONG, CLOSE = 0x8A, 0x88
_HEAD = b'{"type":"'
_ROSTER = (b"peer_list", b"peer_joined", b"peer_updated", b"peer_left", b"roster_changes")


class Frames(asyncio.Protocol):
    """A WebSocket of which each message is handed on as bytes; pings are answered."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.bytes = 0
        self.first: bytes = b""
        self._buffer = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = transport  # pyright: ignore[reportAttributeAccessIssue] - uvloop's own
        assert self.transport is not None
        self.transport.write(upgrade(transport.get_extra_info("peername")[1]))

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        self.bytes += len(data)
        buffer = self._buffer + data
        start = 0
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = buffer
                return
            self._open, start = True, end + 4
            self.write(self.first)
        while len(buffer) - start >= 2:
            size, head = buffer[start + 1], 2
            if size == 126:
                size, head = int.from_bytes(buffer[start + 2 : start + 4]), 4
            elif size == 127:
                size, head = int.from_bytes(buffer[start + 2 : start + 10]), 10
            if len(buffer) - start < head + size:
                break
            payload = buffer[start + head : start + head + size]
            kind = buffer[start] & 0x0F
            start += head + size
            if kind == 1:
                self.heard(payload)
            elif kind == 9:
                self.write(bytes((PONG, 0x80 | len(payload))) + MASK + payload)
        self._buffer = buffer[start:]

    def heard(self, payload: bytes) -> None:
        """Take a message."""

    def write(self, data: bytes) -> None:
        """Send bytes, if there is a connection."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def forget_socket(self) -> None:
        """Be ready for another connection."""
        self.transport, self._buffer, self._open = None, b"", False


class Member(Frames):
    """A person of the crowd."""

    def __init__(self, features: tuple[str, ...], name: str, number: int) -> None:
        super().__init__()
        self._features, self._name, self._number = features, name, number
        self._roster: dict[str, Any] = {}
        self._unread: list[bytes] = []
        """Messages about the roster: they are read when somebody looks at it."""
        self.peer_id = self._token = ""
        self.revision = 0
        self.pointers = 0
        self.received = 0
        self.recovered = False
        self.waited = 0.0
        """Seconds from opening the connection to roster and scene."""
        self._began = 0.0
        self._moves = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def roster(self) -> dict[str, Any]:
        """Who is there, by peer id."""
        unread, self._unread = self._unread, []
        for payload in unread:
            self._follow(msgspec.json.decode(payload))
        return self._roster

    @property
    def about(self) -> str:
        """What it knows, for a message."""
        return f"{self._name}: {len(self.roster)} in the roster, revision {self.revision}"

    def _subscribe(self, **fields: Any) -> bytes:
        features = {"features": self._features} if self._features else {}
        return message_frame(
            "subscribe", session_id=SESSION, display_name=self._name, **features, **fields
        )

    async def connect(self, address: tuple[str, int]) -> None:
        """Open a connection and join."""
        self.first = self._subscribe()
        await self._open_socket(address)

    async def _open_socket(self, address: tuple[str, int]) -> None:
        self._began = time.monotonic()
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, *address)

    async def resume(self, address: tuple[str, int]) -> None:
        """Come back on another connection, with everything that was missed."""
        self.forget_socket()
        self.recovered = False
        self.first = self._subscribe(resume_token=self._token, received=self.received)
        self.ready = asyncio.get_running_loop().create_future()
        await self._open_socket(address)
        await self.ready

    def cut(self) -> None:
        """Break the connection."""
        assert self.transport is not None
        self.transport.abort()

    def leave(self) -> None:
        """Close the connection as who leaves for good."""
        self.write(bytes((CLOSE, 0x82)) + MASK + (1000).to_bytes(2, "big"))

    def move(self) -> None:
        """Move the pointer."""
        self._moves += 1
        x, y = 10.5 * self._number + self._moves % 97, 7.25 * (self._moves % 89)
        self.write(message_frame("cursor", x=x, y=y))

    def all_connected(self, size: int) -> bool:
        """Tell whether it knows so many people, all of them here."""
        there = self.roster.values()
        return len(there) == size and all(
            peer["connected"] for peer in there if peer["peer_id"] != self.peer_id
        )

    def heard(self, payload: bytes) -> None:
        """Take a message; count pointers."""
        kind = payload[len(_HEAD) : payload.index(b'"', len(_HEAD))]
        if kind != b"peer_assigned" and self.peer_id:
            self.received += 1
        if kind == b"peer_cursor":
            self.pointers += 1
            return
        if kind in _ROSTER:
            self._unread.append(payload)
            return
        if kind == b"scene_update":
            self._is_ready()
            return
        message = msgspec.json.decode(payload)
        match message["type"]:
            case "peer_assigned":
                self.peer_id, self._token = message["peer_id"], message["resume_token"]
                self.received, self.recovered = 0, message["recovered"]
                if self.recovered:
                    self._is_ready()
            case "pointers":
                self.pointers += sum(one[0] != self.peer_id for one in message["pointers"])
            case "error":
                self.ready.set_exception(ValueError(f"{self._name} was refused: {message}"))
            case _:
                pass

    def _follow(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "peer_list":
                self._roster = {peer["peer_id"]: peer for peer in message["peers"]}
                self.revision = message.get("revision", 0)
            case "peer_joined" | "peer_updated":
                self._roster[message["peer"]["peer_id"]] = message["peer"]
            case "peer_left":
                del self._roster[message["peer_id"]]
            case _:
                self._change(message)

    def _change(self, message: dict[str, Any]) -> None:
        assert message["revision"] == self.revision + 1, "a difference is missing"
        self.revision += 1
        for gone in message.get("left", ()):
            del self._roster[gone["peer_id"]]
        for peer in message.get("joined", ()):
            self._roster.pop(peer["peer_id"], None)
            self._roster[peer["peer_id"]] = peer
        for peer in message.get("updated", ()):
            self._roster[peer["peer_id"]] = peer

    def _is_ready(self) -> None:
        if not self.ready.done():
            self.waited = time.monotonic() - self._began
            self.ready.set_result(None)


class Pair:
    """Two people of another session, in a process of their own, who exchange candidates."""

    EACH = 0.01

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, url: str) -> "Pair":
        """Have them begin."""
        line = (sys.executable, __file__, url)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*line, stdin=pipe, stdout=pipe)
        assert process.stdout is not None
        await process.stdout.readline()
        return cls(process)

    async def stop(self) -> list[tuple[float, float]]:
        """Have them stop; return when each candidate was sent, and how long it took."""
        out, _ = await self._process.communicate(b"stop\n")
        return json.loads(out)


class _Talker(Frames):
    """One of the pair."""

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._hear = hear
        self.first = message_frame("subscribe", session_id="beside")

    def heard(self, payload: bytes) -> None:
        self._hear(msgspec.json.decode(payload))


async def talk(url: str) -> None:
    """Exchange candidates until a line comes in; print how long each took."""
    host, _, port = url.removeprefix("ws://").removesuffix("/ws").partition(":")
    loop = asyncio.get_running_loop()
    ids: list[str] = []
    assigned = asyncio.Event()
    took: list[tuple[float, float]] = []

    def hear(message: dict[str, Any]) -> None:
        if message["type"] == "peer_assigned":
            ids.append(message["peer_id"])
            assigned.set()
        elif message["type"] == "relay_ice_candidate":
            sent = float(message["sdp_mid"])
            took.append((sent, time.monotonic() - sent))

    talkers = [_Talker(hear), _Talker(hear)]
    for talker in talkers:
        assigned.clear()
        await loop.create_connection(lambda talker=talker: talker, host, int(port))
        await assigned.wait()
    stopped = asyncio.Event()
    loop.add_reader(sys.stdin, stopped.set)
    print("ready", flush=True)
    candidate = "candidate:1 1 udp 1 192.0.2.1 9000 typ host"
    while not stopped.is_set():
        mid = str(time.monotonic())
        talkers[0].write(
            message_frame("ice_candidate", target_peer_id=ids[1], candidate=candidate, sdp_mid=mid)
        )
        await asyncio.sleep(Pair.EACH)
    await asyncio.sleep(0.2)
    print(json.dumps(took))


if __name__ == "__main__":
    os.sched_setaffinity(0, cores()[1])
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # it measures the server, not the crowd beside it
    uvloop.run(talk(sys.argv[1]))
