"""The chat of a session that another server keeps: what is asked, followed and believed (CHT8)."""

from typing import Any

import pytest

from canvas_server.core.chat.entries import ChatEntry, Said, Unsaid, Wiped, changes_of, news_of
from canvas_server.core.chat.numbers import STEP
from canvas_server.core.effects import Append, ChatChanged, ConnectionId, Forward
from canvas_server.core.presence.chatcopies import (
    MAX_JUMP,
    MAX_SHARED,
    ForwardedChat,
    Speaker,
    shared_with,
)
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.readers import PEER, guest_key
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import NewElement
from canvas_server.protocol.server import ChatHistory, ChatMessage, ChatRemoved
from support.hub.hub import NOW, HubLab, make_hub

pytestmark = pytest.mark.rule("CHT8")

ZOE = "99999999-0000-0000-0000-00000000000{}"
LEADER = "Northern"


def copy() -> tuple[HubLab, ConnectionId, str]:
    """Return a lab with somebody in a session that another server keeps, and a guest of it."""
    lab = HubLab(leader=lambda _: LEADER)
    a, ada = lab.join(display_name="Ada")
    seat(lab, LEADER)
    return lab, a, ada


def seat(lab: HubLab, name: str) -> ConnectionId:
    guest = lab.connect()
    lab.perform(lab.hub.guests.seat(guest, "s", Guest(ZOE.format(1), name, "Zoe"), NOW))
    lab.clear()
    return guest


def follow(lab: HubLab, *entries: ChatEntry, asked: Speaker | None = None) -> None:
    for entry in entries:
        lab.perform(lab.hub.chat_copies.follow("s", entry, LEADER, asked, NOW))


def zoe(number: int, text: str = "hello", to: str | None = None, **more: Any) -> Said:
    message = ChatMessage(number, ZOE.format(1), 5, "Z\u202e", text, to=to, **more)
    return Said(message, "", None if to is None else "")


def forwarded(lab: HubLab) -> list[client.ChatEdit]:
    messages = [effect.message for effect in lab.shared if isinstance(effect, Forward)]
    return [message for message in messages if isinstance(message, client.ChatEdit)]


def test_what_is_for_all_or_for_a_guest_is_asked_of_who_keeps_the_session() -> None:
    lab, a, _ = copy()
    asked = [client.Chat("x"), client.Chat("y", to=ZOE.format(1)), client.RemoveChat(STEP)]
    for message in asked:
        lab.say(a, message)
    assert forwarded(lab) == asked
    assert not lab.appended


@pytest.mark.rule("CHT5")
class _Moderators:
    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        return Grant(Role.MODERATE, "link")

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        raise NotImplementedError


@pytest.mark.rule("CHT6")
def test_who_keeps_the_session_is_asked_to_clear_its_chat() -> None:
    lab = HubLab()
    lab.hub = make_hub(lab.memory, leader=lambda _: LEADER, admission=_Moderators())
    a, _ = lab.join()
    lab.say(a, client.ClearChat("m"))
    assert forwarded(lab) == [client.ClearChat("m")]


@pytest.mark.rule("CHT5")
def test_what_two_of_ours_say_to_each_other_stays_here() -> None:
    lab, a, ada = copy()
    b, bob = lab.join()
    lab.say(a, client.Chat("psst", to=bob))
    follow(lab, zoe(STEP))
    lab.say(b, client.Chat("yes", to=ada, message_id="m"))
    lab.say(b, client.Chat("so?", to=ada))
    ids = [message.id for message in lab.heard(a, ChatMessage)]
    assert ids == [1, STEP, STEP + 1, STEP + 3]
    assert forwarded(lab) == []
    lab.say(a, client.RemoveChat(1))
    assert lab.heard(b, ChatRemoved) == [ChatRemoved(1)]
    assert lab.appended[-1].record.chat[0].id == STEP + 5


def test_what_is_told_is_stored_then_shown_once_with_its_server() -> None:
    lab, a, _ = copy()
    lab.busy = True
    follow(lab, zoe(STEP, "hi\u202e", picture="data:image/svg+xml,<svg/>"), zoe(STEP, "again"))
    assert lab.inbox[a] == []
    lab.disk.answer()
    (told,) = lab.heard(a, ChatMessage)
    assert (told.text, told.name, told.server, told.picture) == ("hi", "Zoe", LEADER, None)
    assert told.timestamp == 5
    follow(lab, zoe(STEP + 1), zoe(STEP - 2))
    lab.disk.answer()
    assert len(lab.heard(a, ChatMessage)) == 1, "no leader gives odd numbers, or earlier ones"


