"""What the core asks its owner to do."""

from typing import NewType

from msgspec import Struct

from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import ServerMessage

ConnectionId = NewType("ConnectionId", int)
"""One WebSocket, as long as it is open. Never used twice."""


class Send(Struct, frozen=True, gc=False):
    """Put one message on the way to these connections, in this order among all effects."""

    to: tuple[ConnectionId, ...]
    message: ServerMessage


class Close(Struct, frozen=True, gc=False):
    """End a connection after what was sent to it before. The core has forgotten it already."""

    connection: ConnectionId
    code: CloseCode


Effect = Send | Close


class Refused(Exception):
    """An input the rules do not allow. Raised before anything has changed."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = detail or code.meaning
