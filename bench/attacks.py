"""Attacks a server in one way after another while people talk, and measures what they notice.

``make attacks`` takes two minutes and writes the table into docs/SECURITY.md; ``--quick`` takes
half a minute and writes nothing. The server runs on one core; the talk and the attacker share the
other, which the attacker has for itself but for what little the talk needs. Loopback is not counted
by address, so what is measured is an attacker with as many addresses as it likes.
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from contenders import cores, memory_kib, running
from report import machine, put

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "SECURITY.md"
PAIRS, RATE = 25, 200
MASK = b"\x00\x00\x00\x00"

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


# --- a client that does not care -----------------------------------------------------------------


def text_frame(payload: bytes) -> bytes:
    """Return a masked frame of a whole text message (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((0x80 | size,)) + MASK + payload
    if size < 65536:
        return b"\x81\xfe" + size.to_bytes(2, "big") + MASK + payload
    return b"\x81\xff" + size.to_bytes(8, "big") + MASK + payload


def said(kind: str, **fields: Any) -> bytes:
    """Return a message as a frame."""
    return text_frame(json.dumps({"type": kind, **fields}).encode())


def upgrade(port: int, origin: str = "") -> bytes:
    """Return an upgrade request."""
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *([f"Origin: {origin}"] if origin else []),
        "\r\n",
    )
    return "\r\n".join(lines).encode()


