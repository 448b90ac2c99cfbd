"""Table of all settings: flag, environment variable, type, default and help."""

import os
import platform
from pathlib import Path

import click
import platformdirs
from msgspec import Struct

from canvas_server import system
from canvas_server.config.access import ACCESS_SETTINGS
from canvas_server.config.amounts import BYTES, COUNT, DAYS, PORT, SECONDS, Amount, Port
from canvas_server.config.setting import Setting
from canvas_server.config.types import AGENTS, FILE, FOLDER, SECRETS, SESSIONS, ListenAddress
from canvas_server.config.urls import (
    HOST,
    HTTP_URL,
    NATS_URLS,
    STUN_URLS_TYPE,
    TURN_URLS_TYPE,
    X0X_URL,
)
from canvas_server.core.presence.places import LINK_PLACES
from canvas_server.core.presence.session import MAX_PEERS
from canvas_server.node.ports import HISTORY_BYTES

DEFAULT_HOST = "127.0.0.1"
STUN_URLS = ("stun:stun.l.google.com:19302", "stun:global.stun.twilio.com:3478")


class Settings(Struct, frozen=True):
    """What a server is started with."""

    host: str
    port: int
    data_dir: Path
    history_days: int
    history_bytes: int
    open: bool
    auth_secret: tuple[str, ...]
    stun_urls: tuple[str, ...]
    turn_urls: tuple[str, ...]
    turn_secret: str | None
    turn_username: str | None
    turn_credential: str | None
    turn_seconds: int
    relay_only: tuple[str, ...]
    tls_cert: Path | None
    tls_key: Path | None
    lan: bool
    base_path: str
    trusted_proxies: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    frame_ancestors: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    metrics_listen: ListenAddress | None
    log_format: str
    audit_log: str | None
    audit_bytes: int
    audit_addresses: bool
    auto_accept: bool
    page_modules: bool
    quality_reports: bool
    resume_seconds: int
    rate_limit_burst: int
    rate_limit_sustained: int
    per_address: int
    link_places: int
    cluster: tuple[str, ...]
    node_id: str
    cluster_replicas: int
    drain_seconds: int
    communitas_mcp_url: str | None
    communitas_mcp_token: str | None
    communitas_network_port: int | None
    x0x_url: str | None
    x0x_token: str | None
    relay_peers: tuple[str, ...]
    relay_secret: str | None
    relay_sessions: tuple[str, ...]


def _default_stun_urls() -> tuple[str, ...]:
    """Return none where the variable is set and empty: the one variable that can be empty."""
    return () if os.environ.get("CANVAS_STUN_URLS") == "" else STUN_URLS


def _default_data_dir() -> Path:
    """Return the folder of the user.

    Raises:
        click.UsageError: the user has none, as one without an entry in the list of users.
    """
    try:
        return platformdirs.user_data_path("canvas-server")
    except RuntimeError as error:
        text = f"user {system.user()} has no home directory: name a data folder, with --data or "
        raise click.UsageError(f"{text}CANVAS_DATA_DIR") from error


