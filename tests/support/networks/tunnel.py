"""A line between two networks that loses and delays packets; no kernel has to have netem."""

import fcntl
import heapq
import itertools
import os
import random
import selectors
import struct
import threading
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LARGEST = 65536


def open_tun(name: str) -> int:
    """Make a TUN device in this thread's network; it lives as long as the descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class LossyTunnel:
    """Carries packets between two TUN devices, in a thread of its own, in order each way."""

    def __init__(self, one: int, other: int, seed: int) -> None:
        self.loss = 0.0
        self.delay = 0.0  # seconds, each way
        self.carried = 0
        self.lost = 0
        self._random = random.Random(seed)
        self._ends = one, other
        self._far = {one: other, other: one}
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="line")
        self._thread.start()

    def close(self) -> None:
        """Stop; the devices go."""
        os.close(self._waker)
        self._thread.join()
        for descriptor in (self._wake, *self._ends):
            os.close(descriptor)

    def _carry(self) -> None:
        under_way: list[tuple[float, int, int, bytes]] = []
        number = itertools.count()
        with selectors.DefaultSelector() as selector:
            for end in (self._wake, *self._ends):
                selector.register(end, selectors.EVENT_READ)
            while True:
                wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
                for key, _ in selector.select(wait):
                    if key.fd == self._wake:
                        return
                    due = time.monotonic() + self.delay
                    for packet in _packets(key.fd):
                        heapq.heappush(under_way, (due, next(number), self._far[key.fd], packet))
                while under_way and under_way[0][0] <= time.monotonic():
                    _, _, end, packet = heapq.heappop(under_way)
                    self._deliver(end, packet)

    def _deliver(self, end: int, packet: bytes) -> None:
        if self._random.random() < self.loss:
            self.lost += 1
            return
        try:
            os.write(end, packet)
            self.carried += 1
        except OSError:  # the device is down, or its queue is full
            self.lost += 1


def _packets(descriptor: int) -> list[bytes]:
    """Read what is there, not without end."""
    packets: list[bytes] = []
    try:
        while len(packets) < 64:
            packets.append(os.read(descriptor, LARGEST))
    except OSError:  # nothing more, or the device is down
        pass
    return packets
