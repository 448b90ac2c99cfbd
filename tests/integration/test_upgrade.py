"""The seams between uvicorn and picows: fails loudly when either side changes."""

import importlib.metadata
import inspect

import picows.picows
from picows import WSFrame, WSListener, WSTransport, WSUpgradeRequest, WSUpgradeResponse
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from canvas_server.http.upgrade import PicowsProtocol
from canvas_server.http.websocket import WebSocketConnection
from support.servers.server import PING, TEXT, RawSocket, Server, frame


def test_the_versions_are_those_the_seam_was_made_for() -> None:
    """Pinned in pyproject.toml: read `http/upgrade.py` against the new version first."""
    assert importlib.metadata.version("picows").startswith("2.3.")
    assert importlib.metadata.version("uvicorn") < "0.55"


def test_picows_still_has_what_the_seam_uses() -> None:
    protocol = vars(picows.picows)["WSProtocol"]
    for name in ("get_buffer", "buffer_updated", "connection_made", "connection_lost"):
        assert hasattr(protocol, name)
    assert {"last_in_buffer", "rsv1", "fin", "payload_size", "msg_type"} <= set(dir(WSFrame))
    assert {"underlying_transport", "send_close", "send_pong", "send_ping"} <= set(dir(WSTransport))
    assert {"request", "response"} <= set(dir(WSTransport))
    for answered in (WSUpgradeRequest, WSUpgradeResponse):
        assert "headers" in answered.__slots__
    assert {"pause_writing", "resume_writing", "on_ws_frame"} <= set(dir(WSListener))


def test_a_connection_has_no_dictionary_of_its_own() -> None:
    """There may be thousands, which say nothing."""
    assert PicowsProtocol.__dictoffset__ == WebSocketConnection.__dictoffset__ == 0


def test_uvicorn_still_hands_over_as_the_seam_expects() -> None:
    source = inspect.getsource(HttpToolsProtocol.handle_websocket_upgrade)
    for line in ("self.ws_protocol_class(", "connection_made(", "data_received(", "set_protocol("):
        assert line in source


def test_frames_of_one_read_are_answered_in_one_write(server: Server) -> None:
    """`last_in_buffer` is what the flush waits for; a ping at the end must not swallow it."""
    with RawSocket(server) as wire:
        wire.receive()
        ping = frame(b'{"type":"ping"}')
        wire.socket.sendall(ping * 20 + frame(b"", PING))
        opcodes = [wire.receive_frame()[0] for _ in range(21)]
        assert opcodes.count(TEXT) == 20


def test_headers_larger_than_the_read_buffer_pass(server: Server) -> None:
    with RawSocket(server, Cookie="x" * 9000) as wire:
        assert wire.status == 101
        assert wire.receive()["type"] == "welcome"
