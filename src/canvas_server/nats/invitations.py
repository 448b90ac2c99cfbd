"""Invitations shared by all nodes: each change is a message of a stream."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import nats.errors
import nats.js.errors
import structlog
from nats.aio.msg import Msg

from canvas_server.auth.invitations import Invitation, Invitations
from canvas_server.nats.broker import Broker, Missing
from canvas_server.node.ports import BackboneFailure

STREAM = "canvas_tokens"
_SUBJECT = "canvas.token."

logger = structlog.get_logger()
_decode = msgspec.json.Decoder(Invitation).decode


def _subject_of(invitation: Invitation) -> str:
    # Anything may be the id of what was made elsewhere; a subject has few letters.
    return _SUBJECT + invitation.id.encode().hex()


class SharedInvitations(Invitations):
    """Invitations of all nodes; `note` and `revoke` wait for the stream: call them in a thread."""

    def __init__(self, broker: Broker, data_dir: Path, now: float) -> None:
        """Know what this node knew: the stream may be of a backup, and have forgotten."""
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            super().__init__(data_dir, now)
        except OSError as error:
            logger.warning("links taken back are kept in the cluster alone", why=str(error))
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
        for invitation in self.revoked_ones():
            await self._remind(invitation)
        try:
            await self._broker.follow(STREAM, _SUBJECT + "*", self._take)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise BackboneFailure(f"the cluster does not answer ({error})") from error

    def note(self, invitation: Invitation) -> None:
        """See `Invitations.note`."""
        data = msgspec.json.encode(invitation)
        work = self._broker.publish(_subject_of(invitation), data, {})
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except BackboneFailure as error:
            raise OSError(str(error)) from error
        self.learn(invitation)
        if invitation.revoked is not None:
            self._keep(invitation)

    async def _remind(self, invitation: Invitation) -> None:
        """See that the stream knows what was taken back, if it was of a backup from before."""
        subject = _subject_of(invitation)
        try:
            known = _decode((await self._broker.last(STREAM, subject)).data)
        except (Missing, msgspec.MsgspecError):
            known = None
        if known is None or known.revoked is None:
            logger.warning("a link stays taken back that the cluster had forgotten")
            await self._broker.publish(subject, msgspec.json.encode(invitation), {})

    async def _take(self, message: Msg) -> None:
        try:
            invitation = _decode(message.data)
        except msgspec.MsgspecError as error:
            logger.error("a token of another node is not understood", why=str(error))
            return
        before = self.get(invitation.id)
        self.learn(invitation)
        if invitation.revoked is not None and (before is None or before.revoked is None):
            self.revoked(invitation.id)
            await asyncio.to_thread(self._keep, invitation)

    def _keep(self, invitation: Invitation) -> None:
        """Keep what was taken back on this node too, for when the stream is of a backup."""
        try:
            self.store(invitation)
        except OSError as error:
            logger.warning("a link taken back is kept in the cluster alone", why=str(error))
