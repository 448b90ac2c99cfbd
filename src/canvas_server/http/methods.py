"""Methods that a path allows (RFC 9110 section 15.5.6)."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class OtherMethods(BaseRoute):
    """What comes after all routes, before files: a method that the path of a route does not have.

    Without it such a request is answered by the files, as if there were nothing at that path.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, Route)]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a route has the path; none may have the method, else it would have come."""
        if scope["type"] != "http":
            return Match.NONE, {}
        at_path = [route for route in self._routes if route.matches(scope)[0] is Match.PARTIAL]
        if not at_path:
            return Match.NONE, {}
        allowed = {method for route in at_path for method in route.methods or ()}
        return Match.FULL, {"allowed": ", ".join(sorted(allowed))}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Refuse, and name the methods that there are.

        Raises:
            HTTPException: 405.
        """
        raise HTTPException(405, headers={"Allow": scope["allowed"]})
