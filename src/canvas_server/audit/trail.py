"""From audit events to lines: cleaned, and bounded in rate by kind and source. Pure."""

import datetime
from collections import OrderedDict
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from canvas_server.addresses import neighbourhood
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.plain import plain

MAX_TEXT = 200
"""Characters of one field."""
MAX_SOURCES = 10_000
"""Sources whose rate is remembered; the one that came longest ago is forgotten first."""
MAX_ADDRESSES = 20_000
"""Peers whose address is remembered until they leave."""
_ALWAYS = frozenset((AuditEvent.STARTED, AuditEvent.STOPPED, AuditEvent.LEFT_OUT))
Source = tuple[str, str]
"""The field of an entry by which its events are counted, and what is in it."""
EVERYBODY: Source = ("", "")


class Rate(Struct, frozen=True):
    """So many lines at once, then so many a second."""

    burst: int
    per_second: float


OF_SOURCE, OF_KIND = Rate(100, 5), Rate(2000, 200)
"""Of one kind: from one source, and from all together."""


class _Bucket(Struct):
    """What one source has written of one kind."""

    spent: float = 0.0
    at: float = 0.0
    left_out: int = 0

    def take(self, rate: Rate, now: float) -> bool:
        """Tell whether there is room for one more line; it is counted, or left out."""
        self.spent = max(0.0, self.spent - (now - self.at) * rate.per_second)
        self.at = now
        if self.spent + 1 > rate.burst:
            self.left_out += 1
            return False
        self.spent += 1
        return True


class Trail:
    """Makes lines of events. `write` takes each line, in the order in which things happened."""

    def __init__(
        self, write: Callable[[bytes], None], clock: Callable[[], float], *, addresses: bool = True
    ) -> None:
        """`clock` is in seconds since 1970 UTC; `addresses`: they are written down."""
        self._write = write
        self._clock = clock
        self._has_addresses = addresses
        self._buckets: OrderedDict[tuple[AuditEvent, Source], _Bucket] = OrderedDict()
        self._addresses: OrderedDict[str, str] = OrderedDict()

    def record(self, entry: AuditEntry) -> None:
        """Write an event down, or count it where too many like it have come."""
        now = self._clock()
        entry = self._with_address(entry)
        if entry.event not in _ALWAYS and not self._has_room(entry, now):
            return
        self._line(entry, now)

    def tick(self) -> None:
        """Say what was left out since; every few seconds, and at the end."""
        now = self._clock()
        for entry in list(self._left_out()):
            self._line(entry, now)

    def _has_room(self, entry: AuditEntry, now: float) -> bool:
        source = _source_of(entry)
        if source != EVERYBODY and not self._bucket(entry.event, source).take(OF_SOURCE, now):
            return False
        return self._bucket(entry.event, EVERYBODY).take(OF_KIND, now)

    def _bucket(self, event: AuditEvent, source: Source) -> _Bucket:
        key = (event, source)
        bucket = self._buckets.pop(key, None) or _Bucket()
        self._buckets[key] = bucket
        if len(self._buckets) > MAX_SOURCES:
            (kind, _), oldest = self._buckets.popitem(last=False)
            if oldest.left_out:
                self._bucket(kind, EVERYBODY).left_out += oldest.left_out
        return bucket

    def _left_out(self) -> Iterator[AuditEntry]:
        for (event, source), bucket in self._buckets.items():
            if bucket.left_out:
                entry = AuditEntry(AuditEvent.LEFT_OUT, of=event.value, count=bucket.left_out)
                yield replace(entry, **dict([source] if source != EVERYBODY else []))
                bucket.left_out = 0

    def _with_address(self, entry: AuditEntry) -> AuditEntry:
        """Remember where a peer came from as long as it is there; it leaves without a socket."""
        if entry.peer is None:
            return entry
        if entry.event is AuditEvent.JOINED and entry.address:
            self._addresses[entry.peer] = entry.address
            if len(self._addresses) > MAX_ADDRESSES:
                self._addresses.popitem(last=False)
        if entry.event is AuditEvent.LEFT:
            known = self._addresses.pop(entry.peer, None)
            return replace(entry, address=entry.address or known)
        return entry

    def _line(self, entry: AuditEntry, now: float) -> None:
        if not self._has_addresses:
            entry = replace(entry, address=None)
        fields = {name: _clean(value) for name, value in msgspec.to_builtins(entry).items()}
        self._write(msgspec.json.encode({"time": rfc3339(now), **fields}) + b"\n")


def _source_of(entry: AuditEntry) -> Source:
    if entry.address:  # of one host, however many it has (IPv6)
        return "address", neighbourhood(entry.address) or entry.address
    for name in ("session", "invitation"):
        value = getattr(entry, name)
        if value:
            return name, value
    return EVERYBODY


def rfc3339(seconds: float) -> str:
    """Return a moment as RFC 3339 writes it, in UTC, with milliseconds."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clean(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = plain(value[: 4 * MAX_TEXT])
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
