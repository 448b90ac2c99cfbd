"""People who talk while they edit (`editing.py`): they say something to all or to one, remove it, clear all, read back.

When the story is over:

- each page shows all that is stored and for it, in its order, and nothing else,
- what a page was told is stored was stored once, what was refused never,
- of what one person said nothing has changed places,
- what was removed or cleared is gone, and so is all of it where the scene was cleared,
- nobody has heard what is between two others, and nothing came twice or out of order while people were here.
"""

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from canvas_server.core.chat.entries import Said, Unsaid, Wiped, is_for
from canvas_server.core.presence.grants import Grant
from canvas_server.core.records import Record
from canvas_server.protocol.roles import Role

if TYPE_CHECKING:
    from support.simulations.editing import Story

CHAT_LIMITS = {"core.chat.entries.PAGE_MESSAGES": 5}
"""Limits that are met in every story in which people talk."""
ACTS = {
    "say": 12.0,
    "whisper": 6.0,
    "remove": 3.0,
    "clear": 0.4,
    "promote": 1.0,
    "older": 2.0,
    "spoil": 1.5,
    "flow": 9.0,
    "nothing": 40.0,
}
"""What may happen beside each act of the story, and how often."""


class Talks:
    """What is said in one story."""

    def __init__(self, story: "Story", seed: int) -> None:
        self._story = story
        self._chance = random.Random(seed + 2**32)
        self._said: defaultdict[str, list[str]] = defaultdict(list)
        """By name, what somebody has said, in order."""
        self._accepted: dict[str, int] = {}
        """What is stored, as its author was told, and under which number."""
        self._refused: set[str] = set()
        self._again: set[str] = set()
        """What may have been said once more, by who was somebody else by then."""
        self._removed: set[str] = set()
        self._stored: Counter[str] = Counter()
        self._kept: dict[int, Said] = {}
        """What is left of it."""

    # --- what happens ----------------------------------------------------------------------------

    def act(self) -> None:
        """Let something happen, or nothing."""
        self._story.log.said = self.stored
        (act,) = self._chance.choices(list(ACTS), list(ACTS.values()))
        getattr(self, f"_{act}")(self._chance.choice(list(self._story.here)))

    def _nothing(self, name: str) -> None:
        pass

    def _say(self, name: str, to: str | None = None) -> None:
        text = f"{name} {len(self._said[name])}"
        self._said[name].append(text)
        self._story.wire.do("say", client=name, text=text, to=to)

    def _whisper(self, name: str) -> None:
        self._say(name, self._chance.choice([one for one in self._story.here if one != name]))

    def _remove(self, name: str) -> None:
        self._story.wire.do("remove_chat", client=name, which=self._chance.random())

    def _clear(self, name: str) -> None:
        self._story.wire.do("clear_chat", client=name)

    def _older(self, name: str) -> None:
        self._story.wire.do("older_chat", client=name)

    def _flow(self, _: str) -> None:
        """For a while all goes well, so that there is something to be missed."""
        story = self._story
        for _round in range(4):
            for act in (story.open_socket, story.to_server, story.soon, story.to_client):
                act()
            story.log.store(9)
            story.log.answer(9)
            story.log.read(1)

    def _spoil(self, _: str) -> None:
        """What was said cannot be read, or can be read again."""
        self._story.log.chat_unreadable = not self._story.log.chat_unreadable

    def _promote(self, _: str) -> None:
        """Somebody may clear the chat from now on; their page has not been told."""
        session = self._story.wire.node.hub._membership.sessions.get("s")
        peers = list(session.peers.values()) if session else []
        if peers:
            self._chance.choice(peers).grant = Grant(Role.MODERATE)

    # --- what is noted ---------------------------------------------------------------------------

    def hear(self, item: dict[str, Any]) -> bool:
        """Note what a page was answered; tell whether it was that."""
        match item:
            case {"what": "chat", "said": text, "id": number}:
                self._accepted[text] = number
            case {"what": "chat", "refused": text}:
                self._refused.add(text)
            case {"what": "chat", "removed": text}:
                self._removed.add(text)
            case {"what": "anew", "client": name}:  # what is said again is another message
                self._again |= {text for text in self._said[name] if text not in self._accepted}
            case _:
                pass
        return item["what"] == "chat"

    def forget(self) -> None:
        """Note that the server has lost all that it had."""
        everything = {text for texts in self._said.values() for text in texts}
        self._again |= everything - set(self._accepted)
        self._accepted.clear()
        self._removed.clear()
        self._stored.clear()
        self._kept.clear()

    def stored(self, record: Record) -> None:
        """Note what the log has stored."""
        for entry in record.chat:
            match entry:
                case Said(message):
                    self._stored[message.text] += 1
                    self._kept[entry.id] = entry
                case Unsaid(removed=removed):
                    self._kept.pop(removed, None)
                case Wiped():
                    self._kept.clear()
        receipt = record.receipt
        asked = {} if receipt is None else self._asked(receipt.reply.message_id)
        if asked.get("type") == "clear_scene":
            assert not self._kept, "CHT7: the scene is cleared, and its chat is not"

    def _asked(self, message_id: str | None) -> dict[str, Any]:
        edits = (page.sent.get(message_id or "") for page in self._story.pages)
        return next((edit for edit in edits if edit is not None), {})

    # --- the end ---------------------------------------------------------------------------------

    def check(self) -> None:
        """Everybody has what is stored and for them, and what was answered is true."""
        story = self._story
        left = [entry for entry in story.log.chat if isinstance(entry, Said)]
        assert left == sorted(self._kept.values(), key=lambda entry: entry.id), "CHT6"
        peers = story.canvas._here
        for name in story.here:
            shown = self._all_of(name)
            keys = peers[shown["peer_id"]].keys
            theirs = [[e.id, e.message.text] for e in left if is_for(e, keys)]
            assert shown["messages"] == theirs, (
                f"CHT1: {name} sees {[one for one in shown['messages'] if one not in theirs]} and lacks {[one for one in theirs if one not in shown['messages']]}"
            )
        for text in self._accepted:
            assert self._stored[text], f"CHT1: {text} was acked and is not stored"
        twice = [text for text, n in self._stored.items() if n > 1 and text not in self._again]
        assert not twice, f"CHT2: {twice} are stored more than once"
        untrue = [t for t in self._refused - self._again - set(self._accepted) if self._stored[t]]
        assert not untrue, f"CHT2: {untrue} were refused and are stored"
        texts = {entry.message.text for entry in left}
        assert not texts & (self._removed - self._again), "CHT6: removed, and there"
        for name, said in self._said.items():
            own = [self._accepted[t] for t in said if t in self._accepted and t not in self._again]
            assert own == sorted(own), f"CHT1: {name}'s words changed places: {own}"

    def _all_of(self, name: str) -> dict[str, Any]:
        """Return what a page shows when it has read back to the beginning."""
        story = self._story
        for _ in range(100):
            shown = story.state(name)["chat"]
            if not shown["more"]:
                return shown
            story.wire.do("older_chat", client=name)
            story.settle()
        raise AssertionError(f"CHT4: {name} never comes to the beginning")
