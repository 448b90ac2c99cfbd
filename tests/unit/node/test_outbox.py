"""The outbox of a peer."""

import pytest

from canvas_server.node import outbox as outbox_module
from canvas_server.node.frames import frame_of
from canvas_server.node.outbox import Outbox
from canvas_server.protocol import server

pytestmark = pytest.mark.rule("OUT1", "RES1")


class Socket:
    """Takes what is written; says stop after `room` bytes, as a transport does."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.outbox = Outbox(self)
        self.written: list[bytes] = []
        self.room = room
        self.gave_up = 0
        self.asked: list[int] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.room -= len(data)
        if self.room <= 0:
            self.outbox.pause()

    def ask(self, number: int) -> None:
        self.asked.append(number)

    def too_slow(self) -> None:
        self.gave_up += 1
        self.outbox.detach()


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
    assert socket.outbox.lost, "nobody can come back for it: nothing was counted"
    assert socket.outbox.size == 0


def test_the_bound_leaves_room_for_the_largest_scene() -> None:
    from canvas_server.core.scene.elements import MAX_SCENE_BYTES

    assert outbox_module.MAX_QUEUED_BYTES > MAX_SCENE_BYTES + 1024 * 1024


# --- RES1 --------------------------------------------------------------------------------------


def marked(frames: int = 0) -> tuple[Socket, list[bytes]]:
    """A socket whose outbox is marked with "t", after which some frames were written."""
    socket = Socket()
    socket.outbox.push(message(1, "welcome"))
    socket.outbox.push(message(1, "list"))
    socket.outbox.push(message(1, "scene"))
    socket.outbox.checkpoint("t", 2)
    sent = [message(1, str(n)) for n in range(frames)]
    for data in sent:
        socket.outbox.push(data)
    socket.outbox.flush()
    return socket, sent


def back(socket: Socket, token: str, received: int, next_token: str = "u") -> list[bytes]:
    """Come back on another socket; return what it is written."""
    again = Socket()
    outbox = again.outbox = socket.outbox
    outbox.detach()
    outbox.rewind(token, received, next_token)
    outbox.attach(again, paused=False)
    outbox.flush()
    return again.written


def test_what_was_written_and_not_heard_is_written_again_then_what_waited() -> None:
    socket, sent = marked(5)
    socket.outbox.detach()
    late = message(1, "late")
    socket.outbox.push(late)
    socket.outbox.flush()
    assert socket.outbox.resumable("t", 2 + 3) == 0
    assert back(socket, "t", 2 + 3) == [b"".join([*sent[3:], late])]


def test_the_snapshot_is_not_kept_and_nothing_unheard_of_is_claimed() -> None:
    socket, _ = marked(3)
    outbox = socket.outbox
    resumable = [outbox.resumable("t", n) is not None for n in range(7)]
    assert resumable == [False, False, True, True, True, True, False]
    assert outbox.resumable("another", 3) is None


def test_each_mark_counts_from_its_own_place() -> None:
    """A peer that never heard of the second token comes back with the first."""
    socket, sent = marked(4)
    assert back(socket, "t", 2 + 1, "u") == [b"".join(sent[1:])]
    assert socket.outbox.resumable("u", 0) == socket.outbox.resumable("t", 3) == 0
    assert back(socket, "t", 2 + 2, "v") == [b"".join(sent[2:])]
    assert back(socket, "u", 2, "w") == [b"".join(sent[3:])]
    assert back(socket, "w", 1, "x") == []
    assert socket.outbox.resumable("t", 2 + 4) is None, "only the latest few are remembered"


def test_answers_that_are_lost_again_and_again_do_no_harm() -> None:
    """The peer comes back with the same token each time, since it never hears of another."""
    socket, sent = marked(3)
    for n in range(20):
        assert socket.outbox.resumable("t", 2 + 1) == 0
        assert back(socket, "t", 2 + 1, f"u{n}") == [b"".join(sent[1:])]


def test_what_arrived_is_let_go() -> None:
    socket, _ = marked(4)
    before = socket.outbox.size
    socket.outbox.arrived(2 + 2)
    assert 0 < socket.outbox.size < before
    assert socket.outbox.resumable("t", 2 + 1) is None
    assert socket.outbox.resumable("t", 2 + 2) == 0
    socket.outbox.acknowledge(10**9)
    assert socket.outbox.size == 0
    assert socket.outbox.resumable("t", 2 + 4) == 0


def test_messages_heard_are_counted_from_the_mark() -> None:
    socket = Socket()
    socket.outbox.heard = 3
    socket.outbox.checkpoint("t", 0)
    socket.outbox.heard += 4
    assert socket.outbox.heard_since_checkpoint() == socket.outbox.resumable("t", 0) == 4
    back(socket, "t", 0, "u")
    assert socket.outbox.heard_since_checkpoint() == 0
    assert socket.outbox.resumable("t", 0) == 4


def test_cursors_are_not_kept_for_who_is_away() -> None:
    socket, _ = marked()
    socket.outbox.pause()
    socket.outbox.push(cursor())
    socket.outbox.detach()
    socket.outbox.push(cursor())
    socket.outbox.push(message(1, "kept"))
    assert back(socket, "t", 2) == [message(1, "kept")]


def test_an_old_pong_keeps_its_place_but_its_count_would_be_wrong() -> None:
    socket, _ = marked(0)
    socket.outbox.push(frame_of(server.Pong(5, 3)))
    socket.outbox.push(cursor())
    socket.outbox.flush()
    (again,) = back(socket, "t", 2)
    assert again == frame_of(server.Pong(0)) + cursor()
    assert back(socket, "u", 1, "v") == [cursor()]
    socket.outbox.detach()
    assert back(socket, "u", 1, "w") == [cursor()], "who counted it has no gap"


def test_the_other_end_is_asked_what_it_has_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "ASK_BYTES", 1000)
    socket, _ = marked(3)
    assert socket.asked == []
    for _ in range(30):
        socket.outbox.push(message(20))
        socket.outbox.flush()
    assert len(socket.asked) == 2
    socket.outbox.acknowledge(socket.asked[-1])
    assert socket.outbox.size < 1000


def test_what_nobody_says_has_arrived_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_KEPT_BYTES", 1000)
    socket, _ = marked(1)
    for _ in range(100):
        socket.outbox.push(message(100))
        socket.outbox.flush()
        assert socket.outbox.size <= 1000
    assert socket.outbox.resumable("t", 2) is None, "then it is said: a snapshot"
    assert socket.outbox.resumable("t", 2 + 101) == 0
    socket.outbox.push(message(5000))
    socket.outbox.flush()
    assert socket.outbox.size == 0


@pytest.mark.rule("OUT1")
def test_who_reads_too_slowly_is_closed_and_can_come_back_without_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_module, "MAX_QUEUED_BYTES", 1000)
    monkeypatch.setattr(outbox_module, "MAX_AWAY_BYTES", 2000)
    socket, sent = marked(1)
    socket.outbox.pause()
    waiting = [message(200, c) for c in "abcdefg"]
    for data in waiting:
        socket.outbox.push(data)
    assert socket.gave_up == 1
    assert back(socket, "t", 2) == [b"".join([*sent, *waiting])]


def test_what_waits_for_who_is_away_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_QUEUED_BYTES", 1000)
    monkeypatch.setattr(outbox_module, "MAX_AWAY_BYTES", 2000)
    socket, _ = marked(1)
    socket.outbox.detach()
    for _ in range(20):
        socket.outbox.push(message(200))
        assert socket.outbox.size < 2300
    assert socket.outbox.lost
    assert socket.outbox.resumable("t", 2) is None


def test_a_large_backlog_is_replayed_in_parts_and_kept_again() -> None:
    socket, _ = marked(0)
    socket.outbox.detach()
    waiting = [message(50_000, c) for c in "abcdef"]
    for data in waiting:
        socket.outbox.push(data)
    written = back(socket, "t", 2)
    assert len(written) > 1
    assert b"".join(written) == b"".join(waiting)
    assert socket.outbox.queued_bytes == 0
    assert back(socket, "u", 3) == back(socket, "t", 2 + 3, "v") != []
