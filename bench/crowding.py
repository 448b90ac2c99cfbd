"""Attacks on people: messages that are allowed, cheap to send, and sent on to somebody or to many.

Most aim at the session `crowd`, where `witness.py` counts what comes down one person's line.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from canvas_server.protocol.roles import Role
from contenders import join_token
from rawclient import (
    MASK,
    Reader,
    Writer,
    message_frame,
    message_of,
    pour,
    repeat,
    throw_away,
    websocket,
)
from witness import CROWD, SECRET, VICTIM

SUBSCRIBE = message_frame("subscribe", session_id=CROWD)
FINGERPRINT = ":".join(["AB"] * 32)
DESCRIPTION = (
    "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n"
    f"a=ice-pwd:{'p' * 24}\r\na=fingerprint:sha-256 {FINGERPRINT}\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
)


@contextlib.asynccontextmanager
async def facing_victim(port: int) -> AsyncGenerator[tuple[Reader, Writer, str]]:
    """Join the crowd once the victim is there; yield the connection and the victim's id."""
    async with websocket(port, SUBSCRIBE) as (reader, writer):
        while True:
            people = (await message_of(reader, "peer_list"))["peers"]
            for peer in people:
                if peer.get("display_name") == VICTIM:
                    yield reader, writer, peer["peer_id"]
                    return
            await asyncio.sleep(0.1)
            writer.write(message_frame("list_peers"))


async def pour_at_victim(port: int, kind: str, at_once: int, **fields: object) -> None:
    """Send the victim the same message for ever."""

    async def one() -> None:
        async with facing_victim(port) as (reader, writer, victim):
            reading = asyncio.create_task(throw_away(reader))
            frames = message_frame(kind, target_peer_id=victim, **fields) * 50
            try:
                while not reader.at_eof():
                    writer.write(frames)
                    await writer.drain()
            finally:
                reading.cancel()

    await repeat(one, at_once)


async def people(port: int, count: int) -> None:
    """Fill the crowd with people who listen."""

    async def one() -> None:
        async with websocket(port, SUBSCRIBE) as (reader, _):
            await throw_away(reader)

    await repeat(one, count)


async def candidates_at_one(port: int) -> None:
    """Ten people send one person candidates of 2 KiB."""
    candidate = "candidate:1 1 udp 1 192.0.2.1 9000 typ host " + "x y " * 490
    await pour_at_victim(port, "ice_candidate", 10, candidate=candidate)


async def offers_at_one(port: int) -> None:
    """Ten people send one person descriptions of 60 KiB."""
    sdp = DESCRIPTION + "a=rtpmap:111 opus/48000/2\r\n" * 2100
    await pour_at_victim(port, "offer", 10, sdp=sdp)


async def rings_in_parts(port: int) -> None:
    """Ten people ring one person, each ring in two fragments."""

    async def one() -> None:
        async with facing_victim(port) as (reader, writer, victim):
            ring = message_frame("start_call", target_peer_id=victim, session_id=CROWD)
            hang_up = message_frame("end_call", target_peer_id=victim)
            payload = ring[8:]  # a head of 4 bytes, a mask of 4
            parts = b"\x01\x81" + MASK + payload[:1]
            parts += b"\x80\xfe" + (len(payload) - 1).to_bytes(2, "big") + MASK + payload[1:]
            reading = asyncio.create_task(throw_away(reader))
            try:
                while not reader.at_eof():
                    writer.write((parts + hang_up) * 50)
                    await writer.drain()
            finally:
                reading.cancel()

    await repeat(one, 10)


async def toggles(port: int) -> None:
    """Ten of two hundred people join and leave the call of everybody, and switch their media."""
    frames = b"".join(
        message_frame("group_call", joined=on)
        + message_frame("media_state", audio=on, video=not on, screen=on)
        for on in (True, False)
    )
    act = repeat(lambda: pour(port, frames * 50, SUBSCRIBE), 10)
    await asyncio.gather(people(port, 190), act)


async def pointers(port: int) -> None:
    """Fifty of two hundred people move their pointers as fast as they can."""
    frames = b"".join(message_frame("cursor", x=number, y=1) for number in range(50))
    act = repeat(lambda: pour(port, frames, SUBSCRIBE), 50)
    await asyncio.gather(people(port, 150), act)


async def previews(port: int) -> None:
    """Ten of a hundred people show five hundred elements in motion, again and again."""
    elements = [{"id": f"element-{number}", "transform": {"x": number}} for number in range(500)]
    add = [{"op": "add", "element": {"id": one["id"], "kind": KIND}} for one in elements]
    adds = message_frame("sync_queue", operations=add)
    frames = message_frame("preview", elements=elements)
    act = repeat(lambda: pour(port, frames, SUBSCRIBE, adds), 10)
    await asyncio.gather(people(port, 90), act)


KIND = {"type": "Text", "content": "moved"}


async def comings_and_goings(port: int) -> None:
    """Ten people change between a session of a hundred and another one, without end."""
    elsewhere = message_frame("subscribe", session_id="elsewhere")
    act = repeat(lambda: pour(port, (SUBSCRIBE + elsewhere) * 20), 10)
    await asyncio.gather(people(port, 100), act)


async def short_visits(port: int) -> None:
    """Twenty people come on new connections and go, without end."""
    close = b"\x88\x82" + MASK + (1000).to_bytes(2, "big")

    async def one() -> None:
        async with websocket(port, SUBSCRIBE, close) as (reader, _):
            await throw_away(reader)

    await asyncio.gather(people(port, 100), repeat(one, 20))


async def resumes(port: int) -> None:
    """Ten people take over from their own connections again and again, as if they had nothing."""

    async def one() -> None:
        token: dict[str, str] = {}
        while True:
            wish = message_frame("subscribe", session_id=CROWD, received=0, **token)
            async with websocket(port, wish) as (reader, _):
                assigned = await message_of(reader, "peer_assigned")
                token = {"resume_token": assigned["resume_token"]}

    await asyncio.gather(people(port, 50), repeat(one, 10))


async def lists(port: int) -> None:
    """Ten of two hundred people ask who is there, again and again."""
    frames = message_frame("list_peers") * 50
    await asyncio.gather(people(port, 190), repeat(lambda: pour(port, frames, SUBSCRIBE), 10))


async def one_link(port: int) -> None:
    """One link to look on opens as many sockets as there is place for; moderators want to come."""
    token = join_token(SECRET, CROWD, Role.VIEW)

    async def one() -> None:
        wish = message_frame("subscribe", session_id=CROWD, token=token)
        async with websocket(port, wish) as (reader, _):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await throw_away(reader)

    await repeat(one, 300)


async def wrong_tokens(port: int) -> None:
    """A hundred strangers try tokens that are signed by nobody."""
    token = join_token("another secret that is long enough", CROWD)
    wish = message_frame("subscribe", session_id=CROWD, token=token)

    async def one() -> None:
        async with websocket(port, wish * 20) as (reader, _):
            await throw_away(reader)

    await repeat(one, 100)


async def pings(port: int) -> None:
    """Ten connections send pings as fast as they can."""
    ping = b"\x89\x84" + MASK + b"ping"
    await repeat(lambda: pour(port, ping * 200, SUBSCRIBE), 10)
