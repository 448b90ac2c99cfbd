"""Rate limits by address: slowed down first, then refused. Pure."""

from collections import OrderedDict

from canvas_server.addresses import neighbourhood

MAX_DELAY_SECONDS = 5.0
"""How long somebody who comes too often waits before their request is read."""
REFILL_SECONDS = 10.0
"""In this time an address may come as often as it may have connections."""
MAX_REMEMBERED = 10_000
"""Addresses whose haste is remembered; the one that came longest ago is forgotten first."""


class Crowded(Exception):
    """There are too many from this address; the text says what to do."""

    seconds = 10.0
    """When to come again."""


class AddressLimits:
    """Counts who is in, by address, and how often they came lately."""

    def __init__(self, per_address: int) -> None:
        """Let so many in from one address at a time, and as many within ten seconds."""
        self._limit = per_address
        self._inside: dict[str, int] = {}
        self._haste: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens spent, when

    def enter(self, address: str, now: float) -> float:
        """Let one more in; return the seconds it has to wait. `leave` is to follow.

        Raises:
            Crowded: it may not come in, and nothing is to follow.
        """
        place = neighbourhood(address)
        if place is None:
            return 0.0
        if self._inside.get(place, 0) >= self._limit:
            text = f"there are {self._limit} connections from your address already: close some"
            raise Crowded(text)
        rate = self._limit / REFILL_SECONDS
        spent, at = self._haste.pop(place, (0.0, now))
        spent = max(0.0, spent - (now - at) * rate) + 1
        delay = max(0.0, (spent - self._limit) / rate)
        if delay > MAX_DELAY_SECONDS:
            self._haste[place] = (spent - 1, now)
            raise Crowded("connections come too fast from your address: wait some seconds")
        self._haste[place] = (spent, now)
        if len(self._haste) > MAX_REMEMBERED:
            self._haste.popitem(last=False)
        self._inside[place] = self._inside.get(place, 0) + 1
        return delay

    def leave(self, address: str) -> None:
        """Let one out that came in."""
        place = neighbourhood(address)
        if place is None:
            return
        inside = self._inside.get(place, 0) - 1
        if inside > 0:
            self._inside[place] = inside
        else:
            self._inside.pop(place, None)


class AddressAllowance:
    """A token bucket for each sender: so much at once, then so much a second."""

    def __init__(self, burst: int, rate: int) -> None:
        """Let each sender spend `burst`, of which `rate` comes back every second."""
        self._burst = burst
        self._rate = rate
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how much, when

    def spend(self, sender: str, amount: int, now: float) -> float:
        """Pay for something; return the seconds the sender has to wait before it is done.

        Raises:
            Crowded: it would have to wait too long; nothing is paid.
        """
        spent, at = self._spent.pop(sender, (0.0, now))
        spent = max(0.0, spent - (now - at) * self._rate)
        delay = max(0.0, (spent + amount - self._burst) / self._rate)
        if delay > MAX_DELAY_SECONDS:
            self._spent[sender] = (spent, now)
            crowded = Crowded("too much comes from you: wait some seconds")
            crowded.seconds = delay
            raise crowded
        self._spent[sender] = (spent + amount, now)
        if len(self._spent) > MAX_REMEMBERED:
            self._spent.popitem(last=False)
        return delay

    def give_back(self, sender: str, amount: int) -> None:
        """Take back what was paid and not needed."""
        if sender in self._spent:
            spent, at = self._spent[sender]
            self._spent[sender] = (max(0.0, spent - amount), at)
