"""`canvas-server doctor`: whether this machine can serve calls, in words."""

import asyncio
import errno
import os
import shutil
import socket
import sqlite3
import ssl
import stat
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click
from msgspec import Struct

from canvas_server import system
from canvas_server.addresses import is_loopback
from canvas_server.config.options import with_settings
from canvas_server.config.settings import Settings
from canvas_server.ice.probe import Unreachable, ask, place_of
from canvas_server.store.backup import ANOTHER
from canvas_server.store.folder import DATABASE, StoreError, holder_of
from canvas_server.store.schema import Database, explain

SECONDS = 5
LITTLE_SPACE = 1024**3
FIRST_SCENE = 256 * 1024
CHOOSE = "choose one with --data or CANVAS_DATA_DIR"
NOBODY = "nobody: beyond loopback it starts with CANVAS_AUTH_SECRET, or with --open, only"


class CheckResult(Struct, frozen=True):
    """What one check came to."""

    level: Literal["good", "fair", "bad"]
    subject: str
    words: str


MARKS = {"good": ("✓", "green"), "fair": ("!", "yellow"), "bad": ("✗", "red")}


@click.command()
@with_settings
def doctor(**values: object) -> None:
    """Look whether a server with these settings can serve calls, and say what to do if not.

    It takes the same flags and variables as `serve`. What a guest's own network lets through is
    told by the page /doctor/ of the server.
    """
    settings = Settings(**values)  # type: ignore[arg-type] - made by SETTINGS
    failed = False
    for finding in _findings(settings):
        mark, color = MARKS[finding.level]
        click.echo(f"{click.style(mark, fg=color)} {finding.subject}: {finding.words}")
        failed = failed or finding.level == "bad"
    if failed:
        raise click.exceptions.Exit(1)


def _findings(settings: Settings) -> Iterator[CheckResult]:
    yield from _folder(settings)
    yield _exposure(settings)
    if not settings.stun_urls:
        words = "none is named: direct calls work within one network only (CANVAS_STUN_URLS)"
        yield CheckResult("fair", "STUN", words)
    for url in settings.stun_urls:
        yield _reached(url)
    if not settings.turn_urls:
        words = "none is named: calls between strict networks do not come about (CANVAS_TURN_URLS)"
        yield CheckResult("fair", "TURN", words)
    for url in settings.turn_urls:
        yield _reached(url)
    if settings.turn_urls and not (
        settings.turn_secret or (settings.turn_username and settings.turn_credential)
    ):
        words = "no credentials are set: give CANVAS_TURN_SECRET, the one that the TURN server has"
        yield CheckResult("bad", "TURN", words)


def _folder(settings: Settings) -> Iterator[CheckResult]:
    """Look at the data folder, and at the server that has it, or at the port for one."""
    folder, subject = settings.data_dir, f"data folder {settings.data_dir}"
    holder = holder_of(folder)
    if holder is not None:
        yield CheckResult("good", subject, f"a server has it, process {holder.pid}")
        if holder.url:
            yield _server(holder.url)
    else:
        found = _stored_in(folder)
        yield CheckResult(found.level, subject, found.words)
        if found.level == "bad":
            return
        yield _port(settings)
    yield _space(folder)


