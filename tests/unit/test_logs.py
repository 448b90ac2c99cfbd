"""The log: whatever its values hold, it is one clean line of a bounded length, and not too many."""

import json
import logging
import re
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.logs import (
    BURST,
    MAX_TRACEBACK_LINE,
    MAX_TRACEBACK_LINES,
    MAX_VALUE,
    SECONDS_PER_LINE,
    Limiter,
    LineFilter,
    LineFormatter,
    LineProcessor,
    clean,
)

HOSTILE = "\x1b[2J\x1b]0;owned\x07\nERROR forged: line\r\u202eevil\u2066\u2028\ud800\x00"


class Named:
    """An object whose text is chosen by others, as an exception or a path may have it."""

    def __str__(self) -> str:
        return HOSTILE


def assert_plain(text: str) -> None:
    assert text.isprintable() or not any(ord(char) < 32 or ord(char) == 127 for char in text)
    assert not set("\x1b\n\r\x00\x07\u202e\u2066\u2028\x9b") & set(text)


@pytest.mark.parametrize(
    "value", [HOSTILE, Named(), [HOSTILE], {HOSTILE: HOSTILE}, ValueError(HOSTILE)]
)
def test_no_value_reaches_the_terminal_raw(value: object) -> None:
    event = LineProcessor(Limiter())(None, "", {"event": "met", "level": "info", HOSTILE: value})
    for name, shown in event.items():
        assert_plain(name)
        assert_plain(str(shown))


@given(st.one_of(st.text(), st.binary(), st.lists(st.text()), st.integers(), st.none()))
def test_values_are_clean_and_bounded(value: object) -> None:
    shown = str(clean(value))
    assert_plain(shown)
    assert len(shown) <= MAX_VALUE or isinstance(value, int)


def test_numbers_stay_numbers() -> None:
    assert [clean(value) for value in (1, 2.5, True, None)] == [1, 2.5, True, None]


def test_a_value_of_any_length_makes_a_short_line() -> None:
    assert len(str(clean("x" * 10**7))) == MAX_VALUE


def test_a_traceback_is_clean_and_bounded() -> None:
    def deep(left: int) -> None:
        if left == 0:
            raise ValueError(HOSTILE + "y" * 100_000)
        deep(left - 1)

    with pytest.raises(ValueError, match="forged") as caught:
        deep(200)
    event: dict[str, Any] = {"event": "failed", "exc_info": caught.value}
    shown = LineProcessor(Limiter())(None, "", event)["exception"]
    lines = shown.split("\n")
    assert len(lines) <= MAX_TRACEBACK_LINES + 1
    for line in lines:
        assert_plain(line)
        assert len(line) <= MAX_TRACEBACK_LINE + 12
    assert not any(line.startswith("ERROR") for line in lines), "no forged line"


def record(message: object, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, None)
    return logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, message, args, info)


def test_lines_of_libraries_are_clean_too() -> None:
    text = LineFormatter().format(record("bad %s", HOSTILE))
    assert_plain(text)
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ERROR uvicorn.error: bad", text)
    assert LineFormatter().format(record("bad %d", "no number")).endswith("bad %d")
    assert "\x1b" not in LineFormatter().format(record("failed", error=ValueError(HOSTILE)))


def test_what_comes_too_often_is_counted() -> None:
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    assert [limiter.take("same") for _ in range(BURST)] == [0] * BURST
    assert [limiter.take("same") for _ in range(7)] == [None] * 7
    assert limiter.take("other") == 0, "each kind for itself"
    now[0] += SECONDS_PER_LINE
    assert limiter.take("same") == 7
    assert limiter.take("same") is None


def test_a_line_that_stands_for_others_says_so() -> None:
    now = [0.0]
    process = LineProcessor(Limiter(lambda: now[0]))
    for _ in range(BURST):
        process(None, "", {"event": "again"})
    with pytest.raises(structlog.DropEvent):
        process(None, "", {"event": "again"})
    now[0] += SECONDS_PER_LINE
    assert process(None, "", {"event": "again"}) == {"event": "again", "left_out": 1}


def test_libraries_are_bounded_too() -> None:
    now = [0.0]
    bounded = LineFilter(Limiter(lambda: now[0]))
    assert sum(bounded.filter(record("reset by %s", number)) for number in range(100)) == BURST
    now[0] += SECONDS_PER_LINE
    last = record("reset by %s", 100)
    assert bounded.filter(last)
    assert LineFormatter().format(last).endswith("reset by 100 left_out=80")


def test_kinds_that_nobody_counted_are_forgotten() -> None:
    limiter = Limiter()
    for number in range(2000):
        assert limiter.take(f"kind {number}") == 0


@pytest.mark.report(
    "found",
    "Lines of the log had two forms, one of them without a time, and no program could read them.",
    "`--log-format json`",
    "Each line is an object with `timestamp`, `level` and `event`.",
)
def test_a_record_is_an_object_where_programs_read_it() -> None:
    failed = record("bad %s", HOSTILE, error=ValueError("why"))
    found = json.loads(LineFormatter(json=True).format(failed))
    assert (found["level"], found["logger"]) == ("error", "uvicorn.error")
    assert found["event"].startswith("bad ")
    assert found["timestamp"].endswith("Z")
    assert "why" in found["exception"]
    assert_plain(found["event"])
