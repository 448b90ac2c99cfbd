"""The names of this server: of its machine, of its certificate, and those that settings give."""

import socket

from canvas_server.config.settings import Settings
from canvas_server.http.access import Access
from canvas_server.tls.serving import Certificate


def make_access(settings: Settings, host: str, certificate: Certificate | None) -> Access:
    """Return what decides which hosts and pages may talk to what listens on a host."""
    machine = machine_names()

    def own_names() -> frozenset[str]:
        return machine if certificate is None else machine | certificate.names()

    return Access(
        host,
        settings.allowed_origins,
        settings.allowed_hosts,
        own_names,
        is_embedded=bool(settings.frame_ancestors),
    )


def machine_names() -> frozenset[str]:
    """Return the names by which a local network knows this machine (RFC 6762 for `.local`)."""
    name = socket.gethostname().lower()
    return frozenset((name, f"{name.partition('.')[0]}.local")) if name else frozenset()
