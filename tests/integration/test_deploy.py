"""The proxies of deploy/ in front of the real server: pages, WebSockets, and whose address counts."""

import asyncio
import datetime
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_server.client import CannotConnect, connect
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


class Front:
    """A proxy with a server behind it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.files: LocalFiles = local_certificate(
            folder / "tls", "127.0.0.1", datetime.datetime.now(datetime.UTC)
        )
        self.folder, self.name = folder, name

    def start(self, server: Server) -> "subprocess.Popen[bytes]":
        """Run the proxy with the configuration of deploy/, put in this place."""
        text = (DEPLOY / {"caddy": "Caddyfile", "nginx": "nginx.conf"}[self.name]).read_text()
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
                f"pid {self.folder / 'pid'};\nerror_log stderr;\ndaemon off;\nevents {{}}\n"
                f"http {{\naccess_log off;\n{paths}{text}}}\n"
            )
            command = ["nginx", "-c", str(path), "-p", str(self.folder)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=self.folder)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return the status and body of a GET."""
        context = ssl.create_default_context(cafile=self.files.authority)
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def answers(self) -> bool:
        """Tell whether it is there."""
        try:
            return self.get("/health")[0] == 200
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
    async with connect(front.url, "proxied", "Ada") as ada:
        if count > 1:
            async with connect(front.url, "proxied", "Bob"):
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
