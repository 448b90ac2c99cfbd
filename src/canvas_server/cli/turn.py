"""`canvas-server turn-config`: a TURN server that relays calls, and nothing else."""

import ipaddress
import struct

import click

from canvas_server.config.options import with_settings_of
from canvas_server.config.types import NETWORK

# What a relay must not reach: networks of its own machine and provider, and addresses that are
# another way to write those: IPv4-compatible and IPv4-mapped ones (RFC 4291 section 2.5.5), NAT64
# (RFC 6052, RFC 8215), Teredo (RFC 4380) and 6to4 (RFC 3056). See RFC 6890.
DENIED = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
)

_UNIT = """\
# /etc/systemd/system/canvas-turn.service
[Unit]
Description=TURN server of canvas-server
After=network-online.target
Wants=network-online.target

[Service]
User=turnserver
Group=turnserver
ExecStart=/usr/bin/turnserver -c /etc/canvas-turn.conf --pidfile=
ExecReload=/bin/kill -USR2 $MAINPID
Restart=on-failure
LimitNOFILE=65536
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictSUIDSGID=yes
StateDirectory=turnserver

[Install]
WantedBy=multi-user.target
"""


@click.command(name="turn-config")
@with_settings_of("turn_secret")
@click.option("--realm", default="canvas", show_default=True, help="The name users never see.")
@click.option("--listen", type=NETWORK, help="Address to listen on.  [default: all]")
@click.option("--external-ip", type=NETWORK, help="The public address, behind one-to-one NAT.")
@click.option("--port", default=3478, show_default=True, help="For UDP and TCP.")
@click.option("--tls-port", default=5349, show_default=True, help="For TLS, with --cert and --key.")
@click.option("--cert", help="Certificate (PEM) of the name in the turns: address.")
@click.option("--key", help="Its private key (PEM).")
@click.option("--relay-ports", nargs=2, default=(49152, 65535), show_default=True, type=int)
@click.option("--allow", type=NETWORK, multiple=True, help="Federation to these although denied.")
@click.option("--systemd", is_flag=True, help="Print the unit for systemd in place of that.")
def turn_config(
    turn_secret: str | None,
    realm: str,
    listen: str | None,
    external_ip: str | None,
    port: int,
    tls_port: int,
    cert: str | None,
    key: str | None,
    relay_ports: tuple[int, int],
    allow: tuple[str, ...],
    *,
    systemd: bool,
) -> None:
    """Print the configuration of a coturn that relays the calls of this server, and nothing else.

    Both have the same CANVAS_TURN_SECRET; keep what is printed in a file that only coturn reads.
    """
    if systemd:
        click.echo(_UNIT, nl=False)
        return
    if not turn_secret:
        raise click.ClickException(
            "set CANVAS_TURN_SECRET, the same for both; `canvas-server secret` makes one"
        )
    if (cert is None) is not (key is None):
        raise click.UsageError("TLS takes both --cert and --key")
    tls = (
        f"tls-listening-port={tls_port}",
        f"cert={cert}",
        f"pkey={key}",
        "no-tlsv1",
        "no-tlsv1_1",
    )
    lines = (
        "# /etc/canvas-turn.conf, mode 0640, of root:turnserver",
        *([f"listening-ip={listen}", f"relay-ip={listen}"] if listen else []),
        *([f"external-ip={external_ip}"] if external_ip else []),
        f"listening-port={port}",
        *(tls if cert else ("no-tls", "no-dtls")),
        f"min-port={relay_ports[0]}",
        f"max-port={relay_ports[1]}",
        "",
        "# Credentials end by themselves; those of one peer carry a handful of calls.",
        "fingerprint",
        "use-auth-secret",
        f"static-auth-secret={turn_secret}",
        f"realm={realm}",
        "stale-nonce=600",
        "user-quota=64",
        "total-quota=4096",
        "# Bytes a second: 8 Mbit/s for each allocation, 1 Gbit/s for all of them.",
        "max-bps=1000000",
        "bps-capacity=125000000",
        "",
        "# Nothing but calls: no door into the networks behind, no relay by TCP, no console.",
        "no-multicast-peers",
        "no-tcp-relay",
        "no-cli",
        "no-software-attribute",
        "no-rfc5780",
        "no-stun-backward-compatibility",
        *(f"denied-peer-ip={_range(network)}" for network in DENIED),
        *(f"allowed-peer-ip={_range(network)}" for network in allow),
        "",
        "# What is written says nothing of who talks with whom.",
        "log-file=stdout",
        "simple-log",
    )
    click.echo("\n".join(lines))


def _range(network: str) -> str:
    """Return a network as coturn names it: by its first and its last address."""
    whole = ipaddress.ip_network(network, strict=False)
    first, last = whole[0], whole[-1]
    if whole.num_addresses > 1 and first == ipaddress.IPv6Address(0):
        first = whole[1]  # to coturn `::` means all addresses, those of IPv4 too
    return _written(first) if first == last else f"{_written(first)}-{_written(last)}"


def _written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return an address in full: how it is shortened depends on the version of Python."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return ":".join(f"{group:x}" for group in struct.unpack("!8H", address.packed))
