"""Resume tokens: proof that a connection may be a certain peer of a certain session."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import jwt

RESUME_SECONDS = 24 * 3600
"""How long a token proves a peer id. It says nothing about how long a place is kept."""
_ALGORITHM = "HS256"
_AUDIENCE = "resume"


class ResumeTokens:
    """Signs and checks resume tokens: JWTs (RFC 7519) bound to a peer and a session."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, peer_id: str, session_id: str, now: float) -> str:
        """Return a token for a peer of a session; no two are the same."""
        claims = {
            "aud": _AUDIENCE,
            "sub": peer_id,
            "session": session_id,
            "exp": int(now) + RESUME_SECONDS,
            "jti": secrets.token_urlsafe(9),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)  # pyright: ignore[reportUnknownMemberType]

    def proves(self, token: str, peer_id: str, session_id: str, now: float) -> bool:
        """Tell whether a token was signed here for this peer and session and still lives."""
        try:
            claims = jwt.decode(  # pyright: ignore[reportUnknownMemberType]
                token,
                self._key,
                [_ALGORITHM],
                audience=_AUDIENCE,
                options={"verify_exp": False, "require": ["exp"]},
            )
        except jwt.InvalidTokenError:
            return False
        return (
            claims.get("sub") == peer_id
            and claims.get("session") == session_id
            and claims["exp"] > now
        )


def load_key(data_dir: Path) -> bytes:
    """Return the signing key of this installation, made at the first start (mode 0600).

    Raises:
        OSError: the folder cannot be written.
    """
    path = data_dir / "resume.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=data_dir) as file:  # made with mode 0600
            file.write(secrets.token_bytes(32))
            file.flush()
            # Of two servers that start at once both go on with the key of the first.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes()
