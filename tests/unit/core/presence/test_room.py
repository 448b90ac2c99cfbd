"""The room: who may come in, who waits, hands, reactions, and what moderators do."""

from typing import Any

import msgspec
import pytest

from canvas_server.core.effects import ConnectionId, RecordAudit, Refusal
from canvas_server.core.presence import door, lobby
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.reactions import FEWEST, MOST, OWN_SECONDS, ReactionPace
from canvas_server.core.records import EntryRules
from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEvent
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.house import House
from support.hub.hub import HubLab

LOCK, LOBBY = client.SetSession(locked=True), client.SetSession(lobby=True)
GUEST = "10000000-0000-4000-8000-000000000000"


class Room(House):
    """A house with a moderator in it."""

    def __init__(self, *rules: client.SetSession) -> None:
        super().__init__()
        self.events: list[tuple[AuditEvent, str | None, str | None]] = []
        self.watch = self._note
        self.boss, self.boss_id = self.come("moderate 9000 m", display_name="Boss")
        for one in rules:
            self.say(self.boss, one)
        self.clear()

    def _note(self, effects: list[Any]) -> None:
        for effect in effects:
            if isinstance(effect, RecordAudit):
                entry = effect.entry
                self.events.append((entry.event, entry.name, entry.reason))

    def ask(self, token: str | None = "edit 9000 i", **more: Any) -> tuple[ConnectionId, str]:
        """Come, and wait; returns the id under which one waits, empty where one does not."""
        connection, _ = self.come(token, **more)
        waiting = self.heard(connection, server.Waiting)
        return connection, waiting[-1].peer_id if waiting else ""

    def queue(self) -> list[str | None]:
        """Who waits, as the moderator was told."""
        names: dict[str, str | None] = {}
        for message in self.inbox[self.boss]:
            match message:
                case server.PeerWaiting(peer=peer):
                    names[peer.peer_id] = peer.display_name
                case server.PeerWaitingLeft(peer_id=peer_id):
                    del names[peer_id]
                case _:
                    pass
        return [*names.values()]

    def errors(self, connection: ConnectionId) -> list[ErrorCode]:
        return [error.code for error in self.heard(connection, server.Error)]

    def kinds(self, connection: ConnectionId) -> list[type[server.ServerMessage]]:
        return [type(message) for message in self.inbox[connection]]


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.rule("ROM3")
def test_settings_are_stored_then_told_to_everybody_and_acked() -> None:
    room = Room()
    ada, _ = room.come("edit 9000 i")
    room.clear()
    room.busy = True
    room.say(room.boss, client.SetSession(locked=True, message_id="m"))
    assert room.inbox[room.boss] == room.inbox[ada] == []
    assert room.hub.rules("s") is not None
    assert not room.hub.at_rest("s")
    room.busy = False
    room.perform([])
    told = server.SessionSettings(locked=True, lobby=False)
    assert room.heard(ada, server.SessionSettings) == [told]
    assert room.heard(room.boss, server.SessionSettings) == [told]
    assert [ack.message_id for ack in room.heard(room.boss, server.Ack)] == ["m"]
    assert room.events[-1] == (AuditEvent.SETTINGS_CHANGED, "Boss", "locked")
    room.clear()
    room.say(room.boss, client.SetSession(locked=True, message_id="again"))
    assert room.kinds(room.boss) == [server.Ack], "nothing has changed"
    room.say(room.boss, client.SetSession(locked=False))
    assert room.events[-1][2] == "open"
    late, _ = room.come("moderate 9000 m")
    assert room.heard(late, server.SessionSettings) == [], "neither is on"


@pytest.mark.rule("ROM3")
def test_settings_outlive_the_process_and_take_a_moderator() -> None:
    room = Room(LOCK, LOBBY)
    ada, _ = room.come("edit 9000 i")
    assert room.errors(ada) == [ErrorCode.SESSION_LOCKED]
    before, room.hub = room.hub, House().hub
    assert before is not room.hub
    assert room.hub.rules("s") is None
    ada, _ = room.come("edit 9000 i")
    assert room.errors(ada) == [ErrorCode.SESSION_LOCKED], "also with nobody inside"
    assert not room.hub.is_open("s")
    boss, _ = room.come("moderate 9000 m")
    assert room.heard(boss, server.SessionSettings) == [server.SessionSettings(True, True)]
    room.say(boss, client.SetSession(locked=False, lobby=False))
    ada, _ = room.come("edit 9000 i")
    room.say(ada, client.SetSession(locked=True, message_id="mine"))
    assert room.errors(ada) == [ErrorCode.FORBIDDEN]


