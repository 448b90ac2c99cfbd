"""Several server processes and a real broker: they are one server, whatever happens to each."""

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.hub.pictures import noise_url
from support.servers.nats import ClusterOfNodes, cluster_of_nodes
from support.servers.server import RawSocket, RawSocketClosed, Server, eventually, free_port, post


@pytest.fixture
def town(tmp_path: Path) -> Iterator[ClusterOfNodes]:
    with cluster_of_nodes(tmp_path) as town:
        yield town


def nodes(server: Server) -> list[str]:
    """The names of the nodes a node knows."""
    return [node["node_id"] for node in json.loads(server.get("/api/nodes")[1])["nodes"]]


def text(element_id: str, message_id: str | None = None) -> dict[str, Any]:
    kind = {"type": "Text", "content": element_id, "font_size": 12, "color": "#000000"}
    message = {"type": "add_element", "element": {"id": element_id, "kind": kind}}
    return message if message_id is None else message | {"message_id": message_id}


def scene(server: Server, session_id: str = "s") -> list[str]:
    status, body = server.get(f"/api/scene/{session_id}")
    assert status == 200, body
    return sorted(element["id"] for element in json.loads(body)["scene"]["elements"])


def come_back(town: ClusterOfNodes, server: Server, old: RawSocket) -> RawSocket:
    """Resume on a node, as often as it takes."""

    def attempt() -> RawSocket | None:
        wire = town.wire(server)
        try:
            wire.resume(old)
        except RawSocketClosed:
            return None
        return wire

    return eventually(attempt, "the peer is back")