def _stored_in(folder: Path) -> CheckResult:
    """Say whether scenes can be stored in a folder that no server has; nothing is left there."""
    subject = "scenes"
    try:
        missing = not stat.S_ISDIR(folder.stat().st_mode)
    except FileNotFoundError:
        missing = True
    except OSError as error:
        return CheckResult("bad", subject, f"cannot be looked into ({error.strerror}); {CHOOSE}")
    place = _existing(folder)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return CheckResult("bad", subject, f"{place} cannot be written by this user; {CHOOSE}")
    if missing:
        words = f"there is none yet, a server makes it; if one has run here, {ANOTHER}"
        return CheckResult("fair", subject, words)
    path = folder / DATABASE
    if path.exists():
        stranger = _stranger(path)
        if stranger:
            return CheckResult("bad", subject, stranger)
        try:
            with Database(path).looked_into(live=False):
                pass
        except StoreError as error:
            return CheckResult("bad", subject, str(error))
        except sqlite3.Error as error:
            return CheckResult("bad", subject, explain(error, path))
    full = CheckResult("bad", subject, "there is no space left to store scenes")
    if shutil.disk_usage(folder).free == 0:
        return full  # what is kept back for root is not for scenes
    try:
        _write_into(folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return full
        return CheckResult("bad", subject, f"cannot be written ({error.strerror}); {CHOOSE}")
    return CheckResult("good", subject, "scenes can be stored there")


def _write_into(folder: Path) -> None:
    """Write what a first scene takes, and take it away again.

    Rights and free bytes alone do not tell: of quotas, used up inodes and read-only mounts.

    Raises:
        OSError: it cannot be written.
    """
    with tempfile.TemporaryFile(dir=folder) as file:  # without a name, where the system can
        file.write(bytes(FIRST_SCENE))
        file.flush()
        os.fsync(file.fileno())


def _stranger(path: Path) -> str:
    """Say what is wrong where a file belongs to root, and its folder to who runs the server."""
    owner, folder = path.stat().st_uid, path.parent.stat().st_uid
    if owner == folder or owner != 0:
        return ""
    return f"{path} belongs to root, the folder to user {folder}: chown the file to that user"


def _existing(path: Path) -> Path:
    """Return a path, or the nearest folder above it that there is."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _space(folder: Path) -> CheckResult:
    free = shutil.disk_usage(_existing(folder)).free
    level = "bad" if free == 0 else "fair" if free < LITTLE_SPACE else "good"
    return CheckResult(level, "disk", f"{free / 1024**3:,.1f} GiB are free")


def _server(url: str) -> CheckResult:
    try:
        # Whether its certificate is good for its name, those ask who come from elsewhere.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # And it is asked itself, not a proxy that the environment names for other places.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(f"{url}/health", timeout=SECONDS) as answer:
            return CheckResult("good", f"server {url}", f"is ready ({answer.status})")
    except urllib.error.HTTPError as error:
        with error:
            words = f"answers, but is not ready ({error.code}): its log says why"
        return CheckResult("bad", f"server {url}", words)
    except (OSError, ValueError) as error:
        return CheckResult("bad", f"server {url}", f"does not answer: {error}")


def _port(settings: Settings) -> CheckResult:
    subject = f"port {settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            system.own_port(probe)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        words = (
            f"cannot be opened on {settings.host} ({error.strerror}); choose another with --port"
        )
        return CheckResult("bad", subject, words)
    return CheckResult("good", subject, f"is free on {settings.host}")


def _exposure(settings: Settings) -> CheckResult:
    if is_loopback(settings.host):
        words = "only this machine can connect; put a proxy with TLS in front for others"
        if settings.allowed_origins:
            words = f"only this machine, and pages of {', '.join(settings.allowed_origins)}"
        return CheckResult("good", "who can connect", words)
    if settings.auth_secret:
        words = "whoever has a link"
        if settings.tls_cert is None:
            words += "; browsers give cameras to https alone: CANVAS_TLS_CERT, or a proxy"
            return CheckResult("fair", "who can connect", words)
        return CheckResult("good", "who can connect", words)
    if settings.open:
        words = (
            "whoever reaches this address, since --open is given; browsers give cameras to https"
        )
        return CheckResult("fair", "who can connect", words)
    return CheckResult("bad", "who can connect", NOBODY)


def _reached(url: str) -> CheckResult:
    try:
        asyncio.run(ask(place_of(url)))
    except ValueError as error:
        return CheckResult("bad", url, str(error))
    except Unreachable as error:
        return CheckResult("bad", url, str(error))
    return CheckResult("good", url, "answers from here")
