"""Commands about stored sessions: list them, remove one for good."""

import contextlib
import datetime
import time
from pathlib import Path

import click
import msgspec
from msgspec.structs import asdict

from canvas_server.auth import invitationfile
from canvas_server.auth.invitations import Invitations
from canvas_server.cli.operating import answer_of
from canvas_server.config.options import with_settings_of
from canvas_server.protocol.http import ErasedAnswer
from canvas_server.store import backup as replicas
from canvas_server.store import erasing, reading
from canvas_server.store.folder import DATABASE, FolderInUse, FolderLock, StoreError
from canvas_server.store.schema import Database


@click.command("sessions")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_settings_of("data_dir")
def sessions(data_dir: Path, *, as_json: bool) -> None:
    """List the stored sessions, also while a server is running."""
    try:
        with replicas.reading_from(data_dir) as file:
            found = reading.sessions(file)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode([asdict(summary) for summary in found]).decode())
        return
    for one in found:
        at = datetime.datetime.fromtimestamp(one.timestamp / 1000, datetime.UTC)
        changed = at.isoformat(timespec="seconds").replace("+00:00", "Z")
        click.echo(f"{one.session_id}\t{changed}\trevision {one.revision}\t{one.bytes:,} bytes")


@click.command("delete")
@click.argument("session")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings_of("data_dir", "auth_secret")
def delete(session: str, data_dir: Path, auth_secret: tuple[str, ...], *, yes: bool) -> None:
    """Remove SESSION with its whole history for good; nobody may be in it.

    It is done by the server that has the data folder, or in the folder when there is none. Backups
    that were made before still have it, and the audit log says who was there.
    """
    if not yes:
        click.confirm(f"Remove {session} and all of its history for good?", abort=True)
    try:
        erased = _erase(data_dir, session)
    except FolderInUse as taken:
        if not taken.holder.url:
            raise click.ClickException(str(taken)) from taken
        erased = _ask(taken.holder.url, session, auth_secret)
    except (StoreError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if not erased:
        raise click.ClickException(f"there is no session {session}")
    click.echo(f"{session}: removed")


def _erase(data_dir: Path, session: str) -> bool:
    """Remove a session from a folder that no server has; tell whether it was there.

    Raises:
        StoreError, OSError: it cannot be done.
    """
    with replicas.reading_from(data_dir):
        pass  # there is a file, and it is ours
    lock = FolderLock(data_dir)
    try:
        was_there = erasing.erase(Database(data_dir / DATABASE), session)
        if (data_dir / invitationfile.DATABASE).exists():
            with contextlib.closing(Invitations(data_dir, time.time())) as invitations:
                invitations.delete_codes(session)
        return was_there
    finally:
        lock.release()


def _ask(url: str, session: str, secrets: tuple[str, ...]) -> bool:
    """Have a running server remove a session; tell whether it was there.

    Raises:
        click.ClickException: it did not.
    """
    body = answer_of(url, f"/api/scene/{session}", secrets, "DELETE")
    return msgspec.json.decode(body, type=ErasedAnswer).erased
