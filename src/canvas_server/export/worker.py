"""Has scenes drawn in a process of its own, which may take long, fail, or be killed."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Literal

import msgspec
from msgspec import Struct

from canvas_server import system
from canvas_server.export.missing import Gap
from canvas_server.protocol.scene import SceneDocument

Form = Literal["svg", "png"]
MOST_WIDTH = 4096
"""Pixels across of a PNG."""
SECONDS = 15
"""A picture that takes longer is given up."""
MAX_DRAWN_BYTES = 32 * 1024 * 1024


class Picture(Struct, frozen=True):
    """A scene that was drawn."""

    data: bytes
    missing: tuple[Gap, ...] = ()


class CannotDraw(Exception):
    """A scene that cannot be drawn, or takes too long."""


async def draw(scene: SceneDocument, form: Form, width: int | None = None) -> Picture:
    """Return a scene as SVG or PNG; `width` is that of a PNG in pixels.

    Raises:
        CannotDraw: what is on the canvas is too much.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "canvas_server.export", form, str(width or "")),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # the words of a scene are nothing for a log
        env=system.bare_environment(),
    )
    try:
        async with asyncio.timeout(SECONDS):
            drawn = await _exchange(process, msgspec.json.encode(scene))
    except TimeoutError:
        raise CannotDraw(f"the picture was not drawn within {SECONDS} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0 or len(drawn) > MAX_DRAWN_BYTES:
        raise CannotDraw("the scene is too large to be drawn")
    missing, _, data = drawn.partition(b"\n")
    return Picture(data, msgspec.json.decode(missing, type=tuple[Gap, ...]))


async def _exchange(process: asyncio.subprocess.Process, scene: bytes) -> bytes:
    """Hand a scene to a process; return what it writes, cut off where that is too much."""
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None  # noqa: S101 - they are pipes
    assert stdout is not None  # noqa: S101
    with contextlib.suppress(ConnectionError):  # it ends before it has read all: its code says why
        stdin.write(scene)
        await stdin.drain()
        stdin.close()
    drawn = bytearray()
    while len(drawn) <= MAX_DRAWN_BYTES:
        part = await stdout.read(65536)
        if not part:
            await process.wait()
            break
        drawn += part
    return bytes(drawn)
