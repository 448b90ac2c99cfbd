"""The keys that sign tokens: of the secrets that were set, or of this installation."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from msgspec import Struct

_KEY_FILE = "resume.key"


class Key(Struct, frozen=True):
    """A key for one purpose, and the id by which a token names it (RFC 7515 section 4.1.4)."""

    id: str
    value: bytes


class Keys:
    """What is derived from secrets: the first one signs, all of them are believed."""

    def __init__(self, *roots: bytes) -> None:
        self._roots = roots

    def of(self, purpose: str) -> tuple[Key, ...]:
        """Return the keys for a purpose; no other purpose has the same."""
        return tuple(
            Key(_derived(root, f"id of {purpose}").hex()[:8], _derived(root, purpose))
            for root in self._roots
        )


def fresh_secret() -> str:
    """Make a secret that nobody guesses (256 bits)."""
    return secrets.token_urlsafe(32)


def _derived(root: bytes, purpose: str) -> bytes:
    return hmac.digest(root, b"canvas-server " + purpose.encode(), hashlib.sha256)


def load_key(data_dir: Path) -> bytes:
    """Return the key of this installation, made at the first start (mode 0600).

    Raises:
        OSError: the folder cannot be written.
    """
    path = data_dir / _KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=data_dir) as file:  # made with mode 0600
            file.write(secrets.token_bytes(32))
            file.flush()
            # Of two servers that start at once both go on with the key of the first.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes()
