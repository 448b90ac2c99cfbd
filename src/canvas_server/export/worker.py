"""Has scenes drawn in a process of its own, which may take long, fail, or be killed."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Literal

import msgspec

from canvas_server.protocol.scene import SceneDocument

Form = Literal["svg", "png"]
MOST_WIDTH = 4096
"""Pixels across of a PNG."""
SECONDS = 30
"""A picture that takes longer is given up."""


class CannotDraw(Exception):
    """A scene that cannot be drawn, or takes too long."""


async def draw(scene: SceneDocument, form: Form, width: int | None = None) -> bytes:
    """Return a scene as SVG or PNG; `width` is that of a PNG in pixels.

    Raises:
        CannotDraw: what is on the canvas is too much.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "canvas_server.export", form, str(width or "")),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # the words of a scene are nothing for a log
        env={},
    )
    try:
        async with asyncio.timeout(SECONDS):
            drawn, _ = await process.communicate(msgspec.json.encode(scene))
    except TimeoutError:
        raise CannotDraw(f"the picture was not drawn within {SECONDS} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise CannotDraw("the scene is too large to be drawn")
    return drawn
