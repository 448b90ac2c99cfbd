"""Per-connection send queue with a byte bound (OUT1), kept until its frames have arrived.

A message becomes a WebSocket frame once; the outboxes of all its receivers hold the same bytes.
An outbox outlives its socket: when the peer comes back on another one, it goes on where the peer
says that it stopped hearing (RES1).
"""

from collections.abc import Container
from typing import NamedTuple, Protocol

from canvas_server.core.effects import ConnectionId, Resume
from canvas_server.node.frames import DroppableFrame, frame_of, resent
from canvas_server.protocol.server import ServerMessage

MAX_QUEUED_BYTES = 6 * 1024 * 1024
"""What may wait for a socket: more than the largest `scene_update` and what comes with it."""
MAX_AWAY_BYTES = 8 * 1024 * 1024
"""What may wait for a peer that is away: what a slow one left unread, and some more."""
MAX_ALL_AWAY_BYTES = 256 * 1024 * 1024
"""For all peers together that are away."""
MAX_KEPT_BYTES = 1024 * 1024
"""What is written and kept while nobody says whether it has arrived."""
ASK_BYTES = 64 * 1024
"""After so much that was written the other end is asked whether it has arrived."""
WRITE_BYTES = 64 * 1024
"""At most about so much is given to the socket at once while it does not keep up."""
MAX_CHECKPOINTS = 4


class Wire(Protocol):
    """The socket behind an outbox."""

    def write(self, data: bytes) -> None:
        """Take bytes to send; call `Outbox.pause` from within when enough is waiting."""

    def ask(self, number: int) -> None:
        """Have the other end say when it has read up to here: it echoes this number."""

    def too_slow(self) -> None:
        """End a connection whose reader does not keep up (OUT1)."""


class ResumePoint(NamedTuple):
    """A place both ends know, by a resume token: frames are counted from it."""

    number: int
    """Frames sent before it."""
    heard: int
    """Messages heard before it."""


