"""A peer by hand that sends and counts numbered messages, and resumes as docs/PROTOCOL.md says."""

import random
import threading
import time
from typing import Any, Self, cast

from support.networks.proxy import Proxy
from support.servers.server import RawSocket, RawSocketClosed, Server

BROKEN = (RawSocketClosed, OSError, IndexError)  # IndexError: cut before the answer to the upgrade
MOST_A_TURN = 3
TURN_SECONDS = 0.005
MOST_FAULTS = 20


class BarePeer:
    """Talks in a thread of its own."""

    def __init__(self, at: Proxy, session: str, seed: int) -> None:
        self._at = cast("Server", at)  # all that is asked of it is the port
        self._session = session
        self._chance = random.Random(seed)
        self._wire = RawSocket(self._at)
        self.peer_id = self._wire.join(session)
        self._target = ""
        self._since: list[dict[str, Any]] = []  # what was sent since the latest peer_assigned
        self._quiet = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bare peer", daemon=True)
        self.sent = self.came = self.left = self.recovered = self.lost = 0
        self.away: list[float] = []
        self.faults: list[str] = []

    def start(self, target: str) -> None:
        """Begin to send."""
        self._target = target
        self._thread.start()

    def stop(self) -> None:
        """Send nothing new any more."""
        self._quiet.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(30)
        self._wire.close()

    def _fault(self, text: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._turn()
            except BROKEN:
                self._resume()

    def _turn(self) -> None:
        """Send a few, and read up to the answer of a ping."""
        if not self._quiet.is_set():
            for _ in range(self._chance.randrange(MOST_A_TURN)):
                padding = "x" * (1900 if self._chance.random() < 0.1 else 90)
                self.sent += 1
                self._send(
                    {
                        "type": "ice_candidate",
                        "target_peer_id": self._target,
                        "candidate": f"{self.sent - 1} {padding}",
                    }
                )
        self._send({"type": "ping", "received": self._wire.received})
        while (message := self._wire.receive())["type"] != "pong":
            self._take(message)
        time.sleep(TURN_SECONDS)

    def _send(self, message: dict[str, Any]) -> None:
        self._since.append(message)
        self._wire.send(message)

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "relay_ice_candidate":
                number = int(message["candidate"].split()[0])
                if number != self.came:
                    self._fault(f"message {self.came} came as {number}")
                self.came = number + 1
            case "error":
                self._fault(f"error {message['code']}")
            case _:
                pass

    def _resume(self) -> None:
        """Come back, and send again what had not arrived."""
        began = time.monotonic()
        self.left += 1
        while not self._over.is_set():
            self._wire.close()
            try:
                wire = RawSocket(self._at)
                assigned = wire.resume(self._wire)
            except BROKEN:
                continue
            self._wire = wire
            self.away.append(time.monotonic() - began)
            if not assigned["recovered"]:
                self.lost += 1
                self._since = []
                return
            self.recovered += 1
            arrived = assigned["received"]
            if arrived > len(self._since):
                self._fault(f"{arrived} have arrived of {len(self._since)}")
            # What a ping said was counted from the token before this one.
            self._since = [
                {"type": "ping"} if message["type"] == "ping" else message
                for message in self._since[arrived:]
            ]
            try:
                for message in self._since:
                    wire.send(message)
            except BROKEN:
                began = time.monotonic()
                self.left += 1
                continue
            return
