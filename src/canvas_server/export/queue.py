"""Queue of drawings: fair by what they cost. Pure.

Drawing is charged in seconds to the session that is drawn and to who asks for it. Whoever of these
two has used least lately is next, so that who asks for much waits for themselves; beyond a budget
they are refused, and nobody else is.
"""

import itertools
import math
from collections import Counter, OrderedDict

from msgspec import Struct

MOST_OF_REQUESTER, MOST_OF_SESSION, MOST_OF_ALL = 4, 16, 32
"""Drawings that wait; further ones are refused."""
REQUESTER_SECONDS, SESSION_SECONDS = 20.0, 60.0
"""Of drawing at once; then as much as comes back."""
BACK_PER_SECOND = 0.2
MAX_ACCOUNTS = 10_000
BUSY_SECONDS = 5


class TooManyDrawings(Exception):
    """No more drawings are taken; `own`: of this session or requester, `seconds`: for how long."""

    def __init__(self, *, own: bool, seconds: float) -> None:
        super().__init__()
        self.own = own
        self.seconds = math.ceil(seconds)


class Drawing(Struct, eq=False):
    """A drawing that waits for its turn."""

    session_id: str
    requester: str
    number: int


class Spending:
    """Seconds of drawing that somebody has used lately; they come back with time."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how much, when

    def of(self, key: str, now: float) -> float:
        """Return what one has used and not had back."""
        spent, at = self._spent.get(key, (0.0, now))
        return max(0.0, spent - (now - at) * BACK_PER_SECOND)

    def charge(self, key: str, seconds: float, now: float) -> None:
        """Use some."""
        spent = self.of(key, now)
        self._spent.pop(key, None)
        self._spent[key] = (spent + seconds, now)
        if len(self._spent) > MAX_ACCOUNTS:
            self._spent.popitem(last=False)


class DrawingQueue:
    """The drawings that wait. `now` is in seconds and never goes back."""

    def __init__(self) -> None:
        self._waiting: list[Drawing] = []
        self._numbers = itertools.count()
        self._of_session, self._of_requester = Spending(), Spending()

    def put(self, session_id: str, requester: str, now: float) -> Drawing:
        """Have a session drawn for somebody, when it is its turn.

        Raises:
            TooManyDrawings: it is not taken.
        """
        self._require_budget(session_id, requester, now)
        sessions = Counter(drawing.session_id for drawing in self._waiting)
        requesters = Counter(drawing.requester for drawing in self._waiting)
        if requesters[requester] >= MOST_OF_REQUESTER or sessions[session_id] >= MOST_OF_SESSION:
            raise TooManyDrawings(own=True, seconds=BUSY_SECONDS)
        if len(self._waiting) >= MOST_OF_ALL:
            raise TooManyDrawings(own=False, seconds=BUSY_SECONDS)
        drawing = Drawing(session_id, requester, next(self._numbers))
        self._waiting.append(drawing)
        return drawing

    def _require_budget(self, session_id: str, requester: str, now: float) -> None:
        over = max(
            self._of_requester.of(requester, now) - REQUESTER_SECONDS,
            self._of_session.of(session_id, now) - SESSION_SECONDS,
        )
        if over >= 0:
            raise TooManyDrawings(own=True, seconds=max(1.0, over / BACK_PER_SECOND))

    def take(self, now: float) -> Drawing | None:
        """Return whose turn it is; it waits no more."""
        if not self._waiting:
            return None
        chosen = min(self._waiting, key=lambda drawing: self._rank(drawing, now))
        self._waiting.remove(chosen)
        return chosen

    def _rank(self, drawing: Drawing, now: float) -> tuple[float, int]:
        used = max(
            self._of_requester.of(drawing.requester, now),
            self._of_session.of(drawing.session_id, now),
        )
        return used, drawing.number

    def charge(self, drawing: Drawing, seconds: float, now: float) -> None:
        """Charge what a drawing has taken."""
        self._of_session.charge(drawing.session_id, seconds, now)
        self._of_requester.charge(drawing.requester, seconds, now)