@pytest.mark.rule("ROM3")
def test_where_nobody_is_asked_for_a_token_nobody_locks() -> None:
    lab = HubLab()
    ada = lab.connect()
    lab.say(ada, client.Subscribe("s"))
    assert lab.heard(ada, server.SessionSettings) == []
    lab.say(ada, LOCK)
    (error,) = lab.heard(ada, server.Error)
    assert error.code is ErrorCode.FORBIDDEN
    assert "CANVAS_AUTH_SECRET" in error.message
    house = House()
    boss, _ = house.come("moderate 9000 m")
    house.say(boss, LOCK)
    lab.disk = house.disk
    bob = lab.connect()
    lab.say(ada, client.Subscribe("elsewhere"))
    lab.say(bob, client.Subscribe("s"))
    assert lab.heard(bob, server.PeerAssigned), "there is nobody who could let them in"


@pytest.mark.rule("ROM3")
def test_a_change_that_is_not_stored_does_not_hold() -> None:
    room = Room()
    room.busy = True
    room.say(room.boss, client.SetSession(locked=True, message_id="a"))
    room.say(room.boss, client.SetSession(lobby=True, message_id="b"))
    (first,) = room.appended
    room.perform(room.hub.failed("s", first.ticket, room.now))
    assert room.errors(room.boss) == [ErrorCode.STORAGE_FAILED]
    second = room.appended[-1]
    assert second.record.rules == EntryRules(lobby=True)
    assert room.hub.failed("s", 99, room.now) == room.hub.stored("s", 99) == []
    room.drop(room.boss)
    room.perform(room.hub.stored("s", second.ticket))
    assert not room.hub.is_open("s"), "who asked is gone, and all is stored"


@pytest.mark.rule("ROM3")
def test_changes_wait_in_a_queue_that_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MAX_ASKED", 1)
    room = Room()
    room.busy = True
    for _ in range(3):
        room.say(room.boss, client.SetSession(locked=True, message_id="a"))
    assert room.errors(room.boss) == [ErrorCode.RATE_LIMITED]


# --- the lock --------------------------------------------------------------------------------------


@pytest.mark.rule("ROM4")
def test_a_lock_keeps_out_who_is_new_and_nobody_else() -> None:
    room = Room()
    ada, ada_id = room.come("edit 9000 i", display_name="Ada")
    bob, bob_id = room.come("edit 9000 i")
    token = room.heard(ada, server.PeerAssigned)[0].resume_token
    bobs = room.heard(bob, server.PeerAssigned)[0].resume_token
    room.say(room.boss, LOCK)
    eve, _ = room.come("edit 9000 i")
    assert room.kinds(eve) == [server.Welcome, server.Error]
    assert room.codes() == [CloseCode.SESSION_LOCKED]
    room.drop(ada, None)
    ada, again = room.come("edit 9000 i", peer_id=ada_id, resume_token=token)
    assert again == ada_id, "who has a place comes back"
    room.drop(ada, 1000)
    ada, again = room.come("edit 9000 i", resume_token=token)
    assert again == ada_id, "so does who proves to have been here"
    assert room.come("moderate 9000 n")[1], "moderators always come in"
    room.say(room.boss, client.Kick(bob_id))
    assert room.come("edit 9000 i", resume_token=bobs)[1] == "", "who was removed is new"
    assert room.come("edit 9000 i", peer_id=bob_id)[1] == ""
    room.hub = House().hub
    assert room.come("edit 9000 i", resume_token=bobs)[1] == "", "also after a restart"


@pytest.mark.rule("ROM4")
def test_who_is_elsewhere_stays_there_when_refused() -> None:
    room = Room(LOCK)
    ada = room.connect()
    room.say(ada, client.Subscribe("other", token="edit 9000 i"))
    room.clear()
    room.say(ada, client.Subscribe("s", token="edit 9000 i"))
    assert room.errors(ada) == [ErrorCode.SESSION_LOCKED]
    assert room.codes() == []
    room.say(ada, client.ListPeers())
    assert room.heard(ada, server.PeerList)
    forged = room.hub.passed_on(ada, client.Subscribe("s", token="edit 9000 i"), room.now)
    assert forged.resume_token is not None
    room.drop(ada)
    stranger = room.connect()
    room.say(stranger, forged)
    assert room.errors(stranger) == [ErrorCode.SESSION_LOCKED], "it was not in this session"


