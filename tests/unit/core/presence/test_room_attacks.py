"""What somebody tries who wants in, wants to know, or wants to be heard, and may not."""

import pytest

from canvas_server.core.chat.entries import ChatPage, Said, Unsaid
from canvas_server.core.chat.numbers import STEP
from canvas_server.core.effects import AskChat, ConnectionId
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.reactions import MOST
from canvas_server.protocol import client, codec, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import ChatHistory, ChatMessage, ChatRemoved
from support.hub.house import House
from support.hub.hub import NOW, HubLab

LOCK, LOBBY = client.SetSession(locked=True), client.SetSession(lobby=True)
BOSS, LINK, WATCHER = "moderate 9000 m", "edit 9000 i", "view 9000 v"
CHOSEN = "10000000-0000-4000-8000-000000000000"


class Room(House):
    """A house with a moderator in it."""

    def __init__(self, *rules: client.SetSession) -> None:
        super().__init__()
        self.boss, self.boss_id = self.come(BOSS, display_name="Boss")
        for one in rules:
            self.say(self.boss, one)
        self.clear()

    def assigned(self, connection: ConnectionId) -> server.PeerAssigned:
        return self.heard(connection, server.PeerAssigned)[-1]

    def texts(self, connection: ConnectionId) -> list[str]:
        return [message.text for message in self.heard(connection, ChatMessage)]

    def read(self, connection: ConnectionId) -> list[str]:
        self.say(connection, client.GetChat())
        return [m.text for m in self.heard(connection, ChatHistory)[-1].messages]

    def codes_of(self, connection: ConnectionId) -> list[ErrorCode]:
        return [error.code for error in self.heard(connection, server.Error)]


# --- who waits ---------------------------------------------------------------------------------


@pytest.mark.rule("ROM5")
def test_who_goes_in_out_of_the_queue_of_an_empty_session_is_met_by_others() -> None:
    room = Room(LOBBY)
    guest, _ = room.come(LINK)
    room.drop(room.boss, 1000)
    room.say(guest, client.Subscribe("s", token=BOSS))
    assert room.assigned(guest)
    other, _ = room.come(BOSS)
    (listed,) = room.heard(other, server.PeerList)
    assert len(listed.peers) == 2


@pytest.mark.rule("ROM5")
def test_who_waits_for_another_session_under_the_same_id_waits_for_that_one_alone() -> None:
    room = Room(LOBBY)
    elsewhere = room.connect()
    room.say(elsewhere, client.Subscribe("t", token=BOSS))
    room.say(elsewhere, LOBBY)
    guest, _ = room.come(LINK, peer_id=CHOSEN)
    room.clear()
    room.say(guest, client.Subscribe("t", CHOSEN, token=LINK))
    assert [one.session_id for one in room.heard(guest, server.Waiting)] == ["t"]
    assert room.heard(room.boss, server.PeerWaitingLeft) == [server.PeerWaitingLeft(CHOSEN)]
    room.say(elsewhere, client.Admit(CHOSEN))
    assert room.assigned(guest).session_id == "t"
    assert room.hub.waiting_count == 0


@pytest.mark.rule("ROM5")
def test_a_moderator_who_goes_to_wait_is_not_told_of_themselves() -> None:
    room = Room(LOBBY)
    other, _ = room.come(BOSS)
    room.clear()
    room.say(other, client.Subscribe("s", CHOSEN, token=LINK))
    assert room.heard(other, server.Waiting)
    assert room.heard(other, server.PeerWaiting) == []
    assert [told.peer.peer_id for told in room.heard(room.boss, server.PeerWaiting)] == [CHOSEN]


@pytest.mark.rule("ROM5", "TOK2")
def test_who_is_let_in_has_a_token_that_lasts_or_is_not() -> None:
    room = Room(LOBBY)
    kept, _ = room.come("edit 60 kept renew")
    lost, _ = room.come("edit 60 lost renew")
    room.admission.revoked.add("lost")
    ids = [room.heard(one, server.Waiting)[-1].peer_id for one in (kept, lost)]
    room.wait(61)
    for peer_id in ids:
        room.say(room.boss, client.Admit(peer_id))
    assert room.assigned(kept)
    assert [type(one) for one in room.inbox[kept]].count(server.TokenRenewed) == 1
    assert room.heard(lost, server.PeerAssigned) == []
    assert room.codes() == [CloseCode.REMOVED]
    assert room.hub.waiting_count == 0


