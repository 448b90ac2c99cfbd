"""What the server does where the system has less: no uvloop, no readers of sockets, no resource limits."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_server import system
from canvas_server.client import connect
from canvas_server.http.listener import Listener, open_sockets
from canvas_server.pictures.process import TOO_LONG, DecoderProcess
from canvas_server.protocol.client import AddElement
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from support.hub.drawings import png_url
from support.servers.server import RawSocket, Server, eventually, exchange, free_port, running


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Server]:
    """A server whose Python has no uvloop."""
    (tmp_path / "uvloop.py").write_text("raise ImportError('there is none for this system')")
    with running(tmp_path / "data", env={"PYTHONPATH": str(tmp_path)}) as server:
        yield server


@pytest.mark.report(
    "running",
    "No uvloop: on Windows, or with another Python, the server does not even start",
    "a real server that cannot import uvloop: a join, a call, an edit, a cut connection, an export",
    "all of it works on the loop of asyncio",
)
def test_a_server_without_uvloop_does_all_that_one_with_it_does(plain: Server) -> None:
    async def edit() -> int:
        async with connect(plain.url, "plain", "Ada") as ada:
            return (await ada.edit(AddElement(NewElement(Text("by asyncio"))))).result.revision

    assert asyncio.run(edit()) == 1
    with RawSocket(plain) as ada, RawSocket(plain) as bob:
        ada.join("plain")
        bob.join("plain")
        bob_id = bob.assigned["peer_id"]
        ada.send({"type": "start_call", "target_peer_id": bob_id, "session_id": "plain"})
        assert bob.until("incoming_call")["from_peer_id"] == ada.assigned["peer_id"]
        token = ada.assigned["resume_token"]
        ada.socket.close()
        with RawSocket(plain) as again:
            again.send(
                {
                    "type": "subscribe",
                    "session_id": "plain",
                    "resume_token": token,
                    "received": ada.received,
                }
            )
            assert again.until("peer_assigned")["recovered"]
    assert plain.exchange("/api/scene/plain/export.png")[1]["content-type"] == "image/png"
    assert plain.stop() == 0


class Proactor(asyncio.SelectorEventLoop):
    """A loop that can do what that of Windows can, as far as a listener asks."""

    def add_reader(self, *_: object) -> None:  # type: ignore[override]
        raise NotImplementedError

    def remove_reader(self, *_: object) -> bool:  # type: ignore[override]
        raise NotImplementedError

    def add_signal_handler(self, *_: object) -> None:  # type: ignore[override]
        raise NotImplementedError


@pytest.mark.report(
    "running",
    "NotImplementedError at the start on Windows, whose loop has neither readers nor signal handlers",
    "the listener, and what stops the server, on a loop that has neither",
    "the loop itself takes connections in; signals come through signal.signal",
)
def test_a_loop_without_readers_takes_connections_in() -> None:
    async def served() -> bytes:
        class Greeting(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                transport.write(b"hello")
                transport.close()

        listener = Listener(open_sockets("127.0.0.1", 0), Greeting, None)
        port = listener.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.read()
        writer.close()
        await writer.wait_closed()
        listener.close()
        await listener.wait_closed()
        with socket.socket() as late:
            assert late.connect_ex(("127.0.0.1", port)) != 0
        return greeting

    with asyncio.Runner(loop_factory=Proactor) as runner:
        assert runner.run(served()) == b"hello"


def test_signals_reach_a_loop_without_handlers() -> None:
    import signal

    async def signalled() -> signal.Signals:
        loop = asyncio.get_running_loop()
        came: asyncio.Future[signal.Signals] = loop.create_future()
        system.on_signals(loop, (signal.SIGUSR1,), came.set_result)
        signal.raise_signal(signal.SIGUSR1)
        return await came

    before = signal.getsignal(signal.SIGUSR1)
    try:
        with asyncio.Runner(loop_factory=Proactor) as runner:
            assert runner.run(signalled()) is signal.SIGUSR1
    finally:
        signal.signal(signal.SIGUSR1, before)


async def test_a_picture_that_takes_too_long_is_given_up_whatever_ends_its_process() -> None:
    """By a signal here, by a code of its own where there are no signals."""
    decoder = DecoderProcess(cpu_seconds=0.0001)
    try:
        verdict = await decoder.read(png_url(3000, 2000))
        assert verdict.reason == TOO_LONG
    finally:
        await decoder.end()
    assert system.OUT_OF_TIME
    assert (system.OVERTIME in system.OUT_OF_TIME) is (sys.platform == "win32")


@pytest.mark.report(
    "running",
    "Started without standard streams, as by cron or a supervisor, the server ends at once or draws no pictures.",
    "`canvas-server <&- >&- 2>&-`, each of them and all; `>/dev/full`",
    "It serves, and draws.",
)
@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full"])
def test_a_server_runs_without_standard_streams(tmp_path: Path, streams: str) -> None:
    port = free_port()
    words = f'exec "$0" -m canvas_server --port {port} --data {tmp_path} {streams}'
    process = subprocess.Popen(
        ["sh", "-c", words, sys.executable],
        env={**os.environ, "CANVAS_STUN_URLS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: is_up(port) or process.poll() is not None, "the server is up")
        status, _, body = exchange(f"http://127.0.0.1:{port}/api/scene/s/export.png")
        assert (status, body[:4]) == (200, b"\x89PNG")
        process.terminate()
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)


def is_up(port: int) -> bool:
    with contextlib.suppress(OSError):
        return exchange(f"http://127.0.0.1:{port}/health/live")[0] == 200
    return False
