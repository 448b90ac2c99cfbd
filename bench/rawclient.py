"""A client that does not care: TCP connections and WebSockets that may say anything."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeAlias

MASK = b"\x00\x00\x00\x00"

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


def text_frame(payload: bytes) -> bytes:
    """Return a masked frame of a whole text message (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((0x80 | size,)) + MASK + payload
    if size < 65536:
        return b"\x81\xfe" + size.to_bytes(2, "big") + MASK + payload
    return b"\x81\xff" + size.to_bytes(8, "big") + MASK + payload


def message_frame(kind: str, **fields: Any) -> bytes:
    """Return a message as a frame."""
    return text_frame(json.dumps({"type": kind, **fields}).encode())


def upgrade(port: int, origin: str = "") -> bytes:
    """Return an upgrade request."""
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *([f"Origin: {origin}"] if origin else []),
        "\r\n",
    )
    return "\r\n".join(lines).encode()


@contextlib.asynccontextmanager
async def line(port: int, first: bytes = b"") -> AsyncGenerator[tuple[Reader, Writer]]:
    """Open a TCP connection and write; what comes is thrown away unless somebody reads it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(first)
        yield reader, writer
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def websocket(port: int, *first: bytes) -> AsyncGenerator[tuple[Reader, Writer]]:
    """Open a WebSocket and write."""
    async with line(port, upgrade(port)) as (reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(first))
        yield reader, writer


async def next_frame(reader: Reader) -> bytes:
    """Read one frame of the server, which masks none, and return its payload.

    Raises:
        EOFError: the connection has ended.
    """
    head = await reader.readexactly(2)
    size = head[1]
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
    return await reader.readexactly(size)


async def message_of(reader: Reader, kind: str) -> dict[str, Any]:
    """Return the next message of a type; what comes before it is thrown away."""
    while True:
        with contextlib.suppress(ValueError):
            message: dict[str, Any] = json.loads(await next_frame(reader))
            if message["type"] == kind:
                return message


async def throw_away(reader: Reader) -> None:
    """Read until the end."""
    while await reader.read(1 << 20):
        pass


async def repeat(act: Callable[[], Awaitable[None]], at_once: int) -> None:
    """Do something again and again, several at once; a refusal is no reason to stop."""

    async def again() -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError):
                await act()
            await asyncio.sleep(0)

    await asyncio.gather(*(again() for _ in range(at_once)))


async def pour(port: int, frames: bytes, *first: bytes, reads: bool = True) -> None:
    """Write the same frames for ever to a WebSocket."""
    async with websocket(port, *first) as (reader, writer):
        reading = asyncio.create_task(throw_away(reader)) if reads else None
        try:
            while not reader.at_eof():
                writer.write(frames)
                await writer.drain()
        finally:
            if reading is not None:
                reading.cancel()


def get(port: int, path: str, token: str = "") -> bytes:
    """Return a request without a body, after which the server closes."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{bearer}Connection: close\r\n\r\n"
    return head.encode()


def post(port: int, path: str, body: bytes, token: str = "") -> bytes:
    """Return a request with a JSON body, after which the server closes."""
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
        "\r\n",
    )
    return "\r\n".join(lines).encode() + body


async def ask(port: int, request: bytes) -> int:
    """Send a request on a connection of its own and return the status of the response.

    Raises:
        OSError, EOFError: there is none.
    """
    async with line(port, request) as (reader, _):
        status = await reader.readuntil(b"\r\n")
        await throw_away(reader)
    return int(status.split()[1])


async def put_down(port: int, session: str, *elements: dict[str, Any], token: str = "") -> None:
    """Add elements to a session over HTTP, as what an attack begins with.

    Raises:
        SystemExit: that was refused, so the attack would be none.
    """
    body, status = json.dumps({"session_id": session, "add": elements}).encode(), 0
    for _ in range(100):
        status = await ask(port, post(port, "/api/scene", body, token))
        if status not in (429, 503):
            break
        await asyncio.sleep(0.1)
    if status not in (200, 409):  # they are there already
        raise SystemExit(f"what the attack begins with was refused: {status}")
