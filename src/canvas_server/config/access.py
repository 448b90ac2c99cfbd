"""Settings of who may reach the server, and of what it says to those who run it."""

import click

from canvas_server.config.amounts import BYTES
from canvas_server.config.places import BASE_PATH
from canvas_server.config.setting import Setting
from canvas_server.config.types import FILE_OR_WORD, LISTEN, NETWORKS
from canvas_server.config.urls import ANCESTORS, HOSTS, ORIGINS

ACCESS_SETTINGS = (
    Setting(
        "base_path",
        "--base-path",
        "CANVAS_BASE_PATH",
        BASE_PATH,
        "",
        "Path below which the site is, such as `/canvas` for `https://example.org/canvas/`; the "
        "proxy may pass it on or strip it.",
        "none",
    ),
    Setting(
        "trusted_proxies",
        "--trusted-proxies",
        "CANVAS_TRUSTED_PROXIES",
        NETWORKS,
        ("127.0.0.1", "::1"),
        "Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
        "believed.",
        "this machine",
    ),
    Setting(
        "allowed_origins",
        "--allowed-origins",
        "CANVAS_ALLOWED_ORIGINS",
        ORIGINS,
        (),
        "Further origins whose pages may connect and use the HTTP API (CORS), such as "
        "`https://call.example.org`. Behind a proxy: that of your site.",
        "the server's own",
    ),
    Setting(
        "frame_ancestors",
        "--frame-ancestors",
        "CANVAS_FRAME_ANCESTORS",
        ANCESTORS,
        (),
        "Origins whose pages may embed a session in a frame, such as "
        "`https://intranet.example.org`, or `https://*.example.org` for all below a name.",
        "the server's own",
    ),
    Setting(
        "allowed_hosts",
        "--allowed-hosts",
        "CANVAS_ALLOWED_HOSTS",
        HOSTS,
        (),
        "Further names that this server has, such as `canvas.lan` or `*.example.org`, besides "
        "addresses, the machine's name, those of its certificate and of allowed origins; `*`: any.",
        "its own",
    ),
    Setting(
        "metrics_listen",
        "--metrics-listen",
        "CANVAS_METRICS_LISTEN",
        LISTEN,
        None,
        "Serve `/metrics` there too, and nothing else, without a token and https: `9474` for this "
        "machine, or `10.0.0.5:9474` for a network that you trust.",
    ),
    Setting(
        "log_format",
        "--log-format",
        "CANVAS_LOG_FORMAT",
        click.Choice(("text", "json")),
        "text",
        "How the log is written to the standard error: for people, or one JSON object a line.",
    ),
    Setting(
        "audit_log",
        "--audit-log",
        "CANVAS_AUDIT_LOG",
        FILE_OR_WORD,
        None,
        "File for the audit log: who joined, was refused or removed, who gave out and took back "
        "links; JSON lines, without tokens. `none`: it is not written.",
        "`audit.jsonl` in the data folder",
    ),
    Setting(
        "audit_bytes",
        "--audit-bytes",
        "CANVAS_AUDIT_BYTES",
        BYTES,
        64 * 1024 * 1024,
        "How much it may take with the three files before it; then the oldest goes.",
    ),
    Setting(
        "audit_addresses",
        "--audit-addresses/--no-audit-addresses",
        "CANVAS_AUDIT_ADDRESSES",
        bool,
        True,
        "Write down from which address people come.",
    ),
)
"""In the order of the table."""
