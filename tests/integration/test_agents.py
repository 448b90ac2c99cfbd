"""Agents at the table by MCP: the official SDK's client against the real server."""

from collections.abc import Iterator

import pytest

from canvas_server.client import connect
from support.servers.agents import REVISIONS, agent, agent_token, call, people, refused
from support.servers.bots import until
from support.servers.invitations import SECRET, token
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("AGT11")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    env = {"CANVAS_AUTH_SECRET": SECRET}
    with running(tmp_path_factory.mktemp("house") / "data", env=env) as server:
        yield server


NOTE = {"kind": "Note", "content": "Hello", "x": 0, "y": 0, "width": 200, "height": 200}


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_agent_draws_and_people_see_it(house: Server, revision: str) -> None:
    """Both revisions: the agent is a peer of its own name, and what it adds is on the canvas."""
    session = f"drawn-{revision[:4]}"
    person = token("--session", session, "--role", "edit", "--name", "Grace")
    async with (
        connect(house.url, session, token=person) as grace,
        agent(house, agent_token(session, "Ada"), REVISIONS[revision]) as ada,
    ):
        assert ada.protocol_version == revision
        assert "describe" in [tool.name for tool in (await ada.list_tools()).tools]
        assert 'You are "Ada"' in await call(ada, "guide")
        await call(ada, "add", elements=[NOTE])
        await until(lambda: len(grace.view.elements) == 1, "the note")
        assert [peer.role for peer in grace.view.peers.values()] == ["edit", "agent"]
        (element,) = grace.view.elements.values()
        (told,) = people(await call(ada, "describe"))
        assert (told["id"], told["text"], told["by"]) == (element.id, "Hello", "Ada")


async def test_a_batch_is_made_whole_or_not_at_all(house: Server) -> None:
    async with agent(house, agent_token("whole")) as ada:
        lost = {**NOTE, "id": "twice"}
        text = await refused(ada, "add", elements=[lost, lost])
        assert "operation 1 of 2" in text
        assert people(await call(ada, "describe")) == []
