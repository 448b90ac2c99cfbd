"""Two servers of different people share a session over x0x, real and double."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.doubles.x0xd import KINDS, DoubleDaemon
from support.networks.namespaces import Island, lacking
from support.servers.server import Server, eventually, post
from support.servers.sites import SDP, FederatedServer, GuestSocket, same_scene, two_sites

pytestmark = pytest.mark.rule("REL1", "REL2", "REL3", "REL4", "REL5", "REL6")

Sites = tuple[FederatedServer, FederatedServer]
TEXT = {"type": "Text", "content": "x", "font_size": 12, "color": "#000000"}


@pytest.fixture(params=KINDS)
def sites(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sites]:
    with two_sites(tmp_path, request.param) as sites:
        yield sites


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Sites]:
    with two_sites(tmp_path, "x0xd") as sites:
        yield sites


def two(sites: Sites) -> tuple[GuestSocket, GuestSocket]:
    """Have somebody at each server, who see each other."""
    ada, bob = GuestSocket(sites[0], "Ada"), GuestSocket(sites[1], "Bob")
    ada.wait_for("peer_joined", peer_id=bob.peer_id, server="South")
    bob.wait_for("peer_joined", peer_id=ada.peer_id, server="North")
    return ada, bob


def offers(sender: GuestSocket, receiver: GuestSocket, numbers: range) -> None:
    """Send numbered offers as fast as they go."""
    for number in numbers:
        offer = {"type": "offer", "target_peer_id": receiver.peer_id, "sdp": f"{SDP}a=n:{number}"}
        sender.send(offer)


def received(receiver: GuestSocket, count: int) -> list[int]:
    """Read so many offers."""
    return [int(receiver.until("relay_offer")["sdp"].rpartition(":")[2]) for _ in range(count)]


def test_a_call_across_two_servers(sites: Sites) -> None:
    ada, bob = two(sites)
    ada.send({"type": "start_call", "target_peer_id": bob.peer_id, "session_id": "s"})
    offers(ada, bob, range(1))
    assert bob.until("incoming_call")["from_peer_id"] == ada.peer_id
    assert received(bob, 1) == [0]
    bob.send({"type": "answer", "target_peer_id": ada.peer_id, "sdp": SDP})
    assert ada.until("relay_answer")["from_peer_id"] == bob.peer_id
    for here, there in ((ada, bob), (bob, ada)):
        candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdp_mid": "0"}
        here.send({"type": "ice_candidate", "target_peer_id": there.peer_id, **candidate})
        assert there.until("relay_ice_candidate")["candidate"] == candidate["candidate"]
    bob.send({"type": "end_call", "target_peer_id": ada.peer_id})
    assert ada.until("call_ended")["reason"] == "hangup"
    bob.send({"type": "cursor", "x": 3, "y": 4})
    assert ada.until("peer_cursor")["x"] == 3
    bob.send(b"\x03\xe8", 8)
    assert ada.until("peer_left")["peer_id"] == bob.peer_id


@pytest.mark.rule("CHT5", "CHT6", "CHT8")
def test_both_sides_edit_one_scene_also_over_http(sites: Sites) -> None:
    ada, bob = two(sites)
    for number in range(20):
        ada.add(f"a{number}")
        bob.add(f"b{number}")
    for each, name in ((ada, "a"), (bob, "b")):
        for number in range(20):
            assert each.until("ack")["message_id"] == f"{name}{number}"
    for site in sites:
        status, _, answer = post(site.server, {"session_id": "s", "add": [{"kind": TEXT}]})
        assert status == 200
        assert len(answer["scene"]["elements"]) >= 41
        status, _, answer = post(site.server, {"session_id": "s", "remove": ["none"]})
        assert answer["code"] == "element_not_found"
    for site in sites:
        assert site.server.metric("canvas_connections") == 1, "a guest is none"
        assert site.server.metric("canvas_relay_guests") == 1
        assert site.server.metric("canvas_relay_servers") == 1
    scene = same_scene(sites, *(f"{name}{n}" for name in "ab" for n in range(20)))
    assert scene["revision"] == len(scene["elements"]) == 42
    both_sides_chat(ada, bob)


def both_sides_chat(ada: GuestSocket, bob: GuestSocket) -> None:
    """Have them talk, whisper and take something back, each at their own server (CHT8)."""
    heard: dict[GuestSocket, list[tuple[str, str | None]]] = {ada: [], bob: []}
    numbers: dict[str, int] = {}
    for here, there, text, to in (
        (ada, bob, "hello", None),
        (bob, ada, "hello\nyourself", None),
        (ada, bob, "psst", bob.peer_id),
        (bob, ada, "yes?", ada.peer_id),
    ):
        here.send({"type": "chat", "text": text, "to": to, "message_id": text})
        for each in (here, there):
            message = each.until("chat_message")
            heard[each].append((message["text"], message.get("server")))
            numbers[text] = message["id"]
        assert here.until("ack")["result"]["chat_id"] == numbers[text]
    assert [server for _, server in heard[ada]] == [None, "South", None, "South"]
    assert [server for _, server in heard[bob]] == ["North", None, "North", None]
    assert [text for text, _ in heard[ada]] == [text for text, _ in heard[bob]]
    for here, there, text in ((ada, bob, "psst"), (bob, ada, "yes?")):
        here.send({"type": "remove_chat", "id": numbers[text], "message_id": f"r {text}"})
        assert here.until("chat_removed")["id"] == numbers[text]
        assert there.until("chat_removed")["id"] == numbers[text]
        assert here.until("ack")["message_id"] == f"r {text}"
    for each in (ada, bob):
        each.send({"type": "get_chat"})
        left = [message["text"] for message in each.until("chat_history")["messages"]]
        assert left == ["hello", "hello\nyourself"]


def test_500_offers_each_way_come_once_and_in_order(sites: Sites) -> None:
    ada, bob = two(sites)
    daemon = sites[0].daemon
    if isinstance(daemon, DoubleDaemon):
        daemon._net.rough = True  # loses, repeats and swaps
    senders = [
        threading.Thread(target=offers, args=(here, there, range(500)))
        for here, there in ((ada, bob), (bob, ada))
    ]
    for sender in senders:
        sender.start()
    for receiver in (ada, bob):
        assert received(receiver, 500) == list(range(500))
    for sender in senders:
        sender.join()
    if isinstance(daemon, DoubleDaemon):
        assert sum(server["resent"] for site in sites for server in site.relay()["servers"])
        daemon._net.rough = False
    for here, there in ((ada, bob), (bob, ada)):
        here.send({"type": "view_size", "target_peer_id": there.peer_id, "camera": 100})
        between = there.until("peer_view_size")
        assert between["camera"] == 100
        assert not [m for m in there.fence() if m["type"] == "relay_offer"]


def test_a_way_that_is_cut_for_ten_seconds(sites: Sites) -> None:
    """Each side goes on; the others' people are shown as away; then both agree."""
    ada, bob = two(sites)
    cem = GuestSocket(sites[0], "Cem")
    bob.wait_for("peer_joined", peer_id=cem.peer_id)
    offers(ada, bob, range(1))
    assert received(bob, 1) == [0]
    cut_at = time.monotonic()
    sites[1].daemon.freeze()
    ada.wait_for("peer_updated", peer_id=bob.peer_id, connected=False)
    bob.wait_for("peer_updated", peer_id=ada.peer_id, connected=False)
    offers(ada, cem, range(7, 8))
    assert received(cem, 1) == [7]
    offers(ada, bob, range(1, 5))
    for each, name in ((ada, "while-a"), (bob, "while-b")):
        each.add(name)
    time.sleep(max(0, cut_at + 10 - time.monotonic()))  # the cut is what lasts, nobody waits for it
    sites[1].daemon.thaw()
    ada.wait_for("peer_updated", peer_id=bob.peer_id, connected=True)
    assert received(bob, 4) == [1, 2, 3, 4]
    ada.add("after-a")
    bob.add("after-b")
    ada.wait_acked("while-a", "after-a")
    bob.wait_acked("while-b", "after-b")
    same_scene(sites, "while-a", "while-b", "after-a", "after-b")