def test_what_is_told_of_ours_is_believed_where_they_asked_for_it() -> None:
    lab, a, ada = copy()
    copies = lab.hub.chat_copies
    message = client.Chat("x")
    forward = Forward("s", ada, message)
    speaker = copies.speaker(forward)
    assert speaker == Speaker(PEER + ada, "Ada", None)
    assert copies.speaker(Forward("s", "nobody", message)) is None
    assert copies.speaker(Forward("elsewhere", ada, message)) is None
    said = Said(ChatMessage(STEP, ada, 5, "Mallory", "x"), "")
    assert speaker is not None
    assert ForwardedChat(ada, message, speaker).became(said)
    assert not ForwardedChat(ada, client.Chat("y"), speaker).became(said)
    follow(lab, said, asked=speaker)
    follow(lab, Said(ChatMessage(2 * STEP, ada, 5, "Mallory", "forged"), ""))
    first, second = lab.heard(a, ChatMessage)
    assert (first.name, first.server) == ("Ada", None)
    assert (second.name, second.server) == ("Mallory", LEADER)


@pytest.mark.rule("CHT5", "CHT6")
def test_what_is_private_is_for_ours_also_when_they_are_away() -> None:
    lab, a, ada = copy()
    b, bob = lab.join()
    lab.drop(b)
    stranger = ZOE.format(7)
    follow(lab, zoe(STEP + 2, "to ada", ada), zoe(STEP + 4, "to bob", bob))
    follow(lab, zoe(STEP + 6, "to nobody", stranger))
    assert [message.text for message in lab.heard(a, ChatMessage)] == ["to ada"]
    follow(lab, Unsaid(STEP + 8, 5, STEP + 4, (), (ZOE.format(1), bob)))
    follow(lab, Unsaid(STEP + 10, 5, STEP + 2, (), (ZOE.format(1), ada)))
    assert lab.heard(a, ChatRemoved) == [ChatRemoved(STEP + 2)]
    follow(lab, zoe(STEP + 12, "to bob again", bob))
    again = lab.come_back(bob, received=None)
    lab.say(again, client.GetChat())
    (history,) = lab.heard(again, ChatHistory)
    assert [message.text for message in history.messages] == ["to bob again"]
    follow(lab, Wiped(2 * STEP, 5))
    lab.say(again, client.GetChat())
    assert lab.heard(again, ChatHistory)[-1].messages == ()


def test_what_cannot_be_stored_is_shown_and_asked_for_again() -> None:
    lab, a, ada = copy()
    copies = lab.hub.chat_copies
    assert not copies.recover("s")
    lab.busy = lab.disk.full = True
    follow(lab, zoe(STEP, "lost"))
    lab.perform(lab.hub.replicas.answer("s", ada, server.Ack("m", server.AckResult(1))))
    lab.disk.answer()
    assert [type(message) for message in lab.inbox[a]] == [ChatMessage, server.Ack]
    follow(lab, zoe(2 * STEP, "later"))
    assert len(lab.heard(a, ChatMessage)) == 1, "it comes again, after what was lost"
    assert copies.last("s") == 0
    assert copies.recover("s")
    assert not copies.recover("s")
    lab.disk.full = False
    follow(lab, zoe(STEP, "lost"), zoe(2 * STEP, "later"))
    lab.disk.answer()
    assert copies.last("s") == 2 * STEP


def test_nothing_is_done_to_a_session_that_is_closed_or_kept_here() -> None:
    lab = HubLab(leader=lambda _: None)
    copies = lab.hub.chat_copies
    assert copies.last("s") == 0
    copies.overtake("s", STEP)
    follow(lab, zoe(STEP))
    a, _ = lab.join()
    follow(lab, zoe(STEP))
    assert lab.inbox[a] == []
    assert not lab.appended


