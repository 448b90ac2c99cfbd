"""Channel to one other server: its messages arrive once and in order, or it ends.

A channel is named by two ids, one of each side, made anew whenever a side starts or gives up. Who
has been told the other's id, in a direct message that nobody else can read, may use it: that is the
handshake. It takes three messages, like TCP's (RFC 9293 section 3.5), and old ones that come late
do no harm, since they name ids that are not used any more.
"""

import hmac
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from canvas_server.federation import messages
from canvas_server.federation.messages import Header, Malformed
from canvas_server.federation.pairing import sign
from canvas_server.protocol.plain import plain
from canvas_server.transport.packets import Packet
from canvas_server.transport.reliable import ReliableChannel

KEEPALIVE_SECONDS = 2.0
DEAD_SECONDS = 6.0
"""After so long without a word the other server counts as out of reach."""
FIRST_TRY_SECONDS, LONGEST_TRY_SECONDS = 1.0, 15.0
GREET_SECONDS = 0.2
PART_BYTES = 128 * 1024
"""What is longer goes in several messages: those of x0x end at 1 MiB, in base64."""
MAX_ITEM_BYTES = 12 * 1024 * 1024
MAX_BACKLOG = 16 * 1024 * 1024
"""When more than that has not arrived, nothing more is taken and the channel is given up."""
MAX_LOOSE_BACKLOG = 256 * 1024
"""While more than that is under way, what may get lost is not sent at all."""


class ChannelKey(Struct, frozen=True):
    """Two servers and what only they know."""

    here: str
    """Our agent id."""
    there: str
    secret: bytes

    def proof(self, sender: str, line_id: str) -> str:
        """Return what shows that `sender` knows the secret, for one line id of its."""
        return sign(self.secret, f"canvas-relay hello {sender} {line_id}")


class ChannelListener(Protocol):
    """Who has the channel."""

    def begun(self) -> None:
        """Note a new channel: whatever was on an earlier one and has not arrived is lost."""

    def silent(self) -> None:
        """Note that the other server is out of reach; what is put on the channel waits."""

    def restored(self) -> None:
        """Note that it is back, and nothing was lost."""

    def ended(self) -> None:
        """Note that the channel was given up."""

    def take(self, body: bytes) -> None:
        """Take an item, in order."""

    def overhear(self, body: bytes) -> None:
        """Take one of those that may get lost."""

    def may_take(self, body: bytes) -> bool:
        """Tell whether a message may come in now; else it is sent again later."""
        ...


