"""What a session knows of its call in the Communitas network."""

import pytest

from canvas_server.core.effects import ConnectionId, Effect, NetworkCallRequest, Send
from canvas_server.core.hub import Hub
from canvas_server.core.records import Snapshot, Stored
from canvas_server.node.outbox import Outboxes
from canvas_server.protocol import client, server
from support.hub.hub import make_hub

pytestmark = pytest.mark.rule("COM1", "COM2")

NOW = 1_700_000_000.0


class Room:
    """A hub with one session, and what its peers are told."""

    def __init__(self, *features: str) -> None:
        self.hub: Hub = make_hub(Outboxes(), started=NOW, features=features)
        self.asked: list[NetworkCallRequest] = []
        self.told: dict[int, list[server.ServerMessage]] = {}
        self.ids: dict[int, str] = {}

    def come(self, number: int) -> None:
        self.hub.opened("s", Stored(Snapshot(0, 0)))
        self._perform(self.hub.connect(ConnectionId(number), NOW))
        self.say(number, client.Subscribe("s"))
        self.ids[number] = self.hear(number, server.PeerAssigned)[0].peer_id

    def say(self, number: int, message: client.ClientMessage) -> None:
        self._perform(self.hub.handle(ConnectionId(number), message, NOW))

    def answer(self, call_id: str = "", error: str = "") -> None:
        self._perform(self.hub.network_answered(self.asked.pop(0), call_id, error))

    def go(self, number: int) -> None:
        self._perform(self.hub.disconnect(ConnectionId(number), NOW, 1000))

    def hear(self, number: int, kind: type) -> list:
        """Return what somebody was told of a kind since the last time."""
        told = self.told.get(number, [])
        found = [message for message in told if isinstance(message, kind)]
        self.told[number] = [message for message in told if not isinstance(message, kind)]
        return found

    def results(self, number: int) -> list[tuple[str, bool, str | None, str | None]]:
        heard = self.hear(number, server.CommunitasCallResult)
        return [(r.operation, r.success, r.call_id, r.message_id) for r in heard]

    def states(self, number: int) -> list[tuple[str | None, tuple[str, ...]]]:
        return [(s.call_id, s.participants) for s in self.hear(number, server.CallState)]

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, NetworkCallRequest):
                self.asked.append(effect)
            elif isinstance(effect, Send):
                for connection in effect.to:
                    self.told.setdefault(connection, []).append(effect.message)


@pytest.fixture
def room() -> Room:
    room = Room("communitas")
    room.come(1)
    room.come(2)
    return room


def test_a_server_that_is_not_joined_says_so() -> None:
    room = Room()
    room.come(1)
    for message in (
        client.StartCommunitasCall(message_id="m"),
        client.JoinCommunitasCall("c", "m"),
        client.LeaveCommunitasCall("m"),
    ):
        room.say(1, message)
    assert room.results(1) == [(name, False, None, "m") for name in ("start", "join", "leave")]
    assert room.asked == []


def test_start_join_leave(room: Room) -> None:
    room.say(1, client.StartCommunitasCall(video_enabled=False, message_id="m"))
    assert room.asked == [NetworkCallRequest("s", room.ids[1], "start", None, False, "m", "stay 1")]
    room.answer("call")
    assert room.results(1) == [("start", True, "call", "m")]
    assert room.states(1) == room.states(2) == [("call", (room.ids[1],))]
    room.come(3)
    assert room.states(3) == [("call", (room.ids[1],))], "who comes later is told"
    room.say(2, client.StartCommunitasCall())
    assert room.asked == [
        NetworkCallRequest("s", room.ids[2], "join", "call", incarnation="stay 2")
    ], "there is one already"
    room.answer("call")
    both = (room.ids[1], room.ids[2])
    assert room.states(3) == [("call", both)]
    room.say(1, client.LeaveCommunitasCall("l"))
    assert room.results(1) == [("leave", True, "call", "l")]
    assert room.states(3) == [("call", (room.ids[2],))]
    assert room.asked == []
    room.go(2)
    assert room.states(3) == [(None, ())]
    assert room.asked == [NetworkCallRequest("s", "", "end", "call")], "the last one ends it"


def test_a_failure_is_told_to_who_asked_and_changes_nothing(room: Room) -> None:
    room.say(1, client.JoinCommunitasCall("call", "m"))
    room.say(2, client.StartCommunitasCall(message_id="n"))
    assert room.results(2) == [("start", False, None, "n")], "one at a time"
    room.answer(error="there is no such call")
    assert room.results(1) == [("join", False, None, "m")]
    assert room.states(1) == room.states(2) == []
    room.say(2, client.LeaveCommunitasCall("l"))
    assert room.results(2) == [("leave", False, None, "l")]
    room.say(2, client.StartCommunitasCall())
    assert room.asked[0].operation == "start"


def test_a_session_is_in_one_call_at_a_time(room: Room) -> None:
    room.say(1, client.StartCommunitasCall())
    room.answer("one")
    room.say(2, client.JoinCommunitasCall("two"))
    room.answer("two")
    assert room.states(1) == [("one", (room.ids[1],)), ("two", (room.ids[2],))]
    assert room.asked == [NetworkCallRequest("s", "", "end", "one")]


def test_a_call_nobody_waits_for_any_more_is_ended(room: Room) -> None:
    room.say(1, client.StartCommunitasCall())
    room.go(1)
    room.answer("late")
    assert room.asked == [NetworkCallRequest("s", "", "end", "late")]
    room.asked.clear()
    room.say(2, client.StartCommunitasCall())
    room.go(2)
    room.answer(error="no")
    assert room.asked == []
    room.come(3)
    room.say(3, client.StartCommunitasCall())
    room.go(3)
    room.answer("later")
    assert room.asked == [NetworkCallRequest("s", "", "end", "later")]


def test_who_went_while_joining_leaves_the_call_to_the_others(room: Room) -> None:
    room.say(1, client.StartCommunitasCall())
    room.answer("call")
    room.say(2, client.JoinCommunitasCall("call"))
    room.go(2)
    room.answer("call")
    assert room.asked == []
    assert room.states(1)[-1] == ("call", (room.ids[1],))
