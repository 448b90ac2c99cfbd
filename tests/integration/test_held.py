"""What was tried against this server and does not work; the list is in docs/SECURITY.md."""

import base64
import concurrent.futures
import functools
import json
import socket
import stat
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from canvas_server.auth.keys import Keys
from canvas_server.cli import main
from support.servers.invitations import SECRET, ask, token
from support.servers.server import RawSocket, Server, post, running

LABEL = {"type": "Text", "content": "x"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    data = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server
        assert server.process.poll() is None, "the server died"


def refusal_of(server: Server, **wish: Any) -> dict[str, Any]:
    """Return the `error` that a `subscribe` gets."""
    with RawSocket(server) as wire:
        wire.send({"type": "subscribe", "session_id": "s", **wish})
        return wire.until("error")


# --- content --------------------------------------------------------------------------------------


@pytest.mark.rule("ATK2")
@pytest.mark.parametrize(
    "src",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "blob:https://example.org/1",
        "data:text/html,<script>alert(1)</script>",
        "data:application/xhtml+xml,<x/>",
        "//example.org/p.png",
        "/api/scene/other/export.png",
        "ftp://example.org/p.png",
    ],
)
def test_a_source_is_an_address_of_the_web_or_a_picture(server: Server, src: str) -> None:
    """Also where an element is changed, and in the form of other servers."""
    for kind in ("Image", "Model3D"):
        add = {"session_id": "sources", "add": [{"kind": {"type": kind, "src": src}}]}
        wrapped = {"session_id": "sources", "add": [{"kind": {"type": kind, "data": {"src": src}}}]}
        assert post(server, add)[0] == 400
        assert post(server, wrapped)[0] == 400
    good = {
        "id": f"good-{abs(hash(src))}",
        "kind": {"type": "Image", "src": "https://example.org/p"},
    }
    assert post(server, {"session_id": "sources", "add": [good]})[0] == 200
    change = [{"id": good["id"], "changes": {"kind": {"src": src}}}]
    assert post(server, {"session_id": "sources", "update": change})[0] in (400, 422)
    scene = json.loads(server.get("/api/scene/sources")[1])["scene"]
    assert all(one["kind"]["src"].startswith("https://") for one in scene["elements"])


@pytest.mark.rule("ATK3")
def test_what_a_link_previews_is_escaped(server: Server) -> None:
    """Neither the name of a session nor what somebody sends along gets out of its attribute."""
    for header in ('"><script>x</script>', "x' onload='y"):
        status, _, body = server.exchange("/s/demo", {"X-Forwarded-Host": header})
        assert status == 200
        assert b"<script>x" not in body
        assert b"onload=" not in body
    assert server.exchange("/s/%22%3E%3Cscript%3E")[0] == 404
    body = server.exchange("/s/demo?name=%22%3E%3Cscript%3Ex%3C/script%3E")[2]
    assert b"<script>x" not in body


