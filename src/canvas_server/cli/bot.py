"""The command that joins a session without a browser."""

import asyncio
import importlib.util
import logging
import signal
from contextlib import suppress
from pathlib import Path

import click

from canvas_server import system
from canvas_server.cli.values import SERVER_URL, check_names

NEEDED = {"aiortc": "aiortc", "av": "av", "websockets": "websockets"}
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--session", "-s", required=True, help="The name in the link, /s/NAME.")
@click.option("--url", default=SERVER_URL, show_default=True, help="Of the server.")
@click.option("--name", default="Bot", show_default=True, help="What people read.")
@click.option(
    "--token",
    envvar="CANVAS_JOIN_TOKEN",
    default="",
    help="Join token, where the server asks for one (`canvas-server token`).",
)
@click.option("--show", default="pattern", show_default=True, help="`pattern`, or a media FILE.")
@click.option("--echo", is_flag=True, help="Send back what is received instead.")
@click.option("--record", type=FILE, help="Keep what is received; one file for each call.")
@click.option("--call", "wanted", default="", help="Call who has this name, once they are here.")
def bot(
    session: str,
    url: str,
    name: str,
    token: str,
    show: str,
    echo: bool,
    record: Path | None,
    wanted: str,
) -> None:
    """Join SESSION as a peer without a browser, and accept calls. Ctrl-C leaves.

    It sends a test picture with a clock and a beep, a media file, or what it receives.
    """
    missing = [name for name, module in NEEDED.items() if not importlib.util.find_spec(module)]
    if missing:
        raise click.ClickException(
            f"{', '.join(missing)} is missing: run `pip install 'canvas-server[bot]'`"
        )
    check_names(session, name)
    for noisy in ("aioice", "aiortc", "libav"):  # their logs have addresses in them
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(session, url, name, token, show, record, wanted, echo=echo))


async def _run(
    session: str,
    url: str,
    name: str,
    token: str,
    show: str,
    record: Path | None,
    wanted: str,
    *,
    echo: bool,
) -> None:
    from canvas_server.bot import media  # noqa: PLC0415 - optional, and slow to load
    from canvas_server.bot.bot import Bot  # noqa: PLC0415
    from canvas_server.client import CannotConnect, Closed, State, connect  # noqa: PLC0415
    from canvas_server.client.socket import site_url  # noqa: PLC0415

    _check_recording(record, media.RECORDINGS)
    program: media.Program = media.Echo if echo else media.pattern
    if not echo and show != "pattern":
        film = Path(show)
        try:
            media.kinds_in(film)
        except media.CannotPlay as error:
            raise click.ClickException(f"{error}; `--show pattern` needs no file") from error
        program = lambda: media.Film(film)  # noqa: E731

    states: list[State] = []

    def tell(state: State) -> None:
        if state == "away":
            click.echo("the connection to the server broke, coming back")
        elif state == "open" and "away" in states:
            click.echo("back at the server")
        states.append(state)

    stop = asyncio.Event()
    ends = (signal.SIGINT, signal.SIGTERM)
    system.on_signals(asyncio.get_running_loop(), ends, lambda _: stop.set())
    try:
        async with connect(url, session, name, tell, token) as client:
            click.echo(f"joined {session} as {name}: {site_url(url)}/s/{session}")
            agent = Bot(client, program, say=click.echo, record=record, call=wanted)
            answers = asyncio.create_task(agent.run())
            stopped = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((answers, stopped), return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopped.cancel()
                await agent.leave()
            if answers.done():
                await answers
            answers.cancel()
    except CannotConnect as error:
        raise click.ClickException(
            f"{error}; start the server with `canvas-server`, or name it with --url"
        ) from error
    except Closed as error:
        raise click.ClickException(str(error)) from error
    click.echo("left")


def _check_recording(record: Path | None, endings: tuple[str, ...]) -> None:
    if record is None:
        return
    if record.suffix.lower() not in endings:
        raise click.ClickException(f"{record}: a recording ends with {', '.join(endings)}")
    if not record.absolute().parent.is_dir():
        raise click.ClickException(f"{record}: there is no such folder")
