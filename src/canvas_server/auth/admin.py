"""Admin tokens: who bears one runs the server."""

from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Signer


class AdminTokens:
    """Signs and checks admin tokens."""

    def __init__(self, keys: Keys) -> None:
        self._signer = Signer(keys, "admin")

    def sign(self, expires: float) -> str:
        """Return a token that lives until then, in seconds since 1970 UTC."""
        return self._signer.sign({}, expires)

    def proves(self, token: str, now: float) -> bool:
        """Tell whether a token is one that lives."""
        try:
            self._signer.read(token, now)
        except BadToken:
            return False
        return True