@pytest.mark.rule("ROM4")
def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MAX_REMOVED", 1)
    room = Room()
    room.busy = True
    ids = [room.come("edit 9000 i")[1] for _ in range(3)]
    for peer_id in ids:
        room.say(room.boss, client.Kick(peer_id))
    room.busy = False
    room.perform([])
    rules = room.hub.rules("s")
    assert rules is not None
    assert rules.removed == (ids[-1],)
    assert len(room.appended) == 2, "what waits is stored together"


# --- the waiting room --------------------------------------------------------------------------------


@pytest.mark.rule("ROM5")
def test_who_waits_learns_nothing_and_says_nothing() -> None:
    room = Room(LOBBY)
    ada, ada_id = room.ask(display_name="Ada")
    (waiting,) = room.heard(ada, server.Waiting)
    assert room.kinds(ada) == [server.Welcome, server.Waiting]
    assert (waiting.session_id, waiting.since) == ("s", int(room.now * 1000))
    room.clear()
    room.say(room.boss, client.GroupCall(joined=True))
    room.settle_presence()
    room.say(ada, client.Ping(received=1))
    for message in (
        client.GetScene(),
        client.ListPeers(),
        client.Cursor(0, 0),
        client.React("🎉"),
        client.Select(("a",)),
        client.Typing("a"),
        client.RaiseHand(raised=True),
        client.StartCall(room.boss_id, "s"),
        client.Admit(ada_id),
        LOCK,
    ):
        room.say(ada, message)
    assert set(room.kinds(ada)) == {server.Pong, server.Error}
    assert set(room.errors(ada)) == {ErrorCode.NOT_SUBSCRIBED}
    assert room.heard(ada, server.Error)[0].message == lobby.STILL_WAITING
    room.say(room.boss, client.StartCall(ada_id, "s"))
    assert room.errors(room.boss) == [ErrorCode.PEER_NOT_FOUND]
    room.say(room.boss, client.ListPeers())
    assert [len(one.peers) for one in room.heard(room.boss, server.PeerList)] == [1]
    assert (room.hub.waiting_count, room.hub.peer_count) == (1, 1)
    assert ada in room.hub.connections_of("s")
    assert room.hub.connections_of("none") == ()


@pytest.mark.rule("ROM5")
def test_moderators_are_told_and_let_in() -> None:
    room = Room(LOBBY)
    ada, ada_id = room.ask("edit 9000 i user=u1", display_name="Ada", features=("roster_changes",))
    (told,) = room.heard(room.boss, server.PeerWaiting)
    assert told.peer == server.WaitingPeer(ada_id, int(room.now * 1000), "Ada", Role.EDIT, "u1")
    room.say(ada, client.Subscribe("s", token="edit 9000 i", display_name="Adam"))
    assert room.queue() == ["Adam"]
    assert room.heard(ada, server.Waiting)[-1].peer_id == ada_id
    late, _ = room.come("moderate 9000 n")
    assert [one.peer.display_name for one in room.heard(late, server.PeerWaiting)] == ["Adam"]
    room.clear()
    room.say(room.boss, client.Admit(ada_id, message_id="m"))
    assert room.kinds(ada)[:3] == [server.PeerAssigned, server.PeerList, server.SceneUpdate]
    assert room.heard(late, server.PeerWaitingLeft) == [server.PeerWaitingLeft(ada_id)]
    assert room.heard(room.boss, server.Ack)
    assert (AuditEvent.ADMITTED, "Adam", None) in room.events
    assert room.hub.waiting_count == 0
    room.say(room.boss, client.Admit(ada_id))
    assert room.errors(room.boss) == [ErrorCode.PEER_NOT_FOUND]
    token = room.heard(ada, server.PeerAssigned)[0].resume_token
    room.drop(ada, 1000)
    assert room.come("edit 9000 i", resume_token=token)[1] == ada_id, "later visits too"
    room.say(room.boss, client.Admit("none"))


