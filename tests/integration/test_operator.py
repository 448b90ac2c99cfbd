"""What shows the whole server is for who runs it: metrics, sessions, nodes, partners, health."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.invitations import SECRET, token
from support.servers.server import Server, exchange, free_port, running

FOR_OPERATORS = ["/metrics", "/api/sessions", "/api/nodes", "/api/communitas"]
STRANGER = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens, and has a listener for its metrics."""
    listen = ("--metrics-listen", str(free_port()))
    env = {"CANVAS_AUTH_SECRET": SECRET}
    with running(tmp_path_factory.mktemp("house"), *listen, env=env) as server:
        server.metrics_url = f"http://127.0.0.1:{listen[1]}/metrics"  # type: ignore[attr-defined]
        yield server


@pytest.mark.rule("TOK5")
@pytest.mark.parametrize("path", FOR_OPERATORS)
def test_an_admin_token_is_asked_for(house: Server, path: str) -> None:
    """A link into a session, also one that moderates, shows nothing of the others."""
    for headers in (
        {},
        STRANGER,
        bearer(token("--session", "s", "--role", "moderate")),
        bearer("x"),
    ):
        status, body = house.get(path, headers)
        assert (status, json.loads(body)["code"]) == (401, "unauthorized")
    foreign = token("--admin", secret="o" * 40)
    assert house.get(path, bearer(foreign))[0] == 401
    assert house.get(path, bearer(token("--admin")))[0] == 200


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize("path", ["/metrics", "/api/nodes", "/api/communitas"])
def test_where_nobody_is_asked_only_this_machine_reads_them(server: Server, path: str) -> None:
    assert server.get(path)[0] == 200
    passed_on = (
        {"Forwarded": "for=127.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    )
    for headers in (STRANGER, *passed_on):
        status, body = server.get(path, headers)
        assert (status, json.loads(body)["code"]) == (403, "forbidden")
    for headers in ({"Host": "rebound.example"}, {"Origin": "http://127.0.0.1:1"}):
        assert server.get(path, headers)[0] == 403
    assert server.get(path, {"Sec-Fetch-Site": "same-site"})[0] == 403


def test_an_open_server_shows_strangers_no_numbers(tmp_path: Path) -> None:
    with running(tmp_path, "--host", "0.0.0.0", "--open") as server:
        here = f"http://127.0.0.1:{server.port}/metrics"
        assert exchange(here)[0] == 200
        assert exchange(here, {"Host": "192.168.1.7"})[0] == 403, "as if through a proxy"


def test_metrics_have_a_listener_of_their_own(house: Server) -> None:
    url: str = house.metrics_url  # type: ignore[attr-defined]
    status, headers, body = exchange(url)
    assert status == 200
    assert b"canvas_build_info" in body
    assert headers["x-content-type-options"] == "nosniff"
    for path in ("/", "/s/team", "/api/sessions", "/health", "/ws", "/main.js"):
        assert exchange(url.replace("/metrics", path))[0] == 404
    assert exchange(url, {"Host": "rebound.example"})[0] == 403
    request = urllib.request.Request(url, b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(request)


def test_strangers_learn_that_it_lives_and_no_more(house: Server) -> None:
    for path in ("/health", "/health/live", "/health/ready"):
        status, body = house.get(path, STRANGER)
        assert status == 200
        assert json.loads(body).keys() == {"status"}
        assert "version" in json.loads(house.get(path)[1]), "this machine itself"
        assert "version" in json.loads(house.get(path, STRANGER | house.operator())[1])


def test_a_metrics_listener_beyond_loopback_is_named_at_the_start(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "--metrics-listen", f"0.0.0.0:{port}") as server:
        assert exchange(f"http://127.0.0.1:{port}/metrics")[0] == 200
        server.stop()
        assert re.search(
            r"metrics on 0.0.0.0: whoever reaches this address reads them", server.stderr()
        )


def test_a_taken_port_is_said(tmp_path: Path, server: Server) -> None:
    flags = ("--port", "0", "--metrics-listen", str(server.port), "--data", str(tmp_path))
    result = subprocess.run(
        [sys.executable, "-m", "canvas_server", *flags],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.returncode == 1
    assert "CANVAS_METRICS_LISTEN" in result.stderr
