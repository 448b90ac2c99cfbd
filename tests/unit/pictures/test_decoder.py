"""The processes that read pictures may hang, die, or not start; sessions wait for themselves."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from canvas_server.core.scene.admission import objection
from canvas_server.node.ports import Decoded, NotDecoded, Verdict
from canvas_server.pictures import decoder as module
from canvas_server.pictures.decoder import Decoder
from canvas_server.pictures.process import TOO_LONG, TOO_MUCH_MEMORY, DecoderProcess
from support.hub.drawings import png_url
from support.hub.pictures import SECRET, bytes_of, photo, url_of, zeros_png

pytestmark = pytest.mark.rule("SCN10")

VAST = url_of(zeros_png(3000, 2000), "png")
VASTEST = url_of(zeros_png(6000, 4000), "png")
PHOTO = url_of(photo(6), "jpeg")


class Room:
    """A decoder with one process."""

    def __init__(self, **limits: float) -> None:
        self.process = DecoderProcess(**limits)  # type: ignore[arg-type]
        self.decoder = Decoder([self.process])
        self.order: list[str] = []

    def read(self, *sources: str, session_id: str = "s") -> "asyncio.Future[Decoded]":
        result: asyncio.Future[Decoded] = asyncio.get_running_loop().create_future()

        def done(outcome: Decoded | NotDecoded) -> None:
            self.order.append(session_id)
            if isinstance(outcome, Decoded):
                result.set_result(outcome)
            else:
                result.set_exception(outcome)

        self.give_up = self.decoder.decode(session_id, sources, done)
        return result

    async def reason(self, src: str) -> str | None:
        return objection((await self.read(src)).sources[src])


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    yield room
    await room.decoder.close()


@pytest.mark.slow
async def test_what_came_of_pictures_is_known_from_then_on(room: Room) -> None:
    assert not room.decoder.is_known(png_url())
    found = (await room.read(png_url(), PHOTO)).sources
    assert found[png_url()] == png_url()
    assert SECRET.encode() not in bytes_of(found[PHOTO])
    assert room.decoder.is_known(png_url())
    assert room.decoder.is_known(found[PHOTO])
    assert not room.decoder.is_known(PHOTO)
    assert (room.decoder.counts.taken, room.decoder.counts.changed) == (2, 1)


async def test_what_was_refused_is_refused_again_without_a_look(room: Room) -> None:
    broken = png_url()[:-40]
    assert await room.reason(broken)
    await room.process.end()
    assert await room.reason(broken)
    assert room.process.pid is None
    assert room.decoder.counts.refused == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "why"),
    [({"cpu_seconds": 0.03}, TOO_LONG), ({"memory_bytes": 110_000_000}, TOO_MUCH_MEMORY)],
    ids=["time", "memory"],
)
async def test_what_takes_too_much_is_refused_and_the_next_is_read(
    limits: dict[str, float], why: str
) -> None:
    room = Room(**limits)
    try:
        assert await room.reason(VASTEST) == why
        assert await room.reason(png_url()) is None
    finally:
        await room.decoder.close()
    assert room.process.pid is None


@pytest.mark.slow
async def test_a_process_that_was_killed_is_begun_anew(room: Room) -> None:
    assert await room.reason(png_url()) is None
    assert room.process.pid is not None
    reading = room.read(VAST)
    await asyncio.sleep(0)
    os.kill(room.process.pid, signal.SIGKILL)
    with pytest.raises(NotDecoded):
        await reading
    assert await room.reason(png_url(5, 5)) is None


async def test_while_none_can_be_begun_the_picture_is_neither_taken_nor_refused(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("/bin/false", "/bin/ls", "/not/there"):
        monkeypatch.setattr(sys, "executable", command)
        with pytest.raises(NotDecoded):
            await room.read(png_url())
    assert not room.decoder.is_known(png_url())
    monkeypatch.undo()
    assert await room.reason(png_url()) is None
    assert room.decoder.counts.failed == 3


@pytest.mark.parametrize(
    "answer",
    [
        '{"src": "javascript:alert(1)", "reason": null, "cpu_ms": 1}',
        '{"src": "https://example.org/a.png", "reason": null, "cpu_ms": 1}',
        '{"src": "data:image/svg+xml,<svg/>", "reason": null, "cpu_ms": 1}',
        '{"src": 7}',
        "no JSON",
    ],
)
async def test_a_process_that_was_taken_over_says_nothing_that_comes_in(
    room: Room, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "taken-over"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nfor words in (b'ready', {answer.encode()!r}):\n"
        "    sys.stdout.buffer.write(len(words).to_bytes(4) + words)\n"
        "sys.stdout.buffer.flush()\nsys.stdin.buffer.read()\n"
    )
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(NotDecoded, match="should not"):
        await room.read(png_url())
    assert room.process.pid is None


async def test_who_sends_costly_pictures_waits_for_itself(room: Room) -> None:
    flood = [room.read(f"{VAST}#{n}", session_id="flood") for n in range(4)]
    await flood[0]
    await room.read(png_url(), session_id="calm")
    assert room.order == ["flood", "calm"] or room.order == ["flood", "flood", "calm"]
    await asyncio.gather(*flood)
    assert room.order[-1] == "flood"


async def test_many_sessions_with_costly_pictures_wait_for_small_ones_of_others(room: Room) -> None:
    flood = [room.read(f"{VAST}#{n}", session_id=f"flood{n}") for n in range(4)]
    await flood[0]
    await room.read(png_url(), session_id="calm")
    assert room.order.index("calm") <= 2
    await asyncio.gather(*flood)


class EndlessRoom:
    """A decoder with a process that is as quick as tests are, and sessions that never cease."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_expected_ms", lambda src: float(src.split("@")[1]))
        self.decoder = Decoder([self])  # type: ignore[list-item]
        self.read_ones: list[str] = []
        self._count = 0

    async def read(self, src: str) -> Verdict:
        self.read_ones.append(src)
        await asyncio.sleep(0)
        return Verdict(src, None, int(src.split("@")[1]))

    async def end(self) -> None:
        """There is no process."""

    def put(self, session_id: str, cost: int, turns: int = 1) -> None:
        """Send a picture, and another one as soon as it is read, so many times."""
        self._count += 1

        def done(_: Decoded | NotDecoded) -> None:
            if turns > 1:
                self.put(session_id, cost, turns - 1)

        self.decoder.decode(session_id, [f"{session_id}/{self._count}@{cost}"], done)

    async def place_of(self, session_id: str) -> int:
        """Return how many pictures were read before one of the session."""
        for _ in range(20_000):
            for place, src in enumerate(self.read_ones):
                if src.startswith(session_id):
                    return place
            await asyncio.sleep(0)
        raise AssertionError(f"none of {session_id} in {len(self.read_ones)}")


