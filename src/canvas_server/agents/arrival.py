"""Who comes to `/mcp`, as far as the door knows."""

from msgspec import Struct

ARRIVAL = "canvas_server.arrival"
"""The key of an ASGI scope under which it is."""


class Arrival(Struct, frozen=True):
    """An agent at the door."""

    session_id: str
    token: str
    """Empty: nobody is asked for one."""
    name: str
    invitation: str | None
    address: str
    site: str
    """Where people find the site, as the request says."""
