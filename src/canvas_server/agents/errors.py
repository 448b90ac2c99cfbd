"""What an agent is told when something cannot be done."""

from canvas_server.client.errors import (
    CannotConnect,
    Closed,
    FellBehind,
    Lost,
    Refused,
    TooLarge,
    TooMuchWaiting,
)
from canvas_server.protocol.errors import CloseCode


class ToolError(Exception):
    """A tool could not do what it was asked; the text says why, and what to do."""


EXPECTED = (
    ToolError,
    CannotConnect,
    Closed,
    FellBehind,
    Lost,
    Refused,
    TooLarge,
    TooMuchWaiting,
    UnicodeEncodeError,
)
"""What may happen to an agent that does nothing wrong, or that asks for what cannot be."""

_REASONS = {int(code): code.meaning for code in CloseCode}


def text_of(error: BaseException) -> str:
    """Return what an agent is told of an error that was to be expected."""
    match error:
        case Refused():
            return f"refused ({error.code.value}): {error.text}"
        case Closed():
            why = error.reason or _REASONS.get(error.code, str(error.code))
            return (
                f"your seat at the table is closed: {why}. Ask the person who invited you for "
                "another token, unless you left yourself."
            )
        case CannotConnect():
            return f"you cannot take a seat: {error}"
        case Lost():
            return f"nobody can tell whether it was made: {error}; look before you try again"
        case TooLarge() | TooMuchWaiting():
            return f"{error}: do less at once"
        case UnicodeEncodeError():
            return "a text has half a surrogate pair"
        case _:
            return str(error)
