"""What agents cost a server that none comes to: nothing is loaded for them."""

import asyncio
import contextlib
import sys
from pathlib import Path

import httpx
import pytest

from canvas_server.agents.door import MAX_AT_ONCE
from support.servers.agents import agent, agent_token, call
from support.servers.invitations import SECRET
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("AGT11")


def loaded(server: Server) -> bool:
    """Whether the library that MCP messages are read with is in the memory of a server."""
    return "_pydantic_core" in Path(f"/proc/{server.pid}/maps").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_nothing_is_loaded_before_an_agent_comes_who_may(tmp_path: Path) -> None:
    with running(tmp_path / "data", env={"CANVAS_AUTH_SECRET": SECRET}) as house:
        assert not loaded(house)
        async with httpx.AsyncClient() as stranger:
            answer = await stranger.post(f"{house.url}/mcp", json={})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert not loaded(house), "a stranger had something loaded"
        async with agent(house, agent_token("cost")) as ada:
            await call(ada, "guide")
        assert loaded(house)


async def test_agents_of_one_address_wait_beside_each_other(server: Server) -> None:
    """Where nobody is asked for a token they are told apart by name, not counted as one."""

    async def waits(number: int) -> str:
        return await call(agents[number], "wait_for", kinds=["call"], seconds=2)

    async with contextlib.AsyncExitStack() as stack:
        agents = [
            await stack.enter_async_context(agent(server, "", query=f"session=many&name=A{number}"))
            for number in range(MAX_AT_ONCE + 8)
        ]
        told = await asyncio.gather(*map(waits, range(len(agents))))
        assert all("nothing happened" in one for one in told)
