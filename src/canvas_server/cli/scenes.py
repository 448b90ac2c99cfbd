"""Commands about stored scenes: backup, restore, export, import."""

import asyncio
import functools
import itertools
import sys
import time
import urllib.error
import urllib.request
import uuid
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from canvas_server.auth import invitationfile
from canvas_server.config.options import with_settings_of
from canvas_server.core.effects import Append, Refusal
from canvas_server.core.records import Record, Stored
from canvas_server.core.scene import commands
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.news import scene_document
from canvas_server.core.scene.pictures import sources_in
from canvas_server.export import worker
from canvas_server.export.missing import in_words
from canvas_server.http.bodies import MAX_BODY_BYTES
from canvas_server.node.pictures import decoded_edit
from canvas_server.node.ports import LogFailure
from canvas_server.pictures.decoder import Decoder
from canvas_server.protocol.fields import SessionId
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import is_tile
from canvas_server.protocol.scene import NewElement, SceneDocument
from canvas_server.protocol.server import ChatMessage
from canvas_server.store import backup as replicas
from canvas_server.store import chatting, reading
from canvas_server.store.folder import FolderInUse, StoreError
from canvas_server.store.sqlite import SqliteLog

SECONDS = 60
ENVELOPE_BYTES = 1024
"""Of a request, around its elements."""
FORMS = ("json", "svg", "png")
FILE = click.Path(dir_okay=False, path_type=Path)


class Failure(click.ClickException):
    """Something the person at the command line has to know."""


@click.command()
@click.argument("file", type=FILE)
@click.option("--allow-empty", is_flag=True, help="Write FILE although there are no scenes.")
@with_settings_of("data_dir")
def backup(file: Path, data_dir: Path, *, allow_empty: bool) -> None:
    """Write all scenes to FILE, also while a server is running. An older FILE is replaced.

    It has with it which links were given out and taken back, not the secret that signs them.
    """
    try:
        amend = functools.partial(invitationfile.copy_into, data_dir=data_dir)
        replicas.backup(data_dir, file, amend, allow_empty=allow_empty)
    except StoreError as error:
        raise Failure(str(error)) from error
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_settings_of("data_dir")
def restore(file: Path, data_dir: Path) -> None:
    """Put the scenes of a backup in the place of those that are there. Stop the server first.

    Links that were taken back, in the backup or in the folder, stay taken back.
    """
    knew = (data_dir / invitationfile.DATABASE).exists()
    taken_back: list[int | None] = []
    try:
        aside = replicas.restore(
            file,
            data_dir,
            lambda copy: taken_back.append(invitationfile.merge_from(copy, data_dir)),
        )
    except (StoreError, OSError) as error:
        raise Failure(str(error)) from error
    click.echo(f"{data_dir}: restored" + (f"; what was there is in {aside}" if aside else ""))
    click.echo(_of_links(taken_back[0], knew=knew), err=True)


def _of_links(taken_back: int | None, *, knew: bool) -> str:
    """Say what is known of links that were taken back, and what cannot be."""
    if taken_back is None:
        notice = "The backup does not say which links were taken back"
    else:
        notice = f"Links that were taken back before the backup stay so ({taken_back})"
    if knew:
        return f"{notice}; so do those that were taken back here."
    return (
        f"{notice}. What was taken back later is not known here, since this folder has no list of "
        "its own: take it back again, or set another CANVAS_AUTH_SECRET, which ends all links."
    )


