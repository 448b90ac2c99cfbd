"""What a bot sends and where its tile goes."""

import asyncio
import json
import subprocess
from array import array
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import msgspec
import pytest
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from canvas_server.bot.descriptions import fingerprint_of, fragments_of, gathered_in
from canvas_server.bot.fitting import Fitted, ShownSize, fitted
from canvas_server.bot.media import QUEUED, CannotPlay, Pipe, free_path, kinds_in
from canvas_server.bot.pattern import BAND_TOP, BeepTrack, PatternTrack
from canvas_server.bot.placement import arranged_slot, free_slot
from canvas_server.bot.words import diagnosis_text
from canvas_server.protocol.diagnosis import Cause, Whose
from canvas_server.protocol.kinds import Note, Video
from canvas_server.protocol.scene import Element, Transform, Viewport
from canvas_server.protocol.server import CallDiagnosis
from support.servers.bots import until

ROOT = Path(__file__).resolve().parents[3]


def test_fingerprint_and_fragments_of_a_description() -> None:
    sdp = (
        "v=0\r\na=fingerprint:sha-256 AB:CD\r\n"
        "m=audio\r\na=ice-ufrag:x1\r\nm=video\r\na=ice-ufrag:x1\r\n"
    )
    assert fingerprint_of(sdp) == "sha-256 ab:cd"
    assert fragments_of(sdp) == {"x1"}
    assert (fingerprint_of("v=0"), fragments_of("v=0")) == ("", frozenset())


def test_the_types_of_candidates_in_a_description() -> None:
    lines = [
        "a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host",
        "a=candidate:2 1 udp 1694498815 203.0.113.1 5001 typ srflx raddr 10.0.0.1 rport 5000",
        "a=candidate:3 1 udp 2130706431 10.0.0.2 5000 typ host",
        "a=candidate:4 1 udp 1 203.0.113.2 5002 typ relay raddr 0.0.0.0 rport 0",
        "a=candidate:5 1 udp 1 203.0.113.2 5002 typ unheard",
    ]
    assert gathered_in("v=0\r\n" + "\r\n".join(lines)) == ("host", "srflx", "relay")
    assert gathered_in("v=0") == ()


@pytest.mark.rule("SIG11")
@pytest.mark.parametrize(
    ("height", "size"),
    [
        (None, (640, 360)),
        (1080, (640, 360)),
        (360, (640, 360)),
        (180, (320, 180)),
        (101, (180, 100)),
        (1, (160, 90)),
    ],
)
def test_pictures_are_made_to_fit(height: int | None, size: tuple[int, int]) -> None:
    frame = VideoFrame(640, 360, "yuv420p")
    frame.pts, frame.time_base = 90, Fraction(1, 90_000)
    small = fitted(frame, height)
    assert isinstance(small, VideoFrame)
    assert (small.width, small.height) == size
    assert (small.pts, small.time_base) == (90, Fraction(1, 90_000))


@pytest.mark.rule("SIG11")
async def test_what_is_not_seen_is_not_sent_and_comes_back() -> None:
    pipe, view = Pipe("video"), ShownSize()
    track = Fitted(pipe, view)

    def show(pts: int) -> None:
        frame = VideoFrame(64, 48, "yuv420p")
        frame.pts, frame.time_base = pts, Fraction(1, 90_000)
        pipe.put(frame, "a")

    view.height = 0
    for pts in (0, 1, 2):
        show(pts)
    waiting = asyncio.create_task(track.recv())
    await until(pipe._queue.empty, "they are taken")
    view.height = None
    show(3)
    assert (await waiting).pts == 3
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


@pytest.mark.parametrize(
    ("cause", "whose", "words"),
    [
        (Cause.UDP_BLOCKED, "you", "about the call with Ada, our side: The network there blocks"),
        (Cause.LOSS, "network", "about the call with Ada, between the two: Packets get lost"),
        (Cause.WELL, "network", "the call with Ada is good again"),
    ],
)
def test_what_it_is_told_of_a_call_it_says_in_words(cause: Cause, whose: Whose, words: str) -> None:
    assert diagnosis_text(CallDiagnosis("ada", cause, whose), "Ada").startswith(words)


def random_case(random: Random) -> tuple[str, list[str], float, list[Element], Viewport]:
    """Return whose tile is to be placed, whose there are, its proportions, and the scene."""
    streams = [f"peer-{n}" for n in range(random.randint(1, 10))]
    aspect = random.choice([16 / 9, 4 / 3, 9 / 16])
    elements: list[Element] = []
    for stream in streams[1:] if random.random() < 0.5 else ():
        place = free_slot(stream, streams, aspect, elements, Viewport())
        elements.append(Element(stream, Video(stream), place))
    for n in range(random.randrange(8) if random.random() < 0.6 else 0):
        place = Transform(
            float(random.randrange(1200)),
            float(random.randrange(700)),
            float(random.randrange(1, 600)),
            float(random.randrange(1, 400)),
        )
        elements.append(Element(f"note-{n}", Note(""), place))
    return random.choice(streams), streams, aspect, elements, Viewport()


