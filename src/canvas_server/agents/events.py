"""Log of what happened at the table, bounded, for an agent that looks in now and then. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

MAX_EVENTS = 500
"""That are kept; the oldest go first, and who asks for them is told how many it has missed."""


class Event(Struct, frozen=True):
    """Something that happened."""

    number: int
    """Grows; the next question asks for those after it."""
    kind: str
    data: dict[str, Any]


class EventLog:
    """The latest events. What replaces an earlier one, such as a pointer, takes its place."""

    def __init__(self) -> None:
        self.latest = 0
        """The number of the latest event."""
        self._kept: OrderedDict[object, Event] = OrderedDict()
        self._dropped: dict[str, list[int]] = {}

    def put(self, kind: str, data: dict[str, Any], replaces: object = None) -> Event:
        """Add an event; `replaces` is what it tells of, where only the latest counts."""
        self.latest += 1
        event = Event(self.latest, kind, data)
        key = self.latest if replaces is None else (kind, replaces)
        self._kept.pop(key, None)
        self._kept[key] = event
        if len(self._kept) > MAX_EVENTS:
            _, oldest = self._kept.popitem(last=False)
            lost = self._dropped.setdefault(oldest.kind, [0, 0])
            lost[0], lost[1] = lost[0] + 1, oldest.number
        return event

    def after(self, number: int, kinds: Iterable[str]) -> list[Event]:
        """Return the events of some kinds that came after a number, in order."""
        wanted = frozenset(kinds)
        found: list[Event] = []
        for event in reversed(self._kept.values()):
            if event.number <= number:
                break
            if event.kind in wanted:
                found.append(event)
        return found[::-1]

    def missed(self, number: int, kinds: Iterable[str]) -> bool:
        """Tell whether events of some kinds after a number are not kept any more."""
        return any(self._dropped.get(kind, (0, 0))[1] > number for kind in kinds)