@pytest.mark.rule("ATK4")
def test_an_export_reads_no_file_and_asks_no_address(server: Server, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        texts = ("<image href='file:///etc/passwd'/>", f"&#x3c;image href='{address}'/>", "]]>")
        kinds = [
            {"type": "Image", "src": f"{address}/p.png"},
            {"type": "Image", "src": f"{address}/p.svg", "alt": texts[0]},
            {"type": "Model3D", "src": f"{address}/m.glb"},
            *({"type": "Text", "content": text, "color": f"url({address})"} for text in texts),
            {"type": "Note", "content": texts[0], "color": "url(file:///etc/passwd)"},
            {
                "type": "Chart",
                "chart_type": "bar",
                "data": {"title": texts[0], "labels": list(texts), "values": [1, 2, 3]},
            },
        ]
        add = [{"kind": kind, "transform": {"x": 100 * at}} for at, kind in enumerate(kinds)]
        assert post(server, {"session_id": "reads", "add": add})[0] == 200
        status, _, svg = server.exchange("/api/scene/reads/export.svg")
        assert status == 200
        assert server.exchange("/api/scene/reads/export.png")[0] == 200
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
    for node in ElementTree.fromstring(svg).iter():
        assert node.tag.rpartition("}")[2] not in ("script", "foreignObject", "use", "iframe")
        for name, value in node.attrib.items():
            assert "//" not in value.removeprefix("http://www.w3.org/"), (name, value)
            assert not name.endswith("href") or value.startswith(("#", "data:"))
            assert not name.startswith("on")


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.rule("ATK5")
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_no_other_signature_opens_a_session(house: Server) -> None:
    good = token("--session", "s", "--role", "moderate")
    claims = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    key = {one.id: one.value for one in Keys.of_secrets((SECRET,)).of("join")}[kid]
    resume = {one.id: one.value for one in Keys.of_secrets((SECRET,)).of("resume")}

    def written(head: dict[str, Any], said: dict[str, Any], signature: str) -> str:
        parts = (json.dumps(part).encode() for part in (head, said))
        texts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
        return ".".join([*texts, signature])

    wrong = [
        jwt.encode(claims, key, "HS384", {"kid": kid}),
        jwt.encode(claims, key, "HS512", {"kid": kid}),
        jwt.encode(claims, key, "HS256"),  # no kid
        *(
            jwt.encode(claims, key, "HS256", {"kid": other})
            for other in ("../../dev/null", "' OR 1=1 --", "", f"{kid}\0", *resume)
        ),
        *(jwt.encode(claims, value, "HS256", {"kid": kid}) for value in resume.values()),
        *(written({"alg": alg, "kid": kid}, claims, "") for alg in ("none", "None", "NONE", "")),
        written({"alg": "HS256", "kid": kid}, claims, good.rpartition(".")[2]),
        written({"alg": "HS256", "kid": [kid]}, claims, "AAAA"),
        jwt.encode({**claims, "aud": "resume"}, key, "HS256", {"kid": kid}),
        jwt.encode({**claims, "role": "god"}, key, "HS256", {"kid": kid}),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, "HS256", {"kid": kid}),
        good + ".",
        good + "=",
        "." + good,
        f"{good} ",
    ]
    head = json.loads(base64.urlsafe_b64decode(good.partition(".")[0] + "=="))
    assert head["alg"] == "HS256"
    for one in wrong:
        assert refusal_of(house, token=one)["code"] == "unauthorized", one
        assert ask(house, "/api/scene/s", one.strip() or "x")[0] in (200, 401)
    for one in wrong[:12]:
        assert ask(house, "/api/tokens/s", one)[0] == 401


@pytest.mark.rule("ATK6")
def test_who_was_removed_does_not_come_back_by_a_resume_token(house: Server) -> None:
    guest_token = token("--session", "kicked")
    with RawSocket(house) as boss, RawSocket(house) as guest:
        boss.join("kicked", token=token("--session", "kicked", "--role", "moderate"))
        target = guest.join("kicked", token=guest_token)
        proof = {k: guest.assigned[k] for k in ("session_id", "peer_id", "resume_token")}
        boss.send({"type": "kick", "target_peer_id": target})
        assert guest.close_code() == 4102
        boss.until("peer_left")
        for wish in (proof, {**proof, "received": 0}, {"resume_token": proof["resume_token"]}):
            error = refusal_of(house, **{"session_id": "kicked", **wish})
            assert error["code"] == "unauthorized"
        assert boss.fence() == []


@pytest.mark.rule("ATK7")
def test_a_link_of_one_session_opens_nothing_of_another(house: Server) -> None:
    boss = token("--session", "mine", "--role", "moderate")
    theirs = token("--session", "theirs", "--role", "moderate")
    wish = {"session_id": "theirs"}
    made = ask(house, "/api/tokens", theirs, "POST", wish)[1]
    for path in ("scene/theirs", "scene/theirs/history", "scene/theirs/export.json"):
        assert ask(house, f"/api/{path}", boss)[0] == 401
    assert ask(house, "/api/scene", boss, "POST", {**wish, "clear": True})[0] == 401
    assert ask(house, "/api/scene", boss)[0] == 401, "the default session is not mine either"
    assert ask(house, "/api/tokens", boss, "POST", wish)[0] == 401
    assert ask(house, "/api/tokens/theirs", boss)[0] == 401
    assert ask(house, f"/api/tokens/{made['token_id']}", boss, "DELETE")[0] == 401
    assert ask(house, "/api/sessions", boss)[0] == 401
    assert refusal_of(house, session_id="theirs", token=boss)["code"] == "unauthorized"
    assert (
        refusal_of(house, session_id="theirs", token=made["token"] + "x")["code"] == "unauthorized"
    )


