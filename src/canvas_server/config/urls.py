"""Types of settings that are addresses: what is none is refused with what to write instead."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

import click

from canvas_server.addresses import in_ascii, is_address, parsed_host, parsed_origin
from canvas_server.config.types import UrlList

_ICE = re.compile(r"(?P<scheme>[A-Za-z]+):(?P<rest>.*)")
_PARTS = re.compile(r"(?P<host>\[[^\]]*\]|[^:?/@#\[\]]+)(?::(?P<port>[^?:]*))?(?:\?(?P<query>.*))?")
_NUMBERS = re.compile("[0-9.]+")
_EXAMPLES = {
    "stun": "stun:stun.example.org:3478",
    "turn": "turn:turn.example.org:3478 or turns:turn.example.org:443?transport=tcp",
}
_OTHER = {"stun": ("TURN", "CANVAS_TURN_URLS"), "turn": ("STUN", "CANVAS_STUN_URLS")}
_ADDRESS_AND_PORT = re.compile(r"([0-9A-Fa-f:]*:[0-9A-Fa-f:]*):(\d{4,5})")


class IceUrlList(UrlList):
    """Addresses of STUN servers (RFC 7064) or TURN servers (RFC 7065), as browsers take them."""

    name = "URLS"

    def __init__(self, kind: str) -> None:
        """`kind` is `stun` or `turn`."""
        self._kind = kind

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Look at one address; names become ASCII, as browsers send them."""
        url, kind = part, self._kind
        found = _ICE.fullmatch(url)
        scheme = found["scheme"].lower() if found else ""
        rest = found["rest"] if found else url
        if "@" in rest:
            text = (
                "an address has no credentials in it: CANVAS_TURN_SECRET, or CANVAS_TURN_USERNAME "
            )
            self.fail(f"{text}and CANVAS_TURN_CREDENTIAL, are for them", param, ctx)
        if scheme not in (kind, f"{kind}s"):
            other, variable = _OTHER[kind]
            if scheme.startswith(other.lower()):
                self.fail(f"{url} is a {other} server: name it in {variable}", param, ctx)
            self.fail(f"{url} has no scheme that is known: write {_EXAMPLES[kind]}", param, ctx)
        if rest.startswith("//"):
            self.fail(f"{url}: write {scheme}:{rest.lstrip('/')}", param, ctx)
        parts = _PARTS.fullmatch(rest)
        if parts is None:
            self.fail(f"{url} is no address: {_hint(scheme, rest) or _EXAMPLES[kind]}", param, ctx)
        host = in_ascii(parts["host"])
        if parsed_host(host) is None or (_NUMBERS.fullmatch(host) and not is_address(host)):
            self.fail(f"{url}: {parts['host']} is no name or address of a host", param, ctx)
        port = parts["port"]
        if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
            self.fail(f"{url}: a port is a number from 1 to 65535", param, ctx)
        query = self._query(url, scheme, parts["query"], param, ctx)
        return f"{scheme}:{host}" + (f":{int(port)}" if port else "") + query

    def _query(self, url: str, scheme: str, query: str | None, param: Any, ctx: Any) -> str:
        if query is None:
            return ""
        if self._kind == "stun":
            self.fail(f"{url}: a STUN server has nothing after a '?'", param, ctx)
        name, _, transport = query.partition("=")
        transport = transport.lower()
        if name.lower() != "transport" or transport not in ("udp", "tcp"):
            self.fail(f"{url}: write ?transport=udp or ?transport=tcp", param, ctx)
        if scheme == "turns" and transport == "udp":
            self.fail(f"{url}: no browser speaks that: write ?transport=tcp", param, ctx)
        return f"?transport={transport}"


def _hint(scheme: str, rest: str) -> str:
    """Return what an IPv6 address without brackets was to be; empty: it is none."""
    host, query, more = rest.partition("?")
    split = _ADDRESS_AND_PORT.fullmatch(host)
    for address, port in (split.groups() if split else ("", ""), (host, "")):
        try:
            ipaddress.IPv6Address(address)
        except ValueError:
            continue
        written = f"{scheme}:[{address}]" + (f":{port}" if port else "") + query + more
        return f"an IPv6 address is in brackets: write {written}"
    return ""


