"""Peer ids that a server recognises as its own, on every node and after a restart, without a list.

An id is a UUID of version 4 (RFC 9562 section 5.4): of its 122 free bits 74 are random and 48 are
a truncated HMAC-SHA256 of those. Nothing is gained by forging one: it is refused.
"""

import hashlib
import hmac
import secrets
import uuid

from canvas_server.auth.keys import Keys

RANDOM_BITS, MAC_BITS = 74, 48


class PeerIds:
    """Makes peer ids with the first key, and recognises those of all keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = tuple(key.value for key in keys.of("peer id"))

    def make(self) -> str:
        """Return a peer id that was never made before."""
        chance = secrets.randbits(RANDOM_BITS)
        return str(_uuid_of(chance << MAC_BITS | _mac(self._keys[0], chance)))

    def made_here(self, peer_id: str) -> bool:
        """Tell whether an id was made with one of the keys."""
        free = _free_bits(uuid.UUID(peer_id))
        chance, mac = free >> MAC_BITS, free & (1 << MAC_BITS) - 1
        return _uuid_of(free) == uuid.UUID(peer_id) and any(
            _mac(key, chance) == mac for key in self._keys
        )


def _mac(key: bytes, chance: int) -> int:
    digest = hmac.digest(key, chance.to_bytes(10), hashlib.sha256)
    return int.from_bytes(digest[: MAC_BITS // 8])


def _uuid_of(free: int) -> uuid.UUID:
    """Put 122 bits around those that say version and variant."""
    high, middle, low = free >> 74, free >> 62 & 0xFFF, free & (1 << 62) - 1
    return uuid.UUID(int=high << 80 | 4 << 76 | middle << 64 | 2 << 62 | low)


def _free_bits(peer_id: uuid.UUID) -> int:
    number = peer_id.int
    return (number >> 80) << 74 | (number >> 64 & 0xFFF) << 62 | number & (1 << 62) - 1