@pytest.mark.rule("ATK8")
def test_of_edits_that_depend_on_one_revision_one_is_made(server: Server) -> None:
    assert post(server, {"session_id": "race", "add": [{"id": "x", "kind": LABEL}]})[0] == 200
    for revision in range(1, 6):
        edit = {"session_id": "race", "update": [{"id": "x", "changes": {"transform": {"x": 1}}}]}

        make = functools.partial(post, server, edit, {"If-Match": f'"{revision}"'})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            made = [pool.submit(make) for _ in range(8)]
        statuses = sorted(one.result()[0] for one in made)
        assert statuses == [200] + [412] * 7
    assert json.loads(server.get("/api/scene/race")[1])["scene"]["revision"] == 6


@pytest.mark.rule("ATK12")
def test_what_is_there_and_what_is_not_are_refused_alike(house: Server) -> None:
    """Sessions, peers and tokens cannot be told from those that do not exist."""
    with RawSocket(house) as there, RawSocket(house) as asks:
        elsewhere = there.join("there", token=token("--session", "there"))
        asks.join("here", token=token("--session", "here", "--role", "moderate"))
        nobody = "00000000-0000-4000-8000-00000000000a"
        sdp = "v=0\r\n"
        for message in (
            {"type": "offer", "sdp": sdp},
            {"type": "ice_candidate", "candidate": ""},
            {"type": "start_call", "session_id": "there"},
            {"type": "end_call"},
            {"type": "kick"},
        ):
            answers: list[dict[str, Any]] = []
            for target in (elsewhere, nobody):
                asks.send({**message, "target_peer_id": target})
                answers += asks.fence()
            assert len(answers) == 2
            first, second = (json.dumps(one).replace(elsewhere, nobody) for one in answers)
            assert first == second
        for wish in ({}, {"token": "x"}, {"token": token("--session", "here")}):
            assert refusal_of(house, session_id="there", **wish) == refusal_of(
                house, session_id="nowhere", **wish
            )
    for path in (
        "/api/scene/{}",
        "/api/scene/{}/history",
        "/api/tokens/{}",
        "/api/scene/{}/export.png",
    ):
        for bearer in ("", "x", token("--session", "here")):
            found, missed = (ask(house, path.format(name), bearer) for name in ("there", "nowhere"))
            assert found == missed
            assert found[0] == 401
    pages = [house.exchange(f"/s/{name}")[2] for name in ("there", "nowhere")]
    assert pages[0] == pages[1]


# --- the wire -------------------------------------------------------------------------------------


@pytest.mark.rule("ATK13")
@pytest.mark.parametrize("number", [2**53, 2**63 - 1, 2**63, 2**64, 10**24, -1, 1e300, 0.5])
def test_a_number_that_is_none_is_refused_and_nothing_overflows(
    server: Server, number: float
) -> None:
    with RawSocket(server) as wire:
        wire.join("numbers")
        for message in (
            {"type": "restore_scene", "revision": number},
            {"type": "ping", "received": number},
            {"type": "subscribe", "session_id": "numbers", "received": number},
            {
                "type": "ice_candidate",
                "target_peer_id": "p",
                "candidate": "",
                "sdp_m_line_index": number,
            },
        ):
            wire.send(message)
            assert [one["code"] for one in wire.fence() if one["type"] == "error"] == [
                "invalid_message"
            ]


@pytest.mark.rule("ATK14")
def test_who_pings_without_end_is_answered_and_others_are_too(server: Server) -> None:
    with RawSocket(server) as floods, RawSocket(server) as talks:
        floods.join("pings")
        talks.join("pings")
        for _ in range(200):
            floods.send(b"ping" * 30, 9)
        talks.send({"type": "ping"})
        assert talks.until("pong")
        floods.send({"type": "ping"})
        assert floods.until("pong")


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.rule("ATK16")
def test_files_are_nobody_elses(tmp_path: Path) -> None:
    """Of the data folder and of backups, whatever the umask would give."""
    data, backup = tmp_path / "data", tmp_path / "backup.db"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        admin = token("--admin")
        edit = {"session_id": "s", "add": [{"kind": LABEL}]}
        assert ask(server, "/api/scene", admin, "POST", edit)[0] == 200
        assert ask(server, "/api/tokens", admin, "POST", {"session_id": "s"})[0] == 201
        assert CliRunner().invoke(main, ["backup", str(backup), "--data", str(data)]).exit_code == 0
        files = [path for path in data.rglob("*") if path.is_file()]
        assert {"scenes.db", "tokens.db"} <= {path.name for path in files}
        for path in [*files, backup]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
        folders = [data, *(path for path in data.rglob("*") if path.is_dir())]
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in folders)