class OriginList(UrlList):
    """Origins of pages (RFC 6454), such as `https://call.example.org`."""

    name = "ORIGINS"

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Return an origin as browsers write it (RFC 6454 section 6.2)."""
        origin, found = part, parsed_origin(part)
        if found is not None:
            return str(found)
        scheme, separator, rest = origin.partition("://")
        host = re.split("[/?#]", rest if separator else origin)[0]
        scheme = scheme.lower() if separator else "https"
        if "*" in origin:
            self.fail(f"{origin}: name each origin by itself, without '*'", param, ctx)
        if "@" not in host and parsed_origin(f"{scheme}://{host}") is not None:
            text = "an origin is scheme, host and maybe port"
            self.fail(f"{origin}: {text}: write {scheme}://{host}", param, ctx)
        return self.fail(
            f"{_shown(origin)} is no origin such as https://call.example.org", param, ctx
        )


class AncestorList(OriginList):
    """Origins, or all those below a name, for `frame-ancestors` (CSP level 3, section 6.4.2)."""

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Return an origin as browsers write it, also `https://*.` and a name."""
        scheme, below, name = part.partition("://*.")
        found = super().read(f"{scheme}://{name}" if below else part, param, ctx)
        return found.replace("://", "://*.", 1) if below else found


class HostList(UrlList):
    """Names of hosts, such as `canvas.lan` or `*.example.org`."""

    name = "HOSTS"

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Return a name as browsers send it."""
        name = part
        written = in_ascii(name)
        found = parsed_host(written.removeprefix("*."))
        if name == "*" or (found is not None and found.port is None):
            return written
        host = re.split("[/?#]", name.rpartition("://")[2])[0]
        bare = parsed_host(host)
        hint = f": write {bare.name}" if bare else ", such as canvas.lan or *.example.org"
        return self.fail(f"{_shown(name)} is no name of a host{hint}", param, ctx)


class Host(click.ParamType[Any]):
    """An address or a name of this machine, without scheme and port."""

    name = "HOST"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the address without brackets."""
        found = parsed_host(f"[{value}]" if ":" in value and value[0] != "[" else value)
        if found is not None and found.port is None:
            return value.strip("[]")
        host = re.split("[/?#]", value.rpartition("://")[2])[0]
        bare = parsed_host(host)
        hint = ""
        if bare is not None:
            hint = f": write {bare.name}" + (f", and {bare.port} as the port" if bare.port else "")
        return self.fail(f"{_shown(value)} is no address of this machine{hint}", param, ctx)


class ServerUrls(UrlList):
    """Addresses of servers with one of some schemes, such as `nats://10.0.0.5:4222`."""

    def __init__(self, example: str, *schemes: str) -> None:
        self._url = ServerUrl(example, *schemes)

    def read(self, part: str, param: Any, ctx: Any) -> str:
        """Look at one address."""
        return self._url.convert(part, param, ctx)


class ServerUrl(click.ParamType[Any]):
    """Address of a server with one of some schemes; what stands before its `@` is shown nobody."""

    name = "URL"

    def __init__(self, example: str, *schemes: str, or_folder: bool = False) -> None:
        """`or_folder`: what has no scheme is a path."""
        self._example = example
        self._schemes = schemes
        self._or_folder = or_folder

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the text if it names one."""
        text = str(value).strip()
        if self._or_folder and "://" not in text:
            return text
        try:
            parts = urlsplit(text)
            named = parts.scheme in self._schemes and bool(parts.hostname)
            is_one = named and parts.port != 0  # reading the port looks at it
        except ValueError:
            is_one = False
        if not is_one:
            self.fail(f"{_shown(text)} is no address such as {self._example}", param, ctx)
        return text


def _shown(text: str) -> str:
    """Return an address as it may be shown: without credentials."""
    before, separator, after = text.rpartition("@")
    scheme = before.partition("://")[0] if "://" in before else ""
    return (f"{scheme}://…@{after}" if scheme else f"…@{after}") if separator else text


STUN_URLS_TYPE = IceUrlList("stun")
TURN_URLS_TYPE = IceUrlList("turn")
ORIGINS = OriginList()
ANCESTORS = AncestorList()
HOSTS = HostList()
HOST = Host()
NATS_URLS = ServerUrls("nats://10.0.0.5:4222", "nats", "tls", "ws", "wss")
HTTP_URL = ServerUrl("http://127.0.0.1:3040", "http", "https")
X0X_URL = ServerUrl("http://127.0.0.1:12700", "http", "https", or_folder=True)
