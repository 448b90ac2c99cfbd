"""Token buckets of one connection: reading slows down instead of refusing (OUT2).

`Throttle` counts what comes in, `Allowance` what it makes the server send.
"""

from canvas_server.protocol import client

BYTES_PER_TOKEN = 4096
COSTS: dict[type[client.ClientMessage] | None, int] = {
    None: 1,
    **{kind: traits.tokens for kind, traits in client.TRAITS.items()},
}
"""Tokens that a message of each type costs; None: it is not known which it is."""
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


MIB = 1024 * 1024
TOLD_RATE, TOLD_BURST = MIB, 2 * MIB
"""Bytes that one editor may have everybody of a session told, each of them."""
SENT_RATE, SENT_BURST = 32 * MIB, 128 * MIB
"""The same for all of them together."""
READ_RATE, READ_BURST = 4 * MIB, 12 * MIB
"""Bytes of scenes that a connection may ask for."""
WORK_RATE, WORK_BURST = 5000, 10_000
"""Operations of `sync_queue`, as many as there may be messages."""
GONE_RATE, GONE_BURST = 8 * MIB, 4 * MIB
"""Bytes of elements that the edits of a connection may go through, beyond what they bring."""
FREE_BYTES = 1024
"""Of each answer or transaction; more than that is counted, less is bounded by the throttle."""
LONGEST_SECONDS = 5.0
"""No debt is deeper than what comes back in this time."""


class Allowance:
    """A budget of what messages cause, of one or several kinds: bytes sent to each, and to all.

    Spending more than there is leads into debt: who is in debt is to cause nothing more until it
    is paid back.
    """

    __slots__ = ("_limits", "_spent", "_spent_at")

    def __init__(self, *limits: tuple[int, int]) -> None:
        """Begin with nothing spent; each limit is what comes back in a second, and the burst."""
        self._limits = limits
        self._spent = [0.0] * len(limits)
        self._spent_at = 0.0

    def spend(self, now: float, *amounts: int) -> float:
        """Pay, one amount for each limit; return the seconds until nothing is owed."""
        self._pay_back(now)
        for index, ((rate, burst), amount) in enumerate(zip(self._limits, amounts, strict=True)):
            deepest = burst + LONGEST_SECONDS * rate
            self._spent[index] = min(self._spent[index] + max(0, amount), deepest)
        return self._owed()

    def wait(self, now: float) -> float:
        """Return the seconds until nothing is owed."""
        self._pay_back(now)
        return self._owed()

    def _owed(self) -> float:
        limits = zip(self._limits, self._spent, strict=True)
        return max(0.0, *((spent - burst) / rate for (rate, burst), spent in limits))

    def _pay_back(self, now: float) -> None:
        seconds = max(0.0, now - self._spent_at)
        self._spent_at = now
        limits = zip(self._limits, self._spent, strict=True)
        self._spent = [max(0.0, spent - rate * seconds) for (rate, _), spent in limits]


def editing() -> Allowance:
    """Return what one editor may have the people of its session told."""
    return Allowance((TOLD_RATE, TOLD_BURST), (SENT_RATE, SENT_BURST))


def reading() -> Allowance:
    """Return what one connection may read of scenes."""
    return Allowance((READ_RATE, READ_BURST))


def working() -> Allowance:
    """Return how many edits one connection may make in one message and another."""
    return Allowance((WORK_RATE, WORK_BURST))


def going_through() -> Allowance:
    """Return how many bytes of elements the edits of one connection may go through."""
    return Allowance((GONE_RATE, GONE_BURST))
