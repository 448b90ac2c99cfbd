"""Media of a bot: the tracks it sends, and the recorders of what it receives."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import av
import av.error
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaPlayer, MediaRecorder
from aiortc.mediastreams import MediaStreamError
from av.frame import Frame

from canvas_server.bot.pattern import BeepTrack, PatternTrack

KINDS = ("audio", "video")
QUEUED = {"audio": 50, "video": 15}
"""Frames that wait in a pipe, a second of each; then the oldest are dropped."""
AUDIO_ONLY = (".mp3", ".ogg", ".opus", ".wav")
RECORDINGS = (".mkv", ".mp4", ".webm", *AUDIO_ONLY)
WITHOUT_VIDEO_SECONDS = 3.0
SHORTEST_SECONDS = 0.5
"""A film that is shorter, such as a picture, is not shown more often."""


async def next_frame(track: MediaStreamTrack) -> Frame:
    """Return the next frame of a track.

    Raises:
        MediaStreamError: the track has ended.
    """
    frame = cast("object", await track.recv())  # pyright: ignore[reportUnknownMemberType]
    if not isinstance(frame, Frame):
        raise MediaStreamError
    return frame


class Pipe(MediaStreamTrack):
    """A track of the frames that are put into it, from one source or from several in turn."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._queue: asyncio.Queue[Frame | None] = asyncio.Queue(QUEUED[kind])
        self._source: object = None
        self._shift = 0
        self._latest = 0
        self._put_at = 0.0

    def put(self, frame: Frame, source: object) -> None:
        """Add a frame; those of another source than before go on in time where it ended."""
        if self.readyState != "live":
            return
        pts = frame.pts or 0
        now = time.monotonic()
        if source is not self._source:
            pause = max(1, int((now - self._put_at) / frame.time_base)) if frame.time_base else 1
            self._shift = 0 if self._source is None else self._latest + pause - pts
            self._source = source
        if self._shift:
            frame.pts = pts = pts + self._shift
        self._latest, self._put_at = pts, now
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(frame)

    async def recv(self) -> Frame:
        """Return the next frame, when there is one."""
        frame = None if self.readyState != "live" else await self._queue.get()
        if frame is None:
            raise MediaStreamError
        return frame

    def stop(self) -> None:
        """End it, also for who waits."""
        super().stop()
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)


class Outgoing:
    """What is sent over one peer connection: tracks that nobody else uses."""

    def __init__(self, *tracks: MediaStreamTrack) -> None:
        self.tracks = tracks

    def hear(self, frame: Frame, kind: str, source: object) -> None:
        """Take note of what is received."""

    def close(self) -> None:
        """Stop the tracks."""
        for track in self.tracks:
            track.stop()


Program = Callable[[], Outgoing]
"""Makes what one peer connection sends."""


def pattern() -> Outgoing:
    """Send the test picture and the beep."""
    return Outgoing(BeepTrack(), PatternTrack())


class Echo(Outgoing):
    """Sends back what is received."""

    def __init__(self) -> None:
        self._pipes = {kind: Pipe(kind) for kind in KINDS}
        super().__init__(*self._pipes.values())

    def hear(self, frame: Frame, kind: str, source: object) -> None:
        """Send it back."""
        self._pipes[kind].put(frame, source)


class CannotPlay(Exception):
    """The file holds nothing that can be sent."""


class Film(Outgoing):
    """Sends a file over and over."""

    def __init__(self, path: Path) -> None:
        kinds = kinds_in(path)
        self._path = path
        self._pipes = {kind: Pipe(kind) for kind in KINDS if kind in kinds}
        super().__init__(*self._pipes.values())
        self._task = asyncio.create_task(self._play(), name=f"plays {path.name}")

    async def _play(self) -> None:
        while True:
            began = time.monotonic()
            player = MediaPlayer(str(self._path))
            tracks = [track for track in (player.audio, player.video) if track is not None]
            try:
                await asyncio.gather(*(self._feed(track, player) for track in tracks))
            finally:
                for track in tracks:
                    track.stop()
            await asyncio.sleep(max(0, SHORTEST_SECONDS - (time.monotonic() - began)))

    async def _feed(self, track: MediaStreamTrack, player: MediaPlayer) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                self._pipes[track.kind].put(await next_frame(track), player)

    def close(self) -> None:
        """Stop playing."""
        self._task.cancel()
        super().close()


def kinds_in(path: Path) -> set[str]:
    """Return which kinds of media a file holds.

    Raises:
        CannotPlay: none, or it cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            streams = [stream for stream in container.streams if stream.type in KINDS]
            if streams and next(container.decode(streams), None) is not None:
                return {stream.type for stream in streams}
    except (av.error.FFmpegError, OSError) as error:
        raise CannotPlay(f"{path} cannot be played: {error}") from error
    raise CannotPlay(f"{path} holds neither picture nor sound")


class Recorder:
    """Keeps what is received in one call in a file, from the first picture on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        kinds = ("audio",) if path.suffix.lower() in AUDIO_ONLY else KINDS
        self._pipes = {kind: Pipe(kind) for kind in kinds}
        self._since = time.monotonic()
        self._writer: MediaRecorder | None = None

    @property
    def started(self) -> bool:
        """There is something in the file."""
        return self._writer is not None

    async def put(self, frame: Frame, kind: str, source: object) -> None:
        """Keep a frame.

        Raises:
            OSError: the file cannot be written.
        """
        if kind not in self._pipes:
            return
        self._pipes[kind].put(frame, source)
        if self._writer is not None:
            return
        waited = time.monotonic() - self._since > WITHOUT_VIDEO_SECONDS
        if kind == "video" or "video" not in self._pipes:
            await self._start(tuple(self._pipes))
        elif waited:
            await self._start(("audio",))

    async def _start(self, kinds: tuple[str, ...]) -> None:
        writer = MediaRecorder(str(self.path))
        # The first picture says how large the pictures are: it has to be written before any sound.
        for kind in sorted(kinds, reverse=True):
            writer.addTrack(self._pipes[kind])
        self._writer = writer
        await writer.start()

    async def stop(self) -> None:
        """Finish the file."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.stop()
        for pipe in self._pipes.values():
            pipe.stop()


def free_path(path: Path) -> Path:
    """Return the path, with a number where there is such a file already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