def test_peers_on_different_nodes_share_a_session(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b = town.wire(one), town.wire(two)
    ada, bob = a.join(display_name="Ada"), b.join(display_name="Bob")
    assert a.until("peer_joined")["peer"]["peer_id"] == bob
    a.send({"type": "start_call", "session_id": "s", "target_peer_id": bob})
    assert b.until("incoming_call")["from_peer_id"] == ada
    for n in range(300):
        b.send({"type": "ice_candidate", "target_peer_id": ada, "candidate": str(n)})
    for n in range(300):
        assert a.until("relay_ice_candidate")["candidate"] == str(n)
    b.send(text("from-two", "1"))
    assert b.until("ack")["success"]
    assert a.until("element_added")["element"]["id"] == "from-two"
    b.send(b"\x00", 2)
    assert b.until("error")["code"] == "binary_frame"
    b.send("{")
    assert b.until("error")["code"] == "invalid_json"
    b.send(
        {
            "type": "ice_candidate",
            "target_peer_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
            "candidate": "",
        }
    )
    assert b.until("error")["code"] == "peer_not_found"
    assert scene(one) == scene(two) == ["from-two"]
    b.close()
    assert a.until("peer_updated")["peer"]["connected"] is False
    again = come_back(town, one, b)
    assert again.assigned["recovered"], "it comes back by another node, and nothing is missing"
    assert a.until("peer_updated")["peer"]["connected"] is True


def test_who_goes_to_another_session_finds_it_wherever_it_lives(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b, c = town.wire(one), town.wire(two), town.wire(two)
    a.join("s")
    b.join("t")
    c.join("s")
    a.until("peer_joined")
    c.join("t")
    assert a.until("peer_left")["reason"] == "left"
    b.until("peer_joined")
    c.join("s")
    a.until("peer_joined")
    b.until("peer_left")
    c.join("fresh")
    a.until("peer_left")
    assert c.fence() == []


def test_edits_over_http_go_to_where_the_session_lives(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a = town.wire(one)
    a.join()
    element = {"id": "posted", "kind": text("x")["element"]["kind"]}
    status, _, body = post(two, {"session_id": "s", "add": [element]})
    assert status == 200, body
    assert a.until("element_added")["element"]["id"] == "posted"
    status, _, body = post(two, {"session_id": "s", "add": [element]})
    assert (status, body["code"]) == (409, "element_exists")
    status, _, body = post(two, {"session_id": "s", "remove": ["posted"]}, {"if-match": '"7"'})
    assert status == 412
    assert post(two, {"session_id": "new", "add": [element]})[0] == 200
    assert scene(one, "new") == ["posted"]
    history = json.loads(two.get("/api/scene/s/history")[1])
    assert [entry["revision"] for entry in history["entries"]] == [1]


def test_a_large_scene_crosses_nodes(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b = town.wire(one), town.wire(two)
    a.join()
    for n in range(12):
        big = text(f"big{n}", str(n))
        big["element"]["kind"] = {"type": "Image", "src": noise_url(260_000, n)}
        a.send(big)
        assert a.until("ack")["success"]
    b.send({"type": "subscribe", "session_id": "s"})
    elements = b.until("scene_update")["scene"]["elements"]
    assert sum(len(element["kind"]["src"]) for element in elements) > 3_000_000
    for n in range(12):
        b.send({"type": "remove_element", "id": f"big{n}", "message_id": f"r{n}"})
        assert b.until("ack")["success"]
    b.fence()


@pytest.mark.rule("NOD2", "NOD3")
def test_a_killed_node_loses_nothing_acked_and_its_peers_come_back(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b = town.wire(one), town.wire(two)
    a.join(display_name="Ada")
    b.join(display_name="Bob")
    b.send(text("kept", "1"))
    assert b.until("ack")["success"]
    one.process.kill()
    one.process.wait(10)
    again = come_back(town, two, a)
    assert again.assigned["peer_id"] == a.assigned["peer_id"]
    assert again.assigned["recovered"] is False
    assert [e["id"] for e in again.until("scene_update")["scene"]["elements"]] == ["kept"]
    assert b.close_code() == 4003
    back = come_back(town, two, b)
    again.until("peer_joined")
    back.send(text("after", "1"))
    assert back.until("ack")["success"]
    assert scene(two) == ["after", "kept"]


@pytest.mark.rule("NOD3")
def test_peers_of_a_killed_node_are_missed_and_come_back_unharmed(town: ClusterOfNodes) -> None:
    """The session lives on: what its carried peers missed they get, and the others see no leave."""
    one, two, three = town.node(), town.node(), town.node()
    a, b = town.wire(one), town.wire(two)
    ada, bob = a.join(), b.join()
    two.process.kill()
    begun = time.monotonic()
    assert a.until("peer_updated")["peer"]["connected"] is False
    assert time.monotonic() - begun < 10
    a.send({"type": "ice_candidate", "target_peer_id": bob, "candidate": "missed"})
    again = come_back(town, three, b)
    assert again.assigned["recovered"] is True
    assert again.until("relay_ice_candidate")["candidate"] == "missed"
    assert a.until("peer_updated")["peer"]["connected"] is True
    assert a.fence() == []
    assert ada


@pytest.mark.rule("NOD2")
def test_a_node_that_stands_still_is_given_up_and_gives_way(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b = town.wire(one), town.wire(two)
    a.join()
    b.join()
    b.send(text("before", "1"))
    assert b.until("ack")["success"]
    one.process.send_signal(signal.SIGSTOP)
    try:
        assert b.close_code() == 4003
        again = come_back(town, two, b)
        again.send(text("meanwhile", "2"))
        assert again.until("ack")["success"]
    finally:
        one.process.send_signal(signal.SIGCONT)
    assert a.close_code() == 4003, "its session lives elsewhere now"
    back = come_back(town, one, a)
    again.until("peer_joined")
    back.send(text("after", "3"))
    assert back.until("ack")["success"]
    assert scene(one) == scene(two) == ["after", "before", "meanwhile"]
    eventually(lambda: len(nodes(one)) == len(nodes(two)) == 2, "they know each other again")


@pytest.mark.parametrize("how", ["killed", "paused"])
def test_while_the_broker_is_away_those_on_one_node_go_on(town: ClusterOfNodes, how: str) -> None:
    one, two = town.node(), town.node()
    a, b, c = town.wire(one), town.wire(one), town.wire(two)
    ada, bob, cleo = a.join(), b.join(), c.join()
    a.until("peer_joined")
    a.until("peer_joined")
    if how == "killed":
        town.broker.kill()
    else:
        town.broker.pause()
    a.send({"type": "ice_candidate", "target_peer_id": bob, "candidate": "local"})
    assert b.until("relay_ice_candidate")["candidate"] == "local"
    c.send({"type": "ice_candidate", "target_peer_id": ada, "candidate": "across"})
    a.send({"type": "ice_candidate", "target_peer_id": cleo, "candidate": "back"})
    a.send(text("queued", "1"))
    time.sleep(3)
    if how == "killed":
        town.broker.start()
    else:
        town.broker.go_on()
    assert c.until("relay_ice_candidate")["candidate"] == "back"
    heard = [a.receive(), a.receive()]
    while "ack" not in [m["type"] for m in heard] or "relay_ice_candidate" not in [
        m["type"] for m in heard
    ]:
        heard.append(a.receive())
    assert [m["candidate"] for m in heard if m["type"] == "relay_ice_candidate"] == ["across"]
    assert c.until("element_added")["element"]["id"] == "queued"
    assert a.fence() == []
    assert scene(two) == ["queued"]


@pytest.mark.nightly
def test_an_edit_that_cannot_be_stored_for_long_is_refused(town: ClusterOfNodes) -> None:
    one = town.node()
    a = town.wire(one)
    a.join()
    town.broker.kill()
    a.send(text("refused", "1"))
    assert a.until("error")["code"] == "storage_failed"
    town.broker.start()

    def stored() -> bool:
        a.send(text("refused", "1"))
        return a.receive()["type"] in ("ack", "element_added")

    eventually(stored, "it is stored when the broker is back")
    assert scene(one) == ["refused"]


@pytest.mark.rule("NOD5")
def test_a_node_that_stops_sends_everybody_to_the_others(town: ClusterOfNodes) -> None:
    one, two = town.node(), town.node()
    a, b, c = town.wire(one), town.wire(one), town.wire(one)
    keeper = town.wire(two)
    keeper.join("kept")
    a.join("s")
    b.join("s")
    c.join("kept")
    keeper.until("peer_joined")
    stopped: list[int] = []
    stopping = threading.Thread(target=lambda: stopped.append(one.stop()))
    stopping.start()

    def red() -> bool:
        return one.get("/health/ready")[0] == 503

    eventually(red, "readiness is red before it stops")
    assert a.close_code() == 4003
    assert c.close_code() == 1012
    stopping.join()
    assert stopped == [0]
    again = come_back(town, two, a)
    assert again.until("scene_update")
    back = come_back(town, two, c)
    assert back.assigned["recovered"] is True
    eventually(lambda: nodes(two) == ["n2"], "it is not there any more")


def test_tokens_are_good_on_every_node_and_taken_back_on_all(town: ClusterOfNodes) -> None:
    secret = {"CANVAS_AUTH_SECRET": "s" * 40}
    one, two = town.node(**secret), town.node(**secret)
    from canvas_server.auth.admin import AdminTokens
    from canvas_server.auth.keys import Keys

    admin = AdminTokens(Keys.of_secrets(("s" * 40,))).sign(time.time() + 600)

    def ask(server: Server, path: str, method: str, body: object = None) -> Any:
        request = urllib.request.Request(
            server.url + path,
            None if body is None else json.dumps(body).encode(),
            {"authorization": f"Bearer {admin}", "content-type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    given = ask(one, "/api/tokens", "POST", {"session_id": "s", "role": "edit", "short": True})
    code = {"code": given["short_link"].rpartition("/")[2]}
    a, b = town.wire(two), town.wire(one)
    a.join(token=given["token"])
    eventually(lambda: ask(two, "/api/tokens/s", "GET")["tokens"], "the other node lists it")
    opened = ask(two, "/api/codes", "POST", code)
    assert opened["session_id"] == "s"
    listed = ask(one, "/api/sessions", "GET")["sessions"]
    assert [session["session_id"] for session in listed] == ["s"]
    ask(one, f"/api/tokens/{given['token_id']}", "DELETE")
    assert a.close_code() == 4102
    b.send({"type": "subscribe", "session_id": "s", "token": given["token"]})
    assert b.until("error")["code"] == "unauthorized"
    for node in (one, two):
        with pytest.raises(urllib.error.HTTPError, match="404") as unknown:
            ask(node, "/api/codes", "POST", code)
        unknown.value.close()


def test_a_cluster_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    url = f"nats://user:hidden@127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", str(tmp_path)]
    ended = subprocess.run(
        [*command, "--cluster", url], check=False, capture_output=True, text=True, timeout=40
    )
    assert ended.returncode == 1
    assert f"cannot use the cluster at {url.replace('user:hidden@', '')}" in ended.stderr
    assert "hidden" not in ended.stderr
