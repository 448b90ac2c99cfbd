"""Selections and signs of typing: the latest of each, in turn, known by who comes later."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.marks import (
    IDS_A_FRAME,
    MAX_FRAMES,
    MAX_KNOWN,
    WINDOW_SECONDS,
    Marks,
)
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import HubLab

GUEST = "00000000-0000-4000-8000-00000000000a"


def settle(lab: HubLab) -> None:
    """Let all time go by for which something waits."""
    while lab.windows:
        lab.settle_presence()


def come(lab: HubLab, session_id: str = "s") -> Any:
    """Join on a connection whose inbox is kept from the beginning."""
    connection = lab.connect()
    lab.say(connection, client.Subscribe(session_id))
    return connection


def marks_at(lab: HubLab, connection: Any) -> list[Any]:
    """Return what a connection was sent of others' selections and typing."""
    return [
        message
        for message in lab.inbox[connection]
        if isinstance(message, server.PeerSelection | server.PeerTyping)
    ]


@pytest.mark.rule("TOG1", "TOG2")
def test_the_others_see_the_latest_once_and_who_did_it_does_not() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.say(a, client.Select(("x",)))
    lab.say(a, client.Select(("x", "y")))
    lab.say(a, client.Typing("x"))
    settle(lab)
    seen = [server.PeerSelection(ada, ("x", "y")), server.PeerTyping(ada, "x")]
    assert marks_at(lab, b) == seen
    assert marks_at(lab, a) == []
    lab.say(a, client.Select(("x", "y")))
    assert not lab.windows, "the same again is no news"
    lab.say(a, client.Typing("x"))
    settle(lab)
    assert marks_at(lab, b)[2:] == [seen[1]], "who goes on writing is seen to"
    lab.say(a, client.Typing())
    lab.say(a, client.Typing())
    lab.say(a, client.Select(()))
    settle(lab)
    ended = [server.PeerTyping(ada), server.PeerSelection(ada, ())]
    assert sorted(map(str, marks_at(lab, b)[3:])) == sorted(map(str, ended))
    lab.say(a, client.Typing())
    assert not lab.windows, "it has ended already"


@pytest.mark.rule("TOG3")
def test_who_comes_later_and_who_comes_back_knows_them_and_nobody_of_another_session() -> None:
    lab = HubLab()
    (a, ada), b = lab.join(), come(lab)
    bob = lab.heard(b, server.PeerAssigned)[-1].peer_id
    lab.say(a, client.Select(("x",)))
    lab.say(b, client.Typing("x"))
    settle(lab)
    c = come(lab)
    assert marks_at(lab, c) == [server.PeerSelection(ada, ("x",)), server.PeerTyping(bob, "x")]
    elsewhere = come(lab, "t")
    assert marks_at(lab, elsewhere) == []
    lab.memory.keeps = False
    token = lab.heard(b, server.PeerAssigned)[-1].resume_token
    again = lab.connect()
    lab.say(again, client.Subscribe("s", resume_token=token, received=0))
    assert marks_at(lab, again) == [server.PeerSelection(ada, ("x",))], "not its own"


@pytest.mark.rule("TOG3")
def test_they_end_when_their_peer_leaves_or_falls_silent() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, _) = lab.join(), lab.join(), lab.join()
    for connection in (a, b):
        lab.say(connection, client.Select(("x",)))
        lab.say(connection, client.Typing("x"))
    settle(lab)
    lab.clear()
    lab.drop(a, None)
    settle(lab)
    gone = [server.PeerSelection(ada, ()), server.PeerTyping(ada)]
    assert sorted(map(str, marks_at(lab, c))) == sorted(map(str, gone))
    lab.say(b, client.Select(("y",)))
    lab.say(b, client.Typing("y"))
    lab.say(b, client.Subscribe("t"))
    lab.clear()
    settle(lab)
    assert marks_at(lab, c) == [], "who has left is told by `peer_left`"
    late = come(lab)
    assert marks_at(lab, late) == []
    assert bob not in str(marks_at(lab, c))


@pytest.mark.rule("TOG3")
def test_alone_nobody_is_sent_anything_and_who_comes_knows_it() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.say(a, client.Select(("x",)))
    settle(lab)
    b = come(lab)
    assert marks_at(lab, b) == [server.PeerSelection(ada, ("x",))]


@pytest.mark.rule("TOG4")
def test_people_of_another_server_are_shown_them_and_theirs_end_when_it_is_out_of_reach() -> None:
    lab = HubLab()
    a, ada = lab.join()
    lab.say(a, client.Select(("x",)))
    settle(lab)
    g = lab.connect()
    guest = Guest(GUEST, "beta")
    lab.perform(lab.hub.guests.seat(g, "s", guest, lab.now))
    assert marks_at(lab, g) == [server.PeerSelection(ada, ("x",))]
    lab.say(g, client.Select(("y",)))
    settle(lab)
    lab.perform(lab.hub.guests.change(g, Guest(GUEST, "beta", connected=False)))
    settle(lab)
    assert marks_at(lab, a) == [
        server.PeerSelection(GUEST, ("y",)),
        server.PeerSelection(GUEST, ()),
    ]


@pytest.mark.rule("TOG2")
def test_who_may_not_edit_does_not_seem_to_write() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.join()
    peer = lab.hub._membership.connections[a]
    assert peer is not None
    grants = peer.grant

    peer.grant = Grant(Role.VIEW)
    lab.say(a, client.Typing("x"))
    assert lab.heard(a, server.Error)[-1].code is ErrorCode.FORBIDDEN
    lab.say(a, client.Select(("x",)))
    assert lab.windows, "a selection points at something"
    peer.grant = grants


@pytest.mark.rule("TOG5")
@pytest.mark.parametrize("people", [1, 2, 256])
def test_a_session_sends_so_many_frames_however_many_people_there_are(people: int) -> None:
    marks, waiting = Marks(), 3_000
    for number in range(waiting):
        marks.select(f"{number}", ("x",))
    taken = [mark.from_peer_id for mark in marks.take(people)]
    assert taken == [f"{number}" for number in range(len(taken))], "in turn"
    assert len(taken) * people <= MAX_FRAMES * WINDOW_SECONDS < (len(taken) + 1) * people


@pytest.mark.rule("TOG5")
def test_a_long_selection_counts_as_several_and_goes_all_the_same() -> None:
    marks = Marks()
    for number in range(300):
        marks.select(f"{number}", tuple(f"{at}" for at in range(IDS_A_FRAME * 6)))
    assert len(marks.take(2)) == -(-128 // 7)
    assert len(marks.take(256)) == 1


@pytest.mark.rule("TOG3", "TOG5")
def test_a_newcomer_is_sent_those_of_so_many() -> None:
    marks = Marks()
    for number in range(100):
        marks.select(f"{number}", ("x",))
        marks.type(f"{number}", "x")
    known = marks.known_to("99")
    assert len(known) == 2 * MAX_KNOWN
    assert known[0].from_peer_id == str(99 - MAX_KNOWN)


@pytest.mark.rule("TOG1", "TOG5")
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.one_of(
                st.lists(st.sampled_from("xyz"), max_size=2), st.sampled_from("xyz"), st.none()
            ),
        )
    )
)
def test_what_was_sent_at_last_is_what_is_kept(acts: list[tuple[str, Any]]) -> None:
    marks = Marks()
    sent: dict[Any, Any] = {}
    for peer_id, act in acts:
        if isinstance(act, list):
            marks.select(peer_id, tuple(act))
        else:
            marks.type(peer_id, act)
        if len(sent) % 2:
            sent |= {(type(mark), mark.from_peer_id): mark for mark in marks.take(256)}
    while taken := marks.take(256):
        sent |= {(type(mark), mark.from_peer_id): mark for mark in taken}
    shown = [
        mark
        for mark in sent.values()
        if mark.from_peer_id and any((getattr(mark, "ids", ()), getattr(mark, "id", None)))
    ]
    assert sorted(map(str, shown)) == sorted(map(str, marks.known_to("")))
