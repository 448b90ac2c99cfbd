"""What nodes say to each other, also those of another release."""

import msgspec
import pytest

from canvas_server.cluster.messages import SPEAKS, PauseReading, decode_heartbeat, decode_ops
from canvas_server.transport.packets import Packet, Unreadable, decode_packet


def test_what_a_release_adds_later_is_skipped() -> None:
    """A node of the next release may add fields at the end; one of the last leaves some out."""
    packet = msgspec.msgpack.encode(["a", 3, 2, False, False, b"body", "of a later release"])
    assert decode_packet(packet) == Packet("a", 3, 2, body=b"body")
    body = msgspec.msgpack.encode([[8, 5, True, "of a later release"]])
    assert decode_ops(body) == [PauseReading(5, held=True)]
    heartbeat = decode_heartbeat(msgspec.msgpack.encode(["a", "n", "1", SPEAKS + 1, 0.0]))
    assert heartbeat.understood
    assert not decode_heartbeat(msgspec.msgpack.encode(["a", "n", "1", SPEAKS + 2, 0.0])).understood


def test_garbage_is_none() -> None:
    for read in (decode_packet, decode_ops, decode_heartbeat):
        with pytest.raises(Unreadable):
            read(b"\xc1")
