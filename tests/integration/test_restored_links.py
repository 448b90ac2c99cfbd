"""What was taken back stays taken back, whatever is restored."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner, Result

from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.invitations import Invitations
from canvas_server.cli import main
from canvas_server.protocol.roles import Role
from support.servers.invitations import SECRET, ask, token
from support.servers.nats import nats_server
from support.servers.server import RawSocket, Server, eventually, running

pytestmark = pytest.mark.rule("TOK4", "TOK7")

ENV = {"CANVAS_AUTH_SECRET": SECRET}


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [*map(str, arguments)], env=ENV)
    assert result.exit_code == 0, result.output
    return result


def take_back(server: Server, made: str) -> None:
    name = jwt.decode(made, options={"verify_signature": False})["invitation"]
    assert ask(server, f"/api/tokens/{name}", token("--admin"), "DELETE")[0] == 200


def opens(server: Server, made: str) -> bool:
    with RawSocket(server) as wire:
        wire.send({"type": "subscribe", "session_id": "s", "token": made})
        while (kind := wire.receive()["type"]) not in ("peer_assigned", "error"):
            pass
        return kind == "peer_assigned"


@pytest.mark.rule("TOK7")
def test_a_restored_backup_revives_no_link(tmp_path: Path) -> None:
    """Neither in the folder it was made of, nor in a new one."""
    data, file = tmp_path / "data", tmp_path / "backup.db"
    before, after, stays = (token("--session", "s") for _ in range(3))
    with running(data, env=ENV) as server:
        edit = {"session_id": "s", "add": [{"kind": {"type": "Text", "content": "x"}}]}
        assert ask(server, "/api/scene", stays, "POST", edit)[0] == 200
        take_back(server, before)
        run("backup", file, "--data", data)
        take_back(server, after)
    told = run("restore", file, "--data", data).stderr
    assert "(1)" in told
    assert "CANVAS_AUTH_SECRET" not in told, "this folder knows all that was taken back"
    with running(data, env=ENV) as server:
        assert [opens(server, made) for made in (before, after, stays)] == [False, False, True]
    elsewhere = tmp_path / "elsewhere"
    assert "CANVAS_AUTH_SECRET" in run("restore", file, "--data", elsewhere).stderr
    assert (elsewhere / "tokens.db").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(elsewhere / "scenes.db")) as scenes, scenes:
        assert not scenes.execute(
            "SELECT 1 FROM sqlite_schema WHERE name = 'invitation'"
        ).fetchall()
    with running(elsewhere, env=ENV) as server:
        assert [opens(server, made) for made in (before, stays)] == [False, True]


def test_a_backup_of_an_earlier_release_is_restored(tmp_path: Path) -> None:
    """It says nothing of links; what the folder knows stays."""
    data, file = tmp_path / "data", tmp_path / "backup.db"
    made = token("--session", "s")
    with running(data, env=ENV) as server:
        edit = {"session_id": "s", "add": [{"kind": {"type": "Text", "content": "x"}}]}
        assert ask(server, "/api/scene", made, "POST", edit)[0] == 200
        run("backup", file, "--data", data)
        with closing(sqlite3.connect(file)) as backup, backup:
            backup.execute("DROP TABLE invitation")
        take_back(server, made)
    assert "does not say" in run("restore", file, "--data", data).stderr
    with running(data, env=ENV) as server:
        assert not opens(server, made)


@pytest.mark.rule("TOK4")
def test_nothing_that_is_said_later_gives_a_link_back(tmp_path: Path) -> None:
    """An older word of another node, or of a backup, comes late."""
    one = Invitation("i", "s", Role.EDIT, None, 1, 1e12)
    kept = Invitations(tmp_path, 2)
    kept.note(one)
    kept.revoke("i", 5)
    kept.note(one)
    kept.learn(one)
    assert kept.is_revoked("i")
    kept.close()
    with closing(Invitations(tmp_path, 2)) as again:
        assert [found.id for found in again.revoked_ones()] == ["i"]


@pytest.mark.rule("TOK7")
def test_a_cluster_whose_stream_is_restored_is_told_by_its_nodes(tmp_path: Path) -> None:
    """The stream is of before, here of before everything."""
    made, stays = token("--session", "s"), token("--session", "s")
    data, stream = tmp_path / "node", tmp_path / "nats"
    with nats_server(stream) as broker:
        joined = ("--cluster", broker.url, "--drain-seconds", "0")
        with running(data, *joined, env=ENV) as node:
            take_back(node, made)
            assert not opens(node, made)
        broker.close()
        shutil.rmtree(stream)
        broker.start()
        with (
            running(data, *joined, env=ENV) as node,
            running(tmp_path / "new", *joined, env=ENV) as new,
        ):
            assert not opens(node, made)
            eventually(lambda: not opens(new, made), "the other node hears of it")
            assert opens(new, stays)
