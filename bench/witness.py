"""Somebody who is harmed in another way than by waiting for messages, and measures how much.

It runs in a process of its own (`attacks.py` starts it) and prints one JSON line: a figure, the
bound it should keep to, and its unit.
"""

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from canvas_server.protocol.roles import Role
from contenders import cores, join_token
from rawclient import ask, get, post

SECRET = "of-the-attacked-server-and-long-enough"
CROWD, VICTIM = "crowd", "Victim"
MOST_KB_A_SECOND = 1000
"""As much as a line of 8 Mbit/s takes."""
MOST_EXPORT_SECONDS = 5.0
MAX_MODERATOR_REFUSALS = 0


async def line(url: str, seconds: float) -> dict[str, Any]:
    """Stay in the crowd, and count what comes in each second."""
    received: Counter[int] = Counter()
    began = time.monotonic()
    faults: list[str] = []
    try:
        async with connect(url, max_size=None) as socket:
            wish = {"type": "subscribe", "session_id": CROWD, "display_name": VICTIM}
            await socket.send(json.dumps(wish))
            async with asyncio.timeout(seconds):
                async for frame in socket:
                    received[int(time.monotonic() - began)] += len(frame)
    except TimeoutError:
        pass
    except ConnectionClosed as closed:
        faults.append(f"the victim was closed: {closed.code}")
    busiest = max(received.values(), default=0) / 1000
    return {"value": busiest, "limit": MOST_KB_A_SECOND, "unit": "KB/s", "faults": faults}


async def moderator(url: str, seconds: float) -> dict[str, Any]:
    """Come into the crowd again and again as its moderator."""
    token = join_token(SECRET, CROWD, Role.MODERATE)
    refused, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.4)
        async with connect(url, max_size=None) as socket:
            wish = {"type": "subscribe", "session_id": CROWD, "token": token}
            await socket.send(json.dumps(wish))
            async with asyncio.timeout(10):
                async for frame in socket:
                    message = json.loads(frame)
                    if message["type"] in ("peer_assigned", "error"):
                        refused += message["type"] == "error"
                        break
    return {"value": refused, "limit": MAX_MODERATOR_REFUSALS, "unit": "refusals", "faults": []}


async def exporter(url: str, seconds: float) -> dict[str, Any]:
    """Change a small scene and ask for it as a picture, again and again."""
    port = int(url.rpartition(":")[2].partition("/")[0])
    token = join_token(SECRET, "exports")
    longest, until = 0.0, time.monotonic() + seconds
    faults: list[str] = []
    while (began := time.monotonic()) < until:
        add = {"session_id": "exports", "clear": True, "add": [{"kind": KIND}]}
        await ask(port, post(port, "/api/scene", json.dumps(add).encode(), token))
        status = await ask(port, get(port, "/api/scene/exports/export.png", token))
        if status != 200:
            faults.append(f"export: {status}")
        longest = max(longest, time.monotonic() - began)
        await asyncio.sleep(0.5)
    return {"value": longest, "limit": MOST_EXPORT_SECONDS, "unit": "s", "faults": faults}


KIND = {"type": "Text", "content": "drawn"}
WITNESSES = {"line": line, "moderator": moderator, "exporter": exporter}


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=list(WITNESSES))
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    os.sched_setaffinity(0, cores()[1])
    print(json.dumps(asyncio.run(WITNESSES[options.who](options.url, options.seconds))))


if __name__ == "__main__":
    main()
