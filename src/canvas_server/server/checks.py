"""Checks of the settings before a start, and the certificate they name."""

from urllib.parse import urlsplit

import structlog

from canvas_server.addresses import is_loopback, parsed_host
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
    for name in settings.allowed_hosts:
        found = parsed_host(name.removeprefix("*."))
        if name != ANY_HOST and (found is None or found.port is not None):
            raise StartupError(
                f"{name} is no name of a host: CANVAS_ALLOWED_HOSTS takes such as canvas.lan"
            )
    first = settings.base_path.split("/")[1] if settings.base_path else ""
    if first in TAKEN:
        raise StartupError(
            f"nothing can be below /{first}, which is a path of the site itself: choose another "
            "CANVAS_BASE_PATH, such as /canvas"
        )
    if not (is_loopback(settings.host) or settings.auth_secret or settings.open):
        raise StartupError(
            f"{settings.host} can be reached by others, and this server asks nobody who they are: "
            "set CANVAS_AUTH_SECRET to what `canvas-server secret` prints, then only those with a "
            "link come in; or add --open if everybody may"
        )
    for name, text in weaknesses(settings).items():
        log.warning(f"{name}: {text}")


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
