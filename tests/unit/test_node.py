"""The node: feeds the hub, performs effects in order, batches writes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from canvas_server.core.effects import ConnectionId
from canvas_server.node import Node
from canvas_server.outbox import Outbox
from canvas_server.protocol.client import Subscribe
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import RelayIceCandidate
from hubs import NOW, make_hub


class Socket:
    """A connection whose writes are kept."""

    def __init__(self) -> None:
        self.outbox = Outbox(self)
        self.writes: list[bytes] = []
        self.closed: list[CloseCode] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def too_slow(self) -> None:
        raise AssertionError

    def close(self, code: CloseCode) -> None:
        self.closed.append(code)

    def heard(self) -> list[dict[str, Any]]:
        """Take what was written so far, as messages."""
        data, self.writes = b"".join(self.writes), []
        messages: list[dict[str, Any]] = []
        while data:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4]), 4
            messages.append(json.loads(data[start : start + size]))
            data = data[start + size :]
        return messages


class Lab:
    """A node whose timers wait to be called."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], None]] = []
        self.node = Node(make_hub(), lambda _, act: self.timers.append(act), lambda: NOW)

    def join(self, session_id: str = "s") -> tuple[Socket, ConnectionId, str]:
        socket = Socket()
        connection = self.node.connect(socket)
        self.say(connection, {"type": "subscribe", "session_id": session_id})
        peer_id = next(m["peer_id"] for m in socket.heard() if m["type"] == "peer_assigned")
        return socket, connection, peer_id

    def say(self, connection: ConnectionId, *messages: dict[str, Any]) -> None:
        """Send messages that arrive in one read."""
        for message in messages:
            self.node.receive(connection, json.dumps(message).encode())
        self.node.flush()


def candidate(target: str, n: int) -> dict[str, Any]:
    return {"type": "ice_candidate", "target_peer_id": target, "candidate": str(n)}


def test_what_one_read_causes_is_one_write_for_each_receiver() -> None:
    """SIG4."""
    lab = Lab()
    (a, first, _), (b, _, bob) = lab.join(), lab.join()
    a.heard()
    lab.say(first, *(candidate(bob, n) for n in range(5)))
    assert len(b.writes) == 1
    assert [m["candidate"] for m in b.heard()] == list("01234")
    assert a.writes == []


def test_news_that_can_wait_goes_out_together_and_never_overtakes() -> None:
    lab = Lab()
    (_, first, ada), (b, second, bob) = lab.join(), lab.join()
    for x in range(3):
        lab.say(first, {"type": "cursor", "x": x, "y": 0})
    assert b.writes == []
    assert len(lab.timers) == 1
    lab.timers.pop()()
    assert len(b.writes) == 1
    assert [m["x"] for m in b.heard()] == [0, 1, 2]
    lab.say(first, {"type": "cursor", "x": 7, "y": 0}, candidate(bob, 1))
    assert [m["type"] for m in b.heard()] == ["peer_cursor", "relay_ice_candidate"]
    lab.timers.pop()()
    assert b.writes == []
    lab.say(second, {"type": "media_state", "audio": True, "video": True, "screen": False})
    lab.node.disconnect(first, clean=True)
    lab.timers.pop()()
    assert [m["type"] for m in b.heard()] == ["peer_left"]
    assert ada != bob


def test_a_frame_of_a_connection_that_is_gone_is_nothing() -> None:
    lab = Lab()
    (_, first, _), (b, _, bob) = lab.join(), lab.join()
    lab.node.disconnect(first, clean=False)
    b.heard()
    lab.say(first, candidate(bob, 1))
    lab.node.refuse_binary(first)
    lab.node.disconnect(first, clean=False)
    lab.node.flush()
    assert b.writes == []


def test_bad_frames_are_refused_and_counted() -> None:
    """IN2."""
    lab = Lab()
    a, first, _ = lab.join()
    lab.node.receive(first, b"{")
    lab.node.refuse_binary(first)
    lab.node.flush()
    assert [m["code"] for m in a.heard()] == ["invalid_json", "binary_frame"]
    assert lab.node.counts.refused == {ErrorCode.INVALID_JSON: 1, ErrorCode.BINARY_FRAME: 1}


def test_who_is_taken_over_is_closed_and_hears_no_more() -> None:
    """SES2."""
    lab = Lab()
    a, first, ada = lab.join()
    b = Socket()
    second = lab.node.connect(b)
    proof = {"peer_id": ada, "resume_token": f"{ada}@s"}
    lab.say(second, {"type": "subscribe", "session_id": "s", **proof})
    assert a.closed == [CloseCode.TAKEN_OVER]
    assert lab.node.connections.keys() == {second}
    lab.say(first, {"type": "ping"})
    assert a.heard() == []


def test_counts() -> None:
    lab = Lab()
    (_, first, _), (_, _, bob) = lab.join(), lab.join()
    lab.say(first, candidate(bob, 1), candidate(bob, 2))
    counts = lab.node.counts
    assert counts.connections == 2
    assert counts.received[Subscribe] == 2
    assert counts.sent[RelayIceCandidate] == 2


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the edge, which logs it and ends this one connection."""
    lab = Lab()
    _, first, _ = lab.join()
    monkeypatch.setattr(lab.node.hub, "handle", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lab.say(first, {"type": "ping"})
