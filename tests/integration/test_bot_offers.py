"""Offers that are not the usual ones, between two peers without a browser."""

from pathlib import Path

import av
import pytest
from av import VideoFrame

from canvas_server.bot.media import Film, kinds_in
from canvas_server.client import Client
from support.servers.bots import agent, until
from support.servers.server import Server

pytestmark = pytest.mark.rule("SIG6", "SIG9")


async def both_here(*clients: Client) -> None:
    await until(lambda: all(len(c.view.peers) == len(clients) for c in clients), "both are here")


async def test_a_peer_connection_that_is_made_anew_is_answered_with_another(
    server: Server,
) -> None:
    async with agent(server.url, "anew", "Ada") as (ada, a), agent(server.url, "anew") as (bob, b):
        await both_here(a, b)
        ada.call(b.peer_id)
        await until(lambda: b.peer_id in ada.calls and a.peer_id in bob.calls, "a call")
        calls = ada.calls[b.peer_id], bob.calls[a.peer_id]

        def both_receive() -> bool:
            return all(
                call.state == "connected" and set(call.received) == {"audio", "video"}
                for call in calls
            )

        await until(both_receive, "pictures and sound")
        calls[0].step("begin anew")
        await until(lambda: calls[0].state == "reconnecting", "the old peer connection ends")
        for call in calls:
            call.received.clear()
        await until(both_receive, "pictures and sound over another one")
        assert (ada.calls[b.peer_id], bob.calls[a.peer_id]) == calls


def write_film(path: Path) -> None:
    """Two seconds of blue, without sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(30):
            frame = VideoFrame(320, 180, "rgb24")
            frame.planes[0].update(bytes((0, 0, 220)) * (320 * 180))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


async def test_who_offers_pictures_alone_gets_pictures_and_is_recorded(
    server: Server, tmp_path: Path
) -> None:
    film, kept = tmp_path / "film.mp4", tmp_path / "kept.mkv"
    write_film(film)
    async with (
        agent(server.url, "film", "Ada", lambda: Film(film)) as (ada, a),
        agent(server.url, "film", "Keeper", record=kept) as (keeper, b),
    ):
        await both_here(a, b)
        ada.call(b.peer_id)
        # More pictures than the film has: it begins again.
        await until(
            lambda: a.peer_id in keeper.calls and keeper.calls[a.peer_id].received["video"] > 40,
            "the film",
        )
        assert set(ada.calls[b.peer_id].received) == {"video"}
        assert ada.calls[b.peer_id].state == keeper.calls[a.peer_id].state == "connected"
    with av.open(str(kept)) as container:
        middle = next(container.decode(video=0)).reformat(width=64, height=36, format="rgb24")
    red, green, blue = bytes(middle.planes[0])[:3]
    assert blue > 150 > max(red, green)
    assert "video" in kinds_in(kept)