@pytest.mark.rule("LAY2")
def test_tiles_go_where_the_browser_would_put_them() -> None:
    random = Random(7)
    given = [random_case(random) for _ in range(300)]
    ours = [(free_slot(*case), arranged_slot(case[0], case[2], case[3], case[4])) for case in given]
    script = """
        import {arrangedSlot, freeSlot} from "./web/canvas/freeslot.js";
        let text = "";
        for await (const chunk of process.stdin) text += chunk;
        const place = ([own, streams, aspect, elements, viewport]) =>
            [freeSlot, arrangedSlot].map(slot => slot({own, streams, aspect}, elements, viewport));
        console.log(JSON.stringify(JSON.parse(text).map(place)));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        cwd=ROOT,
        input=msgspec.json.encode(given),
        capture_output=True,
        check=True,
    )
    theirs = [
        (Transform(**new), arranged and Transform(**arranged))
        for new, arranged in json.loads(done.stdout)
    ]
    assert ours == theirs
    assert any(arranged for _, arranged in ours)


def rgb(frame: VideoFrame, x: int, y: int) -> tuple[int, int, int]:
    picture = frame.reformat(format="rgb24").planes[0]
    start = y * picture.line_size + 3 * x
    r, g, b = bytes(picture)[start : start + 3]
    return r, g, b


async def test_the_pattern_is_green_in_the_middle_and_has_a_clock_that_moves() -> None:
    track = PatternTrack()
    first, second = await track.recv(), await track.recv()
    assert isinstance(first, VideoFrame)
    assert isinstance(second, VideoFrame)
    r, g, b = rgb(first, 320, 180)
    assert g > 150
    assert max(r, b) < 60
    assert rgb(first, 600, 100)[2] > 150, "the last bar is blue"
    luma = bytes(first.planes[0])[BAND_TOP * first.planes[0].line_size :]
    assert 235 in luma, "the clock"
    assert bytes(first.planes[0]) != bytes(second.planes[0])
    assert first.pts == 0
    assert second.time == pytest.approx(1 / 15)
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_the_beep_is_a_tone_of_400_hertz(monkeypatch: pytest.MonkeyPatch) -> None:
    track = BeepTrack()
    monkeypatch.setattr("canvas_server.bot.pattern.time.time", lambda: 7.1)
    frame = await track.recv()
    monkeypatch.setattr("canvas_server.bot.pattern.time.time", lambda: 7.5)
    pause = await track.recv()
    assert isinstance(frame, AudioFrame)
    assert isinstance(pause, AudioFrame)
    samples = array("h", bytes(frame.planes[0])[: 2 * frame.samples])
    rises = sum(a < 0 <= b for a, b in pairwise(samples))
    assert rises in (7, 8), "400 Hz in 20 ms, beginning with a rise"
    assert max(array("h", bytes(pause.planes[0])[: 2 * pause.samples])) == 0
    assert pause.pts == frame.samples


def sound(pts: int) -> AudioFrame:
    frame = AudioFrame(format="s16", layout="mono", samples=960)
    frame.pts, frame.sample_rate, frame.time_base = pts, 48_000, Fraction(1, 48_000)
    return frame


async def test_a_pipe_goes_on_in_time_when_its_source_changes() -> None:
    pipe = Pipe("audio")
    for source, pts in (("a", 100), ("a", 1060), ("b", 0), ("b", 960)):
        pipe.put(sound(pts), source)
    stamps = [(await pipe.recv()).pts or 0 for _ in range(4)]
    assert stamps == sorted(set(stamps))
    assert stamps[3] - stamps[2] == 960


async def test_a_pipe_that_nobody_reads_keeps_the_latest_second() -> None:
    pipe = Pipe("audio")
    for number in range(QUEUED["audio"] + 3):
        pipe.put(sound(number), "a")
    assert (await pipe.recv()).pts == 3
    pipe.stop()
    pipe.put(sound(99), "a")
    with pytest.raises(MediaStreamError):
        await pipe.recv()


def test_what_cannot_be_played_is_said(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    for path in (text, tmp_path / "missing.mp4"):
        with pytest.raises(CannotPlay, match=path.name):
            kinds_in(path)


def test_a_recording_replaces_no_file(tmp_path: Path) -> None:
    path = tmp_path / "call.mp4"
    assert free_path(path) == path
    path.touch()
    (tmp_path / "call-2.mp4").touch()
    assert free_path(path).name == "call-3.mp4"
