"""Readiness says what is so: red where scenes cannot be stored or read, and green again."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from support.servers.invitations import SECRET, ask, token
from support.servers.nats import NatsServer, three_nats_servers
from support.servers.server import RawSocket, RawSocketClosed, Server, as_user, eventually, running

NOBODY = 65534
FULL = (
    "import os, resource, sys; "
    "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard)); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Starts a program as if the disk were full."""
as_another = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")


def readiness(server: Server) -> tuple[int, str]:
    """The status of the answer, and the one it names."""
    status, body = server.get("/health/ready")
    return status, json.loads(body)["status"]


def until(server: Server, status: int) -> None:
    eventually(lambda: readiness(server)[0] == status, f"readiness is {status}", 90)


def logged(server: Server) -> str:
    assert server.stop() == 0
    return server.stderr()


def label(wire: RawSocket, element_id: str) -> dict[str, object]:
    """Add a label, return the answer."""
    element = {"id": element_id, "kind": {"type": "Text", "content": "x"}}
    wire.send({"type": "add_element", "element": element, "message_id": element_id})
    while "message_id" not in (message := wire.receive()):
        pass
    return message


@pytest.mark.nightly
@pytest.mark.rule("NOD4")
def test_without_a_majority_of_the_brokers(tmp_path: Path) -> None:
    """Not ready within seconds, counted, said once; and the same when it is back."""
    with three_nats_servers(tmp_path / "nats") as brokers:
        urls = ",".join(broker.url for broker in brokers)
        own = ("--cluster", urls, "--cluster-replicas", "3", "--drain-seconds", "1")
        with running(tmp_path / "data", *own) as server:
            assert readiness(server) == (200, "ready")
            with RawSocket(server) as wire:
                wire.join("before")
                assert label(wire, "one")["success"]
            assert server.metric("canvas_ready") == 1
            stopped = brokers[1:]
            for broker in stopped:
                broker.kill()
            until(server, 503)
            assert readiness(server)[1] == "failing"
            assert server.get("/health/live")[0] == 200, "a restart would change nothing"
            assert server.metric("canvas_ready") == 0
            assert server.metric("canvas_log_outages_total") == 1
            failures = server.metric("canvas_log_failures_total")
            with RawSocket(server) as wire:
                wire.send({"type": "subscribe", "session_id": "fresh"})
                assert wire.until("error")["code"] == "storage_failed"
            assert server.metric("canvas_log_failures_total") > failures, "a join counts, too"
            for broker in stopped:
                broker.start()
            until(server, 200)
            assert server.metric("canvas_ready") == 1
            eventually(lambda: joins(server), "who comes gets in again")
            text = logged(server)
    assert text.count("not ready") == 1, text
    assert text.count("ready again") == 1, text


def joins(server: Server) -> bool:
    """Whether a newcomer gets into a session."""
    with RawSocket(server) as wire:
        wire.send({"type": "subscribe", "session_id": "fresh"})
        try:
            return wire.receive_until("scene_update", "error") == "scene_update"
        except RawSocketClosed:
            return False


def test_a_broker_that_is_away(tmp_path: Path) -> None:
    broker = NatsServer(tmp_path / "nats")
    try:
        with running(tmp_path / "data", "--cluster", broker.url, "--drain-seconds", "1") as server:
            assert readiness(server) == (200, "ready")
            broker.kill()
            until(server, 503)
            broker.start()
            until(server, 200)
    finally:
        broker.close()


@pytest.mark.rule("SCN2")
def test_a_disk_that_is_full_when_the_server_starts(tmp_path: Path) -> None:
    """It starts all the same, says so, and nothing has to be restarted."""
    with running(tmp_path) as server, RawSocket(server) as wire:
        wire.join("s")
        assert label(wire, "before")["success"]
    with running(tmp_path, before=(sys.executable, "-c", FULL)) as server:
        assert readiness(server) == (503, "failing")
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        until(server, 200)
        with RawSocket(server) as wire:
            wire.join("s")
            assert label(wire, "after")["success"]
        assert readiness(server) == (200, "ready")


