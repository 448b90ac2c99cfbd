"""Backups of the SQLite file, made also while a server writes it."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Generator
from pathlib import Path

from canvas_server import system
from canvas_server.files import give_to_owner
from canvas_server.store import schema
from canvas_server.store.folder import DATABASE, FolderLock, StoreError, holder_of

_ASIDE = "scenes.db.old"
ANOTHER = "name another folder with --data or CANVAS_DATA_DIR"


@contextlib.contextmanager
def reading_from(folder: Path) -> Generator[sqlite3.Connection]:
    """Open the file of a data folder for reading, whether a server has it or not.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    path = folder / DATABASE
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"there are no scenes in {folder}; {ANOTHER}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}); {ANOTHER}") from error
    try:
        with schema.Database(path).looked_into(live=holder_of(folder) is not None) as connection:
            if schema.version_of(connection, path) < len(schema.MIGRATIONS):
                raise StoreError(f"{path} is of an older version; start the server once")
            yield connection
    except sqlite3.Error as error:
        raise StoreError(schema.explain(error, path)) from error


Amend = Callable[[sqlite3.Connection], None]
"""Does something to a copy before it takes its name."""


def _as_it_is(_: sqlite3.Connection) -> None:
    pass


def backup(
    folder: Path, target: Path, amend: Amend = _as_it_is, *, allow_empty: bool = False
) -> None:
    """Write all scenes of a data folder to one file (0600), which takes its name when it is whole.

    Raises:
        StoreError: the folder cannot be read, or has no scenes, or the file cannot be written.
    """
    with reading_from(folder) as source:
        if not target.parent.is_dir():
            raise StoreError(f"{target} cannot be written: there is no folder {target.parent}")
        if not allow_empty and _is_empty(source):
            raise StoreError(
                f"there are no scenes in {folder}; {ANOTHER}, or ask for it with --allow-empty"
            )
        _copy(source, target, amend)


def restore(source: Path, folder: Path, amend: Amend = _as_it_is) -> Path | None:
    """Let a backup take the place of the scenes in a data folder that no server is using.

    Return where those were moved to, if there were any.

    Raises:
        StoreError: the backup is none, or damaged, or too new; or the folder is in use.
        OSError: the folder cannot be written.
    """
    lock = FolderLock(folder)
    try:
        path, fresh = folder / DATABASE, folder / f"{DATABASE}.new"
        try:
            with schema.Database(source).looked_into(live=False) as connection:
                if schema.version_of(connection, source) == 0:
                    raise StoreError(f"{source} is empty")
                (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                if verdict != "ok":
                    raise StoreError(f"{source} is damaged: {verdict}")
                _copy(connection, fresh, amend)
        except sqlite3.Error as error:
            raise StoreError(f"{source} is no backup, or damaged: {error}") from error
        _take_owner(fresh, path)
        aside = _move_aside(path)
        fresh.replace(path)
        system.sync(folder)
        return aside
    finally:
        lock.release()


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sessions LIMIT 1").fetchone() is None


def _take_owner(fresh: Path, path: Path) -> None:
    """Let a new file have the owner and the mode of the one it replaces, else of its folder.

    Raises:
        OSError: it cannot.
    """
    give_to_owner(fresh)
    if not path.exists():
        return
    old = path.stat()
    fresh.chmod(stat.S_IMODE(old.st_mode))
    # Where root has the file, but not the folder, it is so by mistake.
    if system.user() == 0 and old.st_uid != 0:
        system.give(fresh, old.st_uid, old.st_gid)


def _copy(source: sqlite3.Connection, target: Path, amend: Amend) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | system.OPEN_FLAGS, 0o600))
        with contextlib.closing(schema.connect(partial)) as copy:
            source.backup(copy)
            amend(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete by itself
        system.sync(partial)
        partial.replace(target)
        system.sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        for path in (partial, partial.with_name(f"{partial.name}-journal")):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise StoreError(f"{target} cannot be written: {error}") from error


def _move_aside(path: Path) -> Path | None:
    """Keep what was there, with all that belongs to it."""
    if not path.exists():
        return None
    aside = path.with_name(_ASIDE)
    for end in ("", "-wal", "-shm"):
        old, new = path.with_name(path.name + end), aside.with_name(aside.name + end)
        new.unlink(missing_ok=True)
        if old.exists():
            old.rename(new)
    return aside
