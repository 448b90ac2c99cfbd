"""Who may be which peer, over real sockets (docs/adr/0016)."""

import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.servers.invitations import SECRET, ask, token
from support.servers.nats import cluster_of_nodes
from support.servers.server import CLOSE, RawSocket, Server, running

pytestmark = pytest.mark.rule("SES2", "RES1", "TOK1", "TOK6")

OWN_IDS = "8d2f1c3e-55aa-4c1f-9f3d-0123456789ab"
"""An id that a client has made for itself."""
ENV = {"CANVAS_AUTH_SECRET": SECRET}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    with running(tmp_path_factory.mktemp("house") / "data", env=ENV) as server:
        yield server


def subscribe(wire: RawSocket, session: str = "s", **wishes: Any) -> dict[str, Any]:
    """Subscribe; return the `peer_assigned` or the `error` that answers."""
    wire.send({"type": "subscribe", "session_id": session, **wishes})
    while True:
        message = wire.receive()
        if message["type"] in ("peer_assigned", "error"):
            return message


def refusal(wire: RawSocket, session: str = "s", **wishes: Any) -> str | None:
    """Subscribe; return the code of the refusal."""
    return subscribe(wire, session, **wishes).get("code")


def leave(wire: RawSocket) -> None:
    """Close for good, and wait until the server has heard it."""
    wire.send((1000).to_bytes(2), CLOSE)
    assert wire.close_code() == 1000
    wire.close()


def proof(wire: RawSocket) -> dict[str, Any]:
    return {name: wire.assigned[name] for name in ("peer_id", "resume_token")}


def tokens(session: str) -> tuple[str, str]:
    """Return tokens of a moderator and of a viewer."""
    boss, viewer = (token("--session", session, "--role", role) for role in ("moderate", "view"))
    return boss, viewer


@pytest.mark.rule("SES2")
def test_a_viewer_does_not_get_the_id_of_a_moderator_who_has_left(house: Server) -> None:
    """What the server has made stays its own, whether or not somebody has it now."""
    boss, viewer = tokens("left")
    with RawSocket(house) as a, RawSocket(house) as b:
        ada = a.join("left", token=boss)
        assert refusal(b, "left", peer_id=ada, token=viewer) == "peer_id_taken"
        leave(a)
        assert refusal(b, "left", peer_id=ada, token=viewer) == "peer_id_taken"
        b.join("left", token=viewer)
        stolen = {"peer_id": ada, "resume_token": b.assigned["resume_token"]}
        assert refusal(b, "left", token=viewer, **stolen) == "peer_id_taken"
        with RawSocket(house) as again:
            back = subscribe(again, "left", token=boss, **proof(a))
            assert (back["peer_id"], back["role"]) == (ada, "moderate")


@pytest.mark.rule("RES1")
def test_no_right_flows_through_an_id_that_a_client_has_made(house: Server) -> None:
    """A resume token is of one incarnation, and of its grant."""
    boss, viewer = tokens("made")
    with RawSocket(house) as a, RawSocket(house) as b:
        a.join("made", peer_id=OWN_IDS, token=boss)
        leave(a)
        b.join("made", peer_id=OWN_IDS, token=viewer)
        kept = proof(b)
        leave(b)
        with RawSocket(house) as again, RawSocket(house) as thief:
            again.join("made", token=boss, **proof(a))
            assert again.assigned["role"] == "moderate"
            assert refusal(thief, "made", **kept) in ("unauthorized", "peer_id_taken")
            assert refusal(thief, "made", token=viewer, **kept) == "peer_id_taken"
            assert again.fence() == []


@pytest.mark.rule("RES1")
def test_a_grant_goes_on_for_a_resume_token_of_that_grant_alone(house: Server) -> None:
    """The token that somebody was given as a viewer is that of a viewer for ever."""
    boss, viewer = tokens("raised")
    with RawSocket(house) as a:
        a.join("raised", token=viewer)
        as_viewer = proof(a)
        a.join("raised", token=boss)
        as_boss = proof(a)
        with RawSocket(house) as thief:
            assert refusal(thief, "raised", **as_viewer) == "unauthorized"
        with RawSocket(house) as back:
            assert subscribe(back, "raised", **as_boss)["role"] == "moderate"
            with RawSocket(house) as lower:
                found = subscribe(lower, "raised", token=viewer, received=0, **as_viewer)
                assert (found["role"], found["recovered"]) == ("view", False)
            assert back.close_code() == 4100


@pytest.mark.rule("RES1", "SES2")
def test_after_a_restart_only_the_owner_has_its_id(tmp_path: Path) -> None:
    boss, viewer = tokens("s")
    with running(tmp_path, env=ENV) as first, RawSocket(first) as a, RawSocket(first) as b:
        ada = a.join("s", token=boss)
        b.join("s", token=viewer)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(5)
    with running(tmp_path, env=ENV) as second, RawSocket(second) as thief:
        assert refusal(thief, peer_id=ada, token=viewer) == "peer_id_taken"
        stolen = b.assigned["resume_token"]
        assert refusal(thief, peer_id=ada, resume_token=stolen, token=viewer) == "peer_id_taken"
        assert refusal(thief, **proof(a)) == "unauthorized", "nobody's grant goes on"
        assert subscribe(thief, token=viewer, **proof(b))["peer_id"] == b.assigned["peer_id"]
        with RawSocket(second) as own:
            back = subscribe(own, token=boss, **proof(a))
            assert (back["peer_id"], back["role"]) == (ada, "moderate")
            with RawSocket(second) as late:
                earlier = proof(a)
                assert refusal(late, token=viewer, **earlier) == "peer_id_taken"
            assert own.fence()[:2], "the list and the scene, and no leave"