class Outbox:
    """The frames for one peer: those that wait, and those that are written and may not arrive.

    `push` queues, `flush` writes what is queued in one go. While the socket is behind (between
    `pause` and `resume`) or gone (between `detach` and `attach`) frames stay queued. Beyond the
    bound cursors are dropped first; then a slow reader is given up (OUT1), and for one that is away
    everything is: it will get a snapshot.
    """

    __slots__ = (
        "_checkpoints",
        "_first",
        "_kept",
        "_kept_bytes",
        "_queued",
        "_snapshot_end",
        "_unasked",
        "_wire",
        "heard",
        "lost",
        "paused",
        "queued_bytes",
    )

    def __init__(self, wire: Wire | None) -> None:
        self._wire = wire
        self._queued: list[bytes] = []
        self.queued_bytes = 0
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._first = 0
        """The number of the first frame that is kept; frames are counted from 0."""
        self._snapshot_end = 0
        self._unasked = 0
        self._checkpoints: dict[str, ResumePoint] = {}
        self.heard = 0
        """Messages that came from the peer."""
        self.paused = wire is None
        self.lost = False
        """Nothing is kept any more: too much was waiting."""

    # --- sending -----------------------------------------------------------------------------

    def push(self, frame: bytes, message: ServerMessage | None = None) -> None:  # noqa: ARG002
        """Queue a frame; `message` is what it was made of, for outboxes that need no frames."""
        if self._wire is None and (self.lost or type(frame) is DroppableFrame):
            return
        self._queued.append(frame)
        self.queued_bytes += len(frame)
        if self.queued_bytes > MAX_QUEUED_BYTES:
            self._relieve()

    def flush(self) -> None:
        """Write what is queued, as far as the socket takes it."""
        wire, frames, size = self._wire, self._queued, self.queued_bytes
        if self.paused or wire is None or not frames:
            return
        if size <= WRITE_BYTES:
            self._queued, self.queued_bytes = [], 0
            wire.write(b"".join(frames))
            self._written(wire, frames, size)
        else:
            self._write_in_parts(wire)

    def pause(self) -> None:
        """Keep frames: the socket has enough waiting."""
        self.paused = True

    def resume(self) -> None:
        """Write again: the socket has caught up."""
        self.paused = False
        self.flush()

    # --- losing the socket and getting another -------------------------------------------------

    def detach(self) -> None:
        """Let go of a socket that is gone or going; what has not arrived waits for another."""
        self._wire = None
        self.paused = True
        if self._checkpoints:
            self._drop_cursors()
        else:
            self.give_up()

    def attach(self, wire: Wire, *, paused: bool) -> None:
        """Go on writing to a socket."""
        self._wire = wire
        self.paused = paused

    def give_up(self) -> None:
        """Keep nothing: who comes back gets a snapshot."""
        self.lost = True
        self._queued.clear()
        self._kept.clear()
        self._checkpoints.clear()
        self.queued_bytes = self._kept_bytes = 0

    def forget_checkpoints(self) -> None:
        """Keep nothing that is written: another node counts what arrives."""
        self._checkpoints.clear()
        self.acknowledge(self._first + len(self._kept))

    @property
    def written(self) -> int:
        """The number of the next frame to be written; 0 while none is counted."""
        return self._first + len(self._kept) if self._checkpoints else 0

    @property
    def size(self) -> int:
        """Bytes that are queued and kept."""
        return self.queued_bytes + self._kept_bytes

    # --- what has arrived ----------------------------------------------------------------------

    def checkpoint(self, token: str, snapshot: int, since: str = "") -> None:
        """Count frames from before the last `snapshot` ones on, under this token.

        Those themselves are not kept once they are written: who misses them gets new ones. What
        came from the peer counts since the checkpoint of the token `since`, if there is one.
        """
        end = self._first + len(self._kept) + len(self._queued)
        before = self._checkpoints.get(since)
        heard = self.heard if before is None else before.heard
        self._remember(token, ResumePoint(end - snapshot, heard))
        self._snapshot_end = end

    def acknowledge(self, number: int) -> None:
        """Let go of the frames up to a number, as far as they are written."""
        count = min(number - self._first, len(self._kept))
        if count > 0:
            self._kept_bytes -= sum(map(len, self._kept[:count]))
            del self._kept[:count]
            self._first += count

    def arrived(self, received: int) -> None:
        """Let go of the first frames since the latest checkpoint."""
        self.acknowledge(self._latest_checkpoint.number + received)

    def heard_since_checkpoint(self) -> int:
        """Return how many messages came since the latest checkpoint."""
        return self.heard - self._latest_checkpoint.heard

    def resumable(self, token: str, received: int) -> int | None:
        """Return how many messages came from the peer since it was given this token.

        None: what followed the first `received` frames since then is not all there.
        """
        checkpoint = self._checkpoints.get(token)
        if checkpoint is None:
            return None
        number = checkpoint.number + received
        return self.heard - checkpoint.heard if self._first <= number <= self.written else None

    def go_on(self, wire: Wire, before: "Outbox", resume: Resume) -> None:
        """Go on with a socket, after what another outbox has queued for it (RES1)."""
        before.flush()
        paused = before.paused
        before.detach()
        wire.write(frame_of(resume.assigned))
        self.detach()
        self.rewind(resume.token, resume.received, resume.assigned.resume_token)
        self.attach(wire, paused=paused)

    def rewind(self, token: str, received: int, next_token: str) -> None:
        """Queue again what followed the first `received` frames of a checkpoint; set another."""
        checkpoint = self._checkpoints.pop(token)
        self._checkpoints[token] = checkpoint  # the latest that the peer is known to have
        number = checkpoint.number + received
        self.acknowledge(number)
        self._queued = [resent(frame) for frame in (*self._kept, *self._queued)]
        self.queued_bytes = sum(map(len, self._queued))
        self._kept.clear()
        self._kept_bytes = 0
        self._remember(next_token, ResumePoint(number, self.heard))

    # --- the rest ------------------------------------------------------------------------------

    @property
    def _latest_checkpoint(self) -> ResumePoint:
        return next(reversed(self._checkpoints.values()))

    def _remember(self, token: str, checkpoint: ResumePoint) -> None:
        self._checkpoints[token] = checkpoint
        if len(self._checkpoints) > MAX_CHECKPOINTS:
            del self._checkpoints[next(iter(self._checkpoints))]

    def _written(self, wire: Wire, frames: list[bytes], size: int) -> None:
        """Keep what was written until it has arrived."""
        if not self._checkpoints:
            self._first += len(frames)
            return
        self._kept += frames
        self._kept_bytes += size
        if self._first < self._snapshot_end:
            self.acknowledge(self._snapshot_end)
        self._unasked += size
        if self._unasked > ASK_BYTES:
            self._unasked = 0
            wire.ask(self.written)
        while self._kept_bytes > MAX_KEPT_BYTES:
            self.acknowledge(self._first + 1 + len(self._kept) // 4)

    def _write_in_parts(self, wire: Wire) -> None:
        start, queued = 0, self._queued
        while start < len(queued) and not self.paused:
            end, size = start, 0
            while end < len(queued) and size < WRITE_BYTES:
                size += len(queued[end])
                end += 1
            part = queued[start:end]
            self.queued_bytes -= size
            start = end
            wire.write(b"".join(part))
            self._written(wire, part, size)
        del queued[:start]

    def _drop_cursors(self) -> None:
        self._queued = [frame for frame in self._queued if type(frame) is not DroppableFrame]
        self.queued_bytes = sum(map(len, self._queued))

    def _relieve(self) -> None:
        if self._wire is None:
            if self.queued_bytes > MAX_AWAY_BYTES:
                self.give_up()
            return
        self._drop_cursors()
        if self.queued_bytes > MAX_QUEUED_BYTES:
            self._wire.too_slow()


class Outboxes(dict[ConnectionId, Outbox]):
    """The outboxes of a node, those of peers that are away included."""

    def bound(self, connections: Container[ConnectionId]) -> None:
        """Keep what waits for those bounded who have none of these connections: peers away."""
        away = [outbox for connection, outbox in self.items() if connection not in connections]
        size = sum(outbox.size for outbox in away)
        for outbox in sorted(away, key=lambda outbox: -outbox.size):
            if size <= MAX_ALL_AWAY_BYTES:
                break
            size -= outbox.size
            outbox.give_up()

    def heard(self, connection: ConnectionId) -> int:
        """Return how many messages came from a peer since its latest checkpoint."""
        return self[connection].heard_since_checkpoint()

    def resumable(self, connection: ConnectionId, token: str, received: int) -> int | None:
        """Tell whether a peer can go on hearing from there; see `Outbox.resumable`."""
        return self[connection].resumable(token, received)
