"""The commands around other servers: how two are paired, and how those are that are known."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import httpx
import msgspec

from canvas_server.cli.tokens import made_admin_token
from canvas_server.cli.values import show
from canvas_server.config.options import with_settings_of
from canvas_server.config.types import SESSIONS
from canvas_server.federation.ownership import Known
from canvas_server.federation.pairing import Pair, PairingError, Pairs, encode_code, pairs_of
from canvas_server.federation.x0x import Daemon, NoDaemon
from canvas_server.protocol.http import CommunitasAnswer, RelayOverview, ServerOverview
from canvas_server.store.folder import holder_of

SECONDS = 10


@click.command()
@click.argument("code", required=False)
@click.option("--name", default="", help="What you call the other server; else what it says.")
@click.option(
    "--sessions",
    type=SESSIONS,
    default=("*",),
    show_default="all",
    help="Which sessions may be shared with it, by name or pattern.",
)
@click.option("--remove", metavar="AGENT", help="Know a server no more: the start of its id.")
@click.option("--json", "as_json", is_flag=True, help="For programs: ask nothing.")
@with_settings_of("data_dir", "x0x_url", "x0x_token")
def pair(
    code: str | None,
    name: str,
    sessions: tuple[str, ...],
    remove: str | None,
    data_dir: Path,
    x0x_url: str | None,
    x0x_token: str | None,
    *,
    as_json: bool,
) -> None:
    """Pair this server with another one, whose code you were given: CODE.

    Without CODE: print the code of this server, for the other side, and ask for theirs. It takes
    the same command there. A server that runs knows the other one within a second.
    """
    try:
        pairs = Pairs(data_dir)
        if remove is not None:
            show({"removed": _forget(pairs, remove)}, as_json=as_json)
            return
        agent_id = agent_id_of(x0x_url, x0x_token)
        own = pairs.code(agent_id)
        if code is None and not as_json:
            click.echo(f"The code of this server, for who runs the other one:\n\n    {own}\n")
            if sys.stdin.isatty():
                code = click.prompt("The code they give you (or Ctrl-C, and again later)")
            else:
                click.echo("Then: canvas-server communitas pair THEIR-CODE")
        if code is None:
            if as_json:
                click.echo(json.dumps({"agent_id": agent_id, "code": own}))
            return
        made = pairs.pair(agent_id, code, sessions, name)
    except (PairingError, OSError) as error:
        raise click.ClickException(str(error)) from error
    own = encode_code(agent_id, bytes.fromhex(made.half))
    if as_json:
        found = {"agent_id": made.agent_id, "code": own, "sessions": list(made.sessions)}
        click.echo(json.dumps(found))
    else:
        click.echo(f"Paired with {made.agent_id[:8]}; shared with it: {', '.join(made.sessions)}.")
        click.echo(f"They pair with this server by: canvas-server communitas pair {own}")


@click.command()
@click.option("--url", help="Of a running server; else the one that uses the data folder.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_settings_of("data_dir", "auth_secret", "relay_peers", "relay_secret", "relay_sessions")
def peers(
    url: str | None,
    data_dir: Path,
    auth_secret: tuple[str, ...],
    relay_peers: tuple[str, ...],
    relay_secret: str | None,
    relay_sessions: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """List the servers that this one knows, and how they are where it runs."""
    try:
        known = Known.read(data_dir, pairs_of(relay_peers, relay_secret, relay_sessions))
    except PairingError as error:
        raise click.ClickException(str(error)) from error
    relay = running_relay(url, data_dir, auth_secret)
    states = {} if relay is None else {server.agent_id: server for server in relay.servers}
    found = [_peer(pair, states.get(pair.agent_id)) for pair in known.pairs.all]
    if as_json:
        click.echo(json.dumps({"running": relay is not None, "peers": found}))
        return
    if not found:
        click.echo("No other server is known: `canvas-server communitas pair` makes one known.")
    for peer in found:
        about = f"{peer['sessions']} sessions, {peer['people']} people" if "people" in peer else ""
        name = peer["name"] or "(no name yet)"
        click.echo(f"{peer['agent_id'][:16]}  {name}  {peer['state']}  {about}".rstrip())
    if found and relay is None:
        click.echo("This server does not run, or has no relay: how they are is not known.")


def agent_id_of(x0x_url: str | None, x0x_token: str | None) -> str:
    """Ask x0xd under which id others know this server.

    Raises:
        click.ClickException: it does not say.
    """
    if x0x_url is None:
        raise click.ClickException("say where x0xd is: --x0x-url or CANVAS_X0X_URL")
    try:
        where, token = Daemon(x0x_url, x0x_token).locate()
        answer = httpx.get(
            f"http://{where}/agent",
            headers={"Authorization": f"Bearer {token}"},
            timeout=SECONDS,
        )
        answer.raise_for_status()
        return str(answer.json()["agent_id"])
    except (NoDaemon, httpx.HTTPError, ValueError, KeyError) as error:
        raise click.ClickException(f"x0xd cannot be asked: {error}") from error


def running_relay(
    url: str | None, data_dir: Path, auth_secret: tuple[str, ...]
) -> RelayOverview | None:
    """Ask a running server how its relay is; None: no server runs, or it has none.

    Raises:
        click.ClickException: it does not answer.
    """
    holder = holder_of(data_dir)
    where = url or (holder.url if holder else "")
    if not where:
        return None
    headers: dict[str, str] = {}
    if auth_secret:
        headers["Authorization"] = f"Bearer {made_admin_token(auth_secret, 60)}"
    try:
        answer = httpx.get(f"{where.rstrip('/')}/api/communitas", headers=headers, timeout=SECONDS)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=CommunitasAnswer).relay
    except (httpx.HTTPError, msgspec.MsgspecError) as error:
        raise click.ClickException(f"the server at {where} does not say: {error}") from error


def _peer(pair: Pair, server: ServerOverview | None) -> dict[str, Any]:
    found: dict[str, Any] = {"agent_id": pair.agent_id, "name": pair.name, "state": "unknown"}
    if server is not None:
        found |= msgspec.to_builtins(server)
    return found | {"shares": list(pair.sessions)}


def _forget(pairs: Pairs, start: str) -> str:
    found = [pair.agent_id for pair in pairs.all if pair.agent_id.startswith(start.lower())]
    if len(found) != 1:
        raise PairingError(f"{len(found)} servers are known whose id begins with {start}")
    pairs.forget(found[0])
    return found[0]
