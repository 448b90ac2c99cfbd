"""A client of the protocol for Python programs, on asyncio. See docs/CLIENT.md.

It knows the messages (`canvas_server.protocol`) and nothing else of the server.
"""

from canvas_server.client.connect import connect
from canvas_server.client.connection import Client, State
from canvas_server.client.errors import (
    CannotConnect,
    Closed,
    FellBehind,
    Lost,
    Refused,
    TooLarge,
    TooMuchWaiting,
)
from canvas_server.client.messages import Messages
from canvas_server.client.view import View
from canvas_server.protocol.client import Edit
from canvas_server.protocol.client import PlainMessage as Said

__all__ = [
    "CannotConnect",
    "Client",
    "Closed",
    "Edit",
    "FellBehind",
    "Lost",
    "Messages",
    "Refused",
    "Said",
    "State",
    "TooLarge",
    "TooMuchWaiting",
    "View",
    "connect",
]
