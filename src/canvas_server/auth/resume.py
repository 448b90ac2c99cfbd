"""Resume tokens: proof of one incarnation of a peer, under the grant it had (docs/adr/0016)."""

import secrets

import msgspec
from msgspec import Struct

from canvas_server.auth.keys import Keys
from canvas_server.auth.peerids import PeerIds
from canvas_server.auth.signing import BadToken, Signer
from canvas_server.core.presence.identity import ResumeClaims

RESUME_SECONDS = 24 * 3600
"""How long a token proves a peer id. It says nothing about how long a place is kept."""


class _Signed(Struct, frozen=True, omit_defaults=True):
    """The claims as they are signed, but for `aud`, `exp` and a `jti` (RFC 7519 section 4.1)."""

    sub: str
    session: str
    incarnation: str = ""
    grant: str = ""
    waits: int = 0


class ResumeTokens:
    """Signs and reads resume tokens."""

    def __init__(self, keys: Keys) -> None:
        self._signer = Signer(keys, "resume")

    def sign(self, claims: ResumeClaims, now: float) -> str:
        """Return a token for a peer of a session; no two are the same."""
        signed = msgspec.to_builtins(
            _Signed(
                claims.peer_id,
                claims.session_id,
                claims.incarnation,
                claims.grant,
                claims.waits_since,
            )
        )
        jti = secrets.token_urlsafe(9)
        return self._signer.sign({**signed, "jti": jti}, int(now) + RESUME_SECONDS)

    def read(self, token: str, now: float) -> ResumeClaims | None:
        """Return what a token says; None: it was not signed here, or lives no more."""
        try:
            signed = msgspec.convert(self._signer.read(token, now), _Signed)
        except (BadToken, msgspec.ValidationError):
            return None
        return ResumeClaims(
            signed.sub, signed.session, signed.incarnation, signed.grant, signed.waits
        )


class SignedIdentities:
    """Implements `Identities` with the keys of this server."""

    def __init__(self, keys: Keys) -> None:
        ids, tokens = PeerIds(keys), ResumeTokens(keys)
        self.new_peer_id, self.made_here = ids.make, ids.made_here
        self.sign, self.read = tokens.sign, tokens.read

    def new_incarnation(self) -> str:
        """See `Identities.new_incarnation`: 96 bits of chance."""
        return secrets.token_urlsafe(12)
