"""Networks of our own: two homes behind NAT and a public host, as Linux network namespaces.

home a 10.1.0.2 -- router 203.0.113.11 --line--+
                                               +-- public host 203.0.113.1
home b 10.2.0.2 -- router 203.0.113.12 --line--+

The routers keep ports where they can and let in what was asked for only, as most homes' do, so two
homes reach each other with the help of STUN. Needs root, iproute2 and nftables.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support.networks.tunnel import LossyTunnel, open_tun
from support.servers.coturn import start_coturn, turn_configuration

STREET = "203.0.113"
PUBLIC = f"{STREET}.1"
STUN_PORT = 3478
HOMES = {"a": 1, "b": 2}
PLACES = ("pub", "router-a", "router-b", "a", "b")
PREFIX = "canvas-"
NETNS = Path("/run/netns")
CLONE_NEWNET = 0x40000000

RULES = """
table ip home {
  chain out { type nat hook postrouting priority 100; oifname "wan" masquerade MAPPING; }
  chain through { type filter hook forward priority 0; iifname "wan" ct state new drop; BLOCKED }
  chain in { type filter hook input priority 0; iifname "wan" ct state new drop; }
}
"""

NO_DATAGRAMS = """
table ip cut {
  chain out { type filter hook output priority 0; meta l4proto udp drop; }
}
"""


def rules(*, symmetric: bool = False, udp: bool = True) -> str:
    """What a router does: one port for everybody or one for each, and whether UDP passes."""
    mapping = "fully-random" if symmetric else ""
    return RULES.replace("MAPPING", mapping).replace(
        "BLOCKED", "" if udp else "meta l4proto udp drop;"
    )


def run(*command: str, text: str | None = None) -> str:
    """Run a command to its end; what it complained of is in the error."""
    done = subprocess.run(
        command, check=False, input=text, capture_output=True, text=True, timeout=30
    )
    if done.returncode:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class LabError(Exception):
    """A command of the lab failed."""


def lacking() -> str | None:
    """Return what this machine lacks for a lab, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"{PREFIX}{os.getpid()}-probe"
    tries = {
        "network namespaces": f"ip netns add {name}",
        "veth": f"ip -n {name} link add one type veth peer name two",
        "TUN devices": f"ip -n {name} tuntap add dev tun mode tun",
        "NAT by nftables": f"ip netns exec {name} nft -f -",
    }
    try:
        for what, command in tries.items():
            try:
                run(*command.split(), text=rules())
            except LabError as error:
                return f"this kernel lets us have no {what}: {error}"
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    return None


