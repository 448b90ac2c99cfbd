"""Pages, health and metrics over HTTP."""

import base64
import hashlib
import json
import os
import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from canvas_server.http.csp import PAGE_POLICY
from canvas_server.http.pagefiles import PageFiles
from support.servers.server import RawSocket, Server, running


def test_the_front_door_leads_to_a_fresh_session_and_keeps_the_query(server: Server) -> None:
    status, headers, _ = server.exchange("/?name=Ada")
    assert status == 307
    assert re.fullmatch(r"/s/[A-Za-z0-9_-]{16}\?name=Ada", headers["location"])
    assert server.exchange("/?name=Ada")[1]["location"] != headers["location"]


def test_every_answer_carries_the_security_headers(server: Server) -> None:
    for path in ("/", "/main.js", "/nothing", "/health/live"):
        headers = server.exchange(path)[1]
        assert headers["content-security-policy"] == PAGE_POLICY.decode()
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.rule("PAG2")
def test_the_document_that_reaches_others_is_of_no_origin(server: Server) -> None:
    status, headers, body = server.exchange("/elsewhere/")
    policy = dict(
        directive.split(" ", 1) for directive in headers["content-security-policy"].split("; ")
    )
    assert status == 200
    assert policy["sandbox"] == "allow-scripts"
    assert policy["frame-ancestors"] == "'self'"
    scripts = re.findall(rb"<script>(.*?)</script>", body, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    assert policy["script-src"] == f"'sha256-{hashes[0]}'"


@pytest.mark.rule("DOR1", "DOR2")
def test_the_page_of_a_session_is_the_client(server: Server) -> None:
    status, headers, body = server.exchange("/s/team_1-x")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert headers["cache-control"] == "no-cache"
    parts = re.findall(rb'(?:href|src)="\.\.(/bundle/[^"]+)"', body)
    assert len(re.findall(rb'<script type="module" src="\.\./bundle/', body)) == 1
    (style,) = re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    for path in parts:
        status, headers, _ = server.exchange(path.decode())
        assert status == 200
        assert "immutable" in headers["cache-control"]
    assert server.get("/example/")[0] == 200


@pytest.mark.parametrize("path", ["/s/demo", "/doctor/"])
def test_the_page_is_served_as_it_is_written_to_who_changes_it(tmp_path: Path, path: str) -> None:
    with running(tmp_path, "--page-modules") as server:
        status, headers, body = server.exchange(path)
        assert (status, headers["cache-control"]) == (200, "no-cache")
        assert b"/bundle/" not in body
        (script,) = re.findall(rb'<script type="module" src="([^"]+)"', body)
        assert server.get(urljoin(path, script.decode()))[0] == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/s/not%20a%20name", 404, "not_found"),
        ("/s/" + "x" * 65, 404, "not_found"),
        ("/nothing", 404, "not_found"),
        ("/../pyproject.toml", 404, "not_found"),
        ("/%2e%2e/pyproject.toml", 404, "not_found"),
        ("/ws", 426, "upgrade_required"),
        ("/ws/sync", 426, "upgrade_required"),
    ],
)
def test_errors_are_json_with_a_code(server: Server, path: str, status: int, code: str) -> None:
    got, body = server.get(path)
    answer = json.loads(body)
    assert (got, answer["success"], answer["code"]) == (status, False, code)
    assert answer["error"]


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.rule("PAG5")
@pytest.mark.report(
    "found",
    "A wrong address showed people raw JSON.",
    "`/s/Team Monday`, `/s/`, `/nosuch`, `/ws`, a foreign `Host`, opened in a browser",
    "A page with words and the way on; programs get the same status with the JSON they know.",
)
@pytest.mark.parametrize(
    ("path", "headers", "status", "words"),
    [
        ("/s/Team%20Monday", {}, 404, "Open “Team-Monday”"),
        ("/s/%C3%9Cbung", {}, 404, "Open “Uebung”"),
        ("/s/", {}, 404, "Which canvas?"),
        ("/nosuch", {}, 404, "Start a new canvas"),
        ("/api/scene/bad%20name", {}, 404, "nothing at this address"),
        ("/ws", {}, 426, "for programs"),
        ("/api/tokens/x", {}, 403, "Error 403 (forbidden)"),
        ("/s/demo", {"Host": "rebound.example"}, 403, "has another name"),
        ("/s/demo", {"Sec-Fetch-Site": "cross-site"}, 403, "Another page asked"),
        ("/s/demo", {"Sec-Fetch-Site": "same-origin, cross-site"}, 403, "Another page asked"),
    ],
)
def test_people_are_told_in_words_and_programs_in_json(
    server: Server, path: str, headers: dict[str, str], status: int, words: str
) -> None:
    got, fields, body = server.exchange(path, headers | BROWSER)
    assert (got, fields["content-type"]) == (status, "text/html; charset=utf-8")
    assert words in body.decode()
    assert "script-src" not in fields["content-security-policy"]
    assert (fields["vary"], fields["cache-control"]) == ("Accept", "no-store")
    got, fields, body = server.exchange(path, headers | {"Accept": "*/*"})
    assert (got, fields["content-type"], fields["vary"]) == (status, "application/json", "Accept")
    assert json.loads(body)["success"] is False


