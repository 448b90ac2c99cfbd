"""Environment variables that look like settings and are none, or have quotes in their values."""

import difflib
from collections.abc import Iterable, Mapping

from canvas_server.config.amounts import is_service_link

PREFIX = "CANVAS_"
_OF_KUBERNETES = ("CANVAS_SERVICE_", "CANVAS_PORT_", "CANVAS_SERVER_")
"""Set for services that are called canvas or canvas-server."""
ELSEWHERE = ("CANVAS_JOIN_TOKEN",)
"""Read by commands, without being settings of a server."""


def suspicious(environment: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Return what to warn of: unknown variables, and quotes that are part of a value.

    Values are not repeated: some are secrets.
    """
    names = (*known, *ELSEWHERE)
    found = [
        _unknown(name, names)
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in names and not name.startswith(_OF_KUBERNETES)
    ]
    quoted = [
        f"{name} has quotes in its value: an env file of Docker keeps them, so take them away"
        for name in names
        if _is_quoted(environment.get(name, ""))
    ]
    linked = [
        f"{name} is what Kubernetes sets for a service called canvas, and counts as nothing: give "
        "the pod `enableServiceLinks: false`, or the service another name"
        for name in names
        if is_service_link(environment.get(name))
    ]
    return found + quoted + linked


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1, 0.75)
    hint = f": do you mean {near[0]}?" if near else "; `canvas-server serve --help` lists them"
    return f"{name} is no setting and does nothing{hint}"


def _is_quoted(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
