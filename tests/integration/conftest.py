"""A server process for the tests of a module."""

from collections.abc import Iterator

import pytest

from servers import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server; every test leaves it alive, so the next one proves that it lives on."""
    with running(tmp_path_factory.mktemp("data")) as server:
        yield server
        assert server.process.poll() is None, "the server died"
