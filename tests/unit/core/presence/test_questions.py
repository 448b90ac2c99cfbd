"""Questions and their answers, what an agent is at, and what people say for agents to hear."""

from typing import Any

import msgspec
import pytest

from canvas_server.core.chat.entries import Said, message_size
from canvas_server.core.presence.chatcopies import ForwardedChat, Speaker
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.questions import MAX_OPEN, MAX_OWN
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import About
from canvas_server.protocol.errors import ErrorCode
from support.hub.house import House

QUESTION = client.Ask("Red or blue?", ("red", "blue"), message_id="q")


class Room(House):
    """An agent that asks; Ada and Bob."""

    def __init__(self) -> None:
        super().__init__()
        self.bot, self.bot_id = self.come("agent 1000 i", display_name="Bot")
        self.ada, self.ada_id = self.come("moderate 1000 m", display_name="Ada")
        self.bob, self.bob_id = self.come("view 1000 v", display_name="Bob")
        self.clear()

    def ask(self, to: str | None = None, who: Any = None, **more: Any) -> str:
        who = self.bot if who is None else who
        self.say(who, msgspec.structs.replace(QUESTION, to=to, **more))
        ack = self.heard(who, server.Ack)[-1]
        assert isinstance(ack.result.question_id, str)
        return ack.result.question_id

    def refused(self, who: Any, message: client.ClientMessage) -> str:
        self.clear()
        self.say(who, message)
        return self.error(who)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.mark.rule("AGT9")
def test_a_question_is_asked_and_answered(room: Room) -> None:
    question_id = room.ask()
    for who in (room.bot, room.ada, room.bob):
        (told,) = room.heard(who, server.Question)
        assert (told.question_id, told.from_peer_id, told.name) == (question_id, room.bot_id, "Bot")
        assert (told.text, told.choices) == ("Red or blue?", ("red", "blue"))
        assert (told.counts, told.answer, told.open) == ((0, 0), None, True)
    room.clear()
    room.say(room.bob, client.AnswerQuestion(question_id, 1, "a"))
    assert [ack.message_id for ack in room.heard(room.bob, server.Ack)] == ["a"]
    assert room.heard(room.bot, server.QuestionAnswered) == [
        server.QuestionAnswered(question_id, room.bob_id, 1)
    ]
    assert room.heard(room.ada, server.QuestionAnswered) == []
    room.say(room.ada, client.AnswerQuestion(question_id, 1))
    room.say(room.ada, client.AnswerQuestion(question_id, 0))
    room.say(room.ada, client.AnswerQuestion(question_id, 0))
    assert len(room.heard(room.bot, server.QuestionAnswered)) == 3, "the same one is no answer"
    assert room.heard(room.bob, server.Question) == [], "they wait for others"
    room.settle_presence()
    shown = {who: room.heard(who, server.Question)[-1] for who in (room.bot, room.ada, room.bob)}
    assert {one.counts for one in shown.values()} == {(1, 1)}
    assert [one.answer for one in shown.values()] == [None, 0, 1]
    assert len(room.heard(room.bob, server.Question)) == 1
    room.settle_presence()
    assert len(room.heard(room.bob, server.Question)) == 1


@pytest.mark.rule("AGT9")
def test_who_comes_is_shown_what_is_open(room: Room) -> None:
    question_id = room.ask()
    room.say(room.bob, client.AnswerQuestion(question_id, 1))
    visitor, _ = room.come("view 1000 v")
    (told,) = room.heard(visitor, server.Question)
    assert (told.counts, told.answer) == ((0, 1), None)
    room.say(room.bob, client.Subscribe("s", token="view 1000 v"))
    assert room.heard(room.bob, server.Question)[-1].answer == 1