@pytest.mark.rule("CHT5", "ROM5")
def test_who_was_let_in_reads_after_a_reload_what_was_whispered_to_them() -> None:
    room = Room(LOBBY)
    guest, _ = room.come(LINK)
    waiting = room.heard(guest, server.Waiting)[-1]
    room.say(room.boss, client.Admit(waiting.peer_id))
    room.say(room.boss, client.Chat("for you", to=waiting.peer_id))
    room.say(guest, client.Chat("mine"))
    mine = room.heard(guest, ChatMessage)[-1].id
    token = room.assigned(guest).resume_token
    room.drop(guest)
    again, _ = room.come(LINK, peer_id=waiting.peer_id, resume_token=token)
    assert room.read(again) == ["for you", "mine"]
    room.say(again, client.RemoveChat(mine))
    assert room.heard(again, ChatRemoved) == [ChatRemoved(mine)]


@pytest.mark.rule("ROM5", "CHT5")
def test_who_waits_says_reads_and_hears_nothing() -> None:
    room = Room(LOBBY)
    guest, _ = room.come(LINK)
    (waiting,) = room.heard(guest, server.Waiting)
    room.clear()
    tried: list[client.ClientMessage] = [
        client.Chat("let me in", message_id="m"),
        client.GetChat(message_id="m"),
        client.RemoveChat(STEP),
        client.ClearChat(),
        client.RaiseHand(raised=True),
        client.React("👍"),
        client.MutePeer(room.boss_id, "audio"),
        client.Admit(waiting.peer_id),
        client.Kick(room.boss_id),
        client.SetSession(lobby=False),
        client.GetScene(),
        client.ListPeers(),
    ]
    for message in tried:
        room.say(guest, message)
    assert room.codes_of(guest) == [ErrorCode.NOT_SUBSCRIBED] * len(tried)
    room.clear()
    room.say(room.boss, client.Chat("secret"))
    room.say(room.boss, client.Chat("to who waits", to=waiting.peer_id))
    assert room.codes_of(room.boss) == [ErrorCode.PEER_NOT_FOUND]
    assert room.inbox[guest] == []


@pytest.mark.rule("ROM5")
def test_a_place_in_the_queue_is_no_place_in_the_session() -> None:
    room = Room(LOBBY)
    guest, _ = room.come(LINK)
    (waiting,) = room.heard(guest, server.Waiting)
    room.drop(guest, None)
    again, came = room.come(LINK, peer_id=waiting.peer_id, resume_token=waiting.resume_token)
    assert not came
    assert room.heard(again, server.Waiting)[-1].since == waiting.since
    room.say(room.boss, client.SetSession(locked=True))
    other, came = room.come(LINK, resume_token=waiting.resume_token)
    assert not came, "of one place in the queue"
    room.say(room.boss, client.Kick(waiting.peer_id))
    late, came = room.come(LINK, peer_id=waiting.peer_id, resume_token=waiting.resume_token)
    assert not came
    assert room.codes_of(late) == [ErrorCode.SESSION_LOCKED]
    assert other


@pytest.mark.rule("ROM5")
def test_nobody_waits_under_the_id_of_somebody_else() -> None:
    room = Room(LOBBY)
    first, _ = room.come(LINK)
    (waiting,) = room.heard(first, server.Waiting)
    thief, _ = room.come(LINK, peer_id=waiting.peer_id)
    assert room.codes_of(thief) == [ErrorCode.PEER_ID_TAKEN]
    thief, _ = room.come(LINK, peer_id=room.boss_id)
    assert room.codes_of(thief) == [ErrorCode.PEER_ID_TAKEN]
    room.say(room.boss, client.Admit(waiting.peer_id))
    room.drop(first)
    thief, came = room.come(LINK, peer_id=waiting.peer_id)
    assert not came


