"""The running server: uvicorn with the node, its routes and its tasks, from start to drain."""

import asyncio
import contextlib
import errno
import functools
import gc
import signal
import socket
from collections.abc import Callable, Generator
from typing import cast

import structlog
import uvicorn
from prometheus_client import CollectorRegistry

from canvas_server import system
from canvas_server.agents.door import AgentDoor
from canvas_server.auth.authority import Authority
from canvas_server.cluster.membership import Cluster
from canvas_server.config.settings import Settings
from canvas_server.http.admission import BoundedHttp, Entrance
from canvas_server.http.api.sessions import session_routes
from canvas_server.http.api.tokens import token_routes
from canvas_server.http.audit import Record, RequestAudit
from canvas_server.http.basepath import BasePath
from canvas_server.http.bodies import Bodies
from canvas_server.http.exposition import metrics_site
from canvas_server.http.gate import Gate
from canvas_server.http.heartbeat import SocketPinger
from canvas_server.http.lan import authority_route
from canvas_server.http.listener import Listener, open_sockets
from canvas_server.http.metrics import registry
from canvas_server.http.picturemetrics import PictureCollector
from canvas_server.http.proxies import BehindProxies, Proxies
from canvas_server.http.shortlinks import ShortLinkSite
from canvas_server.http.site import make_site
from canvas_server.http.state import state_route
from canvas_server.http.upgrade import WebSocketUpgrade, sockets_of
from canvas_server.node.events import NodeEvents
from canvas_server.node.readiness import Readiness
from canvas_server.pictures.decoder import Decoder
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.http import CommunitasAnswer
from canvas_server.server.auditing import ServerAudit
from canvas_server.server.backends import Backend, StartupError, open_backend
from canvas_server.server.checks import check, open_certificate
from canvas_server.server.hangups import HANGUPS
from canvas_server.server.names import make_access
from canvas_server.server.wiring import make_node, open_bridge, open_federation, open_known
from canvas_server.tls.folder import lan_folder
from canvas_server.tls.serving import Certificate, CertificateError

DRAIN_SECONDS = 3
FLUSH_SECONDS = 1.5
Ready = Callable[[str, Authority], None]
"""Takes the base URL and what gives links out; it may wait for the disk, or for the cluster."""

log = structlog.get_logger()


