"""The call table: who is in a call with whom (rules SIG5, SIG6)."""

from msgspec import Struct


class Call(Struct):
    """A call between two peers; `answered` once one of them has sent an answer."""

    answered: bool = False


class CallTable:
    """Every call of a session, each known from both its ends."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, Call]] = {}
        self._answered: dict[str, int] = {}  # peer id -> answered calls, where there are any

    def begin(self, one: str, other: str) -> None:
        """Note that one peer calls the other. A call that exists stays as it is (glare)."""
        if other not in self._calls.get(one, ()):
            call = Call()
            self._calls.setdefault(one, {})[other] = call
            self._calls.setdefault(other, {})[one] = call

    def answer(self, one: str, other: str) -> bool:
        """Note an answer between two peers; tell whether it answered a call that rang."""
        call = self._calls.get(one, {}).get(other)
        if call is None or call.answered:
            return False
        call.answered = True
        for peer_id in (one, other):
            self._answered[peer_id] = self._answered.get(peer_id, 0) + 1
        return True

    def end(self, one: str, other: str) -> bool:
        """Forget the call of two peers; tell whether there was one."""
        call = self._calls.get(one, {}).get(other)
        if call is None:
            return False
        for here, there in ((one, other), (other, one)):
            del self._calls[here][there]
            if not self._calls[here]:
                del self._calls[here]
            if call.answered:
                self._answered[here] -= 1
                if not self._answered[here]:
                    del self._answered[here]
        return True

    def partners(self, peer_id: str) -> tuple[str, ...]:
        """Return everybody this peer has a call with, answered or ringing."""
        return tuple(self._calls.get(peer_id, ()))

    def in_call(self, peer_id: str) -> bool:
        """Tell whether this peer is in at least one answered call."""
        return peer_id in self._answered
