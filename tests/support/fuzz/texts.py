"""What reads text that came from somebody: messages, bodies, tokens, descriptions, candidates."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec
from msgspec import inspect

from canvas_server.auth.join import Claims, JoinTokens
from canvas_server.auth.keys import Keys
from canvas_server.core.calls import sdp
from canvas_server.core.effects import Refusal
from canvas_server.federation import messages as partners
from canvas_server.protocol import codec
from canvas_server.protocol.client import ClientMessage
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit, TokenWish
from canvas_server.protocol.roles import Role
from canvas_server.protocol.server import Error, ServerMessage
from support.fuzz.mutation import mangled, spoilt
from support.fuzz.shapes import value_of

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MAX_REPLY = 4096
"""Bytes of an error, whatever it answers."""


def samples(name: str) -> list[dict[str, Any]]:
    """Return what was recorded from real programs."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def written(value: object) -> str:
    """Write JSON, also what no UTF-8 can hold."""
    return json.dumps(value, ensure_ascii=False)


def raw(text: str) -> bytes:
    """Return text as bytes, also surrogates, which make it no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


DESCRIPTIONS = [str(sample["sdp"]) for sample in samples("descriptions")]
CHARTS = [{"type": "Chart", **{k: s[k] for k in ("chart_type", "data")}} for s in samples("charts")]


class ClientMessages:
    """What a client sends. It is read, and is the same when written and read again, or refused."""

    kind = inspect.type_info(ClientMessage)
    codes = frozenset((ErrorCode.INVALID_JSON, ErrorCode.UNKNOWN_TYPE, ErrorCode.INVALID_MESSAGE))

    def __init__(self) -> None:
        chance = Random("samples")
        texts = [written(value_of(self.kind, chance)) for _ in range(300)]
        adds = [{"type": "add_element", "element": {"kind": kind}} for kind in CHARTS]
        offers = [{"type": "offer", "target_peer_id": "p", "sdp": text} for text in DESCRIPTIONS]
        self.samples = [*texts, *map(written, adds), *map(written, offers)]

    def make(self, chance: Random) -> bytes:
        """Make one of its type, right or wrong somewhere, or mangle one."""
        which = chance.random()
        if which < 0.15:
            return raw(written(value_of(self.kind, chance, chance.choice((0, 0.05, 0.3)))))
        text = mangled(chance.choice(self.samples), chance, chance.choice(self.samples))
        return spoilt(raw(text), chance) if which > 0.9 else raw(text)

    def feed(self, case: object) -> str:
        """Read it."""
        try:
            message = codec.decode(cast("bytes", case))
        except codec.MalformedMessage as malformed:
            assert malformed.code in self.codes, malformed.code
            error = Error(malformed.code, malformed.text, malformed.message_id)
            assert len(codec.encode(error)) <= MAX_REPLY, "the reply is long"
            return malformed.code
        again = codec.decode(msgspec.json.encode(message))
        assert again == message, "it is another one when it is read again"
        return "read"


class ServerMessages:
    """What a server sends, as the Python client reads it: as it was, or refused as no message."""

    kind = inspect.type_info(ServerMessage)
    decode = msgspec.json.Decoder(ServerMessage).decode

    def __init__(self) -> None:
        chance = Random("samples")
        self.samples = [written(value_of(self.kind, chance)) for _ in range(300)]

    def make(self, chance: Random) -> bytes:
        """Make one of its type, or mangle one."""
        if chance.random() < 0.2:
            return raw(written(value_of(self.kind, chance, chance.choice((0, 0.1)))))
        return raw(mangled(chance.choice(self.samples), chance, chance.choice(self.samples)))

    def feed(self, case: object) -> str:
        """Read it as the client does."""
        try:
            message = ServerMessages.decode(cast("bytes", case))
        except (ValueError, RecursionError):
            return "refused"
        assert ServerMessages.decode(codec.encode(message)) == message
        return "read"


class Bodies:
    """What is posted to the API: edits, and wishes for tokens."""

    kinds = (inspect.type_info(SceneEdit), inspect.type_info(TokenWish))

    def make(self, chance: Random) -> bytes:
        """Make one of its type, mangled or not."""
        kind = chance.choice(self.kinds)
        text = written(value_of(kind, chance, chance.choice((0, 0, 0.05, 0.3))))
        return raw(mangled(text, chance) if chance.random() < 0.7 else text)

    def feed(self, case: object) -> str:
        """Read it as both."""
        found: list[str] = []
        for decode in (codec.decode_scene_edit, codec.decode_token_wish):
            try:
                wanted = decode(cast("bytes", case))
            except codec.MalformedMessage as malformed:
                assert malformed.code in ClientMessages.codes, malformed.code
                malformed.text.encode()
                found.append(malformed.code)
                continue
            assert decode(msgspec.json.encode(wanted)) == wanted
            return "read"
        return found[0]


class PartnerMessages:
    """What another server sends: read, and the same when read again, or refused as malformed."""

    kind = inspect.type_info(partners.Item)

    def __init__(self) -> None:
        chance = Random("samples")
        self.samples = [self._packed(chance) for _ in range(200)]

    def _packed(self, chance: Random) -> str:
        item = value_of(self.kind, chance)
        body = raw(written({**item, "canvas": {"sender": "s", "number": chance.randrange(99)}}))
        form = partners.SIGNAL_FORM if body.startswith(b'{"type": "o') else partners.OWN_FORM
        return (form + body).decode("utf-8", "surrogatepass")

    def make(self, chance: Random) -> bytes:
        """Mangle one behind its first line, mostly."""
        text = chance.choice(self.samples)
        if chance.random() < 0.05:
            return raw(mangled(text, chance))
        form, _, body = text.partition("\n")
        return raw(f"{form}\n{mangled(body, chance, chance.choice(self.samples))}")

    def feed(self, case: object) -> str:
        """Take it apart and read it."""
        try:
            _, body = partners.unpack(cast("bytes", case))
            item = partners.decode_own(body) or partners.decode(body)
        except partners.Malformed:
            return "refused"
        again = partners.encode(item)
        assert (partners.decode_own(again) or partners.decode(again)) == item
        return "read"


class Tokens:
    """Join tokens: no other text than the token itself opens anything."""

    now = 1_000_000

    def __init__(self) -> None:
        secret = "a secret of the garbage that is long enough"
        self.tokens = JoinTokens(Keys.of_secrets((secret,)), lambda _: False)
        other = JoinTokens(Keys.of_secrets((secret[::-1],)), lambda _: False)
        claims = [
            Claims("s", role, f"invitation-{role}", self.now, "Ada", renew=renew)
            for role in Role
            for renew in (False, True)
        ]
        self.good = [self.tokens.sign(one, self.now + 60) for one in claims]
        self.begun = {good[:-1] for good in self.good}
        self.foreign = [other.sign(one, self.now + 60) for one in claims]

    def make(self, chance: Random) -> str:
        """Mangle one, or put parts of several together."""
        good, other = chance.choice(self.good), chance.choice(self.good + self.foreign)
        which = chance.random()
        if which < 0.2:
            return good
        if which < 0.4:
            parts = zip(good.split("."), other.split("."), strict=True)
            return ".".join(chance.choice(both) for both in parts)
        # A header is Latin-1 and a message UTF-8, so no surrogate comes this far.
        return mangled(good, chance, other).encode(errors="replace").decode()

    def feed(self, case: object) -> str:
        """Try to come in."""
        try:
            self.tokens.admit(cast("str", case), "s", self.now)
        except Refusal as refused:
            return refused.code
        # The last letter has bits to spare (RFC 4648 section 3.5), so another one says the same.
        assert cast("str", case)[:-1] in self.begun, "another text opens it"
        return "let in"


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
        assert "10.0.0.17" not in sdp.hide_related(candidate) or "10.0.0.17" not in _related(
            candidate
        )
        return "passed, relayed"


def _related(candidate: str) -> str:
    """Return the address that a candidate was gained from."""
    found = re.search(r" raddr (\S+) rport \d", candidate)
    return found[1] if found else ""
