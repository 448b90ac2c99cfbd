"""Checks of the settings before a start, and the certificate they name."""

from urllib.parse import urlsplit

import structlog

from canvas_server.addresses import is_loopback
from canvas_server.config.settings import Settings
from canvas_server.http.access import ANY_HOST
from canvas_server.http.basepath import TAKEN
from canvas_server.server.backends import StartupError
from canvas_server.tls.serving import Certificate, CertificateError

log = structlog.get_logger()


def open_certificate(settings: Settings) -> Certificate | None:
    """Return the certificate to serve with; None: plain HTTP.

    Raises:
        StartupError: it cannot be used.
    """
    if settings.tls_cert is None and settings.tls_key is None:
        return None
    if settings.tls_cert is None or settings.tls_key is None:
        raise StartupError("a certificate needs its key: give both --tls-cert and --tls-key")
    try:
        return Certificate(settings.tls_cert, settings.tls_key)
    except CertificateError as error:
        raise StartupError(str(error)) from error


def check(settings: Settings) -> None:
    """Refuse settings that would leave the door open by accident; name those that open it."""
    if settings.relay_only and not settings.turn_urls:
        raise StartupError(
            "--relay-only leaves no way for calls without a TURN server: give CANVAS_TURN_URLS "
            "too; `canvas-server turn-config` prints how to run one"
        )
    if settings.cluster and settings.x0x_url is not None:
        raise StartupError("a server of several nodes has no relay: leave out CANVAS_X0X_URL")
    first = settings.base_path.split("/")[1] if settings.base_path else ""
    if first in TAKEN:
        raise StartupError(
            f"nothing can be below /{first}, which is a path of the site itself: choose another "
            "CANVAS_BASE_PATH, such as /canvas"
        )
    _check_turn(settings)
    if not (is_loopback(settings.host) or settings.auth_secret or settings.open):
        raise StartupError(
            f"{settings.host} can be reached by others, and this server asks nobody who they are: "
            "set CANVAS_AUTH_SECRET to what `canvas-server secret` prints, then only those with a "
            "link come in; or add --open if everybody may"
        )
    for name, text in weaknesses(settings).items():
        log.warning(f"{name}: {text}")
    for text in idle(settings):
        log.warning(text)


def _check_turn(settings: Settings) -> None:
    """Refuse TURN servers that browsers would refuse: one without credentials ends every call.

    Raises:
        StartupError: they have none, or half of them.
    """
    if (settings.turn_username is None) is not (settings.turn_credential is None):
        raise StartupError("a TURN user needs both CANVAS_TURN_USERNAME and CANVAS_TURN_CREDENTIAL")
    if settings.turn_urls and not (settings.turn_secret or settings.turn_username):
        raise StartupError(
            "CANVAS_TURN_URLS needs CANVAS_TURN_SECRET, the one that the TURN server has, or "
            "CANVAS_TURN_USERNAME and CANVAS_TURN_CREDENTIAL: no browser makes calls without"
        )


def idle(settings: Settings) -> list[str]:
    """Return what to say of settings that do nothing, since another one is missing or wins."""
    has_turn = bool(settings.turn_urls)
    found = {
        "CANVAS_TURN_SECRET does nothing without CANVAS_TURN_URLS": (
            settings.turn_secret is not None and not has_turn
        ),
        "CANVAS_TURN_USERNAME does nothing without CANVAS_TURN_URLS": (
            settings.turn_username is not None and not has_turn
        ),
        "CANVAS_TURN_USERNAME does nothing: CANVAS_TURN_SECRET makes a user for each peer": (
            settings.turn_username is not None and settings.turn_secret is not None
        ),
        "CANVAS_OPEN does nothing: CANVAS_AUTH_SECRET lets those with a link in": (
            settings.open and bool(settings.auth_secret)
        ),
        "COMMUNITAS_MCP_TOKEN does nothing without COMMUNITAS_MCP_URL": (
            settings.communitas_mcp_token is not None and settings.communitas_mcp_url is None
        ),
        "X0X_API_TOKEN does nothing without CANVAS_X0X_URL": (
            settings.x0x_token is not None and settings.x0x_url is None
        ),
    }
    return [text for text, holds in found.items() if holds]


def weaknesses(settings: Settings) -> dict[str, str]:
    """Return what settings open on purpose: the name of each, and what it lets happen."""
    at, is_open = settings.metrics_listen, not settings.auth_secret
    found = {
        f"open on {settings.host}": (
            is_open and not is_loopback(settings.host),
            "whoever reaches this address can join every session",
        ),
        "any host": (
            ANY_HOST in settings.allowed_hosts,
            "names that others make lead their pages here (DNS rebinding)",
        ),
        f"metrics on {at.host if at else ''}": (
            at is not None and not is_loopback(at.host),
            "whoever reaches this address reads them",
        ),
        "embedding": (
            bool(settings.frame_ancestors),
            f"pages of {' '.join(settings.frame_ancestors)} can lay things over what they show",
        ),
        "embedding without https": (
            any(_is_insecure(ancestor) for ancestor in settings.frame_ancestors),
            "browsers give no camera to what such pages show, and others can change them",
        ),
        "auto accept": (settings.auto_accept, "a link can switch a camera on"),
        "no audit log": (
            settings.audit_log == "none",
            "nobody can look up later who came in, or was refused",
        ),
    }
    return {name: text for name, (holds, text) in found.items() if holds}


def _is_insecure(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def weakened(settings: Settings) -> tuple[str, ...]:
    """Return the names of what settings open on purpose."""
    return tuple(weaknesses(settings))
