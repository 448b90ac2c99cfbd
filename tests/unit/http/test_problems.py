"""Pages for people in place of the JSON of errors."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.http import problemtexts
from canvas_server.http.problems import Problem, problem_of, problem_page, root_of
from canvas_server.protocol.errors import ErrorCode

HOSTILE = st.text(st.sampled_from("<>&\"'{}$%/ \\ab\u202e\u0308é名"), max_size=40)


class Read(HTMLParser):
    """The elements of a page, their texts and links."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        if self.names:
            self.texts[self.names[-1]] = self.texts.get(self.names[-1], "") + data


NOT_FOUND = Problem(404, "not_found", "Not Found")
PLAIN = Read(problem_page(NOT_FOUND, "/s/🎉").body)


@pytest.mark.rule("PAG5")
@pytest.mark.report(
    "found",
    "Somebody opened a canvas with a space or an umlaut in its name and was shown raw JSON.",
    "`/s/Team Monday`, `/s/Übung`, opened in a browser",
    "A page says which names there are, and has a link to `/s/Team-Monday`, `/s/Uebung`.",
)
@pytest.mark.parametrize(
    ("name", "suggested"), [("Team Monday", "Team-Monday"), ("Übung", "Uebung")]
)
def test_a_wrong_name_leads_to_a_right_one(name: str, suggested: str) -> None:
    path = f"/s/{name}"
    page = Read(problem_page(NOT_FOUND, path, quote(path).encode()).body)
    links = [urljoin(f"https://call.example{quote(path)}", link) for link in page.links]
    assert [urlsplit(link).path for link in links] == [f"/s/{suggested}", "/", "/doctor/"]
    assert name in page.texts["h1"].replace("\u2068", "").replace("\u2069", "")


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_stays_text(name: str, code: str, text: str) -> None:
    """It makes no element, no attribute, and takes the place of nothing in the template."""
    for path in (f"/s/{name}", f"/{name}"):
        page = problem_page(Problem(404, code, text), path, quote(path).encode())
        found = Read(page.body)
        assert set(found.names) <= set(PLAIN.names) | {"li", "a", "ul"}
        assert all(
            re.fullmatch(r"(\.\./)+|\./|(\.\.?/)+(doctor/|s/[\w-]+)", a) for a in found.links
        )
        assert f"({code})" in found.texts["p"]
        assert "$title" not in page.body.decode().replace(html.escape(name), "")


@given(st.lists(st.text("ab-", max_size=4), max_size=5), st.sampled_from(("", "/canvas")))
def test_links_lead_to_the_server_wherever_it_is_put(parts: list[str], prefix: str) -> None:
    path = "/" + "/".join(filter(None, parts))
    root = urljoin(f"https://call.example{prefix}{path}", root_of(path.encode()))
    assert root == f"https://call.example{prefix}/"


def test_a_page_has_what_people_and_their_aids_need() -> None:
    page = problem_page(NOT_FOUND, "/nosuch")
    text = page.body.decode()
    assert '<html lang="en">' in text
    assert 'name="viewport"' in text
    assert (text.count("<h1>"), text.count("<main>")) == (1, 1)
    assert "<script" not in text
    assert "--page: #14161c" in text, "the colours of the product, dark ones too"
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script" not in policy


@pytest.mark.parametrize("status", [*problemtexts.OF_STATUS, 418])
def test_every_status_has_words(status: int) -> None:
    page = Read(problem_page(Problem(status, "some_code", "why"), "/api/x").body)
    assert page.texts["h1"]
    assert "why" in page.texts["p"]
    assert f"{status}" in page.texts["p"]


def test_what_another_host_asks_leads_nowhere() -> None:
    """Every address that it knows is refused alike."""
    page = Read(problem_page(Problem(403, "unknown_host", "x"), "/s/demo").body)
    assert page.links == []


def test_what_may_be_over_can_be_tried_again() -> None:
    assert Read(problem_page(Problem(503, "busy", "x"), "/s/demo").body).links[0] == ""


@pytest.mark.parametrize("body", [b"", b"no json", b'{"error": 3}', b'["x"]'])
def test_an_error_without_words_is_one_too(body: bytes) -> None:
    assert problem_of(500, body) == Problem(500, "500", "")
    assert problem_of(404, b'{"code": "x", "error": "y", "z": 1}') == Problem(404, "x", "y")


def test_texts_name_codes_that_exist() -> None:
    known = {code.value for code in ErrorCode} | {"unknown_host", "unknown_code", "too_many_codes"}
    assert set(problemtexts.OF_CODE) <= known
