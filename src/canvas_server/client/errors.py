"""Exceptions of a client."""

from canvas_server.protocol.errors import ErrorCode


class CannotConnect(Exception):
    """The server could not be reached, or would not have this peer; the text says why."""


class Closed(Exception):
    """The connection has ended for good: closed from here, or taken over by another one."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the connection is closed: {reason or code}")
        self.code = code
        self.reason = reason


class Refused(Exception):
    """An edit was refused and has changed nothing."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(f"{code.value}: {text}")
        self.code = code
        self.text = text


class Lost(Exception):
    """Nobody can tell whether an edit was made: this peer came back as somebody else."""


class TooMuchWaiting(Exception):
    """More was said than can wait for the connection to come back."""


class TooLarge(Exception):
    """A message is larger than the server takes; it is not sent, or not sent again (EDT3)."""


class FellBehind(Exception):
    """More came than was read; what `messages` had for the reader is no longer complete."""
