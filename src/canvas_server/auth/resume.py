"""Resume tokens: proof that a connection may be a certain peer of a certain session."""

import secrets

from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Signer

RESUME_SECONDS = 24 * 3600
"""How long a token proves a peer id. It says nothing about how long a place is kept."""


class ResumeTokens:
    """Signs and checks resume tokens, bound to a peer and a session."""

    def __init__(self, keys: Keys) -> None:
        self._signer = Signer(keys, "resume")

    def sign(self, peer_id: str, session_id: str, now: float) -> str:
        """Return a token for a peer of a session; no two are the same."""
        claims = {"sub": peer_id, "session": session_id, "jti": secrets.token_urlsafe(9)}
        return self._signer.sign(claims, int(now) + RESUME_SECONDS)

    def proves(self, token: str, peer_id: str, session_id: str, now: float) -> bool:
        """Tell whether a token was signed here for this peer and session and still lives."""
        try:
            claims = self._signer.read(token, now)
        except BadToken:
            return False
        return claims.get("sub") == peer_id and claims.get("session") == session_id
