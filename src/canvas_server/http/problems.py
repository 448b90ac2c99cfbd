"""Pages for people in place of the JSON of an error: what is wrong, in words, and the way on.

Who gets one is said by `Accept` (RFC 9110 section 12.5.1): a browser that opens an address does,
programs and scripts of pages get the JSON that they know. What an address or an error says is
hostile text and goes into the page escaped.
"""

import functools
import html
import re
import string
from typing import NamedTuple
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from canvas_server.http import problemtexts as texts
from canvas_server.http.csp import problem_policy
from canvas_server.http.suggestions import MAX_NAME, is_name, suggested_names, wanted_name
from canvas_server.http.webfolder import web_folder
from canvas_server.protocol.plain import plain

MOST_SHOWN = 80
"""Characters of a name."""
_COLOURS = re.compile(
    r"^:root \{.*?^\}\n|^@media \(prefers-color-scheme: dark\) \{.*?^\}\n", re.M | re.S
)


class Problem(Struct, frozen=True):
    """An error as it is answered."""

    status: int
    code: str
    text: str


class ProblemPage(NamedTuple):
    """A page, and the header fields that go with it."""

    body: bytes
    headers: dict[str, str]


class _ErrorBody(Struct):
    error: str = ""
    code: str = ""


def problem_of(status: int, body: bytes) -> Problem:
    """Return what the JSON of an error says."""
    try:
        found = msgspec.json.decode(body, type=_ErrorBody)
    except msgspec.MsgspecError:
        found = _ErrorBody()
    return Problem(status, found.code or str(status), found.error)


def problem_page(
    problem: Problem,
    path: str,
    raw_path: bytes | None = None,
    ancestors: tuple[str, ...] = (),
) -> ProblemPage:
    """Return the page for a problem at a path; sites of `ancestors` may embed it.

    `raw_path` is the path as the browser has it. Neither has the base path of the site.
    """
    text = _text_for(problem, path)
    shown = _isolated(plain(unquote(wanted_name(path) or ""))[:MOST_SHOWN])
    paragraphs = [_filled(each, name=shown) for each in text.paragraphs]
    ways = _ways(problem, text, path, root_of(raw_path if raw_path is not None else path.encode()))
    page = _template().substitute(
        title=_filled(text.title, name=shown),
        paragraphs="\n".join(f"      <p>{each}</p>" for each in paragraphs),
        ways=_list(ways),
        more=_filled(
            texts.MORE, status=str(problem.status), code=problem.code, text=problem.text
        ).rstrip(": "),
    )
    return ProblemPage(
        page.encode("utf-8", "replace"),
        {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": _policy(ancestors),
        },
    )


def root_of(raw_path: bytes) -> str:
    """Return the way from a page to where the server is, wherever proxies have put it."""
    return "../" * (raw_path.partition(b"?")[0].count(b"/") - 1) or "./"


def _text_for(problem: Problem, path: str) -> texts.ProblemText:
    wanted = wanted_name(path)
    is_canvas = re.match("/+s(/|$)", path, re.IGNORECASE) is not None
    if problem.status == 404 and is_canvas and not is_name(wanted or ""):
        if not wanted:
            return texts.NO_NAME
        return texts.LONG_NAME if len(wanted) > MAX_NAME else texts.WRONG_NAME
    found = texts.OF_CODE.get(problem.code) or texts.OF_STATUS.get(problem.status)
    return found or texts.OTHER


def _ways(problem: Problem, text: texts.ProblemText, path: str, root: str) -> list[tuple[str, str]]:
    """Return where to go from here: addresses, with what they are called, as markup."""
    ways: list[tuple[str, str]] = []
    if text.may_try_again:
        ways.append(("", html.escape(texts.AGAIN)))
    if not text.leads_on:
        return ways
    if problem.status == 404:
        ways += [
            (f"{root}s/{name}", _filled(texts.OPEN, name=name)) for name in suggested_names(path)
        ]
    ways.append((root, html.escape(texts.NEW)))
    ways.append((f"{root}doctor/", html.escape(texts.DOCTOR)))
    return ways


def _list(ways: list[tuple[str, str]]) -> str:
    if not ways:
        return ""
    items = "".join(
        f'\n        <li><a href="{html.escape(address)}">{words}</a></li>'
        for address, words in ways
    )
    return f'      <ul class="ways">{items}\n      </ul>'


def _isolated(name: str) -> str:
    """Return a name that does not turn what stands around it (UAX #9 section 2.4)."""
    return name if name.isascii() else f"\u2068{name}\u2069"


def _filled(text: str, /, **values: str) -> str:
    """Return a text as markup, with values in it that may be anything."""
    escaped = {name: html.escape(value) for name, value in values.items()}
    return html.escape(text).format_map(escaped)


@functools.cache
def _template() -> string.Template:
    folder = web_folder()
    page = (folder / "problem.html").read_text("utf-8")
    sheet = (folder / "style.css").read_text("utf-8")
    colours = "".join(found[0] for found in _COLOURS.finditer(sheet))
    return string.Template(page.replace("$colours", _indented(colours)))


@functools.cache
def _policy(ancestors: tuple[str, ...]) -> str:
    return problem_policy(_template().template, ancestors).decode()


def _indented(lines: str) -> str:
    return "".join(f"      {line}\n" for line in lines.splitlines()).rstrip("\n")