@pytest.mark.nightly
def test_a_network_that_is_cut_for_ten_seconds(tmp_path: Path) -> None:
    """The daemons live on and lose each other, as when a cable is pulled."""
    why = lacking()
    if why:
        pytest.skip(why)
    with Island() as island, two_sites(tmp_path, "x0xd") as sites:
        ada, bob = two(sites)
        cut_at = time.monotonic()
        island.cut()
        ada.wait_for("peer_updated", peer_id=bob.peer_id, connected=False)
        bob.wait_for("peer_updated", peer_id=ada.peer_id, connected=False)
        offers(ada, bob, range(5))
        for each, name in ((ada, "while-a"), (bob, "while-b")):
            each.add(name)
        time.sleep(max(0, cut_at + 10 - time.monotonic()))  # as above
        island.mend()
        assert received(bob, 5) == list(range(5))
        ada.wait_acked("while-a")
        bob.wait_acked("while-b")
        same_scene(sites, "while-a", "while-b")


def test_a_daemon_that_is_killed_and_started_again(sites: Sites) -> None:
    ada, bob = two(sites)
    sites[1].daemon.kill()
    offers(ada, bob, range(10))
    bob.add("while")
    sites[1].daemon.start()
    assert received(bob, 10) == list(range(10))
    bob.wait_acked("while")
    same_scene(sites, "while")


