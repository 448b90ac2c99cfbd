"""The process that draws may fail or hang; whoever asked is told, and it is gone."""

import asyncio
import sys

import pytest

from canvas_server.export import worker
from canvas_server.protocol.kinds import Chart, Text
from canvas_server.protocol.scene import Transform
from support.hub.drawings import png_url, scene_of


async def test_a_scene_becomes_a_picture() -> None:
    scene = scene_of((Text("seen"), Transform(0, 0, 120, 20)))
    assert (await worker.draw(scene, "svg")).data.startswith(b"<svg")
    assert (await worker.draw(scene, "png", 10)).data.startswith(b"\x89PNG")


async def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SECONDS", 0)
    with pytest.raises(worker.CannotDraw, match="within"):
        await worker.draw(scene_of(Chart("bar", [1, 2])), "svg")


async def test_who_gives_up_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
    start = asyncio.create_subprocess_exec

    async def started_here(*args: str, **options: object) -> asyncio.subprocess.Process:
        process = await start(*args, **options)  # type: ignore[arg-type]
        started.put_nowait(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", started_here)
    task = asyncio.create_task(worker.draw(scene_of(Text("a")), "svg"))
    process = await started.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None


async def test_a_process_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it cannot start at all, as if there were no memory."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(worker.CannotDraw, match="too large"):
        await worker.draw(scene_of(Text(png_url())), "png")