def test_the_leader_goes_on_after_what_the_copy_has_if_that_is_possible() -> None:
    lab = HubLab(leader=lambda _: None)
    a, _ = lab.join()
    copies = lab.hub.chat_copies
    for number in (7 * STEP, 3 * STEP, 9 * STEP + 1, 9 * STEP + MAX_JUMP, MAX_SHARED + 1):
        copies.overtake("s", number)
    lab.say(a, client.Chat("x"))
    assert lab.heard(a, ChatMessage)[0].id == 8 * STEP


@pytest.mark.rule("CHT5")
def test_another_server_is_told_what_is_for_it_and_not_who_ours_are() -> None:
    lab = HubLab(leader=lambda _: None)
    a, ada = lab.join(display_name="Ada")
    b, bob = lab.join()
    seat(lab, "Southern")
    lab.say(a, client.Chat("all"))
    lab.say(a, client.Chat("psst", to=ZOE.format(1)))
    lab.say(a, client.Chat("ours", to=bob))
    lab.say(a, client.RemoveChat(STEP + 2))
    lab.say(a, client.RemoveChat(STEP + 4))
    lab.say(b, client.ClearScene())
    told = [effect.entry for effect in lab.shared if isinstance(effect, ChatChanged)]
    shared = [shared_with(entry, "Southern") for entry in told]
    assert [None if entry is None else entry.id for entry in shared] == [
        STEP,
        STEP + 2,
        None,
        STEP + 6,
        None,
        2 * STEP,
    ]
    assert shared[1] == Said(
        ChatMessage(STEP + 2, ada, int(NOW * 1000), "Ada", "psst", None, ZOE.format(1), "Zoe"),
        "",
        "",
    )
    assert shared[3] == Unsaid(STEP + 6, int(NOW * 1000), STEP + 2, (), (ada, ZOE.format(1)))
    assert [shared_with(entry, "Western") is None for entry in told[1:5]] == [True] * 4
    assert guest_key(ZOE.format(1), "Southern") in told[1].private
    assert news_of(told[-1]) == server.ChatCleared()


def test_many_changes_are_sent_in_pages() -> None:
    entries = [zoe(number * STEP) for number in range(1, 61)]
    page = changes_of(entries)
    assert (len(page.entries), page.more) == (50, True)
    assert changes_of(entries[50:]).more is False


@pytest.mark.rule("CHT2")
def test_a_retry_is_answered_alike_whatever_waits() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = lab.disk.full = True
    lab.say(a, client.AddElement(NewElement(Text("x"))))
    lab.disk.full = False
    lab.say(a, client.Chat("x", message_id="m"))
    appends = [effect for effect in lab.appended if isinstance(effect, Append)]
    lab.disk.answer(1)
    lab.say(a, client.Chat("x", message_id="m"))
    assert len(lab.appended) == len(appends), "it is on its way"
    lab.disk.answer()
    assert len(lab.heard(a, server.Ack)) == 1
    lab.say(a, client.RemoveChat(STEP, "r"))
    lab.say(a, client.RemoveChat(STEP, "r"))
    lab.disk.answer()
    lab.say(a, client.RemoveChat(STEP, "r"))
    lab.disk.answer()
    assert len(lab.heard(a, server.Ack)) == 3


@pytest.mark.rule("CHT6")
def test_what_was_said_before_the_servers_met_is_known_here_alone() -> None:
    leader: list[str | None] = [None]
    lab = HubLab(leader=lambda _: leader[0])
    a, ada = lab.join()
    lab.say(a, client.Chat("before"))
    lab.drop(a)
    leader[0] = LEADER
    a = lab.come_back(ada, received=None)
    copies = lab.hub.chat_copies
    copies.keep_own("elsewhere", STEP)
    copies.keep_own("s", STEP)
    lab.clear()
    follow(lab, Unsaid(2 * STEP, 5, STEP), zoe(3 * STEP))
    assert [type(message) for message in lab.inbox[a]] == [ChatMessage]
    lab.say(a, client.RemoveChat(STEP, "m"))
    lab.say(a, client.RemoveChat(3 * STEP))
    assert forwarded(lab) == [client.RemoveChat(3 * STEP)]
    assert lab.heard(a, ChatRemoved) == [ChatRemoved(STEP)]
    assert lab.appended[-1].record.chat[0].id == 3 * STEP + 1
