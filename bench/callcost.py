"""Cost of each message of a call within the node, without sockets, and of reading descriptions.

    .venv/bin/python bench/callcost.py [--calls 200] [--rounds 25] [--profile]

Prints microseconds of CPU a message, the least of all rounds: what else the machine does shows
little. A message is decoded, checked, relayed and encoded; what it causes is written to a socket
that throws it away.
"""

import argparse
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from canvas_server.core.calls import sdp  # noqa: E402
from canvas_server.core.effects import ConnectionId  # noqa: E402
from canvas_server.node.node import Node  # noqa: E402
from canvas_server.node.outbox import Outboxes  # noqa: E402
from canvas_server.store.memory import MemoryLog  # noqa: E402
from support.hub.hub import NOW, make_hub, payloads  # noqa: E402
from support.hub.sockets import KeptSocket  # noqa: E402

CANDIDATES = 20
SECONDS_A_CALL = 0.2
"""Between calls, so that budgets and windows are as they are with people."""


class Sink(KeptSocket):
    """A socket that throws away what is written."""

    keeps = True

    def write(self, data: bytes) -> None:
        """Take it."""
        if self.keeps:
            super().write(data)


class CallBench:
    """Two peers on a node whose clock and timers stand still until they are moved."""

    def __init__(self) -> None:
        self.now = NOW
        self.timers: list[Callable[[], None]] = []
        outboxes = Outboxes()
        self.node = Node(
            make_hub(outboxes),
            outboxes,
            MemoryLog(self.timers.append),
            lambda _, act: self.timers.append(act),
            lambda: self.now,
        )
        (self.ada, self.ada_id), (self.bob, self.bob_id) = self._join(), self._join()

    def _join(self) -> tuple[ConnectionId, str]:
        socket = Sink()
        connection = self.node.connect(socket)
        self.node.receive(connection, b'{"type":"subscribe","session_id":"s"}')
        self.rest()
        self.node.flush()
        welcome = [json.loads(each) for each in payloads(b"".join(socket.writes))]
        socket.keeps = False
        return connection, next(m["peer_id"] for m in welcome if m["type"] == "peer_assigned")

    def rest(self) -> None:
        """Let what is due happen."""
        self.now += SECONDS_A_CALL
        for connection in self.node.connections:
            outbox = self.node.outboxes[connection]
            outbox.acknowledge(outbox.written)
        while self.timers:
            timers, self.timers = self.timers, []
            for act in timers:
                act()

    def script(self, offer: str, answer: str) -> list[tuple[str, ConnectionId, bytes]]:
        """Return the messages of a call, and who sends each."""
        candidate = (
            "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.17 "
            "rport 46154 generation 0 ufrag 4ZcD network-cost 10"
        )

        def message(
            kind: str, sender: ConnectionId, **fields: object
        ) -> tuple[str, ConnectionId, bytes]:
            target = self.bob_id if sender == self.ada else self.ada_id
            whole = {"type": kind, "target_peer_id": target, **fields}
            return kind, sender, json.dumps(whole).encode()

        ice = {"candidate": candidate, "sdp_mid": "0", "sdp_m_line_index": 0}
        each = [message("ice_candidate", one, **ice) for one in (self.ada, self.bob)]
        return [
            message("start_call", self.ada, session_id="s"),
            message("offer", self.ada, sdp=offer),
            message("answer", self.bob, sdp=answer),
            *(each * (CANDIDATES // 2)),
            message("end_call", self.ada),
        ]

    def time_calls(
        self, script: list[tuple[str, ConnectionId, bytes]], calls: int
    ) -> dict[str, float]:
        """Return the seconds that all messages of each kind took, and the timers after them."""
        clock, spent = time.perf_counter, dict.fromkeys((kind for kind, *_ in script), 0.0)
        spent["timers"] = 0.0
        node = self.node
        for _ in range(calls):
            for kind, sender, payload in script:
                begun = clock()
                node.receive(sender, payload)
                node.flush()
                spent[kind] += clock() - begun
            begun = clock()
            self.rest()
            spent["timers"] += clock() - begun
        return spent


def description(setup: str, size: int = 3000) -> str:
    """Return a description of one video section with many codecs, about as long as this."""
    lines = ["v=0", "o=- 46117317 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"]
    lines += ["m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:0", "a=ice-ufrag:4ZcD"]
    lines += [
        "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlJk",
        "a=fingerprint:sha-256 " + ":".join(["7B"] * 32),
    ]
    lines += [f"a=setup:{setup}", "a=rtcp-mux", "a=sendrecv"]
    codec = 96
    while sum(map(len, lines)) + 2 * len(lines) < size:
        lines += [f"a=rtpmap:{codec} VP8/90000", f"a=rtcp-fb:{codec} goog-remb"]
        codec += 1
    return "".join(line + "\r\n" for line in lines)


def time_descriptions(rounds: int) -> None:
    """Print what it costs to check descriptions as browsers and libraries make them."""
    samples = json.loads((ROOT / "tests" / "samples" / "descriptions.json").read_text())
    print(f"\n{'description':<45} {'bytes':>6} {'us':>7}")
    for sample in samples:
        text = sample["sdp"]
        least = min(_seconds(sdp.check_description, text, 50) for _ in range(rounds))
        print(f"{sample['from'] + ', ' + sample['what']:<45} {len(text):>6} {least * 1e6:>7.1f}")


def _seconds(check: Callable[[str], None], text: str, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        check(text)
    return (time.perf_counter() - begun) / times


def main() -> None:
    """Measure, or profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="in each round")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--profile", action="store_true", help="where the time goes, by function")
    options = parser.parse_args()
    bench = CallBench()
    script = bench.script(description("actpass"), description("active"))
    bench.time_calls(script, options.calls)
    if options.profile:
        with cProfile.Profile() as profile:
            bench.time_calls(script, options.calls)
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return
    rounds = [bench.time_calls(script, options.calls) for _ in range(options.rounds)]
    count = {kind: sum(one[0] == kind for one in script) for kind in rounds[0]} | {"timers": 1}
    print(f"{'message':<20} {'us':>7}")
    total = 0.0
    for kind, messages in count.items():
        least = min(spent[kind] for spent in rounds) / options.calls
        total += least
        print(f"{kind:<20} {least / messages * 1e6:>7.2f}")
    print(f"{'each of the call':<20} {total / len(script) * 1e6:>7.2f}")
    time_descriptions(options.rounds)


if __name__ == "__main__":
    main()
