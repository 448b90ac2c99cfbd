"""Whose message is handled in which turn of the event loop."""

import pytest

from canvas_server.core.effects import ConnectionId
from canvas_server.node.turns import TURN_UNITS, LoopTurns

pytestmark = pytest.mark.rule("OUT2")


def handled(turns: LoopTurns, units: float) -> list[int]:
    """Return who has the next turn, if each of their messages costs so much."""
    who: list[int] = []
    for connection_id in turns.begin():
        who.append(int(connection_id))
        turns.units += units
    return who


def test_sessions_take_turns_and_each_keeps_its_order() -> None:
    turns = LoopTurns()
    for number in range(6):
        assert turns.line_up(ConnectionId(number), "loud")
    assert turns.line_up(ConnectionId(9), "quiet")
    assert not turns.line_up(ConnectionId(9), "quiet"), "once is enough"
    assert handled(turns, TURN_UNITS / 3) == [0, 9, 1]
    turns.forget(ConnectionId(2))
    assert handled(turns, TURN_UNITS / 3) == [3, 4, 5]
    assert handled(turns, 1) == []


def test_who_waits_again_waits_behind_the_others() -> None:
    turns = LoopTurns()
    for number in range(3):
        turns.line_up(ConnectionId(number), "s")
    order: list[int] = []
    for connection_id in turns.begin():
        order.append(int(connection_id))
        turns.line_up(connection_id, "s")
    assert order == [0, 1, 2], "a turn ends, also if nothing of it costs"
    assert turns.waiting == {ConnectionId(number) for number in range(3)}
