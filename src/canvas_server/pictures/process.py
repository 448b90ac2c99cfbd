"""Worker process that reads pictures, from the outside: begun when needed, ended when it hangs."""

import asyncio
import contextlib
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec

from canvas_server import system
from canvas_server.node.ports import NotDecoded, Verdict
from canvas_server.protocol.fields import MAX_DATA_URL

HEAD_BYTES = 4
READY = b"ready"
CPU_SECONDS = 4.0
"""Of a processor, for one picture; those of 24 megapixels take less than one."""
MEMORY_BYTES = 1024**3
"""Addresses of a worker, with what its libraries take."""
SECONDS = 20.0
"""For one picture on a machine that has other things to do."""
START_SECONDS = 20.0
TOO_MUCH_MEMORY = "the picture takes too much memory: make it smaller first"
"""After this a worker ends: who knows what is left of it."""
TOO_LONG = "the picture takes too long to read: make it smaller, or save it anew, first"
ENDED = "the picture stops what reads it: save it anew in a picture editor first"
_PICTURE = re.compile(f"data:image/[a-z-]{{3,8}};base64,[A-Za-z0-9+/=]{{,{MAX_DATA_URL - 32}}}")


class DecoderProcess:
    """Reads one picture after the other in a process that may be killed at any time."""

    def __init__(self, cpu_seconds: float = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        """Read with these limits, each picture for itself."""
        self._process: Process | None = None
        self._limits = str(cpu_seconds), str(memory_bytes)
        self._cpu_ms = round(1000 * cpu_seconds)

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return None if self._process is None else self._process.pid

    async def read(self, src: str) -> Verdict:
        """Have a picture read.

        Raises:
            NotDecoded: it cannot be done now.
        """
        verdict = None
        try:
            process = await self._running()
            try:
                async with asyncio.timeout(SECONDS):
                    verdict = await _exchange(process, src)
            except TimeoutError:
                raise NotDecoded("the machine has no time to read pictures") from None
            except (asyncio.IncompleteReadError, OSError):
                return self._why_ended(await process.wait())
            return verdict
        finally:
            if verdict is None or verdict.reason == TOO_MUCH_MEMORY:
                await self.end()

    async def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    async def _running(self) -> Process:
        """Return the process, which is begun if there is none.

        Raises:
            NotDecoded: it cannot be begun.
        """
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            async with asyncio.timeout(START_SECONDS):
                self._process = process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-I", "-m", "canvas_server.pictures", *self._limits),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,  # what is on a picture is nothing for a log
                    env=system.bare_environment(),
                )
                if await _message(process) == READY:
                    return process
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as failure:
            raise NotDecoded(f"no process can be begun that reads pictures: {failure!r}") from None
        raise NotDecoded("what was begun to read pictures is something else")

    def _why_ended(self, code: int) -> Verdict:
        """Say what it says of a picture that a process ended while it read it.

        Raises:
            NotDecoded: nothing.
        """
        if code in system.FROM_OUTSIDE:
            raise NotDecoded("a process that reads pictures was ended")
        return Verdict(None, TOO_LONG if code in system.OUT_OF_TIME else ENDED, self._cpu_ms)


async def _exchange(process: Process, src: str) -> Verdict:
    assert process.stdin is not None  # noqa: S101 - it has a pipe
    content = src.encode()
    process.stdin.write(len(content).to_bytes(HEAD_BYTES) + content)
    await process.stdin.drain()
    try:
        verdict = msgspec.json.decode(await _message(process), type=Verdict)
    except msgspec.MsgspecError as error:
        raise NotDecoded("a process that reads pictures says what it should not") from error
    # A decoder that somebody has taken over is not to say what comes into a scene.
    if verdict.src is not None and not _PICTURE.fullmatch(verdict.src):
        raise NotDecoded("a process that reads pictures says what it should not")
    return verdict


async def _message(process: Process) -> bytes:
    """Return what a process says next.

    Raises:
        asyncio.IncompleteReadError: it has ended.
    """
    assert process.stdout is not None  # noqa: S101 - it has a pipe
    length = int.from_bytes(await process.stdout.readexactly(HEAD_BYTES))
    return await process.stdout.readexactly(min(length, 2 * MAX_DATA_URL))
