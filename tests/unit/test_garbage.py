"""A little of `make garbage`: what nobody should send is refused in a way that is foreseen."""

import pytest

from support.fuzz.garbage import TARGETS, work

pytestmark = pytest.mark.rule("ATK18")

READ_HERE = [name for name, target in TARGETS.items() if not target.real]
CASES = 300


@pytest.mark.parametrize("name", READ_HERE)
def test_garbage_is_read_or_refused(name: str) -> None:
    found = work(name, CASES, seed=1, batch=0)
    assert found.outcomes.total() == CASES
    assert len(found.outcomes) > 1, "some passes, some is refused"


def test_a_batch_is_the_same_when_it_is_fed_again() -> None:
    again = [work("messages", 100, seed=7, batch=3).outcomes for _ in range(2)]
    assert again[0] == again[1]
