"""What waits to be written to one connection: bounded, and encoded once for many.

A message becomes a WebSocket frame once; the outboxes of all its receivers hold the same bytes.
"""

from typing import Protocol

from canvas_server.protocol.codec import encode
from canvas_server.protocol.server import PeerCursor, ServerMessage

MAX_QUEUED_BYTES = 6 * 1024 * 1024
"""More than the largest `scene_update` and what comes with it."""
WRITE_BYTES = 64 * 1024
"""At most about so much is given to the socket at once while it does not keep up."""

_SMALL_HEADERS = tuple(bytes((0x81, size)) for size in range(126))


class Wire(Protocol):
    """The socket behind an outbox."""

    def write(self, data: bytes) -> None:
        """Take bytes to send; call `Outbox.pause` from within when enough is waiting."""

    def too_slow(self) -> None:
        """End a connection whose reader does not keep up (OUT1)."""


class DroppableFrame(bytes):
    """A frame that a slow reader may miss."""

    __slots__ = ()


def frame_of(message: ServerMessage) -> bytes:
    """Return a message as it goes over the wire: one unmasked text frame (RFC 6455 section 5.2)."""
    payload = encode(message)
    size = len(payload)
    if size < 126:
        header = _SMALL_HEADERS[size]
    elif size < 65536:
        header = b"\x81\x7e" + size.to_bytes(2)
    else:
        header = b"\x81\x7f" + size.to_bytes(8)
    frame = header + payload
    return DroppableFrame(frame) if type(message) is PeerCursor else frame


class Outbox:
    """The frames that wait for one connection.

    `push` queues, `flush` writes what is queued in one go. While the socket is behind (between
    `pause` and `resume`) frames stay here. Beyond `MAX_QUEUED_BYTES` cursors are dropped first,
    then the reader is given up as too slow (OUT1).
    """

    __slots__ = ("_frames", "_wire", "closed", "paused", "queued_bytes")

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._frames: list[bytes] = []
        self.paused = False
        self.queued_bytes = 0
        self.closed = False

    def push(self, frame: bytes) -> None:
        """Queue a frame, unless the connection is ending."""
        if self.closed:
            return
        self._frames.append(frame)
        self.queued_bytes += len(frame)
        if self.queued_bytes > MAX_QUEUED_BYTES:
            self._relieve()

    def flush(self) -> None:
        """Write what is queued, as far as the socket takes it."""
        if self.paused or not self._frames:
            return
        if self.queued_bytes <= WRITE_BYTES:
            frames, self._frames = self._frames, []
            self.queued_bytes = 0
            self._wire.write(b"".join(frames))
        else:
            self._write_in_parts()

    def pause(self) -> None:
        """Keep frames: the socket has enough waiting."""
        self.paused = True

    def resume(self) -> None:
        """Write again: the socket has caught up."""
        self.paused = False
        self.flush()

    def close(self) -> None:
        """Forget what waits and take nothing more."""
        self.closed = True
        self._frames.clear()
        self.queued_bytes = 0

    def _write_in_parts(self) -> None:
        start, frames = 0, self._frames
        while start < len(frames) and not self.paused:
            end, size = start, 0
            while end < len(frames) and size < WRITE_BYTES:
                size += len(frames[end])
                end += 1
            self._wire.write(b"".join(frames[start:end]))
            self.queued_bytes -= size
            start = end
        del frames[:start]

    def _relieve(self) -> None:
        self._frames = [frame for frame in self._frames if type(frame) is bytes]
        self.queued_bytes = sum(len(frame) for frame in self._frames)
        if self.queued_bytes > MAX_QUEUED_BYTES:
            self.close()
            self._wire.too_slow()
