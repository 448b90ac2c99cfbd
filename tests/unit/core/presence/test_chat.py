"""Chat of a session: stored and then told, once, in one order, to those it is for (CHT1 to CHT7)."""

import itertools
from base64 import b64decode, b64encode

import pytest
from msgspec import UNSET

from canvas_server.core.chat.entries import PAGE_MESSAGES, ChatPage, Said, Unsaid, Wiped
from canvas_server.core.chat.numbers import STEP, ChatHead
from canvas_server.core.chat.questions import ChatQuestions
from canvas_server.core.effects import AskChat, ConnectionId, Decode, RecordAudit
from canvas_server.core.presence.grants import Grant
from canvas_server.core.scene.pictures import sources_in, with_sources
from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEvent
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import NewElement
from canvas_server.protocol.server import ChatCleared, ChatHistory, ChatMessage, ChatRemoved
from support.hub.hub import NOW, HubLab, make_hub

LONG = b"x" * 300_000
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUA"
    "AXpeqz8AAAAASUVORK5CYII="
)

_PNG = b64decode(PICTURE[22:])
_TEXT = len(LONG).to_bytes(4) + b"tEXt" + LONG + bytes(4)
LONG_PICTURE = PICTURE[:22] + b64encode(_PNG[:33] + _TEXT + _PNG[33:]).decode()


class EditGuard:
    """Tokens that can be read: a role, and perhaps a person."""

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        role, _, user = (token or "").partition(" ")
        return Grant(Role(role), "link", user=user or None)

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        raise NotImplementedError