@pytest.mark.rule("AGT9")
def test_one_is_asked_and_nobody_else_hears_of_it(room: Room) -> None:
    question_id = room.ask(to=room.bob_id)
    assert room.heard(room.ada, server.Question) == []
    assert room.heard(room.bob, server.Question)[0].to == room.bob_id
    visitor, _ = room.come("view 1000 v")
    assert room.heard(visitor, server.Question) == []
    assert room.refused(room.ada, client.AnswerQuestion(question_id, 0)) == ErrorCode.NOT_OPEN
    assert room.refused(visitor, client.CloseQuestion(question_id)) == ErrorCode.NOT_OPEN
    assert room.refused(room.bob, client.CloseQuestion(question_id)) == ErrorCode.FORBIDDEN
    room.say(room.bob, client.AnswerQuestion(question_id, 0))
    room.settle_presence()
    assert room.heard(room.bot, server.Question)[-1].counts == (1, 0)
    assert room.heard(room.ada, server.Question) == []
    room.drop(room.bob)
    assert not room.heard(room.bot, server.Question)[-1].open, "nobody can answer any more"


@pytest.mark.rule("AGT9")
def test_who_may_not_answer(room: Room) -> None:
    question_id = room.ask()
    other, other_id = room.come("agent 1000 i")
    for who in (room.bot, other):
        answering = client.AnswerQuestion(question_id, 0)
        assert room.refused(who, answering) == ErrorCode.FORBIDDEN
    wrong = client.AnswerQuestion(question_id, 2)
    assert room.refused(room.bob, wrong) == ErrorCode.INVALID_MESSAGE
    unknown = client.AnswerQuestion("unknown", 0)
    assert room.refused(room.bob, unknown) == ErrorCode.NOT_OPEN
    asking = client.Ask("?", ("a",), other_id)
    assert room.refused(room.ada, asking) == ErrorCode.FORBIDDEN
    assert room.refused(room.ada, client.Ask("?", ("a",), room.ada_id)) == ErrorCode.SELF_SIGNAL
    assert room.refused(room.ada, client.Ask("?", ("a",), "none")) == ErrorCode.PEER_NOT_FOUND
    guest_id = "00000000-0000-0000-0000-000100000100"
    connection = room.connect()
    room.perform(room.hub.guests.seat(connection, "s", Guest(guest_id, "Other"), room.now))
    assert room.refused(room.ada, client.Ask("?", ("a",), guest_id)) == ErrorCode.FORBIDDEN


@pytest.mark.rule("AGT9")
@pytest.mark.parametrize("by", ["bot", "ada"])
def test_who_asked_or_moderates_closes_it(room: Room, by: str) -> None:
    question_id = room.ask()
    room.say(room.bob, client.AnswerQuestion(question_id, 1))
    room.clear()
    room.say(getattr(room, by), client.CloseQuestion(question_id, "c"))
    for who in (room.bot, room.ada, room.bob):
        (told,) = room.heard(who, server.Question)
        assert not told.open
        assert told.counts == (0, 1)
    assert room.heard(getattr(room, by), server.Ack)[-1].message_id == "c"
    room.clear()
    room.settle_presence()
    assert room.heard(room.ada, server.Question) == []
    assert room.refused(room.bob, client.AnswerQuestion(question_id, 0)) == ErrorCode.NOT_OPEN
    visitor, _ = room.come("view 1000 v")
    assert room.heard(visitor, server.Question) == []


@pytest.mark.rule("AGT9")
def test_it_ends_with_who_asked(room: Room) -> None:
    question_id = room.ask()
    room.say(room.bob, client.AnswerQuestion(question_id, 1))
    room.drop(room.bot, None)
    assert room.heard(room.ada, server.Question)[-1].open, "it may come back"
    room.say(room.ada, client.AnswerQuestion(question_id, 1))
    room.wait(200)
    told = room.heard(room.ada, server.Question)[-1]
    assert (told.open, told.counts) == (False, (0, 2))
    room.settle_presence()


