"""Editors on three nodes while nodes are killed, and the broker too: no acked edit is lost,
and everybody has seen one order of them."""

import json
import random
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.servers.nats import nats_server
from support.servers.server import RawSocket, RawSocketClosed, Server, eventually

pytestmark = pytest.mark.rule("SCN2", "SCN1")

EDITORS = 6
PAUSE = 0.01
"""Between edits, in seconds. A retry counts as one among the latest 4,096 edits of a session only
(SCN4), which six editors at full speed make while one of them is looking for another node."""


class Nodes:
    """The nodes that live, for whoever wants to connect to one."""

    def __init__(self, folder: Path, broker: str, count: int) -> None:
        self._folder = folder
        self._broker = broker
        self._lock = threading.Lock()
        self._started = 0
        self.servers = [self._start() for _ in range(count)]

    def _start(self) -> Server:
        self._started += 1
        name = f"n{self._started}"
        return Server(self._folder / name, "--cluster", self._broker, "--node-id", name)

    def any(self, chance: random.Random) -> Server:
        with self._lock:
            return chance.choice(self.servers)

    def kill(self, chance: random.Random) -> None:
        """Kill one and start another in its place."""
        with self._lock:
            victim = chance.choice(self.servers)
            self.servers.remove(victim)
        victim.process.kill()
        victim.close()
        fresh = self._start()
        with self._lock:
            self.servers.append(fresh)

    def close(self) -> None:
        for server in self.servers:
            server.close()


class Editor(threading.Thread):
    """Adds and removes one element after the other; comes back when it is cut off.

    Each edit is said until it is acked. It is called by what it does: `+e1-7`, `-e1-7`.
    """

    def __init__(self, number: int, nodes: Nodes, seed: int) -> None:
        super().__init__(daemon=True)
        self.ends = threading.Event()
        self.acked: dict[str, int] = {}
        """Revision by edit."""
        self.seen: dict[int, str] = {}
        """Edit by revision, as the news said."""
        self.failures: list[BaseException] = []
        self.resumed = self.connections = 0
        self._number = number
        self._nodes = nodes
        self._chance = random.Random(seed)
        self._wire: RawSocket | None = None
        self._assigned: dict[str, Any] = {}
        self._received = 0

    def run(self) -> None:
        try:
            number = 0
            while not self.ends.is_set():
                number += 1
                self._make(f"+e{self._number}-{number}")
                self._make(f"-e{self._number}-{number}")
                self.ends.wait(PAUSE)
        except BaseException as failure:
            self.failures.append(failure)
            raise
        finally:
            if self._wire is not None:
                self._wire.close()

    def _make(self, name: str) -> None:
        message: dict[str, Any] = {"message_id": name}
        if name[0] == "+":
            kind = {"type": "Text", "content": name, "font_size": 12, "color": "#000000"}
            message |= {"type": "add_element", "element": {"id": name[1:], "kind": kind}}
        else:
            message |= {"type": "remove_element", "id": name[1:]}
        while name not in self.acked:
            try:
                wire = self._connected()
                wire.send(message)
                while name not in self.acked:
                    heard = wire.receive()
                    self._take(heard)
                    if heard["type"] == "error":
                        assert heard["code"] == "storage_failed", heard
                        break
            except (RawSocketClosed, OSError):
                if self._wire is not None:
                    self._assigned, self._received = self._wire.assigned, self._wire.received
                    self._wire.close()
                    self._wire = None

    def _connected(self) -> RawSocket:
        if self._wire is not None:
            return self._wire
        wire = RawSocket(self._nodes.any(self._chance))
        if self._assigned:
            wire.assigned, wire.received = self._assigned, self._received
        self._wire = wire
        self.connections += 1
        wire.until("welcome")
        subscribe: dict[str, Any] = {"type": "subscribe", "session_id": "s"}
        if self._assigned:
            wire.received = self._received
            proof = {name: self._assigned[name] for name in ("peer_id", "resume_token")}
            subscribe |= {"received": self._received, **proof}
        wire.send(subscribe)
        while True:
            heard = wire.receive()
            if heard["type"] == "peer_assigned":
                self.resumed += heard["recovered"]
                return wire
            if heard["type"] == "error":
                wire.received = self._received
                raise RawSocketClosed(None)

    def _take(self, heard: dict[str, Any]) -> None:
        if heard["type"] == "ack":
            self.acked[heard["message_id"]] = heard["result"]["revision"]
        elif heard["type"] in ("element_added", "element_removed"):
            added = heard["type"] == "element_added"
            revision = heard["revision"]
            name = f"+{heard['element']['id']}" if added else f"-{heard['id']}"
            assert self.seen.setdefault(revision, name) == name, "one order"


def history(server: Server) -> dict[int, str]:
    """Return what is stored: edit by revision."""
    found: dict[int, str] = {}
    before = ""
    while True:
        status, body = server.get(f"/api/scene/s/history?limit=1000{before}")
        assert status == 200, body
        entries = json.loads(body)["entries"]
        if not entries:
            return found
        for entry in entries:
            assert entry["revision"] not in found
            change = entry["change"]
            added = change["op"] == "add"
            name = f"+{change['element']['id']}" if added else f"-{change['id']}"
            found[entry["revision"]] = name
        before = f"&before={entries[-1]['revision']}"


@pytest.mark.nightly
def test_no_acked_edit_is_lost_whichever_nodes_are_killed(tmp_path: Path, kills: int) -> None:
    chance = random.Random(7)
    with ExitStack() as stack:
        broker = stack.enter_context(nats_server(tmp_path / "nats"))
        nodes = Nodes(tmp_path, broker.url, 3)
        stack.callback(nodes.close)
        editors = [Editor(number, nodes, number) for number in range(EDITORS)]
        for editor in editors:
            editor.start()
        rounds = max(1, kills // 2)
        for number in range(rounds):
            before = sum(len(editor.acked) for editor in editors)
            eventually(
                lambda before=before: sum(len(e.acked) for e in editors) > before + 100,
                "edits are acked again",
            )
            if number % 5 == 4:
                broker.kill()
                time.sleep(chance.random())
                broker.start()
            else:
                nodes.kill(chance)
        for editor in editors:
            editor.ends.set()
        for editor in editors:
            editor.join(60)
            assert not editor.is_alive()
        assert [editor.failures for editor in editors] == [[]] * EDITORS
        stored = history(nodes.any(chance))
        revision_of = {name: revision for revision, name in stored.items()}
        assert len(revision_of) == len(stored), "nothing is stored twice"
        for editor in editors:
            for name, revision in editor.acked.items():
                assert revision_of.get(name) == revision, "what was acked is stored as it was acked"
            assert editor.seen.items() <= stored.items(), "everybody has seen the stored order"
        acked = sum(len(editor.acked) for editor in editors)
        print(
            f"{rounds} faults, {acked} edits acked, none lost; "
            f"{sum(e.connections for e in editors)} connections"
        )
        assert sum(editor.connections for editor in editors) > EDITORS
