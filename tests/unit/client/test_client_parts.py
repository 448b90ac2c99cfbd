"""The view, the pauses, the address and the stream of messages."""

import asyncio

import pytest
from msgspec.structs import replace

from canvas_server.client import CannotConnect, Closed, FellBehind, Messages, View
from canvas_server.client.messages import MAX_UNREAD
from canvas_server.client.retry import LONGEST_SECONDS, retry_delay
from canvas_server.client.singly import singly
from canvas_server.client.socket import socket_url
from canvas_server.protocol.client import AddOperation, RemoveOperation
from canvas_server.protocol.kinds import Text, Video
from canvas_server.protocol.scene import Element, NewElement, SceneDocument, Transform, Viewport
from canvas_server.protocol.server import (
    Departure,
    ElementAdded,
    ElementRemoved,
    ElementUpdated,
    Media,
    MediaOfPeer,
    Peer,
    PeerAssigned,
    PeerCursor,
    PeerJoined,
    PeerLeft,
    PeerList,
    PeerMediaState,
    PeerThinking,
    PeerUpdated,
    Pointers,
    Pong,
    Proposal,
    ProposalDecided,
    Question,
    QuestionAnswered,
    RosterChanges,
    SceneUpdate,
)


def peer(peer_id: str, name: str | None = None) -> Peer:
    return Peer(peer_id, connected=True, in_call=False, media=Media(), display_name=name)


def element(element_id: str, text: str) -> Element:
    return Element(element_id, Text(text), Transform())


def test_the_view_follows_the_messages() -> None:
    view = View()
    view.apply(SceneUpdate(SceneDocument("s", Viewport(), (element("a", "1"),), 4, 0)))
    assert not view.known
    view.apply(PeerList("s", (peer("x", "Ada"),)))
    view.apply(SceneUpdate(SceneDocument("s", Viewport(width=9), (element("b", "1"),), 5, 0)))
    assert view.known
    assert (list(view.elements), view.viewport.width, view.revision) == (["b"], 9, 5)
    view.apply(ElementUpdated(element("b", "2"), 6, 0))
    view.apply(ElementAdded(Element("t", Video("peer-x"), Transform()), 7, 0))
    assert view.elements["b"].kind == Text("2")
    assert view.tile_of("peer-x") == view.elements["t"]
    assert view.tile_of("peer-y") is None
    view.apply(ElementRemoved("t", 8, 0))
    assert (view.tile_of("peer-x"), view.revision) == (None, 8)
    view.apply(PeerJoined("s", peer("y-longer-than-8")))
    assert [view.name_of(peer_id) for peer_id in view.peers] == ["Ada", "y-longer"]
    view.apply(PeerUpdated(peer("y-longer-than-8", "Bob")))
    assert view.name_of("y-longer-than-8") == "Bob"
    view.apply(PeerLeft("s", "x", "left"))
    assert list(view.peers) == ["y-longer-than-8"]
    assert view.name_of("x") == "x"
    view.apply(Pong(0))


@pytest.mark.rule("CRW1")
def test_differences_of_the_roster_are_followed_and_told_one_by_one() -> None:
    view = View()
    view.apply(PeerList("s", (peer("x"), peer("y"), peer("own")), 4))
    changes = RosterChanges(
        "s",
        5,
        (Departure("x", "left"), Departure("own", "left")),
        (peer("z", "Zoe"), peer("own", "Me")),
        (peer("y", "Yan"),),
        (
            MediaOfPeer("y", audio=True, video=False, screen=True),
            MediaOfPeer("?", True, True, True),
        ),
    )
    view.apply(changes)
    assert [*view.peers] == ["y", "z", "own"]
    assert view.name_of("own") == "Me"
    assert view.peers["y"] == replace(peer("y", "Yan"), media=Media(True, False, True))
    assert [*singly(changes, "own")] == [
        PeerLeft("s", "x", "left"),
        PeerJoined("s", peer("z", "Zoe")),
        PeerUpdated(peer("y", "Yan")),
        PeerMediaState("y", True, False, True),
        PeerMediaState("?", True, True, True),
    ]
    view.apply(PeerMediaState("y", False, False, False))
    assert view.peers["y"].media == Media()


