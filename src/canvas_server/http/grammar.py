"""Grammar of header fields: every field that is read anywhere is taken apart here. Pure.

A field may come in several lines, which count as one list (RFC 9110 section 5.3). What is no field
of its kind is read as if it had not come, unless a function says otherwise.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}")
_ENTITY_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_NODE = re.compile(r"(?:\[([^\[\]]*)\]|([0-9.]+|[^:]+))(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?")
MOST_ELEMENTS = 64
"""Of a list; what comes before or after them is not looked at."""


def joined(fields: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Return all lines of a field as one list; None: it did not come. Names are in lower case."""
    values = [value.decode("latin-1") for field, value in fields if field == name]
    return ", ".join(values) if values else None


def elements(value: str, separator: str = ",") -> list[str]:
    """Return the elements of a list (RFC 9110 section 5.6.1), without empty ones and white space.

    A separator within a quoted string (section 5.6.4) separates nothing.
    """
    found, start, quoted, escaped = list[str](), 0, False, False
    for at, character in enumerate(value):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            found.append(value[start:at])
            start = at + 1
    found.append(value[start:])
    return [stripped for element in found if (stripped := element.strip(" \t"))]


# --- content -------------------------------------------------------------------------------------


def media_type(content_type: str | None) -> str | None:
    """Return the media type of a body in lower case, without parameters (section 8.3.1).

    Empty: none is said. None: what is said is no media type, or there are several.
    """
    first, *_ = elements(content_type or "", ";") or [""]
    if not first:
        return ""
    found = _MEDIA_TYPE.fullmatch(first)
    return None if found is None else first.lower()


def quality(accept: str | None, wanted: str) -> float:
    """Return how much a media type is wanted, from 0 to 1 (section 12.5.1).

    The most specific range counts; 1 where nothing is said at all.
    """
    if accept is None or not accept.strip(" \t"):
        return 1.0
    best, weight = -1, 0.0
    kind = wanted.partition("/")[0]
    for element in elements(accept)[:MOST_ELEMENTS]:
        media_range, *parameters = elements(element, ";") or [""]
        specific = {"*/*": 0, f"{kind}/*": 1, wanted: 2}.get(media_range.lower(), -1)
        if specific > best:
            best, weight = specific, _weight(parameters)
    return weight


def _weight(parameters: Sequence[str]) -> float:
    """Return the weight among parameters (section 12.4.2); 0 where it is none."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip(" \t").lower() == "q":
            found = _WEIGHT.fullmatch(value.strip(" \t"))
            return float(found[0]) if found else 0.0
    return 1.0


def preferred_coding(accept_encoding: str | None, offered: Sequence[str]) -> str | None:
    """Return the content coding that is wanted most (section 12.5.3); None: none of those offered.

    Of those wanted alike it is the first. Where nothing is said, all would do, but programs that
    say nothing often decode nothing.
    """
    weights: dict[str, float] = {}
    for element in elements(accept_encoding or "")[:MOST_ELEMENTS]:
        name, *parameters = elements(element, ";") or [""]
        weights.setdefault(name.lower().removeprefix("x-"), _weight(parameters))
    least, others = weights.get("identity", 0.0), weights.get("*", 0.0)
    wanted = [(weights.get(coding, others), coding) for coding in offered]
    weight, coding = max(wanted, key=lambda each: each[0], default=(0.0, None))
    return coding if weight > 0 and weight >= least else None


def prefers_page(accept: str | None) -> bool:
    """Tell whether an answer is for a person: a page is wanted more than data."""
    return accept is not None and quality(accept, "text/html") > quality(accept, "application/json")


# --- conditions ----------------------------------------------------------------------------------


class EntityTags(Struct, frozen=True):
    """The entity tags of a condition (section 13.1): any, or those of a list."""

    is_any: bool
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    def match(self, tag: str, *, weak: bool) -> bool:
        """Tell whether one is a tag, written without its quotes; `weak`: weak ones count too."""
        return self.is_any or tag in self.strong or (weak and tag in self.weak)


def entity_tags(condition: str | None) -> EntityTags | None:
    """Return the tags of `If-Match` or `If-None-Match`; None: there is no such condition.

    What is no tag matches nothing: a condition that cannot be read is not one that is met.
    """
    if condition is None:
        return None
    found = elements(condition)
    if found == ["*"]:
        return EntityTags(is_any=True)
    tags = [tag for element in found if (tag := _ENTITY_TAG.fullmatch(element))]
    strong = tuple(tag[2] for tag in tags if not tag[1])
    return EntityTags(is_any=False, strong=strong, weak=tuple(tag[2] for tag in tags if tag[1]))


# --- who asks ------------------------------------------------------------------------------------


def bearer(authorization: str | None) -> str | None:
    """Return the token of an `Authorization` field (RFC 6750 section 2.1)."""
    found = _BEARER.fullmatch((authorization or "").strip(" \t"))
    return found[1] if found else None


def forwarded_nodes(x_forwarded_for: str | None) -> list[str]:
    """Return the addresses that proxies have seen, the nearest last; as `X-Forwarded-For` has them.

    Written as `node` is in RFC 7239 section 6, and as proxies write it: with or without a port,
    an IPv6 address with or without brackets. What is no address, such as `unknown` or an
    obfuscated identifier, is an empty text: there was somebody, nobody knows who.
    """
    return [_node(element) for element in elements(x_forwarded_for or "")[-MOST_ELEMENTS:]]


def _node(text: str) -> str:
    text = text.strip('"').strip(" \t")
    found = _NODE.fullmatch(text)
    for candidate in (text, *(found.groups() if found else ())):
        try:
            address = ipaddress.ip_address((candidate or "").partition("%")[0])
        except ValueError:
            continue
        return str(getattr(address, "ipv4_mapped", None) or address)
    return ""


def forwarded_scheme(x_forwarded_proto: str | None) -> str | None:
    """Return the scheme that the nearest proxy was spoken to with; None: it is not said."""
    named = elements(x_forwarded_proto or "")
    scheme = named[-1].strip('"').lower() if named else ""
    return {"http": "http", "https": "https", "ws": "http", "wss": "https"}.get(scheme)
