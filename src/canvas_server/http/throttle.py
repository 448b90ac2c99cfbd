"""How fast one connection may be read: a token bucket that slows instead of refusing (OUT2)."""

BYTES_PER_TOKEN = 4096


class Throttle:
    """A token bucket. A message costs one token, and one more for every 4 KiB it has.

    Spending is one subtraction; the clock is only read once the bucket is empty.
    """

    __slots__ = ("_burst", "_filled_at", "_rate", "_tokens")

    def __init__(self, burst: int, rate: int, now: float) -> None:
        """Begin with `burst` tokens; `rate` come back each second."""
        self._burst = burst
        self._rate = rate
        self._tokens = float(burst)
        self._filled_at = now

    def spend(self, size: int) -> bool:
        """Pay for a message of `size` bytes; tell whether the bucket is overdrawn."""
        self._tokens -= 1 + size // BYTES_PER_TOKEN
        return self._tokens < 0

    def wait(self, now: float) -> float:
        """Fill up for the time gone by; return the seconds until the next message may be read."""
        self._tokens += (now - self._filled_at) * self._rate
        self._tokens = min(self._tokens, self._burst)
        self._filled_at = now
        return max(0.0, -self._tokens / self._rate)