class CanvasServer(uvicorn.Server):
    """The running server."""

    def __init__(self, settings: Settings, backend: Backend, ready: Ready) -> None:
        """Prepare; `ready` is called once the port is open, in a thread.

        Raises:
            StartupError: the settings do not allow a start.
        """
        self.settings = settings
        self._certificate = certificate = open_certificate(settings)
        self._backend = backend
        authority = backend.authority
        known = open_known(settings)
        events = NodeEvents()
        self._decoder = Decoder()
        self._audit = audit = ServerAudit(settings)
        self.node = make_node(settings, backend, events, known, self._decoder)
        audit.watch(self.node, events)
        self._bridge = open_bridge(settings, self.node, events)
        self._federation = open_federation(settings, self.node, events, known)
        self._ready = ready
        access = make_access(settings, settings.host, certificate)
        proxies = Proxies(settings.trusted_proxies)
        entrance = Entrance(
            settings.per_address, proxies, self.node.counts, audit.record, settings.base_path
        )
        upgrade = WebSocketUpgrade(self.node, access, entrance, settings.base_path)
        gate = Gate(authority.join, authority.admins, authority.identities)
        bodies = Bodies()
        requests = RequestAudit(audit.record)
        routes = token_routes(
            gate,
            authority.join,
            authority.invitations,
            self.node.revoke,
            bodies,
            requests,
            authority.short_links,
        )
        if settings.lan:
            routes.append(authority_route(lan_folder(settings.data_dir)))
        routes += session_routes(gate, backend.overview(self.node), requests)
        nodes = functools.partial(backend.nodes, self.node)
        routes.append(state_route(gate, "/api/nodes", nodes))
        routes.append(state_route(gate, "/api/communitas", self._communitas))
        self._agents = AgentDoor(gate, bodies, audit.record, self._protocol)
        routes.append(self._agents.route)
        overview = None if self._federation is None else self._federation.overview
        self._readiness = Readiness(backend.probe)
        events.log_failing.subscribe(lambda _: self._readiness.doubt())
        metrics = registry(
            self.node, events, backend.log.counts, self._readiness, backend.cluster, overview
        )
        metrics.register(PictureCollector(self._decoder.counts))
        http = functools.partial(BoundedHttp, entrance)
        self._metrics_config = metrics_config(settings, metrics, http, audit.record)
        site = make_site(
            self.node,
            access,
            metrics,
            gate,
            bodies,
            routes,
            ShortLinkSite(authority.short_links, bodies, metrics),
            self._readiness,
            audit.record,
            backend.health,
            modules=settings.page_modules,
            hsts=certificate is not None and not settings.lan,
            origins=settings.allowed_origins,
            ancestors=settings.frame_ancestors,
        )
        super().__init__(
            uvicorn.Config(
                BehindProxies(BasePath(site, settings.base_path), proxies),
                http=http,  # type: ignore[arg-type] - any callable is taken
                proxy_headers=False,  # uvicorn reads them another way
                ssl_context_factory=certificate.for_uvicorn if certificate else None,
                ws=upgrade,  # type: ignore[arg-type] - any callable is taken
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port and say so.

        Raises:
            StartupError: the port cannot be opened.
        """
        await super().startup([])  # uvicorn itself does not listen
        sockets = open_at(self.settings.host, self.settings.port, "--port")
        listener = self._listen(sockets, self.config)
        if self._metrics_config is not None and self.settings.metrics_listen is not None:
            at = self.settings.metrics_listen
            self._listen(open_at(at.host, at.port, "CANVAS_METRICS_LISTEN"), self._metrics_config)
        name = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        here = functools.partial(sockets_of, self.server_state.connections)
        self._tasks = [asyncio.create_task(SocketPinger(self.node, here).run())]
        self._tasks.append(asyncio.create_task(self._audit.run()))
        if self._backend.cluster is not None:
            self._tasks.append(asyncio.create_task(self._backend.cluster.run()))
        if self._bridge is not None:
            self._tasks.append(asyncio.create_task(self._bridge.run()))
        if self._federation is not None:
            self._tasks.append(asyncio.create_task(self._federation.run()))
        url = f"{'https' if self._certificate else 'http'}://{name}:{listener.port}{self.settings.base_path}"
        self._backend.announce(url)
        await self._readiness.look()
        self._tasks.append(asyncio.create_task(self._readiness.run()))
        self._audit.started()
        spare_pauses()
        await asyncio.to_thread(self._ready, url, self._backend.authority)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turn readiness red, tell the peers, flush, end."""
        self.node.stopping = True
        if self._backend.cluster is not None:
            await self._send_away(self._backend.cluster)
        for task in self._tasks:
            task.cancel()
        await self._agents.close()
        await super().shutdown(sockets)
        await self._decoder.close()
        with contextlib.suppress(TimeoutError):  # a disk that hangs
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._backend.close()
        self._backend.authority.invitations.close()
        self._audit.close()

    async def _send_away(self, cluster: Cluster) -> None:
        """Send everybody to the other nodes: first the sessions that live here, then the rest."""
        seconds = self.settings.drain_seconds
        with contextlib.suppress(TimeoutError):  # the cluster is away
            async with asyncio.timeout(seconds / 2 + DRAIN_SECONDS):
                await cluster.drain(seconds / 2)
        left = list(sockets_of(self.server_state.connections))
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number, connection in enumerate(left, 1):
            connection.close(CloseCode.SERVICE_RESTART)
            await asyncio.sleep(max(0.0, started + seconds / 2 * number / len(left) - loop.time()))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT, and do not pass the signal on: a stop is no failure."""
        loop = asyncio.get_running_loop()
        stop = (signal.SIGTERM, signal.SIGINT)
        system.on_signals(loop, stop, lambda number: self.handle_exit(number, None))
        system.on_signals(loop, system.UNUSED, _ignored)
        HANGUPS.give(loop, functools.partial(read_again, self._certificate))
        try:
            yield
        finally:
            HANGUPS.ignore()

    def _communitas(self) -> CommunitasAnswer:
        joined = None if self._bridge is None else self._bridge.joined
        node = f"{joined.server.name} {joined.server.version}" if joined else None
        return CommunitasAnswer(
            node, None if self._federation is None else self._federation.overview()
        )

    def _protocol(self, config: uvicorn.Config | None = None) -> asyncio.Protocol:
        """Return what serves one connection, of the site where nothing else is said."""
        config = config or self.config
        make = cast("Callable[..., asyncio.Protocol]", config.http_protocol_class)
        return make(config=config, server_state=self.server_state, app_state={})

    def _listen(self, sockets: list[socket.socket], config: uvicorn.Config) -> Listener:
        """Serve on sockets; they are closed, and waited for, when the server stops."""
        listener = Listener(sockets, functools.partial(self._protocol, config), config.ssl)
        self.servers.append(cast("asyncio.Server", listener))
        return listener


def open_at(host: str, port: int, setting: str) -> list[socket.socket]:
    """Listen somewhere; `setting` is where it is said.

    Raises:
        StartupError: the port cannot be opened.
    """
    try:
        return open_sockets(host, port)
    except OSError as error:
        text = f"cannot listen on {host}:{port} ({error.strerror})"
        raise StartupError(f"{text}: {_advice(error, port, setting)}") from None


def _advice(error: OSError, port: int, setting: str) -> str:
    if isinstance(error, socket.gaierror):
        return "this machine knows no such name; give an address, with --host"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address; `0.0.0.0` are all it has"
    if error.errno == errno.EACCES and port < 1024:
        return (
            "ports below 1024 are for root; put a proxy in front of this server, or give it "
            f"CAP_NET_BIND_SERVICE, or choose another port with {setting}"
        )
    if error.errno == errno.EADDRINUSE:
        return f"is another server running there? Choose another with {setting}"
    return f"choose another with {setting}"


def metrics_config(
    settings: Settings,
    metrics: CollectorRegistry,
    http: Callable[..., asyncio.Protocol],
    record: Record,
) -> uvicorn.Config | None:
    """Return how `/metrics` is served on a listener of its own; None: on none."""
    at = settings.metrics_listen
    if at is None:
        return None
    config = uvicorn.Config(
        metrics_site(metrics, make_access(settings, at.host, None), record),
        http=http,  # type: ignore[arg-type] - any callable is taken
        proxy_headers=False,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    config.load()
    return config


def _ignored(number: signal.Signals) -> None:
    log.info("nothing is done on this signal", signal=number.name)


def read_again(certificate: Certificate | None) -> None:
    """Serve a certificate that was renewed; on SIGHUP. Settings change with a restart alone."""
    if certificate is None:
        log.info("nothing to read again: there is no certificate; settings need a restart")
        return
    try:
        certificate.reload()
    except CertificateError as error:
        log.error("the old certificate stays in use", reason=str(error))
    else:
        log.info("certificate read again; settings need a restart")


def spare_pauses() -> None:
    """Keep the collector of cycles from walking through everything while people wait.

    What is there now stays, so no later collection looks at it. Connections leave no cycles behind,
    so the old are looked at seldom; at the defaults 10,000 connections cost pauses of 0.1 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(4_000, 5, 1000)


def run(settings: Settings, ready: Ready) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        StartupError: the settings do not allow a start, or the port cannot be opened.
    """
    check(settings)
    with asyncio.Runner(loop_factory=system.new_event_loop) as runner:
        runner.run(_serve(settings, ready))


async def _serve(settings: Settings, ready: Ready) -> None:
    backend = await open_backend(settings)
    try:
        server = CanvasServer(settings, backend, ready)
        await backend.start(server.node)
        await server.serve()
    except StartupError:  # else `shutdown` lets go of it
        await backend.close()
        backend.authority.invitations.close()
        raise
