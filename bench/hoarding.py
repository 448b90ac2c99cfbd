"""Attacks on memory and disk: what a server keeps for somebody who takes nothing away."""

import asyncio
import uuid

from costly import picture
from rawclient import (
    MASK,
    ask,
    get,
    line,
    message_frame,
    message_of,
    post,
    pour,
    put_down,
    repeat,
    throw_away,
    websocket,
)

PIECE = 500_000
LARGE = [{"id": f"large-{number}", "kind": picture(PIECE)} for number in range(7)]
"""A scene of 3.5 MB."""


async def fill(port: int, session: str) -> None:
    """Make a scene of 3.5 MB."""
    for element in LARGE:
        await put_down(port, session, element)


async def responses_unread(port: int) -> None:
    """Two hundred connections ask for a scene of 3.5 MB and read nothing."""
    await fill(port, "hoard")

    async def one() -> None:
        async with line(port, get(port, "/api/scene/hoard")):
            await asyncio.sleep(30)

    await repeat(one, 200)


async def deaf_crowd(port: int) -> None:
    """A hundred people ask for a scene of 3.5 MB twenty times and read nothing."""
    await fill(port, "hoard")
    subscribe = message_frame("subscribe", session_id="hoard")
    frames = message_frame("get_scene") * 20

    async def one() -> None:
        async with websocket(port, subscribe, frames):
            await asyncio.sleep(30)

    await repeat(one, 100)


async def aborted_posts(port: int) -> None:
    """Fifty connections send half a body and hang up, as fast as they can."""
    request = post(port, "/api/scene", b'{"session_id":"aborted","add":[' + b" " * 2000)

    async def one() -> None:
        async with line(port, request[:-1000]) as (_, writer):
            await writer.drain()

    await repeat(one, 50)


async def failing_requests(port: int) -> None:
    """Twenty connections send requests that are refused, as fast as they can."""
    requests = (
        post(port, "/api/scene", b"[" * 1000),
        post(port, "/api/scene", b'{"session_id":"../../etc"}'),
        get(port, "/api/scene/x/export.exe"),
        get(port, "/api/scene/x?revision=99999999999999999999"),
        get(port, "/%ff%fe"),
    )
    turn = iter(range(10**9))

    async def one() -> None:
        await ask(port, requests[next(turn) % len(requests)])

    await repeat(one, 20)


async def places(port: int) -> None:
    """A hundred people make scenes of 3.5 MB each, vanish, and have their places kept."""

    async def one() -> None:
        session = f"place-{uuid.uuid4().hex[:8]}"
        await fill(port, session)
        async with websocket(port, message_frame("subscribe", session_id=session)) as (
            reader,
            writer,
        ):
            await message_of(reader, "scene_update")
            writer.transport.abort()  # pyright: ignore[reportUnknownMemberType]

    await repeat(one, 8)


async def parts_kept(port: int) -> None:
    """Two hundred and fifty people begin a message of a mebibyte and never end it."""
    await keep(port, b"\x01\xff" + (1_000_000).to_bytes(8, "big"))


async def frames_kept(port: int) -> None:
    """Two hundred and fifty people send a frame of a mebibyte but for its last byte."""
    await keep(port, b"\x81\xff" + (1_000_001).to_bytes(8, "big"))


async def keep(port: int, header: bytes) -> None:
    """Send a mebibyte of a frame in a session, on 250 connections, and nothing more."""
    begins = header + MASK + b" " * 1_000_000
    subscribe = message_frame("subscribe", session_id="parts")

    async def one() -> None:
        async with websocket(port, subscribe) as (reader, writer):
            reading = asyncio.create_task(throw_away(reader))
            try:
                writer.write(begins)
                await writer.drain()
                await asyncio.sleep(30)
            finally:
                reading.cancel()

    await repeat(one, 250)


async def earlier_scenes(port: int) -> None:
    """Ten connections ask for large scenes as they were, and for their history."""
    await fill(port, "hoard")
    turn = iter(range(10**9))

    async def one() -> None:
        number = next(turn)
        path = "history" if number % 8 == 7 else f"?revision={1 + number % 7}"
        slash = "/" if path == "history" else ""
        await ask(port, get(port, f"/api/scene/hoard{slash}{path}"))

    await repeat(one, 10)


async def restores(port: int) -> None:
    """Four people clear a scene of 7,000 elements and have it back, again and again."""
    small = {"kind": {"type": "Text", "content": "small"}}
    await put_down(port, "restores", *[small] * 7000)
    frames = message_frame("clear_scene") + message_frame("restore_scene", revision=1)
    subscribe = message_frame("subscribe", session_id="restores")
    await repeat(lambda: pour(port, frames * 5, subscribe), 4)
