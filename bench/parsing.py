"""Attacks on what reads: messages and pictures that cost far more to understand than to send."""

import asyncio
import json
from typing import Any

from canvas_server.protocol.roles import Role
from contenders import join_token
from costly import chart
from pictures import bomb
from rawclient import ask, get, message_frame, pour, put_down, repeat, text_frame
from witness import SECRET

SUBSCRIBE = message_frame("subscribe", session_id="parsing")


async def deep_operations(port: int) -> None:
    """Four people send queues of a thousand operations, each of them nested deeply."""
    nested = json.loads("[" * 45 + "]" * 45)
    kind = {"type": "Chart", "chart_type": "bar", "data": nested}
    frames = message_frame(
        "sync_queue", operations=[{"op": "add", "element": {"kind": kind}}] * 1000
    )
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def invalid_operations(port: int) -> None:
    """Four people send queues of a thousand operations, none of which can be done."""
    operations: list[Any] = [{"op": "remove", "id": f"none-{n}"} for n in range(500)]
    operations += [{"op": "update", "id": f"none-{n}", "changes": {}} for n in range(500)]
    frames = message_frame("sync_queue", operations=operations)
    await repeat(lambda: pour(port, frames * 4, SUBSCRIBE), 4)


async def large_operations(port: int) -> None:
    """Four people send queues of almost a mebibyte whose last operation is wrong."""
    element = {"kind": {"type": "Text", "content": "x" * 900}}
    operations: list[Any] = [{"op": "add", "element": element}] * 990
    frames = message_frame("sync_queue", operations=[*operations, {"op": "add", "element": 1}])
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def wrapped_operations(port: int) -> None:
    """Four people send queues of a thousand elements in the form of other servers."""
    kind = {"type": "Text", "data": {"content": "x" * 800, "font_size": 12}}
    frames = message_frame(
        "sync_queue", operations=[{"op": "add", "element": {"kind": kind}}] * 990
    )
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def digits(port: int) -> None:
    """Four people send charts of numbers with 24 digits, as many as fit into a message."""
    number = "1234567890.12345678901234"
    many = ",".join([number] * 39_000)
    kind = f'{{"type":"Chart","chart_type":"bar","data":[{many}]}}'
    frames = text_frame(f'{{"type":"add_element","element":{{"kind":{kind}}}}}'.encode())
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def digits_unread(port: int) -> None:
    """Four people send the same numbers where nothing looks at them."""
    many = ",".join(["123456789012345678901234"] * 41_000)
    frames = text_frame(f'{{"type":"ping","nothing":[{many}]}}'.encode())
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def escapes(port: int) -> None:
    """Four people send texts that are escaped to the last letter, in messages that are wrong."""
    text = "\\u00e9" * 170_000
    frames = text_frame(f'{{"type":"subscribe","session_id":"{text}"}}'.encode())
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def small_and_wrong(port: int) -> None:
    """Ten people send the smallest messages that get an error."""
    await repeat(lambda: pour(port, text_frame(b"{}") * 500, SUBSCRIBE), 10)


async def charts_come_and_go(port: int) -> None:
    """Four people put down charts of 20,000 values and take them away."""
    add = message_frame("add_element", element={"id": "come", "kind": chart(20_000)})
    frames = add + message_frame("remove_element", id="come")
    await repeat(lambda: pour(port, frames, SUBSCRIBE), 4)


async def slow_exports(port: int) -> None:
    """Sixteen pictures of a scene that is slow to draw are asked for with a link to look on."""
    editor = join_token(SECRET, "slow")
    elements = [{"kind": {"type": "Image", "src": bomb()}} for _ in range(3)]
    elements += [{"kind": chart(400)} for _ in range(60)]
    words = "slow " * 400
    elements += [{"kind": {"type": "Text", "content": words}} for _ in range(60)]
    for at in range(0, len(elements), 20):
        await put_down(port, "slow", *elements[at : at + 20], token=editor)
    viewer = join_token(SECRET, "slow", Role.VIEW)
    turn = iter(range(10**9))

    async def one() -> None:
        path = f"/api/scene/slow/export.png?width={4096 - next(turn) % 3000}"
        await ask(port, get(port, path, viewer))
        await asyncio.sleep(0.01)

    await repeat(one, 16)
