"""Budgets: how much work others may cause, in one unit for all kinds of it (OUT2). Pure.

One *unit* is what a short message costs: some ten microseconds. Everything else that a message
makes the server do is priced in it, so that a few bytes that move megabytes are not cheap. A
connection, an invitation and a session have an account each; what is done is charged to all three.
"""

from collections import OrderedDict

from msgspec import Struct

from canvas_server.core.effects import Append
from canvas_server.protocol import client

KIB, MIB = 1024, 1024 * 1024

BYTES_IN = 4 * KIB
"""Of a message that comes in, for one unit; as are the constants below."""
BYTES_READ, STRUCTURES_READ, VALUES_READ = 4 * KIB, 8, 32
"""Of a long message of which structs are made, beside the above: bytes, objects, values in them."""
BYTES_OUT = 8 * KIB
"""Sent, to all receivers together."""
COPIES_OUT = 16
"""Frames sent, one for each receiver."""
BYTES_ANSWERED = KIB
"""Of a scene or history that somebody asks for: it is built for them."""
BYTES_STORED = KIB
"""Of a record on its way to the log."""
BYTES_SCANNED = KIB
"""Of elements that a change goes through, beyond what it brings: changes times element size."""

UNITS_DECODING = 16
"""For a millisecond of the process that decodes pictures; it is niced, and others wait for it."""

UNITS_REFUSED = 5
"""For an `error`: of little bytes, it is the dearest that one can have the server do."""

UNITS_READ = 20
"""For a request that reads a scene or its history, beside what it is answered."""
UNITS_RECALLED = 2000
"""For one that reads an earlier scene: it is made again of a snapshot and changes."""
UNITS_OPENED = 0.5
"""For each element of a session that is opened: its size is counted."""

COSTS: dict[type[client.ClientMessage] | None, int] = {
    None: 1,
    **{kind: traits.tokens for kind, traits in client.TRAITS.items()},
}
"""Units that a message of each type costs at least; None: it is not known which it is."""
LEAST_OF_A_BURST = 100
"""So many of the dearest fit into a burst, where somebody has set a small one."""
NOTHING = 0.001
"""Less is not owed: time is not counted as finely."""
LONGEST_SECONDS = 5.0
"""No debt is deeper than what comes back in this time."""

INVITATION_SHARE, SESSION_SHARE = 4, 8
"""How many busy connections an invitation, and a session, may have at a time; half as many that
begin together."""
LINE_RATE, LINE_BURST = 512 * KIB, 2 * MIB
"""Bytes that one connection may have each of the others sent: their lines are not ours to fill."""
LINE_SHARED = 2
"""How many times that an invitation, and a session, may."""
MOTION_RATE, MOTION_BURST = 384 * KIB, 256 * KIB
"""Bytes to each of a session of what may be dropped."""
TARGET_RATE, TARGET_BURST = 512 * KIB, 256 * KIB
"""Bytes of signals to one peer: half of a line of 8 Mbit/s."""
LIGHT_RATE, LIGHT_BURST = 4 * KIB, 16 * KIB
"""Of those, from a peer whose signals do not wait though all together are too much: a call."""
LONG_SIGNAL, BYTES_DESCRIBED = 4 * KIB, KIB // 4
"""What a signal has beyond the first is a description, which is read line by line: a unit each."""
MAX_FLOWS = 256
"""Targets of one connection whose signals are counted apart."""
MAX_SHARED = 10_000
"""Accounts of sessions and invitations that are remembered; whose was used longest ago is not."""


class Account:
    """A token bucket (units or bytes) that may be overdrawn: time pays the debt back.

    Spending is one subtraction; the clock is only read once the account is overdrawn.
    """

    __slots__ = ("_burst", "_dearest", "_deepest", "_filled_at", "_rate", "left")

    def __init__(self, burst: float, rate: float, now: float) -> None:
        """Begin with `burst`; `rate` comes back each second."""
        self._burst = burst
        self._dearest = max(1.0, burst / LEAST_OF_A_BURST)
        self._deepest = -LONGEST_SECONDS * rate
        self._rate = rate
        self.left = float(burst)
        """What may still be spent, when the clock was last read; below 0: what is owed."""
        self._filled_at = now

    def price(self, size: int, cost: int) -> float:
        """Return what a message of `size` bytes takes of the account."""
        return size // BYTES_IN + (cost if cost == 1 else min(cost, self._dearest))

    def spend_message(self, size: int, cost: int) -> bool:
        """Pay for a message of `size` bytes; return whether the account is overdrawn."""
        self.left -= self.price(size, cost)
        return self.left < 0

    def spend(self, amount: float) -> bool:
        """Pay for something else, however much it is; return whether the account is overdrawn."""
        left = self.left - amount
        if left >= 0:
            self.left = left
            return False
        self.left = max(left, min(self.left, self._deepest))
        return True

    def wait(self, now: float) -> float:
        """Fill up for the time gone by; return the seconds until nothing is owed."""
        left = self.left + max(0.0, now - self._filled_at) * self._rate
        self._filled_at = now
        self.left = min(left, self._burst)
        return -left / self._rate if left < -NOTHING else 0.0


class WorkBudget(Struct, frozen=True):
    """What somebody may still have the server do, and have others sent."""

    work: Account
    """Units."""
    line: Account
    """Bytes to each of the others."""
    motion: Account
    """The same of what may be dropped, which is dropped beyond it."""

    def spend(self, units: float, line: int) -> bool:
        """Pay; return whether something is owed."""
        owes_work, owes_line = self.work.spend(units), self.line.spend(line)
        return owes_work or owes_line

    def wait(self, now: float) -> float:
        """Return the seconds until nothing is owed."""
        return max(self.work.wait(now), self.line.wait(now))


class Limits(Struct, frozen=True):
    """The budget of one connection, in units; those of others follow from it."""

    burst: int = 10_000
    rate: int = 5_000

    def work(self, now: float) -> Account:
        """Return the account of work of one connection."""
        return Account(self.burst, self.rate, now)

    def bytes(self, burst: float, rate: float, now: float) -> Account:
        """Return an account of bytes; it grows with a limit that was raised."""
        raised = max(1.0, self.rate / Limits().rate)
        return Account(raised * burst, raised * rate, now)

    def budget(self, now: float) -> WorkBudget:
        """Return the budget of one connection."""
        return self._budget(self.work(now), now, 1)

    def shared(self, now: float, share: int) -> WorkBudget:
        """Return the budget of so many connections."""
        work = Account(share * self.burst / 2, share * self.rate, now)
        return self._budget(work, now, LINE_SHARED)

    def _budget(self, work: Account, now: float, line_share: int) -> WorkBudget:
        return WorkBudget(
            work,
            self.bytes(line_share * LINE_BURST, line_share * LINE_RATE, now),
            self.bytes(MOTION_BURST, MOTION_RATE, now),
        )


class SharedBudgets:
    """The budgets of sessions and invitations, and of the lines of those who get signals."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._budgets: OrderedDict[tuple[str, str], WorkBudget] = OrderedDict()
        self.targets: OrderedDict[str, Account] = OrderedDict()
        """By peer: the bytes of signals to it; see `target`."""

    def session(self, session_id: str, now: float) -> WorkBudget:
        """Return the budget of a session."""
        return self._budget("session", session_id, now, SESSION_SHARE)

    def reading(self, session_id: str, now: float) -> WorkBudget:
        """Return the budget of what is read of a session over HTTP."""
        return self._budget("reading", session_id, now, INVITATION_SHARE)

    def invitation(self, invitation: str, now: float) -> WorkBudget:
        """Return the budget of all who came by an invitation, or from another server."""
        return self._budget("invitation", invitation, now, INVITATION_SHARE)

    def target(self, peer_id: str, now: float) -> Account:
        """Return the account of the bytes of signals to a peer, from now on if there was none."""
        account = self.targets.get(peer_id)
        if account is None:
            account = self.targets[peer_id] = self._limits.bytes(TARGET_BURST, TARGET_RATE, now)
            if len(self.targets) > MAX_SHARED:
                self.targets.popitem(last=False)
        return account

    def _budget(self, kind: str, name: str, now: float, share: int) -> WorkBudget:
        key = (kind, name)
        budget = self._budgets.pop(key, None) or self._limits.shared(now, share)
        self._budgets[key] = budget
        if len(self._budgets) > MAX_SHARED:
            self._budgets.popitem(last=False)
        return budget


def append_units(effect: Append) -> float:
    """Return what an edit costs that is made: it is stored, and sent to all."""
    sent = effect.broadcast_bytes * effect.receivers
    return effect.record.size / BYTES_STORED + sent / BYTES_OUT + effect.receivers / COPIES_OUT


def append_line(effect: Append) -> int:
    """Return the bytes that each of the others is sent for it."""
    return effect.broadcast_bytes if effect.receivers else 0
