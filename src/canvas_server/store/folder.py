"""Data folder: one process uses it at a time, and nobody else reads it."""

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from canvas_server import system
from canvas_server.files import give_to_owner

DATABASE = "scenes.db"
_LOCK = "lock"


class StoreError(Exception):
    """The data folder cannot be used as it was asked; the text says why and what to do."""


class Holder(Struct, frozen=True):
    """Who has a data folder, as it wrote into the lock file."""

    pid: int = 0
    url: str = ""
    """Empty until it serves."""


class FolderInUse(StoreError):
    """Another process has the folder."""

    def __init__(self, folder: Path, holder: Holder) -> None:
        who = f"process {holder.pid}" if holder.pid else "another process"
        where = f" ({holder.url})" if holder.url else ""
        super().__init__(
            f"{who}{where} is using the data folder {folder}; "
            "stop it, or choose another folder with --data"
        )
        self.holder = holder


class FolderLock:
    """A data folder that is ours until it is released, or the process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        """Make the folder (0700) where there is none, and take it.

        Raises:
            FolderInUse: another process has it.
            OSError: it cannot be made or written.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = _open(folder / _LOCK)
        try:
            system.lock(self._file)
        except BlockingIOError:
            holder = _read(self._file)
            os.close(self._file)
            raise FolderInUse(folder, holder) from None
        self.announce("")

    def announce(self, url: str) -> None:
        """Tell others who want the folder where this process serves."""
        text = msgspec.json.encode(Holder(os.getpid(), url))
        with contextlib.suppress(OSError):  # it helps people; a full disk is no reason to fail
            os.ftruncate(self._file, 0)
            system.write_at_start(self._file, text)

    def release(self) -> None:
        """Let others have the folder; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def holder_of(folder: Path) -> Holder | None:
    """Return who uses a data folder now, if somebody does."""
    try:
        file = os.open(folder / _LOCK, os.O_RDONLY | system.OPEN_FLAGS)
    except OSError:
        return None
    try:
        system.lock(file, shared=True)
    except BlockingIOError:
        return _read(file)
    else:
        return None
    finally:
        os.close(file)


def _open(path: Path) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | system.OPEN_FLAGS, 0o600)
        if os.fstat(file).st_size == 0:  # it is new
            with contextlib.suppress(OSError):  # a file system that knows no owners
                give_to_owner(path)
        return file
    except OSError:  # a disk that was made read-only after a fault; calls are possible all the same
        if not path.exists():
            raise
        return os.open(path, os.O_RDONLY | system.OPEN_FLAGS)


def _read(file: int) -> Holder:
    try:
        return msgspec.json.decode(system.read_at_start(file, 4096), type=Holder)
    except (OSError, msgspec.DecodeError):
        return Holder()
