"""People chat, whisper, remove and edit at random, over a log that is late and fails, and restarts.

After each step nobody has heard what is not for them, or twice; at the end everybody has heard, and
reads, the same in one order, and what was acked was said once.
"""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from canvas_server.core.chat.entries import Said
from canvas_server.core.effects import ConnectionId
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from canvas_server.protocol.server import ChatCleared, ChatHistory, ChatMessage, ChatRemoved
from support.hub.chatfaults import CHAT_FAULTS
from support.hub.hub import HubLab, make_hub

pytestmark = pytest.mark.rule("CHT1", "CHT2", "CHT4", "CHT5", "CHT6", "CHT7")


class Talker:
    """A peer that repeats what was not answered, and follows what it is told."""

    def __init__(self, connection: ConnectionId, peer_id: str) -> None:
        self.connection, self.peer_id = connection, peer_id
        self.waiting: dict[str, client.ChatEdit] = {}
        self.acked: dict[str, int] = {}
        self.shown: dict[int, str] = {}
        """What its page shows, by number."""
        self.read = 0
        """Messages of its inbox that are taken."""
        self.since = 0
        """The last number that was told before it came: it hears all that is told later."""
        self.gone: set[int] = set()
        """What it was shown before the scene was cleared."""
        self.is_new = True
        """The scene that it is told next is the one it finds."""


