"""Log of what happened at the table, bounded, for an agent that looks in now and then. Pure."""

from collections import OrderedDict
from collections.abc import Mapping
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
        self._dropped: dict[str, int] = {}
        """Of each kind, the latest that is not kept any more."""

    def put(self, kind: str, data: dict[str, Any], replaces: object = None) -> Event:
        """Add an event; `replaces` is what it tells of, where only the latest counts."""
        self.latest += 1
        event = Event(self.latest, kind, data)
        key = self.latest if replaces is None else (kind, replaces)
        self._kept.pop(key, None)
        self._kept[key] = event
        if len(self._kept) > MAX_EVENTS:
            _, oldest = self._kept.popitem(last=False)
            self._dropped[oldest.kind] = oldest.number
        return event

    def after(self, marks: Mapping[str, int]) -> list[Event]:
        """Return the events that came after a mark of their kind, in order."""
        oldest = min(marks.values(), default=self.latest)
        found: list[Event] = []
        for event in reversed(self._kept.values()):
            if event.number <= oldest:
                break
            if event.number > marks.get(event.kind, self.latest):
                found.append(event)
        return found[::-1]

    def missed(self, marks: Mapping[str, int]) -> bool:
        """Tell whether events after a mark of their kind are not kept any more."""
        return any(self._dropped.get(kind, 0) > mark for kind, mark in marks.items())
