"""kill -9 at random moments while several people edit and chat: nothing acked is lost or twice.

`pytest tests/integration/test_crash.py --kills 200` does it more often.
"""

import asyncio
import contextlib
import itertools
import json
import os
import random
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from canvas_server.core.records import Snapshot
from canvas_server.core.scene.replay import replay
from canvas_server.protocol.history import Added, Entry, Removed, Updated
from canvas_server.protocol.scene import TransformChanges
from canvas_server.store import chatting, reading, schema
from support.servers.server import Server

SESSIONS = ("one", "two", "three")
EDITORS = 6
IN_FLIGHT = 8
KEPT = 20

Mark = tuple[str, str, float]
"""What is done once only: an operation, an element, and a number."""


class Editor:
    """Edits as fast as it is told that it is stored, and repeats what it was not told about."""

    def __init__(self, name: str, session_id: str, chance: random.Random) -> None:
        self.session_id = session_id
        self.acked: dict[str, Any] = {}
        self.sent: dict[str, list[Mark]] = {}
        self.under_way: dict[str, dict[str, Any]] = {}
        self._name = name
        self._chance = chance
        self._numbers = itertools.count(1)
        self._own: list[str] = []
        self._identity: dict[str, str] = {}

    async def edit(self, url: str) -> None:
        """Edit until the server is gone."""
        with contextlib.suppress(ConnectionClosed, OSError):
            async with connect(url, compression=None, max_size=None) as socket:
                await self._join(socket)
                for message in self.under_way.values():
                    await socket.send(json.dumps(message))
                while True:
                    while len(self.under_way) < IN_FLIGHT:
                        await socket.send(json.dumps(self._next()))
                    self._hear(json.loads(await socket.recv()))

    async def _join(self, socket: ClientConnection) -> None:
        wish = {"type": "subscribe", "session_id": self.session_id, **self._identity}
        await socket.send(json.dumps(wish))
        while True:
            message = json.loads(await socket.recv())
            assert message["type"] != "error", message
            if message["type"] == "peer_assigned":
                self._identity = {name: message[name] for name in ("peer_id", "resume_token")}
            if message["type"] == "scene_update":
                return

    def _hear(self, message: dict[str, Any]) -> None:
        assert message["type"] != "error", message
        if message["type"] in ("ack", "sync_result"):
            del self.under_way[message["message_id"]]
            self.acked[message["message_id"]] = message

    def _next(self) -> dict[str, Any]:
        number = next(self._numbers)
        message_id, marks = f"m{number}", list[Mark]()
        if not self._own or self._chance.random() < 0.3:
            message = self._add(number, marks)
        elif self._chance.random() < 0.2:
            text = f"{self._name} says {number}"
            message = {"type": "chat", "text": text}
            marks.append(("chat", text, 0))
        elif len(self._own) > KEPT:
            gone = self._own.pop(0)
            message = {"type": "remove_element", "id": gone}
            marks.append(("remove", gone, 0))
        elif self._chance.random() < 0.2:
            message = {"type": "sync_queue", "operations": []}
            for part in range(3):
                operation = self._add(f"{number}.{part}", marks)
                message["operations"].append({"op": "add", "element": operation["element"]})
        else:
            element_id = self._chance.choice(self._own)
            changes = {"transform": {"x": number}}
            message = {"type": "update_element", "id": element_id, "changes": changes}
            marks.append(("update", element_id, number))
        message["message_id"] = message_id
        self.sent[message_id] = marks
        self.under_way[message_id] = message
        return message

    def _add(self, number: object, marks: list[Mark]) -> dict[str, Any]:
        element_id = f"{self._name}-{number}"
        self._own.append(element_id)
        marks.append(("add", element_id, 0))
        content = "x" * self._chance.choice((10, 100, 4000))
        kind = {"type": "Text", "content": content}
        return {"type": "add_element", "element": {"id": element_id, "kind": kind}}


def mark_of(entry: Entry) -> Mark:
    match entry.change:
        case Added(element):
            return ("add", element.id, 0)
        case Updated(element_id, changes):
            assert isinstance(changes.transform, TransformChanges)
            assert isinstance(changes.transform.x, float)
            return ("update", element_id, changes.transform.x)
        case Removed(element_id):
            return ("remove", element_id, 0)
        case _:
            raise AssertionError(entry)


