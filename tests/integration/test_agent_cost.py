"""What agents cost a server that none comes to: nothing is loaded for them."""

import sys
from pathlib import Path

import httpx
import pytest

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
