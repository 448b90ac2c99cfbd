"""WebSocket connection: frames in, messages to the node; queued frames out.

picows parses the frames in C (`http.upgrade` plugs it in). This listener puts fragments together,
keeps bounds, slows a peer that sends too fast, and closes with a code that says what to do next.
"""

import asyncio
import itertools
from collections.abc import Callable

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from canvas_server.core.effects import ConnectionId
from canvas_server.http.longbuffers import STRANGE_BYTES, STRANGERS, LongBuffers
from canvas_server.http.turns import ReadTurns
from canvas_server.node.budget import BYTES_IN, Account
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox
from canvas_server.node.sockets import Owner, Payload
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.fields import MAX_FRAME_BYTES

MAX_FRAGMENTS = 1024
TURN = 64
"""Frames of one connection, then it is others' turn."""
MAX_AFTER_CLOSE = 4096
"""Frames that may be on their way to us when we close; who sends more does not listen."""
LINGER_SECONDS = 1.0
"""How long a peer has to answer a close frame (RFC 6455 section 7.1.1)."""

_turns = itertools.count()
TEXT, BINARY, CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
PING, PONG = WSMsgType.PING, WSMsgType.PONG


def _reply_to(code: int) -> int:
    """Return the code that answers a close frame: the same, unless it may not be sent.

    RFC 6455 section 7.4; picows gives 0 where there is none, which 1000 answers.
    """
    if code == WSCloseCode.NO_INFO:
        return 1000
    is_sent = 1000 <= code <= 4999 and code not in (1004, 1005, 1006, 1015)
    return code if is_sent else CloseCode.PROTOCOL_ERROR


OF_LIMITS = frozenset(
    (CloseCode.MESSAGE_TOO_BIG, CloseCode.TOO_SLOW, CloseCode.NO_ROOM, CloseCode.TOO_MANY_TRIES)
)
"""What is written into the audit log: who was closed for going beyond a limit."""


class _Fragments:
    """A message that has begun and not ended (RFC 6455 section 5.4)."""

    __slots__ = ("count", "is_text", "payload")

    def __init__(self, *, is_text: bool) -> None:
        self.is_text = is_text
        self.payload = bytearray()
        self.count = 0


