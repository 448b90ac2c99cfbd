"""A connection of a node: its writes are kept, and read as messages."""

import json
from typing import Any

from canvas_server.node.outbox import Outbox
from canvas_server.protocol.errors import CloseCode
from support.hub.hub import payloads


class KeptSocket:
    """A connection whose writes are kept."""

    def __init__(self) -> None:
        self.outbox = Outbox(self)
        self.writes: list[bytes] = []
        self.closed: list[CloseCode] = []
        self.held = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def ask(self, number: int) -> None:
        """Nobody answers."""

    def too_slow(self) -> None:
        raise AssertionError

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False

    def move(self, address: str, payloads: list[bytes | None]) -> None:
        raise AssertionError

    def close(self, code: CloseCode) -> None:
        self.closed.append(code)
        self.outbox.flush()
        self.outbox.detach()

    def heard(self, *kinds: str) -> list[dict[str, Any]]:
        """Take what was written so far, as messages, of some types or all."""
        data, self.writes = b"".join(self.writes), []
        return [m for m in map(json.loads, payloads(data)) if m["type"] in kinds or not kinds]
