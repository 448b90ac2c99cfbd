"""Counters of a node since its start, read by the metrics."""

from collections import defaultdict

from canvas_server.protocol.client import ClientMessage
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import ServerMessage


class Counts:
    """What has happened since the start."""

    def __init__(self) -> None:
        self.received: defaultdict[type[ClientMessage], int] = defaultdict(int)
        self.sent: defaultdict[type[ServerMessage], int] = defaultdict(int)
        self.refused: defaultdict[ErrorCode, int] = defaultdict(int)
        self.closed: defaultdict[CloseCode, int] = defaultdict(int)
        self.connections = 0
        self.held_back = 0
        self.resumed = 0
        self.turned_away = 0
