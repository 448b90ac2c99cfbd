"""Peers of the load generator: they signal each other and check every message they get.

They speak the protocol of this server, or that of PeerServer, whose messages carry the same.
"""

import argparse
import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,  # pyright: ignore[reportUnknownVariableType]
)

from contenders import cpu_seconds, join_token

CANDIDATE = (
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 rport 46154 "
    "generation 0 ufrag 4ZcD network-cost 10 sequence "
)
SDP = "v=0\r\n" + "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\n" * 66
WARM_SECONDS = 1.0


class Heard(msgspec.Struct):
    """What the generator reads of any message."""

    type: str
    from_peer_id: str = ""
    peer_id: str = ""
    candidate: str = ""
    sdp: str = ""
    message_id: str = ""
    result: dict[str, Any] | None = None
    element: dict[str, Any] | None = None


decode = msgspec.json.Decoder(Heard).decode
encode = msgspec.json.Encoder().encode


class Tally:
    """What was counted in the measured window, and what went wrong at any time."""

    def __init__(self, secret: str = "", protocol: str = "canvas") -> None:
        self.secret = secret
        """Of a server that asks for tokens."""
        self.protocol = protocol
        self.open = False
        self.stopping = False
        self.received = 0
        self.calls = 0
        self.faults: list[str] = []
        self.outstanding = 0
        self.latencies: list[float] = []

    def fault(self, text: str) -> None:
        """Note what must not happen."""
        if len(self.faults) < 20:
            self.faults.append(text[:200])


