"""A little of `make garbage` to a real server: it answers, goes on and keeps nothing of it."""

from pathlib import Path

import pytest

from support.fuzz.garbage import work
from support.fuzz.network import Watch
from support.servers.server import running

pytestmark = pytest.mark.rule("IN2", "ATK18")


def test_a_real_server_goes_on_whatever_it_is_sent(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        watch = Watch(server)
        for name, cases in (("requests", 400), ("frames", 100)):
            found = work(name, cases, seed=1, batch=0, port=server.port)
            assert len(found.outcomes) > 2, "some is answered, some is not"
        watch.check()
