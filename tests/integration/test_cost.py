"""Edits that cost more than they look, over real sockets: who sends them waits, nobody else does."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.hub.pictures import noise_url
from support.servers.server import RawSocket, Server, post, running

PICTURE = {"type": "Image", "src": noise_url(500_000)}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of one test, whose history is soon too long."""
    with running(tmp_path, "--history-bytes", "12000000") as server:
        yield server


def label(name: str, content: str = "x") -> dict[str, Any]:
    return {"id": name, "kind": {"type": "Text", "content": content}}


@pytest.mark.rule("SCN1", "OUT1")
def test_an_element_is_told_once_however_often_one_message_changes_it(server: Server) -> None:
    """500 MB would close everybody."""
    with RawSocket(server) as ada, RawSocket(server) as bob:
        ada.join("cost-once")
        bob.join("cost-once")
        ada.send({"type": "add_element", "element": {"id": "p", "kind": PICTURE}})
        bob.until("element_added")
        move = [
            {"op": "update", "id": "p", "changes": {"transform": {"x": x}}} for x in range(1000)
        ]
        ada.send({"type": "sync_queue", "operations": move, "message_id": "q"})
        assert ada.until("sync_result")["synced_count"] == 1000
        told = [m for m in bob.fence() if m["type"].startswith("element_")]
        assert [(m["element"]["transform"]["x"], m["revision"], m["follows"]) for m in told] == [
            (999, 1001, 1)
        ]


@pytest.mark.rule("SCN1", "SCN12")
def test_thousands_of_changes_of_a_large_chart_are_one(server: Server) -> None:
    """Each would have gone through all of it."""
    chart = {"type": "Chart", "chart_type": "bar", "data": {"a": ["x" * 1000] * 900}}
    assert post(server, {"session_id": "cost-chart", "add": [{"id": "c", "kind": chart}]})[0] == 200
    with RawSocket(server) as bob:
        bob.join("cost-chart")
        bob.fence()
        update = [{"id": "c", "changes": {"transform": {"x": x}}} for x in range(6000)]
        status, headers, _ = post(server, {"session_id": "cost-chart", "update": update})
        assert (status, headers["etag"].split("-")[0]) == (200, '"6001')
        (told,) = (m for m in bob.fence() if m["type"] == "element_updated")
        assert told["element"]["transform"]["x"] == 5999
        rename = [{"id": "c", "changes": {"kind": {"chart_type": f"b{n}"}}} for n in range(60)]
        assert post(server, {"session_id": "cost-chart", "update": rename})[0] == 200
        assert len(bob.fence()) == 1, "of its data nothing is gone through"
        named = [{"id": "c", "changes": {"kind": {"data": {"n": n}}}} for n in range(60)]
        status, _, answer = post(server, {"session_id": "cost-chart", "update": named})
        assert (status, answer["code"]) == (429, "rate_limited")
        assert bob.fence() == [], "nothing was changed"


@pytest.mark.rule("SCN13")
def test_calls_go_on_while_a_long_edit_is_made(server: Server) -> None:
    """Others signal and edit between its slices; it is seen as a whole."""
    name = "cost-long"
    add = [label(f"e{n}") for n in range(14_000)]
    done = threading.Event()
    answers: list[int] = []

    def edit() -> None:
        try:
            answers.append(post(server, {"session_id": name, "add": add})[0])
        finally:
            done.set()

    with RawSocket(server) as ada, RawSocket(server) as bob, RawSocket(server) as eve:
        ada.join(name)
        target = bob.join(name)
        eve.join("cost-else")
        thread = threading.Thread(target=edit)
        thread.start()
        relayed = 0
        while not done.is_set():
            ada.send({"type": "offer", "target_peer_id": target, "sdp": "v=0"})
            bob.until("relay_offer")
            relayed += 1
            element = label(f"o{relayed}")
            eve.send({"type": "add_element", "element": element, "message_id": str(relayed)})
            eve.until("ack")
        thread.join()
        assert answers == [200]
        told = [m for m in ada.fence() if m["type"].startswith(("scene_", "element_"))]
        scenes = [(m["scene"]["revision"], len(m["scene"]["elements"])) for m in told]
        assert scenes[-1:] == [(14_000, 14_000)], "all of it at once"
        assert scenes[:-1] in ([], [(0, 0)])


@pytest.mark.nightly
@pytest.mark.rule("OUT2", "SCN2", "SCN8")
def test_who_restores_without_end_does_not_keep_others_from_storing(own: Server) -> None:
    """The shouting session is held, and its history is cut as it is written."""
    texts = [label(f"e{n}", "x" * 16_000) for n in range(200)]
    for part in range(0, 200, 50):
        added = {"session_id": "loud", "add": texts[part : part + 50]}
        assert post(own, added)[0] == 200
    with RawSocket(own) as loud, RawSocket(own) as quiet:
        loud.join("loud")
        quiet.join("quiet")
        stop = threading.Event()

        def shout() -> None:
            while not stop.is_set():
                try:
                    loud.send({"type": "restore_scene", "revision": 200})
                except OSError:
                    return

        def listen() -> None:
            with contextlib.suppress(OSError):
                while loud.socket.recv(1 << 20):
                    pass

        threading.Thread(target=shout, daemon=True).start()
        threading.Thread(target=listen, daemon=True).start()
        for number in range(100):
            element = label(f"q{number}")
            quiet.send({"type": "add_element", "element": element, "message_id": str(number)})
            answer = next(m for m in iter(quiet.receive, None) if m["type"] in ("ack", "error"))
            assert answer["type"] == "ack"
        for _ in range(6):
            status, _, body = post(own, {"session_id": "loud", "clear": True})
            assert (status, body.get("code")) in ((200, None), (429, "rate_limited"))
            assert post(own, {"session_id": "loud", "add": texts[:60]})[0] in (200, 409, 413, 429)
        stop.set()
        loud.socket.shutdown(socket.SHUT_RDWR)
        assert own.metric("canvas_held_back_total") > 0
    assert own.metric("canvas_log_failures_total") == 0


@pytest.mark.nightly
@pytest.mark.rule("SCN8")
def test_history_is_cut_while_it_is_written(own: Server) -> None:
    """Also when it never rests."""
    for round_ in range(8):
        for part in range(4):
            texts = [label(f"e{n}", f"{round_}{part}" + "x" * 9_000) for n in range(100)]
            edit = {"session_id": "long", "clear": True, "add": texts}
            assert post(own, edit)[0] == 200
    history = json.loads(own.get("/api/scene/long/history?limit=1")[1])
    assert history["revision"] == 8 * 4 * 101
    assert history["first_revision"] > 0
