"""The proxies of deploy/ in front of the real server: pages, WebSockets, and whose address counts."""

import asyncio
import contextlib
import datetime
import http.client
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

import canvas_server
from canvas_server.client import CannotConnect, connect
from canvas_server.http.bodies import MAX_BODY_BYTES
from canvas_server.server.app import DRAIN_SECONDS, FLUSH_SECONDS
from canvas_server.tls.local import LocalFiles, local_certificate
from support.hub.settings import parse
from support.servers.server import Server, eventually, free_port, running

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_a_shell_reads_the_environment_file_as_the_unit_does(tmp_path: Path) -> None:
    """The commands find the data folder of the unit, and both see the same addresses."""
    path = DEPLOY / "canvas-server.env"
    script = f'set -eua; . "{path}"; env -0'
    answer = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert not answer.stderr
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    plain = dict(line.split("=", 1) for line in lines)
    found = dict(item.split("=", 1) for item in answer.stdout.split("\0") if item)
    assert {name: found[name] for name in plain} == plain
    assert len(parse(env={"CANVAS_TURN_URLS": plain["CANVAS_TURN_URLS"]}).turn_urls) == 3
    unit = (DEPLOY / "canvas-server.service").read_text()
    assert (
        f"/var/lib/{re.findall('^StateDirectory=(.*)$', unit, re.M)[0]}" == plain["CANVAS_DATA_DIR"]
    )


BODY_LIMITS = {
    "nginx.conf": r"client_max_body_size (\d+)m;",
    "nginx-path.conf": r"client_max_body_size (\d+)m;",
    "Caddyfile": r"max_size (\d+)MiB",
    "Caddyfile.compose": r"max_size (\d+)MiB",
    "Caddyfile.path": r"max_size (\d+)MiB",
    "cluster/Caddyfile": r"max_size (\d+)MiB",
}


@pytest.mark.report(
    "running",
    "The body limits of the server and of its proxies differ",
    "the limits of the server, of each nginx file and of each Caddy file",
    "one number everywhere, and no proxy passes /metrics on",
)
@pytest.mark.parametrize("name", BODY_LIMITS)
def test_proxies_take_as_much_as_the_server(name: str) -> None:
    text = (DEPLOY / name).read_text()
    (limit,) = re.findall(BODY_LIMITS[name], text)
    assert int(limit) * 1024**2 == MAX_BODY_BYTES
    assert re.search(
        r"(respond|handle|location =) (/canvas)?/metrics (\{\s+(respond|return) )?404", text
    )


def test_every_proxy_file_is_looked_at() -> None:
    found = {str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("*")}
    assert set(BODY_LIMITS) == {
        name for name in found if re.search(r"nginx.*\.conf|Caddyfile", name)
    }


def test_a_stop_takes_less_time_than_the_unit_gives() -> None:
    unit = (DEPLOY / "canvas-server.service").read_text()
    (given,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.M)
    (drain,) = re.findall(r"^CANVAS_DRAIN_SECONDS=(\d+)", (DEPLOY / "README.md").read_text(), re.M)
    # Half of it for sessions, half for the rest; then two times what is under way, and the disk.
    assert int(given) > int(drain) + 2 * DRAIN_SECONDS + FLUSH_SECONDS
    (compose,) = re.findall(
        r"stop_grace_period: (\d+)s", (DEPLOY / "cluster/compose.yaml").read_text()
    )
    assert compose == given


def test_rules_and_dashboards_name_metrics_that_there_are() -> None:
    """Prometheus ignores a rule about a metric that does not exist, and nobody is called."""
    sources = "".join(
        path.read_text() for path in Path(canvas_server.__file__).parent.rglob("*metrics.py")
    )
    for name in re.findall(r"canvas_\w+", (DEPLOY / "alerts.yml").read_text()):
        parts = name.removesuffix("_total")
        assert parts in sources or parts.removeprefix("canvas_call_") in sources, name


