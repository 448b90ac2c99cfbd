"""Edits that wait until the pictures they bring are decoded (SCN10).

A connection whose edit waits is read no further, so its order is kept; its edit is handled, and
counted as heard, when all pictures are decoded. Who goes meanwhile leaves nothing behind.
"""

import asyncio
import functools
from collections.abc import Callable

from canvas_server.core.effects import ConnectionId, Decode, Refusal
from canvas_server.core.scene.pictures import with_sources
from canvas_server.node.ports import Decoded, NotDecoded, PictureDecoder
from canvas_server.protocol.client import Chat, EditMessage, Propose
from canvas_server.protocol.codec import MalformedMessage
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import SceneEdit

NOT_DECODED = "Pictures cannot be read now; nothing was changed. Send it again in a moment."

Outcome = EditMessage | Propose | Chat | MalformedMessage
"""The edit with its pictures as they may come in, or why it is refused now."""


class WaitingEdits:
    """The edits of connections that wait for their pictures, one of each."""

    def __init__(
        self,
        decoder: PictureDecoder,
        ready: Callable[[Decode, Outcome, int], None],
    ) -> None:
        """Wait for a decoder; `ready` is called with what comes of it, and what it took."""
        self._decoder = decoder
        self._ready = ready
        self._give_up: dict[ConnectionId, Callable[[], None]] = {}

    def wait(self, effect: Decode) -> None:
        """Have the pictures of an edit decoded."""
        done = functools.partial(self._decoded, effect)
        give_up = self._decoder.decode(effect.session_id, effect.sources, done)
        self._give_up[effect.connection] = give_up

    def forget(self, connection_id: ConnectionId) -> None:
        """Give up the edit of a connection that is gone."""
        give_up = self._give_up.pop(connection_id, None)
        if give_up is not None:
            give_up()

    def _decoded(self, effect: Decode, outcome: Decoded | NotDecoded) -> None:
        if self._give_up.pop(effect.connection, None) is None:
            return  # it is gone
        if isinstance(outcome, NotDecoded):
            message_id = effect.message.message_id
            refused = MalformedMessage(ErrorCode.RATE_LIMITED, NOT_DECODED, message_id)
            self._ready(effect, refused, 0)
        else:
            edit = with_sources(effect.message, outcome.sources)
            self._ready(effect, edit, outcome.cpu_ms)


async def decoded_edit(
    decoder: PictureDecoder, edit: SceneEdit, sources: tuple[str, ...]
) -> SceneEdit:
    """Return an edit that came over HTTP with its pictures as they may come in.

    Raises:
        Refusal: `rate_limited`, they cannot be decoded now.
    """
    result: asyncio.Future[Decoded | NotDecoded] = asyncio.get_running_loop().create_future()

    def done(outcome: Decoded | NotDecoded) -> None:
        if not result.done():  # else the request was given up
            result.set_result(outcome)

    give_up = decoder.decode(edit.session_id, sources, done)
    try:
        outcome = await result
    finally:
        give_up()
    if isinstance(outcome, NotDecoded):
        raise Refusal(ErrorCode.RATE_LIMITED, NOT_DECODED)
    return with_sources(edit, outcome.sources)


class NoDecoder:
    """Decodes nothing: every picture is known. For a hub that is alone."""

    def is_known(self, src: str) -> bool:  # noqa: ARG002
        """See `PictureDecoder.is_known`."""
        return True

    def decode(
        self,
        session_id: str,
        sources: object,
        done: Callable[[Decoded | NotDecoded], None],
    ) -> Callable[[], None]:
        """See `PictureDecoder.decode`."""
        raise NotImplementedError
