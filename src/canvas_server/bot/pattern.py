"""A test picture with a clock that moves, and a beep at each second."""

import asyncio
import math
import time
from array import array
from fractions import Fraction

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from av.frame import Frame

WIDTH, HEIGHT = 640, 360
FRAMES_PER_SECOND = 15
VIDEO_CLOCK = 90_000
SAMPLE_RATE = 48_000
BLOCK = 960
"""Samples of 20 ms."""
TONE_HERTZ = 400
"""Whole waves in a block, so that it may begin and end with any one."""
LOUDNESS = 8_000
BEEP_SECONDS = 0.2

# The bars of 75 % (Y, U, V of BT.601): white, yellow, cyan, green, magenta, red, blue.
BARS = (
    (180, 128, 128),
    (162, 44, 142),
    (131, 156, 44),
    (112, 72, 58),
    (84, 184, 198),
    (65, 100, 212),
    (35, 212, 114),
)
BAND_TOP = 280
"""From here on the picture is dark, and the clock is on it."""
DARK, BRIGHT = 16, 235

# Seven segments: x, y, width, height in units of a digit 4 wide and 7 high.
_SEGMENTS = {
    "a": (0, 0, 4, 1),
    "b": (3, 0, 1, 4),
    "c": (3, 3, 1, 4),
    "d": (0, 6, 4, 1),
    "e": (0, 3, 1, 4),
    "f": (0, 0, 1, 4),
    "g": (0, 3, 4, 1),
}
_LIT = {
    "0": "abcdef",
    "1": "bc",
    "2": "abged",
    "3": "abgcd",
    "4": "fgbc",
    "5": "afgcd",
    "6": "afgedc",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
}
_UNIT = 7
_DIGIT_STEP = 5 * _UNIT


class Ticks:
    """Waits for the next of evenly spaced moments."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = time.monotonic()
        self.count = -1

    async def next(self) -> int:
        """Return the number of the moment that has come, from 0."""
        self.count += 1
        await asyncio.sleep(self._began + self.count * self._seconds - time.monotonic())
        return self.count


class PatternTrack(MediaStreamTrack):
    """Colour bars over a clock; the middle of the picture is green."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._ticks = Ticks(1 / FRAMES_PER_SECOND)
        self._background: list[bytes] = []

    async def recv(self) -> Frame:
        """Return the next picture, when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        number = await self._ticks.next()
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        luma, *colors = frame.planes
        if not self._background:
            self._background = [
                _bars(plane.line_size, plane.height, channel)
                for channel, plane in enumerate(frame.planes)
            ]
        picture = bytearray(self._background[0])
        _draw_clock(picture, luma.line_size, time.strftime("%H:%M:%S"))
        sweep = number % (2 * FRAMES_PER_SECOND) * WIDTH // (2 * FRAMES_PER_SECOND)
        _fill(picture, luma.line_size, (sweep, HEIGHT - 12, 16, 12))
        luma.update(bytes(picture))
        for plane, background in zip(colors, self._background[1:], strict=True):
            plane.update(background)
        frame.pts = number * VIDEO_CLOCK // FRAMES_PER_SECOND
        frame.time_base = Fraction(1, VIDEO_CLOCK)
        return frame


class BeepTrack(MediaStreamTrack):
    """A tone in the first fifth of each second."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._ticks = Ticks(BLOCK / SAMPLE_RATE)
        wave = (math.sin(2 * math.pi * TONE_HERTZ * n / SAMPLE_RATE) for n in range(BLOCK))
        self._tone = array("h", (round(LOUDNESS * value) for value in wave)).tobytes()

    async def recv(self) -> Frame:
        """Return the next 20 ms, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        number = await self._ticks.next()
        frame = AudioFrame(format="s16", layout="mono", samples=BLOCK)
        sounds = time.time() % 1 < BEEP_SECONDS
        frame.planes[0].update(self._tone if sounds else bytes(len(self._tone)))
        frame.pts = number * BLOCK
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        return frame


def _bars(line_size: int, height: int, channel: int) -> bytes:
    """Draw one channel of the bars, with the dark band below them."""
    scale = 1 if channel == 0 else 2
    width = WIDTH // scale
    bars = bytes(BARS[x * len(BARS) // width][channel] for x in range(width))
    dark = bytes((DARK if channel == 0 else 128,)) * width
    padding = bytes(line_size - width)
    top = BAND_TOP // scale
    return (bars + padding) * top + (dark + padding) * (height - top)


def _draw_clock(picture: bytearray, line_size: int, text: str) -> None:
    left = (WIDTH - len(text) * _DIGIT_STEP) // 2
    top = BAND_TOP + 10
    for place, character in enumerate(text):
        x = left + place * _DIGIT_STEP
        if character == ":":
            for y in (2, 4):
                _fill(picture, line_size, (x + 2 * _UNIT, top + y * _UNIT, _UNIT, _UNIT))
            continue
        for segment in _LIT[character]:
            dx, dy, width, height = (_UNIT * part for part in _SEGMENTS[segment])
            _fill(picture, line_size, (x + dx, top + dy, width, height))


def _fill(picture: bytearray, line_size: int, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    width = min(width, WIDTH - x)
    for row in range(y, min(y + height, HEIGHT)):
        start = row * line_size + x
        picture[start : start + width] = bytes((BRIGHT,)) * width
