"""Short links over HTTP, by the two clocks that they go by."""

import asyncio
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from canvas_server.http.guesses import OF_ADDRESS
from canvas_server.http.shortlinks import ShortLinkSite

HERE = ("203.0.113.7", 1)


@pytest.mark.rule("LNK3")
def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    now = {"clock": 1e9, "monotonic": 1e3}
    site = ShortLinkSite(
        None,
        cast("Any", None),
        CollectorRegistry(),
        lambda: now["clock"],
        lambda: now["monotonic"],
    )
    route = cast("Route", site.routes(lambda _, __: Response())[0])

    def status() -> int:
        scope = {"type": "http", "client": HERE, "path_params": {"code": "0000-0000-0000"}}
        return asyncio.run(route.endpoint(Request(scope))).status_code

    assert [status() for _ in range(OF_ADDRESS + 1)] == [404] * OF_ADDRESS + [429]
    now["clock"] -= 86_400
    now["monotonic"] += 20
    assert status() == 404
