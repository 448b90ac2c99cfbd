"""Invitations shared by all nodes: each change is a message of a stream."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import msgspec
import nats.errors
import nats.js.errors
import structlog
from nats.aio.msg import Msg

from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.invitations import Invitations
from canvas_server.nats.broker import Broker, Missing
from canvas_server.node.ports import BackboneFailure

STREAM = "canvas_tokens"
_SUBJECT = "canvas.token."
CATCH_UP_SECONDS = 30
_ALL_OF_THEM = 2**53

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
        self._revoked: Callable[[str], object] | None = None
        self._taken = asyncio.Condition()
        self._sequence = 0
        """Of the latest message of the stream that was taken."""

    async def follow(self, revoked: Callable[[str], object]) -> None:
        """Take up what all nodes have noted, and what they will, before anybody comes in.

        `revoked` removes who came by what was taken back, on whichever node.

        Raises:
            BackboneFailure: that is not to be had.
        """
        self._revoked = revoked
        await self._broker.make_stream(STREAM, [_SUBJECT + "*"], max_msgs_per_subject=1)
        for invitation in self.revoked_ones():
            await self._remind(invitation)
        try:
            await self._broker.follow(STREAM, _SUBJECT + "*", self._take)
            await self._catch_up()
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise BackboneFailure(f"the cluster does not answer ({error})") from error

    async def _catch_up(self) -> None:
        """Wait until everything of the past is taken: what was taken back opens nothing, ever.

        Raises:
            BackboneFailure: nobody can say what there is.
            TimeoutError: it does not come.
        """
        try:
            last = (await self._broker.last(STREAM, _SUBJECT + "*")).sequence
        except Missing:
            return
        async with asyncio.timeout(CATCH_UP_SECONDS), self._taken:
            await self._taken.wait_for(lambda: self._sequence >= last)

    def note(self, invitation: Invitation) -> None:
        """See `Invitations.note`."""
        data = msgspec.json.encode(invitation)
        self._wait_for(self._broker.publish(_subject_of(invitation), data, {}))
        self.learn(invitation)
        if invitation.revoked is not None:
            self._keep(invitation)

    def forget(self, needless: list[Invitation]) -> None:
        """See `Invitations.forget`; other nodes forget them when they start anew."""
        for one in needless:
            self._wait_for(self._broker.purge(STREAM, _subject_of(one), _ALL_OF_THEM))
        super().forget(needless)

    def _wait_for(self, work: Coroutine[object, object, object]) -> None:
        """Wait in a thread for what is done in the loop.

        Raises:
            OSError: it cannot be done.
        """
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except BackboneFailure as error:
            raise OSError(str(error)) from error

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
        await self._take_in(message)
        async with self._taken:
            self._sequence = message.metadata.sequence.stream
            self._taken.notify_all()

    async def _take_in(self, message: Msg) -> None:
        try:
            invitation = _decode(message.data)
        except msgspec.MsgspecError as error:
            logger.error("a token of another node is not understood", why=str(error))
            return
        before = self.get(invitation.id)
        self.learn(invitation)
        if invitation.revoked is not None and (before is None or before.revoked is None):
            if self._revoked is not None:
                self._revoked(invitation.id)
            await asyncio.to_thread(self._keep, invitation)

    def _keep(self, invitation: Invitation) -> None:
        """Keep what was taken back on this node too, for when the stream is of a backup."""
        try:
            self.store(invitation)
        except OSError as error:
            logger.warning("a link taken back is kept in the cluster alone", why=str(error))
