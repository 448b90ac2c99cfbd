"""Two servers that share a session, through random faults: in the end both agree, nothing is lost.

More seeds: `python -m pytest tests/unit/federation/test_random_neighbourhood.py --seeds 3000`.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from support.simulations.federation import RESUME_SECONDS, SDP, SimulatedFederation, SimulatedPerson


class Play:
    """Random people on random servers over a random network."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.town = SimulatedFederation(folder, seed)
        self.chance = self.town.chance
        self.gentle = seed % 2 == 0
        """No server ends and no outage is longer than guests keep their place."""
        self.added: dict[str, str] = {}
        """Element id by message id."""
        self.removed: set[str] = set()
        self.sent: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.calls = 0
        self.cut_for = 0.0

    @property
    def people(self) -> list[SimulatedPerson]:
        return [person for place in self.town.places for person in place.people if person.window]

    def play(self, steps: int) -> None:
        actions = {
            self.join: 2,
            self.leave: 1,
            self.add: 8,
            self.change: 4,
            self.offer: 10,
            self.hang_up: 2,
            self.arrive: 30,
            self.pass_time: 25,
            self.make_rough: 1,
            self.cut: 1,
            self.wait_long: 0 if self.gentle else 1,
            self.restart: 0 if self.gentle else 1,
        }
        choices = self.chance.choices([*actions], [*actions.values()], k=steps)
        for act in choices:
            act()

    def finish(self) -> None:
        self.town.air.cut = self.town.air.rough = False
        self.rejoin()
        self.town.wait(40)
        for person in self.people:
            person.try_again()
        self.town.wait(RESUME_SECONDS)

    def rejoin(self) -> None:
        for place in self.town.places:
            for person in place.people:
                if person.window is None:
                    person.join()
                    person.try_again()

    # --- what people do ----------------------------------------------------------------------

    def join(self) -> None:
        self.rejoin()
        place = self.chance.randrange(2)
        if len(self.town.places[place].people) < 3:
            self.town.join(place, f"P{next(self.town.numbers)}")

    def leave(self) -> None:
        if len(self.people) > 2:
            person = self.chance.choice(self.people)
            if person.peer_id and not person.waiting:
                for pair in [pair for pair in self.sent if person.peer_id in pair]:
                    del self.sent[pair]
                person.leave()

    def add(self) -> None:
        if self.people:
            name = f"e{next(self.town.numbers)}"
            person = self.chance.choice(self.people)
            if person.peer_id:
                message_id = person.add(name)
                self.added[message_id] = name

    def change(self) -> None:
        if self.people and self.added:
            name = self.chance.choice([*self.added.values()])
            person = self.chance.choice(self.people)
            if not person.peer_id:
                return
            if self.chance.random() < 0.3:
                self.removed.add(name)
                person.edit("remove_element", id=name)
            else:
                content = {"kind": {"content": str(next(self.town.numbers))}}
                person.edit("update_element", id=name, changes=content)

    def offer(self) -> None:
        if not self.people:
            return
        person = self.chance.choice(self.people)
        known = [
            peer_id
            for peer_id, (_, _, connected) in person.place.peers().items()
            if peer_id != person.peer_id and (connected or self.gentle)
        ]
        alive = {each.peer_id for each in self.people}
        others = [peer_id for peer_id in known if peer_id in alive]
        if others and person.peer_id in person.place.peers():
            other = self.chance.choice(others)
            number = next(self.town.numbers)
            self.sent[person.peer_id, other].append(number)
            person.say("offer", target_peer_id=other, sdp=f"{SDP}{number}")

    def hang_up(self) -> None:
        if self.people:
            person = self.chance.choice(self.people)
            others = [peer_id for peer_id in person.place.peers() if peer_id != person.peer_id]
            if others:
                person.say("end_call", target_peer_id=self.chance.choice(others))

    # --- what happens to them ------------------------------------------------------------------

    def arrive(self) -> None:
        self.town.air.deliver(self.chance.randrange(1, 6))
        self.town.run_timers(self.chance.randrange(1, 6))

    def pass_time(self) -> None:
        self.town.now += 0.5
        for place in self.town.places:
            place.tick()
        if self.town.air.cut:
            self.cut_for += 0.5
            if self.gentle and self.cut_for > 60:
                self.town.air.cut = False

    def make_rough(self) -> None:
        self.town.air.rough = not self.town.air.rough

    def cut(self) -> None:
        self.town.air.cut = not self.town.air.cut
        self.cut_for = 0.0

    def wait_long(self) -> None:
        self.town.wait(self.chance.choice((5, 20, 140)))

    def restart(self) -> None:
        place = self.chance.choice(self.town.places)
        place.restart()
        for _ in range(self.chance.randrange(4)):
            self.pass_time()
            self.arrive()
        self.rejoin()

    # --- what must hold --------------------------------------------------------------------------

    def check(self) -> None:
        town = self.town
        for here, there in (town.places, town.places[::-1]):
            seen = here.peers()
            expected = {p.peer_id: (p.name, None, True) for p in here.people}
            if here.people:
                expected |= {p.peer_id: (p.name, there.name, True) for p in there.people}
                assert seen == expected
        if all(place.people for place in town.places):
            assert town.places[0].scene() == town.places[1].scene()
            for place in town.places:
                shown = place.node.hub.scene("board")
                assert shown
                assert (shown.revision, shown.elements) == place.scene()
        for person in self.people:
            assert not person.waiting
            names = {element.id for element in person.place.scene()[1]}
            for message_id in person.acked & self.added.keys():
                name = self.added[message_id]
                assert name in names or name in self.removed, "an acked edit is lost"
        for person in self.people:
            for sender, got in person.offers.items():
                assert got == sorted(set(got)), "twice, or out of order"
                if self.gentle and (sender, person.peer_id) in self.sent:
                    assert got == self.sent[sender, person.peer_id], "lost"


def play(folder: Path, seed: int) -> None:
    game = Play(folder, seed)
    game.town.join(0, "Ada")
    game.town.join(1, "Bob")
    game.play(400)
    game.finish()
    game.check()


@pytest.mark.slow
@pytest.mark.rule("REL3")
def test_in_the_end_both_servers_agree(tmp_path: Path, seeds: int) -> None:
    for seed in range(seeds):
        try:
            play(tmp_path / str(seed), seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
    assert seeds
