"""The site: the browser client, health and metrics."""

import html
import secrets
from collections.abc import Callable

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from canvas_server import __version__
from canvas_server.http.access import Access
from canvas_server.http.api.exports import picture_routes
from canvas_server.http.api.scenes import scene_routes
from canvas_server.http.audit import Record, RequestAudit
from canvas_server.http.bodies import Bodies
from canvas_server.http.codings import BUNDLE
from canvas_server.http.cors import ApiCors
from canvas_server.http.csp import PAGE_POLICY, elsewhere_policy
from canvas_server.http.documents import Document, Documents
from canvas_server.http.errors import http_error, refusal
from canvas_server.http.exposition import metrics_route
from canvas_server.http.gate import Gate
from canvas_server.http.guard import Guard
from canvas_server.http.methods import OtherMethods
from canvas_server.http.negotiation import PagesForPeople
from canvas_server.http.pagefiles import PageFiles
from canvas_server.http.params import session_of
from canvas_server.http.shortlinks import ShortLinkSite
from canvas_server.http.slow_readers import SlicedAnswers
from canvas_server.http.webfolder import web_folder
from canvas_server.node.node import Node
from canvas_server.node.readiness import Readiness

PREVIEW_WIDTH = 1200

SECURITY_HEADERS = {
    b"content-security-policy": PAGE_POLICY,
    b"permissions-policy": b"camera=(self), microphone=(self), display-capture=(self)",
}


def fresh_session() -> str:
    """Make a session name nobody guesses (96 bits)."""
    return secrets.token_urlsafe(12)


def preview(session_id: str, picture: str) -> str:
    """Return what a chat shows in the place of a link to a session (the Open Graph protocol)."""
    meta = {
        "og:type": "website",
        "og:title": f"{session_id}: a shared canvas",
        "og:description": "Open the link to see what is on it, and each other.",
        "og:image": picture,
        "og:image:type": "image/png",
        "og:image:alt": "The canvas as it is now",
    }
    return "".join(
        f'  <meta property="{name}" content="{html.escape(content)}">\n  '
        for name, content in meta.items()
    )


def make_site(
    node: Node,
    access: Access,
    metrics: CollectorRegistry,
    gate: Gate,
    bodies: Bodies,
    routes: list[BaseRoute],
    short_links: ShortLinkSite,
    readiness: Readiness,
    record: Record,
    health: Callable[[], dict[str, str]] = dict,
    *,
    modules: bool = False,
    hsts: bool = False,
    origins: tuple[str, ...] = (),
    ancestors: tuple[str, ...] = (),
) -> ASGIApp:
    """Return the ASGI application; `health` says more about how the server is.

    `modules`: the page is served as it is written, not as it is bundled. `hsts`: browsers that came
    by https are to come by it alone. Pages of `origins` may use the API, those of `ancestors` may
    embed pages of this site.
    """
    web = web_folder()
    documents = Documents(web, ancestors)
    canvas = "index.html" if modules else f"{BUNDLE}/main.html"
    doctor = "doctor/index.html" if modules else f"{BUNDLE}/doctor.html"

    async def front_door(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        base = request.scope.get("root_path", "")
        return RedirectResponse(f"{base}/s/{fresh_session()}{query}", 307)

    def canvas_page(request: Request, invitation: str) -> Response:
        return documents.get(canvas).private_response(request.headers, invitation)

    async def session_page(request: Request) -> Response:
        session_id = session_of(request)
        about = ""
        if gate.is_open:  # else the chat would show nothing: it has no token
            picture = request.url_for("picture", session=session_id, ending="png")
            about = preview(session_id, str(picture.include_query_params(width=PREVIEW_WIDTH)))
        return documents.get(canvas).response(request.headers, about)

    async def doctor_page(request: Request) -> Response:
        return documents.get(doctor).response(request.headers)

    text = (web / "elsewhere/index.html").read_text("utf-8")
    stranger = Document(text, elsewhere_policy(text, ancestors).decode())

    async def elsewhere_page(request: Request) -> Response:
        return stranger.response(request.headers)

    def state(request: Request, status: str, code: int = 200, **more: str) -> Response:
        """Say how the server is; strangers, who may be balancing loads, are told no more."""
        known = {"version": __version__, **more} if gate.is_operator(request) else {}
        return JSONResponse({"status": status, **known}, code)

    async def live(request: Request) -> Response:
        return state(request, "live")

    async def ready(request: Request) -> Response:
        if node.stopping:
            return state(request, "stopping", 503)
        failing = readiness.failing  # calls of those who are here go on without
        scenes = "failing" if failing or node.scenes.failing else "stored"
        status, code = ("failing", 503) if failing else ("ready", 200)
        return state(request, status, code, scenes=scenes, **health())

    async def needs_upgrade(_: Request) -> Response:
        text = "this is a WebSocket endpoint: send an upgrade request (RFC 6455)"
        fields = {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        return refusal(426, "upgrade_required", text, fields)

    paths: list[BaseRoute] = [
        Route("/", front_door),
        Route("/index.html", front_door),  # the page of no session
        Route("/s/{session}", session_page),
        Route("/s/{session}/", _session_without_slash),
        Route("/doctor/", doctor_page),
        Route("/doctor", _doctor_with_slash),
        Route("/elsewhere/", elsewhere_page),
        Route("/health", ready),
        Route("/health/live", live),
        Route("/health/ready", ready),
        metrics_route(metrics, gate),
        Route("/ws", needs_upgrade),
        Route("/ws/sync", needs_upgrade),
        *scene_routes(node.scenes, gate, bodies, RequestAudit(record), short_links.forget),
        *picture_routes(node.scenes, gate, bodies),
        *short_links.routes(canvas_page),
        *routes,
    ]
    site = Starlette(
        routes=[*paths, OtherMethods(paths), Mount("/", PageFiles(web))],
        exception_handlers={HTTPException: http_error, Exception: _internal_error},
    )
    open_site = ApiCors(SlicedAnswers(site), origins)
    guarded = Guard(open_site, access, SECURITY_HEADERS, record, hsts=hsts)
    return PagesForPeople(guarded, access, ancestors)


async def _internal_error(_: Request, __: Exception) -> Response:
    return refusal(500, "internal", "the server failed; its log says more")


async def _session_without_slash(request: Request) -> Response:
    name, query = session_of(request), request.url.query
    return RedirectResponse(f"../{name}" + (f"?{query}" if query else ""), 308)


async def _doctor_with_slash(_: Request) -> Response:
    return RedirectResponse("doctor/", 308)
