"""Broken connections over real sockets."""

import json
import select
import signal
from pathlib import Path

import pytest

from support.servers.server import CLOSE, RawSocket, Server, eventually, frame, running

pytestmark = pytest.mark.rule("RES1", "RES2", "OUT1")


def numbered(target: str, start: int, stop: int, padding: str = "") -> bytes:
    """Candidates with numbers, as frames."""
    return b"".join(
        frame(
            json.dumps(
                {"type": "ice_candidate", "target_peer_id": target, "candidate": f"{n}{padding}"}
            ).encode()
        )
        for n in range(start, stop)
    )


@pytest.mark.rule("RES2")
def test_a_socket_that_vanishes_is_a_peer_that_reconnects(server: Server) -> None:
    with RawSocket(server) as witness, RawSocket(server) as a:
        witness.join("vanish")
        peer_id = a.join("vanish")
        witness.until("peer_joined")
        a.close()
        assert witness.until("peer_updated")["peer"] == {
            "peer_id": peer_id,
            "connected": False,
            "in_call": False,
            "media": {"audio": False, "video": False, "screen": False},
        }
        with RawSocket(server) as again:
            assert again.resume(a)["recovered"] is True
            assert witness.until("peer_updated")["peer"]["connected"] is True
            assert again.fence() == witness.fence() == []


@pytest.mark.rule("RES1")
def test_closing_codes_over_the_wire(server: Server) -> None:
    """1000 leaves at once, 1001 keeps the place for a reload, no code at all for longer."""
    with RawSocket(server) as witness:
        witness.join("codes")
        for code, told in ((1000, "peer_left"), (1001, "peer_updated"), (None, "peer_updated")):
            with RawSocket(server) as a:
                a.join("codes")
                witness.until("peer_joined")
                a.send(b"" if code is None else code.to_bytes(2), CLOSE)
                assert witness.receive()["type"] == told


@pytest.mark.rule("RES1")
def test_every_missed_message_comes_once_and_in_order(server: Server) -> None:
    """Read, lying unread in the kernel, sent while away: all of it."""
    with RawSocket(server) as b:
        a = RawSocket(server)
        b.join("missed")
        ada = a.join("missed")
        b.fence()
        got: list[int] = []
        sent = 0
        for _ in range(5):
            b.socket.sendall(numbered(ada, sent, sent + 3000))
            sent += 3000
            b.fence()
            got += [int(a.until("relay_ice_candidate")["candidate"]) for _ in range(1000)]
            a.close()
            b.until("peer_updated")
            b.socket.sendall(numbered(ada, sent, sent + 10))
            sent += 10
            b.fence()
            again = RawSocket(server)
            assert again.resume(a)["recovered"] is True
            while len(got) < sent:
                got.append(int(again.until("relay_ice_candidate")["candidate"]))
            a = again
            b.fence()
        a.close()
        assert got == list(range(sent))


@pytest.mark.rule("OUT1", "RES1")
def test_a_slow_reader_is_closed_and_comes_back_without_loss(tmp_path: Path) -> None:
    """8 MB to somebody who reads nothing of it in time."""
    count, padding = 4000, "x" * 1900
    with running(tmp_path) as own, RawSocket(own) as b:
        sleeper = RawSocket(own)
        b.join("slow")
        target = sleeper.join("slow")
        b.until("peer_joined")
        before = own.memory_kib()
        b.socket.sendall(numbered(target, 0, count, padding))
        assert b.until("peer_updated")["peer"]["connected"] is False
        assert own.metric("canvas_closed_total") == 1
        assert own.memory_kib() - before < 24 * 1024
        got: list[int] = []
        while select.select([sleeper.socket], [], [], 0)[0] and len(got) < 100:
            got.append(int(sleeper.until("relay_ice_candidate")["candidate"].rstrip("x")))
        sleeper.close()
        with RawSocket(own) as again:
            assert again.resume(sleeper)["recovered"] is True
            while len(got) < count:
                got.append(int(again.until("relay_ice_candidate")["candidate"].rstrip("x")))
            assert got == list(range(count))
        again.close()


@pytest.mark.rule("RES1")
def test_too_much_for_who_is_away_becomes_a_snapshot(server: Server) -> None:
    """Never a silent gap, and what waits is bounded."""
    with RawSocket(server) as b, RawSocket(server) as a:
        b.join("flood")
        ada = a.join("flood")
        b.until("peer_joined")
        a.close()
        b.until("peer_updated")
        b.socket.sendall(numbered(ada, 0, 6000, "x" * 1900))
        b.fence()
        with RawSocket(server) as again:
            assigned = again.resume(a)
            assert assigned["recovered"] is False
            assert assigned["peer_id"] == ada
            kinds = [m["type"] for m in again.fence()]
            assert kinds == ["peer_list", "scene_update"]
            assert [m["type"] for m in b.fence()] == ["peer_updated"]


@pytest.mark.rule("RES1")
def test_a_half_dead_connection_is_taken_over_and_nothing_is_doubled(server: Server) -> None:
    """The old socket still looks open to the server."""
    with RawSocket(server) as b, RawSocket(server) as old, RawSocket(server) as new:
        b.join("half")
        ada = old.join("half")
        b.fence()
        b.socket.sendall(numbered(ada, 0, 20))
        b.fence()
        got = [int(old.until("relay_ice_candidate")["candidate"]) for _ in range(7)]
        assert new.resume(old)["recovered"] is True
        got += [int(new.until("relay_ice_candidate")["candidate"]) for _ in range(13)]
        assert got == list(range(20))
        assert old.close_code() == 4100
        assert b.fence() == []


@pytest.mark.rule("RES1")
def test_after_a_restart_a_peer_has_its_id_and_is_told_that_it_missed_something(
    tmp_path: Path,
) -> None:
    """Tokens outlive the process, what it kept in memory does not."""
    with running(tmp_path) as first:
        a = RawSocket(first)
        ada = a.join("restart")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(5)
        with running(tmp_path, "--port", str(first.port)) as second, RawSocket(second) as again:
            assigned = again.resume(a)
            assert (assigned["peer_id"], assigned["recovered"]) == (ada, False)
            again.until("scene_update")
        a.close()


def test_a_token_of_another_server_proves_nothing(server: Server, tmp_path: Path) -> None:
    with running(tmp_path) as other, RawSocket(other) as foreign, RawSocket(server) as own:
        ada = own.join("tokens")
        foreign.join("tokens", peer_id=ada)
        with RawSocket(server) as thief:
            thief.until("welcome")
            proof = {"peer_id": ada, "resume_token": foreign.assigned["resume_token"]}
            thief.send({"type": "subscribe", "session_id": "tokens", **proof})
            assert thief.until("error")["code"] == "peer_id_taken"
        assert own.fence() == []


def test_what_is_read_is_let_go(tmp_path: Path) -> None:
    """A busy peer that reads costs no more than an idle one, whether or not it says so."""
    env = {"WS_RATE_LIMIT_SUSTAINED": "1000000"}  # else the line of one peer is spared
    with running(tmp_path, env=env) as own, RawSocket(own) as a, RawSocket(own) as b:
        ada = a.join("busy")
        b.join("busy")
        b.fence()

        def exchange(messages: int) -> None:
            for start in range(0, messages, 500):
                b.socket.sendall(numbered(ada, start, start + 500, "x" * 1500))
                for _ in range(500):
                    a.until("relay_ice_candidate")

        exchange(2000)
        before = own.memory_kib()
        exchange(20_000)
        assert own.memory_kib() - before < 2 * 1024
        eventually(lambda: own.metric("canvas_connections") == 2, "both are here")
