"""What reads text that came from somebody: messages, bodies, tokens."""

import json
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec
from msgspec import inspect

from canvas_server.auth.join import Claims, JoinTokens
from canvas_server.auth.keys import Keys
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
