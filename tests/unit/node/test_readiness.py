"""Readiness follows what a probe finds, one at a time."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from canvas_server.node import readiness
from canvas_server.node.ports import LogFailure
from canvas_server.node.readiness import Readiness

pytestmark = pytest.mark.rule("RUN1")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - whatever it is
            await asyncio.sleep(0.001)


class Storage:
    """Does what the test says."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.hangs = False
        self.probes: list[bool] = []
        self.at_once = self.most_at_once = 0

    async def probe(self, thorough: bool) -> None:
        self.probes.append(thorough)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await until(lambda: not self.hangs)
            if self.failure is not None:
                raise self.failure
        finally:
            self.at_once -= 1


async def test_it_is_said_when_it_begins_and_when_it_ends() -> None:
    storage = Storage()
    found = Readiness(storage.probe)
    with capture_logs() as logged:
        for failure in (None, LogFailure("full"), LogFailure("full"), None, None):
            storage.failure = failure
            await found.look()
            assert found.failing is (failure is not None)
    assert [line["log_level"] for line in logged] == ["error", "info"]
    assert logged[0]["why"] == "full"
    assert found.failures == 1
    assert storage.probes == [True, False, True, True, False], "in doubt it is tried by storing"


async def test_a_probe_that_hangs_is_a_failure_and_none_comes_on_top(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.01)
    storage = Storage()
    storage.hangs = True
    found = Readiness(storage.probe)
    for _ in range(3):
        await found.look()
        assert found.failing
    assert storage.probes == [True]
    storage.hangs = False
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 60)
    await found.look()
    assert not found.failing
    assert storage.most_at_once == 1


async def test_a_doubt_is_looked_into_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SHORT_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(readiness, "PAUSE_SECONDS", 3600.0)
    storage = Storage()
    found = Readiness(storage.probe)
    running = asyncio.create_task(found.run())
    found.doubt()
    await until(lambda: storage.probes == [True])
    storage.hangs = True
    found.doubt()
    await until(lambda: storage.at_once == 1)
    running.cancel()
    await until(lambda: storage.at_once == 0)  # nothing is left behind when the server stops


async def test_a_mistake_of_our_own_is_a_failure_and_shown() -> None:
    storage = Storage()
    storage.failure = ZeroDivisionError()
    found = Readiness(storage.probe)
    with capture_logs() as logged:
        await found.look()
    assert found.failing
    assert any(line.get("exc_info") for line in logged)
