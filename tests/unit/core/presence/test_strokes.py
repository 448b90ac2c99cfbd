"""Strokes while they are drawn: whose they are, and who sees them."""

from typing import Any

import pytest

from canvas_server.protocol import client, server
from canvas_server.protocol.client import BegunStroke
from support.hub.house import House

BEGIN = BegunStroke("e1", 10, 20, "#e03131", 4)


def house() -> tuple[House, list[tuple[Any, str]]]:
    """Three people."""
    made = House()
    people = [made.come(f"edit 100 {name}") for name in "abc"]
    made.clear()
    return made, people


@pytest.mark.rule("INK5")
def test_the_others_see_a_stroke_by_its_number() -> None:
    room, ((ada, ada_id), (bob, _), (cem, _)) = house()
    room.say(ada, client.Stroke("AA", BEGIN))
    room.say(ada, client.Stroke("CC"))
    room.say(ada, client.Stroke())
    assert room.heard(ada, server.PeerStroke) == []
    expected = [
        server.PeerStroke(1, "AA", BEGIN, ada_id),
        server.PeerStroke(1, "CC"),
        server.PeerStroke(1),
    ]
    assert room.heard(bob, server.PeerStroke) == room.heard(cem, server.PeerStroke) == expected


@pytest.mark.rule("INK5")
def test_nobody_goes_on_with_a_stroke_of_somebody_else() -> None:
    room, ((ada, _), (bob, _), (cem, _)) = house()
    room.say(bob, client.Stroke("CC"))
    assert room.heard(cem, server.PeerStroke) == [], "it never began"
    room.say(ada, client.Stroke("AA", BEGIN))
    room.say(bob, client.Stroke("CC", BEGIN))
    room.say(bob, client.Stroke("EE"))
    numbers = [stroke.n for stroke in room.heard(cem, server.PeerStroke)]
    assert numbers == [1, 2, 2]


def test_a_stroke_that_is_begun_again_is_the_same() -> None:
    room, ((ada, _), (bob, _), _) = house()
    room.say(ada, client.Stroke("AA", BEGIN))
    room.say(ada, client.Stroke("CC", BEGIN))
    room.say(ada, client.Stroke("AA", BegunStroke("e2", 0, 0, "#000", 4)))
    assert [stroke.n for stroke in room.heard(bob, server.PeerStroke)] == [1, 1, 2]
