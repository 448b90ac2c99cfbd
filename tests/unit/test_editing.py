"""People edit one scene over a bad network, with a log that fails: see `tests/editing.py`."""

from collections.abc import Iterator

import pytest

from editing import SCRIPT, play
from wire import Clients

ONCE_FAILED = (21, 46, 62, 95, 118, 130, 513)
"""Seeds whose stories have shown something to mend."""
OTHERS = range(1, 20)


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    """The pages' process."""
    process = Clients(SCRIPT)
    yield process
    process.close()


@pytest.mark.parametrize("seed", [*ONCE_FAILED, *OTHERS])
def test_in_the_end_everybody_sees_what_is_stored(seed: int, clients: Clients) -> None:
    """SCN1, SCN2, SCN3, SCN6, SCN7, RES1."""
    play(seed, clients)
