"""Garbage at `/mcp`: every request is answered with an error that has a name, and nothing stays."""

import asyncio
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from canvas_server.agents.tools import TOOLS
from support.servers.agents import agent, agent_token, call
from support.servers.invitations import SECRET
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("AGT11", "IN1", "IN2")
CALLS = int(os.environ.get("GARBAGE_CALLS", "800"))
"""By hand: 100000."""
SENDERS = 8
MODERN = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call"}
ACCEPT = "application/json, text/event-stream"
STRANGE: tuple[Any, ...] = (
    None, True, -1, 2**70, 1e308, "", "\x00", "\u202e", "x" * 5000, [], {}, [[[]]], {"": {}},
    {"id": None}, {"kind": "Note"}, {"kind": {"type": "Note"}}, [1, 2], "../../etc", "canvas://",
    {"kind": "Arrow", "from": {}, "to": 3}, {"kind": "Text", "content": "\ud800"}, "NaN", -0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    env = {"CANVAS_AUTH_SECRET": SECRET}
    with running(tmp_path_factory.mktemp("house") / "data", env=env) as server:
        yield server
        server.stop()
        assert "Traceback" not in server.stderr()


def strange(dice: random.Random, depth: int = 0) -> Any:
    if depth < 3 and dice.random() < 0.3:
        return [strange(dice, depth + 1) for _ in range(dice.randrange(4))]
    return dice.choice(STRANGE)


def arguments(dice: random.Random) -> tuple[str, Any]:
    """A tool, and arguments of the right names with strange values."""
    tool = dice.choice([one for one in TOOLS.values() if one.name not in ("look", "export")])
    names = [*tool.schema.get("properties", {}), "nonsense"]
    if dice.random() < 0.1:
        return tool.name, strange(dice)
    given = {dice.choice(names): strange(dice) for _ in range(dice.randrange(3))}
    if tool.name in ("wait_for", "ask"):
        given["seconds"] = 0
    return tool.name, given


def body(dice: random.Random) -> bytes:
    """A request that is wrong somewhere; many only in what they ask for."""
    name, given = arguments(dice)
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": name, "arguments": given, "_meta": meta}
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    kind = dice.random()
    if kind < 0.1:
        message[dice.choice([*message])] = strange(dice)
    elif kind < 0.2:
        params[dice.choice([*params])] = strange(dice)
    text = json.dumps(message)
    if kind > 0.95:
        text = text[: dice.randrange(len(text))]
    return text.encode("utf-8", "surrogatepass")


async def flood(server: Server, bearer: str, seed: int, count: int) -> dict[str, int]:
    """Send garbage; return how often each kind of answer came. None is without a name."""
    dice = random.Random(seed)
    kinds: dict[str, int] = {}
    headers = {"authorization": f"Bearer {bearer}", "accept": ACCEPT, **MODERN}
    headers["content-type"] = "application/json"
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        for _ in range(count):
            content = body(dice)
            found = named(content)
            answer = await http.post(
                f"{server.url}/mcp", content=content, headers={"Mcp-Name": found}
            )
            while answer.status_code == 429:
                await asyncio.sleep(float(answer.headers["retry-after"]))
                answer = await http.post(
                    f"{server.url}/mcp", content=content, headers={"Mcp-Name": found}
                )
            kind = named_answer(answer)
            kinds[kind] = kinds.get(kind, 0) + 1
    return kinds


def named(content: bytes) -> str:
    try:
        name = json.loads(content)["params"]["name"]
    except (ValueError, KeyError, TypeError):
        return "none"
    return name if isinstance(name, str) and name.isascii() and name.isprintable() else "none"


def named_answer(answer: httpx2.Response) -> str:
    """What an answer is: a result, an error of a tool, or of the protocol; it says so."""
    if answer.status_code == 202:
        return "noted"
    assert answer.status_code < 500, answer.text
    said = answer.json()
    if "result" in said:
        result = said["result"]
        if not result.get("isError"):
            return "done"
        (part,) = result["content"]
        assert part["text"], said
        assert "its log says more" not in part["text"], said
        return "refused"
    if "error" in said and isinstance(said["error"], dict):
        assert said["error"]["message"], said
        return str(said["error"]["code"])
    assert said["code"], said
    return said["code"]


async def test_garbage_is_answered_by_name_and_leaves_nothing(house: Server) -> None:
    tokens = [agent_token(f"garbage-{seed}", f"Agent {seed}") for seed in range(SENDERS)]
    async with agent(house, tokens[0]) as ada:
        await call(ada, "guide")
    before = house.memory_kib()
    every = await asyncio.gather(
        *(flood(house, bearer, seed, CALLS // SENDERS) for seed, bearer in enumerate(tokens))
    )
    kinds = {kind for one in every for kind in one}
    assert {"refused", "done", "-32602"} <= kinds, kinds
    async with agent(house, tokens[0]) as ada:
        assert "You are" in await call(ada, "guide")
    assert house.memory_kib() - before < 120_000