@pytest.mark.report(
    "running",
    "A server with a secret did not start while its disk was full, so nobody could call.",
    "A full disk at the start, `CANVAS_AUTH_SECRET` set, links given out and taken back",
    "It starts; links open what they did, those that were taken back do not.",
)
def test_a_server_that_asks_for_links_starts_on_a_full_disk_too(tmp_path: Path) -> None:
    env = {"CANVAS_AUTH_SECRET": SECRET}
    good, bad = token("--session", "s"), token("--session", "s")
    name = jwt.decode(bad, options={"verify_signature": False})["invitation"]
    with running(tmp_path, env=env) as server:
        assert ask(server, f"/api/tokens/{name}", token("--admin"), "DELETE")[0] == 200
    with running(tmp_path, env=env, before=(sys.executable, "-c", FULL)) as server:
        with RawSocket(server) as wire:
            wire.join("s", token=good)
        with RawSocket(server) as wire:
            wire.send({"type": "subscribe", "session_id": "s", "token": bad})
            assert wire.until("error")["code"] == "unauthorized"
        path = f"/api/tokens/{jwt.decode(good, options={'verify_signature': False})['invitation']}"
        assert ask(server, path, token("--admin"), "DELETE")[0] == 503
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert ask(server, path, token("--admin"), "DELETE")[0] == 200


def test_a_disk_that_fills_while_nobody_edits_but_one(tmp_path: Path) -> None:
    with running(tmp_path) as server, RawSocket(server) as wire:
        wire.join("s")
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, hard))
        assert label(wire, "refused")["code"] == "storage_failed"
        until(server, 503)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        until(server, 200)


def test_a_file_that_is_taken_away(tmp_path: Path) -> None:
    """Nobody edits meanwhile."""
    with running(tmp_path) as server:
        assert readiness(server) == (200, "ready")
        (tmp_path / "scenes.db").rename(tmp_path / "away")
        until(server, 503)
        (tmp_path / "away").rename(tmp_path / "scenes.db")
        until(server, 200)


@as_another
def test_a_file_that_the_server_cannot_open(public_path: Path) -> None:
    data = public_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, NOBODY, NOBODY)
    with running(data, before=as_user(NOBODY)) as server, RawSocket(server) as wire:
        wire.join("s")
        assert label(wire, "one")["success"]
    os.chown(data / "scenes.db", 0, 0)
    with running(data, before=as_user(NOBODY)) as server:
        assert readiness(server) == (503, "failing")
        os.chown(data / "scenes.db", NOBODY, NOBODY)
        until(server, 200)


@pytest.mark.rule("RUN4")
@as_another
@pytest.mark.parametrize("fresh", [False, True], ids=["over scenes", "into an empty folder"])
def test_what_root_restores_belongs_to_whom_the_folder_belongs(
    public_path: Path, fresh: bool
) -> None:
    data, file, stopped = public_path / "data", public_path / "backup.db", public_path / "stopped"
    for folder in (data, stopped):
        folder.mkdir(mode=0o700)
        os.chown(folder, NOBODY, NOBODY)
    with running(data, before=as_user(NOBODY)) as server, RawSocket(server) as wire:
        wire.join("s")
        assert label(wire, "one")["success"]
    where = stopped if fresh else data
    command = [sys.executable, "-m", "canvas_server"]
    for done in (["backup", str(file), "--data", str(data)], ["restore", str(file)]):
        subprocess.run(
            [*command, *done], check=True, env={**os.environ, "CANVAS_DATA_DIR": str(where)}
        )
    for path in where.iterdir():
        assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY), path
    with running(where, before=as_user(NOBODY)) as server, RawSocket(server) as wire:
        assert readiness(server) == (200, "ready")
        wire.join("s")
        assert label(wire, "two")["success"]
