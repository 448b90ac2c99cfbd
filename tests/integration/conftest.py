"""A server process for the tests of a module."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server; every test leaves it alive, so the next one proves that it lives on."""
    with running(tmp_path_factory.mktemp("data")) as server:
        yield server
        assert server.process.poll() is None, "the server died"


@pytest.fixture
def public_path() -> Iterator[Path]:
    """A folder that other users can enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