@pytest.mark.rule("ROM5")
def test_who_is_turned_away_is_told_so() -> None:
    room = Room(LOBBY)
    _, ada_id = room.ask(display_name="Ada")
    room.say(room.boss, client.Kick(ada_id))
    assert room.codes() == [CloseCode.TURNED_AWAY]
    assert room.queue() == []
    assert (AuditEvent.TURNED_AWAY, "Ada", None) in room.events
    room.say(room.boss, client.Kick(ada_id))
    assert room.errors(room.boss) == [ErrorCode.PEER_NOT_FOUND]
    room.ask(display_name="Ada")
    room.ask("edit 9000 other")
    room.hub.revoke("i", room.now)
    assert room.hub.waiting_count == 1


@pytest.mark.rule("ROM5")
def test_a_place_in_the_queue_is_kept_by_its_token() -> None:
    room = Room(LOBBY)
    ada, ada_id = room.ask(display_name="Ada")
    token = room.heard(ada, server.Waiting)[0].resume_token
    since = room.heard(ada, server.Waiting)[0].since
    room.wait(5)
    again, other_id = room.ask(resume_token=token)
    assert other_id == ada_id
    assert room.heard(again, server.Waiting)[0].since == since
    assert room.codes() == [CloseCode.TAKEN_OVER]
    assert room.queue() == ["Ada"]
    eve, _ = room.ask(peer_id=ada_id)
    assert room.errors(eve) == [ErrorCode.PEER_ID_TAKEN]
    room.drop(again, None)
    room.wait(119)
    assert room.queue() == ["Ada"]
    back, _ = room.ask(resume_token=token)
    room.drop(back, None)
    room.ask(display_name="Bob")
    room.hub.clock_stepped(60)
    room.hub.clock_stepped(-60)
    room.say(room.boss, client.Admit(ada_id))
    assert room.queue() == ["Bob"]
    _, peer_id = room.come("edit 9000 i", resume_token=token)
    assert peer_id == ada_id, "who was let in while away comes in at once"


@pytest.mark.rule("ROM5")
def test_a_queue_outlives_the_process_by_its_tokens() -> None:
    room = Room(LOBBY)
    ada, ada_id = room.ask()
    waiting = room.heard(ada, server.Waiting)[0]
    room.perform(room.hub.evict("s", CloseCode.MOVED))
    assert room.codes() == [CloseCode.MOVED, CloseCode.MOVED]
    assert room.hub.waiting_count == 0
    room.wait(3)
    later, _ = room.ask(resume_token=waiting.resume_token)
    assert room.heard(later, server.Waiting)[0].since == waiting.since
    assert room.heard(later, server.Waiting)[0].peer_id == ada_id
    assert room.hub.is_open("s"), "who waits keeps the session open"
    room.drop(later)
    assert not room.hub.is_open("s")


@pytest.mark.rule("ROM5")
def test_nobody_waits_for_ever() -> None:
    room = Room(LOBBY)
    ada, _ = room.ask()
    bob, _ = room.ask("edit 100 i")
    cem, _ = room.ask()
    room.drop(cem, None)
    room.drop(room.boss)
    room.wait(101)
    assert room.codes() == [CloseCode.TOKEN_EXPIRED]
    room.wait(20)
    assert room.hub.waiting_count == 1
    room.wait(lobby.WAITING_SECONDS)
    assert room.codes()[-1] is CloseCode.WAITED_IN_VAIN
    assert not room.hub.is_open("s")
    assert {ada, bob} <= set(room.discarded)


@pytest.mark.rule("ROM5")
def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby, "MAX_WAITING", 2)
    room = Room(LOBBY)
    ada, _ = room.ask(display_name="Ada")
    room.ask(display_name="Bob")
    cem, _ = room.ask(display_name="Cem")
    assert room.errors(cem) == [ErrorCode.SESSION_FULL]
    assert room.codes() == [], "they may ask again"
    room.drop(ada, None)
    room.say(cem, client.Subscribe("s", token="edit 9000 i", display_name="Cem"))
    assert room.queue() == ["Bob", "Cem"]


