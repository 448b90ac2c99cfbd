"""The ICE servers a peer is given: STUN, and TURN with credentials that expire."""

import base64
import hashlib
import hmac

from canvas_server.config.settings import Settings
from canvas_server.protocol.server import IceServer


class IcePlan:
    """Makes what goes into `RTCPeerConnection({iceServers})`, for each peer its own."""

    def __init__(self, settings: Settings) -> None:
        self._stun_urls = settings.stun_urls
        self._turn_urls = settings.turn_urls
        self._secret = settings.turn_secret
        self._static = (settings.turn_username, settings.turn_credential)
        self.seconds = settings.turn_seconds if self._turn_urls and self._secret else None
        """How long the credentials are good; None: for ever."""

    def servers(self, peer_id: str, now: float) -> tuple[IceServer, ...]:
        """Return the servers for a peer.

        With a shared secret the TURN credentials are those of the TURN REST API
        (draft-uberti-behave-turn-rest-00 section 2.2): the username is ``expiry:peer``, the
        password its HMAC-SHA1. Otherwise the static ones are given.
        """
        servers: list[IceServer] = []
        if self._stun_urls:
            servers.append(IceServer(self._stun_urls))
        if self._secret and self.seconds is not None:
            username = f"{int(now) + self.seconds}:{peer_id}"
            digest = hmac.digest(self._secret.encode(), username.encode(), hashlib.sha1)
            credential = base64.b64encode(digest).decode()
            servers.append(IceServer(self._turn_urls, username, credential))
        elif self._turn_urls:
            servers.append(IceServer(self._turn_urls, *self._static))
        return tuple(servers)
