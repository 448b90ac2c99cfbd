"""What was given out and taken back, known to all nodes: each change is a message of a stream."""

import asyncio
from collections.abc import Callable

import msgspec
import nats.errors
import nats.js.errors
import structlog
from nats.aio.msg import Msg

from canvas_server.auth.invitations import Invitation, Invitations
from canvas_server.nats.broker import Broker
from canvas_server.ports import BackboneFailure

STREAM = "canvas_tokens"
_SUBJECT = "canvas.token."

logger = structlog.get_logger()
_decode = msgspec.json.Decoder(Invitation).decode


class SharedInvitations(Invitations):
    """Invitations of all nodes; `note` and `revoke` wait for the stream: call them in a thread."""

    def __init__(self, broker: Broker, now: float) -> None:
        super().__init__(None, now)
        self._broker = broker
        self._loop = asyncio.get_running_loop()
        self.revoked: Callable[[str], None] = lambda _: None
        """Told of what was taken back, on whichever node; for who removes its bearers to set."""

    async def follow(self) -> None:
        """Take up what all nodes have noted, and what they will.

        Raises:
            BackboneFailure: that is not to be had.
        """
        await self._broker.make_stream(STREAM, [_SUBJECT + "*"], max_msgs_per_subject=1)
        try:
            await self._broker.follow(STREAM, _SUBJECT + "*", self._take)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise BackboneFailure(f"the cluster does not answer ({error})") from error

    def note(self, invitation: Invitation) -> None:
        """See `Invitations.note`."""
        # Anything may be the id of what was made elsewhere; a subject has few letters.
        subject = _SUBJECT + invitation.id.encode().hex()
        work = self._broker.publish(subject, msgspec.json.encode(invitation), {})
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except BackboneFailure as error:
            raise OSError(str(error)) from error
        super().note(invitation)

    async def _take(self, message: Msg) -> None:
        try:
            invitation = _decode(message.data)
        except msgspec.MsgspecError as error:
            logger.error("a token of another node is not understood", why=str(error))
            return
        before = self.get(invitation.id)
        super().note(invitation)
        if invitation.revoked is not None and (before is None or before.revoked is None):
            self.revoked(invitation.id)
