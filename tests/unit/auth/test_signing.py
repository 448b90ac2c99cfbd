"""Tokens are held against the clock of the server that reads them, and no other."""

import time

import jwt
import pytest

from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Expired, Signer

KEYS = Keys(b"k" * 32)


@pytest.mark.report(
    "reading",
    "A link that was made on a machine whose clock is ahead did not open: token not valid yet.",
    "`iat` a minute, or two days, in the future",
    "It opens until it ends, by the clock of the server.",
)
@pytest.mark.parametrize("ahead", [-(10**6), 0, 60, 2 * 86_400])
def test_when_a_token_was_made_does_not_matter(ahead: int) -> None:
    now = time.time()
    signer = Signer(KEYS, "join")
    token = signer.sign({"iat": int(now) + ahead}, now + 60)
    assert signer.read(token, now)["iat"] == int(now) + ahead
    with pytest.raises(Expired):
        signer.read(token, now + 61)


def test_what_is_not_to_be_used_yet_is_not() -> None:
    """Nothing here makes such tokens; who does means it."""
    now = time.time()
    signer = Signer(KEYS, "join")
    with pytest.raises(BadToken):
        signer.read(signer.sign({"nbf": int(now) + 600}, now + 1000), now)
    forged = jwt.encode({"aud": "join", "exp": int(now) + 60}, "x" * 32, "HS256", {"kid": "x"})
    with pytest.raises(BadToken):
        signer.read(forged, now)
