"""`/authority.pem`: the certificate authority of this installation, for phones to fetch."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from canvas_server.tls.folder import authority_file

AUTHORITY_PATH = "/authority.pem"


def authority_route(folder: Path) -> Route:
    """Return where the certificate of the authority is given out; it is no secret."""

    async def authority(_: Request) -> Response:
        return FileResponse(authority_file(folder), media_type="application/x-x509-ca-cert")

    return Route(AUTHORITY_PATH, authority)
