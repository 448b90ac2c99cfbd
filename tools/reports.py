"""Reports of users, as the tests prove them: the table of docs/REPORTS.md.

A Python test says in ``@pytest.mark.report(kind, report, input, outcome)`` which report it tries
with which input, and what has to come of it; one of the browser client in the comment before it::

    // report: kind | report | input | outcome

which goes on in the following lines. ``kind`` is one of `KINDS`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = {
    "lost": "Lost or stuck",
    "on": "Turned on, or shown, without being asked",
    "reading": "Read in a wrong way",
    "picture": "Page and picture disagree",
    "running": "Does not run where people run it",
    "found": "Not found, or not understood",
}
_COMMENT = re.compile(r"^[ \t]*// report: (.*\n(?:[ \t]*// .*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """One row: what people met, the smallest input, what comes of it here, and the test."""

    kind: str
    report: str
    input: str
    outcome: str
    test: str


def all_reports() -> list[Report]:
    """Return the reports that tests name, in the order of their files.

    Raises:
        ValueError: a test names one in a form that is none.
    """
    return [report for path in sorted((ROOT / "tests").rglob("*")) for report in _named_in(path)]


def report_tables() -> dict[str, str]:
    """Return the generated parts of docs/REPORTS.md by marker name."""
    reports = all_reports()
    return {kind: _table([r for r in reports if r.kind == kind]) for kind in KINDS}


def _table(reports: list[Report]) -> str:
    rows = ["| what people met | input | outcome here | proof |", "|---|---|---|---|"]
    cells = [(r.report, r.input, r.outcome, f"[{_short(r.test)}](../{r.test})") for r in reports]
    return "\n".join((*rows, *(f"| {' | '.join(map(_escaped, row))} |" for row in cells)))


def _short(test: str) -> str:
    return test.removeprefix("tests/")


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _named_in(path: Path) -> Iterator[Report]:
    if path.name.startswith("test_") and path.suffix == ".py":
        found = _marks(path)
    elif path.name.endswith(".test.js"):
        found = _comments(path)
    else:
        return
    test = path.relative_to(ROOT).as_posix()
    for fields in found:
        match fields:
            case kind, report, given, outcome if kind in KINDS:
                yield Report(kind, report, given, outcome, test)
            case _:
                raise ValueError(f"{test}: a report has kind, report, input, outcome: {fields}")


def _marks(path: Path) -> Iterator[list[str]]:
    for at in ast.walk(ast.parse(path.read_text("utf-8"))):
        match at:
            case ast.Call(func=ast.Attribute(attr="report", value=ast.Attribute(attr="mark"))):
                yield [ast.literal_eval(argument) for argument in at.args]
            case _:
                pass


def _comments(path: Path) -> Iterator[list[str]]:
    for found in _COMMENT.finditer(path.read_text("utf-8")):
        text = " ".join(line.strip().removeprefix("//").strip() for line in found[1].splitlines())
        yield [part.strip() for part in text.split("|")]
