"""Places of a session: who may have one, and who gives way for whom (SES4, SES6; docs/adr/0023).

A place is had by a peer that is here or away. Pure.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from msgspec import Struct

from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.core.presence.session import Participant, Session
from canvas_server.protocol.errors import ErrorCode

LINK_PLACES = 128
"""By one link, unless it says otherwise; and by one other server."""
KEPT_PART = 16
"""One place in so many is kept for moderators where people need invitations."""
MAX_LOOKED_AT = 1_000
_KEPT = "All places but those kept for moderators are taken; come when somebody has left."


class Newcomer(Struct, frozen=True):
    """Somebody who needs a place, as they will be once they have it."""

    grant: Grant
    server: str | None = None
    """The server it is at: a guest; None: it is at this one."""


def gives_way(
    newcomer: Newcomer, staying: Sequence[Participant], size: int, link_places: int
) -> Participant | None:
    """Return who has to leave for a newcomer; None: there is room.

    `size` is how many places the session has, `link_places` how many a link has that says nothing
    else. Nobody who is here gives way but to a moderator.

    Raises:
        Refusal: `link_full`, `session_full`.
    """
    for cap, members in _shares(newcomer, staying, link_places):
        if len(members) >= cap:
            return _next_to_go(members) or _refused(ErrorCode.LINK_FULL)
    kept = size // KEPT_PART
    ordinary = [peer for peer in staying if not peer.grant.is_moderator]
    if newcomer.grant.is_moderator:
        if len(staying) < size:
            return None
        away = _next_to_go(ordinary) or _next_to_go(staying)
        return away or _displaced(newcomer, staying, max(kept, 1))
    if not newcomer.grant.invitation and newcomer.server is None:
        kept = 0  # where nobody is invited, nobody moderates
    if len(staying) < size and len(ordinary) < size - kept:
        return None
    own = [peer for peer in ordinary if _same_link(newcomer, peer)]
    text = _KEPT if len(staying) < size else ""
    return _next_to_go(own) or _next_to_go(ordinary) or _refused(ErrorCode.SESSION_FULL, text)


def abandoned(away: Iterable[Participant]) -> Session | None:
    """Return a session that nobody is in but peers that are away, of which nothing is unstored.

    Of those that are away only the first are looked at: they are so for longest.
    """
    for peer in itertools.islice(away, MAX_LOOKED_AT):
        session = peer.session
        there = session.peers.values()
        if session.canvas.at_rest and all(one.away and one.server is None for one in there):
            return session
    return None


def _shares(
    newcomer: Newcomer, staying: Sequence[Participant], link_places: int
) -> Iterator[tuple[int, list[Participant]]]:
    """Yield of each share in the session that a newcomer would be part of its size and its peers.

    The narrowest first, so that who gives way there makes room in all of them.
    """
    grant = newcomer.grant
    if newcomer.server is not None:
        yield link_places, [peer for peer in staying if peer.server == newcomer.server]
    if not grant.invitation:
        return
    own = grant.places
    if own is None and not grant.is_moderator:
        own = link_places
    caps = [(grant.invitation, own), *((one.id, one.places) for one in reversed(grant.lineage))]
    members: dict[str, list[Participant]] = {one: [] for one, cap in caps if cap is not None}
    for peer in staying:
        for invitation in peer.grant.invitations & members.keys():
            members[invitation].append(peer)
    yield from ((cap, members[one]) for one, cap in caps if cap is not None)


def _next_to_go(peers: Iterable[Participant]) -> Participant | None:
    """Return who of those that are away will lose its place first."""
    until = {peer: peer.away.until for peer in peers if peer.away is not None}
    return min(until, key=until.__getitem__, default=None)


def _displaced(newcomer: Newcomer, staying: Sequence[Participant], kept: int) -> Participant:
    """Return who makes room for a moderator though everybody is here: who came last.

    Those who do not moderate come first, then those of the link that has most places. A link that
    has as many as are kept displaces nobody, nor does one that has as many as any other.

    Raises:
        Refusal: `session_full`.
    """
    own = sum(_same_link(newcomer, peer) for peer in staying)
    for peer in reversed(staying):
        if own < kept and not peer.grant.is_moderator:
            return peer
    links = Counter(peer.grant.invitation for peer in reversed(staying))
    ((fullest, count),) = links.most_common(1)
    if own >= min(kept, count):
        _refused(ErrorCode.SESSION_FULL)
    return next(peer for peer in reversed(staying) if peer.grant.invitation == fullest)


def _same_link(newcomer: Newcomer, peer: Participant) -> bool:
    return (newcomer.grant.invitation, newcomer.server) == (peer.grant.invitation, peer.server)


def _refused(code: ErrorCode, text: str = "") -> NoReturn:
    raise Refusal(code, text)
