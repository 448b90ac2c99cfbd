"""Call table: the calls between peers of a session and their reports (SIG5, SIG6, SIG8)."""

from collections.abc import Iterator

from msgspec import Struct

from canvas_server.core.calls.connectivity import Diagnosis
from canvas_server.core.effects import Refusal
from canvas_server.protocol.client import CallReport
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.quality import Quality

MAX_IDS = 4


class Call(Struct):
    """A call between two peers; `answered` once one of them has sent an answer."""

    caller: str
    group: bool = False
    answered: bool = False
    ids: tuple[str, ...] = ()
    """Given by its peers; two after glare, none where the clients give none."""
    reports: dict[str, CallReport] = {}
    """The latest report of each peer on why it does not come about."""
    qualities: dict[str, Quality] = {}
    """How each peer rates it."""
    diagnosis: Diagnosis | None = None
    """Why it is poor, as its caller sees it; None: it is not, as far as its peers know."""


class CallTable:
    """Every call of a session, each known from both its ends."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, Call]] = {}
        self._answered: dict[str, int] = {}  # peer id -> answered calls, where there are any

    def begin(
        self, caller: str, callee: str, call_id: str | None = None, *, group: bool = False
    ) -> None:
        """Note that one peer calls the other. A call that exists gains a name at most (glare)."""
        call = self._calls.get(caller, {}).get(callee)
        if call is None:
            call = Call(caller, group)
            self._calls.setdefault(caller, {})[callee] = call
            self._calls.setdefault(callee, {})[caller] = call
        if call_id is not None and call_id not in call.ids:
            call.ids = (*call.ids, call_id)[-MAX_IDS:]

    def answer(self, one: str, other: str) -> list[str]:
        """Note an answer between two peers; return those who are in a call only since then."""
        call = self._calls.get(one, {}).get(other)
        if call is None or call.answered:
            return []
        call.answered = True
        began: list[str] = []
        for peer_id in (one, other):
            before = self._answered.get(peer_id, 0)
            self._answered[peer_id] = before + 1
            if not before:
                began.append(peer_id)
        return began

    def end(self, one: str, other: str, call_id: str | None = None) -> list[str] | None:
        """Forget the call of two peers; return those who are in no call any more.

        None: there was no such call between them. Where a call has names, an unknown one is that
        of an earlier call (SIG8).
        """
        call = self._calls.get(one, {}).get(other)
        if call is None or (call_id is not None and call.ids and call_id not in call.ids):
            return None
        stopped: list[str] = []
        for here, there in ((one, other), (other, one)):
            del self._calls[here][there]
            if not self._calls[here]:
                del self._calls[here]
            if call.answered:
                self._answered[here] -= 1
                if not self._answered[here]:
                    del self._answered[here]
                    stopped.append(here)
        return stopped

    def of(self, one: str, other: str) -> Call:
        """Return the call of two peers.

        Raises:
            Refusal: there is none.
        """
        call = self._calls.get(one, {}).get(other)
        if call is None:
            raise Refusal(ErrorCode.NOT_IN_CALL)
        return call

    def qualities_at(self, peer_id: str) -> dict[str, Quality]:
        """Return how a peer finds its calls, by partner, as far as it has said so."""
        calls = self._calls.get(peer_id, {}).items()
        return {
            partner: call.qualities[peer_id] for partner, call in calls if peer_id in call.qualities
        }

    def by_callee(self) -> Iterator[tuple[str, Call]]:
        """Yield every call once, with who was called."""
        for calls in self._calls.values():
            yield from (
                (partner, call) for partner, call in calls.items() if call.caller != partner
            )

    def partners(self, peer_id: str) -> tuple[str, ...]:
        """Return everybody this peer has a call with, answered or ringing."""
        return tuple(self._calls.get(peer_id, ()))

    def ringing_at(self, peer_id: str) -> list[Call]:
        """Return the calls this peer is asked to answer."""
        calls = self._calls.get(peer_id, {}).values()
        return [call for call in calls if call.caller != peer_id and not call.answered]

    def has_any(self, peer_id: str) -> bool:
        """Tell whether this peer has a call at all, answered or ringing."""
        return peer_id in self._calls

    def in_call(self, peer_id: str) -> bool:
        """Tell whether this peer is in at least one answered call."""
        return peer_id in self._answered
