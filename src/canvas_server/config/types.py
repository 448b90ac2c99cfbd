"""Types of setting values, and how they are parsed."""

import ipaddress
import re
from pathlib import Path
from typing import Any

import click
from msgspec import Struct


class UrlList(click.ParamType[Any]):
    """A list of addresses, separated by commas or spaces."""

    name = "URLS"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        """Split the text, and read each part."""
        text = value if isinstance(value, str) else " ".join(value)
        return tuple(self.read(part, param, ctx) for part in text.replace(",", " ").split())

    def read(self, part: str, param: Any, ctx: Any) -> str:  # noqa: ARG002
        """Return a part as it is meant; whoever knows what it has to be refuses the others."""
        return part


class SecretList(UrlList):
    """Secrets that nobody guesses, separated by commas or spaces."""

    name = "SECRETS"

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Look at one secret, which is said to nobody."""
        if len(part) < MIN_SECRET:
            self.fail(
                f"each secret needs at least {MIN_SECRET} characters: `canvas-server secret` "
                "makes a good one",
                param,
                ctx,
            )
        return part


class AgentList(UrlList):
    """Agent ids of x0x, separated by commas or spaces."""

    name = "AGENTS"

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Look at one id; letters are small."""
        agent = part.lower()
        if not re.fullmatch("[0-9a-f]{64}", agent):
            self.fail(f"{agent} is no agent id: those have 64 hexadecimal digits", param, ctx)
        return agent


class SessionList(UrlList):
    """Names of sessions, or patterns of names, separated by commas or spaces."""

    name = "SESSIONS"


class Network(click.ParamType[Any]):
    """An address or a network."""

    name = "NETWORK"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the text if it names one."""
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            self.fail(f"{value} is neither an address nor a network: {error}", param, ctx)
        return value


class NetworkList(UrlList):
    """Addresses and networks, separated by commas or spaces."""

    name = "NETWORKS"

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Look at one address or network."""
        return NETWORK.convert(part, param, ctx)


class LocalPath(click.Path):
    """A path as a shell reads it: `~` is a home directory, and spaces around it are none of it.

    No shell reads the files in which service managers and containers find their variables.
    """

    def __init__(self, *, folder: bool = False) -> None:
        """Take the path of a file, or of a folder."""
        super().__init__(file_okay=not folder, dir_okay=folder, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Read the text; what is a path already stays as it is."""
        if isinstance(value, str):
            try:
                value = Path(value.strip()).expanduser()
            except RuntimeError:
                self.fail(
                    f"no home directory is known for {value}: write the path in full", param, ctx
                )
        return super().convert(value, param, ctx)


class LocalText(LocalPath):
    """A path, or a word that stands for something else, as text."""

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Read the text."""
        return str(super().convert(value, param, ctx))


class ListenAddress(Struct, frozen=True):
    """Where a listener is: an address or a name of this machine, and a port."""

    host: str
    port: int


class Listen(click.ParamType[Any]):
    """`PORT` of loopback, or `HOST:PORT`; an IPv6 address is in brackets."""

    name = "[HOST:]PORT"

    def convert(self, value: Any, param: Any, ctx: Any) -> ListenAddress:
        """Take the text apart."""
        found = re.fullmatch(r"(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):)?([0-9]{1,5})", value)
        if found is None or int(found[2]) > 65535:
            self.fail(f"{value} is neither a port nor HOST:PORT", param, ctx)
        return ListenAddress((found[1] or "127.0.0.1").strip("[]"), int(found[2]))


LISTEN = Listen()
SESSIONS = SessionList()
NETWORK = Network()
NETWORKS = NetworkList()
FILE = LocalPath()
FILE_OR_WORD = LocalText()
FOLDER = LocalPath(folder=True)
SECRETS = SecretList()
AGENTS = AgentList()
MIN_SECRET = 32
"""Characters; what is shorter may be guessed from one token (RFC 7518 section 3.2)."""
