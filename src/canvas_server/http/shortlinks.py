"""`/i/{code}`: short links open the canvas; `POST /api/codes` is the same for programs (LNK1-LNK4).

The document of a short link brings the session and its token along, so it costs no round trip more
than a long one. It is kept nowhere; the page takes both out of it, and the code out of the address.
"""

import html
import time
from collections.abc import Callable
from urllib.parse import quote

import msgspec
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from canvas_server.auth.shortlinks import Opened, ShortLinks, UnknownCode
from canvas_server.core.effects import Refusal
from canvas_server.http.basepath import SHORT_LINKS
from canvas_server.http.bodies import Bodies
from canvas_server.http.errors import error_responses, refusal
from canvas_server.http.guesses import Guesses, GuessingTooMuch
from canvas_server.protocol.codec import decode_code_wish
from canvas_server.protocol.http import CodeAnswer

_NEVER_KEPT = {"cache-control": "no-store"}
_UNKNOWN = "no link has this code; it may be mistyped, or the link was taken back"
_ENDED = "this link has ended"


class ShortLinkSite:
    """The routes of short links, with their bounds and counts."""

    def __init__(
        self,
        links: ShortLinks | None,
        bodies: Bodies,
        metrics: CollectorRegistry,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`links` is None where nobody needs a token: there every code is unknown.

        `clock` says which links have ended, `monotonic` how long ago somebody guessed.
        """
        self._links = links
        self._bodies = bodies
        self._clock = clock
        self._monotonic = monotonic
        self._guesses = Guesses()
        self._counter = Counter(
            "canvas_short_links",
            "Codes of short links that were looked up.",
            ["result"],
            registry=metrics,
        )

    def routes(self, document: Callable[[Request, str], Response]) -> list[BaseRoute]:
        """Return the routes; `document` answers with that of a canvas and markup of its own."""

        async def page(request: Request) -> Response:
            opened = self._opened(request, request.path_params["code"])
            if isinstance(opened, Response):
                return opened
            return document(request, _invitation(opened))

        async def without_slash(request: Request) -> Response:
            query = request.url.query
            target = f"../{quote(request.path_params['code'], safe='')}"
            return RedirectResponse(target + (f"?{query}" if query else ""), 308, _NEVER_KEPT)

        async def exchange(request: Request) -> Response:
            wanted = await self._bodies.decoded(request, None, decode_code_wish)
            opened = self._opened(request, wanted.code)
            if isinstance(opened, Response):
                return opened
            answer = CodeAnswer(opened.session_id, opened.token, int(opened.expires * 1000))
            return Response(msgspec.json.encode(answer), 200, _NEVER_KEPT, "application/json")

        return [
            Route(f"{SHORT_LINKS}{{code}}", page),
            Route(f"{SHORT_LINKS}{{code}}/", without_slash),
            Route("/api/codes", error_responses(exchange), methods=["POST"]),
        ]

    def forget(self, session_id: str) -> None:
        """Let the short links of a session that was erased open nothing any more.

        Raises:
            OSError: that cannot be stored.
        """
        if self._links is not None:
            self._links.forget(session_id)

    def _opened(self, request: Request, code: str) -> Opened | Response:
        """Return what a code opens, or the answer that says why it does not."""
        address = request.client.host if request.client else ""
        try:
            self._guesses.check(address, self._monotonic())
            if self._links is None:
                raise UnknownCode
            opened = self._links.open(code, self._clock())
        except GuessingTooMuch as crowded:
            self._counter.labels("limited").inc()
            later = {"retry-after": str(int(crowded.seconds))}
            return refusal(429, "too_many_codes", str(crowded), later)
        except Refusal as ended:  # who has its code was invited once: no guess
            self._counter.labels("ended").inc()
            return refusal(410, ended.code, _ENDED)
        except UnknownCode:
            self._guesses.note(address, self._monotonic())
            self._counter.labels("unknown").inc()
            return refusal(404, "unknown_code", _UNKNOWN)
        self._counter.labels("opened").inc()
        return opened


def short_link_of(base_url: str, code: str) -> str:
    """Return the short form of a link."""
    return f"{base_url.rstrip('/')}{SHORT_LINKS}{code}"


def _invitation(opened: Opened) -> str:
    """Return the markup that brings a session and its token."""
    content = html.escape(f"{opened.session_id} {opened.token}")
    return f'\n    <meta name="invitation" content="{content}">'
