"""Presence that changes often is coalesced: at once, then each peer once in a while (OUT5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.presence import coalescing
from canvas_server.core.presence.coalescing import PresenceWindow
from canvas_server.protocol import client, server
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("OUT5")


def test_few_updates_are_sent_at_once() -> None:
    window = PresenceWindow()
    assert all(window.admits(peer) for peer in "abc")
    assert window.settle() == []
    assert not window.is_open


def test_who_changes_often_waits_and_nobody_else() -> None:
    window = PresenceWindow()
    verdicts = [window.admits("a") for _ in range(10)]
    assert verdicts == [True] * coalescing.AT_ONCE_EACH + [False] * (10 - coalescing.AT_ONCE_EACH)
    assert window.admits("b")
    assert window.waiting == {"a"}
    assert window.settle() == [("a", False)]
    assert window.is_open


def test_a_crowd_is_told_a_few_at_a_time() -> None:
    """Each of them is a frame for everybody."""
    window = PresenceWindow()
    for number in range(coalescing.AT_ONCE):
        assert window.admits(str(number))
    for number in range(100):
        assert not window.admits(str(number), media=True)
        assert not window.admits(str(number), media=number % 2 == 0)
    window.forget("7")
    told: list[tuple[str, bool]] = []
    while due := window.settle():
        assert len(due) <= coalescing.SETTLED_AT_ONCE
        told += due
    assert told == [(str(n), n % 2 == 0) for n in range(100) if n != 7], "each once, and in order"
    assert not window.is_open


def test_who_waits_is_not_overtaken_by_itself() -> None:
    window = PresenceWindow()
    for _ in range(coalescing.AT_ONCE_EACH + 1):
        window.admits("a")
    for number in range(3 * coalescing.SETTLED_AT_ONCE):
        for _ in range(coalescing.AT_ONCE_EACH + 1):
            window.admits(str(number))
    window.settle()
    assert "59" in window.waiting
    assert not window.admits("59"), "its update that waits says it"


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_everybody_is_known_as_they_are_at_last(changes: list[tuple[bool, bool]]) -> None:
    lab = HubLab()
    (first, _), (other, _) = lab.join(), lab.join()
    for joined, audio in changes:
        lab.say(first, client.GroupCall(joined))
        lab.say(first, client.MediaState(audio, video=False, screen=False))
    lab.settle_presence()
    updates = [m for m in lab.inbox[other] if isinstance(m, server.PeerUpdated)]
    media = [m for m in lab.inbox[other] if isinstance(m, server.PeerMediaState)]
    joined, audio = changes[-1]
    assert (updates[-1].peer.group_call if updates else False) is joined
    latest = next(m for m in reversed(lab.inbox[other]) if m in updates or m in media)
    told = latest.peer.media.audio if isinstance(latest, server.PeerUpdated) else latest.audio
    assert told is audio
    assert len(updates) + len(media) <= coalescing.AT_ONCE_EACH + 2
    lab.settle_presence()
    assert lab.windows == []
    assert not lab.hub._membership.sessions["s"].audience.waiting
    lab.perform(lab.hub.settle_presence("gone", "updates"))


def test_who_is_away_has_no_line() -> None:
    lab = HubLab()
    connection, peer_id = lab.join()
    assert lab.hub.connection_of(peer_id) == connection
    lab.drop(connection, None)
    assert lab.hub.connection_of(peer_id) is None
    assert lab.hub.connection_of("nobody") is None