class House(HubLab):
    """A hub that asks for tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = make_hub(self.memory, admission=EditGuard())

    def enter(self, token: str) -> tuple[ConnectionId, str]:
        connection = self.connect()
        self.say(connection, client.Subscribe("s", token=token))
        return connection, self.peer_id(connection)

    def peer_id(self, connection: ConnectionId) -> str:
        return self.heard(connection, server.PeerAssigned)[-1].peer_id


def texts(lab: HubLab, connection: ConnectionId) -> list[str]:
    return [message.text for message in lab.heard(connection, ChatMessage)]


def history(lab: HubLab, connection: ConnectionId, before: int | None = None) -> ChatHistory:
    lab.say(connection, client.GetChat(before))
    return lab.heard(connection, ChatHistory)[-1]


def read(lab: HubLab, connection: ConnectionId) -> list[str]:
    return [message.text for message in history(lab, connection).messages]


@pytest.mark.rule("CHT1")
def test_what_is_said_is_stored_and_then_told_to_everybody_in_one_order() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(display_name="Ada"), lab.join()
    lab.clear()
    lab.busy = True
    lab.say(a, client.Chat("one", message_id="m"))
    lab.say(b, client.AddElement(NewElement(Text("x"), id="e")))
    lab.say(b, client.Chat("two\nlines", PICTURE))
    assert lab.inbox[a] == lab.inbox[b] == []
    lab.disk.answer(1)
    said = ChatMessage(STEP, ada, int(NOW * 1000), "Ada", "one")
    ack = server.Ack("m", server.AckResult(0, chat_id=STEP))
    assert (lab.inbox[a], lab.inbox[b]) == ([said, ack], [said])
    lab.disk.answer()
    told = [type(message) for message in lab.inbox[b]]
    assert told == [ChatMessage, server.ElementAdded, ChatMessage]
    assert lab.inbox[a][2:] == lab.inbox[b][1:]
    assert lab.heard(b, ChatMessage)[-1].picture == PICTURE
    assert lab.appended[-1].receivers == 2
    assert lab.appended[-1].record.size > len(PICTURE)


@pytest.mark.rule("CHT2")
def test_a_message_id_says_it_once_also_after_a_restart() -> None:
    lab = HubLab()
    (a, ada), (b, _) = lab.join(), lab.join()
    lab.busy = True
    for _ in range(2):
        lab.say(a, client.Chat("one", message_id="m"))
    lab.disk.answer()
    lab.say(a, client.Chat("one", message_id="m"))
    lab.say(a, client.Chat("other", message_id="m"))
    lab.disk.answer()
    assert texts(lab, b) == ["one", "other"]
    assert [ack.result.chat_id for ack in lab.heard(a, server.Ack)] == [STEP, STEP, 2 * STEP]
    lab.busy = False
    lab.drop(a)
    lab.drop(b)
    again = lab.come_back(ada, received=None)
    lab.say(again, client.Chat("other", message_id="m"))
    assert texts(lab, again) == []
    (ack,) = lab.heard(again, server.Ack)
    assert ack.result.chat_id == 2 * STEP
    assert read(lab, again) == ["one", "other"]


@pytest.mark.rule("CHT2", "CHT5")
def test_what_was_said_to_somebody_who_has_left_since_is_not_refused_when_it_is_said_again() -> (
    None
):
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    message = client.Chat("psst", to=bob, message_id="m")
    lab.say(a, message)
    lab.drop(b)
    lab.clear()
    lab.say(a, message)
    (ack,) = lab.heard(a, server.Ack)
    assert ack.result.chat_id == 2


@pytest.mark.rule("CHT2")
def test_what_cannot_be_stored_is_not_said_and_takes_nothing_with_it() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = lab.disk.full = True
    lab.say(a, client.Chat("one", message_id="1"))
    lab.disk.full = False
    lab.say(a, client.Chat("two", message_id="2"))
    lab.say(a, client.AddElement(NewElement(Text("x")), "3"))
    lab.disk.answer()
    (error,) = lab.heard(a, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.STORAGE_FAILED, "1")
    assert texts(lab, a) == ["two"]
    assert {ack.message_id for ack in lab.heard(a, server.Ack)} == {"2", "3"}
    lab.say(a, client.Chat("one", message_id="1"))
    lab.disk.answer()
    assert texts(lab, a) == ["two", "one"]


@pytest.mark.rule("CHT2")
def test_an_edit_that_fails_leaves_the_chat_as_it_is() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.busy = lab.disk.full = True
    lab.say(a, client.AddElement(NewElement(Text("x")), "edit"))
    lab.say(a, client.ClearScene("clear"))
    lab.disk.full = False
    lab.say(a, client.Chat("one", message_id="1"))
    lab.say(a, client.Chat("two"))
    lab.disk.answer(1)
    refused = [error.message_id for error in lab.heard(a, server.Error)]
    lab.say(a, client.Chat("one", message_id="1"))
    lab.disk.answer()
    assert refused == ["edit", "clear"]
    assert texts(lab, a) == ["one", "two"]
    (ack,) = lab.heard(a, server.Ack)
    assert ack.message_id == "1"


@pytest.mark.rule("CHT1")
def test_the_number_of_what_failed_is_free_again() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.disk.full = True
    lab.say(a, client.Chat("one"))
    lab.disk.full = False
    lab.say(a, client.Chat("two"))
    assert [message.id for message in lab.heard(a, ChatMessage)] == [STEP]


@pytest.mark.rule("RES1", "CHT1")
def test_who_resumes_hears_what_was_said_meanwhile() -> None:
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    lab.drop(b, None)
    lab.say(a, client.Chat("meanwhile"))
    again = lab.come_back(bob)
    assert texts(lab, again) == ["meanwhile"]


@pytest.mark.rule("CHT4")
def test_who_comes_later_reads_it_in_pages() -> None:
    lab = HubLab()
    a, _ = lab.join()
    for number in range(PAGE_MESSAGES + 2):
        lab.say(a, client.Chat(f"m{number}"))
    b, _ = lab.join()
    page = history(lab, b)
    assert (len(page.messages), page.more, page.before) == (PAGE_MESSAGES, True, UNSET)
    rest = history(lab, b, page.messages[0].id)
    assert [message.text for message in rest.messages] == ["m0", "m1"]
    assert (rest.more, rest.before) == (False, page.messages[0].id)
    assert len(lab.worked) == 2, "an answer is charged by its length"
    assert lab.worked[0].work > lab.worked[1].work > 0
    lab.say(b, client.GetChat(message_id="m"))
    assert lab.heard(b, ChatHistory)[-1].message_id == "m"


@pytest.mark.rule("CHT4")
def test_what_is_removed_while_the_log_reads_is_not_in_the_answer() -> None:
    questions = ChatQuestions(itertools.count(1))
    messages = tuple(ChatMessage(n, "p", 0) for n in (1, 2, 3))
    first, second = questions.ask(), questions.ask()
    questions.told(Unsaid(4, 0, 2))
    assert [m.id for m in questions.answer(first, messages)] == [1, 3]
    third = questions.ask()
    questions.told(Wiped(3, 0))
    assert questions.answer(second, messages) == ()
    assert questions.answer(third, (*messages, ChatMessage(5, "p", 0)))[0].id == 5
    assert questions.answer(9, messages) == messages
    fourth = questions.ask()
    questions.told(Said(messages[0], "key"))
    assert questions.answer(fourth, messages) == messages
    assert Said(messages[0], "key").timestamp == 0


def test_what_the_log_cannot_read_is_said() -> None:
    lab = HubLab()
    a, peer_id = lab.join()
    asked: list[AskChat] = []
    lab.watch = lambda effects: asked.extend(e for e in effects if isinstance(e, AskChat))
    lab.busy = True
    lab.say(a, client.GetChat(message_id="m"))
    lab.perform(lab.hub.chat_read(asked[0], ErrorCode.RATE_LIMITED, NOW))
    (error,) = lab.heard(a, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.RATE_LIMITED, "m")
    lab.clear()
    lab.drop(a)
    assert lab.hub.chat_read(asked[0], ChatPage((), more=False), NOW) == []
    lab.join()
    assert lab.hub.chat_read(asked[0], ChatPage((), more=False), NOW) == []
    assert peer_id


@pytest.mark.rule("CHT5")
def test_what_is_to_one_reaches_both_alone_and_shows_in_no_number() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, carol) = lab.join(display_name="A"), lab.join(), lab.join()
    lab.clear()
    lab.say(a, client.Chat("all"))
    for _ in range(3):
        lab.say(a, client.Chat("psst", to=bob, message_id="m"))
    lab.say(b, client.Chat("yes?", to=ada))
    lab.say(c, client.Chat("all too"))
    assert texts(lab, a) == texts(lab, b) == ["all", "psst", "yes?", "all too"]
    assert texts(lab, c) == ["all", "all too"]
    assert [m.id for m in lab.heard(c, ChatMessage)] == [STEP, 2 * STEP]
    assert [m.id for m in lab.heard(b, ChatMessage)] == [STEP, STEP + 2, STEP + 4, 2 * STEP]
    whisper = lab.heard(b, ChatMessage)[1]
    assert (whisper.from_peer_id, whisper.to, whisper.name) == (ada, bob, "A")
    assert read(lab, a) == read(lab, b) == ["all", "psst", "yes?", "all too"]
    assert read(lab, c) == ["all", "all too"]
    lab.clear()
    for target, code in ((ada, "self_signal"), ("nobody", "peer_not_found")):
        lab.say(a, client.Chat("x", to=target))
        assert lab.error(a) == code
        lab.clear()
    assert carol


@pytest.mark.rule("CHT5")
def test_what_is_private_is_read_later_by_who_proves_to_be_the_same_peer() -> None:
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    chosen = "11111111-1111-1111-1111-111111111111"
    c = lab.connect()
    lab.say(c, client.Subscribe("s", chosen))
    lab.say(a, client.Chat("to bob", to=bob))
    lab.say(a, client.Chat("to the chosen one", to=chosen))
    lab.drop(b)
    lab.drop(c)
    thief = lab.connect()
    lab.say(thief, client.Subscribe("s", bob))
    assert lab.heard(thief, server.Error)[-1].code == ErrorCode.PEER_ID_TAKEN
    lab.say(thief, client.Subscribe("s", chosen))
    assert read(lab, thief) == [], "anybody may choose this id"
    again = lab.come_back(bob, received=None)
    assert read(lab, again) == ["to bob"]


@pytest.mark.rule("CHT5")
def test_what_is_private_is_read_later_by_the_person_that_a_token_names() -> None:
    house = House()
    a, _ = house.enter("edit ann")
    b, bob = house.enter("edit bob")
    house.say(a, client.Chat("to bob", to=bob))
    (message,) = house.heard(b, ChatMessage)
    assert message.user_id == "ann"
    house.drop(b)
    for token, shown in (("eve", []), ("bob", ["to bob"]), ("", [])):
        other, _ = house.enter(f"moderate {token}")
        assert read(house, other) == shown
    second, _ = house.enter("edit bob")
    house.say(a, client.Chat("once more", to=house.peer_id(second)))
    assert "once more" in read(house, second)


@pytest.mark.rule("CHT6")
def test_a_message_is_removed_by_its_author_or_by_who_moderates() -> None:
    house = House()
    a, ann = house.enter("edit")
    b, _ = house.enter("edit")
    m, _ = house.enter("moderate")
    v, _ = house.enter("view")
    for text in ("one", "two"):
        house.say(a, client.Chat(text))
    one, two = (message.id for message in house.heard(b, ChatMessage))
    noted: list[RecordAudit] = []
    house.watch = lambda effects: noted.extend(e for e in effects if isinstance(e, RecordAudit))
    for connection, number, code in (
        (b, one, "forbidden"),
        (v, one, "forbidden"),
        (b, 7, "chat_not_found"),
    ):
        house.clear()
        house.say(connection, client.RemoveChat(number, "m"))
        assert house.error(connection) == code
    house.clear()
    house.say(a, client.RemoveChat(one, "r"))
    house.say(a, client.RemoveChat(one, "r"))
    house.say(m, client.RemoveChat(two))
    assert house.heard(v, ChatRemoved) == [ChatRemoved(one), ChatRemoved(two)]
    assert [ack.result.chat_id for ack in house.heard(a, server.Ack)] == [one, one]
    assert read(house, b) == []
    removed = [n.entry for n in noted if n.entry.event is AuditEvent.CHAT_REMOVED]
    assert [(entry.peer, entry.by == ann) for entry in removed] == [(ann, True), (ann, False)]


@pytest.mark.rule("CHT6")
def test_two_who_remove_the_same_and_a_retry_remove_it_once() -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.Chat("x"))
    lab.busy = True
    for _ in range(2):
        lab.say(a, client.RemoveChat(STEP, "m"))
    lab.disk.answer()
    assert len(lab.heard(a, server.Ack)) == 1
    assert lab.heard(a, ChatRemoved) == [ChatRemoved(STEP)]


@pytest.mark.rule("CHT5", "CHT6")
def test_what_is_private_is_removed_between_both() -> None:
    house = House()
    a, _ = house.enter("edit")
    b, bob = house.enter("edit")
    m, _ = house.enter("moderate")
    house.say(a, client.Chat("psst", to=bob))
    (message,) = house.heard(b, ChatMessage)
    house.clear()
    house.say(m, client.RemoveChat(message.id))
    assert house.error(m) == "chat_not_found"
    house.clear()
    house.say(a, client.RemoveChat(message.id))
    assert house.inbox[m] == []
    assert house.heard(b, ChatRemoved) == [ChatRemoved(message.id)]


@pytest.mark.rule("CHT6", "CHT7")
def test_the_chat_is_cleared_by_who_moderates_and_with_the_scene() -> None:
    house = House()
    a, _ = house.enter("edit")
    m, _ = house.enter("moderate")
    house.say(a, client.ClearScene())
    assert house.heard(a, ChatCleared) == [], "nothing was ever said"
    house.say(a, client.Chat("x"))
    house.clear()
    house.say(a, client.ClearChat())
    assert house.error(a) == "forbidden"
    noted: list[RecordAudit] = []
    house.watch = lambda effects: noted.extend(e for e in effects if isinstance(e, RecordAudit))
    for _ in range(2):
        house.say(m, client.ClearChat("m"))
    assert house.heard(a, ChatCleared) == [ChatCleared()]
    assert len(house.heard(m, server.Ack)) == 2
    assert {n.entry.event for n in noted} == {AuditEvent.CHAT_CLEARED}
    assert read(house, m) == []
    house.say(a, client.Chat("y"))
    house.clear()
    house.say(a, client.ClearScene())
    assert [type(message) for message in house.inbox[m]] == [server.SceneUpdate, ChatCleared]
    assert read(house, m) == []


@pytest.mark.rule("TOK3", "CHT3")
def test_who_only_watches_reads_and_does_not_write() -> None:
    house = House()
    a, _ = house.enter("present")
    v, _ = house.enter("view")
    house.say(a, client.Chat("x"))
    house.clear()
    house.say(v, client.Chat("y", message_id="m"))
    assert house.error(v) == "forbidden"
    assert read(house, v) == ["x"]


@pytest.mark.rule("SCN10", "CHT3")
def test_pictures_are_decoded_before_they_come_in() -> None:
    message = client.Chat("look", PICTURE)
    assert sources_in(message) == (PICTURE,)
    assert sources_in(client.Chat("x")) == ()
    assert with_sources(message, {PICTURE: "data:image/png;base64,AA=="}).picture is not None
    assert with_sources(client.Chat("x"), {}) == client.Chat("x")
    lab = HubLab()
    lab.hub = make_hub(lab.memory, is_decoded=lambda _: False)
    a, _ = lab.join()
    (waits,) = lab.handle(a, message)
    assert waits == Decode("s", a, message, (PICTURE,))
    lab.perform(lab.hub.handle(a, message, lab.now, decoded=True))
    assert lab.heard(a, ChatMessage)[0].picture == PICTURE


@pytest.mark.rule("SCN10", "CHT3")
@pytest.mark.parametrize(
    "picture",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png,no",
        LONG_PICTURE,
    ],
)
def test_a_picture_that_may_not_come_in_is_refused(picture: str) -> None:
    lab = HubLab()
    a, _ = lab.join()
    lab.say(a, client.Chat("x", picture))
    assert lab.error(a) == "content_refused"


@pytest.mark.rule("CHT5")
def test_numbers_do_not_meet() -> None:
    head = ChatHead()
    seen: set[int] = set()
    for number in range(1000):
        one = (
            head.next(private=False),
            head.next_own(),
            head.next(private=True),
        )[number % 3]
        assert one not in seen
        assert not head.has(one)
        seen.add(one)
        head = head.after(one)
        assert head.has(one)
