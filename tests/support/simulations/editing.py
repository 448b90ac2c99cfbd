"""Plays people who edit one scene over a bad network, with a log that is late and fails at times.

The pages are the browser client's own modules, run in node by `editors.js`; the server is
the node with its hub. One seed is one story. When it is over, the network and the log are well again
and everything has settled:

- all pages show the same scene, which is the server's and what the log holds,
- what a page was told is stored is in the history exactly once, what was refused is not,
- no page waits for anything, though some of what they send cannot be read, names nothing, is too large, is not
  allowed to them, is too much at once, holds what is refused, or has an id that is taken,
- what was refused was told to the person, and no words are lost: those that somebody else got in the way of are an
  element of their own,
- no element is in itself, whoever puts what into what at the same time, and what is carried, locked or removed
  with what it is in is so for everybody, in the same order,
- nothing is sent more often than something happened to it,
- all of that through reloads, and when the server comes back without what it had stored.

In some stories people talk as well: see `talking.py`.

``python -m support.simulations.editing --seeds 5000 --first 1`` plays many and says which ones fail.
"""

import argparse
import contextlib
import json
import logging
import random
import re
import sys
import time
import traceback
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import structlog

from canvas_server.core.chat.entries import ChatChanges, ChatEntry, ChatPage, Said
from canvas_server.core.chat.numbers import ChatHead
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.core.records import EntryRules, Record, Snapshot, Stored
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.hierarchy import repaired
from canvas_server.core.scene.replay import replay
from canvas_server.node.ports import Elsewhere, History, LogFailure, SessionSummary
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Entry, Replaced, Updated
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Text, Video
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import Element, ElementChanges, NewElement, TransformChanges
from canvas_server.store.memory import MemoryLog
from support.simulations.pages import PageNetwork, PageProcess, PageSocket
from support.simulations.talking import CHAT_LIMITS, Talks

SCRIPT = Path(__file__).with_name("editors.js")
STEPS = 220
SESSION = "s"