class NetworkLab:
    """The networks; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self.lines: dict[str, LossyTunnel] = {}
        self._void: int | None = None
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "NetworkLab":
        _remove_those_of_dead_processes()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what still runs in the namespaces and remove them."""
        for process in self._processes:
            process.terminate()
            process.wait(10)
        for line in self.lines.values():
            line.close()
        if self._void is not None:
            os.close(self._void)
        for place in PLACES:
            _remove(self.namespace(place))

    def namespace(self, place: str) -> str:
        """The name of a namespace; the process id lets several test runs live side by side."""
        return f"{PREFIX}{os.getpid()}-{place}"

    def inside(self, place: str) -> contextlib.AbstractContextManager[None]:
        """Let sockets, threads and processes that this thread makes meanwhile be in a place."""
        return _inside(self.namespace(place))

    def command(self, place: str, program: str, folder: Path) -> Path:
        """Write a script that runs a program in a place, for whoever takes only a path."""
        path = folder / f"{Path(program).name}-{place}"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.namespace(place)} {program} "$@"\n')
        path.chmod(0o755)
        return path

    def start_stun(self, folder: Path) -> str:
        """Run coturn as STUN server on the public host; return its address."""
        only = f"listening-ip={PUBLIC}\nlistening-port={STUN_PORT}\nstun-only\nno-tls\nno-dtls\n"
        with self.inside("pub"):
            self._processes.append(start_coturn(folder / "stun", PUBLIC, STUN_PORT, only))
        return f"stun:{PUBLIC}:{STUN_PORT}"

    def start_turn(self, folder: Path, port: int, secret: str, more: str = "") -> str:
        """Run a TURN server as we say that it is to be configured; return its address."""
        text = turn_configuration(secret, "--listen", PUBLIC, "--port", str(port)) + more
        with self.inside("pub"):
            self._processes.append(start_coturn(folder / f"turn-{port}", PUBLIC, port, text))
        return f"turn:{PUBLIC}:{port}"

    # --- what happens to networks --------------------------------------------------------------

    def impair(self, home: str, *, loss: float, round_trip: float) -> None:
        """Lose a share of a home's packets and delay all, for half of the time each way."""
        line = self.lines[home]
        line.loss, line.delay = loss, round_trip / 2

    def repair(self, home: str) -> None:
        """Lose and delay nothing more."""
        self.impair(home, loss=0, round_trip=0)

    def route(self, home: str, *, symmetric: bool = False, udp: bool = True) -> None:
        """Give a home a router of another kind; by default the usual one."""
        router = f"router-{home}"
        self._in(router, "nft flush ruleset")
        self._in(router, "nft -f -", text=rules(symmetric=symmetric, udp=udp))

    def unplug(self, home: str) -> None:
        """Take the home's computer off its network, which it notices."""
        self._ip(home, "link set eth0 down")

    def plug(self, home: str) -> None:
        """Put it back."""
        self._ip(home, "link set eth0 up")
        self._ip(home, f"route replace default via {_net(home)}.1")

    def move(self, home: str, last_byte: int) -> None:
        """Give the home's computer another address instead of the one it has."""
        self._ip(home, "addr flush dev eth0")
        self._ip(home, f"addr add {_net(home)}.{last_byte}/24 dev eth0")
        self._ip(home, f"route replace default via {_net(home)}.1")

    def renumber(self, home: str, last_byte: int) -> None:
        """Give the router of a home another address, which computers behind it do not notice."""
        router, address = f"router-{home}", f"{STREET}.{last_byte}"
        self._ip(router, "addr flush dev wan")
        self._ip(router, f"addr add {address}/32 dev wan")
        self._ip(router, "route replace default dev wan")
        self._ip("pub", f"route flush dev to-{home}")
        self._ip("pub", f"route add {address} dev to-{home} src {PUBLIC}")

    # --- building ------------------------------------------------------------------------------

    def _in(self, place: str, command: str, text: str | None = None) -> None:
        run("ip", "netns", "exec", self.namespace(place), *command.split(), text=text)

    def _ip(self, place: str, command: str) -> None:
        run("ip", "-n", self.namespace(place), *command.split())

    def _build(self) -> None:
        for place in PLACES:
            run("ip", "netns", "add", self.namespace(place))
            # IPv6 addresses come seconds after a link; browsers then drop what they are loading.
            self._in(place, "sysctl -eqw net.ipv6.conf.all.disable_ipv6=1")
            self._in(place, "sysctl -eqw net.ipv6.conf.default.disable_ipv6=1")
            self._ip(place, "link set lo up")
        self._ip("pub", f"addr add {PUBLIC}/32 dev lo")
        self._in("pub", "sysctl -qw net.ipv4.ip_forward=1")
        # What is sent to a private address vanishes out here without a word, as it does on the
        # internet. (A blackhole route would tell the sender: coturn then ends the allocation.)
        with self.inside("pub"):
            self._void = open_tun("void")
        self._ip("pub", "link set void up")
        self._ip("pub", "route add 10.0.0.0/8 dev void")
        for home in HOMES:
            self._build_home(home)

    def _build_home(self, home: str) -> None:
        router, net = f"router-{home}", _net(home)
        with self.inside("pub"):
            there = open_tun(f"to-{home}")
        with self.inside(router):
            here = open_tun("wan")
        self.lines[home] = LossyTunnel(here, there, seed=HOMES[home])
        self._ip("pub", f"link set to-{home} up")
        self._ip(router, "link set wan up")
        self.renumber(home, 10 + HOMES[home])
        run(
            *f"ip link add lan netns {self.namespace(router)} type veth".split(),
            *f"peer name eth0 netns {self.namespace(home)}".split(),
        )
        self._ip(router, f"addr add {net}.1/24 dev lan")
        self._ip(router, "link set lan up")
        self._ip(home, f"addr add {net}.2/24 dev eth0")
        self._ip(home, "link set eth0 up")
        self._ip(home, f"route add default via {net}.1")
        self._in(router, "sysctl -qw net.ipv4.ip_forward=1")
        self._in(router, "nft -f -", text=rules())


class Island:
    """A network with nothing but loopback, where this thread and what it starts are meanwhile."""

    def __init__(self) -> None:
        self._name = f"{PREFIX}{os.getpid()}-island"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Island":
        _remove_those_of_dead_processes()
        run("ip", "netns", "add", self._name)
        self._stack.callback(_remove, self._name)
        run("ip", "-n", self._name, "link", "set", "lo", "up")
        self._stack.enter_context(_inside(self._name))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def cut(self) -> None:
        """Lose all datagrams from now on; what goes by TCP arrives."""
        run("nft", "-f", "-", text=NO_DATAGRAMS)

    def mend(self) -> None:
        """Lose nothing more."""
        run("nft", "flush", "ruleset")


@contextlib.contextmanager
def _inside(namespace: str) -> Iterator[None]:
    with Path("/proc/thread-self/ns/net").open() as here:
        with (NETNS / namespace).open() as there:
            _enter(there.fileno())
        try:
            yield
        finally:
            _enter(here.fileno())


def _net(home: str) -> str:
    return f"10.{HOMES[home]}.0"


def _enter(descriptor: int) -> None:
    """Move this thread to a network namespace (os.setns is of Python 3.12)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _remove(namespace: str) -> None:
    if not (NETNS / namespace).exists():
        return
    for pid in run("ip", "netns", "pids", namespace).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    run("ip", "netns", "del", namespace)


def _remove_those_of_dead_processes() -> None:
    """Remove what a test run left that was killed."""
    for path in NETNS.glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(path.name)
