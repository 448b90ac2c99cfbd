"""An edit that brings a picture waits until it is decoded; what it holds up is its connection."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from canvas_server.core.effects import ConnectionId, Refusal
from canvas_server.core.scene.admission import SUBSTITUTE, refused_source
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outboxes
from canvas_server.node.ports import Decoded, NotDecoded
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Image, Text
from canvas_server.protocol.scene import ElementChanges, NewElement
from canvas_server.store.memory import MemoryLog
from support.hub.drawings import png_url
from support.hub.hub import NOW, make_hub
from support.hub.sockets import KeptSocket

pytestmark = pytest.mark.rule("SCN10")

RAW, CLEAN = "data:image/jpeg;base64,RAW", png_url()
BAD = "data:image/png;base64,BAD"
REASON = "no picture: draw one first"


class Desk:
    """A decoder that answers when it is told to."""

    def __init__(self) -> None:
        self.known = {CLEAN}
        self.waiting: deque[tuple[Sequence[str], Callable[[Decoded | NotDecoded], None]]] = deque()
        self.given_up = 0
        self.fails = False

    def is_known(self, src: str) -> bool:
        return src in self.known

    def decode(
        self,
        session_id: str,
        sources: Sequence[str],
        done: Callable[[Decoded | NotDecoded], None],
    ) -> Callable[[], None]:
        job = (sources, done)
        self.waiting.append(job)

        def give_up() -> None:
            if job in self.waiting:
                self.waiting.remove(job)
                self.given_up += 1

        return give_up

    def answer(self) -> None:
        """Decode what came first."""
        sources, done = self.waiting.popleft()
        found = {RAW: CLEAN, BAD: refused_source(REASON)}
        done(NotDecoded("busy") if self.fails else Decoded({s: found[s] for s in sources}, 50))


class Room:
    """A node whose log and timers are run by hand."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], None]] = []
        self.desk = Desk()
        outboxes = Outboxes()
        self.node = Node(
            make_hub(outboxes, is_decoded=self.desk.is_known),
            outboxes,
            MemoryLog(self.timers.append),
            lambda _, act: self.timers.append(act),
            lambda: NOW,
            decoder=self.desk,
        )

    def run(self) -> None:
        """Let everything happen that is due."""
        while self.timers:
            self.timers.pop(0)()
        self.node.flush()

    def join(self, **wishes: Any) -> tuple[KeptSocket, ConnectionId]:
        wire = KeptSocket()
        connection = self.node.connect(wire)
        self.say(connection, {"type": "subscribe", "session_id": "s", **wishes})
        return wire, connection

    def say(self, connection: ConnectionId, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.node.receive(connection, json.dumps(message).encode())
        self.run()

    def sources(self) -> list[str]:
        scene = self.node.hub.scene("s")
        assert scene is not None
        return [e.kind.src for e in scene.elements if isinstance(e.kind, Image)]


def add(src: str, name: str = "p", **more: Any) -> dict[str, Any]:
    element = {"id": name, "kind": {"type": "Image", "src": src}}
    return {"type": "add_element", "element": element, **more}


def test_what_follows_waits_and_others_do_not() -> None:
    room = Room()
    (a, first), (b, second) = room.join(), room.join()
    a.heard()
    room.say(first, add(RAW, message_id="1"), {"type": "ping"}, add(CLEAN, "q", message_id="2"))
    room.node.refuse_binary(first)
    assert a.held
    assert a.heard() == []
    room.say(second, add(CLEAN, "other", message_id="3"))
    assert b.heard("ack")
    assert room.sources() == [CLEAN]
    room.desk.answer()
    room.run()
    assert not a.held
    assert [m["type"] for m in a.heard("ack", "pong", "error")] == ["pong", "error", "ack", "ack"]
    assert room.sources() == [CLEAN] * 3
    assert RAW.encode() not in b"".join(b.writes)


@pytest.mark.parametrize(
    "edit",
    [
        {"type": "update_element", "id": "p", "changes": {"kind": {"src": RAW}}},
        {
            "type": "update_element",
            "id": "p",
            "changes": {"kind": {"type": "Image", "data": {"src": RAW}}},
        },
        {"type": "add_element", "element": {"kind": {"type": "Image", "data": {"src": RAW}}}},
        {
            "type": "sync_queue",
            "operations": [
                {"op": "remove", "id": "nothing"},
                {"op": "add", "element": {"kind": {"type": "Image", "src": RAW}}},
                {"op": "add", "element": {"kind": {"type": "Text", "content": RAW}}},
                {"op": "update", "id": "p", "changes": {"kind": {"src": RAW, "alt": "x"}}},
                {"op": "update", "id": "p", "changes": {"transform": {"x": 1}}},
            ],
        },
    ],
    ids=["update", "update in a wrapper", "add in a wrapper", "queue"],
)
def test_every_edit_that_brings_a_picture_waits(edit: dict[str, Any]) -> None:
    room = Room()
    a, first = room.join()
    room.say(first, add(CLEAN), {**edit, "message_id": "m"})
    assert [sources for sources, _ in room.desk.waiting] == [(RAW,)]
    room.desk.answer()
    room.run()
    assert a.heard("ack", "sync_result")[-1]["message_id"] == "m"
    assert set(room.sources()) == {CLEAN}


def test_an_edit_without_a_new_picture_waits_for_nothing() -> None:
    room = Room()
    a, first = room.join()
    chart = {"type": "Chart", "chart_type": "bar", "data": {"src": RAW}}
    room.say(
        first,
        add(CLEAN),
        {"type": "add_element", "element": {"id": "c", "kind": chart}},
        {"type": "update_element", "id": "p", "changes": {"transform": {"x": 1}}},
        add("https://example.org/a.png", "q"),
        {"type": "remove_element", "id": "p"},
        {"type": "clear_scene", "message_id": "m"},
    )
    assert not room.desk.waiting
    assert a.heard("ack")


def test_a_change_of_what_becomes_a_picture_in_the_same_edit_is_decoded() -> None:
    """What it changes when it comes need not be what it changes when it is made."""
    room = Room()
    _, first = room.join()
    picture = {"id": "t", "kind": {"type": "Image", "src": "https://example.org/a.png"}}
    room.say(
        first,
        {"type": "add_element", "element": {"id": "t", "kind": {"type": "Text", "content": "x"}}},
        {
            "type": "sync_queue",
            "operations": [
                {"op": "remove", "id": "t"},
                {"op": "add", "element": picture},
                {"op": "update", "id": "t", "changes": {"kind": {"src": RAW}}},
            ],
        },
    )
    room.desk.answer()
    room.run()
    assert room.sources() == [CLEAN]


def test_a_picture_that_may_not_come_in_is_refused_with_what_to_do() -> None:
    room = Room()
    a, first = room.join()
    room.say(first, add(BAD, message_id="m"))
    room.desk.answer()
    room.run()
    (error,) = a.heard("error")
    assert (error["code"], error["message_id"]) == ("content_refused", "m")
    assert REASON in error["message"]
    operations = [
        {"op": "add", "element": add(BAD, "bad")["element"]},
        {"op": "add", "element": add(RAW, "good")["element"]},
    ]
    room.say(first, {"type": "sync_queue", "operations": operations, "message_id": "q"})
    room.desk.answer()
    room.run()
    (result,) = a.heard("sync_result")
    assert result["synced_count"] == 1
    assert REASON in result["failed_operations"][0]["message"]
    assert room.sources() == [CLEAN]


def test_while_nothing_can_be_decoded_the_edit_is_to_be_sent_again() -> None:
    room = Room()
    a, first = room.join()
    room.desk.fails = True
    room.say(first, add(RAW, message_id="m"), {"type": "ping"})
    room.desk.answer()
    room.run()
    error, pong = a.heard("error", "pong")
    assert (error["code"], error["message_id"]) == ("rate_limited", "m")
    assert pong["type"] == "pong"
    assert ErrorCode.RATE_LIMITED.passing
    assert room.sources() == []


@pytest.mark.rule("RES1")
def test_an_edit_counts_when_it_is_handled_and_goes_with_its_connection() -> None:
    """A client sends again what the server has not heard."""
    room = Room()
    a, first = room.join()
    token = a.heard("peer_assigned")[0]["resume_token"]
    room.say(first, {"type": "ping"}, add(RAW, message_id="1"), add(CLEAN, "q", message_id="2"))
    room.node.disconnect(first, None)
    assert room.desk.given_up == 1
    b, second = room.join(resume_token=token, received=2)
    assert b.heard("peer_assigned")[0]["received"] == 1
    room.say(second, add(RAW, message_id="1"), add(CLEAN, "q", message_id="2"))
    room.desk.answer()
    room.run()
    assert room.sources() == [CLEAN] * 2


def test_who_is_taken_over_while_it_waits_leaves_nothing() -> None:
    room = Room()
    a, first = room.join()
    token = a.heard("peer_assigned")[0]["resume_token"]
    room.say(first, add(RAW, message_id="1"))
    late = room.desk.waiting[0][1]
    b, _ = room.join(resume_token=token, received=2)
    assert a.closed == [CloseCode.TAKEN_OVER]
    assert not room.desk.waiting
    late(Decoded({RAW: CLEAN}, 1))
    assert room.sources() == []
    assert b.heard("peer_assigned")[0]["received"] == 0


def test_who_may_not_edit_has_nothing_decoded() -> None:
    room = Room()
    wire = KeptSocket()
    stranger = room.node.connect(wire)
    room.say(stranger, add(RAW))
    assert wire.heard("error")[0]["code"] == "not_subscribed"
    assert not room.desk.waiting


def test_the_work_is_charged_to_who_has_brought_it(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    _, first = room.join()
    charged: list[tuple[ConnectionId, int]] = []
    pressure = room.node._pressure
    monkeypatch.setattr(pressure, "decoded", lambda *what: charged.append(what))
    room.say(first, add(RAW))
    room.desk.answer()
    assert charged == [(first, 50)]


async def posted(room: Room, edit: SceneEdit, **options: Any) -> Any:
    """Edit over HTTP, decoding what waits for it."""
    task = asyncio.create_task(room.node.scenes.edit(edit, None, **options))
    for _ in range(50):
        await asyncio.sleep(0)
        room.run()
        if room.desk.waiting:
            room.desk.answer()
    return await task


async def test_what_comes_over_http_waits_too() -> None:
    room = Room()
    add = (NewElement(Image(RAW), id="p"), NewElement(Text("x"), id="t"))
    await posted(room, SceneEdit("s", add=add))
    change = ChangedElement("p", ElementChanges(kind={"src": RAW}))
    scene = await posted(room, SceneEdit("s", update=(change,)))
    assert [e.kind.src for e in scene.elements if isinstance(e.kind, Image)] == [CLEAN]
    bad = SceneEdit("s", add=(NewElement(Image(BAD)), NewElement(Text("y"))))
    with pytest.raises(Refusal) as refused:
        await posted(room, bad)
    assert refused.value.code is ErrorCode.CONTENT_REFUSED
    assert REASON in refused.value.text
    scene = await posted(room, bad, substitutes=True)
    assert [e.kind.src for e in scene.elements if isinstance(e.kind, Image)] == [CLEAN, SUBSTITUTE]
    room.desk.fails = True
    with pytest.raises(Refusal) as refused:
        await posted(room, SceneEdit("s", add=add))
    assert refused.value.code is ErrorCode.RATE_LIMITED


async def test_a_request_that_is_given_up_leaves_nothing() -> None:
    room = Room()
    edit = SceneEdit("s", add=(NewElement(Image(RAW), id="p"),))
    task = asyncio.create_task(room.node.scenes.edit(edit, None))
    for _ in range(20):
        await asyncio.sleep(0)
        room.run()
    late = room.desk.waiting[0][1]
    task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert room.desk.given_up == 1
    late(NotDecoded("too late"))
    assert not room.node.scenes._answers
