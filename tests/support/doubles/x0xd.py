"""Two x0x daemons to test with: the real program, or a double that behaves like it or worse."""

import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server as WebSocketServer
from websockets.sync.server import ServerConnection, serve

from support.servers.server import eventually, exchange, free_port

PROGRAM = Path(__file__).resolve().parents[4] / "shared" / "bin" / "x0xd"


class RealDaemon:
    """x0xd as a process, on loopback alone."""

    def __init__(self, folder: Path, port: int, other: int) -> None:
        self.data = folder / "data"
        self.api_port = free_port()
        self._config = folder / "config.toml"
        self._home = folder / "home"
        self._home.mkdir(parents=True)
        self._config.write_text(
            f'network_id="canvas.test.{min(port, other)}"\n'
            f'bind_address="127.0.0.1:{port}"\n'
            f'api_address="127.0.0.1:{self.api_port}"\n'
            f'data_dir="{self.data}"\nidentity_dir="{folder / "identity"}"\n'
            f'bootstrap_peers=["127.0.0.1:{other}"]\n'
            "mdns_enabled=false\nport_mapping_enabled=false\nrendezvous_enabled=false\n"
            "[update]\nenabled=false\n"
        )
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *(PROGRAM, "--config", self._config, "--no-hard-coded-bootstrap"),
                *("--disable-peer-cache", "--no-port-mapping", "--skip-update-check"),
            ],
            env={
                **os.environ,
                "HOME": str(self._home),
                "XDG_DATA_HOME": str(self._home / "data"),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers, "x0xd answers")

    def _answers(self) -> bool:
        try:
            healthy = exchange(f"{self.url}/health")[0] == 200
        except OSError:
            return False
        return healthy and (self.data / "api-token").exists()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def token(self) -> str:
        return (self.data / "api-token").read_text().strip()

    @property
    def agent_id(self) -> str:
        """By which others know it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return json.loads(exchange(f"{self.url}/agent", headers)[2])["agent_id"]

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """Let nothing come or go through it, though nobody notices an end."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Make sure it has ended."""
        if self.process.poll() is None:
            self.thaw()
            self.process.kill()
            self.process.wait(10)


class DoubleNet:
    """Between doubles: loses, repeats and swaps what they send, when it is told to."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.daemons: list[DoubleDaemon] = []
        self.chance = random.Random(1)
        self.rough = False
        self._last: tuple[DoubleDaemon, dict[str, Any]] | None = None

    def bring(self, daemon: "DoubleDaemon", message: dict[str, Any]) -> None:
        with self.lock:
            if not self.rough:
                daemon.tell(message)
                return
            throw = self.chance.random()
            if throw < 0.03:
                return
            if throw < 0.1 and self._last is None:
                self._last = daemon, message
                return
            daemon.tell(message)
            if throw > 0.95:
                daemon.tell(message)
            if self._last is not None:
                late, self._last = self._last, None
                late[0].tell(late[1])


class DoubleDaemon:
    """Speaks as x0xd does."""

    def __init__(self, folder: Path, net: DoubleNet) -> None:
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        self.api_port = free_port()
        self.token = secrets.token_hex(16)
        self.agent_id = secrets.token_hex(32)
        self.url = f"http://127.0.0.1:{self.api_port}"
        self.verified = True
        """What it says of those who send."""
        self._net = net
        self._frozen = False
        self._sockets: dict[ServerConnection, set[str]] = {}
        net.daemons.append(self)
        (self.data / "api-token").write_text(self.token)
        self.start()

    def start(self) -> None:
        self._server: WebSocketServer = serve(
            self._serve,
            "127.0.0.1",
            self.api_port,
            process_request=self._answer,
            max_size=4 * 1024 * 1024,
            ping_interval=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        (self.data / "api.port").write_text(f"127.0.0.1:{self.api_port}")

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Response(HTTPStatus.UNAUTHORIZED, "Unauthorized", Headers(), b"{}")
        if request.path == "/ws/direct":
            return None
        body = json.dumps({"ok": True, "agent_id": self.agent_id}).encode()
        headers = Headers({"content-length": str(len(body)), "connection": "close"})
        return Response(HTTPStatus.OK, "OK", headers, body)

    def _serve(self, socket: ServerConnection) -> None:
        with self._net.lock:
            self._sockets[socket] = set()
            greeting = {"type": "connected", "session_id": "1", "agent_id": self.agent_id}
            socket.send(json.dumps(greeting))
        try:
            for text in socket:
                with self._net.lock:
                    if not self._frozen:
                        self._take(socket, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            with self._net.lock:
                self._sockets.pop(socket, None)

    def _take(self, socket: ServerConnection, said: dict[str, Any]) -> None:
        match said["type"]:
            case "subscribe":
                self._sockets[socket].update(said["topics"])
                self.tell({"type": "subscribed", "topics": said["topics"]})
            case "unsubscribe":
                self._sockets[socket].difference_update(said["topics"])
            case "publish":
                message = {"type": "message", "origin": self.agent_id}
                message |= {"topic": said["topic"], "payload": said["payload"]}
                for daemon in self._net.daemons:
                    if any(said["topic"] in topics for topics in daemon._sockets.values()):
                        self._net.bring(daemon, message)
            case "send_direct":
                message = {"type": "direct_message", "sender": self.agent_id, "machine_id": "m"}
                message |= {"payload": said["payload"], "verified": self.verified}
                for daemon in self._net.daemons:
                    if daemon.agent_id == said["agent_id"]:
                        self._net.bring(daemon, message)
            case _:
                self.tell({"type": "error", "message": "unknown"})

    def tell(self, message: dict[str, Any]) -> None:
        """Tell those who use it."""
        if not self._frozen:
            for socket in self._sockets:
                with contextlib.suppress(ConnectionClosed):
                    socket.send(json.dumps(message))

    def kill(self) -> None:
        with self._net.lock:
            for socket in self._sockets:
                with contextlib.suppress(OSError):  # it is closed at the other end
                    socket.socket.shutdown(SHUT_RDWR)
        self._server.shutdown()
        self._thread.join()

    def freeze(self) -> None:
        self._frozen = True

    def thaw(self) -> None:
        self._frozen = False

    def close(self) -> None:
        if self._thread.is_alive():
            self.kill()


Daemon = RealDaemon | DoubleDaemon
KINDS = ("double", "x0xd")


@contextlib.contextmanager
def two_daemons(folder: Path, kind: str) -> Iterator[tuple[Daemon, Daemon]]:
    """Run two daemons that know each other."""
    started: list[Daemon] = []
    try:
        if kind == "double":
            net = DoubleNet()
            started += [DoubleDaemon(folder / name, net) for name in ("north", "south")]
        else:
            if not PROGRAM.exists():
                pytest.skip(f"{PROGRAM} is missing")
            ports = free_port(), free_port()
            started.append(RealDaemon(folder / "north", *ports))
            started.append(RealDaemon(folder / "south", *ports[::-1]))
        yield started[0], started[1]
    finally:
        for daemon in started:
            daemon.close()
