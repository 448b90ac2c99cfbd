"""Readiness: whether this node can serve now, as opposed to liveness.

A probe asks the storage, again and again and one at a time, whether it can be read and written. A
failure seen elsewhere only makes the next probe come sooner: what fails for one session alone does
not make the node unready.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from canvas_server.node.ports import LogFailure

PAUSE_SECONDS = 5.0
"""Between probes while all is well."""
SHORT_PAUSE_SECONDS = 1.0
"""Between probes while something is wrong, and at least between any two."""
PATIENCE_SECONDS = 6.0
"""A probe that takes longer has failed; none follows it before it has come to an end."""

logger = structlog.get_logger()

Probe = Callable[[bool], Awaitable[None]]
"""Raises `LogFailure` where scenes cannot be read or stored; True: by storing something."""


class Readiness:
    """Whether scenes can be stored and read, as the latest probe found."""

    def __init__(self, probe: Probe) -> None:
        self.failing = False
        self.failures = 0
        """How often it began to fail since the start."""
        self._probe = probe
        self._probing: asyncio.Task[None] | None = None
        self._doubted = asyncio.Event()
        self._doubted.set()

    def doubt(self) -> None:
        """Look soon: something failed, or works again."""
        self._doubted.set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(SHORT_PAUSE_SECONDS)
            if not self.failing:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_SECONDS - SHORT_PAUSE_SECONDS):
                        await self._doubted.wait()
            await self.look()

    async def look(self) -> None:
        """Probe once; what takes too long is a failure, and is waited for the next time."""
        if self._probing is None:
            thorough = self.failing or self._doubted.is_set()
            self._doubted.clear()
            self._probing = asyncio.ensure_future(self._ask(thorough))
        try:
            done, _ = await asyncio.wait((self._probing,), timeout=PATIENCE_SECONDS)
        except asyncio.CancelledError:  # the server stops
            self._probing.cancel()
            raise
        if not done:
            self._note(f"no answer within {PATIENCE_SECONDS:g} s")
            return
        probing, self._probing = self._probing, None
        failure = probing.exception()
        if failure is not None and not isinstance(failure, LogFailure):
            logger.error("the probe itself failed", exc_info=failure)
        self._note(None if failure is None else str(failure))

    async def _ask(self, thorough: bool) -> None:
        await self._probe(thorough)

    def _note(self, why: str | None) -> None:
        """Tell the operator when it begins to fail, and when that has ended."""
        if why is not None and not self.failing:
            self.failures += 1
            logger.error("not ready: scenes cannot be read or stored", why=why)
        elif why is None and self.failing:
            logger.info("ready again: scenes can be read and stored")
        self.failing = why is not None
