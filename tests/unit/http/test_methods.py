"""Methods that paths allow, over ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from canvas_server.http.errors import http_error
from canvas_server.http.methods import OtherMethods


async def _answer(request: Request) -> Response:
    return PlainTextResponse(request.method)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "file").write_text("a file")
    routes: list[BaseRoute] = [
        Route("/codes", _answer, methods=["POST"]),
        Route("/scene/{name}", _answer),
        Route("/scene/{name}", _answer, methods=["DELETE"]),
    ]
    site = Starlette(
        routes=[*routes, OtherMethods(routes), Mount("/", StaticFiles(directory=tmp_path))],
        exception_handlers={HTTPException: http_error},
    )
    transport = httpx.ASGITransport(site)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/codes", 405, "POST"),
        ("POST", "/codes", 200, None),
        ("OPTIONS", "/codes", 405, "POST"),
        ("PUT", "/scene/a", 405, "DELETE, GET, HEAD"),
        ("OPTIONS", "/scene/a", 405, "DELETE, GET, HEAD"),
        ("HEAD", "/scene/a", 200, None),
        ("GET", "/file", 200, None),
        ("GET", "/nothing", 404, None),
        ("OPTIONS", "/file", 405, "GET, HEAD"),
    ],
)
async def test_a_path_says_which_methods_it_allows(
    client: httpx.AsyncClient, method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)