@pytest.mark.rule("SES2")
def test_a_token_of_another_session_takes_nobody_out_of_this_one(house: Server) -> None:
    """Not who is there, and not who was there and is in another session now."""
    with RawSocket(house) as a, RawSocket(house) as witness, RawSocket(house) as thief:
        ada = a.join("one", token=token("--session", "one", "--role", "moderate"))
        of_one = proof(a)
        a.join("two", token=token("--session", "two"))
        assert a.assigned["peer_id"] == ada, "the connection keeps its id (SES1)"
        witness.join("two", token=token("--session", "two"))
        wish = {"token": token("--session", "one", "--role", "view"), **of_one}
        assert refusal(thief, "one", **wish) == "peer_id_taken"
        of_two = proof(a)
        leave(a)
        assert witness.until("peer_left")["peer_id"] == ada
        wish = {"token": token("--session", "three"), **of_two}
        assert refusal(thief, "three", **wish) == "peer_id_taken"


@pytest.mark.rule("RES1")
def test_the_resume_token_alone_names_its_peer(server: Server) -> None:
    """Beside the id of another peer it proves nothing."""
    with (
        RawSocket(server) as a,
        RawSocket(server) as b,
        RawSocket(server) as back,
        RawSocket(server) as thief,
    ):
        ada, bob = a.join("alone"), b.join("alone")
        a.until("peer_joined")
        both = {"peer_id": bob, "resume_token": a.assigned["resume_token"]}
        assert refusal(thief, "alone", **both) == "peer_id_taken"
        a.close()
        b.until("peer_updated")
        found = subscribe(
            back, "alone", resume_token=a.assigned["resume_token"], received=a.received
        )
        assert (found["peer_id"], found["recovered"]) == (ada, True)
        fresh = subscribe(thief, "alone", resume_token="none of ours")
        assert fresh["peer_id"] not in (ada, bob)


@pytest.mark.rule("SES2")
def test_ids_are_the_servers_own_and_look_like_any_other(server: Server) -> None:
    """UUIDs of version 4 (RFC 9562 section 5.4); a free one of a client is granted."""
    with RawSocket(server) as a, RawSocket(server) as b:
        made = uuid.UUID(a.join("ids"))
        assert (made.version, made.variant) == (4, uuid.RFC_4122)
        wish = str(uuid.uuid4())
        assert b.join("ids", peer_id=wish) == wish


@pytest.mark.rule("TOK6")
def test_a_name_in_a_token_counts(house: Server) -> None:
    """Over what is said on joining, over renames, and after coming back."""
    ada = token("--session", "names", "--name", "Ada", "--user", "ada@example.org")
    free = token("--session", "names", "--name", "Bob", "--rename")
    with RawSocket(house) as a, RawSocket(house) as b, RawSocket(house) as witness:
        witness.join("names", token=token("--session", "names"))
        a.join("names", token=ada, display_name="The CEO")
        peer = witness.until("peer_joined")["peer"]
        assert (peer["display_name"], peer["user_id"]) == ("Ada", "ada@example.org")
        assert a.assigned["bound_name"] == "Ada"
        a.join("names", display_name="The CEO")
        assert [message["type"] for message in witness.fence()] == []
        with RawSocket(house) as back:
            subscribe(back, "names", display_name="The CEO", **proof(a))
            back.send({"type": "list_peers"})
            listed = {peer["peer_id"]: peer for peer in back.until("peer_list")["peers"]}
            assert listed[back.assigned["peer_id"]]["display_name"] == "Ada"
        b.join("names", token=free, display_name="Robert")
        assert witness.until("peer_joined")["peer"]["display_name"] == "Robert"
        assert "bound_name" not in b.assigned
    made = ask(
        house,
        "/api/tokens",
        token("--admin"),
        "POST",
        {"session_id": "names", "name": "Cem", "user": "cem", "rename": False},
    )
    with RawSocket(house) as c:
        c.join("names", token=made[1]["token"], display_name="The CEO")
        assert c.assigned["bound_name"] == "Cem"


@pytest.mark.rule("SES1", "SES2", "NOD6")
def test_on_several_nodes_an_id_is_its_owners_alike(tmp_path: Path) -> None:
    """Who moves to a session of another node keeps the id; nobody else gets it."""
    boss, viewer = tokens("left")
    with cluster_of_nodes(tmp_path) as town:
        one, two = town.node(**ENV), town.node(**ENV)
        a, b, keeper = town.wire(one), town.wire(two), town.wire(two)
        keeper.join("right", token=token("--session", "right"))
        ada = a.join("left", token=boss)
        b.join("left", token=viewer)
        a.join("right", token=token("--session", "right"), peer_id=ada)
        assert a.assigned["peer_id"] == ada
        assert keeper.until("peer_joined")["peer"]["peer_id"] == ada
        assert refusal(b, "left", peer_id=ada, token=viewer) == "peer_id_taken"
