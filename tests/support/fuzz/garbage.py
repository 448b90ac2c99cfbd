"""Feeds what nobody should send to everything that reads it, and counts.

``make garbage`` takes a minute: messages, descriptions and candidates are cut up and put together wrongly
and given to the codec and to the checks, then requests to a real server. Each has to be refused in a way
that is foreseen; the server has to go on. `ARGS="--seconds 600 --seed 7"` for longer, and again.
"""

import argparse
import http.client
import json
import random
import string
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from canvas_server.core.calls import sdp
from canvas_server.core.effects import Refusal
from canvas_server.protocol.codec import MalformedMessage, decode
from support.servers.server import RawSocket, Server, running

SECURED = (
    "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
    f"a=ice-pwd:{'p' * 24}\r\na=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 1 192.0.2.1 9000 typ srflx raddr 10.0.0.7 rport 9000\r\n"
)
CANDIDATE = "candidate:2 1 udp 41885439 203.0.113.1 9001 typ relay raddr 198.51.100.7 rport 9000"
ELEMENT = {"kind": {"type": "Text", "content": "x"}, "transform": {"x": 1.5, "y": 2}}
MESSAGES = (
    {"type": "subscribe", "session_id": "s", "display_name": "Ada", "received": 3},
    {"type": "offer", "target_peer_id": "p", "sdp": SECURED, "offer_id": "o"},
    {"type": "ice_candidate", "target_peer_id": "p", "candidate": CANDIDATE, "sdp_m_line_index": 0},
    {"type": "add_element", "element": ELEMENT, "message_id": "m"},
    {"type": "sync_queue", "operations": [{"op": "add", "element": ELEMENT}], "message_id": "m"},
    {"type": "call_quality", "target_peer_id": "p", "quality": {"rating": "good"}},
    {"type": "preview", "elements": [{"id": "e", "transform": {"x": 1}}]},
    {"session_id": "garbage", "add": [ELEMENT], "remove": ["x"], "clear": True},
)
PIECES = [
    *string.printable,
    *("\x00", "\ud800", "🙂", "\u2028", "null", "true", "-0", "1e999", "[" * 600, "{}", '"', "\\"),
    *("a=", "m=", "\r\n", "typ host", "sha-256 ", "9" * 40, "../", "%00", "<script>"),
]


def mangled(text: str, chance: random.Random) -> str:
    """Return a text with some of it cut out, doubled, swapped or replaced."""
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        one, other = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        other = min(other, one + chance.choice((0, 1, 8, 200)))
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:one] + text[other:]
        elif kind == 1:
            text = text[:other] + text[one:other] + text[other:]
        else:
            text = text[:one] + chance.choice(PIECES) + text[other:]
    return text[:200_000]


def codec(chance: random.Random) -> str:
    """Decode a message."""
    text = mangled(json.dumps(chance.choice(MESSAGES)), chance)
    try:
        return type(decode(text.encode("utf-8", "surrogatepass"))).__name__
    except MalformedMessage as malformed:
        return malformed.code


def descriptions(chance: random.Random) -> str:
    """Check a session description, and take the addresses out of it."""
    text = mangled(SECURED, chance)
    try:
        sdp.check_description(text)
    except Refusal as refused:
        return refused.code
    left = sdp.relayed_only(text)
    hidden = [line for line in left.splitlines() if line.startswith("a=candidate:")]
    assert all("typ relay" in line for line in hidden), left
    return "passed"


def candidates(chance: random.Random) -> str:
    """Check a candidate."""
    text = mangled(CANDIDATE, chance)
    try:
        sdp.check_candidate(text)
    except Refusal as refused:
        return refused.code
    assert "\n" not in text
    return "passed"


class Requests:
    """Sends requests to a real server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, chance: random.Random) -> str:
        """Send one; whatever it is, it is answered, and never as a failure of the server."""
        path = mangled(chance.choice(("/api/scene/s", "/api/scene", "/s/x", "/metrics")), chance)
        body = mangled(json.dumps(MESSAGES[-1]), chance).encode("utf-8", "surrogatepass")
        line = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=10)
        try:
            line.request(chance.choice(("GET", "POST", "PUT")), path, body)
            status = line.getresponse().status
        except (http.client.InvalidURL, UnicodeEncodeError, ValueError):
            return "not sent"
        except (http.client.BadStatusLine, ConnectionError):
            return "hung up"
        finally:
            line.close()
        assert status < 500, (status, path, body)
        return str(status)


def run(name: str, feed: Callable[[random.Random], str], seconds: float, seed: int) -> None:
    """Feed for some seconds, and say what came of it."""
    chance, found = random.Random(f"{name} {seed}"), Counter[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = chance.getstate()
        try:
            found[feed(chance)] += 1
        except BaseException:
            print(f"{name}: failed after {found.total():,}; state {hash(state)}", file=sys.stderr)
            raise
    words = ", ".join(f"{what} {count:,}" for what, count in found.most_common(8))
    print(f"{name}: {found.total():,} fed; {words}", flush=True)


def main() -> None:
    """Feed everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12, help="for each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for feed in (codec, descriptions, candidates):
        run(feed.__name__, feed, options.seconds, options.seed)
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as server:
        run("requests", Requests(server), options.seconds, options.seed)
        with RawSocket(server) as wire:
            wire.join("s")
    print("the server goes on")


if __name__ == "__main__":
    main()
