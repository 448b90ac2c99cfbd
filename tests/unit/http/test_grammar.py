"""Header fields are read as their RFCs say; held against readings that were made another way."""

import ipaddress
import urllib.request

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canvas_server.http import grammar

WORDS = st.text("abcXYZ019-_.~", min_size=1, max_size=8)
QUOTED = st.text('abc ,;=\\"', max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
SPACE = st.text(" \t", max_size=2)


@given(st.lists(st.tuples(SPACE, st.one_of(WORDS, QUOTED, st.just("")), SPACE)))
def test_a_list_is_what_a_reader_of_python_makes_of_it(parts: list[tuple[str, str, str]]) -> None:
    value = ",".join("".join(part) for part in parts)
    read = [part for part in urllib.request.parse_http_list(value) if part.strip()]
    unescaped = [grammar_part.replace('\\"', '"') for grammar_part in grammar.elements(value)]
    assert [part.replace("\\", "") for part in unescaped] == [
        part.replace("\\", "") for part in read
    ]


@given(st.text(max_size=60))
@example(";")
@example(",;,")
def test_no_text_is_too_strange_for_any_field(text: str) -> None:
    assert grammar.elements(text) == [part.strip(" \t") for part in grammar.elements(text)]
    assert 0 <= grammar.quality(text, "text/html") <= 1
    assert grammar.preferred_coding(text, ("br",)) in ("br", None)
    grammar.media_type(text)
    grammar.entity_tags(text)
    grammar.bearer(text)
    grammar.forwarded_scheme(text)
    for node in grammar.forwarded_nodes(text):
        assert node == "" or ipaddress.ip_address(node)


@pytest.mark.rule("IN7")
@pytest.mark.report(
    "reading",
    "Behind a proxy that writes ports into `X-Forwarded-For`, the limit by address did nothing.",
    "`X-Forwarded-For: 203.0.113.10:4000`, with another port each time",
    "It counts as the one address that it is, however it is written.",
)
@given(
    st.ip_addresses(),
    st.sampled_from(("{0}", "{0}:4000", '"{0}"', '"{0}:_hidden"', "{0}:_p", " {0} ")),
)
def test_an_address_counts_however_it_is_written(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, form: str
) -> None:
    written = f"[{address}]" if address.version == 6 else str(address)
    counted = getattr(address, "ipv4_mapped", None) or address
    assert grammar.forwarded_nodes(form.format(written)) == [str(counted)]


@pytest.mark.parametrize(
    ("value", "nodes"),
    [
        (None, []),
        ("", []),
        (" , ,", []),
        ("2001:db8::1", ["2001:db8::1"]),
        ("[2001:DB8::1]:443, 10.0.0.1", ["2001:db8::1", "10.0.0.1"]),
        ("fe80::1%eth0", ["fe80::1"]),
        ("::ffff:203.0.113.7", ["203.0.113.7"]),
        ("unknown", [""]),
        ("_hidden, 203.0.113.7", ["", "203.0.113.7"]),
        ("203.0.113.7:99999999", [""]),
        ("203.0.113.7:4000:5", [""]),
        ("[203.0.113.7", [""]),
        ("example.org", [""]),
        ("203.0.113.7;203.0.113.8", [""]),
    ],
)
def test_the_chain_of_proxies(value: str | None, nodes: list[str]) -> None:
    assert grammar.forwarded_nodes(value) == nodes


def test_only_the_nearest_of_a_long_chain_are_looked_at() -> None:
    chain = ", ".join(f"10.0.{number // 256}.{number % 256}" for number in range(3000))
    assert grammar.forwarded_nodes(chain)[-1] == "10.0.11.183"
    assert len(grammar.forwarded_nodes(chain)) == grammar.MOST_ELEMENTS


RANGES = ("*/*", "text/*", "text/html", "application/json", "application/*", "image/png")


@given(st.dictionaries(st.sampled_from(RANGES), st.integers(0, 1000)), SPACE)
def test_the_most_specific_range_counts(ranges: dict[str, int], space: str) -> None:
    value = ",".join(
        f"{space}{name.upper()}{space};{space}Q={weight / 1000:.3f}"
        for name, weight in ranges.items()
    )
    expected = next(
        (ranges[name] / 1000 for name in ("text/html", "text/*", "*/*") if name in ranges), 0.0
    )
    assert grammar.quality(value, "text/html") == (expected if ranges else 1.0)


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", True),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html, application/json", False),
        ("application/json;q=0.5, text/*", True),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        ("text/html;level=1, */*;q=0.1", True),
        ('*/*;q="0.3,text/html"', False),
        ("image/avif,image/webp,*/*", False),
    ],
)
def test_who_gets_a_page(accept: str | None, is_page: bool) -> None:
    assert grammar.prefers_page(accept) is is_page


@pytest.mark.parametrize(
    ("condition", "strong", "weak"),
    [
        ("*", True, True),
        ('"3-x"', True, True),
        ('W/"3-x"', False, True),
        ('"a", "3-x"', True, True),
        ('"a,b", "3-x"', True, True),
        ('"a,"3-x"', False, False),
        ("3-x", False, False),
        ('*, "a"', False, False),
        ('w/"3-x"', False, False),
        ('""', False, False),
        ("", False, False),
    ],
)
def test_entity_tags(condition: str, strong: bool, weak: bool) -> None:
    tags = grammar.entity_tags(condition)
    assert tags is not None
    assert (tags.match("3-x", weak=False), tags.match("3-x", weak=True)) == (strong, weak)
    assert grammar.entity_tags(None) is None


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer abc.d-e_f==", "abc.d-e_f=="),
        ("bEARER   abc ", "abc"),
        ("Bearer abc def", None),
        ("Bearer abc, Bearer def", None),
        ("Bearerabc", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ('Bearer "abc"', None),
        (None, None),
    ],
)
def test_bearer_tokens(value: str | None, token: str | None) -> None:
    assert grammar.bearer(value) == token


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, ""),
        ("Application/JSON", "application/json"),
        ('application/json ; charset="utf-8;x"', "application/json"),
        ("application/json, text/plain", None),
        ("json", None),
        ("application/ json", None),
    ],
)
def test_media_types(value: str | None, kind: str | None) -> None:
    assert grammar.media_type(value) == kind


def test_lines_of_a_field_are_one_list() -> None:
    fields = [(b"accept", b"text/html"), (b"x", b"1"), (b"accept", b"*/*")]
    assert grammar.joined(fields, b"accept") == "text/html, */*"
    assert grammar.joined(fields, b"host") is None


@pytest.mark.rule("DOR3")
@pytest.mark.parametrize(
    ("value", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;q=1.0, BR;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0,gzip;q=0", None),
        ("identity", None),
        ("identity;q=0.5, gzip;q=0.2", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("deflate, zstd", None),
        ("br;q=2, gzip;q=0.001", "gzip"),
        ("br ; q=0.4 , gzip ; q=0.3", "br"),
        (",;,", None),
    ],
)
def test_the_coding_that_is_wanted_most(value: str | None, coding: str | None) -> None:
    assert grammar.preferred_coding(value, ("br", "gzip")) == coding
    assert grammar.preferred_coding(value, ()) is None