class People(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(0x100)
        self.lab = HubLab()
        self.lab.hub = make_hub(self.lab.memory, numbers=self.numbers)
        self.lab.busy = True
        self.talkers: list[Talker] = []
        self.away: list[Talker] = []
        self.texts: dict[str, tuple[str, str | None]] = {}
        """Who says it, and to whom."""
        self.counter = itertools.count(1)

    @initialize()
    def some_are_here(self) -> None:
        self.lab.busy = False
        for _ in range(3):
            self.talkers.append(Talker(*self.lab.join()))
        self.lab.busy = True

    @rule(data=st.data(), private=st.booleans())
    def say(self, data: st.DataObject, private: bool) -> None:
        who, other = data.draw(st.permutations(self.talkers))[:2]
        if who in self.away:
            return
        number = next(self.counter)
        to = other.peer_id if private else None
        text = f"text {number}"
        self.texts[text] = who.peer_id, to
        self._ask(who, client.Chat(text, None, to, f"m{number}"))

    @rule(data=st.data(), scene=st.booleans())
    def edit(self, data: st.DataObject, scene: bool) -> None:
        who = data.draw(st.sampled_from(self.talkers))
        if who in self.away:
            return
        message = client.ClearScene() if scene else client.AddElement(NewElement(Text("x")))
        self.lab.say(who.connection, message)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.talkers))
        if who in self.away:
            return
        own = [number for number, text in who.shown.items() if self.texts[text][0] == who.peer_id]
        if own:
            number = data.draw(st.sampled_from(own))
            self._ask(who, client.RemoveChat(number, f"r{next(self.counter)}"))

    @rule(data=st.data())
    def ask_for_history(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.talkers))
        if who in self.away:
            return
        before = data.draw(st.none() | st.sampled_from([*who.shown, 1]))
        self.lab.say(who.connection, client.GetChat(before))

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.talkers))
        if who in self.away:
            return
        for message in [*who.waiting.values()]:
            self.lab.say(who.connection, message)
        self._listen()

    @rule(count=st.integers(1, 4))
    def the_log_answers(self, count: int) -> None:
        self.lab.disk.answer(count)
        self._listen()

    @rule(full=st.booleans())
    def the_disk_is_full_or_not(self, full: bool) -> None:
        self.lab.disk.full = full

    @rule(data=st.data(), keeps=st.booleans())
    def come_back(self, data: st.DataObject, keeps: bool) -> None:
        who = data.draw(st.sampled_from(self.talkers))
        self.lab.memory.keeps = keeps
        self._break_off(who)
        self._come_back(who)

    @rule(data=st.data())
    def break_off(self, data: st.DataObject) -> None:
        """Somebody is away for a while; the place is kept."""
        self._break_off(data.draw(st.sampled_from(self.talkers)))

    @rule()
    def the_server_is_killed(self) -> None:
        """What is stored and not told is found by those who come back."""
        self._listen()
        self.lab.disk._answers.clear()
        self.away.clear()
        self.lab.hub = make_hub(self.lab.memory, numbers=self.numbers)
        for who in self.talkers:
            who.connection = self.lab.come_back(who.peer_id, received=None)
            who.read = 0
        self.lab.proceeding.clear()

    @invariant()
    def nobody_hears_what_is_not_for_them(self) -> None:
        self._listen()

    def teardown(self) -> None:
        self.lab.disk.full = False
        self.lab.busy = False
        for who in [*self.away]:
            self._come_back(who)
        for _ in range(3):
            self.lab.disk.answer()
            self.lab.proceed()
            for who in self.talkers:
                for message in [*who.waiting.values()]:
                    self.lab.say(who.connection, message)
            self._listen()
        for who in self.talkers:
            assert not who.waiting
            self.lab.say(who.connection, client.GetChat())
            (history,) = self.lab.heard(who.connection, ChatHistory)[-1:]
            read = {message.id: message.text for message in history.messages}
            assert list(read) == sorted(read)
            assert who.shown.items() <= read.items() or history.more
            later = {number for number in read if number > who.since}
            assert later <= who.shown.keys(), "not heard, and there"
            assert not who.gone & read.keys(), "the scene was cleared, and it is there"
            for text in read.values():
                self._require_for(who, text)
        kept = self.lab.disk.log._sessions.get("s")
        entries = [] if kept is None else [e for e in kept.chat if isinstance(e, Said)]
        assert set(Counter(e.message.text for e in entries).values()) <= {1}, "said twice"
        numbers = {number: text for who in self.talkers for number, text in who.shown.items()}
        for who in self.talkers:
            assert all(numbers[number] == text for number, text in who.shown.items())

    def _break_off(self, who: Talker) -> None:
        self._listen()
        if who not in self.away:
            self.lab.inbox[who.connection].clear()  # it has arrived
            who.read = 0
            self.lab.drop(who.connection, None)
            self.away.append(who)

    def _come_back(self, who: Talker) -> None:
        self.away.remove(who)
        who.connection = self.lab.come_back(who.peer_id)
        self._listen()

    def _ask(self, who: Talker, message: Any) -> None:
        who.waiting[message.message_id] = message
        self.lab.say(who.connection, message)
        self._listen()

    def _listen(self) -> None:
        for who in self.talkers:
            if who in self.away:
                continue
            inbox = self.lab.inbox[who.connection]
            for message in inbox[who.read :]:
                self._take(who, message)
            who.read = len(inbox)

    def _take(self, who: Talker, message: server.ServerMessage) -> None:
        match message:
            case ChatMessage(id=number, text=text):
                self._require_for(who, text)
                assert number not in who.shown or who.shown[number] == text
                who.shown[number] = text
            case ChatHistory(messages=messages):
                for each in messages:
                    self._take(who, each)
            case ChatRemoved(id=number):
                who.shown.pop(number, None)
            case ChatCleared():
                who.shown.clear()
            case server.PeerAssigned(recovered=False):
                who.shown.clear()
                who.is_new = True
                session = self.lab.hub._membership.sessions["s"]
                who.since = session.canvas.chat.stored.kept
            case server.SceneUpdate() if who.is_new:
                who.is_new = False
            case server.SceneUpdate():
                who.gone |= who.shown.keys()
            case server.Ack(message_id=message_id, result=result):
                asked = who.waiting.pop(message_id, None)
                if isinstance(asked, client.Chat):
                    assert isinstance(result.chat_id, int)
                    who.acked[asked.text] = result.chat_id
            case server.Error(code=code, message_id=str(message_id)) if not code.passing:
                who.waiting.pop(message_id, None)
            case _:
                pass

    def _require_for(self, who: Talker, text: str) -> None:
        author, to = self.texts[text]
        assert to is None or who.peer_id in (author, to), "not for them"


TestPeople = People.TestCase
TestPeople.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", CHAT_FAULTS)
def test_people_show_what_is_wrong(fault: str) -> None:
    """A model that finds nothing proves nothing: it finds each of these faults."""
    quick = settings(
        TestPeople.settings,
        max_examples=400,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
    )
    with CHAT_FAULTS[fault](), pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(People, settings=quick)
