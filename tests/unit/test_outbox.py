"""The outbox of a connection: OUT1."""

import pytest

from canvas_server import outbox as outbox_module
from canvas_server.outbox import Outbox, frame_of
from canvas_server.protocol import server


class Socket:
    """Takes what is written; says stop after `room` bytes, as a transport does."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.outbox = Outbox(self)
        self.written: list[bytes] = []
        self.room = room
        self.gave_up = 0

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.room -= len(data)
        if self.room <= 0:
            self.outbox.pause()

    def too_slow(self) -> None:
        self.gave_up += 1


def message(size: int, fill: str = "x") -> bytes:
    return frame_of(server.RelayOffer("p", fill * size))


def cursor(x: float = 1) -> bytes:
    return frame_of(server.PeerCursor("p", x, 2))


@pytest.mark.parametrize("size", [0, 1, 70, 71, 72, 200, 65_000, 65_535, 66_000, 300_000])
def test_a_frame_has_the_header_of_its_size(size: int) -> None:
    """RFC 6455 section 5.2: unmasked, final, text, the shortest length form."""
    data = message(size)
    assert data[0] == 0x81
    if data[1] < 126:
        start, length = 2, data[1]
    elif data[1] == 126:
        start, length = 4, int.from_bytes(data[2:4])
        assert length >= 126
    else:
        start, length = 10, int.from_bytes(data[2:10])
        assert length >= 65536
    assert len(data) == start + length
    assert data[start:].startswith(b'{"type":"relay_offer"')


def test_what_is_queued_goes_out_in_one_write() -> None:
    socket = Socket()
    frames = [message(1, c) for c in "abc"]
    for data in frames:
        socket.outbox.push(data)
    assert socket.written == []
    socket.outbox.flush()
    socket.outbox.flush()
    assert socket.written == [b"".join(frames)]
    assert socket.outbox.queued_bytes == 0


def test_while_the_socket_is_behind_frames_wait_and_keep_their_order() -> None:
    socket = Socket(room=1)
    frames = [message(40_000, c) for c in "abcdef"]
    socket.outbox.push(frames[0])
    socket.outbox.flush()
    for data in frames[1:]:
        socket.outbox.push(data)
    socket.outbox.flush()
    assert socket.written == frames[:1]
    socket.room = 100_000
    socket.outbox.resume()
    assert len(b"".join(socket.written)) < sum(map(len, frames)), "stops when told so"
    socket.room = 1 << 30
    socket.outbox.resume()
    assert b"".join(socket.written) == b"".join(frames)
    assert socket.outbox.queued_bytes == 0


def test_beyond_the_bound_cursors_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_QUEUED_BYTES", 1000)
    socket = Socket()
    socket.outbox.pause()
    kept = [message(250, "a"), message(250, "b")]
    socket.outbox.push(kept[0])
    for n in range(10):
        socket.outbox.push(cursor(n))
    assert socket.outbox.queued_bytes < 1000
    socket.outbox.push(kept[1])
    assert socket.gave_up == 0
    socket.outbox.resume()
    assert b"".join(socket.written) == b"".join(kept)


def test_beyond_the_bound_without_cursors_the_reader_is_given_up_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_module, "MAX_QUEUED_BYTES", 1000)
    socket = Socket()
    socket.outbox.pause()
    for _ in range(10):
        socket.outbox.push(message(300))
    assert socket.gave_up == 1
    assert socket.outbox.queued_bytes == 0
    socket.outbox.resume()
    assert socket.written == [], "what was half told is not told at all"


def test_the_bound_leaves_room_for_the_largest_scene() -> None:
    from canvas_server.core.scene import MAX_SCENE_BYTES

    assert outbox_module.MAX_QUEUED_BYTES > MAX_SCENE_BYTES + 1024 * 1024
