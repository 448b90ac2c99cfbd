"""The commands that make secrets and tokens. They need no running server."""

import time
from urllib.parse import urlsplit

import click
import msgspec
from msgspec.structs import replace

from canvas_server.auth.admin import AdminTokens
from canvas_server.auth.join import Claims, JoinTokens, bounded, fresh_invitation
from canvas_server.auth.keys import Keys, fresh_secret
from canvas_server.cli.agentbounds import UNBOUNDED, bounds_of_options, with_bounds
from canvas_server.cli.agentlines import configuration
from canvas_server.cli.operating import answer_of
from canvas_server.cli.values import DURATION, SERVER_URL, SITE_URL, check_names
from canvas_server.config.options import with_settings_of
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.session import MAX_PEERS
from canvas_server.http.api.tokens import link_of
from canvas_server.protocol.bounds import Area, Bounds
from canvas_server.protocol.http import TokenAnswer, TokenWish
from canvas_server.protocol.roles import Role


def made_token(
    secrets: tuple[str, ...],
    session: str,
    role: Role,
    seconds: float,
    *,
    name: str | None = None,
    renewable: bool = True,
    rename: bool = False,
    user: str | None = None,
    places: int | None = None,
    bounds: Bounds = UNBOUNDED,
) -> tuple[str, str]:
    """Return a join token that opens for some time, and the id by which it is taken back.

    Raises:
        Refusal: the bounds are of no agent.
    """
    now = time.time()
    claims = Claims(
        session, role, fresh_invitation(), int(now), name, renewable, rename, user, places=places
    )
    claims = bounded(claims, bounds)
    tokens = JoinTokens(Keys.of_secrets(secrets), is_revoked=lambda _: False)
    return tokens.sign(claims, now + seconds), claims.invitation


def made_admin_token(secrets: tuple[str, ...], seconds: float) -> str:
    """Return a token for who runs the server, good for some time."""
    return AdminTokens(Keys.of_secrets(secrets)).sign(time.time() + seconds)


@click.command()
def secret() -> None:
    """Print a fresh secret for CANVAS_AUTH_SECRET."""
    click.echo(fresh_secret())


@click.command()
@with_settings_of("auth_secret", "base_path")
@click.option("--session", "-s", help="The name in the link, /s/NAME.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.EDIT.value,
    show_default=True,
    help="What its bearer may do.",
)
@click.option("--name", help="What its bearer is called.")
@click.option("--rename", is_flag=True, help="Its bearer may go by another name.")
@click.option("--user", help="Who its bearer is: an id of yours, seen by all in the session.")
@click.option(
    "--expires", type=DURATION, default="8h", show_default=True, help="For how long it opens."
)
@click.option(
    "--renewable/--no-renewable",
    default=True,
    show_default=True,
    help="Who is in the session when it ends may stay.",
)
@click.option(
    "--places",
    type=click.IntRange(1, MAX_PEERS),
    help="How many may be in the session by it at a time, and by links made with it.",
)
@with_bounds
@click.option("--link", is_flag=True, help="Print a link in place of the token.")
@click.option("--short", is_flag=True, help="Have the server at --url make a short link.")
@click.option(
    "--url",
    type=SITE_URL,
    default=SERVER_URL,
    show_default=True,
    help="Of the link; one without a path gets CANVAS_BASE_PATH.",
)
@click.option("--admin", is_flag=True, help="A token for who runs the server, of no session.")
def token(
    auth_secret: tuple[str, ...],
    base_path: str,
    session: str | None,
    role: str,
    name: str | None,
    user: str | None,
    expires: int,
    places: int | None,
    url: str,
    *,
    kinds: str | None,
    area: Area | None,
    edits_per_minute: int | None,
    max_elements: int | None,
    sees: str | None,
    propose: bool,
    rename: bool,
    renewable: bool,
    link: bool,
    short: bool,
    admin: bool,
) -> None:
    """Print a join token, or a link with one, for a server with the same CANVAS_AUTH_SECRET.

    What says who may come in is the token alone: give it to nobody else. Its id, by which it is
    taken back (DELETE /api/tokens/ID), goes to stderr, as do the lines that an MCP client of an
    agent is configured with. A short link is kept by the server, which has to be running.
    """
    if not auth_secret:
        raise click.ClickException(
            "set CANVAS_AUTH_SECRET to the secret of the server; `canvas-server secret` makes one"
        )
    if admin:
        click.echo(made_admin_token(auth_secret, expires))
        return
    if session is None:
        raise click.UsageError("name the --session it is for, or make an --admin token")
    check_names(session, name or "", user)
    bounds = bounds_of_options(kinds, area, edits_per_minute, max_elements, sees, propose=propose)
    site = url if urlsplit(url).path.strip("/") else url.rstrip("/") + base_path
    if short:
        wish = TokenWish(
            session, Role(role), name, expires, renewable, rename, user, places, short=True
        )
        wish = replace(
            wish, **{field: getattr(bounds, field) for field in Bounds.__struct_fields__}
        )
        body = answer_of(site, "/api/tokens", auth_secret, "POST", wish)
        answer = msgspec.json.decode(body, type=TokenAnswer)
        if answer.short_link is None:
            raise click.ClickException(f"{site} knows no short links: use --link")
        click.echo(f"id: {answer.token_id}", err=True)
        click.echo(answer.short_link)
        return
    try:
        made, invitation = made_token(
            auth_secret,
            session,
            Role(role),
            expires,
            name=name,
            renewable=renewable,
            rename=rename,
            user=user,
            places=places,
            bounds=bounds,
        )
    except Refusal as refused:
        raise click.UsageError(refused.text) from None
    click.echo(f"id: {invitation}", err=True)
    click.echo(link_of(site, session, made) if link else made)
    if role == Role.AGENT.value:
        click.echo(configuration(site, session, made), err=True)