class WebSocketConnection(WSListener):
    """A WebSocket connection of the node."""

    __slots__ = (
        "_buffers",
        "_close_code",
        "_closing",
        "_extra",
        "_fragments",
        "_frames",
        "_gone",
        "_last_moment",
        "_loop",
        "_node",
        "_on_hold",
        "_owner",
        "_patience",
        "_tcp",
        "_transport",
        "_turn",
        "_turns",
        "_work",
        "address",
        "connection_id",
        "heard",
        "held_back",
        "outbox",
        "turn",
        "write",
    )

    _transport: WSTransport
    _tcp: asyncio.Transport

    def __init__(
        self,
        node: Node,
        work: Account,
        loop: asyncio.AbstractEventLoop,
        turns: ReadTurns,
        buffers: LongBuffers,
        gone: Callable[[], None],
        address: str = "",
    ) -> None:
        """Make a listener for what comes from an address; `gone` is called at its end."""
        super().__init__()
        self._gone = gone
        self._turns = turns
        self._buffers = buffers
        self.address = address
        self._node = node
        self._owner: Owner = node
        self._work = work
        self._loop = loop
        self._fragments: _Fragments | None = None
        self._close_code: int | None = None
        self._closing = False
        self._patience = MAX_AFTER_CLOSE
        self._turn = TURN
        self._frames = 0
        """Of the read that goes on: they are paid for together, a unit each …"""
        self._extra = 0.0
        """… and what they cost beyond that."""
        self._last_moment: asyncio.TimerHandle | None = None
        self.connection_id = ConnectionId(0)
        self.turn = next(_turns)
        """Spreads what is done for all of them over time."""
        self.outbox = Outbox(self)
        self.heard = True
        """Whether anything came in since somebody last set this to False."""
        self.held_back = False
        """Whether this connection is not read for now, because it sent too fast."""
        self._on_hold = False

    # --- called by picows ----------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Join the node."""
        self._transport = transport
        self._tcp = transport.underlying_transport
        self.write = self._tcp.write
        """Hands finished frames to the socket: the transport's own, one call less a read."""
        self.connection_id = self._node.connect(self, self._work)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame; after the last one of a read, write what all of them caused."""
        size = frame.payload_size
        if self._closing or size > MAX_FRAME_BYTES:
            self._take_late(frame)
            return
        cost = 1
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._fail(CloseCode.PROTOCOL_ERROR)
        elif frame.msg_type is TEXT and frame.fin and self._fragments is None:
            cost = self._owner.receive(self.connection_id, frame.get_payload_as_bytes())
        else:
            cost = self._take_other(transport, frame)
        self._frames += 1
        if cost > 1 or size >= BYTES_IN:
            self._extra += self._work.price(size, cost) - 1
        if frame.last_in_buffer:
            self._end_read()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        """Leave the node."""
        self._closing = True
        if self._last_moment is not None:
            self._last_moment.cancel()
        self._owner.disconnect(self.connection_id, self._close_code)
        self._forget_fragments()
        self._gone()

    def pause_writing(self) -> None:
        """Keep frames in the outbox: the socket is behind."""
        if not self._closing:
            self.outbox.pause()

    def resume_writing(self) -> None:
        """Write again."""
        if not self._closing:
            self.outbox.resume()
            self._owner.resumed(self.connection_id)

    # --- called by the node and the outbox -----------------------------------------------

    def too_slow(self) -> None:
        """Give up on a reader that does not keep up (OUT1)."""
        self._fail(CloseCode.TOO_SLOW)

    def close(self, code: CloseCode) -> None:
        """Write what waits, then close with this code."""
        if self._closing:
            return
        self._closing = True
        self._node.counts.closed[code] += 1
        if code in OF_LIMITS:
            entry = AuditEntry(AuditEvent.LIMITED, limit=code.name.lower())
            self._node.record(entry, self.connection_id)
        self.outbox.flush()
        self.outbox.detach()
        # The constants of picows are typed as its own enum, but any code is taken.
        self._transport.send_close(code.value, code.meaning)  # type: ignore[arg-type]
        self._last_moment = self._loop.call_later(LINGER_SECONDS, self._tcp.abort)

    def hold(self) -> None:
        """Read no further until `release`."""
        self._on_hold = True
        if not self.held_back:
            self._tcp.pause_reading()

    def release(self) -> None:
        """Read on, unless this connection has sent too fast."""
        self._on_hold = False
        self._read_on()

    def move(self, address: str, payloads: list[Payload]) -> None:
        """Forward to another node from now on, beginning with these messages."""
        if not self._closing:
            self.outbox.forget_checkpoints()
            self._owner = self._node.forward(self, address, payloads)
            self.release()

    def move_back(self, payloads: list[Payload]) -> None:
        """Be served by this node again, beginning with these messages."""
        self.connection_id = self._node.adopt(self, self._work)
        self._owner = self._node
        self.release()
        self._node.receive_all(self.connection_id, payloads)

    @property
    def unread(self) -> bool:
        """Whether it is not read for now, so that its silence means nothing."""
        return self.held_back or self._on_hold

    def ask(self, number: int) -> None:
        """Ping; the number comes back in the pong when everything before it was read."""
        self._transport.send_ping(number.to_bytes(8))

    def ping(self) -> None:
        """Ask for a sign of life; nothing may be heard until the answer."""
        self.heard = False
        self.ask(self.outbox.written)

    @property
    def group(self) -> str:
        """With whom it shares the room for long messages: session and invitation."""
        if self._owner is not self._node:
            return "forwarded"
        party = self._node.hub.party_of(self.connection_id)
        return STRANGERS if party is None else f"{party.session_id} {party.invitation}"

    def give_way(self) -> None:
        """Close it: others need the room of what it has not completed."""
        self._forget_fragments()
        self._loop.call_soon(self._make_room)

    def give_up(self) -> None:
        """Close it: nothing was heard."""
        self._fail(CloseCode.SILENT)

    # --- the rest ------------------------------------------------------------------------

    def _end_read(self) -> None:
        """Write what the frames of one read have caused, and pay for them."""
        self.heard = True
        flush, frames = self._owner.flush, self._frames
        flush()
        work = self._work
        work.left -= frames + self._extra
        if work.left < 0:
            self._slow_down()
        self._extra, self._frames = 0.0, 0
        self._turn -= frames
        if self._turn <= 0:
            self._let_others()

    def _take_late(self, frame: WSFrame) -> None:
        """Take what comes when nothing is handled any more: only the answer to our close counts."""
        self.heard = True
        if not self._closing:
            # It is too long: picows has sent the close frame, and goes on reading for a moment.
            self._closing = True
            self.outbox.detach()
            self._loop.call_soon(self._leave)
            return
        self._patience -= 1
        if frame.msg_type == WSMsgType.CLOSE:
            self._tcp.close()
        elif self._patience == 0:
            self._tcp.abort()

    def _fail(self, code: CloseCode) -> None:
        """Close from within a callback of the node: it hears of it when it is done."""
        self.close(code)
        self._loop.call_soon(self._leave)

    def _make_room(self) -> None:
        """Close at once: what its peer still sends would take the room again."""
        self._fail(CloseCode.NO_ROOM)
        self._tcp.close()

    def _leave(self) -> None:
        self._owner.disconnect(self.connection_id, self._close_code)

    def _take_other(self, transport: WSTransport, frame: WSFrame) -> int:
        """Take what is not a whole text message; return what it costs beside its bytes."""
        kind = frame.msg_type
        if kind in (TEXT, BINARY, CONTINUATION):
            return self._take_data(frame)
        if kind == PING:
            # A peer that pings and never reads must not fill the socket's buffer with pongs.
            if not self.outbox.paused:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind == PONG:
            number = int.from_bytes(frame.get_payload_as_bytes()[:8])
            self._owner.echoed(self.connection_id, number)
        else:
            # picows gives a member of its enum, or the bare number where it has none.
            code = int(frame.get_close_code())  # type: ignore[arg-type]
            self._closing = True
            self._close_code = code
            self.outbox.detach()
            transport.send_close(_reply_to(code))  # type: ignore[arg-type]
            self._tcp.close()
            # Who closes and does not read would otherwise keep what waits for it, and the socket.
            self._last_moment = self._loop.call_later(LINGER_SECONDS, self._tcp.abort)
            self._leave()
        return 1

    def _take_data(self, frame: WSFrame) -> int:
        """Put a fragmented message together, within bounds; return what the frame costs.

        The last one costs what the message does that it completes.
        """
        begins = frame.msg_type != CONTINUATION
        if begins is not (self._fragments is None):
            self._fail(CloseCode.PROTOCOL_ERROR)
            return 1
        if self._fragments is None:
            self._fragments = _Fragments(is_text=frame.msg_type == TEXT)
        whole = self._fragments
        whole.count += 1
        if len(whole.payload) + frame.payload_size > MAX_FRAME_BYTES or whole.count > MAX_FRAGMENTS:
            self._forget_fragments()
            self._fail(CloseCode.MESSAGE_TOO_BIG)
            return 1
        whole.payload += frame.get_payload_as_memoryview()
        if not frame.fin:
            if len(whole.payload) > STRANGE_BYTES:
                self._buffers.note(self, len(whole.payload))
            return 1
        self._forget_fragments()
        if whole.is_text:
            return self._owner.receive(self.connection_id, bytes(whole.payload))
        self._owner.refuse_binary(self.connection_id)
        return 1

    def _forget_fragments(self) -> None:
        self._fragments = None
        self._buffers.note(self, 0)

    def _slow_down(self) -> None:
        """Stop reading until its account allows the next message (OUT2)."""
        delay = self._work.wait(self._node.clock())
        if delay > 0 and not self.held_back and not self._closing:
            self.held_back = True
            self._node.counts.held_back += 1
            self._node.record(AuditEntry(AuditEvent.LIMITED, limit="messages"), self.connection_id)
            if not self._on_hold:
                self._tcp.pause_reading()
            self._loop.call_later(delay, self._read_again)

    def _let_others(self) -> None:
        """Read on when the others have had their turn: libuv would read on from a full socket."""
        self._turn = TURN
        if not self.unread and not self._tcp.is_closing():
            self._tcp.pause_reading()
            self._turns.line_up(self._read_on)

    def _read_on(self) -> None:
        """Read, unless something else still keeps this connection from it."""
        if not self.unread and not self._tcp.is_closing():
            self._tcp.resume_reading()

    def _read_again(self) -> None:
        self.held_back = False
        self._read_on()
