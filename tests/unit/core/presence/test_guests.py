"""The people of another server in a session of ours: peers whose server speaks for them."""

import pytest

from canvas_server.core.effects import ConnectionId, PresenceChanged, Refusal
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.session import MAX_PEERS
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("REL2")

ZOE = "00000000-0000-0000-0000-00000000000a"


def guest(peer_id: str = ZOE, name: str = "Zoe", **more: object) -> Guest:
    return Guest(peer_id, "Northern", name, **more)  # type: ignore[arg-type]


def seat(lab: HubLab, described: Guest) -> ConnectionId:
    connection = lab.connect()
    lab.inbox[connection].clear()
    lab.perform(lab.hub.guests.seat(connection, "s", described, lab.now))
    return connection


def lab() -> HubLab:
    return HubLab(leader=lambda _: None)


def test_a_guest_is_seen_with_its_server_and_is_told_nothing_of_itself() -> None:
    town = lab()
    a, ada = town.join()
    zoe = seat(town, guest())
    (joined,) = town.heard(a, server.PeerJoined)
    assert (joined.peer.peer_id, joined.peer.server) == (ZOE, "Northern")
    assert town.inbox[zoe] == []
    assert [peer.peer_id for peer in town.hub.guests.people("s")] == [ada]
    assert town.hub.guests.people("nowhere") == ()
    assert town.hub.guests.has_people("s")
    assert not town.hub.guests.has_people("nowhere")
    town.drop(a)
    assert not town.hub.guests.has_people("s")


def test_a_guest_rings_answers_and_hangs_up_as_anybody() -> None:
    town = lab()
    a, ada = town.join()
    zoe = seat(town, guest())
    town.say(zoe, client.StartCall(ada, "s"))
    town.say(a, client.Answer(ZOE, "v=0\r\n"))
    assert town.heard(a, server.IncomingCall)[0].from_peer_id == ZOE
    assert town.heard(zoe, server.RelayAnswer)[0].from_peer_id == ada
    town.drop(zoe)
    assert town.heard(a, server.CallEnded) == [server.CallEnded(ZOE, "left")]
    assert town.heard(a, server.PeerLeft)[0].reason == "left"


def test_only_our_own_people_are_told_to_others() -> None:
    town = lab()
    a, _ = town.join()
    assert town.shared == [PresenceChanged("s")]
    zoe = seat(town, guest())
    town.say(zoe, client.MediaState(audio=True, video=True, screen=False))
    town.drop(zoe)
    assert town.shared == [PresenceChanged("s")]
    town.say(a, client.MediaState(audio=True, video=True, screen=False))
    town.say(a, client.GroupCall(joined=True))
    town.drop(a)
    assert town.shared == [PresenceChanged("s")] * 4


def test_a_guest_changes_as_its_server_says_and_only_changes_are_told() -> None:
    town = lab()
    a, _ = town.join()
    zoe = seat(town, guest())
    town.clear()
    hub = town.hub.guests
    town.perform(hub.change(zoe, guest()))
    assert town.inbox[a] == []
    town.perform(hub.change(zoe, guest(name="Zoë", role=Role.VIEW)))
    peer = town.heard(a, server.PeerUpdated)[-1].peer
    assert (peer.display_name, peer.role) == ("Zoë", Role.VIEW)
    town.perform(hub.change(zoe, guest(connected=False)))
    assert not town.heard(a, server.PeerUpdated)[-1].peer.connected
    assert town.wait(100_000) == [], "when it goes is for its server to say"
    town.perform(hub.change(zoe, guest()))
    assert town.heard(a, server.PeerUpdated)[-1].peer.connected
    assert town.hub.away_count == 0


def test_nobody_takes_an_id_that_is_taken() -> None:
    town = lab()
    _, ada = town.join()
    with pytest.raises(Refusal) as refused:
        town.hub.guests.seat(town.connect(), "s", guest(ada), town.now)
    assert refused.value.code is ErrorCode.PEER_ID_TAKEN
    seat(town, guest())
    thief = town.connect()
    town.inbox[thief].clear()
    town.say(thief, client.Subscribe("s", ZOE))
    assert town.error(thief) == ErrorCode.PEER_ID_TAKEN


def test_guests_count_among_the_peers_of_a_session_and_one_that_is_away_makes_room() -> None:
    town = lab()
    town.join()
    zoe = seat(town, guest())
    for _ in range(MAX_PEERS - 2):
        town.join()
    with pytest.raises(Refusal) as refused:
        town.hub.guests.seat(
            town.connect(), "s", guest("00000000-0000-0000-0000-00000000000b"), town.now
        )
    assert refused.value.code is ErrorCode.SESSION_FULL
    town.perform(town.hub.guests.change(zoe, guest(connected=False)))
    town.join()
    assert [close.connection for close in town.closes] == [zoe]
    assert town.hub.guests.change(zoe, guest()) == []


def test_guests_moderate_nothing_and_are_removed_by_their_server_alone() -> None:
    town = lab()
    a, ada = town.join()
    zoe = seat(town, guest(role=Role.MODERATE))
    assert town.heard(a, server.PeerJoined)[0].peer.role is Role.EDIT
    town.say(zoe, client.Kick(ada))
    assert town.error(zoe) == ErrorCode.FORBIDDEN
    moderator = town.hub._membership.peers[ada]
    moderator.grant = type(moderator.grant)(Role.MODERATE)
    town.clear()
    town.say(a, client.Kick(ZOE))
    assert town.error(a) == ErrorCode.FORBIDDEN