@pytest.mark.report(
    "reading",
    "After an upgrade the browser went on with a file of the release before.",
    "Two files of one size and one time, as reproducible builds make them",
    "The validator is made of what is in a file; times are not told at all.",
)
async def test_files_are_told_apart_by_what_is_in_them(tmp_path: Path) -> None:
    tags: list[str] = []
    for content in ("a {}", "b {}"):
        (tmp_path / "style.css").write_text(content)
        os.utime(tmp_path / "style.css", (1, 1))
        transport = httpx.ASGITransport(PageFiles(tmp_path))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        answer = await client.get("/style.css")
        assert "last-modified" not in answer.headers
        tags.append(answer.headers["etag"])
        known = {"if-none-match": f'"x", W/{tags[-1]}'}
        assert (await client.get("/style.css", headers=known)).status_code == 304
        await client.aclose()
    assert tags[0] != tags[1]


@pytest.mark.parametrize(
    ("path", "location"),
    [("/s/demo/", "../demo"), ("/s/demo/?name=Ada", "../demo?name=Ada"), ("/doctor", "doctor/")],
)
def test_slashes_too_many_or_too_few_lead_on(server: Server, path: str, location: str) -> None:
    status, headers, _ = server.exchange(path)
    assert (status, headers["location"]) == (308, location)


@pytest.mark.rule("ATK11")
@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example"}, {"Origin": "https://evil.example"}]
)
def test_foreign_hosts_and_origins_are_refused(server: Server, headers: dict[str, str]) -> None:
    status, body = server.get("/health", headers)
    assert (status, json.loads(body)["code"]) == (403, "forbidden_origin")


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health(server: Server, path: str) -> None:
    status, body = server.get(path)
    assert status == 200
    assert json.loads(body)["status"] in ("live", "ready")


def test_metrics_count_what_happens(server: Server) -> None:
    with RawSocket(server) as wire:
        before = server.metric("canvas_messages_received_total")
        wire.join("metrics")
        wire.send("{")
        wire.fence()
        assert server.metric("canvas_messages_received_total") == before + 2
        assert server.metric("canvas_peers") == 1
        assert server.metric("canvas_sessions") == 1
        text = server.get("/metrics")[1].decode()
    assert 'canvas_messages_received_total{type="subscribe"}' in text
    assert 'canvas_messages_refused_total{code="invalid_json"}' in text
    assert "canvas_build_info{version=" in text
    assert "process_resident_memory_bytes" in text


def test_a_port_in_use_is_said_so(server: Server, tmp_path: object) -> None:
    import subprocess
    import sys

    command = [
        sys.executable,
        "-m",
        "canvas_server",
        "--port",
        str(server.port),
        "--data",
        str(tmp_path),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert f":{server.port}" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr
