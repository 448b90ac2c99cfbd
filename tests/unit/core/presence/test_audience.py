"""A crowd is told of itself in differences, pointers a few at a time (CRW1 to CRW4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core.effects import ConnectionId, Effect, Send, SettlePresence
from canvas_server.core.presence.pointers import (
    LONGEST_SECONDS,
    MAX_FRAMES,
    MAX_SHOWN,
    POINTERS,
    SHORTEST_SECONDS,
    PointerTurns,
    interval,
)
from canvas_server.core.presence.roster import ROSTER_CHANGES, WINDOW_SECONDS
from canvas_server.protocol import client, server
from canvas_server.protocol.codec import encode
from support.hub.hub import HubLab

FEATURES = (ROSTER_CHANGES, POINTERS)


def join(lab: HubLab, name: str | None = None) -> tuple[ConnectionId, str]:
    """Join as a client that takes differences; its inbox is kept."""
    connection = lab.connect()
    lab.say(connection, client.Subscribe("s", display_name=name, features=FEATURES))
    return connection, lab.heard(connection, server.PeerAssigned)[-1].peer_id


def settle(lab: HubLab) -> None:
    """Let all time go by for which something waits."""
    while lab.windows:
        lab.settle_presence()


def waiting(effects: list[Effect]) -> list[tuple[str, float]]:
    return [(e.what, e.seconds) for e in effects if isinstance(e, SettlePresence)]


@pytest.mark.rule("CRW1", "SES3")
def test_a_newcomer_has_the_copy_of_the_others_and_itself() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, cid) = join(lab), join(lab), join(lab)
    (listed,) = lab.heard(c, server.PeerList)
    assert [p.peer_id for p in listed.peers] == [ada, cid]
    settle(lab)
    (told,) = lab.heard(c, server.RosterChanges)
    assert told.revision == listed.revision + 1  # type: ignore[operator] - it is set
    assert [p.peer_id for p in told.joined] == [bob, cid]
    assert lab.heard(a, server.RosterChanges)[-1] is lab.heard(b, server.RosterChanges)[-1] is told
    lab.say(c, client.ListPeers())
    again = lab.heard(c, server.PeerList)[-1]
    assert ([p.peer_id for p in again.peers], again.revision) == ([ada, bob, cid], told.revision)


@pytest.mark.rule("CRW2")
def test_a_crowd_that_joins_is_one_difference_for_all() -> None:
    lab = HubLab()
    first, _ = join(lab)
    for _ in range(100):
        join(lab)
    lab.settle_presence()
    (told,) = lab.heard(first, server.RosterChanges)
    assert len(told.joined) == 100
    effects = lab.hub.settle_presence("s", "roster")
    assert effects == [], "nothing is left"
    lab.clear()
    for connection in [*lab.inbox][1:]:
        lab.drop(connection)
    settle(lab)
    assert [len(m.left) for m in lab.heard(first, server.RosterChanges)] == [100]


@pytest.mark.rule("CRW2")
def test_the_first_change_goes_out_in_this_turn_those_after_it_together() -> None:
    lab = HubLab()
    (a, ada), (b, _) = join(lab), join(lab)
    settle(lab)
    lab.clear()
    assert ("roster", 0) in waiting(lab.say(a, client.GroupCall(joined=True)))
    assert "roster" not in dict(waiting(lab.say(a, client.MediaState(True, False, False))))
    assert waiting(lab.hub.settle_presence("s", "roster")) == [("roster", WINDOW_SECONDS)]
    lab.say(a, client.MediaState(True, True, False))
    lab.say(a, client.MediaState(False, True, False))
    settle(lab)
    (media,) = lab.heard(b, server.RosterChanges)
    assert media.updated == ()
    assert media.media == (server.MediaOfPeer(ada, False, True, False),), "as it is at last, once"


@pytest.mark.rule("CRW2")
def test_who_came_and_went_unseen_is_not_mentioned_and_who_came_again_is_last() -> None:
    lab = HubLab()
    (a, _), (b, bob), (c, cid) = join(lab), join(lab), join(lab)
    settle(lab)
    lab.clear()
    d, _ = join(lab)
    lab.drop(d)
    elsewhere = client.Subscribe("t", features=FEATURES)
    lab.say(b, elsewhere)
    lab.say(b, client.Subscribe("s", features=FEATURES))
    settle(lab)
    (told,) = lab.heard(a, server.RosterChanges)
    assert [gone.peer_id for gone in told.left] == [bob]
    assert [p.peer_id for p in told.joined] == [bob]
    lab.say(c, client.ListPeers())
    assert [p.peer_id for p in lab.heard(c, server.PeerList)[-1].peers][-2:] == [cid, bob]


@pytest.mark.rule("CRW1")
def test_clients_of_both_kinds_are_in_one_session() -> None:
    lab = HubLab()
    (old, ada), (new, bob) = lab.join(), join(lab)
    settle(lab)
    assert [m.peer.peer_id for m in lab.heard(old, server.PeerJoined)] == [bob]
    lab.clear()
    third, cid = lab.join()
    lab.say(third, client.MediaState(True, True, True))
    settle(lab)
    assert lab.heard(old, server.PeerMediaState)
    (told,) = lab.heard(new, server.RosterChanges)
    assert [p.peer_id for p in told.joined] == [cid]
    assert told.joined[0].media.audio
    singles = server.PeerJoined | server.PeerUpdated | server.PeerMediaState | server.PeerLeft
    assert not [m for m in lab.inbox[new] if isinstance(m, singles)]
    lab.drop(new)
    lab.say(third, client.GroupCall(joined=True))
    settle(lab)
    assert not lab.hub._membership.sessions["s"].audience.roster.is_kept, "nobody has a copy"
    assert ada != bob


@pytest.mark.rule("CRW1", "RES1")
def test_who_comes_back_as_another_kind_of_client_gets_everything_anew() -> None:
    lab = HubLab()
    (a, _), (b, bob) = join(lab), join(lab)
    settle(lab)
    lab.drop(b, None)
    c = lab.come_back(bob)
    assert not lab.heard(c, server.PeerAssigned)[0].recovered
    (listed,) = lab.heard(c, server.PeerList)
    assert listed.revision is server.PeerList("s", ()).revision, "it takes no differences"
    lab.say(c, client.Subscribe("s", features=FEATURES))
    lab.say(a, client.GroupCall(joined=True))
    settle(lab)
    revisions = [m.revision for m in lab.heard(c, server.PeerList)]
    assert lab.heard(c, server.RosterChanges)[0].revision == revisions[-1] + 1  # type: ignore[operator]


@pytest.mark.rule("CRW3")
@pytest.mark.parametrize("does", ["ping", "call", "candidate"])
def test_who_does_something_is_known_before(does: str) -> None:
    lab = HubLab()
    (a, ada), _ = join(lab), join(lab)
    lab.settle_presence()
    lab.clear()
    c, cid = join(lab)
    lab.inbox[a].clear()
    message, relayed = {
        "ping": (client.Ping(), None),
        "call": (client.StartCall(ada, "s"), server.IncomingCall),
        "candidate": (client.IceCandidate(ada, ""), server.RelayIceCandidate),
    }[does]
    lab.say(c, message)
    kinds = [type(m) for m in lab.inbox[a]]
    assert kinds == ([] if relayed is None else [server.RosterChanges, relayed])
    settle(lab)
    told = [p.peer_id for m in lab.heard(a, server.RosterChanges) for p in m.joined]
    assert told == [cid], "once"


@pytest.mark.rule("CRW6")
def test_bytes_for_each_grow_with_the_people_and_not_with_their_square() -> None:
    """What one of them is sent while all come, one in each window, per person."""

    def sent(people: int) -> float:
        lab = HubLab()
        connections = [join(lab, f"Person {number:03}")[0] for number in range(people)]
        settle(lab)
        kinds = server.PeerList | server.RosterChanges
        sizes = [
            sum(len(encode(m)) for m in lab.inbox[one] if isinstance(m, kinds))
            for one in connections
        ]
        return max(sizes) / people

    assert sent(120) < 1.2 * sent(30)


@pytest.mark.rule("CRW4")
def test_pointers_are_shown_the_latest_of_each_in_one_message() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (old, cid) = join(lab), join(lab), lab.join()
    settle(lab)
    lab.clear()
    assert waiting(lab.say(a, client.Cursor(1, 2))) == [("pointers", SHORTEST_SECONDS)]
    assert lab.say(a, client.Cursor(3.123456, 4)) == []
    lab.settle_presence()
    assert lab.inbox[b] == [server.Pointers(((ada, 3.12, 4),))]
    assert lab.inbox[old] == [server.PeerCursor(ada, 3.12, 4)]
    assert lab.inbox[a] == [], "its own alone says nothing to it"
    for one in (a, b, old):
        lab.say(one, client.Cursor(5, 6))
    settle(lab)
    shown = lab.heard(a, server.Pointers)[-1]
    assert [place[0] for place in shown.pointers] == [ada, bob, cid]
    assert lab.inbox[b][-1] is shown, "one message for all"
    assert [m.from_peer_id for m in lab.heard(old, server.PeerCursor)][-2:] == [ada, bob]


@pytest.mark.rule("CRW4", "OUT5")
def test_nothing_is_shown_of_who_has_left() -> None:
    lab = HubLab()
    (a, _), (b, _) = join(lab), join(lab)
    settle(lab)
    lab.say(a, client.Cursor(1, 2))
    lab.drop(a)
    settle(lab)
    assert lab.heard(b, server.Pointers) == []


@pytest.mark.rule("CRW4")
@given(st.lists(st.integers(0, 3 * MAX_SHOWN), max_size=400))
def test_every_pointer_has_its_turn(moves: list[int]) -> None:
    pointers, latest = PointerTurns(), {}
    shown: dict[str, tuple[float, float]] = {}
    for number, peer in enumerate(moves):
        pointers.move(str(peer), number, 0)
        latest[str(peer)] = (number, 0)
    turns = 0
    while places := pointers.take():
        assert len(places) <= MAX_SHOWN
        assert not {place[0] for place in places} & shown.keys(), "one place each"
        shown |= {peer_id: (x, y) for peer_id, x, y in places}
        turns += 1
    assert shown == latest
    assert turns == -(-len(latest) // MAX_SHOWN), "in as few turns as can be"


@pytest.mark.rule("CRW4")
@pytest.mark.parametrize("people", [2, 51, 100, 256])
def test_frames_of_pointers_of_a_session_are_bounded(people: int) -> None:
    assert people / interval(people) <= MAX_FRAMES
    assert SHORTEST_SECONDS <= interval(people) <= LONGEST_SECONDS


def test_a_session_that_is_gone_has_nothing_to_tell() -> None:
    lab = HubLab()
    a, _ = join(lab)
    lab.drop(a)
    assert [e for w in lab.windows for e in lab.hub.settle_presence(w.session_id, w.what)] == []
    assert not [e for e in lab.hub.settle_presence("s", "pointers") if isinstance(e, Send)]