@contextlib.asynccontextmanager
async def line(port: int, first: bytes = b"") -> AsyncGenerator[tuple[Reader, Writer]]:
    """Open a TCP connection and write; what comes is thrown away unless somebody reads it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(first)
        yield reader, writer
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def websocket(port: int, *first: bytes) -> AsyncGenerator[tuple[Reader, Writer]]:
    """Open a WebSocket and write."""
    async with line(port, upgrade(port)) as (reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(first))
        yield reader, writer


async def throw_away(reader: Reader) -> None:
    """Read until the end."""
    while await reader.read(1 << 20):
        pass


async def repeat(act: Callable[[], Awaitable[None]], at_once: int) -> None:
    """Do something again and again, several at once; a refusal is no reason to stop."""

    async def again() -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError):
                await act()
            await asyncio.sleep(0)

    await asyncio.gather(*(again() for _ in range(at_once)))


async def pour(port: int, frames: bytes, *first: bytes, reads: bool = True) -> None:
    """Write the same frames for ever to a WebSocket."""
    async with websocket(port, *first) as (reader, writer):
        reading = asyncio.create_task(throw_away(reader)) if reads else None
        try:
            while not reader.at_eof():
                writer.write(frames)
                await writer.drain()
        finally:
            if reading is not None:
                reading.cancel()


# --- the attacks ---------------------------------------------------------------------------------


async def nothing(_: int) -> None:
    """Nobody attacks."""
    await asyncio.Event().wait()


async def hijack(port: int) -> None:
    """Pages of another origin open sockets through the browsers of people."""

    async def one() -> None:
        async with line(port, upgrade(port, "https://evil.example")) as (reader, _):
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 403"):
                raise SystemExit(f"let in: {answer!r}")

    await repeat(one, 50)


async def flood(port: int) -> None:
    """Ten peers send each other candidates as fast as they can."""
    candidate = said("ice_candidate", target_peer_id=str(uuid.uuid4()), candidate="")
    subscribe = said("subscribe", session_id="flood")
    await repeat(lambda: pour(port, candidate * 200, subscribe), 10)


async def rings(port: int) -> None:
    """Ten peers ring somebody who is not there."""
    ring = said("start_call", target_peer_id=str(uuid.uuid4()), session_id="flood")
    await repeat(lambda: pour(port, ring * 200, said("subscribe", session_id="flood")), 10)


async def scenes(port: int) -> None:
    """Ten peers ask for a scene of half a megabyte, again and again."""
    picture = {"type": "Image", "src": "data:image/png;base64," + "A" * 500_000}
    add = said("add_element", element={"id": "large", "kind": picture})
    subscribe = said("subscribe", session_id="scenes")
    await repeat(lambda: pour(port, said("get_scene") * 50, subscribe, add), 10)


async def deaf(port: int) -> None:
    """Ten peers ask for the same and read nothing."""
    picture = {"type": "Image", "src": "data:image/png;base64," + "A" * 500_000}
    add = said("add_element", element={"id": "large", "kind": picture})
    subscribe = said("subscribe", session_id="deaf")
    await repeat(lambda: pour(port, said("get_scene") * 50, subscribe, add, reads=False), 10)


async def slowloris(port: int) -> None:
    """A thousand requests whose headers never end."""

    async def one() -> None:
        async with line(port, b"GET / HTTP/1.1\r\n") as (reader, writer):
            while not reader.at_eof():
                writer.write(b"X-More: x\r\n")
                await writer.drain()
                await asyncio.sleep(1)

    await repeat(one, 1000)


async def half_open(port: int) -> None:
    """Ten thousand connections that say nothing."""

    async def one() -> None:
        async with line(port) as (reader, _):
            await reader.read()

    await repeat(one, 10_000)


async def unsubscribed(port: int) -> None:
    """Two thousand WebSockets that join no session."""

    async def one() -> None:
        async with websocket(port) as (reader, _):
            await throw_away(reader)

    await repeat(one, 2000)


async def huge(port: int) -> None:
    """Frames that announce a gigabyte, and messages of 16 MiB in fragments."""

    async def one() -> None:
        head = b"\x81\xff" + (1 << 30).to_bytes(8, "big") + MASK
        async with websocket(port, head) as (reader, writer):
            while not reader.at_eof():
                writer.write(b"x" * 65536)
                await writer.drain()

    async def fragments() -> None:
        part = b"\x01\xff" + (65536).to_bytes(8, "big") + MASK + b"x" * 65536
        more = b"\x00" + part[1:]
        async with websocket(port, part) as (_, writer):
            for _ in range(256):
                writer.write(more)
                await writer.drain()

    await asyncio.gather(repeat(one, 10), repeat(fragments, 10))


async def deep(port: int) -> None:
    """JSON of half a million open brackets."""
    subscribe = b'{"type":"subscribe","session_id":' + b"[" * 500_000
    await repeat(lambda: pour(port, text_frame(subscribe)), 4)


async def guesses(port: int) -> None:
    """Peer ids and resume tokens are guessed, a hundred at once."""

    async def one() -> None:
        wish = said(
            "subscribe",
            session_id="pair-0",
            peer_id=str(uuid.uuid4()),
            resume_token=secrets.token_urlsafe(40),
            received=0,
        )
        target = said("offer", target_peer_id=str(uuid.uuid4()), sdp="v=0")
        async with websocket(port, wish, target * 20) as (reader, _):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await throw_away(reader)

    await repeat(one, 100)


async def head_without_end(port: int) -> None:
    """Fifty requests with a head of any size."""

    async def one() -> None:
        async with line(port, b"GET / HTTP/1.1\r\n") as (reader, writer):
            while not reader.at_eof():
                writer.write(b"X-More: " + b"x" * 60_000 + b"\r\n")
                await writer.drain()

    await repeat(one, 50)


ATTACKS = {
    attack.__name__: attack
    for attack in (
        nothing,
        hijack,
        flood,
        rings,
        scenes,
        deaf,
        slowloris,
        half_open,
        unsubscribed,
        huge,
        head_without_end,
        deep,
        guesses,
    )
}


# --- measuring -----------------------------------------------------------------------------------


def own_core(niceness: int) -> Callable[[], None]:
    """Return what a process does first: stay on the core of the load, and wait for others."""

    def prepare() -> None:
        os.sched_setaffinity(0, cores()[1])
        os.nice(niceness)

    return prepare


def measured(name: str, seconds: float) -> dict[str, Any]:
    """Attack a fresh server, and talk through it meanwhile."""
    with running("canvas-server") as (pid, url):
        port = url.partition("127.0.0.1:")[2].partition("/")[0]
        attacker = subprocess.Popen(
            [sys.executable, __file__, "--attack", name, "--port", port],
            preexec_fn=own_core(19),  # noqa: PLW1509
        )
        talk = subprocess.Popen(
            [
                *(sys.executable, str(HERE / "load.py"), "latency", url, str(pid)),
                *("--pairs", str(PAIRS), "--rate", str(RATE), "--seconds", str(seconds)),
                *("--tick", "0.002"),
            ],
            preexec_fn=own_core(0),  # noqa: PLW1509
            stdout=subprocess.PIPE,
            text=True,
        )
        most = 0
        while talk.poll() is None:
            most = max(most, memory_kib(pid))
            time.sleep(0.1)
        let_in = attacker.poll()
        attacker.kill()
        attacker.wait()
        assert talk.stdout is not None
        result: dict[str, Any] = json.loads(talk.stdout.read())
        talk.stdout.close()
    if let_in:
        result["faults"].append("the attack came through")
    return {**result, "memory_mib": most / 1024}


def table(results: dict[str, dict[str, Any]], seconds: float) -> str:
    """Return the table of the page."""
    talk = f"{PAIRS} pairs of people exchange {RATE} candidates a second"
    rows = [
        f"{machine()}; {talk}, each attack lasts {seconds:.0f} s",
        "",
        "| attack | relayed, p50 ms | p99 ms | longest ms | lost | server memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        text = (ATTACKS[name].__doc__ or "").rstrip(".")
        figures = (f"{result[key]:.2f}" for key in ("p50_ms", "p99_ms", "max_ms"))
        lost = len(result["faults"])
        rows.append(f"| {text} | {' | '.join(figures)} | {lost} | {result['memory_mib']:.0f} |")
    return "\n".join(rows)


def main() -> None:
    """Attack in every way, or in one, as an attacker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attack", choices=list(ATTACKS), help="be the attacker")
    parser.add_argument("--port", type=int)
    parser.add_argument("--only", choices=list(ATTACKS), help="measure one")
    parser.add_argument("--quick", action="store_true", help="shorter; writes nothing")
    options = parser.parse_args()
    if options.attack is not None:
        asyncio.run(ATTACKS[options.attack](options.port))
        return
    seconds = 2 if options.quick else 8
    results: dict[str, dict[str, Any]] = {}
    for name in [options.only] if options.only else ATTACKS:
        results[name] = found = measured(name, seconds)
        print(
            f"{name}: p50 {found['p50_ms']:.2f} ms, p99 {found['p99_ms']:.2f} ms, "
            f"{found['memory_mib']:.0f} MiB, faults {found['faults'][:2]}",
            flush=True,
        )
    if not options.quick and not options.only:
        put(PAGE, "attacks", table(results, seconds))


if __name__ == "__main__":
    main()
