"""Both sides act at the same moment, again and again, and agree every time."""

import random
from typing import Any

from .figures import Figure, Outcome, Progress, at_most, exactly, spread
from .pair import DEADLINE_MS, Pair, Report, different
from .stage import two_windows

CHECKS_MS = 1_000
SHOWN_STUCK = 5
NEEDED = (
    ("settled", "not settled"),
    ("picture", "no picture"),
)


class Side:
    """What one side may change next."""

    def __init__(self) -> None:
        self._added = self._held = False

    def legal(self, what: str) -> bool:
        """Tell whether a change makes sense now."""
        return {
            "add": not self._added,
            "stop": self._added,
            "hold": not self._held,
            "unhold": self._held,
        }.get(what, True)

    def take(self, what: str) -> str:
        """Note a change."""
        self._added = {"add": True, "stop": False}.get(what, self._added)
        self._held = {"hold": True, "unhold": False}.get(what, self._held)
        return what


SAME = ("restart", "add", "stop", "hold", "unhold", "swap")


def pick(sides: tuple[Side, Side], number: int, chance: random.Random) -> tuple[str, str]:
    """Return what both change: the same in turn, every second time anything at random."""
    what = SAME[number // 2 % len(SAME)]
    if number % 2 == 0 and all(side.legal(what) for side in sides):
        return sides[0].take(what), sides[1].take(what)
    one, other = (side.take(chance.choice(list(filter(side.legal, SAME)))) for side in sides)
    return one, other


class Tally:
    """What has come of the rounds."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, list[float]] = {}
        self.stuck: list[dict[str, Any]] = []
        self.older = 0
        self.unchecked: list[list[Report]] = []
        self.crossed = {"call": 0, "change": 0}

    def note(self, what: str, reports: list[Report], problem: str) -> None:
        """Note a round, and all there is to know of a stuck one."""
        took = max(report.get("ms", 0) for report in reports) / 1000
        kind = "call" if what == "call" else "change"
        self.crossed[kind] += any(report.get("crossed") for report in reports)
        if not problem:
            self.seconds.setdefault(what, []).append(took)
        else:
            differences = different(reports) if all("local" in r for r in reports) else []
            accounts = [
                {key: value for key, value in report.items() if key not in ("local", "remote")}
                for report in reports
            ]
            self.stuck.append(
                {"round": what, "problem": problem, "ada": accounts[0], "bob": accounts[1]}
                | {"differences": differences}
            )
            self.progress.say(f"STUCK {what}: {problem}")
            if len(self.stuck) <= SHOWN_STUCK:
                for name, account in zip(("ada", "bob"), accounts, strict=True):
                    self.progress.say(f"  {name}: {account}")
                self.progress.say(f"  differences: {differences}")
        self.progress.step(f"last {took:.2f} s, {len(self.stuck)} stuck")


def trouble_of_call(pair: Pair, reports: list[Report]) -> str:
    """Return what is wrong with a call that both began, or nothing."""
    if not all(report["ok"] for report in reports):
        return "not connected"
    if not pair.agree(reports):
        return "no agreement"
    if any(len(report["media"]) != 2 for report in reports):
        return "not one section for each medium"
    decode = "decodes", DEADLINE_MS
    return "" if all(pair.both(decode, decode)) else "no picture"


def trouble_of_change(pair: Pair, reports: list[Report]) -> str:
    """Return what is wrong after a renegotiation, or nothing."""
    for key, trouble in NEEDED:
        if not all(report[key] for report in reports):
            return trouble
    return "" if pair.agree(reports) else "no agreement"


def ice_works(pair: Pair, tally: Tally) -> bool:
    """Tell whether the present ICE generation works, at the latest after one more restart.

    Media may go on over an older pair of candidates, and then Chromium need not check the new ones:
    it is enough that one side does. Rarely neither does, and they cannot be told from candidates
    that were lost; then the next restart has to work.
    """
    sides = pair.both(("ice", CHECKS_MS), ("ice", CHECKS_MS))
    used = [found for side in sides for found in side["pairs"] if found["used"]]
    tally.older += any(not found["present"] for found in used)
    if any(side["ok"] for side in sides):
        return True
    tally.unchecked.append(sides)
    pair.change("restart", "")
    return any(side["ok"] for side in pair.both(("ice", DEADLINE_MS), ("ice", DEADLINE_MS)))


def call_rounds(pair: Pair, count: int, tally: Tally) -> None:
    """Both call, talk, and one or both hang up."""
    for number in range(count):
        reports = pair.call()
        problem = trouble_of_call(pair, reports)
        cleared = pair.clear(number % 3)
        if not problem and not all(report["ok"] for report in cleared):
            problem, reports = "not cleared", cleared
        tally.note("call", reports, problem)
        if problem:
            pair.anew()


def change_rounds(pair: Pair, count: int, tally: Tally, chance: random.Random) -> None:
    """Both renegotiate in a call that stands."""
    sides = Side(), Side()
    standing = False
    for number in range(count):
        if not standing:
            assert all(report["ok"] for report in pair.call()), "no call to renegotiate in"
            sides, standing = (Side(), Side()), True
        changes = pick(sides, number, chance)
        reports = pair.change(*changes)
        problem = trouble_of_change(pair, reports)
        if not problem and not ice_works(pair, tally):
            problem = "no pair of the present ICE generation works, nor after one more restart"
        tally.note("/".join(sorted(set(changes))), reports, problem)
        if problem:
            pair.anew()
            standing = False
    if standing:
        pair.clear(2)


def run(rounds: int, seed: int) -> Outcome:
    """Half of the rounds are calls, the others renegotiations."""
    chance = random.Random(seed)
    with two_windows() as (_, ada, bob), Progress("glare", rounds) as progress:
        pair, tally = Pair(ada, bob, chance), Tally(progress)
        call_rounds(pair, rounds // 2, tally)
        calls_took = progress.elapsed
        change_rounds(pair, rounds - rounds // 2, tally, chance)
        changes_took = progress.elapsed - calls_took
        complaints = [*ada.complaints, *bob.complaints]
    calls = tally.seconds.pop("call", [])
    changes = [value for values in tally.seconds.values() for value in values]
    figures = [
        exactly("rounds stuck", len(tally.stuck), 0),
        at_most(
            "rounds that went well, slowest", max([*calls, *changes, 0]), DEADLINE_MS / 1000, "s"
        ),
        exactly("complaints in the consoles", len(complaints), 0),
        Figure("both call: seconds to connected", spread(calls)),
        Figure("both renegotiate: seconds to agreement", spread(changes)),
        Figure("calls a second, with hanging up", round(len(calls) / max(calls_took, 0.001), 2)),
        Figure("renegotiations a second", round(len(changes) / max(changes_took, 0.001), 2)),
        Figure("calls in which the offers crossed", tally.crossed["call"]),
        Figure("renegotiations in which the offers crossed", tally.crossed["change"]),
        Figure("rounds after which media stayed on an older ICE pair", tally.older),
        Figure("rounds after which neither side checked the newer pairs", len(tally.unchecked)),
    ]
    kinds = {what: spread(values) for what, values in sorted(tally.seconds.items())}
    return Outcome(
        figures,
        {
            "seed": seed,
            "kinds": kinds,
            "stuck": tally.stuck,
            "unchecked": tally.unchecked,
            "complaints": complaints,
        },
    )
