"""Pairing: which other servers this one knows, and how two come to know each other.

Each side makes a code: its agent id and half of a secret. Whoever has given theirs and has got the
other's knows the whole secret. Codes go the way people trust: by hand, by mail, read out.
"""

import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from msgspec import Struct

from canvas_server.files import write_whole

FILE = "servers.json"
HALF_BYTES = 16
_PREFIX = "canvas1"
_AGENT_BYTES, _CHECK_BYTES = 32, 3


def sign(key: bytes, text: str) -> str:
    """Return what shows that who has told this knows a key."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class PairingError(Exception):
    """A code or a file is of no use; the text says why and what to do."""


class Pair(Struct, frozen=True, omit_defaults=True):
    """Another server."""

    agent_id: str
    """64 hexadecimal digits: the key by which x0x knows it."""
    secret: str
    sessions: tuple[str, ...] = ("*",)
    """Which ones may be shared with it: names, or patterns of names."""
    name: str = ""
    """What we call it; empty: what it calls itself."""
    half: str = ""
    """Our half of the secret, where it was made by pairing."""

    @property
    def key(self) -> bytes:
        """The secret as bytes."""
        return hashlib.sha256(self.secret.encode()).digest()

    def shares(self, session_id: str) -> bool:
        """Tell whether a session may be shared with it."""
        return any(fnmatchcase(session_id, pattern) for pattern in self.sessions)


def pairs_of(agent_ids: Iterable[str], secret: str | None, sessions: tuple[str, ...]) -> list[Pair]:
    """Return the servers that the settings name."""
    return [Pair(agent_id, secret or "", sessions) for agent_id in agent_ids]


class _PairsFile(Struct, omit_defaults=True):
    half: str = ""
    """Of the code that was given out last, until it has led to a pair."""
    pairs: tuple[Pair, ...] = ()


class Pairs:
    """The servers we know: those of the settings, and those in the data folder."""

    def __init__(self, folder: Path, fixed: Iterable[Pair] = ()) -> None:
        """Read them.

        Raises:
            PairingError: the file cannot be read.
        """
        self._file = folder / FILE
        self._fixed = tuple(fixed)
        self._stamp: object = None
        self._kept = _PairsFile()
        self.refresh()

    @property
    def all(self) -> tuple[Pair, ...]:
        """All of them, those of the settings first."""
        fixed = {pair.agent_id for pair in self._fixed}
        return self._fixed + tuple(p for p in self._kept.pairs if p.agent_id not in fixed)

    def of(self, agent_id: str) -> Pair | None:
        """Return one of them."""
        return next((pair for pair in self.all if pair.agent_id == agent_id), None)

    def refresh(self) -> bool:
        """Read the file again if another process has written it; tell whether it has.

        Raises:
            PairingError: it cannot be read.
        """
        try:
            found = self._file.stat()
            stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
            if stamp == self._stamp:
                return False
            self._kept = msgspec.json.decode(self._file.read_bytes(), type=_PairsFile)
        except FileNotFoundError:
            stamp, self._kept = None, _PairsFile()
        except (OSError, msgspec.MsgspecError) as error:
            raise PairingError(f"{self._file} cannot be read: {error}") from error
        changed, self._stamp = stamp != self._stamp, stamp
        return changed

    def code(self, agent_id: str) -> str:
        """Return the code to give to the other server; the same until it has led to a pair."""
        if not self._kept.half:
            self._kept.half = secrets.token_hex(HALF_BYTES)
            self._write()
        return encode_code(agent_id, bytes.fromhex(self._kept.half))

    def pair(self, agent_id: str, code: str, sessions: tuple[str, ...], name: str) -> Pair:
        """Know the server that has given this code from now on; `agent_id` is our own.

        Doing it again with the same code changes the sessions and the name alone.

        Raises:
            PairingError: it is none, or our own.
        """
        their_id, their_half = decode_code(code)
        if their_id == agent_id:
            raise PairingError("this is the code of this server itself: it takes the other's")
        halves = {pair.half for pair in self._kept.pairs if their_half.hex() in pair.secret}
        half = halves.pop() if halves else self._kept.half
        if not half:
            raise PairingError("make the code of this server first: canvas-server communitas pair")
        secret = "-".join(sorted((half, their_half.hex())))
        pair = Pair(their_id, secret, sessions, name, half)
        others = tuple(each for each in self._kept.pairs if each.agent_id != their_id)
        kept_half = "" if half == self._kept.half else self._kept.half
        self._kept = _PairsFile(kept_half, (*others, pair))
        self._write()
        return pair

    def forget(self, agent_id: str) -> bool:
        """Forget a server; tell whether it was known by the file."""
        others = tuple(each for each in self._kept.pairs if each.agent_id != agent_id)
        known = others != self._kept.pairs
        if known:
            self._kept.pairs = others
            self._write()
        return known

    def _write(self) -> None:
        write_whole(self._file, msgspec.json.encode(self._kept))
        self.refresh()


def encode_code(agent_id: str, half: bytes) -> str:
    """Return a code: 64 digits of an agent id and half a secret, with a checksum."""
    raw = bytes.fromhex(agent_id) + half
    raw += hashlib.sha256(raw).digest()[:_CHECK_BYTES]
    return _PREFIX + base64.b32encode(raw).decode().rstrip("=").lower()


def decode_code(code: str) -> tuple[str, bytes]:
    """Return the agent id and half the secret.

    Raises:
        PairingError: it is no code, or not all of one.
    """
    text = "".join(code.split()).lower()
    body = text.removeprefix(_PREFIX).upper()
    raw = b""
    with contextlib.suppress(ValueError):
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
    raw, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    whole = len(raw) == _AGENT_BYTES + HALF_BYTES
    if not text.startswith(_PREFIX) or not whole or hashlib.sha256(raw).digest()[:3] != check:
        raise PairingError("this is no code of a canvas-server, or not all of it")
    return raw[:_AGENT_BYTES].hex(), raw[_AGENT_BYTES:]
