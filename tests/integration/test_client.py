"""The Python client against the real server, through broken connections."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from unittest import mock

import pytest

from canvas_server.client import CannotConnect, Client, Closed, Refused, TooLarge, connect
from canvas_server.protocol import server as said
from canvas_server.protocol.bounds import About
from canvas_server.protocol.client import (
    AddElement,
    AddOperation,
    ClearScene,
    IceCandidate,
    RemoveElement,
    RemoveOperation,
    SyncQueue,
    UpdateElement,
)
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import ElementChanges, NewElement
from support.networks.proxy import Proxy
from support.servers.bots import until
from support.servers.server import RawSocket, Server, running

pytestmark = pytest.mark.rule("RES1", "SCN6")

DOCS = Path(__file__).resolve().parents[2] / "docs" / "CLIENT.md"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


def label(text: object) -> AddElement:
    return AddElement(NewElement(Text(str(text))))


def texts(client: Client) -> list[str]:
    kinds = [element.kind for element in client.view.elements.values()]
    return [kind.content for kind in kinds if isinstance(kind, Text)]


@pytest.mark.rule("EDT3")
async def test_what_the_server_closes_for_is_final(server: Server) -> None:
    """Close code 1009 ends the edit that caused it, and what follows is made."""
    async with connect(server.url, "choked", "Ada") as ada:
        with pytest.raises(TooLarge):
            ada.edit(label("x" * 1024 * 1024))
        with mock.patch("canvas_server.client.backlog.MAX_FRAME_BYTES", 2**30):
            large = ada.edit(label("x" * 1_200_000))
        after = ada.edit(label("after"))
        with pytest.raises(TooLarge):
            await large
        await after
        await until(lambda: texts(ada) == ["after"], "the edit that followed")


async def test_edits_are_acked_and_seen_by_the_others(server: Server) -> None:
    async with (
        connect(server.url, "edits", "Ada") as ada,
        connect(server.url, "edits", "Bob") as bob,
    ):
        await until(lambda: len(ada.view.peers) == 2, "Bob")
        assert ada.view.name_of(bob.peer_id) == "Bob"
        ack = await ada.edit(label("one"))
        assert isinstance(ack.result.id, str)
        changes = ElementChanges(kind={"content": "two"})
        assert (await ada.edit(UpdateElement(ack.result.id, changes))).result.revision == 2
        await until(lambda: texts(bob) == ["two"], "the change")
        with pytest.raises(Refused) as refused:
            await bob.edit(RemoveElement("nothing"))
        assert refused.value.code is ErrorCode.ELEMENT_NOT_FOUND
        queue = SyncQueue((AddOperation(NewElement(Text("three"))), RemoveOperation("nothing")))
        result = await bob.edit(queue)
        assert (result.synced_count, len(result.failed_operations)) == (1, 1)
        await ada.edit(ClearScene())
        assert texts(ada) == []
        ada.rename("Ada Lovelace")
        await until(lambda: bob.view.name_of(ada.peer_id) == "Ada Lovelace", "the name")


@pytest.mark.rule("RES1")
async def test_what_was_missed_comes_in_order_and_what_was_lost_is_said_again(
    server: Server, proxy: Proxy
) -> None:
    """Numbered both ways, over a connection that is cut again and again."""
    count, random = 400, Random(11)
    states: list[str] = []
    async with (
        connect(proxy.url, "cut", "Ada", states.append) as ada,
        connect(server.url, "cut", "Bob") as bob,
    ):
        heard = {client: client.messages() for client in (ada, bob)}
        got: dict[Client, list[int]] = {ada: [], bob: []}

        async def read(client: Client) -> None:
            async for message in heard[client]:
                if isinstance(message, said.RelayIceCandidate):
                    got[client].append(int(message.candidate))

        await until(lambda: bob.peer_id in ada.view.peers, "Bob")
        readers = [asyncio.create_task(read(client)) for client in (ada, bob)]
        for number in range(count):
            ada.send(IceCandidate(bob.peer_id, str(number)))
            bob.send(IceCandidate(ada.peer_id, str(number)))
            if random.random() < 0.03:
                proxy.cut()
            if random.random() < 0.1:
                await asyncio.sleep(0)
            if random.random() < 0.02:
                await until(lambda: ada.state == "open", "back")
        await until(lambda: len(got[ada]) >= count <= len(got[bob]), "all of them")
        assert got[ada] == got[bob] == list(range(count))
        assert states.count("away") >= 1
    await asyncio.gather(*readers)
    assert states[-1] == "closed"


@pytest.mark.rule("SCN6")
async def test_edits_are_made_once_although_the_server_is_killed(tmp_path: Path) -> None:
    """The place is lost, the id and the edits are not."""
    with running(tmp_path) as first:
        async with connect(first.url, "killed", "Ada") as ada:
            own = ada.peer_id
            before = [ada.edit(label(number)) for number in range(30)]
            await before[9]
            first.process.send_signal(signal.SIGKILL)
            first.process.wait(10)
            after = [ada.edit(label(number)) for number in range(30, 40)]
            assert ada.view.peers
            with running(tmp_path, "--port", str(first.port)):
                for answer in before + after:
                    await asyncio.wait_for(answer, 45)
                assert ada.peer_id == own
                assert sorted(map(int, texts(ada))) == list(range(40))


async def test_leaving_gives_up_the_place_at_once(server: Server) -> None:
    async with connect(server.url, "leave", "Bob") as bob:
        messages = bob.messages()
        async with connect(server.url, "leave", "Ada") as ada:
            ada.send(IceCandidate(bob.peer_id, "the last word"))
        seen: list[str] = []
        async for message in messages:
            seen.append(type(message).__name__)
            if isinstance(message, said.PeerLeft):
                assert message.reason == "left"
                break
        assert seen == ["PeerJoined", "RelayIceCandidate", "PeerLeft"]
        with pytest.raises(Closed):
            ada.send(IceCandidate(bob.peer_id, ""))
        with pytest.raises(Closed):
            await ada.edit(label("late"))


async def test_who_is_taken_over_is_told_and_does_not_come_back(server: Server) -> None:
    with RawSocket(server) as thief:
        async with connect(server.url, "taken", "Ada") as ada:
            messages = ada.messages()
            thief.until("welcome")
            proof = {"peer_id": ada.peer_id, "resume_token": ada._resume_token}
            thief.send({"type": "subscribe", "session_id": "taken", **proof})
            with pytest.raises(Closed) as closed:
                async for _ in messages:
                    pass
            assert closed.value.code == 4100
            assert ada.state == "closed"


async def test_what_cannot_be_reached_is_said_at_once(server: Server, proxy: Proxy) -> None:
    with pytest.raises(CannotConnect, match=r"127\.0\.0\.1:1/ws"):
        async with connect("http://127.0.0.1:1", "s"):
            pass
    with pytest.raises(CannotConnect, match="session_id"):
        async with connect(server.url, "no such name!"):
            pass


def test_the_examples_of_the_manual_run(server: Server) -> None:
    chart, media, scribe = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)

    def run(example: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error::SyntaxWarning", "-c", example]
        return subprocess.Popen(
            [*command, server.url, "manual"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    with run(chart) as process:
        assert process.communicate(timeout=45)[0] == "revision 6\n"
    with RawSocket(server) as ada:
        ada.join("manual", display_name="Ada")
        with run(media) as process:
            call = ada.until("incoming_call")
            offer = ada.until("relay_offer")
            assert "m=video" in offer["sdp"]
            ada.send({"type": "end_call", "target_peer_id": call["from_peer_id"]})
            out = process.communicate(timeout=45)[0]
            assert out == "calling Ada\ncall with Ada ended: hung up\n"
            assert process.returncode == 0
        with run(scribe) as process:
            question = ada.until("question")
            answer = {"question_id": question["question_id"], "choice": 1}
            ada.send({"type": "answer_question", **answer})
            proposal = ada.until("proposal")
            decision = {"proposal_id": proposal["proposal_id"], "accept": True}
            ada.send({"type": "decide_proposal", **decision})
            assert process.communicate(timeout=45)[0] == "accepted the risks\n"
            assert ada.until("element_added")["element"]["author"] == "Scribe"


@pytest.mark.rule("SCN6")
async def test_a_scene_that_was_cleared_is_there_again_after_a_restart(tmp_path: Path) -> None:
    """The receipt of `clear_scene` names no element, and is read back all the same."""
    with running(tmp_path) as first:
        async with connect(first.url, "cleared", "Ada") as ada:
            await ada.edit(label("gone"))
            await ada.edit(ClearScene())
            await ada.edit(label("kept"))
        assert first.stop() == 0
    with running(tmp_path) as second:
        async with connect(second.url, "cleared", "Ada") as ada:
            assert texts(ada) == ["kept"]


@pytest.mark.rule("AGT4", "AGT5", "AGT9")
async def test_what_is_on_the_table_is_in_the_view(server: Server) -> None:
    async with (
        connect(server.url, "table", "Ada") as ada,
        connect(server.url, "table", "Bob") as bob,
    ):
        bob.thinking("drawing")
        await until(lambda: ada.view.thinking == {bob.peer_id: "drawing"}, "what Bob is at")
        operations = [AddOperation(NewElement(Text(str(n)), id=f"e{n}")) for n in range(3)]
        proposal_id = str((await bob.propose(operations, "three")).result.proposal_id)
        await until(lambda: proposal_id in ada.view.proposals, "the proposal")
        ack = await ada.accept(proposal_id, ["e1"])
        assert (ack.result.revision, ack.result.proposal_id) == (1, proposal_id)
        await ada.refuse(proposal_id, ["e0"])
        await until(lambda: len(bob.view.proposals[proposal_id].operations) == 1, "one is left")
        await bob.withdraw(proposal_id)
        await until(lambda: not ada.view.proposals, "none is open")
        assert texts(ada) == ["1"]
        with pytest.raises(Refused):
            await ada.accept(proposal_id)
        asked = bob.ask("Which?", ["a", "b"])
        with pytest.raises(RuntimeError):
            asked.close()
        question_id = await asked
        await until(lambda: question_id in ada.view.questions, "the question")
        await ada.answer(question_id, 1)
        assert await asked.first() == "b"
        await asked.close()
        assert [answer async for answer in asked.answers()] == []
        assert await asked.first() is None
        await until(lambda: not ada.view.questions, "it is closed")
        said = await ada.say("this one", about=About(("e1",)))
        history = await bob.chat_history()
        assert [one.about for one in history.messages] == [About(("e1",))]
        assert history.messages[0].id == said.result.chat_id
    assert bob.state == "closed"
