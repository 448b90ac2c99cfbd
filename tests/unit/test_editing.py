"""People edit one scene over a bad network, with a log that fails: see `tests/support/simulations/editing.py`."""

from collections.abc import Iterator

import pytest

from support.simulations.editing import SCRIPT, play
from support.simulations.pages import PageProcess

ONCE_FAILED = (21, 46, 62, 95, 118, 130, 513)
"""Seeds whose stories have shown something to mend."""
OTHERS = range(1, 20)


@pytest.fixture(scope="module")
def clients() -> Iterator[PageProcess]:
    """The pages' process."""
    process = PageProcess(SCRIPT)
    yield process
    process.close()


@pytest.mark.slow
@pytest.mark.rule("SCN1", "SCN2", "SCN3", "SCN6", "SCN7", "RES1")
@pytest.mark.parametrize("seed", [*ONCE_FAILED, *OTHERS])
def test_in_the_end_everybody_sees_what_is_stored(seed: int, clients: PageProcess) -> None:
    play(seed, clients)