class Peer(WSListener):
    """One peer. `hear` is called with each relayed message."""

    def __init__(self, session_id: str, tally: Tally, token: dict[str, str]) -> None:
        super().__init__()
        self.session_id = session_id
        self.token = token
        self.tally = tally
        self.peer_id = ""
        self.partner = ""
        self.sent = 0
        self.expected = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hear: Callable[[Heard], None] = lambda _: None
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Join; the answer to the ping tells that everything before it has been handled."""
        self.transport = transport
        self.say({"type": "subscribe", "session_id": self.session_id, **self.token})
        self.say({"type": "ping"})

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a message."""
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
            return
        message = decode(frame.get_payload_as_memoryview())
        match message.type:
            case "peer_assigned":
                self.peer_id = message.peer_id
            case "pong":
                if not self.joined.done():
                    self.joined.set_result(None)
            case "error":
                self.tally.fault(f"refused: {frame.get_payload_as_bytes()!r}")
            case _:
                self.hear(message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """Nobody is disconnected while it is measured."""
        if not self.tally.stopping:
            self.tally.fault("disconnected")

    def say(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, encode(message))

    def signal(self, kind: str, **fields: Any) -> None:
        """Send a signal to the partner; it must come back out there."""
        self.tally.outstanding += 1
        self.say({"type": kind, "target_peer_id": self.partner, **fields})

    def candidate(self) -> None:
        """Send the next candidate."""
        text = f"{CANDIDATE}{self.sent}"
        self.sent += 1
        self.signal("ice_candidate", candidate=text, sdp_mid="0", sdp_m_line_index=0)

    def check(self, message: Heard, payload: str, wanted: str) -> None:
        """Count a relayed message, or say what is wrong with it."""
        tally = self.tally
        tally.outstanding -= 1
        tally.received += tally.open
        if message.from_peer_id != self.partner:
            tally.fault(f"{message.type} from {message.from_peer_id}, not {self.partner}")
        if payload != wanted:
            tally.fault(f"{message.type} came as {payload[-40:]!r}, not {wanted[-40:]!r}")

    def check_candidate(self, message: Heard) -> None:
        """Count the next candidate."""
        self.check(message, message.candidate, f"{CANDIDATE}{self.expected}")
        self.expected += 1


class PeerJsPeer(Peer):
    """One peer of a PeerServer: it chooses its id, and all that is relayed is in `payload`."""

    TYPES = {"offer": "OFFER", "answer": "ANSWER"}
    RELAYED = {"start_call": "incoming_call", "end_call": "call_ended"}

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Wait for `OPEN`: the id was in the address."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002
        """Take a message."""
        message = msgspec.json.decode(frame.get_payload_as_memoryview(), type=_PeerJsMessage)
        if message.type == "OPEN":
            self.joined.set_result(None)
        elif message.type in ("OFFER", "ANSWER", "CANDIDATE"):
            payload = message.payload
            kind = payload.pop("kind")
            kind = self.RELAYED.get(kind, f"relay_{kind}")
            self.hear(
                msgspec.convert({"type": kind, "from_peer_id": message.src, **payload}, Heard)
            )
        else:
            self.tally.fault(f"refused: {message.type}")

    def signal(self, kind: str, **fields: Any) -> None:
        """Send a signal to the partner."""
        self.tally.outstanding += 1
        payload = {"kind": kind, **fields}
        message = {"type": self.TYPES.get(kind, "CANDIDATE"), "dst": self.partner}
        self.say({**message, "payload": payload})


class _PeerJsMessage(msgspec.Struct):
    type: str
    src: str = ""
    payload: dict[str, Any] = {}


def _peerjs(url: str, session_id: str, tally: Tally) -> tuple[Callable[[], Peer], str]:
    """Return how to make a peer of a PeerServer, and where it connects."""

    def make() -> Peer:
        peer = PeerJsPeer(session_id, tally, {})
        peer.peer_id = peer_id
        return peer

    peer_id = uuid.uuid4().hex
    address = url.removesuffix("/ws") + "/myapp/peerjs"
    return make, f"{address}?key=peerjs&id={peer_id}&token=load"


async def join(url: str, session_id: str, tally: Tally) -> Peer:
    """Connect a peer and wait until it is in its session."""
    token = {"token": join_token(tally.secret, session_id)} if tally.secret else {}
    make: Callable[[], Peer] = lambda: Peer(session_id, tally, token)  # noqa: E731
    if tally.protocol == "peerjs":
        make, url = _peerjs(url, session_id, tally)
    _, listener = await ws_connect(make, url)
    assert isinstance(listener, Peer)
    await listener.joined
    return listener


async def pairs(url: str, tally: Tally, options: argparse.Namespace) -> list[tuple[Peer, Peer]]:
    """Connect pairs of peers, each in a session of its own, where there are two nodes on both."""
    made: list[tuple[Peer, Peer]] = []
    urls = [url, options.also or url]
    for number in range(options.pairs):
        places = (urls[0], urls[1]) if options.across else (urls[number % 2],) * 2
        one, other = [await join(place, f"pair-{number}", tally) for place in places]
        one.partner, other.partner = other.peer_id, one.peer_id
        made.append((one, other))
    return made


async def measure(tally: Tally, pids: list[int], seconds: float) -> dict[str, float]:
    """Let it run: warm up, then measure for some seconds."""
    await asyncio.sleep(WARM_SECONDS)
    server, own, started = cpu_seconds(*pids), time.process_time(), time.perf_counter()
    tally.open = True
    await asyncio.sleep(seconds)
    tally.open = False
    elapsed = time.perf_counter() - started
    used = cpu_seconds(*pids) - server
    return {
        "messages": tally.received,
        "messages_per_s": tally.received / elapsed,
        "cpu_ms_per_1000": 1e6 * used / max(1, tally.received),
        "server_load": used / elapsed,
        "generator_load": (time.process_time() - own) / elapsed,
    }


async def drain(tally: Tally) -> None:
    """Stop, and wait until everything that was sent has come."""
    tally.stopping = True
    deadline = time.perf_counter() + 5
    while tally.outstanding > 0 and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    if tally.outstanding != 0:
        tally.fault(f"{tally.outstanding} messages are missing")
