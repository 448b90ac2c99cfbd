"""The keys that sign tokens: of the secrets that were set, or of this installation."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

_KEY_FILE, _SECRET_FILE = "resume.key", "auth.secret"


class Key(Struct, frozen=True):
    """A key for one purpose, and the id by which a token names it (RFC 7515 section 4.1.4)."""

    id: str
    value: bytes


class Keys:
    """What is derived from secrets: the first one signs, all of them are believed."""

    def __init__(self, *roots: bytes) -> None:
        self._roots = roots

    @classmethod
    def of_secrets(cls, secrets: tuple[str, ...]) -> "Keys":
        """Return the keys of secrets as they are set."""
        return cls(*map(str.encode, secrets))

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
    return _kept(data_dir / _KEY_FILE, lambda: secrets.token_bytes(32))


def load_secret(data_dir: Path) -> str:
    """Return the secret of this installation, for who set none (mode 0600).

    Raises:
        OSError: the folder cannot be written.
    """
    return _kept(data_dir / _SECRET_FILE, lambda: fresh_secret().encode()).decode()


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what is in a file, made the first time; only its owner reads it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent) as file:  # made with mode 0600
            file.write(make())
            file.flush()
            # Of two servers that start at once both go on with the key of the first.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes()
