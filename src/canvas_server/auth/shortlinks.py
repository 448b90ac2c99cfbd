"""Short links: codes that people can type, kept with their invitations (rules LNK1 to LNK4)."""

import hashlib
import hmac
import re
import secrets

import msgspec
from msgspec import Struct

from canvas_server.auth.invitationfile import ShortLink
from canvas_server.auth.invitations import Invitations
from canvas_server.auth.join import Claims, JoinTokens
from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Expired, Signer
from canvas_server.core.effects import Refusal
from canvas_server.protocol.errors import ErrorCode

SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Those of Crockford's base 32: none is taken for another one."""
LENGTH = 12
"""60 bits: see docs/adr/0035 for how many guesses that is."""
_GROUP = 4
_LOOKALIKES = str.maketrans("oil", "011")
_BETWEEN = re.compile(r"[\s_\u2010-\u2015-]+")
_AROUND = ".,;:!?()<>'\"*"
"""What chats and sentences put around a link."""
_CODE = re.compile(f"[{SYMBOLS}]{{{LENGTH}}}")


class UnknownCode(Exception):
    """It opens nothing: there is none such, or its invitation was taken back."""


class Opened(Struct, frozen=True):
    """The token that a code stands for."""

    session_id: str
    token: str
    expires: float
    """Seconds since 1970 UTC."""


def fresh_code() -> str:
    """Make a code nobody guesses, as it is shown: `7kq4-m2xz-9rpa`."""
    code = "".join(secrets.choice(SYMBOLS) for _ in range(LENGTH))
    return "-".join(code[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def plain_code(text: str) -> str | None:
    """Return a code as it is looked up, however it was typed; None: it is none."""
    code = _BETWEEN.sub("", text.strip(_AROUND)).lower().translate(_LOOKALIKES)
    return code if _CODE.fullmatch(code) else None


class ShortLinks:
    """Makes the codes of invitations, and the tokens that they stand for.

    Neither a code nor a token is kept: a keyed hash of the code, and claims that are signed for
    this purpose alone. Who reads or changes the file can come in by neither.
    """

    def __init__(self, keys: Keys, invitations: Invitations, join: JoinTokens) -> None:
        self._keys = tuple(key.value for key in keys.of("code of a short link"))
        self._signer = Signer(keys, "short link")
        self._invitations = invitations
        self._join = join

    def make(self, claims: Claims, expires: float) -> tuple[str, ShortLink]:
        """Return a fresh code for what a token says, and what is to be kept of it."""
        code = fresh_code()
        digest = _digest(self._keys[0], plain_code(code) or "")
        sealed = self._signer.sign({**msgspec.to_builtins(claims), "code": digest}, expires)
        return code, ShortLink(digest, sealed)

    def open(self, text: str, now: float) -> Opened:
        """Return the token that a code stands for.

        Raises:
            UnknownCode: it opens nothing.
            Refusal: `token_expired`.
        """
        kept = self._kept(text)
        if kept is None:
            raise UnknownCode
        try:
            raw = self._signer.read(kept.sealed, now)
            claims = msgspec.convert(raw, Claims)
        except Expired:
            raise Refusal(ErrorCode.TOKEN_EXPIRED) from None
        except (BadToken, msgspec.ValidationError):
            raise UnknownCode from None
        if raw.get("code") != kept.digest:
            raise UnknownCode
        token, expires = self._join.given(claims, raw["exp"], now)
        return Opened(claims.session, token, expires)

    def forget(self, session_id: str) -> None:
        """Let the codes of a session open nothing any more; waits for the disk.

        Raises:
            OSError: that cannot be stored.
        """
        self._invitations.delete_codes(session_id)

    def _kept(self, text: str) -> ShortLink | None:
        """Return what is kept of a code; what was taken back is as if it had never been."""
        code = plain_code(text)
        if code is None:
            return None
        digests = [_digest(key, code) for key in self._keys]
        found = next(filter(None, map(self._invitations.by_code, digests)), None)
        if found is None or any(map(self._invitations.is_revoked, (*found.lineage, found.id))):
            return None
        return found.short


def _digest(key: bytes, code: str) -> str:
    return hmac.digest(key, code.encode(), hashlib.sha256).hex()[:32]