@pytest.mark.rule("AGT9")
def test_so_many_are_open(room: Room) -> None:
    asking = [room.bot, room.ada, *(room.come("edit 1000 e")[0] for _ in range(3))]
    for who in asking[: MAX_OPEN // MAX_OWN]:
        for number in range(MAX_OWN):
            room.ask(who=who, text=f"{number}?")
    own = msgspec.structs.replace(QUESTION, text="another")
    assert room.refused(room.bot, own) == ErrorCode.RATE_LIMITED
    assert room.refused(asking[-1], own) == ErrorCode.RATE_LIMITED


@pytest.mark.rule("AGT9", "SCN6")
def test_a_question_that_is_sent_again_is_asked_once(room: Room) -> None:
    assert room.ask() == room.ask()
    assert len(room.heard(room.ada, server.Question)) == 1
    room.clear()
    room.say(room.bot, client.Ask("without an id?", ("yes",)))
    assert room.heard(room.bot, server.Ack) == []
    assert len(room.heard(room.bot, server.Question)) == 1


@pytest.mark.rule("AGT9")
@pytest.mark.parametrize("wrong", [{"text": "\u200b"}, {"choices": ["a", "\u202e"]}])
def test_a_question_can_be_seen(wrong: dict[str, Any]) -> None:
    asking = {"type": "ask", "text": "x", "choices": ["a"]}
    assert msgspec.convert(asking, client.ClientMessage) == client.Ask("x", ("a",))
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(asking | wrong, client.ClientMessage)


@pytest.mark.rule("AGT4")
def test_the_others_see_what_an_agent_is_at(room: Room) -> None:
    room.say(room.bot, client.Thinking("reading"))
    room.say(room.bot, client.Thinking("drawing"))
    room.say(room.bot, client.Thinking("drawing"))
    room.settle_presence()
    assert room.heard(room.ada, server.PeerThinking) == [
        server.PeerThinking(room.bot_id, "drawing")
    ]
    assert room.heard(room.bot, server.PeerThinking) == []
    visitor, _ = room.come("view 1000 v")
    assert [one.text for one in room.heard(visitor, server.PeerThinking)] == ["drawing"]
    room.say(room.bot, client.Thinking())
    room.settle_presence()
    assert room.heard(room.ada, server.PeerThinking)[-1].text == ""
    room.say(room.bot, client.Thinking("again"))
    room.drop(room.bot)
    room.settle_presence()
    visitor, _ = room.come("view 1000 v")
    assert room.heard(visitor, server.PeerThinking) == []
    assert client.Thinking("\u200b").text == ""


@pytest.mark.rule("AGT8")
def test_only_agents_that_may_hear_it_hear_what_is_said_aloud(room: Room) -> None:
    deaf, _ = room.come("agent 1000 i deaf")
    about = About(("a",), 3, 4)
    room.say(room.ada, client.Speech("this one", about))
    (heard,) = room.heard(room.bot, server.PeerSpeech)
    assert (heard.from_peer_id, heard.text, heard.about) == (room.ada_id, "this one", about)
    for who in (deaf, room.ada, room.bob):
        assert room.heard(who, server.PeerSpeech) == []
    room.say(room.ada, client.Speech("\u200b"))
    room.say(room.bot, client.Speech("nobody but me"))
    assert len(room.heard(room.bot, server.PeerSpeech)) == 1
    room.drop(room.bot, None)
    room.say(room.ada, client.Speech("nobody is there"))
    assert len(room.heard(room.bot, server.PeerSpeech)) == 1
    assert room.appended == [], "it is stored nowhere"


@pytest.mark.rule("AGT8")
def test_what_a_message_is_about_is_stored_with_it(room: Room) -> None:
    about = About(("a", "b"), 3, 4)
    room.say(room.ada, client.Chat("make this one red", about=about))
    room.say(room.ada, client.Chat("thanks"))
    assert [one.about for one in room.heard(room.bot, server.ChatMessage)] == [about, None]
    room.say(room.bob, client.GetChat())
    (history,) = room.heard(room.bob, server.ChatHistory)
    assert [one.about for one in history.messages] == [about, None]
    said = [entry for effect in room.appended for entry in effect.record.chat]
    for entry in said:
        assert msgspec.json.decode(msgspec.json.encode(entry), type=Said) == entry
    first, second = (entry.message for entry in said if isinstance(entry, Said))
    assert message_size(first) == message_size(second) + 9 + 2 + 2
    assert b"about" not in msgspec.json.encode(second), "as earlier releases stored it"


@pytest.mark.rule("AGT8")
def test_what_another_server_tells_is_about_the_same() -> None:
    about = About(("a",))
    forwarded = ForwardedChat("me", client.Chat("x", about=about), Speaker("key", None, None))
    told = server.ChatMessage(2, "me", 1, text="x", about=about)
    assert forwarded.became(Said(told, ""))
    assert not forwarded.became(Said(msgspec.structs.replace(told, about=None), ""))
