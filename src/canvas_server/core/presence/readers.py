"""Readers: the keys under which private messages can be read again, and by whom they are proved.

`user:` is a person that a join token names: only who runs the server can have one made for
somebody. `peer:` is a peer id that this server made; nobody has it again without the resume token.
`stay:` is one stay of a peer that chose its id itself, which anybody may choose later. `guest:` is
somebody of another server, which knows them: as such nobody reads anything here (CHT5).
"""

from typing import Protocol

from canvas_server.core.presence.grants import Grant

USER, PEER, STAY, GUEST = "user:", "peer:", "stay:", "guest:"


class Reader(Protocol):
    """A peer, as far as it matters here."""

    peer_id: str
    grant: Grant
    server: str | None
    incarnation: str
    certified: bool


def keys_of(peer: Reader) -> tuple[str, ...]:
    """Return what a peer has proved to be; under the first one it writes and is written to."""
    if peer.server is not None:
        return (guest_key(peer.peer_id, peer.server),)
    own = PEER + peer.peer_id if peer.certified else STAY + peer.incarnation
    return (own,) if peer.grant.user is None else (USER + peer.grant.user, own)


def guest_key(peer_id: str, server: str) -> str:
    """Return the key of somebody of another server."""
    return f"{GUEST}{peer_id}@{server}"


def is_guest_of(key: str, server: str) -> bool:
    """Tell whether a key is of somebody of another server."""
    return key.startswith(GUEST) and key.endswith(f"@{server}")
