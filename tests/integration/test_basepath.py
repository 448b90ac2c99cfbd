"""The site below a path of its host, behind proxies that pass the path on and such that strip it."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.client import connect
from support.servers.invitations import SECRET, ask, token
from support.servers.server import Server, exchange, running

BASE = "/canvas"


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server below a path; its `url` is that of the host."""
    with running(tmp_path_factory.mktemp("below"), "--base-path", f"{BASE}/") as server:
        yield server


@pytest.mark.report(
    "running",
    "Hosting below a path of a host: https://host/canvas/",
    "CANVAS_BASE_PATH=/canvas; a proxy that passes the path on, and one that strips it",
    "pages, parts, API, WebSocket, health and metrics answer in both ways; every address they say has the path",
)
@pytest.mark.parametrize("base", [BASE, ""], ids=["passed on", "stripped"])
def test_everything_answers_with_and_without_the_path(below: Server, base: str) -> None:
    for path in ("/", "", "/index.html"):
        if base + path:
            status, headers, _ = below.exchange(f"{base}{path}?name=Ada")
            assert status == 307
            assert re.fullmatch(rf"{BASE}/s/[\w-]{{16}}\?name=Ada", headers["location"]), path
    status, headers, body = below.exchange(f"{base}/s/room")
    assert status == 200
    image = f"{below.url}{BASE}/api/scene/room/export.png?width=1200"
    assert f'content="{image}"'.encode() in body, "the Open Graph picture has the path"
    assert below.exchange(image.removeprefix(below.url))[1]["content-type"] == "image/png"
    parts = re.findall(r'(?:href|src)="([^"#]+)', body.decode())
    assert len(parts) >= 3, "icon, script and style sheet"
    for part in parts:
        address = urljoin(f"{BASE}/s/room", part)
        assert address.startswith(f"{BASE}/"), part
        status, headers, _ = below.exchange(base + address.removeprefix(BASE))
        assert status == 200, address
    for path in ("/doctor/", "/elsewhere/", "/health", "/health/live", "/metrics", "/api/scene"):
        assert below.get(base + path)[0] == 200, path
    assert below.get(f"{base}/s/not%20a%20name")[0] == 404
    assert below.get(f"{base}/ws")[0] == 426
    location = below.exchange(f"{base}/doctor")[1]["location"]
    assert urljoin(f"{BASE}/doctor", location) == f"{BASE}/doctor/"


def test_what_is_said_of_paths_counts_within_the_site(below: Server) -> None:
    """What must be kept nowhere, and what other pages may not ask for, is so below a path too."""
    for path in (f"{BASE}/api/scene", f"{BASE}/health", f"{BASE}/metrics"):
        assert below.exchange(path)[1]["cache-control"] == "no-store", path
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    link = {**foreign, "Sec-Fetch-Dest": "document"}
    assert below.get(f"{BASE}/s/room", link)[0] == 200
    assert below.get(f"{BASE}/api/scene", link)[0] == 403


@pytest.mark.report(
    "running",
    "A proxy that strips /canvas, not /canvas/, leaves two slashes, and nothing is found",
    "nginx: location /canvas { proxy_pass http://server/; }, so GET //s/room",
    "the page: what comes before the path is taken away with its slashes",
)
@pytest.mark.parametrize("path", ["//s/room", f"{BASE}//s/room", f"/{BASE}/s/room"])
def test_a_slash_too_many_does_no_harm(below: Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", below.port)) as wire, wire.makefile("rb") as answer:
        host = f"Host: 127.0.0.1:{below.port}"
        wire.sendall(f"GET {path} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n".encode())
        assert b" 200 " in answer.readline()


@pytest.mark.parametrize("path", [f"{BASE}x/s/room", f"{BASE}/../s/room", f"/x{BASE}/s/room"])
def test_other_paths_are_not_the_site(below: Server, path: str) -> None:
    assert below.get(path)[0] == 404


def test_the_library_finds_the_server_below_the_path(below: Server) -> None:
    async def peers(url: str) -> int:
        async with connect(url, "library", "Ada") as ada:
            return len(ada.view.peers)

    for url in (f"{below.url}{BASE}", f"{below.url}{BASE}/s/library", below.url):
        assert asyncio.run(peers(url)) == 1, url


def test_links_that_are_given_out_have_the_path(tmp_path: Path) -> None:
    env = {"CANVAS_AUTH_SECRET": SECRET, "CANVAS_BASE_PATH": BASE}
    with running(tmp_path, env=env) as server:
        moderator = token("-s", "room", "--role", "moderate")
        status, made = ask(server, f"{BASE}/api/tokens", moderator, "POST", {"session_id": "room"})
        assert status == 201
        assert made["link"].startswith(f"{server.url}{BASE}/s/room#token=")
    for url, begin in (
        ((), f"http://127.0.0.1:9473{BASE}/s/room#token="),
        (("--url", "https://a.example/"), f"https://a.example{BASE}/s/room#token="),
        (("--url", "https://a.example/b/"), "https://a.example/b/s/room#token="),
    ):
        printed = CliRunner().invoke(main, ["token", "-s", "room", "--link", *url], env=env)
        assert printed.stdout.startswith(begin)


def test_the_ready_line_and_commands_that_find_the_server_know_the_path(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "canvas_server")
    with running(tmp_path / "data", "--base-path", BASE) as server:
        scene = tmp_path / "scene.json"
        scene.write_text(json.dumps({"session_id": "room", "elements": []}))
        where = ("--data", str(tmp_path / "data"))
        done = subprocess.run(
            [*command, "import", str(scene), *where], capture_output=True, text=True, check=True
        )
        assert f"in {server.url}{BASE}" in done.stdout
        assert exchange(f"{server.url}{BASE}/api/scene/room")[0] == 200