@pytest.mark.rule("ROM5")
def test_a_chosen_id_that_was_let_in_is_not_let_in_for_somebody_else() -> None:
    room = Room(LOBBY)
    first, _ = room.come(LINK, peer_id=CHOSEN)
    room.say(room.boss, client.Admit(CHOSEN))
    assert room.heard(first, server.PeerAssigned)
    room.drop(first)
    _, came = room.come(LINK, peer_id=CHOSEN)
    assert not came


@pytest.mark.rule("ROM5")
def test_who_waits_does_not_chatter_at_those_who_moderate() -> None:
    room = Room(LOBBY)
    guest, _ = room.come(LINK, display_name="Gus")
    room.clear()
    for _ in range(10):
        room.say(guest, client.Subscribe("s", token=LINK, display_name="Gus"))
    assert room.heard(room.boss, server.PeerWaiting) == []
    room.say(guest, client.Subscribe("s", token=LINK, display_name="Gustav"))
    assert [w.peer.display_name for w in room.heard(room.boss, server.PeerWaiting)] == ["Gustav"]


# --- who was here, or was removed ---------------------------------------------------------------


@pytest.mark.rule("ROM4")
def test_who_was_removed_stays_out_by_any_token_of_theirs() -> None:
    room = Room()
    guest, guest_id = room.come(LINK)
    token = room.assigned(guest).resume_token
    room.say(room.boss, LOCK)
    room.say(room.boss, client.Kick(guest_id))
    for shown in (
        {"peer_id": guest_id, "resume_token": token},
        {"resume_token": token},
        {"resume_token": token, "peer_id": CHOSEN},
        {},
    ):
        again, came = room.come(LINK, **shown)
        assert not came
        assert room.codes_of(again) == [ErrorCode.SESSION_LOCKED]
    assert room.codes()[-1] is CloseCode.SESSION_LOCKED


@pytest.mark.rule("ROM4")
def test_who_goes_to_another_session_and_comes_back_is_not_new() -> None:
    room = Room()
    guest, guest_id = room.come(LINK)
    token = room.assigned(guest).resume_token
    room.say(room.boss, LOCK)
    room.say(guest, client.Subscribe("elsewhere", token=LINK))
    assert room.assigned(guest).session_id == "elsewhere"
    room.say(guest, client.Subscribe("s", token=LINK))
    assert room.codes_of(guest) == [ErrorCode.SESSION_LOCKED], "it does not say who it was"
    room.say(guest, client.Subscribe("s", guest_id, token=LINK, resume_token=token))
    assert room.assigned(guest).session_id == "s"


@pytest.mark.rule("ROM4", "NOD1")
def test_who_was_here_says_so_to_the_node_where_the_session_lives_now() -> None:
    room = Room()
    guest, guest_id = room.come(LINK)
    token = room.assigned(guest).resume_token
    room.say(guest, client.Subscribe("elsewhere", token=LINK))
    wish = client.Subscribe("s", guest_id, token=LINK, resume_token=token)
    assert room.hub.passed_on(guest, wish, room.now).resume_token == token
    passed = room.hub.passed_on(guest, client.Subscribe("s", token=LINK), room.now)
    room.say(room.boss, LOCK)
    other, came = room.come(LINK, resume_token=passed.resume_token)
    assert not came, "that it has this id says nothing of where it was"
    assert other


@pytest.mark.rule("ROM4")
def test_a_resume_token_of_another_session_opens_no_lock() -> None:
    room = Room(LOCK)
    guest = room.connect()
    room.say(guest, client.Subscribe("elsewhere", token=LINK))
    token = room.assigned(guest).resume_token
    room.drop(guest)
    again, came = room.come(LINK, resume_token=token)
    assert not came
    assert room.codes_of(again) == [ErrorCode.SESSION_LOCKED]


@pytest.mark.rule("ROM4", "TOK1")
def test_a_resume_token_opens_nothing_without_a_link() -> None:
    room = Room(LOCK)
    guest, guest_id = room.come(BOSS)
    token = room.assigned(guest).resume_token
    room.drop(guest)
    again, came = room.come(None, peer_id=guest_id, resume_token=token)
    assert not came
    assert room.codes_of(again) == [ErrorCode.UNAUTHORIZED]


