"""Peers without a browser call each other through the real server."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from canvas_server.bot.bot import Bot
from canvas_server.bot.media import Echo, kinds_in
from canvas_server.bot.pattern import PatternTrack
from canvas_server.cli import main
from canvas_server.client import Client
from canvas_server.protocol.server import Media
from support.networks.proxy import Proxy
from support.servers.bots import agent, until
from support.servers.server import RawSocket, Server, running

Agent = tuple[Bot, Client]


def connected(one: Agent, other: Agent) -> bool:
    call = one[0].calls.get(other[1].peer_id)
    return call is not None and call.state == "connected"


def frames(one: Agent, other: Agent) -> int:
    return one[0].calls[other[1].peer_id].received["video"]


async def talk(one: Agent, other: Agent) -> None:
    """Wait until both are connected, and pictures come to the first from now on."""
    await until(lambda: connected(one, other) and connected(other, one), "a connected call")
    before = frames(one, other)
    await until(lambda: frames(one, other) > before + 5, "pictures")


async def see(*agents: Agent) -> None:
    ids = {client.peer_id for _, client in agents}
    await until(lambda: all(ids <= client.view.peers.keys() for _, client in agents), "everybody")


async def test_a_call_with_pictures_sound_tiles_a_second_offer_and_a_recording(
    server: Server, tmp_path: Path
) -> None:
    film = tmp_path / "call.mkv"
    async with (
        agent(server.url, "call", "Ada", record=film) as ada,
        agent(server.url, "call", "Bob", Echo) as bob,
    ):
        await see(ada, bob)
        call = ada[0].call(bob[1].peer_id)
        assert call is not None
        assert ada[0].call(bob[1].peer_id) is None, "there is one already"
        await talk(ada, bob)
        await until(lambda: call.received["audio"] > 50, "sound")
        streams = [f"peer-{client.peer_id}" for _, client in (ada, bob)]
        for _, client in (ada, bob):
            await until(
                lambda view=client.view: all(map(view.tile_of, streams)), "both tiles on the canvas"
            )
        peers = ada[1].view.peers
        await until(lambda: peers[bob[1].peer_id].in_call, "known to be in a call")
        assert peers[bob[1].peer_id].media == Media(audio=True, video=True)
        assert call._link is not None
        first = call._link.pc
        first.addTrack(PatternTrack())  # as a shared screen is: a section more
        call.step("offer")
        await until(lambda: len(first.remoteDescription.sdp.split("m=")) == 4, "its answer")
        await talk(ada, bob)
        assert call._link.pc is first
        bob[0].end(ada[1].peer_id, "hangup")
        await until(lambda: not ada[0].calls and not ada[1].view.elements, "no call, no tile")
        await ada[0].leave()
    assert kinds_in(film) == {"audio", "video"}


async def test_both_call_at_once_and_it_is_one_call(server: Server) -> None:
    """Glare: the polite one, with the larger id, takes another peer connection."""
    async with agent(server.url, "glare", "Ada") as ada, agent(server.url, "glare", "Bob") as bob:
        await see(ada, bob)
        for _ in range(3):
            assert ada[0].call(bob[1].peer_id)
            assert bob[0].call(ada[1].peer_id)
            await talk(ada, bob)
            ada[0].end(bob[1].peer_id, "hangup")
            await until(lambda: not bob[0].calls, "hung up")


@pytest.mark.rule("SIG10")
async def test_the_call_of_everybody_connects_all(server: Server) -> None:
    async with (
        agent(server.url, "group", "Ada") as ada,
        agent(server.url, "group", "Bob") as bob,
        agent(server.url, "group", "Eve") as eve,
    ):
        everybody = (ada, bob, eve)
        await see(*everybody)
        ada[0].join_group()
        for _, client in (bob, eve):
            ada[0].call(client.peer_id, group=True)
        pairs = [(one, other) for one in everybody for other in everybody if one is not other]
        await until(lambda: all(connected(*pair) for pair in pairs), "three calls")
        await until(lambda: all(frames(*pair) > 3 for pair in pairs), "pictures everywhere")
        await ada[0].leave()
        await until(lambda: len(bob[0].calls) == len(eve[0].calls) == 1, "one call is left")
        assert not ada[0].in_group
        bob[0].end(eve[1].peer_id, "hangup")
        await until(lambda: not (bob[0].in_group or eve[0].in_group), "nobody")


@pytest.mark.rule("RES1")
async def test_a_call_outlives_cut_sockets_and_a_restarted_server(tmp_path: Path) -> None:
    """The media flow on, and the server knows of the call again."""
    with running(tmp_path) as first:
        proxy = Proxy(first.port)
        try:
            async with (
                agent(proxy.url, "outlives", "Ada") as ada,
                agent(first.url, "outlives", "Bob") as bob,
            ):
                await see(ada, bob)
                ada[0].call(bob[1].peer_id)
                await talk(ada, bob)
                before = proxy.accepted
                proxy.cut()
                await until(lambda: proxy.accepted > before and ada[1].state == "open", "back")
                await talk(ada, bob)
                first.process.send_signal(signal.SIGKILL)
                first.process.wait(10)
                await until(lambda: ada[1].state == bob[1].state == "away", "no server")
                with running(tmp_path, "--port", str(first.port)):

                    def known(of: Client, to: Client) -> bool:
                        peer = to.view.peers.get(of.peer_id)
                        return to.state == "open" and peer is not None and peer.in_call

                    await until(
                        lambda: known(ada[1], bob[1]) and known(bob[1], ada[1]), "known again"
                    )
                    await talk(ada, bob)
                    await until(
                        lambda: len(ada[1].view.elements) == len(bob[1].view.elements) == 2, "tiles"
                    )
                    bob[0].end(ada[1].peer_id, "hangup")
                    await until(lambda: not ada[0].calls, "the end")
        finally:
            proxy.close()


NONSENSE = (
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF x\r\na=rtpmap:what\r\na=mid:0\r\na=ice-ufrag:abcd\r\n"
    f"a=ice-pwd:{'p' * 24}\r\na=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\n"
)
"""An offer that says how it is secured, and nothing else that can be understood."""


async def test_an_offer_that_makes_no_sense_ends_the_call_and_not_the_bot(server: Server) -> None:
    async with agent(server.url, "nonsense", "Bob") as bob:
        with RawSocket(server) as wire:

            def exchange() -> str:
                wire.join("nonsense", display_name="Mallory")
                target = bob[1].peer_id
                wire.send({"type": "ice_candidate", "target_peer_id": target, "candidate": "x y"})
                wire.send({"type": "offer", "target_peer_id": target, "sdp": NONSENSE})
                return wire.until("call_ended")["reason"]

            assert await asyncio.to_thread(exchange) == "failed"
        async with agent(server.url, "nonsense", "Ada") as ada:
            await see(ada, bob)
            ada[0].call(bob[1].peer_id)
            await talk(ada, bob)


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def said(*args: str) -> str:
        result = CliRunner().invoke(main, ["bot", "--url", "http://127.0.0.1:1", *args])
        assert result.exit_code != 0
        return result.output

    assert "--url" in said("--session", "s")
    assert "--session" in said("--session", "no such name")
    assert "--show pattern" in said("--session", "s", "--show", str(tmp_path / "missing.mp4"))
    assert ".mp4" in said("--session", "s", "--record", "call.doc")
    assert "folder" in said("--session", "s", "--record", str(tmp_path / "none" / "call.mp4"))
    monkeypatch.setattr(
        sys.modules["canvas_server.cli.bot"], "NEEDED", {"aiortc": "no_such_module"}
    )
    assert "pip install 'canvas-server[bot]'" in said("--session", "s")


def test_the_server_loads_nothing_of_it() -> None:
    probe = """
import sys, canvas_server.cli, canvas_server.server.app
extra = {"aiortc", "aioice", "av", "websockets", "canvas_server.bot", "canvas_server.client"}
print(sorted(extra & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
