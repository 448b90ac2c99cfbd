"""Requests between nodes: an edit made where its session is, or the list of sessions."""

import asyncio
import itertools
from collections.abc import Callable

import msgspec
from msgspec import Struct

from canvas_server.cluster import messages
from canvas_server.core.effects import Refusal
from canvas_server.node.node import Node
from canvas_server.node.ports import BackboneFailure, LogFailure
from canvas_server.protocol.errors import ErrorCode, code_of
from canvas_server.protocol.http import SceneEdit, SessionOverview
from canvas_server.protocol.scene import SceneDocument, SceneVersion

PATIENCE_SECONDS = 15.0


class _EditBody(Struct, array_like=True):
    edit: SceneEdit
    expected: int | None
    expected_timestamp: int | None = None

    @classmethod
    def of(cls, edit: SceneEdit, expected: SceneVersion | None) -> "_EditBody":
        if expected is None:
            return cls(edit, None)
        return cls(edit, expected.revision, expected.timestamp)

    @property
    def version(self) -> SceneVersion | None:
        if self.expected is None:
            return None
        return SceneVersion(self.expected, self.expected_timestamp)


class NodeRequests:
    """The questions of a node that are not answered yet."""

    def __init__(self, put: Callable[[str, messages.Op], None]) -> None:
        """Ask by `put`, which takes an address."""
        self._put = put
        self._numbers = itertools.count(1)
        self._pending: dict[int, tuple[str, asyncio.Future[messages.NodeResponse]]] = {}

    async def edit(
        self, address: str, edit: SceneEdit, expected: SceneVersion | None
    ) -> SceneDocument:
        """Have an edit made where its session lives; see `ports.SessionOwnership.edit`.

        Raises:
            Refusal, BackboneFailure: it is not, or nobody knows.
        """
        response = await self._ask(
            address, "edit", msgspec.json.encode(_EditBody.of(edit, expected))
        )
        if response.failure is not None:
            code, text = response.failure
            raise Refusal(code_of(code), text)
        return msgspec.json.decode(response.body, type=SceneDocument)

    async def sessions(self, addresses: list[str]) -> list[SessionOverview]:
        """Return the sessions of all nodes that answer."""
        requests = [self._ask(address, "sessions", b"") for address in addresses]
        found: list[SessionOverview] = []
        for answer in await asyncio.gather(*requests, return_exceptions=True):
            if isinstance(answer, messages.NodeResponse):
                found += msgspec.json.decode(answer.body, type=list[SessionOverview])
        return found

    def answered(self, response: messages.NodeResponse) -> None:
        """Take an answer."""
        _, answer = self._pending.get(response.number, ("", None))
        if answer is not None and not answer.done():
            answer.set_result(response)

    def give_up(self, address: str) -> None:
        """Expect nothing of a node any more."""
        for where, answer in [*self._pending.values()]:
            if where == address and not answer.done():
                answer.set_exception(BackboneFailure("the node that was asked is gone"))

    async def _ask(self, address: str, topic: str, body: bytes) -> messages.NodeResponse:
        number = next(self._numbers)
        answer: asyncio.Future[messages.NodeResponse] = asyncio.get_running_loop().create_future()
        self._pending[number] = (address, answer)
        try:
            self._put(address, messages.NodeRequest(number, topic, body))
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await answer
        except TimeoutError:
            raise BackboneFailure("another node does not answer") from None
        finally:
            del self._pending[number]


async def answer(node: Node, request: messages.NodeRequest) -> messages.NodeResponse:
    """Answer what another node asks."""
    body, failure = b"", None
    try:
        if request.topic == "sessions":
            body = msgspec.json.encode(node.hub.overview())
        elif request.topic == "edit":
            order = msgspec.json.decode(request.body, type=_EditBody)
            body = msgspec.json.encode(await node.scenes.edit(order.edit, order.version))
        else:
            failure = (ErrorCode.UNKNOWN_TYPE.value, "another node asks for what is not known")
    except Refusal as refused:
        failure = (refused.code.value, refused.text)
    except LogFailure as error:
        failure = (ErrorCode.STORAGE_FAILED.value, str(error))
    return messages.NodeResponse(request.number, body, failure)
