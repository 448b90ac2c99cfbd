"""Bounds of an agent, held against each change that it makes (AGT1, AGT3)."""

import math
from collections.abc import Iterator

from canvas_server.core.effects import Refusal
from canvas_server.core.presence.bounding.pace import Pace
from canvas_server.protocol.bounds import Area, Bounds
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.scene import Element, Transform

UNBOUNDED = Bounds()
PAUSED = "This agent is paused: it may change and say nothing until somebody lets it go on."
ONLY_PROPOSES = "this agent may only propose: send `propose`"
WHOLE = "`{}` is for those without bounds: remove or change elements one by one"
_SLACK = 1e-6
"""Scene units by which a box may stick out: rounding."""


def out_of_bounds(text: str) -> Refusal:
    """Return a refusal that names the bound."""
    return Refusal(ErrorCode.OUT_OF_BOUNDS, text)


class AgentGuard:
    """Holds an agent to its bounds; those who came by the same link share its pace."""

    def __init__(self, key: str, bounds: Bounds, pace: Pace) -> None:
        self._key = key
        self.bounds = bounds
        self.pace = pace
        self._now_ms = 0

    @property
    def key(self) -> str:
        """What the pace and the journal of the agent are kept under."""
        return self._key

    @property
    def counts_elements(self) -> bool:
        """Whether it may have only so many elements."""
        return self.bounds.max_elements is not None

    @property
    def is_bounded(self) -> bool:
        """Whether its token says anything of bounds."""
        return self.bounds != UNBOUNDED

    def begin(self, now_ms: int) -> None:
        """Let it make one more operation now.

        Raises:
            Refusal: `agent_paused`, `rate_limited`, `out_of_bounds`.
        """
        self.require_active(now_ms)
        most = self.bounds.edits_per_minute
        if most is None:
            return
        free_at = self.pace.edits.free_at(now_ms // 1000)
        if self.pace.edits.total >= most:
            seconds = max(1, free_at - now_ms // 1000)
            self._refuse(
                f"`edits_per_minute`: {most:,} operations a minute; go on in {seconds} s", now_ms
            )

    def require_active(self, now_ms: int) -> None:
        """See that it is not paused, and has not been refused too often.

        Raises:
            Refusal: `agent_paused`, `rate_limited`.
        """
        if self.pace.paused:
            raise Refusal(ErrorCode.AGENT_PAUSED, PAUSED)
        waits = self.pace.waits(now_ms)
        if waits:
            text = f"Too much of what this agent asked for is out of bounds: go on in {waits} s."
            raise Refusal(ErrorCode.RATE_LIMITED, text)
        self._now_ms = now_ms

    def check(self, before: Element | None, after: Element | None) -> None:
        """Let it make one element of another; None: it is not there.

        Raises:
            Refusal: `out_of_bounds`.
        """
        for element in (before, after):
            if element is not None:
                self._check(element)

    def check_number(self, owned: int) -> None:
        """Let it add an element where so many on the canvas are its own.

        Raises:
            Refusal: `out_of_bounds`.
        """
        most = self.bounds.max_elements
        if most is not None and owned >= most:
            self._refuse(
                f"`max_elements`: {most:,} on the canvas may be of this agent", self._now_ms
            )

    def made(self, now_ms: int) -> None:
        """Count an operation that was made."""
        if self.bounds.edits_per_minute is not None:
            self.pace.edits.add(now_ms // 1000)

    def refuse(self, text: str, now_ms: int) -> None:
        """Refuse something for a bound, which is counted.

        Raises:
            Refusal: `out_of_bounds`.
        """
        self._refuse(text, now_ms)

    def _check(self, element: Element) -> None:
        kinds, area = self.bounds.kinds, self.bounds.area
        kind = element.kind.__struct_config__.tag
        if kinds is not None and kind not in kinds:
            allowed = ", ".join(kinds) or "none"
            text = f"`kinds`: {element.id} is of the kind {kind}; those of this agent: {allowed}"
            self._refuse(text, self._now_ms)
        if area is not None and not is_within(element, area):
            text = f"`area`: {element.id} is not wholly within {_words(area)}"
            self._refuse(text, self._now_ms)

    def _refuse(self, text: str, now_ms: int) -> None:
        self.pace.refuse(now_ms)
        raise out_of_bounds(text)


def is_within(element: Element, area: Area) -> bool:
    """Tell whether the box of an element as it is turned, and its ends, are in an area."""
    right, bottom = area.x + area.width, area.y + area.height
    return all(
        area.x - _SLACK <= x <= right + _SLACK and area.y - _SLACK <= y <= bottom + _SLACK
        for x, y in _points(element)
    )


def _points(element: Element) -> Iterator[tuple[float, float]]:
    yield from corners(element.transform)
    for name in element.kind.traits.ends:
        end = getattr(element.kind, name)
        yield end.x, end.y


def corners(transform: Transform) -> Iterator[tuple[float, float]]:
    """Yield the corners of a box that is turned about its middle; degrees, clockwise."""
    across, down = transform.width / 2, transform.height / 2
    angle = math.radians(math.fmod(transform.rotation, 360))
    cosine, sine = math.cos(angle), math.sin(angle)
    middle_x, middle_y = transform.x + across, transform.y + down
    for u, v in ((-across, -down), (across, -down), (across, down), (-across, down)):
        yield middle_x + u * cosine - v * sine, middle_y + u * sine + v * cosine


def _words(area: Area) -> str:
    return f"{area.width:g} by {area.height:g} from {area.x:g}, {area.y:g}"
