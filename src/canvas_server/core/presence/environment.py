"""Environment of the core: the sources of ids, secrets, grants and ICE servers."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.identity import Identities
from canvas_server.core.presence.places import LINK_PLACES
from canvas_server.protocol import server

RESUME_SECONDS = 120.0


class Admission(Protocol):
    """Who may come into a session, and as what."""

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        """Return what a join token allows (TOK1).

        Raises:
            Refused: `unauthorized`, `token_expired`.
        """
        ...

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        """Return another token with the same rights, and its grant (TOK2).

        Raises:
            Refused: `unauthorized`, what it came from was taken back.
        """
        ...


_EVERYBODY = Grant()


class Everybody:
    """No token is asked for, and no grant ends."""

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:  # noqa: ARG002
        """Let them in."""
        return _EVERYBODY

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:  # noqa: ARG002
        """Change nothing; no grant of theirs ends, so nobody asks."""
        return "", grant


class Environment(Struct, frozen=True):
    """What the hub cannot know by itself: chance, secrets and the network."""

    version: str
    new_id: Callable[[], str]
    """Makes a UUID that was never made before, for elements."""
    identities: Identities
    """Makes and recognises peer ids and resume tokens."""
    features: tuple[str, ...]
    """What `welcome` lists."""
    ice_servers: Callable[[str, float], tuple[server.IceServer, ...]]
    """Makes the ICE servers for (peer id, now)."""
    ice_seconds: float | None = None
    """How long the credentials in there are good; None: for ever."""
    relay_only: Callable[[str], bool] = lambda _: False
    """Tells whether calls of this session go through TURN servers alone (SIG15)."""
    admission: Admission = Everybody()
    is_decoded: Callable[[str], bool] = lambda _: True
    """Tells whether a picture in a data URL was decoded, so that it may come in (SCN10)."""
    watched: bool = False
    """Somebody beyond this server wants to know who is here and what changes."""
    leader: Callable[[str], str | None] = lambda _: None
    """Returns the name of the server that keeps the scene of a session; None: we do (REL4)."""
    link_places: int = LINK_PLACES
    """How many may be in a session by one link that says nothing else (SES6)."""
    resume_seconds: float = RESUME_SECONDS
    """How long a peer keeps its place after its connection broke (RES1)."""
    started: float = 0.0
    """When the process was started; seconds since 1970 UTC."""


def milliseconds(now: float) -> int:
    """Return a time of the hub as messages have it."""
    return int(now * 1000)
