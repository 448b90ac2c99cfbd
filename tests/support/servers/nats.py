"""A real nats-server with JetStream on loopback that can be killed and paused, and nodes around it."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from support.servers.server import RawSocket, Server, free_port, running


class NatsServer:
    """A nats-server process; what it stores outlives `kill` and `start`."""

    def __init__(self, folder: Path, port: int | None = None, *more: str) -> None:
        """Start one; `more` are further arguments."""
        self.folder = folder
        self.port = port or free_port()
        self.more = more
        self.process: subprocess.Popen[bytes]
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it listens."""
        where = ("-js", "-a", "127.0.0.1")
        self.process = subprocess.Popen(
            ["nats-server", *where, "-p", str(self.port), "-sd", self.folder, *self.more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "nats-server does not listen"
                time.sleep(0.02)

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait(10)

    def pause(self) -> None:
        """Let it stand still."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Make sure it has ended."""
        if self.process.poll() is None:
            self.go_on()
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@contextlib.contextmanager
def nats_server(folder: Path) -> Iterator[NatsServer]:
    """Run a nats-server for the length of a block."""
    server = NatsServer(folder)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def three_nats_servers(folder: Path) -> Iterator[list[NatsServer]]:
    """Run three that keep streams together: two of them are a majority."""
    routes = [f"nats://127.0.0.1:{free_port()}" for _ in range(3)]
    servers: list[NatsServer] = []
    try:
        for number, route in enumerate(routes):
            name = ("--name", f"b{number}", "--cluster_name", "brokers")
            more = (*name, "--cluster", route, "--routes", ",".join(routes))
            servers.append(NatsServer(folder / f"b{number}", None, *more))
        yield servers
    finally:
        for server in servers:
            server.close()


class ClusterOfNodes:
    """Nodes and their broker."""

    def __init__(self, folder: Path, broker: NatsServer, stack: contextlib.ExitStack) -> None:
        self.broker = broker
        self._folder = folder
        self._stack = stack
        self._started = 0

    def node(self, *arguments: str, **env: str) -> Server:
        """Start another node."""
        self._started += 1
        name = f"n{self._started}"
        own = ("--cluster", self.broker.url, "--node-id", name, "--drain-seconds", "1")
        folder = self._folder / name
        return self._stack.enter_context(running(folder, *own, *arguments, env=env))

    def wire(self, server: Server) -> RawSocket:
        """Open a WebSocket that is closed at the end."""
        return self._stack.enter_context(RawSocket(server))


@contextlib.contextmanager
def cluster_of_nodes(folder: Path) -> Iterator[ClusterOfNodes]:
    """Run a broker, and the nodes that are started, for the length of a block."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(nats_server(folder / "nats"))
        yield ClusterOfNodes(folder, broker, stack)