class Front:
    """A proxy with a server behind it."""

    def __init__(self, name: str, folder: Path, base: str = "") -> None:
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.files: LocalFiles = local_certificate(
            folder / "tls", "127.0.0.1", datetime.datetime.now(datetime.UTC)
        )
        self.folder, self.name, self.base = folder, name, base

    def configuration(self, below: str | None) -> str:
        """Return that of deploy/; `below`: of the site below a path, passed on or stripped."""
        if below is None:
            return (DEPLOY / {"caddy": "Caddyfile", "nginx": "nginx.conf"}[self.name]).read_text()
        if self.name == "caddy":
            text = (DEPLOY / "Caddyfile.path").read_text()
            return text.replace("handle /", "handle_path /") if below == "stripped" else text
        whole = (DEPLOY / "nginx.conf").read_text()
        text = (DEPLOY / "nginx-path.conf").read_text()
        if below == "stripped":
            text = text.replace(
                "proxy_pass http://canvas-server;", "proxy_pass http://canvas-server/;"
            )
        before, _, rest = whole.partition("    location / {")
        return f"{before}{text}}}\n{rest[rest.index('server {') :]}"

    def start(self, server: Server, below: str | None = None) -> "subprocess.Popen[bytes]":
        """Run the proxy with the configuration of deploy/, put in this place."""
        text = self.configuration(below)
        text = text.replace("127.0.0.1:9473", f"127.0.0.1:{server.port}")
        path = self.folder / "proxy.conf"
        if self.name == "caddy":
            tls = f"\ttls {self.files.certificate} {self.files.key}\n"
            text = text.replace("call.example.org {\n", f"{self.url} {{\n{tls}")
            path.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text)
            command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)]
        else:
            live = "/etc/letsencrypt/live/call.example.org"
            text = text.replace(f"{live}/fullchain.pem", str(self.files.certificate))
            text = text.replace(f"{live}/privkey.pem", str(self.files.key))
            text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")
            text = text.replace("    listen [::]:443 ssl;\n", "").replace("listen [::]:80;", "")
            text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
            paths = "".join(
                f"{kind}_temp_path {self.folder / kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            path.write_text(
                f"user root;\npid {self.folder / 'pid'};\nerror_log stderr;\ndaemon off;\nevents {{}}\n"
                f"http {{\naccess_log off;\n{paths}{text}}}\n"
            )
            command = ["nginx", "-c", str(path), "-p", str(self.folder)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=self.folder)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return the status and body of a GET."""
        return self.ask(path, None, headers)

    def ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        """Return the status and body of a GET, or of a POST of a body."""
        context = ssl.create_default_context(cafile=self.files.authority)
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error, contextlib.suppress(http.client.IncompleteRead):
                return error.code, error.read().decode()
            return error.code, ""  # Caddy may give up the text where it gives up the request

    def answers(self) -> bool:
        """Tell whether it is there."""
        try:
            return self.get(f"{self.base}/health")[0] == 200
        except OSError:
            return False


@pytest.fixture(params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Front, Server]]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    front = Front(request.param, tmp_path)
    own = ("--allowed-origins", front.url, "--per-address", "2")
    with running(tmp_path / "data", *own) as server:
        process = front.start(server)
        try:
            eventually(front.answers, f"{front.name} answers")
            yield front, server
        finally:
            process.terminate()
            process.wait(10)


async def stay(front: Front, count: int) -> int:
    """Be several peers at once; return how many the first one sees."""
    async with connect(front.url + front.base, "proxied", "Ada") as ada:
        if count > 1:
            async with connect(front.url + front.base, "proxied", "Bob"):
                return len(ada.view.peers) + await stay(front, count - 2)
        return len(ada.view.peers)


def test_pages_and_sockets_pass_and_the_origin_is_checked(
    front: tuple[Front, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, _ = front
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.files.authority))
    status, page = proxy.get("/s/proxied")
    assert status == 200
    assert f'content="{proxy.url}/' in page, "links have the address that the browser knows"
    assert proxy.get("/health", Origin=proxy.url)[0] == 200
    assert proxy.get("/health", Origin="https://evil.example")[0] == 403
    assert asyncio.run(stay(proxy, 1)) == 1


def test_what_a_client_says_of_its_address_is_not_believed(
    front: tuple[Front, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From loopback all are this machine itself; what they claim to be changes nothing."""
    proxy, server = front
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.files.authority))
    for _ in range(4):
        assert proxy.get("/health", **{"X-Forwarded-For": "203.0.113.7"})[0] == 200
    try:
        asyncio.run(stay(proxy, 1))
    except CannotConnect as error:
        pytest.fail(str(error))
    assert server.metric("canvas_turned_away_total") == 0


@pytest.mark.report(
    "running",
    "Hosting below a path of a host: https://host/canvas/",
    "the real nginx and Caddy with the files of deploy/, which pass the path on, or strip it",
    "pages, parts, sockets and the API work below the path; bodies up to the limit pass",
)
@pytest.mark.parametrize("below", ["passed on", "stripped"])
@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_a_site_below_a_path(
    name: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    proxy = Front(name, tmp_path, "/canvas")
    own = ("--allowed-origins", proxy.url, "--base-path", proxy.base)
    with running(tmp_path / "data", *own) as server:
        process = proxy.start(server, below)
        try:
            eventually(proxy.answers, f"{name} answers")
            monkeypatch.setenv("SSL_CERT_FILE", str(proxy.files.authority))
            page = proxy.get("/canvas/s/proxied")[1]
            assert f'content="{proxy.url}/canvas/' in page
            parts = re.findall(r'(?:href|src)="(\.\./[^"#]+)', page)
            assert {proxy.get(urljoin("/canvas/s/proxied", part))[0] for part in parts} == {200}
            assert "Canvas" in proxy.get("/canvas")[1], "the front door, by two redirects"
            assert proxy.get("/canvas/metrics")[0] == 404
            assert asyncio.run(stay(proxy, 1)) == 1
            json = {"Content-Type": "application/json"}
            fits = b'{"session_id": "proxied", "add": []' + b" " * (MAX_BODY_BYTES - 36) + b"}"
            assert proxy.ask("/canvas/api/scene", fits, json)[0] == 200
            try:
                refused = proxy.ask("/canvas/api/scene", fits + b"  ", json)[0]
            except urllib.error.URLError:
                refused = 0  # Caddy may close while the body is on its way
            # Which of its ends Caddy hears of first is not ours to say.
            assert refused in ({413} if name == "nginx" else {413, 502, 0})
        finally:
            process.terminate()
            process.wait(10)