# --- few rights ---------------------------------------------------------------------------------


@pytest.mark.rule("TOK3")
@pytest.mark.parametrize("role", ["view", "edit", "present", "agent"])
def test_who_does_not_moderate_does_none_of_it(role: str) -> None:
    room = Room(LOBBY)
    waits, _ = room.come(LINK)
    (waiting,) = room.heard(waits, server.Waiting)
    room.say(room.boss, client.SetSession(lobby=False))
    room.say(room.boss, client.Admit(waiting.peer_id))
    guest, _ = room.come(f"{role} 9000 i")
    room.say(room.boss, LOBBY)
    knocks, _ = room.come(LINK)
    room.say(room.boss, client.Chat("keep"))
    room.clear()
    tried: list[client.ClientMessage] = [
        client.SetSession(lobby=False),
        client.SetSession(locked=True),
        client.Admit(waiting.peer_id),
        client.Kick(room.boss_id),
        client.Kick(waiting.peer_id),
        client.MutePeer(room.boss_id, "audio"),
        client.ClearChat(),
        client.RemoveChat(STEP),
        client.RaiseHand(raised=False, target_peer_id=room.boss_id),
        client.RaiseHand(raised=True, target_peer_id=room.boss_id),
    ]
    for message in tried:
        room.say(guest, message)
    assert room.codes_of(guest) == [ErrorCode.FORBIDDEN] * len(tried)
    assert room.inbox[room.boss] == []
    assert room.read(guest) == ["keep"]
    assert knocks


@pytest.mark.rule("TOK3", "CHT3")
def test_who_was_made_a_watcher_says_and_removes_nothing_any_more() -> None:
    room = Room()
    guest, _ = room.come(LINK)
    room.say(guest, client.Chat("while I may"))
    mine = room.heard(guest, ChatMessage)[-1].id
    room.say(guest, client.Subscribe("s", token=WATCHER))
    room.clear()
    room.say(guest, client.Chat("more"))
    room.say(guest, client.RemoveChat(mine))
    assert room.codes_of(guest) == [ErrorCode.FORBIDDEN] * 2


# --- whispers and history ------------------------------------------------------------------------


@pytest.mark.rule("CHT5", "CHT6")
def test_no_number_of_a_whisper_is_confirmed_to_a_third() -> None:
    room = Room()
    a, _ = room.come(LINK)
    b, bob = room.come(LINK)
    room.say(a, client.Chat("psst", to=bob))
    (whisper,) = room.heard(b, ChatMessage)
    room.clear()
    for number in (whisper.id, whisper.id + 2, 2**53 - 1):
        room.say(room.boss, client.RemoveChat(number, "m"))
    assert room.codes_of(room.boss) == [ErrorCode.CHAT_NOT_FOUND] * 3
    assert room.read(b) == ["psst"]
    answers = []
    for before in (whisper.id, whisper.id + 2, 2**53 - 1, 1):
        room.say(room.boss, client.GetChat(before))
        answers.append(room.heard(room.boss, ChatHistory)[-1].messages)
    assert answers == [()] * 4


@pytest.mark.rule("CHT4")
def test_questions_of_those_who_are_gone_are_forgotten() -> None:
    room = Room()
    asked: list[AskChat] = []
    room.watch = lambda effects: asked.extend(e for e in effects if isinstance(e, AskChat))
    for _ in range(3):
        guest, _ = room.come(LINK)
        room.busy = True
        room.say(guest, client.GetChat())
        room.drop(guest)
        room.busy = False
        room.perform(room.hub.chat_read(asked[-1], ChatPage((), more=False), NOW))
    assert len(room.hub._membership.sessions["s"].canvas.chat.questions) == 0


@pytest.mark.rule("CHT2", "CHT6")
def test_a_message_id_of_somebody_else_answers_nobody() -> None:
    room = Room()
    a, _ = room.come(LINK)
    b, _ = room.come(LINK)
    room.say(a, client.Chat("one", message_id="m"))
    room.say(b, client.Chat("one", message_id="m"))
    assert room.texts(room.boss) == ["one", "one"]


# --- too much, and what is not seen ---------------------------------------------------------------


