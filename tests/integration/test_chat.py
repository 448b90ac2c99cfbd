"""The chat at the edges of real servers: HTTP, the Python client, the commands, nodes, and what is erased."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from canvas_server.cli import main
from canvas_server.client import Refused, connect
from canvas_server.protocol.server import ChatHistory
from support.servers.invitations import SECRET, ask, token
from support.servers.nats import cluster_of_nodes
from support.servers.server import RawSocket, RawSocketClosed, Server, eventually, post, running

ENV = {"CANVAS_AUTH_SECRET": SECRET}
LABEL = {"type": "Text", "content": "x"}


def say(wire: RawSocket, text: str, **more: Any) -> int:
    """Say something, and return its number once it is stored."""
    wire.send({"type": "chat", "text": text, "message_id": text, **more})
    return wire.until("ack")["result"]["chat_id"]


def read(wire: RawSocket, **more: Any) -> list[str]:
    wire.send({"type": "get_chat", **more})
    return [message.get("text", "") for message in wire.until("chat_history")["messages"]]


def command(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def over_http(server: Server, bearer: str = "", query: str = "") -> dict[str, Any]:
    status, answer = ask(server, f"/api/scene/s/chat{query}", bearer)
    assert status == 200
    return answer


@pytest.mark.rule("CHT4", "CHT5", "CHT7", "ROM6")
def test_what_is_said_is_read_over_http_and_goes_with_the_scene(tmp_path: Path) -> None:
    link, watcher = token("--session", "s"), token("--session", "s", "--role", "view")
    with running(tmp_path, env=ENV) as server, RawSocket(server) as a, RawSocket(server) as b:
        a.join("s", token=link, display_name="Ada")
        bob = b.join("s", token=link)
        first = say(a, "one")
        say(a, "psst", to=bob)
        numbers = [say(b, f"m{number}") for number in range(60)]
        page = over_http(server, watcher)
        assert [m["text"] for m in page["messages"]] == [f"m{n}" for n in range(10, 60)]
        assert page["more"] is True
        rest = over_http(server, link, f"?before={page['messages'][0]['id']}")
        assert [m["text"] for m in rest["messages"]] == ["one", *(f"m{n}" for n in range(10))]
        assert rest["more"] is False
        assert rest["messages"][0]["name"] == "Ada"
        assert over_http(server, link, f"?before={first}")["messages"] == []
        assert ask(server, "/api/scene/s/chat")[0] == 401
        assert ask(server, "/api/scene/other/chat", link)[0] == 401
        assert over_http(server, link, "?before=0")["messages"] == []
        for query in ("?before=x", "?before=-1", f"?before={2**70}"):
            assert ask(server, f"/api/scene/s/chat{query}", link)[0] in (400, 422)
        edit = {"session_id": "s", "clear": True, "add": [{"kind": LABEL}]}
        assert ask(server, "/api/scene", link, "POST", edit)[0] == 200
        assert over_http(server, link)["messages"][-1]["id"] == numbers[-1], (
            "another scene is there"
        )
        assert "psst" in read(b, before=first + 65_536)
        edit = {"session_id": "s", "clear": True}
        assert ask(server, "/api/scene", link, "POST", edit)[0] == 200
        a.until("chat_cleared")
        assert over_http(server, link) == {"messages": [], "more": False, "success": True}
        assert read(b) == []


@pytest.mark.rule("CHT5", "SCN16", "CHT7")
def test_an_export_has_what_was_said_and_an_erased_session_nothing(tmp_path: Path) -> None:
    with running(tmp_path, "--resume-seconds", "0") as server:
        with RawSocket(server) as a, RawSocket(server) as b:
            a.join("s")
            bob = b.join("s")
            post(server, {"session_id": "s", "add": [{"kind": LABEL}]})
            for number in range(55):
                say(a, f"out loud {number}")
            say(a, "in a whisper", to=bob)
            a.send({"type": "remove_chat", "id": say(a, "taken back"), "message_id": "r"})
            while a.until("ack")["message_id"] != "r":
                pass
        exported = command("export", "s", "--data", tmp_path)
        assert exported.exit_code == 0, exported.output
        made = json.loads(exported.output)
        assert [m["text"] for m in made["chat"]] == [f"out loud {n}" for n in range(55)]
        erased = ("delete", "s", "--yes", "--data", tmp_path)
        eventually(lambda: command(*erased).exit_code == 0, "everybody has left")
        with RawSocket(server) as wire:
            wire.join("s")
            assert read(wire) == []
            assert say(wire, "new") == 65_536, "as in one that never was"
    files = b"".join(path.read_bytes() for path in tmp_path.glob("scenes.db*"))
    left = [text for text in (b"out loud", b"in a whisper", b"new") if text in files]
    assert left == [b"new"]


@pytest.mark.rule("CHT2", "CHT4", "CHT5")
async def test_programs_chat(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        async with connect(server.url, "s", "Ada") as ada, connect(server.url, "s", "Bob") as bob:
            heard = bob.messages()
            ack = await ada.say("hello\u202e\nthere")
            assert (await ada.say("psst", to=bob.peer_id)).result.chat_id == 65_538
            history = await bob.chat_history()
            assert [m.text for m in history.messages] == ["hello\nthere", "psst"]
            assert [m.name for m in history.messages] == ["Ada", "Ada"]
            assert isinstance(ack.result.chat_id, int)
            assert (await ada.chat_history(ack.result.chat_id)).messages == ()
            with pytest.raises(ValueError, match="can be seen"):
                ada.say("\u200b")
            with pytest.raises(Refused) as refused:
                await ada.say("x", to=ada.peer_id)
            assert refused.value.code == "self_signal"
            kinds = []
            async for message in heard:
                kinds.append(type(message).__name__)
                if isinstance(message, ChatHistory):
                    break
            assert kinds[-3:] == ["ChatMessage", "ChatMessage", "ChatHistory"]
            asked = asyncio.create_task(ada.chat_history())
            await asyncio.sleep(0)
            await ada.close()
            with pytest.raises(Exception, match="closed"):
                await asked


@pytest.mark.rule("NOD1", "NOD2", "CHT1", "CHT2", "CHT5", "CHT6")
def test_two_nodes_have_one_chat_and_one_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    link, boss = token("--session", "s"), token("--session", "s", "--role", "moderate")
    with cluster_of_nodes(tmp_path) as town:
        one, two = town.node(**ENV), town.node(**ENV)
        a, b, c = town.wire(one), town.wire(two), town.wire(two)
        a.join("s", token=link)
        bob = b.join("s", token=link)
        c.join("s", token=boss)
        removed = say(b, "one")
        say(a, "two")
        say(a, "psst", to=bob)
        say(b, "three")
        heard = ["one", "two", "three"]
        assert [c.until("chat_message")["text"] for _ in heard] == heard
        assert read(a) == read(b) == ["one", "two", "psst", "three"]
        assert read(c) == over(two, link) == over(one, link) == heard
        c.send({"type": "remove_chat", "id": removed, "message_id": "r"})
        assert a.until("chat_removed")["id"] == b.until("chat_removed")["id"] == removed
        one.process.kill()
        eventually(lambda: _opens(two, link), "the other node has the session")
        with RawSocket(two) as again:
            assert _joined(again, link)
            assert read(again) == ["two", "three"]
            assert say(again, "four") > 0
            assert over(two, link) == ["two", "three", "four"]


def over(server: Server, bearer: str) -> list[str]:
    return [message["text"] for message in over_http(server, bearer)["messages"]]


def _opens(server: Server, link: str) -> bool:
    """Tell whether a node lets somebody in; while a session moves it says to come back."""
    with contextlib.suppress(RawSocketClosed), RawSocket(server) as wire:
        return _joined(wire, link)
    return False


def _joined(wire: RawSocket, link: str) -> bool:
    wire.send({"type": "subscribe", "session_id": "s", "token": link})
    return wire.receive_until("peer_assigned", "error") == "peer_assigned"
