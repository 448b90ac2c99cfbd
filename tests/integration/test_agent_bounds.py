"""Agents over real sockets: who edits invites them, and what they may over HTTP."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.http.api.tokens import MAX_AGENTS
from support.servers.invitations import SECRET, ask, token
from support.servers.server import RawSocket, running

ENV = {"CANVAS_AUTH_SECRET": SECRET}
NOTE = {"kind": {"type": "Note", "content": "n"}, "transform": {"x": 10, "y": 10}}
TEXT = {"kind": {"type": "Text", "content": "t"}}


def added(element: Mapping[str, object]) -> dict[str, object]:
    return {"session_id": "s", "add": [element]}


@pytest.mark.rule("AGT1", "AGT2", "AGT3", "AGT10")
def test_who_edits_invites_an_agent_with_bounds(tmp_path: Path) -> None:
    ada, eve, boss = (
        token("--session", "s", "--role", role) for role in ("edit", "edit", "moderate")
    )
    with running(tmp_path, env=ENV) as server:

        def make(by: str, **wish: object) -> tuple[int, dict[str, str]]:
            return ask(server, "/api/tokens", by, "POST", {"session_id": "s", **wish})

        status, answer = make(ada, role="edit")
        assert (status, answer["code"]) == (403, "forbidden")
        status, answer = make(boss, role="edit", kinds=["Note"])
        assert status == 400
        assert "kinds" in answer["error"]
        status, answer = make(ada, role="agent", kinds=["Nothing"])
        assert status == 400
        status, bot = make(ada, role="agent", kinds=["Note"], sees=["scene"])
        assert status == 201
        assert make(bot["token"], role="agent")[0] == 403
        assert ask(server, "/api/scene", bot["token"], "POST", added(NOTE))[0] == 200
        status, answer = ask(server, "/api/scene", bot["token"], "POST", added(TEXT))
        assert (status, answer["code"]) == (403, "out_of_bounds")
        assert "kinds" in answer["error"]
        status, answer = ask(
            server, "/api/scene", bot["token"], "POST", {"session_id": "s", "clear": True}
        )
        assert (status, answer["code"]) == (403, "out_of_bounds")
        assert ask(server, "/api/scene/s", bot["token"])[0] == 200
        assert ask(server, "/api/scene/s/chat", bot["token"])[0] == 403
        _, blind = make(ada, role="agent", sees=["chat"])
        for path in ("", "/history", "/export.json", "/export.svg"):
            status, answer = ask(server, f"/api/scene/s{path}", blind["token"])
            assert (status, answer["code"]) == (403, "out_of_bounds"), path
        with RawSocket(server) as there, RawSocket(server) as person:
            person.join("s", token=ada)
            there.join("s", token=bot["token"])
            path = f"/api/tokens/{bot['token_id']}"
            assert ask(server, path, eve, "DELETE")[0] == 403
            assert ask(server, path, ada, "DELETE")[0] == 200
            assert there.close_code() == 4102
        for _ in range(MAX_AGENTS - 1):
            assert make(ada, role="agent")[0] == 201
        status, answer = make(ada, role="agent")
        assert (status, answer["code"]) == (429, "rate_limited")
        assert make(boss, role="agent")[0] == 201


@pytest.mark.rule("AGT1")
def test_the_command_says_bounds(tmp_path: Path) -> None:
    bot = token(
        *("--session", "s", "--role", "agent", "--kinds", "Note,Frame", "--area", "0,0,500,500"),
        *("--edits-per-minute", "2", "--max-elements", "9", "--sees", "scene"),
    )
    with running(tmp_path, env=ENV) as server:
        far = {**NOTE, "transform": {"x": 900, "y": 0}}
        status, answer = ask(server, "/api/scene", bot, "POST", added(far))
        assert (status, answer["code"]) == (403, "out_of_bounds")
        assert "area" in answer["error"]
        assert ask(server, "/api/scene", bot, "POST", added(NOTE))[0] == 200
    for wrong in (
        ("--role", "edit", "--kinds", "Note"),
        ("--role", "agent", "--area", "1,2,3"),
        ("--role", "agent", "--sees", "everything"),
        ("--role", "agent", "--kinds", "Nothing"),
    ):
        result = CliRunner().invoke(main, ["token", "--session", "s", *wrong], env=ENV)
        assert result.exit_code == 2, wrong
