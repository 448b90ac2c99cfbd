"""The command that serves the Model Context Protocol over standard input and output."""

import asyncio
from contextlib import suppress

import click

from canvas_server.cli.values import SERVER_URL, check_names


@click.command()
@click.option("--session", "-s", required=True, help="The name in the link, /s/NAME.")
@click.option("--url", default=SERVER_URL, show_default=True, help="Of the server.")
@click.option("--name", default="Agent", show_default=True, help="What people read.")
@click.option(
    "--token",
    envvar=["CANVAS_TOKEN", "CANVAS_JOIN_TOKEN"],
    default="",
    help="Join token of an agent (`canvas-server token --role agent`); better in CANVAS_TOKEN, as "
    "others on this machine can read command lines.",
)
def mcp(session: str, url: str, name: str, token: str) -> None:
    """Let an AI agent take a seat in SESSION: an MCP server on standard input and output.

    It ends when its input does. Servers also have it at /mcp: see docs/AGENTS.md.
    """
    check_names(session, name)
    from canvas_server.agents.stdio import serve  # noqa: PLC0415 - slow to load
    from canvas_server.client import CannotConnect  # noqa: PLC0415

    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(serve(url, session, name, token))
    except CannotConnect as error:
        raise click.ClickException(str(error)) from error
