"""Pictures: drawn once, one at a time, in turns; what cannot be drawn is not tried again."""

import asyncio

import pytest
from msgspec.structs import replace

from canvas_server.export import pictures
from canvas_server.export.pictures import Pictures
from canvas_server.export.queue import MOST_OF_REQUESTER, TooManyDrawings
from canvas_server.export.worker import CannotDraw, Form, Picture
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import SceneDocument
from support.hub.drawings import scene_of

SCENE = scene_of(Text("a"))


class Painter:
    """Draws when it is let."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int, int | None]] = []
        self.goes_on = asyncio.Event()
        self.fails = False

    async def draw(self, scene: SceneDocument, form: Form, width: int | None) -> Picture:
        self.begun.append((scene.session_id, scene.revision, width))
        await self.goes_on.wait()
        if self.fails:
            raise CannotDraw("too large")
        return Picture(f"{form} {width}".encode())


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_asks_for_the_same_waits_for_one_drawing() -> None:
    painter = Painter()
    own = Pictures(painter.draw)
    asking = [asyncio.create_task(own.get(SCENE, "png", 10, f"guest {n}")) for n in range(9)]
    await settle()
    painter.goes_on.set()
    assert {drawn.data for drawn in await asyncio.gather(*asking)} == {b"png 10"}
    assert await own.get(SCENE, "png", 10, "late") == Picture(b"png 10")
    assert len(painter.begun) == 1


async def test_one_who_has_many_drawn_holds_up_others_for_one() -> None:
    painter = Painter()
    own = Pictures(painter.draw)
    asking = [asyncio.create_task(own.get(SCENE, "png", n, "greedy")) for n in range(1, 20)]
    await settle()
    other = asyncio.create_task(own.get(replace(SCENE, session_id="other"), "png", 1, "other"))
    await settle()
    assert len(painter.begun) == 1, "one at a time"
    painter.goes_on.set()
    await other
    assert [session for session, *_ in painter.begun].index("other") == 1
    answers = await asyncio.gather(*asking, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, TooManyDrawings)]
    assert all(many.own for many in refused)
    assert len(refused) == 19 - MOST_OF_REQUESTER


async def test_what_cannot_be_drawn_is_not_tried_again_until_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painter = Painter()
    painter.fails = True
    painter.goes_on.set()
    own = Pictures(painter.draw)
    for width in (1, 2, 3):
        with pytest.raises(CannotDraw, match="too large"):
            await own.get(SCENE, "png", width, f"guest {width}")
    assert len(painter.begun) == 1
    painter.fails = False
    assert await own.get(replace(SCENE, revision=SCENE.revision + 1), "png", 1, "guest")
    assert await own.get(SCENE, "svg", None, "guest"), "another form may be had"
    monkeypatch.setattr(pictures, "FAILURE_SECONDS", 0)
    assert await own.get(SCENE, "png", 1, "guest"), "after a while too"


async def test_who_goes_away_leaves_it_to_the_others() -> None:
    painter = Painter()
    own = Pictures(painter.draw)
    first, second = (asyncio.create_task(own.get(SCENE, "svg", None, n)) for n in ("a", "b"))
    await settle()
    first.cancel()
    painter.goes_on.set()
    assert await second == Picture(b"svg None")


async def test_what_fails_otherwise_does_not_stop_the_queue() -> None:
    async def broken(scene: SceneDocument, form: Form, width: int | None) -> Picture:
        raise OSError(11, "no more processes")

    own = Pictures(broken)
    for _ in range(2):
        with pytest.raises(CannotDraw, match="now"):
            await own.get(SCENE, "svg", None, "a")
