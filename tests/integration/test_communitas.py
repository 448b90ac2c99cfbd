"""The control bridge, over the real communitas-mcp and over a double of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canvas_server.communitas.bridge import Bridge, greet, join
from canvas_server.communitas.rpc import McpClient, NodeUnreachable, RpcError, ToolFailed, endpoint
from canvas_server.core.effects import NetworkCallRequest
from support.doubles.communitas import TOOLS, Double, Node, RealNode, stopped_after
from support.servers.server import RawSocket, Server, eventually, free_port, running

pytestmark = pytest.mark.rule("COM1", "COM2")


@pytest.fixture(params=["double", "real"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    made = Double() if request.param == "double" else RealNode(tmp_path / "node")
    with stopped_after(made):
        yield made


def bridged(tmp_path: Path, node: Node, **env: str) -> Any:
    return running(tmp_path / "data", "--communitas-mcp-url", node.url, env=env)


def started(wire: RawSocket) -> dict[str, Any]:
    """Start a call as soon as the bridge is joined."""

    def attempt() -> dict[str, Any] | None:
        wire.send({"type": "start_communitas_call", "message_id": "m"})
        result = wire.until("communitas_call_result")
        assert result["success"] or "cannot be reached now" in result["error"], result
        return result if result["success"] else None

    return eventually(attempt, "the bridge is joined")


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "canvas_server", "communitas", *arguments]
    return subprocess.run(line, check=False, capture_output=True, text=True, timeout=60)


def test_a_call_is_started_joined_and_left(tmp_path: Path, node: Node) -> None:
    with bridged(tmp_path, node) as server, RawSocket(server) as a, RawSocket(server) as b:
        ada, bob = a.join(), b.join()
        result = started(a)
        call_id = result["call_id"]
        assert (result["operation"], result["message_id"]) == ("start", "m")
        state = {"type": "call_state", "session_id": "s", "call_id": call_id}
        assert b.until("call_state") == state | {"participants": [ada]}
        b.send({"type": "join_communitas_call", "call_id": call_id})
        assert b.until("communitas_call_result")["success"]
        assert b.until("call_state") == state | {"participants": [ada, bob]}
        a.send({"type": "leave_communitas_call"})
        assert b.until("call_state") == state | {"participants": [bob]}
        b.send({"type": "leave_communitas_call"})
        assert b.until("communitas_call_result")["operation"] == "leave"
        assert b.until("call_state")["participants"] == []
    if isinstance(node, Double):
        assert node.called[-1] == ("end_call", {"call_id": call_id})
        assert [name for name, _ in node.called].count("start_voice_call") == 1


def test_a_node_that_was_started_anew_is_joined_again(tmp_path: Path, node: Node) -> None:
    with bridged(tmp_path, node) as server, RawSocket(server) as a:
        a.join()
        started(a)
        node.stop()
        node.start()
        a.send({"type": "leave_communitas_call"})
        a.until("communitas_call_result")
        a.send({"type": "start_communitas_call"})
        assert a.until("communitas_call_result")["success"]


def test_while_it_is_away_browsers_call_each_other(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with running(tmp_path / "data", "--communitas-mcp-url", url) as server:
        with RawSocket(server) as a, RawSocket(server) as b:
            a.join()
            bob = b.join()
            a.send({"type": "start_communitas_call"})
            result = a.until("communitas_call_result")
            assert not result["success"]
            assert "cannot be reached" in result["error"]
            a.send({"type": "start_call", "session_id": "s", "target_peer_id": bob})
            b.until("incoming_call")
        logged = _log_of(server)
    assert logged.count("Communitas is away") <= 1


def _log_of(server: Server) -> str:
    server.stop()
    return server.stderr()


def test_a_token_that_is_refused_is_said(tmp_path: Path, node: Node) -> None:
    if isinstance(node, Double):
        node.token = "right"
    ended = command("status", "--mcp-url", node.url, "--token", "wrong")
    assert ended.returncode == 1
    assert "Invalid token" in ended.stderr
    assert "wrong" not in ended.stderr


def test_status_says_what_there_is_and_what_is_missing(node: Node) -> None:
    ended = command("status", "--mcp-url", node.url, "--json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["node"] == ("double" if isinstance(node, Double) else "communitas-mcp-http")
    assert "canvas_get_scene" in found["lacks"]
    assert "start_voice_call" not in found["lacks"]
    assert command("status", "--mcp-url", node.url).stdout.startswith("url: http")
    missing = command("scene", "--session", "s", "--mcp-url", node.url)
    assert missing.returncode == 1
    assert "keeps no scenes" in missing.stderr


def test_calls_by_command(node: Node) -> None:
    ended = command("call", "--session", "s", "--mcp-url", node.url, "--json")
    call_id = json.loads(ended.stdout)["call_id"]
    for wish in ("--join", "--end"):
        ended = command("call", wish, call_id, "--mcp-url", node.url)
        assert ended.stdout == f"call_id: {call_id}\n"
    assert command("call", "--mcp-url", node.url).returncode == 2
    nobody = command("status", "--mcp-url", f"http://127.0.0.1:{free_port()}")
    assert nobody.returncode == 1
    assert "connection" in nobody.stderr.lower()


async def test_an_older_one_is_understood() -> None:
    with stopped_after(Double(snake=True, tools=(*TOOLS, "canvas_get_scene"))) as node:
        async with McpClient(node.url, "1") as mcp:
            joined = await join(mcp, None, 4000)
            assert joined.server.name == "double"
            with pytest.raises(ToolFailed, match="no such call"):
                await mcp.call("join_call", call_id="none")
        assert isinstance(node, Double)
        assert ("network_start", {"preferred_port": 4000}) in node.called
        found = command("scene", "--session", "s", "--mcp-url", f"{node.url}/mcp", "--json")
        assert json.loads(found.stdout) == {"session_id": "s", "elements": []}


async def test_what_fails_is_asked_again_and_not_for_ever() -> None:
    with stopped_after(Double(failures=3)) as node:
        assert isinstance(node, Double)
        async with McpClient(node.url, "1", pause=0.01) as mcp:
            await greet(mcp, None)
            node.failures = 100
            with pytest.raises(NodeUnreachable, match="status 503"):
                await mcp.tools()
            assert node.failures == 95
            node.failures = 0
            with pytest.raises(RpcError, match="Method not found"):
                await mcp.request("nope", {})
            node.network_failures = 2
            assert (await join(mcp, None, None, pauses=(0.01, 0.01))).network
            node.network_failures = 9
            with pytest.raises(ToolFailed, match="no route"):
                await join(mcp, None, None, pauses=(0.01, 0.01))


async def test_what_it_cannot_do_is_refused_at_once() -> None:
    answers: list[str] = []
    with stopped_after(Double(tools=("network_start",))) as node:
        bridge = Bridge(
            node.url, None, None, "1", lambda asked, call_id, error: answers.append(error)
        )
        async with McpClient(node.url, "1") as mcp:
            bridge.joined = await join(mcp, None, None)
    bridge.request(NetworkCallRequest("s", "p", "start"))
    bridge.request(NetworkCallRequest("s", "", "end", "call"))
    assert answers == ["Communitas has no start_voice_call here."]
    bridge.joined = None
    bridge.request(NetworkCallRequest("s", "p", "start"))
    assert "cannot be reached now" in answers[1]


def text(name: str) -> dict[str, Any]:
    kind = {"type": "Text", "content": name, "font_size": 12, "color": "#000000"}
    return {"id": name, "kind": kind}


@pytest.mark.parametrize("snake", [False, True])
def test_scenes_are_kept_there_too_where_it_can(tmp_path: Path, snake: bool) -> None:
    tools = (*TOOLS, "canvas_get_scene", "canvas_update_scene")
    with stopped_after(Double(snake=snake, tools=tools)) as node:
        assert isinstance(node, Double)
        wrapped = {"id": "w", "kind": {"type": "Text", "data": text("wrapped")["kind"]}}
        tile = {"id": "t", "kind": {"type": "Video", "stream_id": "peer-somebody"}}
        node.scenes["old"] = {"scene": {"elements": [text("there"), wrapped, tile]}}
        node.scenes["bad"] = {"elements": [{"kind": 7}]}
        with bridged(tmp_path, node) as server, RawSocket(server) as a, RawSocket(server) as b:
            a.join("old")
            added = [a.until("element_added")["element"]["id"] for _ in range(2)]
            assert added == ["there", "w"]
            b.join("new")
            for number in range(5):
                b.send({"type": "add_element", "element": text(f"n{number}")})
            eventually(
                lambda: len(node.scenes.get("new", {}).get("elements", ())) == 5, "it was told"
            )
            assert node.scenes["new"]["revision"] == 5
            pushed = [a["session_id"] for name, a in node.called if name == "canvas_update_scene"]
            assert pushed.count("new") <= 2, "what comes together is told together"
            with RawSocket(server) as c:
                c.join("bad")
                c.send({"type": "add_element", "element": text("mine")})
                c.until("element_added")
                eventually(lambda: "revision" in node.scenes["bad"], "it has a scene again")


def test_where_requests_go() -> None:
    assert endpoint("http://127.0.0.1:3040") == "http://127.0.0.1:3040/mcp"
    assert endpoint("http://127.0.0.1:3040/") == "http://127.0.0.1:3040/mcp"
    assert endpoint("http://host/other") == "http://host/other"
