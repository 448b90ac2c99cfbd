"""Links that were made with links, and the places that they have, over real sockets."""

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.core.presence.places import KEPT_PART, LINK_PLACES
from canvas_server.core.presence.session import MAX_PEERS
from support.servers.invitations import SECRET, ask, token
from support.servers.nats import cluster_of_nodes
from support.servers.server import RawSocket, Server, eventually, running

pytestmark = pytest.mark.rule("TOK4", "TOK8", "SES4", "SES6")

ENV = {"CANVAS_AUTH_SECRET": SECRET}


def made(server: Server, by: str, **wish: Any) -> dict[str, Any]:
    status, answer = ask(server, "/api/tokens", by, "POST", {"session_id": "s", **wish})
    assert status == 201, answer
    return answer


def join(server: Server, stack: contextlib.ExitStack, bearer: str) -> RawSocket:
    wire = stack.enter_context(RawSocket(server))
    wire.join("s", token=bearer)
    return wire


def refused(server: Server, bearer: str) -> str:
    with RawSocket(server) as wire:
        wire.send({"type": "subscribe", "session_id": "s", "token": bearer})
        return wire.until("error")["code"]


@pytest.mark.rule("TOK4", "TOK8")
def test_a_link_that_is_taken_back_takes_all_with_it(tmp_path: Path) -> None:
    """Also after a restart, after a restore elsewhere, and over HTTP."""
    data, file, elsewhere = (tmp_path / name for name in ("data", "backup.db", "elsewhere"))
    boss, admin = token("--session", "s", "--role", "moderate"), token("--admin")
    with running(data, env=ENV) as server, contextlib.ExitStack() as stack:
        child = made(server, boss, role="moderate", expires_in=600)
        grandchild = made(server, child["token"], role="moderate", expires_in=600)
        leaf = made(server, grandchild["token"], role="view", expires_in=600)
        stays = join(server, stack, boss)
        go = [join(server, stack, one["token"]) for one in (child, grandchild, leaf)]
        edit = {"session_id": "s", "add": [{"kind": {"type": "Text", "content": "x"}}]}
        assert ask(server, "/api/scene", grandchild["token"], "POST", edit)[0] == 200
        parent = f"/api/tokens/{child['token_id']}"
        status, answer = ask(server, parent, grandchild["token"], "DELETE")
        assert (status, answer["code"]) == (403, "forbidden")
        by_admin = made(server, admin, role="moderate")
        assert (
            ask(server, f"/api/tokens/{by_admin['token_id']}", child["token"], "DELETE")[0] == 403
        )
        assert ask(server, f"/api/tokens/{by_admin['token_id']}", boss, "DELETE")[0] == 200
        sibling = made(server, boss, role="view")
        assert ask(server, f"/api/tokens/{sibling['token_id']}", child["token"], "DELETE")[0] == 200
        assert ask(server, parent, boss, "DELETE")[0] == 200
        assert [wire.close_code() for wire in go] == [4102] * 3
        assert {stays.until("peer_left")["reason"] for _ in go} == {"removed"}
        listed = {one["token_id"]: one for one in ask(server, "/api/tokens/s", boss)[1]["tokens"]}
        assert all(one["revoked"] for one in listed.values())
        assert listed[leaf["token_id"]]["made_with"] == grandchild["token_id"]
        dead = [one["token"] for one in (child, grandchild, leaf)]
        assert ask(server, "/api/scene", grandchild["token"], "POST", edit)[0] == 401
        assert (
            ask(server, "/api/tokens", grandchild["token"], "POST", {"session_id": "s"})[0] == 401
        )
        invoke = CliRunner().invoke
        assert invoke(main, ["backup", str(file), "--data", str(data)]).exit_code == 0
    assert invoke(main, ["restore", str(file), "--data", str(elsewhere)]).exit_code == 0
    for folder in (data, elsewhere):
        with running(folder, env=ENV) as server, contextlib.ExitStack() as stack:
            assert [refused(server, one) for one in dead] == ["unauthorized"] * 3
            assert ask(server, "/api/scene/s", admin)[0] == 200
            join(server, stack, boss)


@pytest.mark.rule("TOK8")
def test_a_short_link_makes_no_long_one(tmp_path: Path) -> None:
    boss = token("--session", "s", "--role", "moderate", "--expires", "60s")
    with running(tmp_path, env=ENV) as server:
        year = made(server, boss, role="moderate", expires_in=365 * 24 * 3600)
        longest = made(server, year["token"], role="moderate", expires_in=365 * 24 * 3600)
        assert max(year["expires"], longest["expires"]) <= (time.time() + 60) * 1000
        status, answer = ask(
            server, "/api/tokens", boss, "POST", {"session_id": "s", "user": "ceo@example.org"}
        )
        assert (status, answer["code"]) == (403, "forbidden")


@pytest.mark.rule("TOK2", "TOK8")
def test_who_came_by_a_link_of_a_link_goes_when_it_ends(tmp_path: Path) -> None:
    """Though it may be renewed until then."""
    boss = token("--session", "s", "--role", "moderate", "--expires", "6s")
    with running(tmp_path, env=ENV) as server, contextlib.ExitStack() as stack:
        child = made(server, boss, role="edit", expires_in=3600)
        wire = join(server, stack, child["token"])
        assert wire.close_code() == 4101
        assert time.time() * 1000 >= child["expires"]
        assert refused(server, child["token"]) == "token_expired"


@pytest.mark.rule("SES4", "SES6")
def test_two_hundred_and_fifty_six_sockets_of_one_link_keep_no_moderator_out(
    tmp_path: Path,
) -> None:
    """Nor anybody with another link; and two such links take all places but those that are kept."""
    boss, crowd, other, third = (
        token("--session", "s", "--role", role) for role in ("moderate", "view", "view", "edit")
    )
    with running(tmp_path, env=ENV) as server, contextlib.ExitStack() as stack:
        for _ in range(LINK_PLACES):
            join(server, stack, crowd)
        assert refused(server, crowd) == "link_full"
        for _ in range(MAX_PEERS - MAX_PEERS // KEPT_PART - LINK_PLACES):
            join(server, stack, other)
        assert refused(server, third) == "session_full"
        moderator = join(server, stack, boss)
        assert moderator.assigned["role"] == "moderate"
        for_one = token("--session", "t", "--places", "1")
        with RawSocket(server) as alone, RawSocket(server) as second:
            alone.join("t", token=for_one)
            second.send({"type": "subscribe", "session_id": "t", "token": for_one})
            assert second.until("error")["code"] == "link_full"


@pytest.mark.rule("TOK4", "TOK8")
def test_in_a_cluster_all_go_wherever_they_are(tmp_path: Path) -> None:
    """On other nodes, and on one that is started afterwards, from its first answer on."""
    boss = token("--session", "s", "--role", "moderate")
    with cluster_of_nodes(tmp_path) as town, contextlib.ExitStack() as stack:
        one, two = town.node(**ENV), town.node(**ENV)
        child = made(one, boss, role="moderate", expires_in=600)
        leaf = made(two, child["token"], role="edit", expires_in=600)
        wires = [join(one, stack, leaf["token"]), join(two, stack, leaf["token"])]
        assert ask(two, f"/api/tokens/{child['token_id']}", boss, "DELETE")[0] == 200
        assert [wire.close_code() for wire in wires] == [4102, 4102]
        eventually(lambda: refused(one, leaf["token"]) == "unauthorized", "the other node hears")
        late = town.node(**ENV)
        assert refused(late, leaf["token"]) == "unauthorized"
