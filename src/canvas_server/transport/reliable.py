"""Reliable channel: in order and exactly once, over a bus that may lose and repeat.

Each packet has a number, is kept until the other side says that it has arrived, and is sent again
when it says that one is missing, or says nothing for a while (as TCP does, RFC 9293 section 3.8).
A link never starts anew: a node that was given up takes another address, so another link.
"""

from collections import deque

from canvas_server.transport.packets import Packet

MAX_BODY = 256 * 1024
"""Of one packet; what is longer goes in several."""
ACK_BYTES = 256 * 1024
"""After so much that came in the other side is told, if there is nothing else to tell it."""
RESEND_BYTES = 1024 * 1024
"""At most about so much is sent again at once."""


class ReliableChannel:
    """One end of it. `send`, `take` and `tick` return the packets that are to be published."""

    def __init__(self, sender: str) -> None:
        """Speak as `sender`."""
        self._sender = sender
        self._sent = 0
        self._kept: deque[tuple[int, bytes, bool]] = deque()
        self.backlog = 0
        """Bytes on their way, or not known to have arrived."""
        self.resent = 0
        """Packets that were sent again."""
        self._taken = 0
        self._unsaid = 0
        self._owes = False
        self._waited_for = 0
        self._missed = -1
        self._parts: list[bytes] = []

    @property
    def owes(self) -> bool:
        """The other side does not know yet that something has arrived."""
        return self._owes

    def send(self, body: bytes) -> list[Packet]:
        """Put a body on its way."""
        packets: list[Packet] = []
        for start in range(0, len(body), MAX_BODY):
            part, more = body[start : start + MAX_BODY], start + MAX_BODY < len(body)
            self._sent += 1
            self._kept.append((self._sent, part, more))
            self.backlog += len(part)
            packets.append(self._packet(self._sent, part, more=more))
        return packets

    def take(self, packet: Packet) -> tuple[bytes | None, list[Packet]]:
        """Take a packet of the other side; return its body if it is the next one, once."""
        self._arrived(packet.arrived)
        answers = self.again() if packet.missing else []
        if packet.number == 0:
            return None, answers
        if packet.number != self._taken + 1:
            self._owes = True  # of one that came before the other side may not know
            if packet.number > self._taken and self._missed != self._taken:
                self._missed = self._taken  # said once; if that is lost too, time will tell
                answers.append(self._packet(0, missing=True))
            return None, answers
        self._taken = packet.number
        self._owes = True
        self._unsaid += len(packet.body)
        if self._unsaid > ACK_BYTES:
            answers.append(self._packet(0))
        self._parts.append(packet.body)
        if packet.more:
            return None, answers
        parts, self._parts = self._parts, []
        return b"".join(parts), answers

    def tick(self) -> list[Packet]:
        """Do what is due about once a second: say what has arrived, ask what is in doubt."""
        stuck = self._kept[0][0] if self._kept else 0
        again = self.again() if stuck and stuck == self._waited_for else []
        self._waited_for = stuck
        if not again and self._owes:
            again.append(self._packet(0))
        return again

    def again(self) -> list[Packet]:
        """Send again what is not known to have arrived, from the oldest on."""
        packets: list[Packet] = []
        size = 0
        for number, body, more in self._kept:
            if size > RESEND_BYTES:
                break
            size += len(body)
            packets.append(self._packet(number, body, more=more))
        self.resent += len(packets)
        return packets

    def idle(self) -> Packet:
        """Say nothing but what has arrived."""
        return self._packet(0)

    def _packet(
        self, number: int, body: bytes = b"", *, missing: bool = False, more: bool = False
    ) -> Packet:
        self._owes = False
        self._unsaid = 0
        return Packet(self._sender, number, self._taken, missing, more, body)

    def _arrived(self, number: int) -> None:
        while self._kept and self._kept[0][0] <= number:
            self.backlog -= len(self._kept.popleft()[1])
