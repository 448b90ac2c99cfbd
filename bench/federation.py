"""Measures what it costs that two people are at two servers, beside both at one, in turns.

``make benchfederation`` takes a minute and writes the table of docs/FEDERATION.md. It needs x0xd.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.servers.server import eventually
from support.servers.sites import SDP, FederatedServer, GuestSocket, two_sites

ROUNDS = 5
EXCHANGES = 200
BURST = 2000
EDITS = 100
PAGE = report.DOCS / "FEDERATION.md"


def exchange(ada: GuestSocket, bob: GuestSocket) -> list[float]:
    """Return how long it takes from an offer to its answer, in ms, one after the other."""
    took: list[float] = []
    for _ in range(EXCHANGES):
        started = time.perf_counter()
        ada.send({"type": "offer", "target_peer_id": bob.peer_id, "sdp": SDP})
        bob.until("relay_offer")
        bob.send({"type": "answer", "target_peer_id": ada.peer_id, "sdp": SDP})
        ada.until("relay_answer")
        took.append(1000 * (time.perf_counter() - started))
    return took


def burst(ada: GuestSocket, bob: GuestSocket) -> float:
    """Return how many candidates a second arrive of those that are sent as fast as it goes."""
    candidate = {
        "type": "ice_candidate",
        "target_peer_id": bob.peer_id,
        "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host",
    }

    def send() -> None:
        for _ in range(BURST):
            ada.send(candidate)

    sender = threading.Thread(target=send)
    started = time.perf_counter()
    sender.start()
    for _ in range(BURST):
        bob.until("relay_ice_candidate")
    sender.join()
    return BURST / (time.perf_counter() - started)


def edits(editor: GuestSocket, start: int) -> list[float]:
    """Return how long it takes until an edit is acked, in ms, one after the other."""
    took: list[float] = []
    for number in range(start, start + EDITS):
        started = time.perf_counter()
        editor.add(f"{editor.peer_id}-{number}")
        editor.until("ack")
        took.append(1000 * (time.perf_counter() - started))
    return took


def main() -> None:
    """Measure, print, write."""
    offered: dict[str, list[float]] = {"one": [], "two": []}
    rates: dict[str, list[float]] = {"one": [], "two": []}
    acked: dict[str, list[float]] = {"leader": [], "replica": []}
    with tempfile.TemporaryDirectory() as folder, two_sites(Path(folder), "x0xd") as sites:
        ada, cem = GuestSocket(sites[0], "Ada"), GuestSocket(sites[0], "Cem")
        bob = GuestSocket(sites[1], "Bob")
        ada.wait_for("peer_joined", peer_id=bob.peer_id)
        bob.wait_for("peer_joined", peer_id=ada.peer_id)
        leader, replica = (ada, bob) if _keeps(sites[0]) else (bob, ada)
        for turn in range(ROUNDS):
            for way, other in (("one", cem), ("two", bob)):
                offered[way] += exchange(ada, other)
                rates[way].append(burst(ada, other))
                ada.send({"type": "end_call", "target_peer_id": other.peer_id})
                other.until("call_ended")
                _answer_pings(ada, bob, cem)
            acked["leader"] += edits(leader, turn * EDITS)
            acked["replica"] += edits(replica, turn * EDITS)
            _answer_pings(ada, bob, cem)
    rows = [
        ("offer to answer, p50 ms", *(_middle(offered[way]) for way in ("one", "two"))),
        ("offer to answer, p99 ms", *(_late(offered[way]) for way in ("one", "two"))),
        (
            "candidates a second, one after the other",
            *(f"{statistics.median(rates[way]):,.0f}" for way in ("one", "two")),
        ),
        ("edit to ack, p50 ms (at the leader; at the replica)", *map(_middle, acked.values())),
    ]
    table = [
        f"{report.machine()}, x0xd 0.48.1; all on one machine, over loopback",
        "",
        "| | at one server | at two servers |",
        "|---|---|---|",
        *(f"| {what} | {one} | {two} |" for what, one, two in rows),
    ]
    print("\n".join(table))
    report.put(PAGE, "relay", "\n".join(table))
    print(f"\nwrote {PAGE.name}")


def _answer_pings(*guests: GuestSocket) -> None:
    """Read what has come: who says nothing for long is taken for gone."""
    for guest in guests:
        guest.fence()


def _keeps(site: FederatedServer) -> bool:
    noted = site.folder / "agreements.json"
    eventually(noted.exists, "who keeps the scene is noted")
    return '"kept_here":true' in noted.read_text()


def _middle(values: list[float]) -> str:
    return f"{statistics.median(values):.2f}"


def _late(values: list[float]) -> str:
    return f"{sorted(values)[len(values) * 99 // 100]:.2f}"


if __name__ == "__main__":
    main()
