"""JSON Web Tokens (RFC 7519) of one kind each, signed with HMAC-SHA256 and nothing else."""

from typing import Any

import jwt

from canvas_server.auth.keys import Keys

_ALGORITHM = "HS256"


class BadToken(Exception):
    """It was not signed here for this purpose, or lacks what it needs."""


class Expired(BadToken):
    """It was good."""


class Signer:
    """Signs and reads the tokens of one kind. None is taken for one of another kind."""

    def __init__(self, keys: Keys, audience: str) -> None:
        """`audience` is the kind (RFC 7519 section 4.1.3); each has keys of its own."""
        self._audience = audience
        self._keys = keys.of(audience)

    def sign(self, claims: dict[str, Any], expires: float) -> str:
        """Return a token that lives until then, in seconds since 1970 UTC."""
        key = self._keys[0]
        claims = {**claims, "aud": self._audience, "exp": int(expires)}
        return jwt.encode(  # pyright: ignore[reportUnknownMemberType]
            claims, key.value, _ALGORITHM, {"kid": key.id}
        )

    def read(self, token: str, now: float) -> dict[str, Any]:
        """Return what a token says.

        Raises:
            BadToken: it is none of ours.
            Expired: it was one.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            # Those of an earlier version name none.
            likely = [key for key in self._keys if kid in (key.id, None)]
            claims = self._read(token, likely[0].value)
        except (jwt.InvalidTokenError, IndexError) as error:
            raise BadToken from error
        if claims["exp"] <= now:
            raise Expired
        return claims

    def _read(self, token: str, key: bytes) -> dict[str, Any]:
        return jwt.decode(  # pyright: ignore[reportUnknownMemberType]
            token,
            key,
            [_ALGORITHM],
            audience=self._audience,
            options={"verify_exp": False, "require": ["exp"]},  # by our own clock
        )
