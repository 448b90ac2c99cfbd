"""One RTCPeerConnection of a call: the tracks it sends and receives."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
)
from aiortc.mediastreams import MediaStreamError
from av.frame import Frame

from canvas_server.bot.fitting import Fitted, ShownSize
from canvas_server.bot.media import Outgoing, next_frame
from canvas_server.protocol.server import IceServer

Take = Callable[[Frame, MediaStreamTrack], Awaitable[None]]


class Link:
    """A peer connection with its tracks."""

    def __init__(
        self,
        servers: Sequence[IceServer],
        sent: Outgoing,
        view: ShownSize,
        take: Take,
        follow: Callable[["Link"], None],
    ) -> None:
        """Make it; nothing is negotiated yet.

        Args:
            servers: for ICE; one that is mistyped is as good as none.
            sent: what is sent, by this connection alone.
            view: how large the pictures are seen.
            take: is given what comes of camera and microphone.
            follow: is told when the state of the connection has changed.
        """
        self.pc = _connection(servers)
        self._sent = sent
        self._tracks = tuple(
            Fitted(track, view) if track.kind == "video" else track for track in sent.tracks
        )
        self._take = take
        self._kinds: set[str] = set()
        self._listeners: set[asyncio.Task[None]] = set()
        self.pc.add_listener("track", self._receive)
        self.pc.add_listener("connectionstatechange", lambda: follow(self))

    @property
    def is_over(self) -> bool:
        """It carries nothing any more."""
        return self.pc.connectionState in ("closed", "failed")

    @property
    def awaits_answer(self) -> bool:
        """Our offer is still without one."""
        return self.pc.signalingState == "have-local-offer"

    def send(self, kinds: Collection[str]) -> None:
        """Send our tracks of these kinds from the next description on."""
        sent = [sender.track for sender in self.pc.getSenders()]
        for track in self._tracks:
            if track.kind in kinds and track not in sent:
                self.pc.addTrack(track)

    async def close(self) -> None:
        """End it, and the tracks."""
        await self.pc.close()
        for track in self._tracks:
            track.stop()
        self._sent.close()
        for listener in list(self._listeners):
            listener.cancel()

    def _receive(self, track: MediaStreamTrack) -> None:
        of_camera_or_microphone = track.kind not in self._kinds  # what follows is of a screen
        self._kinds.add(track.kind)
        listener = asyncio.create_task(self._listen(track, keep=of_camera_or_microphone))
        self._listeners.add(listener)
        listener.add_done_callback(self._listeners.discard)

    async def _listen(self, track: MediaStreamTrack, *, keep: bool) -> None:
        """Take what comes: a track that nobody reads fills the memory."""
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await next_frame(track)
                if keep:
                    self._sent.hear(frame, track.kind, track)
                    await self._take(frame, track)


def _connection(servers: Sequence[IceServer]) -> RTCPeerConnection:
    ice = [RTCIceServer(list(s.urls), s.username, s.credential) for s in servers]
    try:
        return RTCPeerConnection(RTCConfiguration(ice, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    except ValueError:
        # A mistyped STUN or TURN address on the server: without them many calls still connect.
        return RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
