"""Three nodes behind the proxy of deploy/cluster are replaced one by one, while people work."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_server.client import Client, connect
from canvas_server.protocol.client import AddElement
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from support.servers.nats import ClusterOfNodes, cluster_of_nodes
from support.servers.server import Server, eventually, exchange, free_port

CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "cluster" / "Caddyfile"
SESSIONS = ("one", "two", "three")


class Site:
    """Nodes at fixed ports, and the proxy in front."""

    def __init__(self, town: ClusterOfNodes, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._town = town
        self.nodes = [self._start(free_port()) for _ in SESSIONS]
        text = CADDYFILE.read_text().replace("call.example.org {", f"{self.url} {{")
        text = text.replace("Host call.example.org", f"Host 127.0.0.1:{self.port}")
        for number, node in enumerate(self.nodes, 1):
            text = text.replace(f"node-{number}:9473", f"127.0.0.1:{node.port}")
        path = folder / "Caddyfile"
        path.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text)
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)]
        self.proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder)

    def _start(self, port: int) -> Server:
        return self._town.node("--port", str(port), "--allowed-origins", self.url)

    def replace(self, number: int) -> None:
        """Stop a node, and start its successor at the same port."""
        old = self.nodes[number]
        assert old.stop() == 0
        self.nodes[number] = self._start(old.port)

    def answers(self) -> bool:
        """Tell whether the proxy is there, and every node ready."""
        try:
            return exchange(f"{self.url}/health/ready")[0] == 200
        except OSError:
            return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    if shutil.which("caddy") is None:
        pytest.skip("caddy is not installed")
    with cluster_of_nodes(tmp_path) as town:
        site = Site(town, tmp_path)
        try:
            eventually(site.answers, "the proxy answers")
            yield site
        finally:
            site.proxy.terminate()
            site.proxy.wait(10)


async def work(client: Client, who: str, ends: asyncio.Event) -> dict[str, int]:
    """Add one element after the other; return the revisions they were acked with."""
    acked: dict[str, int] = {}
    while not ends.is_set():
        name = f"{who}-{len(acked)}"
        ack = await client.edit(AddElement(NewElement(Text(name), id=name)))
        assert ack.result is not None
        acked[name] = ack.result.revision
    return acked


def stored(site: Site, session_id: str) -> set[str]:
    status, body = site.nodes[0].get(f"/api/scene/{session_id}")
    assert status == 200, body
    return {element["id"] for element in json.loads(body)["scene"]["elements"]}


async def test_a_rolling_restart_loses_no_edit_and_nobody(site: Site) -> None:
    ends = asyncio.Event()

    async def person(session_id: str, name: str) -> dict[str, int]:
        async with connect(site.url, session_id, name) as client:
            acked = await work(client, f"{session_id}-{name}", ends)
            assert len(client.view.peers) == 2, "both are still here"
            await everybody_is_done.wait()
            return acked

    everybody_is_done = asyncio.Barrier(2 * len(SESSIONS))
    async with asyncio.TaskGroup() as group:
        people = [
            group.create_task(person(session_id, name))
            for session_id in SESSIONS
            for name in ("ada", "bob")
        ]
        await asyncio.sleep(0.5)
        for number in range(len(site.nodes)):
            await asyncio.to_thread(site.replace, number)
            await asyncio.to_thread(eventually, site.answers, "a node is ready")
        ends.set()
    acked = [name for task in people for name in task.result()]
    found = set[str]().union(*(stored(site, session_id) for session_id in SESSIONS))
    assert found == set(acked)
    assert len(acked) == len(set(acked)) > len(people)
    print(f"{len(acked)} edits acked while each of {len(site.nodes)} nodes was replaced, none lost")