class Channel:
    """One end of it. `now` is in seconds, of a clock that never goes back."""

    def __init__(
        self,
        key: ChannelKey,
        name: str,
        holder: ChannelListener,
        send: Callable[[bytes], None],
        new_id: Callable[[], str],
        give_up_seconds: float,
    ) -> None:
        """Prepare; `tick` begins. `name` is what this server calls itself; `send` may lose."""
        self.key = key
        self.their_name = ""
        """What the other server calls itself; empty as long as it has not said."""
        self.up = False
        """The other server can be reached now."""
        self.stranger = False
        """It has another secret."""
        self.heard_at = 0.0
        self._name = name
        self._holder = holder
        self._send = send
        self._new_id = new_id
        self._give_up_seconds = give_up_seconds
        self._here = new_id()
        self._there = ""
        self._proved = ""
        self._link = ReliableChannel("")
        self._parts: list[bytes] = []
        self._parts_size = 0
        self._greeted_at = 0.0
        self._ticked_at = 0.0
        self._next_hello = 0.0
        self._pause = FIRST_TRY_SECONDS

    @property
    def open(self) -> bool:
        """What is put on it will arrive, or the channel ends."""
        return bool(self._there)

    @property
    def backlog(self) -> int:
        """Bytes that are not known to have arrived."""
        return self._link.backlog

    @property
    def resent(self) -> int:
        """Messages of this line that were sent again."""
        return self._link.resent

    def put(self, item: messages.Item) -> bool:
        """Send an item; tell whether there is a channel for it."""
        if not self._there or self._link.backlog > MAX_BACKLOG:
            return False
        body = messages.encode(item)
        if len(body) <= PART_BYTES:
            self._put(body)
        else:
            for start in range(0, len(body), PART_BYTES):
                data = body[start : start + PART_BYTES]
                more = start + PART_BYTES < len(body)
                self._put(messages.encode(messages.Part(data, more)))
        return True

    def drop_in(self, item: messages.Item) -> None:
        """Send an item that may get lost."""
        if self.up and self._link.backlog < MAX_LOOSE_BACKLOG:
            self._send(messages.pack(Header(self._here, self._there), messages.encode(item)))

    def take(self, payload: bytes, now: float) -> None:
        """Take a direct message of the other server."""
        try:
            header, body = messages.unpack(payload)
            own = messages.decode_own(body)
        except Malformed:
            return  # whoever writes so is none of ours
        if isinstance(own, messages.Hello):
            self._meet(header, own)
        if header.receiver != self._here:
            self._greet(header.sender, now)
            return
        if header.sender != self._there:
            if header.sender != self._proved:
                return
            self._begin(header.sender, now)
        self.heard_at = now
        if not self.up:
            self.up = True
            self._holder.restored()
            self._publish(self._link.again())
        if isinstance(own, messages.Hello | messages.KeepAlive):
            _, answers = self._link.take(_packet(header))
            self._publish(answers)
        elif self._holder.may_take(body):
            self._take(header, body, own)

    def tick(self, now: float) -> None:
        """Do what is due, about twice a second."""
        if self.up and now - self.heard_at > DEAD_SECONDS:
            self.up = False
            self._pause, self._next_hello = FIRST_TRY_SECONDS, now
            self._holder.silent()
        given_up = not self.up and now - self.heard_at > self._give_up_seconds
        if self._there and (given_up or self._link.backlog > MAX_BACKLOG):
            self.end()
        if not self.up:
            if now >= self._next_hello:
                self._next_hello = now + self._pause
                longest = KEEPALIVE_SECONDS if self._there else LONGEST_TRY_SECONDS
                self._pause = min(2 * self._pause, longest)
                self._say_hello(self._there)
        elif now - self._ticked_at >= KEEPALIVE_SECONDS / 2:
            self._ticked_at = now
            self._publish(self._link.tick() or [self._link.idle()])
        elif self._link.owes:
            self._publish([self._link.idle()])

    def hurry(self) -> None:
        """Try again at once: there is a sign of the other server."""
        if not self.up:
            self._pause, self._next_hello = FIRST_TRY_SECONDS, 0.0

    def end(self) -> None:
        """Give the channel up; another one may begin."""
        self._here, self._there = self._new_id(), ""
        self.up = False
        self._next_hello = 0.0
        self._renew()
        self._holder.ended()

    # --- helpers -----------------------------------------------------------------------------

    def _meet(self, header: Header, hello: messages.Hello) -> None:
        expected = self.key.proof(self.key.there, header.sender)
        self.stranger = not hmac.compare_digest(expected.encode(), hello.proof.encode())
        if not self.stranger:
            self._proved = header.sender
            self.their_name = plain(hello.name)

    def _greet(self, receiver: str, now: float) -> None:
        """Answer who knows no present id of ours; not every time, since much may be under way."""
        if now - self._greeted_at >= GREET_SECONDS:
            self._greeted_at = now
            self._say_hello(receiver)

    def _begin(self, there: str, now: float) -> None:
        self._there = there
        self.up = True
        self.heard_at = self._ticked_at = now
        self._pause = FIRST_TRY_SECONDS
        self._renew()
        self._publish([self._link.idle()])
        self._holder.begun()

    def _renew(self) -> None:
        self._link = ReliableChannel("")
        self._parts, self._parts_size = [], 0

    def _take(self, header: Header, body: bytes, part: messages.Part | None) -> None:
        if header.number == 0:
            self._holder.overhear(body)
            return
        taken, answers = self._link.take(_packet(header, body))
        self._publish(answers)
        if taken is None:
            return
        if part is None:
            self._holder.take(taken)
            return
        self._parts.append(part.data)
        self._parts_size += len(part.data)
        if self._parts_size > MAX_ITEM_BYTES:
            self.end()
        elif not part.more:
            whole = b"".join(self._parts)
            self._parts, self._parts_size = [], 0
            self._holder.take(whole)

    def _put(self, body: bytes) -> None:
        packets = self._link.send(body)
        if self.up:
            self._publish(packets)

    def _publish(self, packets: list[Packet]) -> None:
        for packet in packets:
            header = Header(self._here, self._there, packet.number, packet.arrived, packet.missing)
            body = packet.body or messages.encode(messages.KeepAlive())
            self._send(messages.pack(header, body))

    def _say_hello(self, receiver: str) -> None:
        proof = self.key.proof(self.key.here, self._here)
        body = messages.encode(messages.Hello(self._name, proof))
        self._send(messages.pack(Header(self._here, receiver), body))


def _packet(header: Header, body: bytes = b"") -> Packet:
    return Packet("", header.number, header.arrived, header.missing, body=body)
