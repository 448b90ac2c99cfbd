"""Construction of the node and of what subscribes to it, from settings and a backend."""

import asyncio
import time
import uuid
from collections.abc import Callable
from fnmatch import fnmatchcase

import structlog

from canvas_server import __version__
from canvas_server.communitas.bridge import Bridge
from canvas_server.communitas.scenes import NetworkScenes
from canvas_server.config.settings import Settings
from canvas_server.config.types import MIN_SECRET
from canvas_server.core.hub import Hub
from canvas_server.core.presence.environment import Environment, Everybody
from canvas_server.core.presence.pointers import POINTERS
from canvas_server.core.presence.roster import ROSTER_CHANGES
from canvas_server.federation.federation import Federation
from canvas_server.federation.ownership import Known
from canvas_server.federation.pairing import PairingError, pairs_of
from canvas_server.federation.x0x import Daemon, X0xCarrier
from canvas_server.ice.servers import IcePlan
from canvas_server.node.budget import Limits
from canvas_server.node.events import NodeEvents
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outboxes
from canvas_server.node.ports import PictureDecoder
from canvas_server.protocol.plain import first_of
from canvas_server.server.backends import Backend, StartupError

FEATURES = (
    "signaling",
    "presence",
    "media_state",
    "view_size",
    "call_report",
    "cursor",
    "scene",
    "sync_queue",
    "expected",
    "clear_scene",
    "restore_scene",
    "preview",
    "stroke",
    "selection",
    "typing",
    "chat",
    "resume",
    "group_call",
    "hands",
    "reactions",
    ROSTER_CHANGES,
    POINTERS,
)

log = structlog.get_logger()


def features(settings: Settings, *, moderated: bool) -> tuple[str, ...]:
    """Return what `welcome` lists: what works, and what is wanted.

    `moderated`: there can be moderators, since people are asked for tokens.
    """
    wanted = {
        "agents": moderated,
        "auto_accept": settings.auto_accept,
        "call_quality": settings.quality_reports,
        "communitas": settings.communitas_mcp_url is not None,
        "session_settings": moderated,
        "waiting_room": moderated,
        "mute": moderated,
    }
    return FEATURES + tuple(name for name, on in wanted.items() if on)


def make_node(
    settings: Settings,
    backend: Backend,
    events: NodeEvents,
    known: Known | None,
    decoder: PictureDecoder,
) -> Node:
    """Return the node that settings describe; `known` are other servers, if there may be any."""
    outboxes, plan, authority = Outboxes(), IcePlan(settings), backend.authority
    hub = Hub(
        Environment(
            version=__version__,
            new_id=lambda: str(uuid.uuid4()),
            identities=authority.identities,
            features=features(settings, moderated=authority.join is not None),
            ice_servers=plan.servers,
            ice_seconds=plan.seconds,
            relay_only=lambda name: any(fnmatchcase(name, each) for each in settings.relay_only),
            link_places=settings.link_places,
            resume_seconds=settings.resume_seconds,
            started=time.time(),
            watched=known is not None or settings.communitas_mcp_url is not None,
            leader=known.ownership.leader if known else lambda _: None,
            admission=authority.join or Everybody(),
            is_decoded=decoder.is_known,
        ),
        outboxes,
    )
    return Node(
        hub,
        outboxes,
        backend.log,
        _call_later,
        placement=backend.cluster,
        events=events,
        limits=Limits(settings.rate_limit_burst, settings.rate_limit_sustained),
        decoder=decoder,
        steady=time.monotonic,
    )


def _call_later(seconds: float, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, act)


def open_bridge(settings: Settings, node: Node, events: NodeEvents) -> Bridge | None:
    """Return the bridge to a Communitas node; None: this server is not to be joined to one.

    Raises:
        StartupError: its address is none.
    """
    url = settings.communitas_mcp_url
    if url is None:
        return None
    token, port = settings.communitas_mcp_token, settings.communitas_network_port
    scenes = NetworkScenes(node, _call_later)
    try:
        bridge = Bridge(url, token, port, __version__, node.network_answered, scenes)
    except ValueError as error:
        raise StartupError(f"COMMUNITAS_MCP_URL is no address: {error}") from error
    events.network_calls.subscribe(bridge.request)
    events.external.subscribe(scenes.watch)
    return bridge


def open_known(settings: Settings) -> Known | None:
    """Return the other servers that are known, and which of them leads which session.

    None: this server shares nothing with others.

    Raises:
        StartupError: it is not said what is needed, or cannot be read.
    """
    if settings.x0x_url is None:
        if settings.relay_peers:
            raise StartupError("CANVAS_RELAY_PEERS needs CANVAS_X0X_URL: where x0xd is")
        return None
    if settings.relay_peers and settings.relay_secret is None:
        raise StartupError(
            "CANVAS_RELAY_PEERS needs CANVAS_RELAY_SECRET, the same there and here; or pair the "
            "two servers with `canvas-server communitas pair`"
        )
    if "://" in settings.x0x_url and settings.x0x_token is None:
        raise StartupError("CANVAS_X0X_URL needs X0X_API_TOKEN, or name x0xd's data folder instead")
    fixed = pairs_of(settings.relay_peers, settings.relay_secret, settings.relay_sessions)
    try:
        return Known.read(settings.data_dir, fixed)
    except PairingError as error:
        raise StartupError(str(error)) from error


def open_federation(
    settings: Settings, node: Node, events: NodeEvents, known: Known | None
) -> Federation | None:
    """Return what shares sessions with other servers; None: nothing does."""
    if known is None or settings.x0x_url is None:
        return None
    if settings.relay_secret is not None and len(settings.relay_secret) < MIN_SECRET:
        log.warning("CANVAS_RELAY_SECRET can be guessed: `canvas-server secret` makes a good one")
    for pair in known.pairs.all:
        if "*" in pair.sessions:
            name = known.ownership.name_of(pair.agent_id)
            log.warning("another server may share every session whose name it knows", server=name)
    carrier = X0xCarrier(Daemon(settings.x0x_url, settings.x0x_token))
    name = first_of(settings.node_id, 64) or "canvas-server"
    federation = Federation(carrier, node, known, name, settings.resume_seconds, _call_later)
    events.external.subscribe(federation.watch)
    return federation
