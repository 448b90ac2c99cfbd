"""The command line."""

import functools
import os
import sys

import click
import structlog

from canvas_server import __version__
from canvas_server.auth.authority import Authority
from canvas_server.cli.bot import bot
from canvas_server.cli.communitas import communitas
from canvas_server.cli.doctor import doctor
from canvas_server.cli.lan import for_local_network, show_link
from canvas_server.cli.mcp import mcp
from canvas_server.cli.scenes import backup, export_scene, import_scene, restore
from canvas_server.cli.sessions import delete, sessions
from canvas_server.cli.tokens import secret, token
from canvas_server.cli.turn import turn_config
from canvas_server.config.environment import suspicious
from canvas_server.config.options import with_settings
from canvas_server.config.settings import SETTINGS, Settings
from canvas_server.http.site import fresh_session
from canvas_server.logs import log_to_stderr
from canvas_server.server import app
from canvas_server.server.backends import StartupError
from canvas_server.server.hangups import HANGUPS


class DefaultGroup(click.Group):
    """A group whose options without a command mean `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `serve` in front where no command is named."""
        own = ("--help", "--version")
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultGroup)
@click.version_option(__version__, prog_name="canvas-server")
@click.pass_context
def main(context: click.Context) -> None:
    """Video calls on a shared canvas. Without a command: serve."""
    if context.invoked_subcommand != serve.name:
        HANGUPS.release()


for command in (
    backup,
    bot,
    communitas,
    delete,
    doctor,
    restore,
    export_scene,
    import_scene,
    mcp,
    secret,
    sessions,
    token,
    turn_config,
):
    main.add_command(command)


@main.command()
@with_settings
def serve(**values: object) -> None:
    """Serve the canvas, its signalling and its web client on one port."""
    HANGUPS.hold()
    log_to_stderr(as_json=values["log_format"] == "json")
    for text in suspicious(os.environ, (setting.variable for setting in SETTINGS)):
        structlog.get_logger().warning(text)
    try:
        settings = Settings(**values)  # type: ignore[arg-type] - made by SETTINGS
        if settings.lan:
            settings = for_local_network(settings)
        app.run(settings, functools.partial(_say_ready, settings))
    except StartupError as error:
        raise click.ClickException(str(error)) from error


def _say_ready(settings: Settings, url: str, authority: Authority) -> None:
    session = fresh_session()
    hint = f"open {url}/s/{session} in two windows"
    if settings.lan:
        hint = "a link follows"
    elif settings.auth_secret:
        hint = (
            f"`canvas-server token --link --session {session} --role moderate --url {url}` "
            "makes a link"
        )
    try:
        click.echo(f"canvas-server is ready: {url} ({hint})")
        if settings.lan:
            show_link(url, authority)
        sys.stdout.flush()
    except OSError as error:
        # What is not written yet would make a failure of the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        structlog.get_logger().warning(
            "the address cannot be printed; the server runs all the same",
            url=url,
            reason=str(error),
        )