async def test_a_large_picture_has_its_turn_while_many_sessions_send_small_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = EndlessRoom(monkeypatch)
    for n in range(40):
        room.put(f"flood{n}", 30, turns=100)
    room.put("calm", 960)
    most = (40 + 1) * (module.MAX_PASSED_OVER + 1)
    assert await room.place_of("calm") <= most
    await room.decoder.close()


async def test_one_session_with_many_pictures_is_one_in_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = EndlessRoom(monkeypatch)
    for _ in range(100):
        room.put("flood", 30)
    for n in range(100):
        room.put(f"new{n}", 4)
    room.put("calm", 960)
    assert await room.place_of("calm") < 110
    await room.decoder.close()


async def test_when_too_much_waits_who_has_most_gives_way(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 3 * len(VAST))
    flood = [room.read(f"{VAST}#{n}", session_id="flood") for n in range(4)]
    calm = room.read(png_url(), session_id="calm")
    outcomes = await asyncio.gather(*flood, return_exceptions=True)
    assert [isinstance(outcome, NotDecoded) for outcome in outcomes] == [False, False, True, True]
    assert (await calm).sources


async def test_what_nobody_waits_for_any_more_is_not_read(room: Room) -> None:
    first = room.read(png_url())
    given_up = room.read(PHOTO)
    room.give_up()
    room.give_up()
    await first
    await room.read(png_url(5, 5))
    assert not given_up.done()
    assert room.decoder.counts.taken == 2


async def test_who_gives_up_what_is_being_read_is_not_told(room: Room) -> None:
    given_up = room.read(VAST)
    await asyncio.sleep(0)
    room.give_up()
    await room.read(png_url())
    assert not given_up.done()


async def test_a_process_that_nobody_needs_ends(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0)
    await room.read(png_url())
    for _ in range(100_000):
        if room.process.pid is None:
            break
        await asyncio.sleep(0)
    assert room.process.pid is None
    assert await room.reason(png_url(5, 5)) is None


async def test_little_is_remembered(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 1)
    monkeypatch.setattr(module, "MAX_SESSIONS", 1)
    urls: Sequence[str] = [png_url(n, n) for n in (1, 2)]
    for n, url in enumerate(urls):
        await room.read(url, session_id=str(n))
    assert [room.decoder.is_known(url) for url in urls] == [False, True]
