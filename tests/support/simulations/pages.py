"""A bad network between browser clients, which run in node, and the server's node, without sockets.

What is on its way stands in queues; the test says what arrives, what is lost and who notices when.
"""

import itertools
import json
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from canvas_server.core.effects import ConnectionId
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox, Outboxes
from canvas_server.node.ports import Log
from canvas_server.protocol.client import Edit
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.traits import UnderLoad
from support.hub.hub import NOW, make_hub, payloads


class PageProcess:
    """The clients in their process, which speaks as `page.js` says."""

    def __init__(self, script: Path) -> None:
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, **details: Any) -> list[dict[str, Any]]:
        """Give a command; return what happened."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the clients have crashed"
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


class PageSocket:
    """One socket: what is on its way in both directions, and what each end believes."""

    def __init__(self, client: str, number: int) -> None:
        self.client = client
        self.number = number
        self.to_server: deque[str | int] = deque()  # texts; a number is a close code
        self.to_client: deque[str | int] = deque()
        self.connection: ConnectionId | None = None
        self.outbox = Outbox(self)
        self.cut = False
        self.opened = False
        self.client_knows = self.server_knows = False

    @property
    def opening(self) -> bool:
        """Nobody has answered yet."""
        return not (self.opened or self.cut or self.client_knows)

    # --- as the node sees it ---------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if not self.cut:
            self.to_client += [payload.decode() for payload in payloads(data)]

    def ask(self, number: int) -> None:
        """Nobody answers pings here: the client says itself what it has."""

    def too_slow(self) -> None:
        raise AssertionError

    def hold(self) -> None:
        """What is on its way comes all the same: the node has room for it."""

    def release(self) -> None:
        """See `hold`."""

    def move(self, address: str, payloads: list[bytes | None]) -> None:
        raise AssertionError

    def close(self, code: CloseCode) -> None:
        self.outbox.flush()
        self.outbox.detach()
        self.server_knows = True
        if not self.cut:
            self.to_client.append(int(code))


class PageNetwork:
    """All links of a server. `hear` is told what the clients did that is no matter of sockets."""

    def __init__(self, clients: PageProcess, make_log: Callable[["PageNetwork"], Log]) -> None:
        self.clients = clients
        self.now = NOW
        self.links: list[PageSocket] = []
        self.hear: Callable[[dict[str, Any]], None] = lambda _: None
        self.mangle: Callable[[str], str | None] = lambda text: text
        """What a message becomes on its way to the server; None: one that is too large for it."""
        self.admits: Callable[[], bool] = lambda: True
        """Whether the server takes edits, which are not more than one may ask for."""
        self.timers: list[Callable[[], None]] = []
        self.log = make_log(self)
        self._numbers = itertools.count(0x100)
        self.node = self._make_node()
        clients.do("reset")

    def _make_node(self) -> Node:
        outboxes = Outboxes()
        self.timers.clear()
        node = Node(
            make_hub(outboxes, started=self.now, numbers=self._numbers),
            outboxes,
            self.log,
            lambda _, act: self.later(act),
            lambda: self.now,
        )
        admits = node._pressure.admits

        def under_load(connection_id: ConnectionId, kind: Any, size: int) -> UnderLoad:
            edits = issubclass(kind, get_args(Edit)) and not self.admits()
            return "refuse" if edits else admits(connection_id, kind, size)

        node._pressure.admits = under_load
        return node

    def restart(self) -> None:
        """End the server and start another one; nobody is told."""
        for link in self.links:
            link.cut = link.server_knows = True
            link.to_server.clear()
        self.node = self._make_node()

    def later(self, act: Callable[[], None]) -> None:
        """Have something happen before long, unless the server is restarted first."""
        self.timers.append(act)

    def run_timers(self) -> None:
        """Let happen what was to happen before long."""
        timers, self.timers = self.timers, []
        for act in timers:
            act()

    def pass_time(self, ms: int) -> None:
        """Let time go by."""
        self.now += ms / 1000
        self.run_timers()
        self.do("advance", ms=ms)
        self.node.tick()

    # --- what the clients do -----------------------------------------------------------------

    def do(self, what: str, **details: Any) -> None:
        """Give the clients a command and put on its way what they send."""
        for item in self.clients.do(what, **details):
            match item["what"]:
                case "connect":
                    self.links.append(PageSocket(item["client"], item["socket"]))
                case "send":
                    self.link(item["socket"]).to_server.append(item["text"])
                case "close":
                    link = self.link(item["socket"])
                    link.client_knows = True
                    link.to_server.append(item["code"])
                case _:
                    self.hear(item)

    def link(self, number: int) -> PageSocket:
        """Return a link by the number of its socket."""
        return next(link for link in self.links if link.number == number)

    # --- what the network does -----------------------------------------------------------------

    def open(self, link: PageSocket) -> None:
        """Let a socket open."""
        link.opened = True
        link.connection = self.node.connect(link)
        self.do("opened", client=link.client, socket=link.number)

    def to_server(self, link: PageSocket) -> None:
        """Deliver one thing to the server."""
        item = link.to_server.popleft()
        if link.cut or link.server_knows or link.connection is None:
            return
        if isinstance(item, int):
            link.server_knows = True
            self.node.disconnect(link.connection, item)
            return
        text = self.mangle(item)
        if text is None:
            link.close(CloseCode.MESSAGE_TOO_BIG)
            self.node.disconnect(link.connection, None)
        else:
            self.node.receive(link.connection, text.encode())
            self.node.flush()

    def to_client(self, link: PageSocket) -> None:
        """Deliver one thing to the client."""
        item = link.to_client.popleft()
        if link.client_knows:
            return
        if isinstance(item, int):
            link.client_knows = True
            self.do("closed", client=link.client, socket=link.number, code=item)
        else:
            self.do("deliver", client=link.client, socket=link.number, text=item)

    def cut(self, link: PageSocket, out: int, back: int) -> None:
        """Cut a link; so many things that were on their way still arrive."""
        for _ in range(min(out, len(link.to_server)) if link.opened else 0):
            self.to_server(link)
        link.cut = True
        link.to_server.clear()
        link.to_client = deque(list(link.to_client)[:back])

    def client_notices(self, link: PageSocket) -> None:
        """Let the client see that a link is cut."""
        while link.to_client:
            self.to_client(link)
        if not link.client_knows:
            link.client_knows = True
            self.do("closed", client=link.client, socket=link.number, code=1006)

    def server_notices(self, link: PageSocket) -> None:
        """Let the server see that a link is cut."""
        link.server_knows = True
        if link.connection is not None:
            self.node.disconnect(link.connection, None)

    def calm_down(self, alive: int) -> bool:
        """Let everything arrive and everybody notice; tell whether nothing moves any more.

        `alive` clients must have a socket by then.
        """
        for link in self.links:
            if link.cut and not link.client_knows:
                self.client_notices(link)
            if link.cut and not link.server_knows:
                self.server_notices(link)
            if link.opening:
                self.open(link)
        self.run_timers()
        busy = [link for link in self.links if link.to_server or link.to_client]
        for link in busy:
            while link.to_server:
                self.to_server(link)
            while link.to_client:
                self.to_client(link)
        self.links = [x for x in self.links if not (x.client_knows and x.server_knows)]
        sockets = [link for link in self.links if not link.client_knows]
        return not busy and not self.timers and len(sockets) == alive
