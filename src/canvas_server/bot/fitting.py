"""Pictures only as large as they are seen at the other side (rule SIG11)."""

from aiortc import MediaStreamTrack
from av import VideoFrame
from av.frame import Frame

from canvas_server.bot.media import next_frame

LEAST_HEIGHT = 90
"""Smaller pictures save nothing."""


class ShownSize:
    """How large a peer shows what it is sent; changed while it is sent."""

    height: int | None = None
    """In pixels; 0: it is not seen. None: nothing was said, so that all of it is sent."""


class Fitted(MediaStreamTrack):
    """A track of pictures, made as small as they are seen; none while they are not."""

    kind = "video"

    def __init__(self, source: MediaStreamTrack, view: ShownSize) -> None:
        super().__init__()
        self._source = source
        self._view = view

    async def recv(self) -> Frame:
        """Return the next picture that is seen.

        Raises:
            MediaStreamError: the source has ended.
        """
        while True:
            frame = await next_frame(self._source)
            if self._view.height != 0:
                return fitted(frame, self._view.height)

    def stop(self) -> None:
        """End the source too: nobody else has it."""
        super().stop()
        self._source.stop()


def fitted(frame: Frame, height: int | None) -> Frame:
    """Return a picture at most so high, of the same shape; encoders want even sides."""
    if height is None or not isinstance(frame, VideoFrame):
        return frame
    share = max(height, LEAST_HEIGHT) / frame.height
    if share >= 1:
        return frame
    small = frame.reformat(_even(frame.width * share), _even(frame.height * share))
    small.pts, small.time_base = frame.pts, frame.time_base
    return small


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