SETTINGS = (
    Setting("host", "--host", "CANVAS_HOST", HOST, DEFAULT_HOST, "Address to listen on."),
    Setting("port", "--port", "CANVAS_PORT", PORT, 9473, "Port; 0 takes a free one."),
    Setting(
        "data_dir",
        "--data",
        "CANVAS_DATA_DIR",
        FOLDER,
        _default_data_dir,
        "Folder for what outlives the process.",
        "the user's data folder",
    ),
    Setting(
        "history_days",
        "--history-days",
        "CANVAS_HISTORY_DAYS",
        DAYS,
        365,
        "How long the history of a scene is kept; 0: for ever. The scene itself is always kept.",
    ),
    Setting(
        "history_bytes",
        "--history-bytes",
        "CANVAS_HISTORY_BYTES",
        BYTES,
        HISTORY_BYTES,
        "How much the history of all scenes may take; beyond it the oldest of the largest goes. "
        "One scene has 256 MiB of it at most.",
    ),
    Setting(
        "open",
        "--open",
        "CANVAS_OPEN",
        bool,
        False,
        "Serve beyond loopback although nobody has to prove who they are.",
    ),
    Setting(
        "auth_secret",
        "--auth-secret",
        "CANVAS_AUTH_SECRET",
        SECRETS,
        (),
        "Secret that signs join tokens (`canvas-server secret` makes one): who has none stays out. "
        "Of several, with commas between, the first signs and all are believed. Better as a "
        "variable: a flag is seen by all users of the machine.",
        "none: nobody is asked",
    ),
    Setting(
        "stun_urls",
        "--stun-urls",
        "CANVAS_STUN_URLS",
        STUN_URLS_TYPE,
        _default_stun_urls,
        "STUN servers for the peers; set but empty: none.",
        "Google's, then Twilio's",
    ),
    Setting(
        "turn_urls",
        "--turn-urls",
        "CANVAS_TURN_URLS",
        TURN_URLS_TYPE,
        (),
        "TURN servers, such as `turn:turn.example.org:3478`; an IPv6 address is in brackets. They "
        "need a secret, or a user with a password.",
        "none",
    ),
    Setting(
        "turn_secret",
        "--turn-secret",
        "CANVAS_TURN_SECRET",
        str,
        None,
        "Secret shared with the TURN servers: each peer gets credentials of its own that end soon.",
    ),
    Setting(
        "turn_username", "--turn-username", "CANVAS_TURN_USERNAME", str, None, "Static TURN user."
    ),
    Setting(
        "turn_credential",
        "--turn-credential",
        "CANVAS_TURN_CREDENTIAL",
        str,
        None,
        "Password of the static TURN user.",
    ),
    Setting(
        "turn_seconds",
        "--turn-seconds",
        "CANVAS_TURN_SECONDS",
        Amount("seconds", 10, 86_400),
        3600,
        "How long such credentials are good; peers that stay get others in time.",
    ),
    Setting(
        "relay_only",
        "--relay-only",
        "CANVAS_RELAY_ONLY",
        SESSIONS,
        (),
        "Sessions, by name or pattern (`public-*`; `*` for all), whose calls go through TURN "
        "servers alone, so that nobody learns anybody's address.",
        "none",
    ),
    Setting(
        "tls_cert",
        "--tls-cert",
        "CANVAS_TLS_CERT",
        FILE,
        None,
        "Certificate to serve https with (PEM, with those between it and its root). Read again on "
        "SIGHUP.",
    ),
    Setting("tls_key", "--tls-key", "CANVAS_TLS_KEY", FILE, None, "Its private key (PEM)."),
    Setting(
        "lan",
        "--lan",
        "CANVAS_LAN",
        bool,
        False,
        "Serve https to the local network, with a certificate and a secret of this installation, "
        "and print a link as a QR code: a phone joins with its camera.",
    ),
    *ACCESS_SETTINGS,
    Setting(
        "auto_accept",
        "--auto-accept",
        "CANVAS_AUTO_ACCEPT",
        bool,
        False,
        "Let links with `auto=1` accept calls also beyond loopback (kiosks).",
    ),
    Setting(
        "page_modules",
        "--page-modules",
        "CANVAS_PAGE_MODULES",
        bool,
        False,
        "Serve the page as it is written, in some hundred modules, for who changes it.",
    ),
    Setting(
        "quality_reports",
        "--quality-reports/--no-quality-reports",
        "CANVAS_QUALITY_REPORTS",
        bool,
        True,
        "Ask pages how good their calls are: both sides are told why one is poor, and `/metrics` "
        "counts it. No addresses.",
    ),
    Setting(
        "resume_seconds",
        "--resume-seconds",
        "CANVAS_RESUME_SECONDS",
        SECONDS,
        120,
        "How long a peer keeps its place, and its calls, after its connection broke.",
    ),
    Setting(
        "rate_limit_burst",
        "--rate-limit-burst",
        "WS_RATE_LIMIT_BURST",
        COUNT,
        10_000,
        "Messages a connection may send at once before it is read more slowly.",
    ),
    Setting(
        "rate_limit_sustained",
        "--rate-limit-sustained",
        "WS_RATE_LIMIT_SUSTAINED",
        COUNT,
        5_000,
        "Messages a second a connection may go on sending.",
    ),
    Setting(
        "per_address",
        "--per-address",
        "CANVAS_PER_ADDRESS",
        COUNT,
        256,
        "Connections from one address (IPv6: one /64) at a time, and within ten seconds. This "
        "machine itself is not counted.",
    ),
    Setting(
        "link_places",
        "--link-places",
        "CANVAS_LINK_PLACES",
        Amount("places", 1, MAX_PEERS),
        LINK_PLACES,
        "How many may be in a session by one link at a time, unless the link says otherwise. Links "
        "of moderators have no such limit.",
    ),
    Setting(
        "cluster",
        "--cluster",
        "CANVAS_CLUSTER",
        NATS_URLS,
        (),
        "NATS servers with JetStream, such as `nats://10.0.0.5:4222`: all servers that name them "
        "are one, and keep everything there instead of in the data folder.",
        "none: this one alone",
    ),
    Setting(
        "node_id",
        "--node-id",
        "CANVAS_NODE_ID",
        str,
        platform.node(),
        "Name of this node among those of a cluster, for people and metrics.",
        "the machine's name",
    ),
    Setting(
        "cluster_replicas",
        "--cluster-replicas",
        "CANVAS_CLUSTER_REPLICAS",
        Amount("servers", 1, 5),
        1,
        "On how many NATS servers everything is kept, when the first node makes its streams.",
    ),
    Setting(
        "drain_seconds",
        "--drain-seconds",
        "CANVAS_DRAIN_SECONDS",
        SECONDS,
        2,
        "Over how long a node of a cluster sends its peers to the others before it stops.",
    ),
    Setting(
        "communitas_mcp_url",
        "--communitas-mcp-url",
        "COMMUNITAS_MCP_URL",
        HTTP_URL,
        None,
        "A communitas-mcp, such as `http://127.0.0.1:3040`: sessions can have calls in the "
        "Communitas network.",
    ),
    Setting(
        "communitas_mcp_token",
        "--communitas-mcp-token",
        "COMMUNITAS_MCP_TOKEN",
        str,
        None,
        "What it asks of those who use it. Better as a variable: a flag is seen by all users of "
        "the machine.",
    ),
    Setting(
        "communitas_network_port",
        "--communitas-network-port",
        "COMMUNITAS_NETWORK_PORT",
        Port("ports", 1, 65535),
        None,
        "The port it should take in the Communitas network.",
        "any",
    ),
    Setting(
        "x0x_url",
        "--x0x-url",
        "CANVAS_X0X_URL",
        X0X_URL,
        None,
        "An x0xd, such as `http://127.0.0.1:12700`, or its data folder: sessions can be shared "
        "with servers of other people (`canvas-server communitas pair`).",
    ),
    Setting(
        "x0x_token",
        "--x0x-token",
        "X0X_API_TOKEN",
        str,
        None,
        "What it asks of those who use it. Better as a variable, or in its data folder.",
    ),
    Setting(
        "relay_peers",
        "--relay-peers",
        "CANVAS_RELAY_PEERS",
        AGENTS,
        (),
        "Agent ids of other servers that sessions are shared with, besides those that were paired.",
        "none",
    ),
    Setting(
        "relay_secret",
        "--relay-secret",
        "CANVAS_RELAY_SECRET",
        str,
        None,
        "What these servers and this one know, and nobody else (`canvas-server secret` makes one).",
    ),
    Setting(
        "relay_sessions",
        "--relay-sessions",
        "CANVAS_RELAY_SESSIONS",
        SESSIONS,
        ("*",),
        "Sessions, by name or pattern, that are shared with these servers.",
        "all",
    ),
)