class Ledger:
    """What the file has said so far of one session."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.entries: list[Entry] = []
        self.chat: dict[int, str] = {}
        """By number, in order."""

    def read(self, file: sqlite3.Connection) -> None:
        """Read what is new, and see that it fits what was before."""
        stored = reading.load(file, self.session_id)
        new = stored.snapshot.revision - len(self.entries)
        assert new >= 0, "something stored is gone"
        found = reading.history(file, self.session_id, None, new, most_bytes=2**40).entries
        self.entries += reversed(found)
        assert [e.revision for e in self.entries] == list(range(1, stored.snapshot.revision + 1))
        assert stored.snapshot == replay(Snapshot(0, 0), self.entries)

        before, said, page = [*self.chat.items()], list[tuple[int, str]](), None
        while page is None or page.more:
            page = chatting.page(file, self.session_id, (), said[0][0] if said else None)
            said[:0] = [(message.id, message.text) for message in page.messages]
        assert said[: len(before)] == before, "something said is gone"
        assert [number for number, _ in said] == sorted({number for number, _ in said})
        self.chat = dict(said)

    def check(self, editors: list[Editor]) -> None:
        """Hold what the editors were told against the history."""
        marks = Counter(mark_of(entry) for entry in self.entries)
        marks.update(("chat", text, 0) for text in self.chat.values())
        assert set(marks.values()) <= {1}, "something came twice"
        known = {mark for editor in editors for marks in editor.sent.values() for mark in marks}
        assert marks.keys() <= known, "something came that nobody sent"
        for editor in editors:
            for message_id, sent in editor.sent.items():
                there = sum(marks[mark] for mark in sent)
                if message_id in editor.acked:
                    assert there == len(sent), f"{message_id} was acked and is lost"
                    self._check_ack(editor.acked[message_id], sent)
                else:
                    assert there in (0, len(sent)), f"{message_id} is there in part"

    def _check_ack(self, ack: dict[str, Any], sent: list[Mark]) -> None:
        if sent[0][0] == "chat":
            assert self.chat[ack["result"]["chat_id"]] == sent[0][1]
        elif ack["type"] == "ack":
            assert mark_of(self.entries[ack["result"]["revision"] - 1]) == sent[0]
        else:
            assert (ack["synced_count"], ack["failed_operations"]) == (len(sent), [])


async def one_life(server: Server, editors: list[Editor], acks: int, delay: float) -> None:
    """Let everybody edit until so many more edits are acked, then kill the server."""
    url = server.url.replace("http", "ws") + "/ws"
    before = sum(len(editor.acked) for editor in editors)
    tasks = [asyncio.create_task(editor.edit(url)) for editor in editors]
    async with asyncio.timeout(60):
        while sum(len(editor.acked) for editor in editors) - before < acks:
            assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
            await asyncio.sleep(0.001)
        await asyncio.sleep(delay)  # any moment will do
        server.process.kill()
        await asyncio.gather(*tasks)


@pytest.mark.rule("SCN1", "SCN2", "SCN6", "CHT1", "CHT2")
@pytest.mark.timeout(0)  # each life of the server has one
def test_nothing_acked_is_lost(tmp_path: Path, kills: int) -> None:
    seed = int(os.environ.get("CRASH_SEED", "") or random.randrange(10**9))
    print(f"CRASH_SEED={seed}")
    chance = random.Random(seed)
    editors = [
        Editor(f"e{n}", SESSIONS[n % len(SESSIONS)], random.Random(seed + n))
        for n in range(EDITORS)
    ]
    ledgers = [Ledger(session_id) for session_id in SESSIONS]
    for _ in range(kills):
        server = Server(tmp_path)
        try:
            asyncio.run(one_life(server, editors, chance.randint(1, 300), chance.random() * 0.05))
        finally:
            server.close()
        file = schema.connect(tmp_path / "scenes.db", reading=True)
        for ledger in ledgers:
            ledger.read(file)
            ledger.check([e for e in editors if e.session_id == ledger.session_id])
        file.close()
    acked = sum(len(editor.acked) for editor in editors)
    stored = sum(len(ledger.entries) for ledger in ledgers)
    print(f"{kills} kills, {acked} edits acked, {stored} changes stored")
    file = schema.connect(tmp_path / "scenes.db", reading=True)
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (snapshots,) = file.execute("SELECT count(*) FROM snapshots").fetchone()
    assert snapshots > 0 or kills < 12
    for ledger in ledgers:
        past = reading.history(file, ledger.session_id, None, 10**6, most_bytes=2**40)
        assert len(past.entries) == len(ledger.entries)
    file.close()
    server = Server(tmp_path)
    try:
        for ledger in ledgers:
            scene = json.loads(server.get(f"/api/scene/{ledger.session_id}")[1])["scene"]
            assert scene["revision"] == len(ledger.entries)
        assert server.stop() == 0
    finally:
        server.close()