@pytest.mark.rule("ROM5")
def test_an_open_door_lets_all_in_that_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvas_server.core.presence.seats.MAX_PEERS", 3)
    room = Room(LOBBY)
    queued = [room.ask()[0] for _ in range(3)]
    room.say(room.boss, client.SetSession(locked=True, lobby=False))
    room.wait(1)
    assert room.hub.waiting_count == 3, "a lock does not let them in"
    room.say(queued[0], client.Subscribe("s", token="edit 9000 i"))
    assert room.hub.waiting_count == 3
    room.say(room.boss, client.SetSession(locked=False))
    room.say(queued[2], client.Subscribe("s", token="edit 9000 i"))
    assert room.heard(queued[2], server.PeerAssigned)
    room.wait(1)
    assert (room.hub.waiting_count, room.hub.peer_count) == (1, 3)


@pytest.mark.rule("ROM5")
def test_who_waits_may_go_elsewhere_and_who_is_elsewhere_may_wait() -> None:
    room = Room(LOBBY)
    ada, ada_id = room.ask(display_name="Ada")
    room.say(ada, client.Subscribe("other", token="edit 9000 i"))
    assert room.heard(ada, server.PeerAssigned)
    assert room.queue() == []
    room.say(ada, client.Subscribe("s", token="edit 9000 i"))
    assert len(room.queue()) == 1
    room.say(ada, client.GetScene())
    assert room.errors(ada) == [ErrorCode.NOT_SUBSCRIBED]
    assert not room.hub.is_open("other")
    waiting = room.heard(ada, server.Waiting)[-1]
    other = room.connect()
    wish = client.Subscribe(
        "other", waiting.peer_id, token="edit 9000 i", resume_token=waiting.resume_token
    )
    room.say(other, wish)
    assert room.errors(other) == [ErrorCode.PEER_ID_TAKEN]
    room.say(other, client.Subscribe("other", token="edit 9000 i"))
    token = room.heard(other, server.PeerAssigned)[-1]
    room.say(ada, client.Subscribe("other", None, None, "edit 9000 i", token.resume_token))
    assert room.queue() == [], "it goes on as somebody it had been"
    assert ada_id
    eve, _ = room.ask()
    room.say(eve, client.Subscribe("s", GUEST, token="edit 9000 i"))
    assert room.heard(eve, server.Waiting)[-1].peer_id == GUEST
    assert len(room.queue()) == 1, "with another id it has another place, and only that"


@pytest.mark.rule("ROM5")
def test_a_moderator_comes_by_their_link_while_they_wait() -> None:
    room = Room(LOBBY)
    ada, _ = room.ask()
    token = room.heard(ada, server.Waiting)[0].resume_token
    boss, _ = room.come("moderate 9000 m", resume_token=token)
    assert room.heard(boss, server.PeerAssigned)
    assert room.codes() == [CloseCode.TAKEN_OVER]
    bob, bob_id = room.ask(peer_id=GUEST)
    room.say(bob, client.Subscribe("s", GUEST, token="edit 9000 i"))
    assert bob_id == GUEST
    room.say(bob, client.Subscribe("s", token="edit 9000 i", peer_id=room.boss_id))
    assert room.errors(bob) == [ErrorCode.PEER_ID_TAKEN]
    room.say(room.boss, client.Admit(GUEST))
    assert room.heard(bob, server.PeerAssigned)[0].peer_id == GUEST


@pytest.mark.rule("ROM5")
def test_admitted_peers_are_remembered_but_not_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "MAX_ADMITTED", 1)
    room = Room(LOBBY)
    places: list[tuple[str, str]] = []
    for _ in range(2):
        connection, peer_id = room.ask()
        token = room.heard(connection, server.Waiting)[0].resume_token
        room.drop(connection, None)
        room.say(room.boss, client.Admit(peer_id))
        places.append((peer_id, token))
    assert [bool(room.come("edit 9000 i", resume_token=token)[1]) for _, token in places] == [
        False,
        True,
    ]


@pytest.mark.rule("ROM6")
@pytest.mark.parametrize("rule", [LOCK, LOBBY])
def test_guests_are_not_let_in_unless_they_have_been_here(rule: client.SetSession) -> None:
    room = Room()

    def seat() -> ConnectionId:
        connection = room.connect()
        guest = Guest(GUEST, "far", "Ada", Role.MODERATE)
        room.perform(room.hub.guests.seat(connection, "s", guest, room.now))
        return connection

    room.say(room.boss, rule)
    with pytest.raises(Refusal) as refused:
        seat()
    assert refused.value.code is ErrorCode.SESSION_LOCKED
    room.say(room.boss, client.SetSession(locked=False, lobby=False))
    connection = seat()
    room.drop(connection)
    room.say(room.boss, rule)
    seat()


