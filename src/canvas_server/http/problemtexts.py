"""Words of the pages that people are shown when something is wrong: all of them, in one place."""

from msgspec import Struct

from canvas_server.http.suggestions import MAX_NAME


class ProblemText(Struct, frozen=True):
    """What is wrong, and what helps; `{name}` is what was asked for."""

    title: str
    paragraphs: tuple[str, ...]
    may_try_again: bool = False
    """It may be over soon."""
    leads_on: bool = True
    """There are other addresses here that would work."""


NAMES = (
    f"The name of a canvas has 1 to {MAX_NAME} of these: the letters a to z and A to Z, digits, "
    "“-” and “_”. No spaces, no accents, no dots."
)
NEW, OPEN, DOCTOR, AGAIN = (
    "Start a new canvas",
    "Open “{name}”",
    "Test this device",
    "Try again",
)
MORE = "Error {status} ({code}): {text}"

NO_NAME = ProblemText("Which canvas?", ("The address ends before the name of a canvas.", NAMES))
WRONG_NAME = ProblemText("No canvas can be called “{name}”", (NAMES,))
LONG_NAME = ProblemText("The name of this canvas is too long", (NAMES,))
UNKNOWN = ProblemText(
    "There is nothing at this address",
    ("The link may be mistyped, or cut off at its end. Ask for it again, or begin here.",),
)

OF_STATUS = {
    400: ProblemText(
        "The server did not understand this", ("Something in the address is not as it should be.",)
    ),
    401: ProblemText(
        "This takes a link",
        ("Only those who have a link of their own come in here. Ask for one who invited you.",),
    ),
    403: ProblemText(
        "This is not for you, or not from there",
        (
            "Another page asked for this, or your link does not allow it.",
            "Open the link that you were sent by itself.",
        ),
    ),
    404: UNKNOWN,
    405: ProblemText(
        "This address takes no such request", ("It is for programs, not to be opened by itself.",)
    ),
    408: ProblemText("That took too long", ("The connection is slow.",), may_try_again=True),
    413: ProblemText("That is too much at once", ("What was sent is larger than may be.",)),
    414: ProblemText("This address is too long", ("The link may have something added to it.",)),
    415: ProblemText(
        "This address takes no such request", ("It is for programs, not to be opened by itself.",)
    ),
    426: ProblemText(
        "This address is for programs",
        ("Canvases and their calls connect here by WebSocket. There is nothing to be seen.",),
    ),
    429: ProblemText(
        "Too many at once",
        (
            "Very much comes from where you are, maybe from others behind the same connection.",
            "Wait some seconds, then try again.",
        ),
        may_try_again=True,
    ),
    431: ProblemText(
        "Your browser sends too much along",
        ("Mostly that is cookies: delete those of this site, then open the link again.",),
    ),
    500: ProblemText(
        "The server has failed",
        ("It is not your fault, and nothing is lost. Who runs it finds more in its log.",),
        may_try_again=True,
    ),
    503: ProblemText(
        "The server cannot do that now",
        ("It is busy, or cannot read what is stored. Mostly that is over soon.",),
        may_try_again=True,
    ),
}
OF_CODE = {
    "unknown_host": ProblemText(
        "This server has another name",
        (
            "You came by an address that it does not answer to.",
            "Open the link that you were sent, or ask who runs the server for the right one.",
        ),
        leads_on=False,
    ),
    "unknown_code": ProblemText(
        "This link opens nothing",
        (
            "Its code may be mistyped: it has 12 letters and digits. Or the link was taken back.",
            "Compare it with what you were sent, or ask who invited you for another link.",
        ),
    ),
    "token_expired": ProblemText(
        "This link has ended",
        ("Links open for a time. Ask who invited you for another one.",),
    ),
    "too_many_codes": ProblemText(
        "Too many wrong codes",
        (
            "They came from where you are, maybe from others behind the same connection.",
            "Wait a minute, then open the link again.",
        ),
        may_try_again=True,
    ),
    "revision_not_found": ProblemText(
        "That moment is not kept", ("The history of this canvas does not reach there any more.",)
    ),
}
OTHER = ProblemText("This did not work", ("The server refuses it, for the reason below.",))
