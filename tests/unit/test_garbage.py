"""A little of `make garbage`: what nobody should send is refused in a way that is foreseen."""

import random
from collections.abc import Callable

import pytest

from support.fuzz.garbage import candidates, codec, descriptions


@pytest.mark.parametrize("feed", [codec, descriptions, candidates])
def test_garbage_is_refused(feed: Callable[[random.Random], str]) -> None:
    chance = random.Random(1)
    found = {feed(chance) for _ in range(3000)}
    assert len(found) > 1, "some passes, some is refused"
