"""JSON Web Tokens (RFC 7519) of one kind each, signed with HMAC-SHA256 and nothing else."""

import re
from typing import Any

import jwt

from canvas_server.auth.keys import Keys

_ALGORITHM = "HS256"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""Three parts in base64url without padding (RFC 7515 section 7.1); the library is more lenient."""


class BadToken(Exception):
    """It was not signed here for this purpose, or lacks what it needs."""


class Expired(BadToken):
    """It was good."""


class Signer:
    """Signs and reads the tokens of one kind. None is taken for one of another kind."""

    def __init__(self, keys: Keys, audience: str) -> None:
        """`audience` is the kind (RFC 7519 section 4.1.3); each has keys of its own."""
        self._audience = audience
        self._keys = {key.id: key.value for key in keys.of(audience)}

    def sign(self, claims: dict[str, Any], expires: float) -> str:
        """Return a token that lives until then, in seconds since 1970 UTC."""
        key_id, key = next(iter(self._keys.items()))
        claims = {**claims, "aud": self._audience, "exp": int(expires)}
        return jwt.encode(  # pyright: ignore[reportUnknownMemberType]
            claims, key, _ALGORITHM, {"kid": key_id}
        )

    def read(self, token: str, now: float) -> dict[str, Any]:
        """Return what a token says.

        Raises:
            BadToken: it is none of ours.
            Expired: it was one.
        """
        if not _COMPACT.fullmatch(token):
            raise BadToken
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(  # pyright: ignore[reportUnknownMemberType]
                token,
                key,
                [_ALGORITHM],
                audience=self._audience,
                # Ends are looked at by our own clock; when it was made nobody needs to know, and
                # the clock of the machine that made it may be ahead.
                options={"verify_exp": False, "verify_iat": False, "require": ["exp"]},
            )
        except (jwt.InvalidTokenError, KeyError) as error:
            raise BadToken from error
        if claims["exp"] <= now:
            raise Expired
        return claims