@pytest.mark.rule("ROM1")
def test_a_hand_that_goes_up_again_and_again_tells_what_changed_alone() -> None:
    room = Room()
    guest, _ = room.come(LINK)
    room.settle_presence()
    room.clear()
    for _ in range(20):
        room.say(guest, client.RaiseHand(raised=True))
    room.settle_presence()
    assert len(room.heard(room.boss, server.PeerUpdated)) <= 2


@pytest.mark.rule("ROM2")
def test_a_flood_of_reactions_shows_a_few() -> None:
    room = Room()
    crowd = [room.come(LINK)[0] for _ in range(20)]
    room.clear()
    for _ in range(20):
        for guest in crowd:
            room.say(guest, client.React("👍"))
    assert 0 < len(room.heard(room.boss, server.PeerReaction)) <= MOST


@pytest.mark.rule("PAG3", "CHT3")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('{"type":"chat","text":"a\\u202eb\\u2066c\\u0007d\\u200b"}', "abcd"),
        ('{"type":"chat","text":"one\\r\\ntwo\\u0085three\\u2028four"}', None),
        ('{"type":"chat","text":"\\u200b\\u2060\\n \\u0000"}', ""),
        ('{"type":"chat","text":""}', ""),
        ('{"type":"chat","text":"' + "x" * 4001 + '"}', ""),
        ('{"type":"chat","text":"x","picture":"https://example.org/x.png"}', ""),
    ],
)
def test_what_cannot_be_seen_is_not_said(sent: str, shown: str | None) -> None:
    room = Room()
    try:
        message = codec.decode(sent.encode())
    except codec.MalformedMessage:
        assert shown == ""
        return
    room.say(room.boss, message)
    (text,) = room.texts(room.boss)
    assert shown in (None, text)
    assert not set(text) & set("\r\x85\u2028\u2029\u202e\u2066\u200b")


# --- another server --------------------------------------------------------------------------------

LEADER = "Northern"


def copy() -> tuple[HubLab, ConnectionId, str, ConnectionId, str]:
    lab = HubLab(leader=lambda _: LEADER)
    (a, ada), (b, bob) = lab.join(), lab.join()
    guest = lab.connect()
    lab.perform(lab.hub.guests.seat(guest, "s", Guest(CHOSEN, LEADER, "Zoe"), NOW))
    lab.clear()
    return lab, a, ada, b, bob


def follow(lab: HubLab, *entries: Said | Unsaid) -> None:
    for entry in entries:
        lab.perform(lab.hub.chat_copies.follow("s", entry, LEADER, None, NOW))


@pytest.mark.rule("CHT5", "CHT8")
def test_another_server_removes_nothing_that_two_of_ours_whisper() -> None:
    lab, a, _, _, bob = copy()
    lab.say(a, client.Chat("psst", to=bob))
    (whisper,) = lab.heard(a, ChatMessage)
    follow(lab, Unsaid(STEP, 5, whisper.id))
    assert lab.heard(a, ChatRemoved) == []
    lab.say(a, client.GetChat())
    assert [m.text for m in lab.heard(a, ChatHistory)[-1].messages] == ["psst"]


@pytest.mark.rule("CHT8")
def test_another_server_does_not_use_up_the_numbers() -> None:
    lab, a, ada, _, _ = copy()
    follow(lab, Said(ChatMessage(2**53 - 2, CHOSEN, 5, "Zoe", "the last word"), ""))
    assert lab.heard(a, ChatMessage) == []
    follow(lab, Said(ChatMessage(STEP, CHOSEN, 5, "Zoe", "hello"), ""))
    assert [m.text for m in lab.heard(a, ChatMessage)] == ["hello"]
    assert ada


@pytest.mark.rule("CHT3", "CHT8")
def test_what_another_server_tells_has_something_that_can_be_seen() -> None:
    lab, a, _, _, _ = copy()
    follow(lab, Said(ChatMessage(STEP, CHOSEN, 5, "Zoe", "\u200b\u202e"), ""))
    follow(lab, Said(ChatMessage(STEP, CHOSEN, 5, "Zoe", "", "data:image/png,x"), ""))
    assert lab.heard(a, ChatMessage) == []
