"""The ICE servers a peer is given: STUN, and TURN with credentials that expire."""

import base64
import hashlib
import hmac

from canvas_server.protocol.server import IceServer

CREDENTIAL_SECONDS = 3600


def ice_servers(
    *,
    stun_urls: tuple[str, ...],
    turn_urls: tuple[str, ...],
    turn_secret: str | None,
    turn_username: str | None,
    turn_credential: str | None,
    peer_id: str,
    now: float,
) -> tuple[IceServer, ...]:
    """Return what goes into `RTCPeerConnection({iceServers})` of a peer.

    With a shared secret the TURN credentials are those of the TURN REST API
    (draft-uberti-behave-turn-rest-00 section 2.2): the username is ``expiry:peer``, the password
    its HMAC-SHA1; they live `CREDENTIAL_SECONDS`. Otherwise the static ones are given.
    """
    servers: list[IceServer] = []
    if stun_urls:
        servers.append(IceServer(stun_urls))
    if turn_urls and turn_secret:
        username = f"{int(now) + CREDENTIAL_SECONDS}:{peer_id}"
        digest = hmac.digest(turn_secret.encode(), username.encode(), hashlib.sha1)
        servers.append(IceServer(turn_urls, username, base64.b64encode(digest).decode()))
    elif turn_urls:
        servers.append(IceServer(turn_urls, turn_username, turn_credential))
    return tuple(servers)
