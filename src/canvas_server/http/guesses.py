"""Bounds of wrong codes: by address, and of all addresses together (rule LNK3). Pure."""

import math
from collections import OrderedDict

from canvas_server.addresses import neighbourhood
from canvas_server.http.rate_limits import MAX_REMEMBERED, Crowded

OF_ADDRESS, OF_ADDRESS_PER_SECOND = 10, 0.1
"""Wrong codes that an address may bring at once, and how many more every second."""
OF_ALL, OF_ALL_PER_SECOND = 1000, 20.0
"""From all addresses together; beyond it those alone are looked up that brought no wrong one."""
Debt = tuple[float, float]
"""Wrong codes that count, and when they were counted."""


class GuessingTooMuch(Crowded):
    """Too many wrong codes came from an address."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many wrong codes come from where you are: wait, then try again")
        self.seconds = math.ceil(seconds)


class Guesses:
    """Counts wrong codes. Good ones cost nothing, so whoever has one comes in past any guesser."""

    def __init__(self) -> None:
        self._of_address: OrderedDict[str, Debt] = OrderedDict()
        self._of_all: Debt = (0.0, 0.0)

    def check(self, address: str, now: float) -> None:
        """See whether a code of an address may be looked up.

        Raises:
            GuessingTooMuch: it may not.
        """
        place = neighbourhood(address)
        if place is None:  # this machine itself
            return
        own = _left(self._of_address.get(place, (0.0, now)), OF_ADDRESS_PER_SECOND, now)
        if own > OF_ADDRESS - 1:
            raise GuessingTooMuch((own - OF_ADDRESS + 1) / OF_ADDRESS_PER_SECOND)
        if own > 0 and _left(self._of_all, OF_ALL_PER_SECOND, now) > OF_ALL - 1:
            raise GuessingTooMuch(own / OF_ADDRESS_PER_SECOND)

    def note(self, address: str, now: float) -> None:
        """Count a wrong code of an address."""
        self._of_all = (_left(self._of_all, OF_ALL_PER_SECOND, now) + 1, now)
        place = neighbourhood(address)
        if place is None:
            return
        own = _left(self._of_address.pop(place, (0.0, now)), OF_ADDRESS_PER_SECOND, now)
        self._of_address[place] = (own + 1, now)
        if len(self._of_address) > MAX_REMEMBERED:
            self._of_address.popitem(last=False)


def _left(debt: Debt, per_second: float, now: float) -> float:
    """Return what still counts of earlier wrong codes."""
    count, at = debt
    return max(0.0, count - (now - at) * per_second)
