"""Bots: the command as a process, and in this one."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import cast

from canvas_server.bot.bot import Bot
from canvas_server.bot.media import Program, pattern
from canvas_server.client import Client, connect
from support.browsers.window import Window
from support.servers.server import Server, eventually


class BotProcess:
    """A bot in a session, and what it says on the terminal."""

    def __init__(self, server: Server, session: str, *args: str) -> None:
        command = [sys.executable, "-m", "canvas_server", "bot"]
        self.process = subprocess.Popen(
            [*command, "--session", session, "--url", server.url, *args],
            env={k: v for k, v in os.environ.items() if not k.startswith("CANVAS_")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, name="bot")
        self._reader.start()

    def says(self, text: str, times: int = 1) -> None:
        """Wait until it has said something, so many times."""
        eventually(
            lambda: sum(text in line for line in self.lines) >= times, f"{text!r}: {self.lines}"
        )

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def close(self) -> None:
        """Make sure that it has ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)


@contextlib.contextmanager
def bot(server: Server, session: str, *args: str) -> Iterator[BotProcess]:
    """Run a bot for the length of a block; it has joined at its beginning."""
    process = BotProcess(server, session, *args)
    try:
        process.says("joined")
        yield process
    finally:
        process.close()
        print("".join(process.lines))


async def until(condition: Callable[[], object], what: str, seconds: float = 45) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def agent(
    url: str,
    session: str,
    name: str = "Bot",
    program: Program = pattern,
    record: Path | None = None,
) -> AsyncGenerator[tuple[Bot, Client]]:
    """A bot in this process."""
    async with connect(url, session, name) as client:
        bot = Bot(client, program, record=record, say=lambda line: print(f"{name}: {line}"))
        running = asyncio.create_task(bot.run())
        try:
            yield bot, client
        finally:
            await bot.leave()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def session_of(window: Window) -> str:
    """The session that a window is in."""
    return window.page.url.split("/s/")[1].split("?")[0]


class _Other:
    """The bot, as a window sees it."""

    def __init__(self, window: Window, color: str, name: str = "Bot") -> None:
        entry = window.page.locator("[data-peer-id]").filter(has_text=name).first
        self.peer_id = entry.get_attribute("data-peer-id")
        self.color = color


def as_window(window: Window, color: str) -> Window:
    """The bot, for what is asked of windows."""
    return cast("Window", _Other(window, color))