# --- manners ---------------------------------------------------------------------------------------


@pytest.mark.rule("ROM1")
def test_hands_are_up_since_when_they_were_raised() -> None:
    room = Room()
    ada, ada_id = room.come("view 9000 v")
    room.say(ada, client.RaiseHand(raised=True))
    since = int(room.now * 1000)
    room.settle_presence()
    assert room.heard(room.boss, server.PeerUpdated)[-1].peer.hand == since
    room.wait(1)
    room.clear()
    room.say(ada, client.RaiseHand(raised=True, message_id="m"))
    room.settle_presence()
    assert room.kinds(ada) == [server.Ack], "it is up already"
    assert room.kinds(room.boss) == []
    room.drop(ada, None)
    token = room.marks[ada]
    ada, _ = room.come("view 9000 v", peer_id=ada_id, resume_token=token)
    listed = {peer.peer_id: peer.hand for peer in room.heard(ada, server.PeerList)[-1].peers}
    assert listed[ada_id] == since, "it stays up over a broken connection"
    room.say(ada, client.RaiseHand(raised=False, target_peer_id=ada_id))
    room.settle_presence()
    assert room.heard(room.boss, server.PeerUpdated)[-1].peer.hand is None


@pytest.mark.rule("ROM1")
def test_moderators_lower_hands_and_raise_none() -> None:
    room = Room()
    ada, ada_id = room.come("edit 9000 i")
    room.say(ada, client.RaiseHand(raised=True))
    room.say(room.boss, client.RaiseHand(raised=False, target_peer_id=ada_id))
    room.settle_presence()
    assert room.heard(room.boss, server.PeerUpdated)[-1].peer.hand is None
    room.say(room.boss, client.RaiseHand(raised=True, target_peer_id=ada_id))
    room.say(ada, client.RaiseHand(raised=False, target_peer_id=room.boss_id))
    assert room.errors(room.boss) == room.errors(ada) == [ErrorCode.FORBIDDEN]


@pytest.mark.rule("ROM2")
def test_reactions_are_shown_to_the_others() -> None:
    room = Room()
    ada, ada_id = room.come("view 9000 v")
    room.clear()
    room.say(ada, client.React("🎉"))
    room.say(ada, client.React("🎉"))
    assert room.inbox[room.boss] == [server.PeerReaction(ada_id, "🎉")]
    assert room.inbox[ada] == []
    room.wait(OWN_SECONDS)
    room.say(ada, client.React("🎉"))
    assert len(room.inbox[room.boss]) == 2
    room.drop(ada)


@pytest.mark.rule("ROM2")
@pytest.mark.parametrize(("people", "most"), [(2, MOST), (256, FEWEST)])
def test_a_crowd_is_shown_fewer_reactions(people: int, most: float) -> None:
    pace = ReactionPace()
    shown = [pace.admits(f"{number}", people, 1000.0) for number in range(100)]
    assert sum(shown) == most
    assert sum(pace.admits(f"{number}", people, 1000.5) for number in range(100, 200)) == most / 2
    assert not pace.admits("late", people, 900.0), "a clock that was set back gives nothing"


@pytest.mark.rule("ROM7")
def test_a_moderator_has_somebody_muted() -> None:
    room = Room()
    ada, ada_id = room.come("edit 9000 i", display_name="Ada")
    room.clear()
    room.say(room.boss, client.MutePeer(ada_id, "audio", message_id="m"))
    assert room.inbox[ada] == [server.PeerMute(room.boss_id, "audio")]
    assert room.kinds(room.boss) == [server.Ack]
    assert room.events[-1] == (AuditEvent.MUTED, "Ada", "audio")
    room.say(ada, client.MutePeer(room.boss_id, "audio"))
    room.say(room.boss, client.MutePeer("nobody", "audio"))
    assert room.errors(ada) == [ErrorCode.FORBIDDEN]
    assert room.errors(room.boss) == [ErrorCode.PEER_NOT_FOUND]
    connection = room.connect()
    guest = Guest(GUEST, "far", "Far", Role.EDIT)
    room.perform(room.hub.guests.seat(connection, "s", guest, room.now))
    room.clear()
    room.say(room.boss, client.MutePeer(GUEST, "video"))
    (error,) = room.heard(room.boss, server.Error)
    assert "far" in error.message
    assert msgspec.json.encode(guest)