@pytest.mark.parametrize("which", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_a_server_that_is_killed_loses_nothing_acked(real: Sites, which: int) -> None:
    ada, bob = two(real)
    for each, name in ((ada, "a"), (bob, "b")):
        each.add(name)
        each.until("ack")
    killed, other = real[which], real[1 - which]
    stays, name = ((bob, "Ada"), (ada, "Bob"))[which]
    gone = ada if which == 0 else bob
    killed.kill()
    stays.wait_for("peer_updated", peer_id=gone.peer_id, connected=False)
    killed.start()
    eventually(killed.is_joined, "it is joined again")
    again = GuestSocket(killed, name)
    stays.wait_for("peer_joined", peer_id=again.peer_id, server=killed.name)
    again.add("again")
    again.until("ack")
    stays.add("stays")
    stays.until("ack")
    same_scene(real, "a", "b", "again", "stays")
    assert other.is_joined()


def test_what_each_had_before_they_met_is_kept(real: Sites) -> None:
    for site in real:
        status, _, _ = post(
            site.server, {"session_id": "s", "add": [{"id": site.name, "kind": TEXT}]}
        )
        assert status == 200
    two(real)
    same_scene(real, "North", "South")


def command(site: FederatedServer, *words: str) -> str:
    """Run a command of this site's server."""
    done = subprocess.run(
        [sys.executable, "-m", "canvas_server", "communitas", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**site.env, "CANVAS_DATA_DIR": str(site.folder), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_servers_are_paired_by_one_command_on_each_side(tmp_path: Path) -> None:
    """They run already, and share what was opened before."""
    with two_sites(tmp_path, "double", paired=False) as sites:
        ada, bob = GuestSocket(sites[0], "Ada"), GuestSocket(sites[1], "Bob")
        codes = [re.search(r"canvas1\w+", command(site, "pair")) for site in sites]
        assert codes[0]
        assert codes[1]
        told = command(sites[0], "pair", codes[1][0], "--name", "Our friends")
        assert f"pair {codes[0][0]}" in told
        answer = json.loads(command(sites[1], "pair", codes[0][0], "--json"))
        assert answer["agent_id"] == sites[0].daemon.agent_id
        ada.wait_for("peer_joined", peer_id=bob.peer_id, server="Our friends")
        bob.wait_for("peer_joined", peer_id=ada.peer_id, server="North")
        listed = json.loads(command(sites[1], "peers", "--json"))
        assert listed["running"]
        (peer,) = listed["peers"]
        assert (peer["name"], peer["state"], peer["sessions"]) == ("North", "connected", 1)
        assert "Our friends  connected  1 sessions, 1 people" in command(sites[0], "peers")
        status = json.loads(command(sites[0], "status", "--json"))
        assert status["relay"]["agent_id"] == sites[0].daemon.agent_id
        assert status["relay"]["running"]
        command(sites[0], "pair", "--remove", sites[1].daemon.agent_id[:8])
        assert ada.wait_for("peer_left")["peer_id"] == bob.peer_id
        assert "No other server" in command(sites[0], "peers")


def test_sessions_that_are_not_shared_stay_apart(tmp_path: Path) -> None:
    with two_sites(tmp_path, "double") as sites:
        sites[1].server.close()
        sites[1].env["CANVAS_RELAY_SESSIONS"] = "team-*"
        sites[1].start()
        for site in sites:
            eventually(site.is_joined, "joined")
        ada, bob = GuestSocket(sites[0], "Ada", "private"), GuestSocket(sites[1], "Bob", "private")
        eve, zoe = GuestSocket(sites[0], "Eve", "team-a"), GuestSocket(sites[1], "Zoe", "team-a")
        eve.wait_for("peer_joined", peer_id=zoe.peer_id)
        for each in (ada, bob):
            assert each.fence() == []
        status, body = sites[0].server.get("/api/communitas")
        assert status == 200
        assert b"private" not in body


@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({"CANVAS_RELAY_PEERS": "a" * 64}, "CANVAS_X0X_URL"),
        (
            {"CANVAS_X0X_URL": "http://127.0.0.1:1", "X0X_API_TOKEN": "t"}
            | {"CANVAS_RELAY_PEERS": "a" * 64},
            "CANVAS_RELAY_SECRET",
        ),
        ({"CANVAS_X0X_URL": "http://127.0.0.1:1"}, "X0X_API_TOKEN"),
        ({"CANVAS_RELAY_PEERS": "abc", "CANVAS_X0X_URL": "/tmp"}, "64 hexadecimal"),
        ({"CANVAS_X0X_URL": "/tmp", "CANVAS_CLUSTER": "nats://127.0.0.1:1"}, "several nodes"),
    ],
)
def test_settings_that_do_not_fit_are_told_at_the_start(
    tmp_path: Path, env: dict[str, str], why: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "canvas_server", "--port", "0", "--data", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=env,
    )
    assert done.returncode != 0
    assert why in done.stderr


def test_a_server_without_its_daemon_serves_its_own_people(tmp_path: Path) -> None:
    env = {"CANVAS_X0X_URL": str(tmp_path / "nothing")}
    server = Server(tmp_path / "data", env=env)
    try:
        status, body = server.get("/api/communitas")
        assert status == 200
        assert json.loads(body)["relay"] == {
            "agent_id": "",
            "name": json.loads(body)["relay"]["name"],
            "connected": False,
            "servers": [],
        }
    finally:
        assert server.stop() == 0
        assert "x0xd is away" in server.stderr()
        server.close()
