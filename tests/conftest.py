"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A failing example is found by what it does, not by how long it takes on a busy machine.
settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=2000)
# What is submitted is judged by the same examples each time; others are sought where people work.
settings.register_profile("repeatable", deadline=None, print_blob=True, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=12, help="how often a server is killed")
    parser.addoption("--seeds", type=int, default=20, help="how many random stories are played")
    parser.addoption("--nodes", type=int, default=1, help="nodes the browser tests are spread over")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often the server is killed."""
    return int(request.config.getoption("--kills") or 0)


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> int:
    """How many random stories are played."""
    return int(request.config.getoption("--seeds") or 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let ``-m`` choose by folder too."""
    unit = Path(__file__).parent / "unit"
    for item in items:
        if item.path.is_relative_to(unit):
            item.add_marker("unit")