class LateLog:
    """A log that stores and answers when it is told to, fails when it is told to, and can crash."""

    def __init__(self) -> None:
        self._soon: list[Callable[[], None]] = []
        self._memory = MemoryLog(self._soon.append)
        self._unstored: deque[tuple[Record, Callable[[LogFailure | None], None]]] = deque()
        self._answers: deque[Callable[[], None]] = deque()
        self._reads: deque[Callable[[], None]] = deque()
        self.full = False
        """Nothing can be stored."""
        self.unreadable = self.chat_unreadable = False
        self.stored: Counter[tuple[str, str | None, int]] = Counter()
        """How often an edit of a peer was stored, by its `message_id` and what it says."""
        self.said: Callable[[Record], None] = lambda _: None
        """Told of each record that is stored."""

    @property
    def idle(self) -> bool:
        """Nothing is left to do."""
        return not (self._unstored or self._answers or self._reads)

    @property
    def now(self) -> Snapshot:
        """The scene as it is stored."""
        return self._memory._sessions[SESSION].now if SESSION in self._memory._sessions else EMPTY

    @property
    def chat_head(self) -> ChatHead:
        """The last numbers of the chat."""
        kept = self._memory._sessions.get(SESSION)
        return ChatHead() if kept is None else kept.head

    @property
    def chat(self) -> list[ChatEntry]:
        """The chat as it is stored."""
        kept = self._memory._sessions.get(SESSION)
        return [] if kept is None else kept.chat

    @property
    def entries(self) -> list[Entry]:
        """The whole history."""
        kept = self._memory._sessions.get(SESSION)
        return [] if kept is None else kept.entries

    def store(self, count: int) -> None:
        """Store the next records, in order; nobody is told yet."""
        for _ in range(min(count, len(self._unstored))):
            record, done = self._unstored.popleft()
            if self.full:
                self._answers.append(lambda done=done: done(LogFailure("full")))
                continue
            before, said = self.now.revision, self.chat_head
            self._memory.append(record, done)
            self._answers.append(self._soon.pop())
            if self.now.revision > before or self.chat_head != said:
                self.said(record)
            if self.now.revision > before:
                self._check(record)

    def _check(self, record: Record) -> None:
        if record.snapshot is not None:
            assert record.snapshot.elements == self.now.elements, "SCN5: a wrong snapshot"
            assert record.snapshot.revision == self.now.revision
        receipt = record.receipt
        if receipt is not None:
            key = (receipt.peer_id, receipt.reply.message_id, receipt.digest)
            self.stored[key] += 1
            assert self.stored[key] == 1, f"SCN6: {key} is stored again"

    def answer(self, count: int) -> None:
        """Give the next answers to appends, in order."""
        for _ in range(min(count, len(self._answers))):
            self._answers.popleft()()

    def read(self, count: int) -> None:
        """Give the next answers to those who read."""
        for _ in range(min(count, len(self._reads))):
            self._reads.popleft()()

    def wipe(self) -> None:
        """Lose all that was stored."""
        self.crash()
        self._soon.clear()
        self._memory = MemoryLog(self._soon.append)
        self.stored.clear()

    def crash(self) -> None:
        """Forget what is not stored, and who waits for an answer."""
        for waiting in (self._unstored, self._answers, self._reads):
            waiting.clear()

    # --- the port ----------------------------------------------------------------------------

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """See `Log.append`."""
        self._unstored.append((record, done))

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """See `Log.load`."""
        self._read(lambda then: self._memory.load(session_id, then), done)

    def rules(self, session_id: str, done: Callable[[EntryRules | LogFailure], None]) -> None:
        """See `Log.rules`."""

        def read() -> None:
            self._memory.rules(session_id, done)
            self._soon.pop()()

        self._reads.append(read)

    def chat_page(
        self,
        session_id: str,
        keys: tuple[str, ...],
        before: int | None,
        done: Callable[[ChatPage | LogFailure], None],
    ) -> None:
        """See `Log.chat_page`."""

        def ask(then: Callable[[ChatPage | LogFailure], None]) -> None:
            if self.chat_unreadable:
                self._soon.append(lambda: then(LogFailure("cannot be read")))
            else:
                self._memory.chat_page(session_id, keys, before, then)

        self._read(ask, done)

    def chat_message(
        self, session_id: str, number: int, done: Callable[[Said | LogFailure | None], None]
    ) -> None:
        """See `Log.chat_message`."""
        self._read(lambda then: self._memory.chat_message(session_id, number, then), done)

    def chat_changes(
        self, session_id: str, after: int, done: Callable[[ChatChanges | LogFailure], None]
    ) -> None:
        """Nobody asks here."""
        raise NotImplementedError

    def _read(
        self,
        ask: Callable[[Callable[[Any], None]], None],
        done: Callable[[Any], None],
    ) -> None:
        def read() -> None:
            if self.unreadable:
                return done(LogFailure("cannot be read"))
            ask(done)
            return self._soon.pop()()

        self._reads.append(read)

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """See `Log.recall`."""
        self._read(lambda then: self._memory.recall(session_id, revision, then), done)

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """Nobody asks here."""
        raise NotImplementedError

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """Nobody asks here."""
        raise NotImplementedError

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """Nobody asks here."""
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is held."""


EMPTY = Snapshot(0, 0)
PASSING = frozenset(code for code in ErrorCode if code.passing)
UNREAD = frozenset(code for code in ErrorCode if code.unread)
SPOILT = UNREAD | {"too_large"}


def mangled(text: str) -> str | None:
    """Return a message as it arrives: spoilt where its words say so; None: it is too large."""
    if "CHOKING" in text:
        return None
    if "UNNAMED" in text:
        text = re.sub(r'"message_id":"[^"]*",?', "", text)
    return re.sub("UNREADABLE|UNNAMED", r"\\ud83d", text)


FIELDS = {"content", "text", "label", "title"}
"""Where the words of an element are, by its kind."""


def words_of(element: Element) -> str:
    """Return what is written in an element."""
    return next(
        (getattr(element.kind, name, "") for name in FIELDS if hasattr(element.kind, name)), ""
    )


class Page:
    """What one page has said and heard since it was opened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: dict[str, dict[str, Any]] = {}
        """Its edits, by `message_id`."""
        self.revision = 0
        self.made: set[int] = set()
        """The marks of its own edits."""
        self.accepted: set[int] = set()
        self.refused: set[int] = set()
        self.again: set[int] = set()
        """The marks of its own edits that were made once more, beside those of others (EDT4)."""
        self.written: dict[str, str] = {}
        """By element, the latest words of this person that may not be on the canvas yet."""
        self.shown = ""
        """All words that the person was given back."""
        self.sends: Counter[str] = Counter()
        """By `message_id`, how often an edit was sent."""
        self.causes: Counter[str] = Counter()
        """By `message_id`, what made it be sent again; under the empty name what was about any."""

    def mark(self, marks: set[int], *, made: bool) -> None:
        """Note that edits with these marks were made, or kept back on the page itself."""
        self.made = self.made | marks if made else self.made - marks

    def follow(self, before: "Page") -> None:
        """Be the page of the same window after a reload: what is not answered goes on here."""
        open_ended = before.made - before.accepted - before.refused
        before.made -= open_ended
        self.made |= open_ended
        self.sent.update(before.sent)
        self.again |= before.again
        self.written, before.written = before.written, {}
        self.shown = before.shown

    def forget(self) -> None:
        """Take note that the server has lost all that it had."""
        stored = {f"by {mark} " for mark in self.accepted}
        self.written = {
            element: words for element, words in self.written.items() if words not in stored
        }
        self.made -= self.accepted
        self.accepted.clear()
        self.again |= self.made

    def send(self, message: dict[str, Any]) -> None:
        """Note an edit."""
        name = message["message_id"]
        earlier = self.sent.setdefault(name, message)
        assert earlier == message, "SCN6: another edit under the same message_id"
        if name == "own-tile":
            return  # no edit of the person
        self.sends[name] += 1
        often = 1 + self.causes[name] + self.causes[""]
        assert self.sends[name] <= often, f"sent {self.sends[name]} times: {message}"
        self.again |= marks(message) & self.refused

    def hear(self, message: dict[str, Any]) -> None:
        """Note what the page was told."""
        match message["type"]:
            case "scene_update":
                self.revision = message["revision"]
            case "element_added" | "element_updated" | "element_removed":
                follows = message.get("follows", message["revision"] - 1)
                assert follows == self.revision, "SCN1: no gap, nothing twice"
                self.revision = message["revision"]
            case "ack":
                assert message["result"]["revision"] <= self.revision, "SCN2: told, then acked"
                self.accepted |= marks(self.sent.get(message.get("message_id") or "", {}))
            case "sync_result":
                edit = self.sent.get(message.get("message_id") or "", {})
                operations = edit.get("operations", [])
                failed = {failure["index"] for failure in message["failed_operations"]}
                for index, operation in enumerate(operations):
                    fate = self.refused if index in failed else self.accepted
                    fate |= marks(operation)
                for failure in message["failed_operations"]:
                    if failure["code"] in PASSING:
                        self.refused -= marks(operations[failure["index"]])
            case "error":
                self._hear_error(message)
            case _:
                pass

    def _hear_error(self, message: dict[str, Any]) -> None:
        name, code = message.get("message_id") or "", message["code"]
        edit = self.sent.get(name, {})
        if code in PASSING or (code in UNREAD and not name):
            self.causes[name] += 1
        elif code not in SPOILT or len(edit.get("operations", ())) < 2:
            self.refused |= marks(edit)  # else they are tried one by one


