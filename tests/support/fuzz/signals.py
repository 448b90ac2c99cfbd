"""Session descriptions and candidates: what is let through means the same to every parser."""

import re
from itertools import pairwise
from random import Random
from typing import cast

from canvas_server.core.calls import sdp
from canvas_server.core.effects import Refusal
from canvas_server.protocol.errors import ErrorCode
from support.fuzz.linereader import Ambiguous, sections_sending
from support.fuzz.mutation import mangled
from support.fuzz.texts import DESCRIPTIONS

# Where parsers may see the end of a line.
_SPLITS = (
    lambda text: text.split("\n"),
    str.splitlines,
    lambda text: re.split(r"[\r\n\0]+", text),
)
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


class Section:
    """A media section as some parser sees it."""

    def __init__(self, kind: str, port: str) -> None:
        self.kind, self.port = kind, port
        self.directions: list[str] = []
        self.bundle_only = False

    def may_send(self, session: list[str]) -> bool:
        """Tell whether media are sent, whichever of several directions counts."""
        if self.kind == "application" or (self.port == "0" and not self.bundle_only):
            return False
        found = self.directions or [*session, "sendrecv"]
        return any(direction.startswith("send") for direction in found)


def may_send(text: str) -> bool:
    """Tell whether any parser may find that a description sends media.

    Parsers differ in where lines end, in whether white space and case matter, in which of several
    directions of a section counts, and in whether that of the session does.
    """
    splits = {tuple(line.rstrip("\r") for line in split(text)) for split in _SPLITS}
    return any(_sends(lines, lenient) for lines in splits for lenient in (False, True))


def _sends(lines: tuple[str, ...], lenient: bool) -> bool:
    session: list[str] = []
    sections: list[Section] = []
    for line in lines:
        if lenient:
            line = line.strip().lower().replace("= ", "=")
        if line[:2] == "m=":
            kind, _, rest = line[2:].partition(" ")
            sections.append(Section(kind, rest.partition(" ")[0]))
        elif line[:2] == "a=" and line[2:3] in "srib":
            name = line[2:].split(" ")[0] if lenient else line[2:]
            if name in _DIRECTIONS:
                (sections[-1].directions if sections else session).append(name)
            elif name == "bundle-only" and sections:
                sections[-1].bundle_only = True
    return any(section.may_send(session) for section in sections)


def assert_read_by_lines(text: str) -> None:
    """See that a description is read as who goes line by line reads it, or refused as there."""
    try:
        sends = any(sections_sending(text))
    except Ambiguous as ambiguous:
        try:
            sdp.sends_media(text)
        except Refusal as refused:
            assert refused.text.startswith(str(ambiguous)), (refused.text, ambiguous)
            return
        raise AssertionError(ambiguous) from None
    assert sdp.sends_media(text) is sends


class Descriptions:
    """Session descriptions: what is let through as silent is silent in every reading."""

    def __init__(self) -> None:
        short = ["".join(_ESSENTIAL.findall(text)) for text in DESCRIPTIONS]
        self.samples = [*short * 4, *DESCRIPTIONS]

    def make(self, chance: Random) -> str:
        """Mangle one, or put lines of several together."""
        text, other = chance.choice(self.samples), chance.choice(self.samples)
        if chance.random() < 0.7:
            return self._lines(text, other, chance)
        return mangled(text, chance, other)

    def _lines(self, text: str, other: str, chance: Random) -> str:
        """Take out, double, spoil and insert whole lines."""
        lines, others = text.splitlines(keepends=True), other.splitlines(keepends=True)
        for _ in range(chance.choice((1, 1, 2, 4))):
            at, kind = int(chance.random() * len(lines)), int(chance.random() * 5)
            if kind == 0:
                del lines[at]
            elif kind == 1:
                lines.insert(at, chance.choice(others))
            elif kind == 2:
                lines.insert(at, f"a={chance.choice(_DIRECTIONS)}{chance.choice(_ENDS)}")
            elif kind == 3:
                lines.insert(at, chance.choice(_ODD) + chance.choice(_ENDS))
            else:
                lines[at] = mangled(lines[at], chance)
            if not lines:
                break
        return "".join(lines)

    def feed(self, case: object) -> str:
        """Check it, ask whether it sends, and take the addresses out of it."""
        text = cast("str", case)
        assert_read_by_lines(text)
        try:
            sdp.check_description(text)
            sends = sdp.sends_media(text)
        except Refusal as refused:
            assert refused.code == ErrorCode.INVALID_SDP or "candidate" in refused.code
            return refused.code
        assert sends or not may_send(text), "some parser sends"
        left = sdp.relayed_only(text)
        for line in re.split(r"[\r\n]+", left):
            if line.lower().startswith("a=candidate:"):
                assert sdp.is_relayed(line), line
        return "sends" if sends else "is silent"


_ESSENTIAL = re.compile(
    r"^(?:[vost]=|m=|c=|a=(?:group|ice|finger|mid|setup|candidate|send|recv|inactive|bundle-)).*\n",
    re.MULTILINE,
)
_ENDS = ("\r\n", "\r\n", "\n", "\r", " \r\n", "\t\n", "\x00\n", "\x85", "\u2028", "\x0b", "")
_ODD = (
    "a=sendrecv x",
    "a=SENDRECV",
    "a= sendrecv",
    "A=sendrecv",
    "a=sendrecv:1",
    "m=audio 0 UDP/TLS/RTP/SAVPF 111",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "M=audio 9 UDP/TLS/RTP/SAVPF 111",
    "m=audio 00 UDP/TLS/RTP/SAVPF 111",
    "a=bundle-only",
    "a=BUNDLE-ONLY",
    "a=inactive",
    "a=candidate:1 1 udp 1 10.0.0.7 9 typ host",
    "a=candidate:1 1 udp 1 10.0.0.7 9 typ relay raddr 10.0.0.7 rport 9",
    "a=CANDIDATE:1 1 udp 1 10.0.0.7 9 typ host",
)


class Candidates:
    """Candidates: what is let through is one line, and a relayed one is that to others too."""

    samples = (
        "candidate:2 1 udp 41885439 203.0.113.1 9001 typ relay raddr 198.51.100.7 rport 9000",
        "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 9",
        "candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
        "candidate:0 1 UDP 2122252543 8a2b7c1e-0000-4000-8000-000000000000.local 50000 typ host",
    )

    def make(self, chance: Random) -> str:
        """Mangle one."""
        return mangled(chance.choice(self.samples), chance, chance.choice(self.samples))

    def feed(self, case: object) -> str:
        """Check it."""
        candidate = cast("str", case)
        try:
            sdp.check_candidate(candidate)
        except Refusal as refused:
            assert refused.code == ErrorCode.INVALID_CANDIDATE
            return refused.code
        assert not re.search(r"[\r\n\0]", candidate)
        if not candidate or not sdp.is_relayed(candidate):
            return "passed"
        for words in (candidate.split(" "), candidate.split()):
            assert words[6:8] == ["typ", "relay"], f"not relayed to who splits it as {words}"
        words = sdp.hide_related(candidate).split(" ")
        for name, value in pairwise(word for word in words if word):
            assert name.lower() != "raddr" or value == "0.0.0.0", words
        return "passed, relayed"
