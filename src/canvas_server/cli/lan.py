"""Serving a local network: settings that make it safe, and a link for a phone."""

import datetime
import io

import click
import msgspec
import segno

from canvas_server.auth.keys import load_secret
from canvas_server.cli.tokens import made_token
from canvas_server.config.settings import DEFAULT_HOST, Settings
from canvas_server.http.api.tokens import link_of
from canvas_server.http.lan import AUTHORITY_PATH
from canvas_server.http.site import fresh_session
from canvas_server.protocol.roles import Role
from canvas_server.server.backends import StartupError
from canvas_server.tls.folder import lan_folder
from canvas_server.tls.local import local_certificate, own_address

LINK_SECONDS = 24 * 3600


def for_local_network(settings: Settings) -> Settings:
    """Return settings with a certificate and a secret of this installation where none is given.

    Raises:
        StartupError: this machine is in no network, or in one that others get into.
    """
    address = own_address() if settings.host == DEFAULT_HOST else settings.host
    if address is None:
        raise StartupError("this machine is in no network that --lan could serve")
    try:
        now = datetime.datetime.now(datetime.UTC)
        files = local_certificate(lan_folder(settings.data_dir), address, now)
        secret = settings.auth_secret or (load_secret(settings.data_dir),)
    except (OSError, ValueError) as error:
        raise StartupError(f"--lan cannot be served: {error}") from error
    return msgspec.structs.replace(
        settings,
        host=address,
        auth_secret=secret,
        tls_cert=settings.tls_cert or files.certificate,
        tls_key=settings.tls_key or files.key,
    )


def show_link(url: str, secrets: tuple[str, ...]) -> None:
    """Print a link into a fresh session, and its QR code."""
    session = fresh_session()
    token, _ = made_token(secrets, session, Role.MODERATE, LINK_SECONDS)
    link = link_of(url, session, token)
    drawn = io.StringIO()
    segno.make(link, error="l").terminal(drawn, border=2, compact=True)
    click.echo(f"Open this on each device, within a day:\n\n  {link}\n\n{drawn.getvalue()}")
    click.echo(
        "The browser warns once, since the certificate is of this machine: go on, or install "
        f"{url}{AUTHORITY_PATH} as an authority; it is good for local addresses alone."
    )
