"""Attacks with messages that are allowed and make much work: each goes on until it is ended.

All of them come from people who may edit a session of their own, but for the first.
"""

import asyncio
import json
import uuid
from typing import Any

from pictures import bomb, noise
from rawclient import (
    ask,
    line,
    message_frame,
    post,
    pour,
    put_down,
    repeat,
    throw_away,
    websocket,
)

LOOP = (
    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'>"
    "<defs><g id='a'><rect width='9' height='9'/></g>"
    + "".join(
        f"<g id='{to}'>" + f"<use x:href='#{of}'/>" * 10 + "</g>"
        for of, to in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "</defs><use x:href='#i'/></svg>"
)


def picture(size: int) -> dict[str, Any]:
    """Return the kind of a picture of so many characters."""
    return {"type": "Image", "src": noise(size)}


def chart(points: int) -> dict[str, Any]:
    """Return the kind of a chart, of about 40 bytes a point."""
    values = [{"label": f"point {number}", "value": number} for number in range(points)]
    return {"type": "Chart", "chart_type": "bar", "data": values}


async def bodies(port: int) -> None:
    """Strangers without a token send bodies of 8 MiB."""
    body = json.dumps(
        {"session_id": "stolen", "add": [{"kind": {"type": "Text", "content": "x" * 8_000_000}}]}
    ).encode()
    request = post(port, "/api/scene", body)

    async def one() -> None:
        if await ask(port, request) < 400:
            raise SystemExit("a stranger edited")

    await repeat(one, 8)


async def bodies_without_end(port: int) -> None:
    """Twenty strangers send bodies in chunks that never end."""
    head = (
        f"POST /api/tokens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"

    async def one() -> None:
        async with line(port, head.encode()) as (reader, writer):
            while not reader.at_eof():
                writer.write(chunk)
                await writer.drain()

    await repeat(one, 20)


async def moves(port: int) -> None:
    """Four people change the place of a large chart 6,000 times in one request, again and again."""
    await put_down(port, "moves", {"id": "large", "kind": chart(20_000)})
    update = [{"id": "large", "changes": {"transform": {"x": number}}} for number in range(6000)]
    edit = post(port, "/api/scene", json.dumps({"session_id": "moves", "update": update}).encode())

    async def one() -> None:
        await ask(port, edit)

    await repeat(one, 4)


async def values(port: int) -> None:
    """Four people change one property of a large chart thousands of times in a message."""
    await put_down(port, "values", {"id": "large", "kind": chart(20_000)})
    change = [
        {"op": "update", "id": "large", "changes": {"kind": {"chart_type": f"bar{number}"}}}
        for number in range(5000)
    ]
    subscribe = message_frame("subscribe", session_id="values")
    frames = message_frame("sync_queue", operations=change)
    await repeat(lambda: pour(port, frames, subscribe), 4)


async def queue(port: int) -> None:
    """One person moves a large picture a thousand times in a message; ten are told."""
    await put_down(port, "queue", {"id": "large", "kind": picture(500_000)})
    subscribe = message_frame("subscribe", session_id="queue")
    move = [
        {"op": "update", "id": "large", "changes": {"transform": {"x": number}}}
        for number in range(1000)
    ]

    async def watch() -> None:
        async with websocket(port, subscribe) as (reader, _):
            await throw_away(reader)

    frames = message_frame("sync_queue", operations=move)
    await asyncio.gather(repeat(watch, 10), repeat(lambda: pour(port, frames, subscribe), 1))


async def single_moves(port: int) -> None:
    """One person moves a large picture in one message after the other; ten are told."""
    await put_down(port, "single", {"id": "large", "kind": picture(500_000)})
    subscribe = message_frame("subscribe", session_id="single")
    frames = b"".join(
        message_frame("update_element", id="large", changes={"transform": {"x": number}})
        for number in range(100)
    )

    async def watch() -> None:
        async with websocket(port, subscribe) as (reader, _):
            await throw_away(reader)

    await asyncio.gather(repeat(watch, 10), repeat(lambda: pour(port, frames, subscribe), 1))


async def shouts(port: int) -> None:
    """Four people restore large scenes and make large edits, as fast as they can."""

    async def one() -> None:
        session = f"shouts-{uuid.uuid4().hex[:4]}"
        subscribe = message_frame("subscribe", session_id=session)
        for n in range(7):
            await put_down(port, session, {"id": f"large-{n}", "kind": picture(500_000)})
        again = message_frame("clear_scene") + message_frame("restore_scene", revision=7)
        edits = b"".join(
            message_frame(
                "update_element",
                id=f"large-{n}",
                changes={"kind": {**picture(500_000), "alt": str(n)}},
            )
            for n in range(7)
        )
        await pour(port, again * 10 + edits, subscribe)

    await repeat(one, 4)


async def drawings(port: int) -> None:
    """Charts by the thousand and pictures that never end are put down, and asked for as files."""
    for _ in range(6):
        await put_down(port, "drawings", *({"kind": chart(20)} for _ in range(500)))
    bomb = {"type": "Image", "src": f"data:image/svg+xml,{LOOP.replace('#', '%23')}"}
    body = json.dumps({"session_id": "drawings", "add": [{"kind": bomb}]}).encode()

    async def put() -> None:
        await ask(port, post(port, "/api/scene", body))

    async def get() -> None:
        for ending in ("png", "svg"):
            head = f"GET /api/scene/drawings/export.{ending}?width=4000 HTTP/1.1"
            await ask(
                port, f"{head}\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
            )

    await asyncio.gather(repeat(put, 2), repeat(get, 4))


async def bombs(port: int) -> None:
    """Ten people put down pictures of 24 megapixels, each in a session of their own."""

    async def one() -> None:
        name = f"bombs-{uuid.uuid4()}"
        subscribe = message_frame("subscribe", session_id=name)
        adds = [
            message_frame("add_element", element={"kind": {"type": "Image", "src": bomb()}})
            for _ in range(8)
        ]
        await pour(port, b"".join(adds), subscribe)

    await repeat(one, 10)