@click.command("export")
@click.argument("session")
@click.option("-o", "--output", type=FILE, help="Where to; else to the standard output.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="Else what the name of the file ends with, else json.",
)
@click.option(
    "--width", type=click.IntRange(1, worker.MOST_WIDTH), help="Of a PNG, in pixels across."
)
@click.option("--revision", type=click.IntRange(min=0), help="An earlier one; else as it is now.")
@with_settings_of("data_dir")
def export_scene(
    session: str,
    output: Path | None,
    form: str | None,
    width: int | None,
    revision: int | None,
    data_dir: Path,
) -> None:
    """Write the scene of SESSION as a picture or as data, also while a server is running.

    As data it comes with what was said in the chat, but for what is between two.
    """
    ending = form or (output.suffix.lower().removeprefix(".") if output else "") or "json"
    if ending not in FORMS:
        raise Failure(f"no scene is written as {ending}: choose with --format")
    if output is None and ending == "png" and sys.stdout.isatty():
        raise Failure("a PNG is nothing to read: name a file with -o")
    scene = stored_scene(data_dir, session, revision)
    try:
        if ending == "json":
            made = _as_json(scene, () if revision is not None else stored_chat(data_dir, session))
        else:
            form = "png" if ending == "png" else "svg"
            picture = asyncio.run(worker.draw(scene, form, width))
            made = picture.data
            for words in in_words(picture.missing):
                click.echo(f"not in the picture: {words}", err=True)
        if output is None:
            click.echo(made, nl=False)
        else:
            output.write_bytes(made)
    except (worker.CannotDraw, OSError) as error:
        raise Failure(str(error)) from error


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("session", required=False)
@click.option("--url", help="Of a running server, such as http://127.0.0.1:9473.")
@with_settings_of("data_dir")
def import_scene(file: str, session: str | None, url: str | None, data_dir: Path) -> None:
    """Put the scene of FILE into SESSION, in the place of what is there; tiles are left out.

    FILE is what `export` wrote, or `GET /api/scene`; without SESSION it says itself where it
    belongs. The chat in FILE is left out, the one of SESSION stays. It goes through the server
    that has the data folder, or the one at `--url`, and straight into the folder when there is
    none. It is a change that can be taken back as others; a server is given a large scene in
    several.
    """
    with click.open_file(file, "rb") as opened:
        edit = _edit_of(opened.read(), session)
    where = url or str(data_dir)
    try:
        revision = _post_all(url, edit) if url else _store(data_dir, edit)
    except FolderInUse as taken:
        if not taken.holder.url:
            raise Failure(str(taken)) from taken
        where = taken.holder.url
        revision = _post_all(where, edit)
    except (StoreError, LogFailure, OSError) as error:
        raise Failure(str(error)) from error
    except Refusal as refused:
        raise Failure(refused.text) from refused
    click.echo(f"{edit.session_id}: {len(edit.add)} elements, revision {revision}, in {where}")


def stored_scene(data_dir: Path, session: str, revision: int | None = None) -> SceneDocument:
    """Read a scene from a data folder.

    Raises:
        Failure: there is none, or it cannot be read.
    """
    try:
        with replicas.reading_from(data_dir) as file:
            found = reading.find(file, session)
            if found is None:
                names = [summary.session_id for summary in reading.sessions(file)]
                known = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
                raise Failure(f"there is no session {session}; there are: {known or 'none'}")
            wanted = found.revision if revision is None else revision
            scene = reading.recall(file, session, wanted)
    except StoreError as error:
        raise Failure(str(error)) from error
    if scene is None:
        reach = f"{found.first_revision} to {found.revision}"
        raise Failure(f"there is no revision {revision} of {session}; there are {reach}")
    return scene_document(session, scene.elements, scene.revision, scene.timestamp)


def stored_chat(data_dir: Path, session: str) -> tuple[ChatMessage, ...]:
    """Read what was said to everybody in a session from a data folder.

    Raises:
        Failure: it cannot be read.
    """
    messages: tuple[ChatMessage, ...] = ()
    try:
        with replicas.reading_from(data_dir) as file:
            page = chatting.page(file, session, (), None)
            messages = page.messages
            while page.more:
                page = chatting.page(file, session, (), messages[0].id)
                messages = page.messages + messages
    except StoreError as error:
        raise Failure(str(error)) from error
    return messages


def _as_json(scene: SceneDocument, chat: tuple[ChatMessage, ...]) -> bytes:
    document = msgspec.json.encode(scene)
    if chat:
        document = b"".join((document[:-1], b',"chat":', msgspec.json.encode(chat), b"}"))
    return msgspec.json.format(document) + b"\n"


class _Scene(Struct):
    """What is read of a scene in a file."""

    elements: tuple[NewElement, ...]
    session_id: SessionId | None = None


class _Answer(Struct):
    """A scene as the server answers it."""

    scene: _Scene