def marks(said: Any) -> set[int]:
    """Return the marks in a message: an edit that is no undo places an element at its own x."""
    if isinstance(said, dict):
        found: set[int] = set()
        for name, value in said.items():
            if name != "kind":  # which has places of its own
                found |= {int(value)} if name == "x" else marks(value)
        return found
    return set().union(*map(marks, said)) if isinstance(said, list) else set()


class Story:
    """One run: three people, one server, one seed."""

    def __init__(self, seed: int, clients: PageProcess, *, talks: bool = False) -> None:
        self.chance = random.Random(seed)
        self.talks = Talks(self, seed) if talks else None
        self.log = LateLog()
        self.wire = PageNetwork(clients, lambda _: self.log)
        self.wire.hear = self.hear
        self.wire.mangle = mangled
        self.wire.admits = lambda: not self.overloaded
        self.undoes = self.chance.random() < 0.5
        self.rough = self.chance.random() < 0.8
        """The network and the log have faults."""
        self.limits = LIMITS | (NARROW if self.chance.random() < 0.3 else {})
        self.limits |= CHAT_LIMITS if talks else {}
        self.restarts = 0
        self.overloaded = False
        """The server takes no edits: those of the session are more than one may ask for."""
        self.pages: list[Page] = []
        self.here: dict[str, Page] = {}
        self.posted: Counter[str] = Counter()
        self.trail: list[str] = []
        for name in ("ada", "bob", "eve"):
            self.come(name)

    # --- pages -------------------------------------------------------------------------------

    def come(self, name: str, *, again: bool = False) -> None:
        """Open a page; `again`: as the peer that the last page of this window was."""
        before = self.here.get(name)
        page = self.here[name] = Page(name)
        self.pages.append(page)
        if before is not None and again:
            page.follow(before)
        elif before is not None:
            before.written.clear()  # a window that is closed takes with it what waits
        seed, talks = self.chance.randrange(2**31), self.talks is not None
        self.wire.do("make", client=name, again=again, seed=seed, talks=talks)

    def hear(self, item: dict[str, Any]) -> None:
        """Take note of what a page did or was told."""
        if self.talks is not None and self.talks.hear(item):
            return
        page = self.here[item["client"]]
        match item["what"]:
            case "edit":
                page.send(item["message"])
            case "made" | "dropped" as what:
                page.mark(set(item["marks"]), made=what == "made")
            case "wrote":
                page.written[item["id"]] = item["words"]
            case "removed":
                page.written.pop(item["id"], None)
            case "shown":
                page.shown += item["words"] + "\n"
            case "lost":
                page.causes[""] += 1
            case "anew":  # as somebody else an edit is another one (SCN6)
                sent = marks([*page.sent.values()])
                page.again |= (page.made | sent) - page.accepted - page.refused
            case "message":
                page.hear(item["message"])
            case "wrong":
                raise AssertionError(f"{page.name}: {item['text']}")
            case "closed":
                raise AssertionError(f"{page.name} is closed: {item['code']}")
            case _:
                raise AssertionError(item)

    # --- what happens --------------------------------------------------------------------------

    def play(self) -> None:
        """Let things happen, then let everything become well, and look."""
        acts = [(act, weight) for act, weight, rough in ACTS if self.rough or not rough]
        names, weights = zip(*acts, strict=True)
        for act in self.chance.choices(names, weights, k=STEPS):
            self.trail.append(act)
            getattr(self, act)()
            self.check_parents()
            if self.talks is not None:
                self.talks.act()
        self.settle()
        self.check()

    def someone(self) -> str:
        """Return somebody who has a page."""
        return self.chance.choice(list(self.here))

    def some_link(self, fits: Callable[[PageSocket], Any]) -> PageSocket | None:
        """Return a link that fits."""
        links = [link for link in self.wire.links if fits(link)]
        return self.chance.choice(links) if links else None

    def edit(self) -> None:
        """Somebody changes some elements."""
        self.wire.do("edit", client=self.someone(), undoable=self.undoes)

    def undo(self) -> None:
        """Somebody takes back what they did, or does it again."""
        if self.undoes:
            what = "undo" if self.chance.random() < 0.7 else "redo"
            self.wire.do(what, client=self.someone())

    def command(self) -> None:
        """Somebody clears the scene or brings an earlier one back."""
        if not self.undoes:
            return
        if self.chance.random() < 0.5:
            self.wire.do("clear", client=self.someone())
        else:
            revision = self.chance.randint(0, self.log.now.revision + 1)
            self.wire.do("restore", client=self.someone(), revision=revision)

    def preview(self) -> None:
        """Somebody drags an element."""
        self.wire.do("preview", client=self.someone())

    def tile(self) -> None:
        """Somebody's camera comes onto the canvas."""
        self.wire.do("tile", client=self.someone())

    def post(self) -> None:
        """Somebody edits over HTTP."""
        node, number = self.wire.node, self.posted.total() + 1
        elements = [element.id for element in self.log.now.elements]
        new = NewElement(Text(f"posted {number}"), id=f"posted-{number}")
        change: tuple[ChangedElement, ...] = ()
        if elements:
            moved = ElementChanges(TransformChanges(y=float(number)))
            change = (ChangedElement(self.chance.choice(elements), moved),)
        edit = SceneEdit(SESSION, add=(new,), update=change)

        def then(failure: Elsewhere | LogFailure | None) -> None:
            if failure is None:
                try:
                    effects = node.hub.post(edit, number, None, self.wire.now)
                except Refusal:
                    return
                self.posted["accepted"] += 1
                node.perform(effects)

        self.posted["tried"] += 1
        node.scenes.open(SESSION, then)

    def open_socket(self) -> None:
        """A socket opens."""
        if link := self.some_link(lambda x: x.opening):
            self.wire.open(link)

    def to_server(self) -> None:
        """Something arrives at the server."""
        link = self.some_link(lambda x: x.opened and x.to_server)
        for _ in range(self.chance.choice((1, 2, 8))):
            if link and link.to_server:
                self.wire.to_server(link)

    def to_client(self) -> None:
        """Something arrives at a page."""
        link = self.some_link(lambda x: x.opened and x.to_client)
        for _ in range(self.chance.choice((1, 2, 8))):
            if link and link.to_client:
                self.wire.to_client(link)

    def soon(self) -> None:
        """What the server meant to do soon is done."""
        self.wire.run_timers()

    def store(self) -> None:
        """The log stores something."""
        self.log.store(self.chance.choice((1, 1, 3, 20)))

    def answer(self) -> None:
        """The log says what it has stored."""
        self.log.answer(self.chance.choice((1, 1, 3, 20)))

    def read(self) -> None:
        """The log has read something."""
        self.log.read(1)

    def cut(self) -> None:
        """A socket is cut; some of what was on its way still arrives."""
        if link := self.some_link(lambda x: not x.cut):
            self.wire.cut(link, self.chance.randint(0, 5), self.chance.randint(0, 5))

    def half_close(self) -> None:
        """A socket takes nothing any more, and its page was not told."""
        if link := self.some_link(lambda x: x.opened and not x.cut):
            self.wire.do("closing", socket=link.number)
            self.wire.cut(link, self.chance.randint(0, 5), 0)

    def rename(self) -> None:
        """Somebody takes another name, which is said by another `subscribe`."""
        self.wire.do("rename", client=self.someone(), name=f"name {self.chance.randrange(99)}")

    def wake(self) -> None:
        """A page hears that the network is back."""
        self.wire.do("wake", client=self.someone())

    def client_notices(self) -> None:
        """A page sees that its socket is cut."""
        if link := self.some_link(lambda x: x.cut and not x.client_knows):
            self.wire.client_notices(link)

    def server_notices(self) -> None:
        """The server sees that a socket is cut."""
        if link := self.some_link(lambda x: x.cut and not x.server_knows):
            self.wire.server_notices(link)

    def pass_time(self) -> None:
        """Time goes by; after two minutes nobody's place is kept."""
        self.wire.pass_time(self.chance.choice((10, 10, 400, 400, 3_000, 16_000, 130_000)))

    def fill_disk(self) -> None:
        """The log can store no more."""
        self.log.full = True

    def clear_disk(self) -> None:
        """The log can store again."""
        self.log.full = False

    def spoil_disk(self) -> None:
        """The log cannot be read, or can be read again."""
        self.log.unreadable = not self.log.unreadable

    def restart(self) -> None:
        """The server is killed and started again."""
        if self.restarts < 2:
            self.restarts += 1
            self.log.crash()
            self.wire.restart()

    def lose_data(self) -> None:
        """The server is killed and started again with an empty data folder."""
        if self.restarts < 2 and not self.undoes:
            for link in self.wire.links:
                link.to_client.clear()
            self.log.wipe()
            for page in self.pages:
                page.forget()
            if self.talks is not None:
                self.talks.forget()
            self.restarts = 2
            self.wire.restart()

    def overload(self) -> None:
        """More is asked of the server than it does, or that is over."""
        self.overloaded = not self.overloaded

    def demote(self) -> None:
        """Somebody may not edit any more, or may again; their page has not been told."""
        session = self.wire.node.hub._membership.sessions.get(SESSION)
        peers = list(session.peers.values()) if session else []
        if peers:
            peer = self.chance.choice(peers)
            peer.grant = Grant(self.chance.choice((Role.VIEW, Role.EDIT)))

    def reload(self) -> None:
        """Somebody reloads the page; what it had not sent is gone."""
        name = self.someone()
        self.wire.do("close", client=name)
        for link in self.wire.links:
            if link.client == name:  # what it said has arrived, or never will
                self.wire.cut(link, 99 * self.chance.randint(0, 1), 0)
        self.come(name, again=self.chance.random() < 0.7)

    # --- the end -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything be well until nothing moves any more."""
        self.log.full = self.log.unreadable = self.log.chat_unreadable = self.overloaded = False
        for _ in range(400):
            calm = self.wire.calm_down(len(self.here))
            idle = self.log.idle
            while not self.log.idle:
                self.log.store(99)
                self.log.answer(99)
                self.log.read(99)
            if calm and idle and not self.wire.timers and self.all_done():
                if not self.canvas._log_is_behind:
                    return
                self.wire.do("edit", client=self.someone(), undoable=False)
            self.wire.now += 1
            self.wire.do("advance", ms=1000)
        states = [self.state(name) for name in self.here]
        for state in states:
            del state["scene"], state["draft"]
        raise AssertionError(f"it never settles: {states}")

    @property
    def canvas(self) -> Canvas:
        """The scene as the server has it."""
        return self.wire.node.hub._membership.sessions[SESSION].canvas

    def state(self, name: str) -> dict[str, Any]:
        """Return what a page shows."""
        found: list[dict[str, Any]] = []
        hear, self.wire.hear = self.wire.hear, found.append
        self.wire.do("state", client=name)
        self.wire.hear = hear
        return found[0]

    def all_done(self) -> bool:
        """Tell whether no page waits for anything."""
        states = [self.state(name) for name in self.here]
        return all(
            state["state"] == "open"
            and state["pending"] == state["previews"] == 0
            and (self.talks is None or state["chat"]["idle"])
            for state in states
        )

    def check(self) -> None:
        """Everybody has the same, and what was said is true."""
        canvas, log = self.canvas, self.log
        shown = msgspec.to_builtins(tuple(canvas.shown.elements.values()))
        assert canvas.at_rest
        assert msgspec.to_builtins(canvas.scene.elements) == shown
        assert canvas.scene.revision == canvas.shown.revision == log.now.revision
        assert msgspec.to_builtins(log.now.elements) == shown, "SCN2: the log has another scene"
        assert replay(EMPTY, log.entries) == log.now
        for name in self.here:
            state = self.state(name)
            assert state["scene"] == json.loads(msgspec.json.encode(shown)), f"SCN1: {name}"
            assert state["draft"] == state["scene"], f"{name} shows what is not there"
            assert state["revision"] == canvas.shown.revision, name
        self.check_history()
        self.check_words()
        if self.talks is not None:
            self.talks.check()

    def check_parents(self) -> None:
        """No element is in itself, and what it is in is there, whatever is on its way."""
        session = self.wire.node.hub._membership.sessions.get(SESSION)
        for elements in (self.log.now.elements, session.canvas.scene.elements if session else ()):
            assert repaired(elements) == elements, "STR1: a circle, or a parent that is not there"

    def check_words(self) -> None:
        """No words that a person wrote are lost."""
        changes = [msgspec.json.encode(entry).decode() for entry in self.log.entries]
        history = "".join(changes)
        for page in self.pages:
            for words in page.written.values():
                assert words in history or words in page.shown, f"EDT4: {page.name} lost {words!r}"
        self.check_second_writers()

    def check_second_writers(self) -> None:
        """Words take the place only of those that their writer has seen."""
        expected: defaultdict[str, set[str]] = defaultdict(set)
        for message in (message for page in self.pages for message in page.sent.values()):
            for operation in message.get("operations", [message]):
                changes = operation.get("changes", {})
                for field, content in changes.get("kind", {}).items():
                    if field in changes.get("expected", {}):
                        expected[content] |= {content, changes["expected"][field]}
        contents: dict[str, str] = {}
        for entry in self.log.entries:
            match entry.change:
                case Added(element):
                    contents[element.id] = words_of(element)
                case Updated(element_id, changes) if changes.kind and (
                    written := FIELDS & changes.kind.keys()
                ):
                    content, before = changes.kind[written.pop()], contents[element_id]
                    seen = expected.get(content, {before})
                    assert before in seen, f"SCN14: {content!r} took the place of {before!r}"
                    contents[element_id] = content
                case Replaced(elements):
                    contents = {one.id: words_of(one) for one in elements}
                case _:
                    pass

    def subjects(self) -> defaultdict[int, set[str]]:
        """Return which elements the pages wanted to place, by mark."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        for message in (message for page in self.pages for message in page.sent.values()):
            for operation in message.get("operations", [message]):
                subject = operation.get("element", operation).get("id")
                for mark in marks(operation) if subject else ():
                    found[mark].add(subject)
        return found

    def check_history(self) -> None:
        """What was accepted is in the history once, what was refused is not."""
        placed: Counter[int] = Counter()
        order: dict[int, int] = {}
        subjects = self.subjects()
        for entry in self.log.entries:
            change = entry.change
            if isinstance(change, Added) and not isinstance(change.element.kind, Video):
                mark, subject = int(change.element.transform.x), change.element.id
            elif isinstance(change, Updated) and change.changes.transform:
                mark, subject = int(change.changes.transform.x or 0), change.id
            else:
                continue
            if subject not in subjects[mark]:
                continue  # it was carried to that place
            placed[mark] += 1
            order.setdefault(mark, entry.revision)
        for page in self.pages:
            accepted = page.accepted & page.made
            lost = [mark for mark in accepted if placed[mark] == 0]
            assert not lost, f"{page.name} was told that {lost} are stored, and they are not"
            if self.undoes:
                continue
            twice = [mark for mark in page.made - page.again if placed[mark] > 1]
            assert not twice, f"{twice} of {page.name} are stored more than once"
            untrue = page.refused - page.accepted - page.again
            kept = [mark for mark in untrue if placed[mark]]
            assert not kept, f"{page.name} was told that {kept} are refused, and they are stored"
            in_order = sorted(page.made - page.again)
            revisions = [order[mark] for mark in in_order if mark in order]
            places = [(order[mark], mark) for mark in in_order if mark in order]
            assert revisions == sorted(revisions), f"{page.name}'s edits changed places: {places}"
            if self.here[page.name] is page:
                open_ended = page.made - page.accepted - page.refused
                assert not open_ended, f"{page.name} never heard of {sorted(open_ended)}"


ACTS: list[tuple[str, float, bool]] = [
    ("edit", 22, False),
    ("undo", 6, False),
    ("command", 1.5, False),
    ("preview", 2, False),
    ("tile", 1, False),
    ("post", 1, False),
    ("open_socket", 8, False),
    ("to_server", 18, False),
    ("to_client", 18, False),
    ("soon", 10, False),
    ("store", 12, False),
    ("answer", 12, False),
    ("read", 5, False),
    ("cut", 3, True),
    ("half_close", 1, True),
    ("rename", 0.7, False),
    ("wake", 0.7, True),
    ("client_notices", 3, True),
    ("server_notices", 3, True),
    ("pass_time", 4, False),
    ("fill_disk", 1, True),
    ("clear_disk", 2.5, True),
    ("spoil_disk", 0.4, True),
    ("restart", 0.5, True),
    ("reload", 0.7, True),
    ("lose_data", 0.15, True),
    ("overload", 0.7, True),
    ("demote", 0.7, True),
]
"""What may happen, how often, and whether only where there are faults."""


LIMITS = {"core.scene.document.SNAPSHOT_BYTES": 1_500}
NARROW = {
    "core.scene.elements.MAX_ELEMENTS": 12,
    "node.outbox.MAX_KEPT_BYTES": 3_000,
    "node.outbox.MAX_AWAY_BYTES": 6_000,
}
"""Limits that are met in every story, and in some."""


def play(seed: int, clients: PageProcess, *, talks: bool = False) -> None:
    """Play one story, in which people may talk.

    Raises:
        AssertionError: something is not as it should be.
    """
    story = Story(seed, clients, talks=talks)
    try:
        with contextlib.ExitStack() as narrowed:
            for name, limit in story.limits.items():
                narrowed.enter_context(mock.patch(f"canvas_server.{name}", limit))
            story.play()
    except AssertionError as error:
        error.add_note(f"seed {seed}, after {len(story.trail)} acts: {' '.join(story.trail[-30:])}")
        raise


def main() -> int:
    """Play many stories; return how many failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--talks", action="store_true")
    options = parser.parse_args()
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)  # what the log cannot do is said again and again
    failed: list[int] = []
    started = time.monotonic()
    clients = PageProcess(SCRIPT)
    for seed in range(options.first, options.first + options.seeds):
        try:
            play(seed, clients, talks=options.talks)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next seed is played
            failed.append(seed)
            last = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"seed {seed}: {last[:300]}", flush=True)
            if options.verbose:
                traceback.print_exc()
            clients = PageProcess(SCRIPT)
    clients.close()
    seconds = time.monotonic() - started
    print(f"{options.seeds} stories in {seconds:.0f} s, failed: {failed or 'none'}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(1, main()))
