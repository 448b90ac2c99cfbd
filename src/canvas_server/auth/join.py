"""Join tokens: who bears one may be in a session, in a role (rules TOK1 and TOK2)."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Expired, Signer
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import DisplayName, SessionId, UserId
from canvas_server.protocol.roles import Role

RENEWED_SECONDS = 3600
"""The longest life of a token that is given to somebody who is here."""
_RENEW_AFTER = 2 / 3


class Claims(Struct, frozen=True, omit_defaults=True):
    """What a join token says, beside when it expires."""

    session: SessionId
    role: Role
    invitation: str
    """Shared by all that are made from the first; by it they are taken back."""
    iat: int
    name: DisplayName | None = None
    """What the bearer is called, whatever they say, unless `rename` is set (TOK6)."""
    renew: bool = False
    """Who is here when it ends is given another one in time."""
    rename: bool = False
    user: UserId | None = None
    """Who the bearer is: a stable id, as whoever gave the token out knows them."""


class JoinTokens:
    """Makes join tokens and says what they allow."""

    def __init__(self, keys: Keys, is_revoked: Callable[[str], bool]) -> None:
        """`is_revoked` tells of an invitation whether it was taken back."""
        self._signer = Signer(keys, "join")
        self._is_revoked = is_revoked

    def sign(self, claims: Claims, expires: float) -> str:
        """Return a token that opens a session until then."""
        return self._signer.sign(msgspec.to_builtins(claims), expires)

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        """Return what a token allows in a session.

        Raises:
            Refusal: `unauthorized`, for whatever reason; `token_expired`.
        """
        claims, expires = self._claims(token, now)
        if claims.session != session_id:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        return _grant(claims, expires)

    def recognise(self, token: str | None, now: float) -> Grant:
        """Return what a token allows in the session that it names, whichever that is.

        Raises:
            Refusal: as `admit`.
        """
        return _grant(*self._claims(token, now))

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        """Return another token like the one that was granted, and what it allows.

        Raises:
            Refusal: `unauthorized`, what it came from was taken back.
        """
        if self._is_revoked(grant.invitation):
            raise Refusal(ErrorCode.UNAUTHORIZED)
        claims = Claims(
            session_id,
            grant.role,
            grant.invitation,
            int(now),
            grant.name,
            renew=True,
            rename=grant.rename,
            user=grant.user,
        )
        expires = int(now + grant.life)
        return self.sign(claims, expires), _grant(claims, expires)

    def _claims(self, token: str | None, now: float) -> tuple[Claims, int]:
        if token is None:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        try:
            claims, expires = self._read(token, now)
        except Expired:
            raise Refusal(ErrorCode.TOKEN_EXPIRED) from None
        except BadToken:
            raise Refusal(ErrorCode.UNAUTHORIZED) from None
        if self._is_revoked(claims.invitation):
            raise Refusal(ErrorCode.UNAUTHORIZED)
        return claims, expires

    def _read(self, token: str, now: float) -> tuple[Claims, int]:
        raw: dict[str, Any] = self._signer.read(token, now)
        try:
            return msgspec.convert(raw, Claims), raw["exp"]
        except msgspec.ValidationError as error:
            raise BadToken from error


def _grant(claims: Claims, expires: int) -> Grant:
    grant = Grant(
        claims.role,
        claims.invitation,
        claims.name,
        expires,
        rename=claims.rename,
        user=claims.user,
    )
    if not claims.renew:
        return grant
    # A link may open for weeks; what who came by it is given instead soon ends, and is renewed.
    life = max(min(expires - claims.iat, RENEWED_SECONDS), 1)
    renew_at = claims.iat + life * _RENEW_AFTER
    return msgspec.structs.replace(grant, renew_at=renew_at, life=life)


def fresh_invitation() -> str:
    """Make an id for something that is given out."""
    return secrets.token_urlsafe(9)
