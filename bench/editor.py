"""Somebody who edits a canvas all the while, and measures when each edit is acknowledged.

It runs in a process of its own (`attacks.py` starts it) and prints one JSON line. An edit counts
from the moment it was due, so a server that stands still is seen.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from contenders import cores, join_token

SESSION = "editing"
EDITS_PER_SECOND = 20
PATIENCE_SECONDS = 10.0


async def read(
    socket: ClientConnection, due: dict[str, float], last: str, outcome: dict[str, Any]
) -> None:
    """Take what comes until the last edit is acknowledged; an `error` is a fault."""
    async for frame in socket:
        message = json.loads(frame)
        if message["type"] == "ack":
            outcome["waits"].append(time.perf_counter() - due.pop(message["message_id"]))
            if message["message_id"] == last:
                return
        elif message["type"] == "error":
            outcome["faults"].append(message["code"])


async def edit(url: str, seconds: float, secret: str) -> dict[str, Any]:
    """Edit for some seconds, then wait for the last acknowledgement."""
    outcome: dict[str, Any] = {"waits": [], "faults": []}
    due: dict[str, float] = {}
    token = {"token": join_token(secret, SESSION)} if secret else {}
    async with connect(url, max_size=None) as socket:
        await socket.send(json.dumps({"type": "subscribe", "session_id": SESSION, **token}))
        element = {"id": "moved", "kind": {"type": "Text", "content": "moved"}}
        await socket.send(json.dumps({"type": "add_element", "element": element}))
        count = int(seconds * EDITS_PER_SECOND)
        reading = asyncio.create_task(read(socket, due, str(count - 1), outcome))
        began = time.perf_counter()
        for number in range(count):
            moment = began + number / EDITS_PER_SECOND
            await asyncio.sleep(moment - time.perf_counter())
            due[str(number)] = moment
            changes = {"transform": {"x": number}}
            message = {"type": "update_element", "id": "moved", "changes": changes}
            await socket.send(json.dumps({**message, "message_id": str(number)}))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, PATIENCE_SECONDS)
    waits = sorted(outcome["waits"])
    faults = outcome["faults"] + ["no acknowledgement"] * len(due)
    if not waits:
        return {"faults": faults, "p99_ms": float("inf"), "max_ms": float("inf")}
    last = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
    return {"faults": faults, "p99_ms": 1000 * last, "max_ms": 1000 * waits[-1]}


def main() -> None:
    """Read the command line and edit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--secret", default="")
    options = parser.parse_args()
    os.sched_setaffinity(0, cores()[1])
    outcome = asyncio.run(edit(options.url, options.seconds, options.secret))
    print(json.dumps(outcome))
    sys.exit(1 if outcome["faults"] else 0)


if __name__ == "__main__":
    main()
