"""The lock and the waiting room on real servers: no way leads past them."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from canvas_server.client import CannotConnect, Client, connect
from canvas_server.client.messages import Messages
from canvas_server.protocol.fields import MAX_SELECTED
from canvas_server.protocol.server import Peer, PeerSelection, PeerTyping
from support.servers.invitations import SECRET, ask, token
from support.servers.nats import cluster_of_nodes
from support.servers.server import RawSocket, RawSocketClosed, Server, eventually, running

pytestmark = pytest.mark.rule("ROM3", "ROM4", "ROM5", "ROM6")

ENV = {"CANVAS_AUTH_SECRET": SECRET}


def moderate(wire: RawSocket, **rules: bool) -> None:
    """Set the rules, and wait until they are stored."""
    wire.send({"type": "session_settings", "message_id": "m", **rules})
    wire.until("ack")


def read(server: Server, bearer: str, resume: str = "", path: str = "/api/scene/s") -> int:
    headers = {"authorization": f"Bearer {bearer}", "canvas-resume-token": resume}
    try:
        request = urllib.request.Request(server.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            assert json.load(error)["code"] == "session_locked"
            return error.code


def test_the_door_stays_shut_after_a_crash_and_over_http(tmp_path: Path) -> None:
    boss, link = token("--session", "s", "--role", "moderate"), token("--session", "s")
    with running(tmp_path / "data", env=ENV) as first:
        with RawSocket(first) as wire, RawSocket(first) as inside:
            wire.join(token=boss)
            inside.send({"type": "subscribe", "session_id": "s", "token": link})
            resume = inside.until("peer_assigned")["resume_token"]
            moderate(wire, locked=True, lobby=True)
            assert inside.until("session_settings") == {
                "type": "session_settings",
                "locked": True,
                "lobby": True,
            }
        first.process.kill()
    with running(tmp_path / "data", env=ENV) as server:
        for path in ("", "/history", "/chat", "/export.json"):
            assert read(server, link, path=f"/api/scene/s{path}") == 403
            assert read(server, link, resume, f"/api/scene/s{path}") == 200
            assert read(server, boss, path=f"/api/scene/s{path}") == 200
        edit = {"session_id": "s", "clear": True}
        assert ask(server, "/api/scene", link, "POST", edit)[0] == 403
        assert ask(server, "/api/scene", token("--admin"), "POST", edit)[0] == 200
        with RawSocket(server) as stranger:
            stranger.send({"type": "subscribe", "session_id": "s", "token": link})
            assert stranger.until("error")["code"] == "session_locked"
            with pytest.raises(RawSocketClosed) as closed:
                stranger.until("anything")
            assert closed.value.code == 4105
        with RawSocket(server) as back:
            back.join(token=link, resume_token=resume)


def test_who_waits_at_another_node_is_let_in(tmp_path: Path) -> None:
    boss, link = token("--session", "s", "--role", "moderate"), token("--session", "s")
    with cluster_of_nodes(tmp_path) as town:
        one, two = town.node(**ENV), town.node(**ENV)
        wire, outside = town.wire(one), town.wire(two)
        wire.join(token=boss)
        moderate(wire, lobby=True)
        outside.send({"type": "subscribe", "session_id": "s", "token": link, "display_name": "A"})
        waiting = outside.until("waiting")
        assert wire.until("peer_waiting")["peer"]["display_name"] == "A"
        assert [message["type"] for message in outside.fence()] == []
        assert read(two, link) == 403
        assert read(two, link, waiting["resume_token"]) == 403
        wire.send({"type": "admit", "peer_id": waiting["peer_id"]})
        assigned = outside.until("peer_assigned")
        assert assigned["peer_id"] == waiting["peer_id"]
        assert read(two, link, assigned["resume_token"]) == 200
        wire.send({"type": "mute", "target_peer_id": assigned["peer_id"], "kind": "audio"})
        assert outside.until("peer_mute")["kind"] == "audio"


async def test_programs_wait_and_moderate(tmp_path: Path) -> None:
    boss, link = token("--session", "s", "--role", "moderate"), token("--session", "s")
    with running(tmp_path / "data", env=ENV) as server:
        async with connect(server.url, "s", "Boss", token=boss) as moderator:
            told = moderator.messages()
            await moderator.set_session(lobby=True)
            states: list[str] = []
            visiting = Client(server.url, "s", "Ada", states.append, link)
            opening = asyncio.create_task(visiting.open())
            await until(told, lambda: waiting_in(moderator) == ["Ada"])
            visiting.rename("Ada L.")
            await until(told, lambda: waiting_in(moderator) == ["Ada L."])
            (visitor,) = moderator.view.waiting.values()
            await moderator.admit(visitor.peer_id)
            await opening
            assert visiting.peer_id == visitor.peer_id
            visiting.raise_hand()
            visiting.react("🎉")
            await until(told, lambda: any(map(hand_of, moderator.view.peers.values())))
            visiting.select(f"e{number}" for number in range(MAX_SELECTED + 1))
            visiting.typing("e1")
            assert len((await written(told, visiting.peer_id)).ids) == MAX_SELECTED
            await visiting.close()
            assert states == ["waiting", "open", "closed"]
            assert not moderator.view.waiting
            refused = asyncio.create_task(_come(server, link))
            await until(told, lambda: bool(moderator.view.waiting))
            moderator.turn_away(next(iter(moderator.view.waiting)))
            assert "let you in" in await refused
            await moderator.set_session(locked=True)
            assert moderator.view.settings.locked
            assert "locked" in await _come(server, link)
        eventually(lambda: server.metric("canvas_waiting") == 0, "nobody waits")


async def written(messages: Messages, peer_id: str) -> PeerSelection:
    """Return what a peer has selected, once it is seen to write as well."""
    selected: PeerSelection | None = None
    async for message in messages:
        match message:
            case PeerSelection(from_peer_id=of) if of == peer_id and message.ids:
                selected = message
            case PeerTyping(from_peer_id=of, id="e1") if of == peer_id and selected:
                return selected
            case _:
                pass
    raise AssertionError("nothing came")


async def until(messages: Messages, condition: Callable[[], bool]) -> None:
    """Read until something is so."""
    async for _ in messages:
        if condition():
            return


def waiting_in(moderator: Client) -> list[str | None]:
    return [visitor.display_name for visitor in moderator.view.waiting.values()]


def hand_of(peer: Peer) -> int | None:
    return peer.hand


async def _come(server: Server, link: str) -> str:
    """Return why somebody does not come in."""
    with pytest.raises(CannotConnect) as refused:
        async with connect(server.url, "s", "Eve", token=link):
            pass
    return str(refused.value)
