"""Files of a session over the HTTP API: pictures, exports and the history.

The same requests as everybody's, with the token of the agent: over the network, or to the site of
this very process (ASGI).
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from msgspec import Struct

from canvas_server.agents.errors import ToolError

SECONDS = 60.0
"""For a picture, which may wait for its turn."""
MAX_BYTES = 16 * 1024 * 1024


class Fetched(Struct, frozen=True):
    """An answer of the API."""

    body: bytes
    fields: Mapping[str, str]


class Files:
    """What the API answers to an agent."""

    def __init__(self, http: httpx.AsyncClient, site: str) -> None:
        """`site` is the address of the site, as people know it."""
        self._http = http
        self.site = site

    async def get(
        self, path: str, query: Mapping[str, Any], token: str, resume_token: str
    ) -> Fetched:
        """Return what is at a path below the session's place in the API.

        Raises:
            ToolError: it is refused, or cannot be reached; the text is the server's.
        """
        fields = {"accept": "*/*"}
        if token:
            fields["authorization"] = f"Bearer {token}"
        if resume_token:
            fields["canvas-resume-token"] = resume_token
        wanted = {name: value for name, value in query.items() if value is not None}
        try:
            answer = await self._http.get(path, params=wanted, headers=fields)
        except httpx.HTTPError as error:
            raise ToolError(f"the server does not answer: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise ToolError(_reason(answer))
        if len(answer.content) > MAX_BYTES:
            raise ToolError("it is too large: ask for a part of the canvas")
        return Fetched(answer.content, answer.headers)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _reason(answer: httpx.Response) -> str:
    try:
        said: Any = answer.json()
        return f"refused ({said['code']}): {said['error']}"
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}"


def files_over_network(site: str) -> Files:
    """Return what is at a site on the network, such as `https://example.org/canvas`."""
    http = httpx.AsyncClient(base_url=site, timeout=SECONDS, trust_env=True)
    return Files(http, site)


def files_in_process(app: Callable[..., Any], address: str, site: str) -> Files:
    """Return what an application of this process answers to somebody at an address."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 0))
    http = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=SECONDS)
    return Files(http, site)