def _without_mark(data: bytes) -> bytes:
    """Return text in UTF-8 without a byte order mark; shells and editors of Windows write one."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16").encode()
    return data.removeprefix(BOM_UTF8)


def _edit_of(data: bytes, session: str | None) -> SceneEdit:
    try:
        data = _without_mark(data)
        try:
            scene = msgspec.json.decode(data, type=_Answer).scene
        except msgspec.ValidationError:
            scene = msgspec.json.decode(data, type=_Scene)
        name = msgspec.convert(session or scene.session_id, SessionId)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise Failure(f"this is no scene, or no session to put it into is named: {error}") from None
    kept = tuple(element for element in scene.elements if not is_tile(element.kind))
    return SceneEdit(name, add=kept, clear=True)


def parts_of(edit: SceneEdit) -> list[SceneEdit]:
    """Return edits that each fit into one request, and together make an edit that adds."""
    parts: list[list[NewElement]] = [[]]
    size = ENVELOPE_BYTES
    for element in edit.add:
        length = len(msgspec.json.encode(element)) + 1
        if parts[-1] and size + length > MAX_BODY_BYTES:
            parts.append([])
            size = ENVELOPE_BYTES
        parts[-1].append(element)
        size += length
    return [
        SceneEdit(edit.session_id, add=tuple(part), clear=edit.clear and number == 0)
        for number, part in enumerate(parts)
    ]


def _post_all(url: str, edit: SceneEdit) -> int:
    """Have a running server make an edit, in several parts if need be; return the last revision.

    Raises:
        Failure: it did not make all of it.
    """
    parts, revision = parts_of(edit), 0
    for number, part in enumerate(parts):
        try:
            revision = _post(url, part)
        except Failure as failure:
            if number == 0:
                raise
            text = f"{failure.message}; {number} of {len(parts)} parts are in, revision {revision}"
            raise Failure(text) from failure
    return revision


def _post(url: str, edit: SceneEdit) -> int:
    """Have a running server make the edit; return the revision it led to.

    Raises:
        Failure: it did not.
    """
    request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
        f"{url.rstrip('/')}/api/scene",
        msgspec.json.encode(edit),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - as above
            return msgspec.json.decode(response.read())["scene"]["revision"]
    except urllib.error.HTTPError as error:
        with error:
            raise Failure(f"{url} refused it: {error.read().decode(errors='replace')}") from error
    except (OSError, ValueError) as error:
        raise Failure(f"{url} did not answer: {error}") from error


def _store(data_dir: Path, edit: SceneEdit) -> int:
    """Make the edit in a data folder that no server has; return the revision it led to.

    Raises:
        StoreError, LogFailure, OSError, Refusal: nothing was changed.
    """
    return asyncio.run(_store_in(SqliteLog(data_dir), edit))


async def _store_in(log: SqliteLog, edit: SceneEdit) -> int:
    try:
        stored: asyncio.Future[Stored | LogFailure] = asyncio.Future()
        log.load(edit.session_id, stored.set_result)
        canvas = Canvas(edit.session_id, _answer(await stored), {}, itertools.count(1))
        edit = await _decoded(edit)
        now_ms = int(time.time() * 1000)
        effects = commands.post(canvas, edit, 0, None, lambda: str(uuid.uuid4()), now_ms)
        for effect in effects + canvas.turns.finish():
            if isinstance(effect, Append):
                await _append(log, effect.record)
        return canvas.scene.revision
    finally:
        await log.close()


async def _decoded(edit: SceneEdit) -> SceneEdit:
    """Return an edit with its pictures as they may come in."""
    sources = sources_in(edit)
    if not sources:
        return edit
    decoder = Decoder()
    try:
        return await decoded_edit(decoder, edit, sources)
    finally:
        await decoder.close()


async def _append(log: SqliteLog, record: Record) -> None:
    done: asyncio.Future[LogFailure | None] = asyncio.Future()
    log.append(record, done.set_result)
    failure = await done
    if failure is not None:
        raise failure


def _answer(stored: Stored | LogFailure) -> Stored:
    if isinstance(stored, LogFailure):
        raise stored
    return stored