@pytest.mark.rule("CRW4")
def test_pointers_are_told_one_by_one() -> None:
    many = Pointers((("x", 1, 2), ("own", 3, 4), ("y", 5, 6)))
    assert [*singly(many, "own")] == [PeerCursor("x", 1, 2), PeerCursor("y", 5, 6)]
    assert [*singly(Pong(0), "own")] == [Pong(0)]


def test_pauses_grow_to_a_limit_and_differ_between_peers() -> None:
    assert retry_delay(0, 0.5) == 0
    grown = [retry_delay(attempt, 1) for attempt in range(1, 40)]
    assert grown == sorted(grown)
    assert grown[0] == pytest.approx(0.3)
    assert grown[-1] == LONGEST_SECONDS
    assert retry_delay(5, 0) == retry_delay(5, 1) / 2


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("http://127.0.0.1:9473", "ws://127.0.0.1:9473/ws"),
        ("https://call.example.org/s/room?x=1", "wss://call.example.org/ws"),
        ("wss://call.example.org", "wss://call.example.org/ws"),
        ("localhost:80", "ws://localhost:80/ws"),
        ("https://example.org/canvas", "wss://example.org/canvas/ws"),
        ("https://example.org/a/canvas/s/room#token=t", "wss://example.org/a/canvas/ws"),
        ("https://example.org/canvas/i/7kq4-m2xz-9rpa", "wss://example.org/canvas/ws"),
        ("wss://example.org/canvas/ws/sync", "wss://example.org/canvas/ws"),
    ],
)
def test_the_address_of_the_socket(given: str, meant: str) -> None:
    assert socket_url(given) == meant


@pytest.mark.parametrize("given", ["ftp://example.org", "http://", ""])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(CannotConnect):
        socket_url(given)


async def test_messages_come_in_order_and_end_with_the_client() -> None:
    messages = Messages()
    messages.put(Pong(1))
    messages.put(Pong(2))
    asyncio.get_running_loop().call_soon(messages.put, Pong(3))
    asyncio.get_running_loop().call_soon(messages.finish)
    assert [message async for message in messages] == [Pong(1), Pong(2), Pong(3)]
    assert [message async for message in messages] == []


async def test_messages_say_when_the_server_ended_it() -> None:
    messages = Messages()
    messages.finish(Closed(4100, "taken"))
    with pytest.raises(Closed, match="taken"):
        await anext(messages)


async def test_messages_that_are_not_read_are_not_kept_for_ever() -> None:
    messages = Messages()
    for number in range(MAX_UNREAD + 5):
        messages.put(Pong(number))
    with pytest.raises(FellBehind):
        await anext(messages)


@pytest.mark.rule("AGT4", "AGT5", "AGT9")
def test_the_view_follows_the_table() -> None:
    view = View()
    ways = (RemoveOperation("a"), AddOperation(NewElement(Text("b"), id="b")))
    view.apply(Proposal("p", "x", 0, ways))
    view.apply(ProposalDecided("p", "y", ("b",), (), open=True))
    assert view.proposals["p"].operations == ways[:1]
    view.apply(ProposalDecided("p", "y", (), ("a",)))
    view.apply(ProposalDecided("unknown", "y", (), ("a",)))
    assert view.proposals == {}
    question = Question("q", "x", 0, "?", ("yes", "no"), (0, 0))
    view.apply(question)
    view.apply(QuestionAnswered("q", "y", 1))
    assert (view.questions, view.answers) == ({"q": question}, {"q": {"y": 1}})
    view.apply(replace(question, open=False))
    assert (view.questions, view.answers) == ({}, {})
    for name in ("x", "y", "z"):
        view.apply(PeerThinking(name, "at it"))
    view.apply(PeerThinking("x", ""))
    view.apply(PeerLeft("s", "y", "left"))
    assert view.thinking == {"z": "at it"}
    view.apply(RosterChanges("s", 2, left=(Departure("z", "left"),)))
    assert view.thinking == {}
    view.apply(Proposal("p", "x", 0, ways))
    view.apply(PeerAssigned("me", "s", "token", (), recovered=True))
    assert view.proposals
    view.apply(PeerAssigned("me", "s", "token", (), recovered=False))
    assert view.proposals == {}
