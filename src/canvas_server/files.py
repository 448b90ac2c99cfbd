"""Files of a data folder: there as a whole or not at all, and its owner's."""

import os
from pathlib import Path

from canvas_server import system


def write_whole(path: Path, content: bytes) -> None:
    """Put something in the place of a file that only its owner reads, on the disk when it returns.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | system.OPEN_FLAGS, 0o600), "wb"
    ) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def give_to_owner(path: Path) -> None:
    """Let a file that root made in a data folder belong to whom the folder belongs to.

    Raises:
        OSError: it cannot.
    """
    if system.user() == 0:
        owner = path.parent.stat()
        system.give(path, owner.st_uid, owner.st_gid)
