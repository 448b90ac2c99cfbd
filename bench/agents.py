"""What agents at the table cost, and how long they wait: `make benchagents`.

It takes how long an agent's addition of 200 elements takes until another peer has all of them, how
long a description of 2,000 elements takes and how long it is, how long a picture takes, and what 50
agents that wait for people cost those people: the delay of a chat message with and without them.
"""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client as McpClient
from mcp.client.streamable_http import streamable_http_client

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from canvas_server.client import Client, connect  # noqa: E402
from canvas_server.protocol.server import ChatMessage, ElementAdded  # noqa: E402
from support.servers.server import Server, running  # noqa: E402 - helpers of the tests

SESSION = "bench"
ADDED, ROUNDS = 200, 20
MANY = 2000
WAITING = 50
MESSAGES = 60


@contextlib.asynccontextmanager
async def agent(server: Server, name: str, session: str = SESSION) -> AsyncGenerator[McpClient]:
    """Give the official client, at a server that asks nobody for a token."""
    url = f"{server.url}/mcp?session={session}&name={name}"
    async with (
        httpx2.AsyncClient(timeout=70) as http,
        McpClient(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def call(client: McpClient, tool: str, **arguments: Any) -> int:
    """Call a tool that has to succeed; return how many characters it answers."""
    while True:
        result = await client.call_tool(tool, arguments)
        words = [getattr(part, "text", "") for part in result.content]
        if not result.is_error:
            return sum(map(len, words))
        if "too_many" not in words[0] and "rate" not in words[0]:
            raise SystemExit(f"{tool}: {words[0]}")
        await asyncio.sleep(0.5)


def notes(count: int, offset: int) -> list[dict[str, Any]]:
    """Return notes side by side."""
    return [
        {
            "kind": "Note",
            "content": f"Note {number} of those that are measured",
            "x": number % 50 * 240,
            "y": (offset + number // 50) * 240,
            "width": 200,
            "height": 200,
        }
        for number in range(count)
    ]


def line(what: str, seconds: list[float], more: str = "") -> None:
    """Print a figure in milliseconds."""
    ordered = sorted(seconds)
    median = statistics.median(ordered) * 1000
    p95 = ordered[max(0, round(len(ordered) * 0.95) - 1)] * 1000
    print(f"{what}: median {median:.0f} ms, p95 {p95:.0f} ms{more}")


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    """Return how long something takes, in seconds."""
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


async def additions(server: Server) -> None:
    """Print how long additions take until another peer has them."""
    seconds: list[float] = []
    async with (
        connect(server.url, "adding", "Grace") as grace,
        agent(server, "Ada", "adding") as ada,
    ):
        await call(ada, "guide")
        for turn in range(ROUNDS):
            ids = [f"n{turn}-{number}" for number in range(ADDED)]
            wanted = [
                note | {"id": one} for note, one in zip(notes(ADDED, turn * 8), ids, strict=True)
            ]
            told = grace.messages()
            began = time.perf_counter()
            task = asyncio.create_task(call(ada, "add", elements=wanted))
            async for message in told:
                if isinstance(message, ElementAdded) and message.element.id == ids[-1]:
                    break
            seconds.append(time.perf_counter() - began)
            await task
            await call(ada, "remove", ids=ids)
            await asyncio.sleep(2)  # the pace of edits that everybody has to keep
    line(f"{ADDED} elements, until another peer has them", seconds)


async def descriptions(server: Server) -> None:
    """Print how long descriptions and pictures take."""
    async with agent(server, "Ada") as ada:
        for start in range(0, MANY, 400):
            await call(ada, "add", elements=notes(400, start // 50))
            await asyncio.sleep(3)
        sizes: list[int] = []

        async def describe() -> None:
            sizes.append(await call(ada, "describe"))

        seconds = [await timed(describe) for _ in range(ROUNDS)]
        line(f"describe {MANY} elements", seconds, f", {max(sizes) // 4} tokens")
        areas = [{"x": at * 300, "y": 0, "width": 1280, "height": 720} for at in range(10)]
        looks = [await timed(lambda area=area: call(ada, "look", area=area)) for area in areas]
        line("look at one screen of them", looks)


async def delays(grace: Client, heard: Client) -> list[float]:
    """Return how long messages of the chat take from one person to another."""
    seconds: list[float] = []
    came = heard.messages()
    for number in range(MESSAGES):
        began = time.perf_counter()
        grace.say(f"{began} {number}").add_done_callback(lambda done: done.exception())
        async for message in came:
            if isinstance(message, ChatMessage) and message.text == f"{began} {number}":
                break
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.1)
    return seconds


async def waiters(server: Server) -> None:
    """Print what agents that wait cost people."""
    async with (
        connect(server.url, "waiting", "Grace") as grace,
        connect(server.url, "waiting", "Joan") as joan,
        contextlib.AsyncExitStack() as stack,
    ):
        line("chat from one person to another, no agents", await delays(grace, joan))
        agents = [
            await stack.enter_async_context(agent(server, f"Agent{number}", "waiting"))
            for number in range(WAITING)
        ]
        await asyncio.gather(*(call(one, "guide") for one in agents))
        waiting = [
            asyncio.create_task(call(one, "wait_for", kinds=["speech"], seconds=45))
            for one in agents
        ]
        line(f"the same, {WAITING} agents wait", await delays(grace, joan))
        if any(task.done() for task in waiting):
            raise SystemExit("not all agents have waited")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def main(server: Server) -> None:
    """Measure all."""
    idle = server.memory_kib()
    began = time.perf_counter()
    async with agent(server, "Ada") as ada:
        await call(ada, "guide")
        print(f"the first agent, for which all is loaded: {time.perf_counter() - began:.2f} s")
    print(f"memory: {idle // 1024} MiB before any agent, {server.memory_kib() // 1024} MiB after")
    await additions(server)
    await descriptions(server)
    await waiters(server)
    print(f"memory at the end: {server.memory_kib() // 1024} MiB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as running_server:
        asyncio.run(main(running_server))
