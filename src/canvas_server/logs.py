"""The log of the process on the standard error: one clean, bounded line for each event.

Values come from people, pages and other servers, so every line of structlog and of `logging` goes
through the same three steps: what would change how a terminal shows it is taken out, it has a
bounded length, and what comes too often is counted instead of written.
"""

import contextlib
import datetime
import json
import logging
import sys
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from canvas_server.protocol.plain import plain

MAX_VALUE = 500
"""Characters of one value, and of a line of `logging`."""
MAX_TRACEBACK_LINES, MAX_TRACEBACK_LINE = 40, 200
BURST, SECONDS_PER_LINE = 20, 5.0
"""Of lines that say the same: so many at once, then one in so many seconds."""
MAX_KINDS = 500
"""Kinds of lines that are counted; the one that came longest ago is forgotten first."""
SILENT = ("uvicorn.access",)
REPEATED = "left_out"
"""The field that says how many lines like this one were not written."""


class Limiter:
    """A token bucket for each kind of line. `clock` is in seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kinds: OrderedDict[str, tuple[float, float, int]] = OrderedDict()

    def take(self, kind: str) -> int | None:
        """Return how many lines of a kind were left out before this one; None: leave it out."""
        now = self._clock()
        spent, at, left_out = self._kinds.pop(kind, (0.0, now, 0))
        spent = max(0.0, spent - (now - at) / SECONDS_PER_LINE)
        is_written = spent + 1 <= BURST
        kept = (spent + 1, now, 0) if is_written else (spent, now, left_out + 1)
        self._kinds[kind] = kept
        if len(self._kinds) > MAX_KINDS:
            self._kinds.popitem(last=False)
        return left_out if is_written else None


def clean(value: object) -> object:
    """Return a value of a line as it may be shown: numbers as they are, else text on one line."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else str(value)
    return _shortened(plain(text[: 4 * MAX_VALUE]), MAX_VALUE)


def clean_traceback(error: BaseException) -> str:
    """Return a bounded traceback; it has the lines of our code, and the text of the error."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    if len(lines) > MAX_TRACEBACK_LINES:
        half = MAX_TRACEBACK_LINES // 2
        lines = [*lines[:half], f"  ... {len(lines) - 2 * half} lines ...", *lines[-half:]]
    return "\n".join(_indented(line) for line in lines)


def _indented(line: str) -> str:
    text = line.lstrip(" ")
    indent = "  " + " " * min(len(line) - len(text), 10)  # what an error says begins no line
    return indent + _shortened(plain(text[: 4 * MAX_VALUE]), MAX_TRACEBACK_LINE)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


class LineProcessor:
    """Cleans and bounds events of structlog; the last step before they are rendered."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    def __call__(self, _: object, __: str, event: EventDict) -> EventDict:
        """Return the event as it is written.

        Raises:
            structlog.DropEvent: too many like it were written lately.
        """
        left_out = self._limiter.take(f"{event.get('level')} {event.get('event')}")
        if left_out is None:
            raise structlog.DropEvent
        error = _error_of(event.pop("exc_info", None))
        event.pop("exception", None)
        cleaned: dict[str, Any] = {plain(str(name)): clean(value) for name, value in event.items()}
        if error is not None:
            cleaned["exception"] = clean_traceback(error)
        if left_out:
            cleaned[REPEATED] = left_out
        return cleaned


def _error_of(exc_info: object) -> BaseException | None:
    if exc_info is True:
        return sys.exception()
    if isinstance(exc_info, tuple):
        return cast("BaseException | None", exc_info[1])
    return exc_info if isinstance(exc_info, BaseException) else None


class LineFilter(logging.Filter):
    """Bounds how many records of a kind are written; for `logging`, which libraries use."""

    def __init__(self, limiter: Limiter) -> None:
        super().__init__()
        self._limiter = limiter

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written."""
        left_out = self._limiter.take(f"{record.name} {record.levelno} {record.msg}")
        if left_out is None:
            return False
        record.left_out = left_out
        return True


class LineFormatter(logging.Formatter):
    """Writes records of `logging` on one clean line, and a bounded traceback below."""

    def __init__(self, *, json: bool = False) -> None:
        """`json`: each is one object, with the traceback in it."""
        super().__init__()
        self._json = json

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        message, left_out = clean(_message_of(record)), getattr(record, REPEATED, 0)
        error = _error_of(record.exc_info)
        trace = None if error is None else clean_traceback(error)
        if self._json:
            return self._object(record, message, left_out, trace)
        time = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        text = f"{time} {record.levelname} {record.name}: {message}"
        if left_out:
            text += f" {REPEATED}={left_out}"
        return text if trace is None else f"{text}\n{trace}"

    def _object(
        self, record: logging.LogRecord, message: object, left_out: int, trace: str | None
    ) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat()
        found = {
            "event": message,
            "level": record.levelname.lower(),
            "timestamp": at.replace("+00:00", "Z"),
            "logger": record.name,
            **({REPEATED: left_out} if left_out else {}),
            **({} if trace is None else {"exception": trace}),
        }
        return json.dumps(found, ensure_ascii=False)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's own mistake; the line still says where
        return str(record.msg)


class Stderr:
    """The standard error where it can be written: it may be a file on a full disk."""

    def write(self, text: str) -> int:
        """Write if that can be done."""
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if that can be done."""
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def log_to_stderr(*, as_json: bool = False) -> None:
    """Log what matters to a person on stderr, for the rest of the process.

    `as_json`: each line is an object with `timestamp` (UTC), `level` and `event`, for programs.
    """
    limiter = Limiter()
    stderr = cast("TextIO", Stderr())
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(LineFormatter(json=as_json))
    handler.addFilter(LineFilter(limiter))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # not a line for every bad request
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    *before, renderer = structlog.get_config()["processors"]
    if as_json:
        stamp = cast("Processor", structlog.processors.TimeStamper("iso", utc=True))
        before = [structlog.processors.add_log_level, stamp]
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*before, LineProcessor(limiter), renderer],
        logger_factory=structlog.PrintLoggerFactory(stderr),
    )
