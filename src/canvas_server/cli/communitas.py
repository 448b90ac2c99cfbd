"""The commands around the Communitas network. They need no running canvas-server."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import msgspec
from click.core import ParameterSource

from canvas_server import __version__
from canvas_server.cli.federation import agent_id_of, pair, peers, running_relay
from canvas_server.cli.values import check_names, show
from canvas_server.communitas import bridge
from canvas_server.communitas.rpc import McpClient, ToolFailed
from canvas_server.config.options import with_settings_of
from canvas_server.core.effects import NetworkCallRequest

Work = Callable[[McpClient], Coroutine[Any, Any, dict[str, object]]]


def with_node(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a Communitas node."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="For programs."),
        click.option(
            "--token",
            envvar="COMMUNITAS_MCP_TOKEN",
            help="What the node asks of those who use it.",
        ),
        click.option(
            "--mcp-url",
            envvar="COMMUNITAS_MCP_URL",
            default="http://127.0.0.1:3040",
            show_default=True,
            show_envvar=True,
            help="Of a communitas-mcp.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def communitas() -> None:
    """Share sessions with servers of other people; have a Communitas node make calls."""


communitas.add_command(pair)
communitas.add_command(peers)


@communitas.command()
@with_node
@with_settings_of("data_dir", "auth_secret", "x0x_url", "x0x_token")
@click.pass_context
def status(
    context: click.Context,
    mcp_url: str,
    token: str | None,
    data_dir: Path,
    auth_secret: tuple[str, ...],
    x0x_url: str | None,
    x0x_token: str | None,
    *,
    as_json: bool,
) -> None:
    """Say whether the node can be joined and what it lacks; and how the relay is, with x0xd.

    Ends with 1 where one of the two that are asked for cannot be reached.
    """
    found: dict[str, object] = {}
    if x0x_url is not None:
        relay = running_relay(None, data_dir, auth_secret)
        found["relay"] = {
            "agent_id": agent_id_of(x0x_url, x0x_token),
            "running": relay is not None,
            "servers": [] if relay is None else msgspec.to_builtins(relay.servers),
        }
        if context.get_parameter_source("mcp_url") is ParameterSource.DEFAULT:
            show(found, as_json=as_json)
            return

    async def work(mcp: McpClient) -> dict[str, object]:
        joined = await bridge.greet(mcp, token)
        network: dict[str, object] = {}
        if "network_status" in joined.tools:
            network = dict(await mcp.call("network_status"))
        return {
            "url": mcp.url,
            "node": joined.server.name,
            "version": joined.server.version,
            "network": network,
            "tools": len(joined.tools),
            "lacks": list(joined.lacks),
        }

    show(_run(mcp_url, work) | found, as_json=as_json)


@communitas.command()
@click.option("--session", required=True, help="The name in the link, /s/NAME.")
@with_node
def scene(mcp_url: str, token: str | None, session: str, *, as_json: bool) -> None:
    """Print the scene that the node has of a session."""
    check_names(session, "")

    async def work(mcp: McpClient) -> dict[str, object]:
        joined = await bridge.greet(mcp, token)
        if "canvas_get_scene" not in joined.tools:
            about = f"{joined.server.name} {joined.server.version}"
            raise ToolFailed(f"{about} keeps no scenes: it has no canvas_get_scene")
        return dict(await mcp.call("canvas_get_scene", session_id=session))

    show(_run(mcp_url, work), as_json=as_json)


@communitas.command()
@click.option("--session", help="Start a call of this session.")
@click.option("--join", "joins", metavar="CALL", help="Join a call.")
@click.option("--end", "ends", metavar="CALL", help="End a call, or leave it.")
@click.option("--video/--no-video", default=True, show_default=True)
@with_node
def call(
    mcp_url: str,
    token: str | None,
    session: str | None,
    joins: str | None,
    ends: str | None,
    *,
    video: bool,
    as_json: bool,
) -> None:
    """Start, join or end a call in the Communitas network; print its id."""
    if sum(given is not None for given in (session, joins, ends)) != 1:
        raise click.UsageError("give one of --session, --join and --end")
    if session is not None:
        check_names(session, "")
        request = NetworkCallRequest(session, "", "start", video=video)
    elif joins is not None:
        request = NetworkCallRequest("", "", "join", joins)
    else:
        request = NetworkCallRequest("", "", "end", ends)

    async def work(mcp: McpClient) -> dict[str, object]:
        await bridge.join(mcp, token, None, pauses=())
        return {"call_id": await bridge.call(mcp, request)}

    show(_run(mcp_url, work), as_json=as_json)


def _run(url: str, work: Work) -> dict[str, object]:
    async def ask() -> dict[str, object]:
        async with McpClient(url, __version__) as mcp:
            return await work(mcp)

    try:
        return asyncio.run(ask())
    except ValueError as error:
        raise click.ClickException(f"{url} is no address: {error}") from error
    except bridge.FAILURES as failure:
        raise click.ClickException(str(failure)) from failure
