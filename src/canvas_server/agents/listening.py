"""Changes of resources, told to who listens (MCP 2026-07-28, `subscriptions/listen`)."""

import asyncio
import contextlib
from collections.abc import Generator

from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated

from canvas_server.agents.resources import RESOURCES
from canvas_server.agents.seat import Seat

PAUSE_SECONDS = 1.0
"""A resource that changes again and again is told of this often."""


@contextlib.contextmanager
def changes_of(seat: Seat) -> Generator[InMemorySubscriptionBus]:
    """Publish which resources of a seat have changed, for the length of a block."""
    bus = InMemorySubscriptionBus()
    changed: set[str] = set()
    something = asyncio.Event()

    def take(kind: str) -> None:
        found = {one.uri for one in RESOURCES.values() if kind in one.kinds}
        if found:
            changed.update(found)
            something.set()

    async def publish() -> None:
        while True:
            await something.wait()
            something.clear()
            told = sorted(changed)
            changed.clear()
            for uri in told:
                await bus.publish(ResourceUpdated(uri=uri))
            await asyncio.sleep(PAUSE_SECONDS)

    leave = seat.subscribe(take)
    task = asyncio.create_task(publish(), name="changes of resources")
    try:
        yield bus
    finally:
        leave()
        task.cancel()
