"""Session ownership: leases in the registry, held by one node at a time.

A session lives where somebody first wanted it, until nobody is in it any more, its node drains, or
its node is given up and somebody wants it elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable

from canvas_server.node.ports import Backbone, BackboneFailure, Registered

ATTEMPTS = 8


class SessionOwnership:
    """The sessions that live here, and where others do."""

    def __init__(
        self,
        backbone: Backbone,
        is_alive: Callable[[str], Awaitable[bool]],
        fence: Callable[[str], Awaitable[None]],
    ) -> None:
        """`lives` tells whether a node with an address is there to carry to.

        `fence` sees that a node which was given up, and may not know it, stores nothing more.
        """
        self.address = ""
        self._backbone = backbone
        self._is_alive = is_alive
        self._fence = fence
        self._claims: dict[str, int] = {}
        self._changing: dict[str, asyncio.Event] = {}

    @property
    def held(self) -> list[str]:
        """Sessions that live here."""
        return [*self._claims]

    def is_here(self, session_id: str) -> bool:
        """Tell whether a session lives here, and stays."""
        return session_id in self._claims and session_id not in self._changing

    async def find(self, session_id: str) -> str | None:
        """Return the address of the node a session lives on; None: here, claimed if need be.

        Raises:
            BackboneFailure: nobody can say now.
        """
        while (change := self._changing.get(session_id)) is not None:
            await change.wait()
        for _ in range(ATTEMPTS):
            found = await self._backbone.look(session_id)
            holder = found.value if found else ""
            if found and holder == self.address:
                if self._claims.get(session_id) != found.revision:
                    await self._fence(session_id)  # a claim of which nobody knew the outcome
                    self._claims[session_id] = found.revision
                return None
            if holder and await self._is_alive(holder):
                return holder
            revision = found.revision if found else 0
            claimed = await self._backbone.swap(session_id, self.address, revision)
            if claimed is not None:
                if holder:
                    await self._fence(session_id)
                self._claims[session_id] = claimed
                return None
        raise BackboneFailure("several nodes want a session at once")

    async def release(self, session_id: str) -> None:
        """Release a session; where the registry is out of reach, it stays ours."""
        claim = self._claims.get(session_id)
        if claim is None or session_id in self._changing:
            return
        change = self._changing[session_id] = asyncio.Event()
        try:
            await self._backbone.swap(session_id, "", claim)
            self._claims.pop(session_id, None)  # it is free, or somebody else's already
        except BackboneFailure:
            pass
        finally:
            del self._changing[session_id]
            change.set()

    async def keep(self, session_id: str) -> bool:
        """See whether a session still lives here, under the address of now; False: it is lost.

        Raises:
            BackboneFailure: nobody can say now.
        """
        claim = self._claims[session_id]
        found = await self._backbone.look(session_id)
        if found == Registered(self.address, claim):
            return True
        claimed = await self._backbone.swap(session_id, self.address, claim)
        if claimed is None:
            del self._claims[session_id]
            return False
        self._claims[session_id] = claimed
        return True

    def forget(self, session_id: str) -> None:
        """Know no more that a session lives here: somebody else has written to it."""
        self._claims.pop(session_id, None)
