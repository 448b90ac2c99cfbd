"""Serving a local network: settings that make it safe, and a link for a phone."""

import datetime
import io
import time

import click
import msgspec
import segno
import structlog

from canvas_server.auth.authority import Authority
from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.join import Claims, fresh_invitation
from canvas_server.auth.keys import load_secret
from canvas_server.config.settings import DEFAULT_HOST, Settings
from canvas_server.http.api.tokens import link_of
from canvas_server.http.lan import AUTHORITY_PATH
from canvas_server.http.shortlinks import short_link_of
from canvas_server.http.site import fresh_session
from canvas_server.protocol.roles import Role
from canvas_server.server.backends import StartupError
from canvas_server.tls.folder import lan_folder
from canvas_server.tls.local import local_certificate, own_address

LINK_SECONDS = 24 * 3600
MAX_ROWS = 21
"""Of a terminal of 24: above are the link, maybe on two, and below is the cursor."""


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


def show_link(url: str, authority: Authority) -> None:
    """Print a short link into a fresh session, and its QR code.

    The code comes last, so that a terminal of 80 by 24 shows it whole with the link above it.
    """
    click.echo(
        "The browser warns once, since the certificate is of this machine: go on, or\n"
        "install this as an authority, which is good for local addresses alone:\n"
        f"{url}{AUTHORITY_PATH}"
    )
    link = _fresh_link(url, authority)
    click.echo(f"Open this on each device, within a day:\n{link}")
    for line in qr_lines(link):
        click.echo(click.style(line, fg="bright_white", bg="black"))


def qr_lines(link: str) -> list[str]:
    """Return a QR code in half blocks, of light on dark.

    The quiet zone is of four modules (ISO/IEC 18004), and of two where four would not fit.
    """
    code = segno.make(link, error="l")
    border = 4 if (code.symbol_size(border=4)[1] + 1) // 2 <= MAX_ROWS else 2
    drawn = io.StringIO()
    code.terminal(drawn, border=border, compact=True)
    return drawn.getvalue().splitlines()


def _fresh_link(url: str, authority: Authority) -> str:
    """Return a link into a fresh session: a short one, unless that cannot be kept."""
    assert authority.join is not None  # noqa: S101 - `for_local_network` has set a secret
    assert authority.short_links is not None  # noqa: S101 - as above
    session, now = fresh_session(), time.time()
    expires = now + LINK_SECONDS
    claims = Claims(session, Role.MODERATE, fresh_invitation(), int(now), renew=True)
    code, short = authority.short_links.make(claims, expires)
    invitation = Invitation(
        claims.invitation, session, claims.role, None, now, expires, short=short
    )
    try:
        authority.invitations.add(invitation, now)
    except OSError as error:
        structlog.get_logger().warning("there is no short link", reason=str(error))
        return link_of(url, session, authority.join.sign(claims, expires))
    return short_link_of(url, code)
