"""How fast one connection may be read: a token bucket that slows instead of refusing (OUT2)."""

from canvas_server.protocol import client

BYTES_PER_TOKEN = 4096
COSTS: dict[object, int] = {
    client.StartCall: 20,  # rings at somebody
    client.ListPeers: 5,
    client.GetScene: 20,  # a few bytes that ask for a megabyte
    client.Subscribe: 20,
    client.ClearScene: 20,
    client.RestoreScene: 50,
}
"""Tokens that messages cost which make more work, or more noise, than others; those cost one."""
LEAST_OF_A_BURST = 100
"""So many of the dearest fit into a burst, where somebody has set a small one."""


class Throttle:
    """A token bucket. A message costs what its kind does, and a token for every 4 KiB it has.

    Spending is one subtraction; the clock is only read once the bucket is empty.
    """

    __slots__ = ("_burst", "_dearest", "_filled_at", "_rate", "_tokens")

    def __init__(self, burst: int, rate: int, now: float) -> None:
        """Begin with `burst` tokens; `rate` come back each second."""
        self._burst = burst
        self._dearest = max(1, burst // LEAST_OF_A_BURST)
        self._rate = rate
        self._tokens = float(burst)
        self._filled_at = now

    def spend(self, size: int, cost: int) -> bool:
        """Pay for a message of `size` bytes; tell whether the bucket is overdrawn."""
        if cost > 1:
            cost = min(cost, self._dearest)
        self._tokens -= cost + size // BYTES_PER_TOKEN
        return self._tokens < 0

    def wait(self, now: float) -> float:
        """Fill up for the time gone by; return the seconds until the next message may be read."""
        self._tokens += (now - self._filled_at) * self._rate
        self._tokens = min(self._tokens, self._burst)
        self._filled_at = now
        return max(0.0, -self._tokens / self._rate)
