"""A remote node: the channel to it, and the sockets forwarded in either direction."""

from collections.abc import Callable
from typing import assert_never

import structlog

from canvas_server.cluster import messages
from canvas_server.cluster.forwarding import ForwardedSocket, RemoteSocket
from canvas_server.node.node import Node
from canvas_server.node.sockets import Payload, Socket
from canvas_server.protocol.errors import CloseCode
from canvas_server.transport.packets import Packet, Unreadable, encode_packet
from canvas_server.transport.reliable import ReliableChannel

CROWDED_BYTES = 4 * 1024 * 1024
"""When so much is on its way, nothing more is read or written for it until half has arrived."""
BATCH_BYTES = 128 * 1024

logger = structlog.get_logger()


class RemoteNodeCounts:
    """What went between this node and all others since the start; read by the metrics."""

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.bytes_sent = 0
        self.carried = 0
        self.unreadable = 0


class RemoteNode:
    """Another node; implements `NodeChannel`."""

    def __init__(
        self,
        address: str,
        sender: str,
        node: Node,
        publish: Callable[[str, bytes], None],
        ask: Callable[["RemoteNode", messages.NodeRequest], None],
        answer: Callable[[messages.NodeResponse], None],
        counts: RemoteNodeCounts,
    ) -> None:
        """Know a node by its address; `ask` and `answer` take what is no socket's matter."""
        self.address = address
        self.link = ReliableChannel(sender)
        self.carried: dict[int, ForwardedSocket] = {}
        """Sockets of this node whose sessions live there."""
        self.remote: dict[int, RemoteSocket] = {}
        """Sockets of that node whose sessions live here."""
        self._node = node
        self._publish = publish
        self._ask = ask
        self._answer = answer
        self._counts = counts
        self._batch: list[messages.Op] = []
        self._batch_bytes = 0
        self._due = False
        self._waiting: list[ForwardedSocket | RemoteSocket] = []
        self._gone = False

    # --- there -----------------------------------------------------------------------------

    @property
    def crowded(self) -> bool:
        """See `NodeChannel.crowded`."""
        return self.link.backlog + self._batch_bytes > CROWDED_BYTES

    def put(self, op: messages.Op) -> None:
        """See `NodeChannel.put`; it leaves with what else is said in this turn of the loop."""
        self._batch.append(op)
        if isinstance(op, messages.SocketMessage) and op.payload:
            self._batch_bytes += len(op.payload)
        self._see_off()

    def write(self, socket: int, data: bytes) -> None:
        """See `NodeChannel.write`."""
        last = self._batch[-1] if self._batch else None
        if isinstance(last, messages.WriteFrames) and last.data is data:
            self._batch[-1] = messages.WriteFrames((*last.sockets, socket), data)
            return
        self._batch.append(messages.WriteFrames((socket,), data))
        self._batch_bytes += len(data)
        self._see_off()

    def _see_off(self) -> None:
        if self._batch_bytes > BATCH_BYTES:
            self.flush()
        elif not self._due:
            self._due = True
            self._node.later(self.flush)

    def flush(self) -> None:
        """See `NodeChannel.flush`."""
        self._due = False
        if self._batch and not self._gone:
            batch, self._batch = self._batch, []
            self._batch_bytes = 0
            self._send(self.link.send(messages.encode_ops(batch)))

    def forget(self, end: ForwardedSocket | RemoteSocket, socket: int) -> None:
        """See `NodeChannel.forget`. Each node numbers its own: a number alone may name two."""
        ends = self.carried if isinstance(end, ForwardedSocket) else self.remote
        ends.pop(socket, None)

    def wait(self, waiting: ForwardedSocket | RemoteSocket) -> None:
        """See `NodeChannel.wait`."""
        self._waiting.append(waiting)

    def forward(self, socket: Socket, key: int, payloads: list[Payload]) -> ForwardedSocket:
        """Have that node serve a socket of this one."""
        self._counts.carried += 1
        forwarded = self.carried[key] = ForwardedSocket(socket, key, self, payloads)
        return forwarded

    # --- and back --------------------------------------------------------------------------

    def take(self, packet: Packet) -> None:
        """Take what came from there."""
        self._counts.received += 1
        body, answers = self.link.take(packet)
        self._send(answers)
        if body is not None:
            try:
                batch = messages.decode_ops(body)
            except Unreadable as error:
                self._counts.unreadable += 1
                logger.error("another node is not understood", node=self.address, why=str(error))
                return
            for op in batch:
                self._perform(op)
            self._node.flush()
        if self._waiting and self.link.backlog < CROWDED_BYTES // 2:
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                each.go_on()

    def tick(self) -> None:
        """Do what is due about once a second."""
        self._send(self.link.tick())

    def give_up(self) -> None:
        """Let go of everything: the node is gone, or will never listen to us again."""
        self._gone = True
        for carried in [*self.carried.values()]:
            carried.connection.close(CloseCode.MOVED)
        remote, self.remote = [*self.remote.values()], {}
        for each in remote:
            each.gone(None)
        self.carried.clear()
        self._waiting.clear()
        self._batch.clear()

    def _perform(self, op: messages.Op) -> None:  # noqa: C901 - one arm for each operation
        match op:
            case messages.SocketMessage(socket, payload):
                if remote := self.remote.get(socket):
                    remote.receive(payload)
            case messages.WriteFrames(sockets, data):
                for socket in sockets:
                    if carried := self.carried.get(socket):
                        carried.write(data)
            case messages.OpenSocket(socket):
                self.remote[socket] = RemoteSocket(self._node, socket, self)
            case messages.SocketClosed(socket, code):
                if remote := self.remote.pop(socket, None):
                    remote.gone(code)
            case messages.SocketDrained(socket, count):
                if remote := self.remote.get(socket):
                    remote.drained(count)
            case messages.BarrierReached(socket, number):
                if remote := self.remote.get(socket):
                    remote.echoed(number)
            case messages.Barrier(socket, number):
                if carried := self.carried.get(socket):
                    carried.connection.ask(number)
            case messages.PauseReading(socket, held):
                if carried := self.carried.get(socket):
                    carried.hold(held=held)
            case messages.CloseSocket(socket, code):
                if carried := self.carried.pop(socket, None):
                    carried.connection.close(CloseCode(code))
            case messages.ReturnSocket(socket, payloads):
                if carried := self.carried.pop(socket, None):
                    carried.connection.move_back(list(payloads))
            case messages.NodeRequest():
                self._ask(self, op)
            case messages.NodeResponse():
                self._answer(op)
            case _:
                assert_never(op)

    def _send(self, packets: list[Packet]) -> None:
        for packet in packets:
            data = encode_packet(packet)
            self._counts.sent += 1
            self._counts.bytes_sent += len(data)
            self._publish(self.address, data)
