"""A reader of session descriptions that goes line by line, to hold the server's own against."""

import re

_DIRECTION = re.compile(r"a= *(?:sendrecv|sendonly|recvonly|inactive)", re.IGNORECASE)
_BUNDLE_ONLY = re.compile(r"a= *bundle-only", re.IGNORECASE)
_SECTION = re.compile(
    r"m=([a-z]{1,16}) (0|[1-9][0-9]{0,4})(?:/[0-9]{1,5})? [A-Za-z0-9/]{1,32} [^ ]"
)


class Ambiguous(Exception):
    """The description can be read in two ways; holds the first words of how that is said."""


class _Section:
    def __init__(self, kind: str, port: str) -> None:
        self.kind, self.port = kind, port
        self.direction = ""
        self.bundle_only = False

    def sends(self, session: str) -> bool:
        if self.kind == "application":
            return False
        if not self.direction and session in ("a=recvonly", "a=inactive"):
            raise Ambiguous("A direction other")
        if self.port == "0" and not self.bundle_only:
            return False
        return self.direction not in ("a=recvonly", "a=inactive")


def sections_sending(text: str) -> list[bool]:
    """Return for each media section whether it sends.

    Raises:
        Ambiguous: it is to be refused.
    """
    if "m=" not in text.lower():
        return []
    found: list[bool] = []
    session, section = _Section("session", ""), None
    for line in _lines(text):
        if line.startswith("m="):
            form = _SECTION.match(line)
            if form is None:
                raise Ambiguous("A media section does not begin")
            if section is not None:
                found.append(section.sends(session.direction))
            section = _Section(form[1], form[2])
        elif _DIRECTION.match(line):
            _direct(section or session, line)
        elif _BUNDLE_ONLY.match(line):
            (section or session).bundle_only = True
    return found if section is None else [*found, section.sends(session.direction)]


def _direct(section: _Section, line: str) -> None:
    if line not in ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"):
        raise Ambiguous("A direction stands")
    if section.direction:
        raise Ambiguous("A media section has one")
    section.direction = line


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    if last:
        if last.startswith("m=") or _DIRECTION.match(last):
            raise Ambiguous("The last line")
        lines.append(last)
    for line in lines:
        if not ("a" <= line[:1] <= "z" and line[1:2] == "=" and line.isprintable()):
            raise Ambiguous("Each line")
    return lines
