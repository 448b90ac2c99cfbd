"""Peer identity: who may be which peer, and what proves it (SES2, RES1; docs/adr/0016).

A peer id names a peer, and is public: it proves nothing. An incarnation is one stay of a peer in a
session. A resume token proves one incarnation, under the grant that it had; a join token gives a
grant. Pure.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec
from msgspec import Struct

from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.session import Participant
from canvas_server.protocol.client import Subscribe

RESERVED_SECONDS = 24 * 3600.0
"""How long the id of a guest that has left is kept for it: as long as a resume token lives."""
MAX_RESERVED = 10_000


class ResumeClaims(Struct, frozen=True):
    """What a resume token says, beside when it expires."""

    peer_id: str
    session_id: str
    incarnation: str = ""
    """Empty in tokens of earlier releases: no peer has it."""
    grant: str = ""
    """The key of the grant it was issued under (`Grant.key`)."""
    waits_since: int = 0
    """It was given to who waits to be let in, and keeps their place in the queue: since when, in
    milliseconds since 1970 UTC. It was never in the session."""


class Identities(Protocol):
    """Makes peer ids and resume tokens, and recognises its own."""

    def new_peer_id(self) -> str:
        """Make a UUID that was never made before, and that `made_here` recognises."""
        ...

    def made_here(self, peer_id: str) -> bool:
        """Tell whether an id was made by this server, on any node and before any restart."""
        ...

    def new_incarnation(self) -> str:
        """Make the id of one stay of a peer."""
        ...

    def sign(self, claims: ResumeClaims, now: float) -> str:
        """Return a resume token; no two are the same."""
        ...

    def read(self, token: str, now: float) -> ResumeClaims | None:
        """Return what a resume token says; None: it is none of ours, or has expired."""
        ...


class Identity(Struct, frozen=True):
    """Whom a connection is to be after `subscribe`, and what it has proved."""

    peer_id: str
    granted: bool
    """It may have this id: nobody else has it, or it has proved to be who has it."""
    holder: Participant | None = None
    """The peer it continues: its own, in this session."""
    kept_grant: Grant | None = None
    """What the peer it continues may do, where no join token is needed for it."""
    proved: bool = False
    """It has had this id before, or the id is new: what is kept under it is its own."""
    been_here: bool = False
    """It was a peer of this session, as its resume token says."""
    waits_since: int = 0
    """What its resume token says, where it was given to who waits."""


def identify(
    message: Subscribe,
    current: Participant | None,
    peers: Mapping[str, Participant],
    reserved: "ReservedIds",
    identities: Identities,
    now: float,
) -> Identity:
    """Decide whom a connection is to be; `current` is the peer it is now."""
    claims = _claims(message, identities, now)
    own_id = None if current is None else current.peer_id
    peer_id = message.peer_id or (claims.peer_id if claims else own_id)
    if peer_id is None:
        return Identity(identities.new_peer_id(), granted=True, proved=True)
    holder = peers.get(peer_id)
    made_here = identities.made_here(peer_id)
    if holder is None:
        free = not made_here and not reserved.holds(peer_id, now)
        if claims is None:
            return Identity(peer_id, granted=free)
        return Identity(
            peer_id,
            granted=True,
            proved=True,
            been_here=bool(claims.incarnation),
            waits_since=claims.waits_since,
        )
    if holder.session.session_id != message.session_id:
        return Identity(
            peer_id,
            granted=holder is current,
            proved=made_here,
            been_here=claims is not None and bool(claims.incarnation),
        )
    if holder is current:
        return Identity(peer_id, granted=True, holder=holder, kept_grant=holder.grant, proved=True)
    if claims is None or claims.incarnation != (holder.incarnation or None):
        return Identity(peer_id, granted=False)
    kept_grant = holder.grant if claims.grant == holder.grant.key else None
    return Identity(peer_id, granted=True, holder=holder, kept_grant=kept_grant, proved=True)


def passed_on(
    message: Subscribe,
    current: Participant,
    peers: Mapping[str, Participant],
    reserved: "ReservedIds",
    identities: Identities,
    now: float,
) -> Subscribe:
    """Return a `subscribe` as another node has to hear it, where its session lives.

    A connection that is a peer here keeps its id there (SES1), which the other node cannot know by
    itself; the token that proves it continues nobody, and grants nothing. One that says that it has
    been there goes on to say so (ROM4).
    """
    identity = identify(message, current, peers, reserved, identities, now)
    if identity.peer_id != current.peer_id:
        return message
    token = message.resume_token
    if not identity.been_here:
        token = identities.sign(ResumeClaims(current.peer_id, message.session_id), now)
    return msgspec.structs.replace(
        message,
        peer_id=current.peer_id,
        display_name=message.display_name or current.display_name,
        resume_token=token,
    )


def _claims(message: Subscribe, identities: Identities, now: float) -> ResumeClaims | None:
    """Return what the resume token proves of the peer and the session that are asked for."""
    claims = identities.read(message.resume_token, now) if message.resume_token else None
    if claims is None or claims.session_id != message.session_id:
        return None
    return claims if message.peer_id in (None, claims.peer_id) else None


class ReservedIds:
    """Ids of guests that have left: made elsewhere, and not to be had by others meanwhile.

    Bounded: beyond `MAX_RESERVED` the oldest is forgotten.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def keep(self, peer_id: str, now: float) -> None:
        """Keep an id for who had it."""
        self._until.pop(peer_id, None)
        self._until[peer_id] = now + RESERVED_SECONDS
        if len(self._until) > MAX_RESERVED:
            del self._until[next(iter(self._until))]

    def holds(self, peer_id: str, now: float) -> bool:
        """Tell whether an id is kept for somebody."""
        return self._until.get(peer_id, now) > now
