"""The node: feeds the hub, performs effects in order, batches writes."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any

import pytest

from canvas_server.core.effects import ConnectionId
from canvas_server.node import backpressure, flushing
from canvas_server.node.budget import Limits
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outboxes
from canvas_server.node.ports import LogFailure
from canvas_server.protocol.client import Subscribe
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import RelayIceCandidate
from canvas_server.store.memory import MemoryLog
from support.hub.hub import NOW, make_hub
from support.hub.sockets import KeptSocket


class NodeLab:
    """A node whose timers wait to be called."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.timers: list[Callable[[], None]] = []
        self.now = NOW
        self.set_by = 0.0
        """How far the clock was set."""
        outboxes = Outboxes()
        self.node = Node(
            make_hub(outboxes),
            outboxes,
            MemoryLog(self.timers.append),
            self.later,
            lambda: self.now,
            limits=limits,
            steady=lambda: self.now - self.set_by,
        )

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something called; it is late enough when it is."""
        due = self.now + seconds

        def run() -> None:
            self.now = max(self.now, due)
            act()

        self.timers.append(run)

    def run_timers(self) -> None:
        """Let everything happen that is due, and what follows from it."""
        while self.timers:
            self.timers.pop(0)()

    def join(
        self, session_id: str = "s", features: Sequence[str] = ()
    ) -> tuple[KeptSocket, ConnectionId, str]:
        socket = KeptSocket()
        connection = self.node.connect(socket)
        wish = {"type": "subscribe", "session_id": session_id, "features": features}
        self.say(connection, wish)
        self.run_timers()
        peer_id = next(m["peer_id"] for m in socket.heard() if m["type"] == "peer_assigned")
        return socket, connection, peer_id

    def say(self, connection: ConnectionId, *messages: dict[str, Any]) -> None:
        """Send messages that arrive in one read."""
        for message in messages:
            self.node.receive(connection, json.dumps(message).encode())
        self.node.flush()


def candidate(target: str, n: int) -> dict[str, Any]:
    return {"type": "ice_candidate", "target_peer_id": target, "candidate": str(n)}


@pytest.mark.rule("SIG4")
def test_what_one_read_causes_is_one_write_for_each_receiver() -> None:
    lab = NodeLab()
    (a, first, _), (b, _, bob) = lab.join(), lab.join()
    a.heard()
    lab.say(first, *(candidate(bob, n) for n in range(5)))
    assert len(b.writes) == 1
    assert [m["candidate"] for m in b.heard()] == list("01234")
    assert a.writes == []


def test_news_that_can_wait_goes_out_together_and_never_overtakes() -> None:
    lab = NodeLab()
    (_, first, ada), (b, second, bob) = lab.join(), lab.join()
    for x in range(3):
        lab.say(first, {"type": "cursor", "x": x, "y": 0})
    assert b.writes == []
    lab.run_timers()
    assert len(b.writes) == 1
    assert [m["x"] for m in b.heard()] == [2], "the latest says it"
    edit = {"type": "clear_scene"}
    lab.say(first, {"type": "preview", "elements": []}, {"type": "cursor", "x": 7, "y": 0}, edit)
    lab.run_timers()
    told = [m["type"] for m in b.heard()]
    assert [kind for kind in told if kind != "peer_cursor"] == ["peer_preview", "scene_update"]
    assert told.count("peer_cursor") == 1
    lab.say(second, {"type": "media_state", "audio": True, "video": True, "screen": False})
    lab.say(first, {"type": "cursor", "x": 8, "y": 0})
    lab.node.disconnect(first, 1000)
    lab.run_timers()
    assert [m["type"] for m in b.heard()] == ["peer_left"], "nothing comes of who has left"
    assert ada != bob


@pytest.mark.rule("OUT5")
def test_presence_that_changes_again_and_again_is_sent_as_it_is_at_last() -> None:
    lab = NodeLab()
    (_, first, ada), (b, _, _) = lab.join(), lab.join()
    b.heard()
    for number in range(101):
        lab.say(first, {"type": "group_call", "joined": number % 2 == 0})
        lab.say(
            first, {"type": "media_state", "audio": number == 100, "video": False, "screen": False}
        )
    lab.run_timers()
    heard = b.heard()
    assert len(heard) < 10, "of 202"
    assert [m["peer"].get("group_call") for m in heard if m["type"] == "peer_updated"][-1] is True
    latest = heard[-1]
    assert latest["peer"]["media"]["audio"] is True
    lab.say(first, {"type": "group_call", "joined": False})
    assert b.heard() == []
    lab.run_timers()
    assert [m["peer"].get("group_call") for m in b.heard()] == [None]
    assert ada


@pytest.mark.slow
@pytest.mark.rule("OUT2")
def test_what_overloads_a_session_is_refused_by_name() -> None:
    """Twenty who may do as much as they like alone, and not together."""
    lab = NodeLab(Limits(100, 100))
    due: list[tuple[float, int, Callable[[], None]]] = []
    numbers = count()
    people = [lab.join() for _ in range(20)]
    add = {"op": "add", "element": {"kind": {"type": "Text", "content": "x"}}}
    lab.node._pressure._call_later = lambda seconds, act: heappush(
        due, (lab.now + seconds, next(numbers), act)
    )
    answers: Counter[str] = Counter()
    for round_ in range(60):
        for _, connection, _ in people:
            sync = {"type": "sync_queue", "operations": [add] * 60, "message_id": str(round_)}
            lab.say(connection, sync)
        while due and due[0][0] <= lab.now:
            heappop(due)[2]()
        lab.run_timers()
        lab.now += 0.2
        for socket, _, _ in people:
            answers.update(m.get("code", "made") for m in socket.heard() if "message_id" in m)
    assert set(answers) == {"made", "rate_limited"}
    assert 30 < answers["made"] < 60 * 0.2 * 800 / 60, "each costs more than its operations"


@pytest.mark.rule("OUT5")
def test_what_a_crowd_moves_is_written_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flushing, "MAX_DROPPABLE_BYTES", 500)
    lab = NodeLab()
    (a, _, _), *people = (lab.join() for _ in range(5))
    a.heard()
    for _, connection, _ in people:
        lab.say(connection, {"type": "preview", "elements": []})
    parts: list[int] = []
    while lab.timers:
        lab.timers.pop(0)()
        parts.append(len([m for m in a.heard() if m["type"] == "peer_preview"]))
    assert sum(parts) == 4
    assert max(parts) == 2


@pytest.mark.rule("SES1", "SIG1")
def test_a_pointer_of_a_session_that_one_has_left_does_not_come_into_the_next() -> None:
    lab = NodeLab()
    (_, first, _), (b, second, _), (c, _, _) = lab.join(), lab.join(), lab.join()
    lab.join("t")
    b.heard()
    lab.say(first, {"type": "cursor", "x": 1, "y": 1})
    lab.say(second, {"type": "subscribe", "session_id": "t"})
    lab.run_timers()
    assert "peer_cursor" not in [m["type"] for m in b.heard()]
    assert "peer_cursor" in [m["type"] for m in c.heard()]
    lab.say(first, {"type": "cursor", "x": 2, "y": 1}, {"type": "subscribe", "session_id": "s"})


def test_a_frame_of_a_connection_that_is_gone_is_nothing() -> None:
    lab = NodeLab()
    (_, first, _), (b, _, bob) = lab.join(), lab.join()
    lab.node.disconnect(first, 1000)
    b.heard()
    lab.say(first, candidate(bob, 1))
    lab.node.refuse_binary(first)
    lab.node.disconnect(first, None)
    lab.node.flush()
    assert b.writes == []


@pytest.mark.rule("IN2")
def test_bad_frames_are_refused_and_counted() -> None:
    lab = NodeLab()
    a, first, _ = lab.join()
    lab.node.receive(first, b"{")
    lab.node.refuse_binary(first)
    lab.node.flush()
    assert [m["code"] for m in a.heard()] == ["invalid_json", "binary_frame"]
    assert lab.node.counts.refused == {ErrorCode.INVALID_JSON: 1, ErrorCode.BINARY_FRAME: 1}


@pytest.mark.rule("SES2")
def test_who_is_taken_over_is_closed_and_hears_no_more() -> None:
    lab = NodeLab()
    a, first, ada = lab.join()
    b = KeptSocket()
    second = lab.node.connect(b)
    proof = {"peer_id": ada, "resume_token": f"{ada}@s#1"}
    lab.say(second, {"type": "subscribe", "session_id": "s", **proof})
    assert a.closed == [CloseCode.TAKEN_OVER]
    assert lab.node.connections.keys() == {second}
    lab.say(first, {"type": "ping"})
    assert a.heard() == []


def test_counts() -> None:
    lab = NodeLab()
    (_, first, _), (_, _, bob) = lab.join(), lab.join()
    lab.say(first, candidate(bob, 1), candidate(bob, 2))
    counts = lab.node.counts
    assert counts.connections == 2
    assert counts.received[Subscribe] == 2
    assert counts.sent[RelayIceCandidate] == 2


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the edge, which logs it and ends this one connection."""
    lab = NodeLab()
    _, first, _ = lab.join()
    monkeypatch.setattr(lab.node.hub, "handle", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lab.say(first, {"type": "ping"})


# --- RES1 --------------------------------------------------------------------------------------


@pytest.mark.rule("RES1")
@pytest.mark.parametrize("breaks_first", [True, False])
def test_a_peer_goes_on_where_it_stopped_hearing(breaks_first: bool) -> None:
    """Also when the new connection comes before the old one is found to be dead."""
    lab = NodeLab()
    (a, first, ada), (b, second, _) = lab.join(), lab.join()
    lab.timers.clear()
    lab.say(second, *(candidate(ada, n) for n in range(4)))
    if breaks_first:
        lab.node.disconnect(first, None)
    lab.say(second, *(candidate(ada, n) for n in range(4, 6)))
    again = KeptSocket()
    third = lab.node.connect(again)
    # The list, the scene, the newcomer and two candidates have arrived.
    proof = {"peer_id": ada, "resume_token": f"{ada}@s#1", "received": 5}
    lab.say(third, {"type": "ping"}, {"type": "subscribe", "session_id": "s", **proof})
    welcome, pong, assigned, *missed = again.heard()
    assert (welcome["type"], pong["type"]) == ("welcome", "pong")
    assert (assigned["recovered"], assigned["received"]) == (True, 0)
    assert [m["candidate"] for m in missed] == list("2345")
    assert a.closed == ([] if breaks_first else [CloseCode.TAKEN_OVER])
    a.writes.clear()
    lab.say(second, candidate(ada, 6))
    assert [m["candidate"] for m in again.heard()] == ["6"]
    assert a.writes == []
    assert lab.node.outboxes.keys() == {second, third}
    assert lab.node.counts.resumed == 1
    assert b.closed == []


@pytest.mark.rule("RES1", "CRW1")
@pytest.mark.parametrize("heard", [0, 1, 2])
def test_who_comes_back_gets_every_difference_of_the_roster_it_missed(heard: int) -> None:
    """They count as any message does, and one frame is in the outboxes of all."""
    takes = ["roster_changes", "pointers"]
    lab = NodeLab()
    (_, first, ada), (b, _, _) = lab.join(features=takes), lab.join(features=takes)
    for _ in range(3):
        lab.join(features=takes)
    lab.node.disconnect(first, None)
    lab.join(features=takes)
    told = [m for m in b.heard() if m["type"] == "roster_changes"]
    again = KeptSocket()
    third = lab.node.connect(again)
    # The list and the scene have arrived, the newcomer, and some of what came since.
    proof = {"resume_token": f"{ada}@s#1", "received": 3 + heard, "features": takes}
    lab.say(third, {"type": "subscribe", "session_id": "s", **proof})
    _, assigned, *missed = again.heard()
    assert assigned["recovered"]
    assert missed == told[heard:]
    assert [m["revision"] for m in told] == [*range(told[0]["revision"], told[-1]["revision"] + 1)]


@pytest.mark.rule("RES1")
def test_the_server_says_what_it_had_from_the_peer() -> None:
    """So that the peer can send again what was lost on its way."""
    lab = NodeLab()
    a, first, ada = lab.join()
    for _ in range(3):
        lab.say(first, {"type": "cursor", "x": 0, "y": 0})
    lab.node.receive(first, b"{")
    lab.node.refuse_binary(first)
    lab.say(first, {"type": "ping", "received": 2})
    assert a.heard()[-1] == {"type": "pong", "timestamp": int(NOW * 1000), "received": 6}
    lab.node.disconnect(first, 1001)
    again = KeptSocket()
    third = lab.node.connect(again)
    # Two refusals were not heard, the pong was not either.
    proof = {"peer_id": ada, "resume_token": f"{ada}@s#1", "received": 2}
    lab.say(third, {"type": "subscribe", "session_id": "s", **proof})
    assigned, *missed = again.heard()[1:]
    assert (assigned["recovered"], assigned["received"]) == (True, 6)
    assert [m["type"] for m in missed] == ["error", "error", "pong"]
    lab.say(third, {"type": "ping"})
    assert again.heard()[-1]["received"] == 1


@pytest.mark.rule("RES1")
def test_who_is_away_too_long_leaves_nothing_behind() -> None:
    lab = NodeLab()
    (_, first, _), (b, second, _) = lab.join(), lab.join()
    lab.node.disconnect(first, None)
    lab.now += 119
    lab.node.tick()
    assert lab.node.outboxes.keys() == {first, second}
    lab.now += 1
    lab.node.tick()
    assert lab.node.outboxes.keys() == {second}
    lab.run_timers()
    assert b.heard()[-1]["type"] == "peer_left"


@pytest.mark.rule("RES1")
@pytest.mark.report(
    "lost",
    "The clock of the server was corrected, and who was just coming back had lost their calls.",
    "A step of two days, to and fro, while somebody is away",
    "Places are kept for as long as before: what was set is the clock, no time has passed.",
)
@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_is_set_ends_no_place_and_keeps_none(days: int) -> None:
    lab = NodeLab()
    (_, first, _), (b, _, _) = lab.join(), lab.join()
    lab.node.disconnect(first, None)
    lab.run_timers()
    lab.now += 60
    lab.now += days * 86_400
    lab.set_by += days * 86_400

    def types() -> list[str]:
        lab.node.tick()
        lab.run_timers()
        return [message["type"] for message in b.heard()]

    assert "peer_left" not in types()
    lab.now += 59
    assert "peer_left" not in types()
    lab.now += 2
    assert "peer_left" in types()


def test_what_waits_for_all_that_are_away_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvas_server.node.outbox.MAX_ALL_AWAY_BYTES", 5000)
    lab = NodeLab()
    (_, first, ada), (_, second, bob), (_, third, _) = lab.join(), lab.join(), lab.join()
    for connection in (first, second):
        lab.node.disconnect(connection, None)
    lab.say(third, {"type": "offer", "target_peer_id": ada, "sdp": "x" * 4000})
    lab.say(third, {"type": "offer", "target_peer_id": bob, "sdp": "x" * 2000})
    lab.node.tick()
    assert lab.node.outboxes[first].lost
    assert not lab.node.outboxes[second].lost


def test_a_connection_that_never_subscribed_leaves_nothing_behind() -> None:
    lab = NodeLab()
    connection = lab.node.connect(KeptSocket())
    assert lab.node.outboxes.keys() == {connection}
    lab.node.disconnect(connection, None)
    assert lab.node.outboxes.keys() == set()


# --- sessions that are read first ------------------------------------------------------------


@pytest.mark.rule("SCN5", "SIG4")
def test_what_is_said_while_the_session_is_read_waits() -> None:
    lab = NodeLab()
    (b, _, bob) = lab.join("t")
    lab.join()
    a = KeptSocket()
    first = lab.node.connect(a)
    a.heard()
    lab.say(first, {"type": "subscribe", "session_id": "u"}, {"type": "ping"})
    lab.node.refuse_binary(first)
    lab.say(first, {"type": "subscribe", "session_id": "t"}, candidate(bob, 1), candidate(bob, 2))
    assert a.held
    assert a.heard() == []
    b.heard()
    lab.run_timers()
    assert not a.held
    told = [m["type"] for m in a.heard()]
    assert told[:5] == ["peer_assigned", "peer_list", "scene_update", "pong", "error"]
    assert told[5:] == ["peer_assigned", "peer_list", "scene_update"]
    assert [m["candidate"] for m in b.heard() if "candidate" in m] == ["1", "2"]
    lab.say(first, {"type": "ping"})
    assert a.heard()[-1]["received"] == 3, "what waited is counted when it is handled"


def test_a_connection_that_ends_while_its_session_is_read_is_forgotten() -> None:
    lab = NodeLab()
    first = lab.node.connect(KeptSocket())
    lab.say(first, {"type": "subscribe", "session_id": "s"}, {"type": "ping"})
    lab.node.disconnect(first, None)
    lab.run_timers()
    assert lab.node.hub.peer_count == 0
    assert not lab.node.hub.is_open("s")


def test_a_session_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = NodeLab()

    def load(_: str, done: Callable[[LogFailure], None]) -> None:
        lab.timers.append(lambda: done(LogFailure("broken")))

    monkeypatch.setattr(lab.node.scenes.log, "load", load)
    socket = KeptSocket()
    first = lab.node.connect(socket)
    lab.say(first, {"type": "subscribe", "session_id": "s"}, {"type": "ping"})
    lab.run_timers()
    welcome, error, pong = socket.heard()
    assert (error["code"], pong["type"]) == ("storage_failed", "pong")
    assert welcome["type"] == "welcome"
    assert not socket.held
    assert lab.node.scenes.failures == 1


@pytest.mark.rule("SCN2")
def test_what_the_log_stores_together_is_written_together() -> None:
    lab = NodeLab()
    (a, first, _), (b, _, _) = lab.join(), lab.join()
    a.heard()
    for number in range(5):
        element = {"id": f"e{number}", "kind": {"type": "Text", "content": "x"}}
        lab.say(first, {"type": "add_element", "element": element, "message_id": str(number)})
    assert a.writes == b.writes == []
    lab.run_timers()
    assert len(a.writes) == len(b.writes) == 1
    assert [m["type"] for m in a.heard()] == ["element_added", "ack"] * 5


@pytest.mark.rule("OUT2")
def test_who_edits_faster_than_edits_are_stored_is_read_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = NodeLab()
    size = 312 + 128 + 37  # of each of these edits, as it counts, with the answer that is kept
    monkeypatch.setattr(backpressure, "MAX_UNSTORED_BYTES", 4 * size)
    (a, first, _), (b, second, _), (c, third, _) = lab.join(), lab.join(), lab.join()
    for number in range(8):
        assert a.held == (number > 4)
        element = {"id": f"e{number}", "kind": {"type": "Text", "content": "x"}}
        lab.say(first, {"type": "add_element", "element": element, "message_id": str(number)})
    lab.say(second, {"type": "ping"})
    lab.say(third, {"type": "clear_scene", "message_id": "c"})
    assert (a.held, b.held, c.held) == (True, False, True)
    lab.node.disconnect(third, None)
    assert lab.node.scenes.waiting == 6, "what was on its way is not handled either"
    while lab.node.scenes.backlog_of("s") > 2 * size:
        assert a.held
        lab.timers.pop(0)()
    lab.run_timers()
    assert [m["message_id"] for m in a.heard() if m["type"] == "ack"] == list("01234567")
    assert lab.node.counts.held_back >= 2
    assert not a.held
    lab.say(first, {"type": "clear_scene", "message_id": "again"})
    assert not a.held


def test_an_edit_that_is_not_stored_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = NodeLab()
    a, first, _ = lab.join()

    def append(_: object, done: Callable[[LogFailure], None]) -> None:
        lab.timers.append(lambda: done(LogFailure("full")))

    with monkeypatch.context() as patch:
        patch.setattr(lab.node.scenes.log, "append", append)
        for number in range(2):
            element = {"kind": {"type": "Text", "content": "x"}}
            message = {"type": "add_element", "element": element, "message_id": str(number)}
            lab.say(first, message)
            lab.run_timers()
            assert a.heard()[-1]["code"] == "storage_failed"
    lab.say(first, {"type": "clear_scene", "message_id": "2"})
    lab.run_timers()
    assert a.heard()[-1]["type"] == "ack"
    lab.say(first, {"type": "restore_scene", "revision": 1, "message_id": "3"})
    lab.run_timers()
    assert a.heard()[-1]["type"] == "ack"
    lab.say(first, {"type": "restore_scene", "revision": 99, "message_id": "4"})
    lab.run_timers()
    assert a.heard()[-1]["code"] == "revision_not_found"


@pytest.mark.rule("OUT2")
def test_what_is_on_its_way_of_who_is_held_back_waits_in_order() -> None:
    """One read of a socket has hundreds of messages."""
    lab = NodeLab()
    (a, first, _), (b, _, _) = lab.join(), lab.join()
    picture = {"type": "Image", "src": "data:image/png;base64," + "A" * 400_000}
    lab.say(first, {"type": "add_element", "element": {"id": "p", "kind": picture}})
    for x in range(50):
        changes = {"transform": {"x": x}}
        lab.say(first, {"type": "update_element", "id": "p", "changes": changes})
    lab.node.refuse_binary(first)
    lab.say(first, {"type": "ping"})
    assert a.held
    assert lab.node.outboxes[first].queued_bytes < 4_000_000, "of 20 MB"
    assert b.closed == []
    lab.node.disconnect(first, None)
    assert not lab.node._deferred


@pytest.mark.rule("OUT2", "SIG4")
def test_who_was_held_back_goes_on_where_it_was() -> None:
    lab = NodeLab(Limits(1, 10))
    a, first, _ = lab.join()
    a.heard()
    for name in ("one", "two"):
        add = {"op": "add", "element": {"id": name, "kind": {"type": "Text", "content": "x"}}}
        lab.say(first, {"type": "sync_queue", "operations": [add] * 3, "message_id": name})
        lab.node.refuse_binary(first)
    lab.say(first, {"type": "ping"})
    assert a.held
    lab.run_timers()
    assert not a.held
    heard = [m for m in a.heard() if m["type"] in ("sync_result", "error", "pong")]
    assert [m["type"] for m in heard if m["type"] != "sync_result"] == ["error", "error", "pong"]
    assert [m["message_id"] for m in heard if m["type"] == "sync_result"] == ["one", "two"]
