"""`/metrics` in the Prometheus text format: for operators, or on a listener of its own."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from canvas_server.http.access import Access
from canvas_server.http.audit import Record
from canvas_server.http.errors import error_responses, http_error
from canvas_server.http.gate import Gate
from canvas_server.http.guard import Guard

PATH = "/metrics"


def metrics_route(metrics: CollectorRegistry, gate: Gate | None) -> BaseRoute:
    """Return the route; without a gate it answers everybody who reaches it."""

    async def exposition(request: Request) -> Response:
        if gate is not None:
            gate.require_operator(request)
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    return Route(PATH, error_responses(exposition))


def metrics_site(metrics: CollectorRegistry, access: Access, record: Record) -> ASGIApp:
    """Return an application that has the metrics, and nothing else."""
    site = Starlette(
        routes=[metrics_route(metrics, None)], exception_handlers={HTTPException: http_error}
    )
    return Guard(site, access, {b"content-security-policy": b"default-src 'none'"}, record)
