"""One call with one peer: its peer connection, and how far it has come.

aiortc can neither restart ICE nor take an offer back. Where a browser would do so, this takes
another RTCPeerConnection; the other side knows it by its fingerprint and takes another one too.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

from canvas_server.agents.descriptions import fingerprint_of, fragments_of
from canvas_server.agents.media import KINDS, Outgoing, Program, Recorder, next_frame
from canvas_server.client import Said
from canvas_server.protocol.client import Answer, IceCandidate, Offer
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.server import IceServer, RelayAnswer, RelayIceCandidate, RelayOffer

CallState = Literal["ringing", "connecting", "connected", "reconnecting", "ended"]
Signal = RelayOffer | RelayAnswer | RelayIceCandidate
Step = Signal | Literal["offer", "offer if none came", "begin anew"]

LIMITS: dict[CallState, tuple[float, CallEndReason]] = {
    "ringing": (45.0, "timeout"),
    "connecting": (20.0, "failed"),
    # Longer than the server keeps the place of a peer that is away: then it says so itself.
    "reconnecting": (130.0, "failed"),
}
"""How long a state may last, and what the call ends with when it does."""
OFFER_SECONDS = 2.0
"""Some clients ring and leave the offer to the one who accepts."""
ANSWER_SECONDS = 8.0
RESTART_SECONDS = 1.0
POLITE_SECONDS = 1.5
LONGEST_SECONDS = 10.0
MAX_NAMES = 8
MAX_STEPS = 256
MAX_EARLY = 128

log = logging.getLogger(__name__)


class Hooks(Protocol):
    """What a call needs of the bot it belongs to."""

    @property
    def ice_servers(self) -> Sequence[IceServer]:
        """Those the server named last."""
        ...

    @property
    def program(self) -> Program:
        """What is sent."""
        ...

    def send(self, message: Said) -> None:
        """Say something to the server."""
        ...

    def changed(self, call: "Call") -> None:
        """Hear that the state of a call has changed."""
        ...

    def expired(self, call: "Call", reason: CallEndReason) -> None:
        """Hear that a call cannot go on."""
        ...

    def is_here(self, peer_id: str) -> bool:
        """Tell whether a peer is connected to the server."""
        ...


class Call:
    """A call that this peer has made, or has accepted."""

    def __init__(
        self,
        peer_id: str,
        name: str,
        hooks: Hooks,
        *,
        outgoing: bool,
        polite: bool,
        call_id: str | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.peer_id = peer_id
        self.name = name
        self.id = call_id or str(uuid.uuid4())
        self.names = {self.id}
        """What it is called here and there; two names after glare (SIG8)."""
        self.group = False
        self.state: CallState = "ringing" if outgoing else "connecting"
        self.received: Counter[str] = Counter()
        """Frames that came, by kind."""
        self.recorder = recorder
        self._hooks = hooks
        self._polite = polite
        self._pc: RTCPeerConnection | None = None
        self._sent = Outgoing()
        self._listeners: set[asyncio.Task[None]] = set()
        self._steps: asyncio.Queue[Step] = asyncio.Queue(MAX_STEPS)
        self._early: list[RelayIceCandidate] = []
        self._fingerprint = ""  # of the peer connection at the other end; empty: none is known
        self._fragments: frozenset[str] = frozenset()
        self._offer_id = ""
        self._connected_once = False
        self._attempts = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._worker = asyncio.create_task(self._work(), name=f"call with {peer_id}")
        self._start_limit()
        if outgoing:
            self.step("offer")
        else:
            self._after("offer", OFFER_SECONDS, lambda: self.step("offer if none came"))

    def step(self, step: Step) -> None:
        """Do one thing after another; more than can wait is dropped."""
        with contextlib.suppress(asyncio.QueueFull):
            self._steps.put_nowait(step)

    @property
    def awaits_answer(self) -> bool:
        """Our offer is still without an answer."""
        return self._pc is not None and self._pc.signalingState == "have-local-offer"

    def is_called(self, name: str | None) -> bool:
        """Whether a signal is about this call; clients that give no names are believed."""
        return not name or name in self.names

    def add_name(self, name: str | None) -> None:
        """Note what the other side calls it."""
        if name and len(self.names) < MAX_NAMES:
            self.names.add(name)

    async def close(self) -> None:
        """End it here; tell nobody."""
        self.state = "ended"
        for timer in self._timers.values():
            timer.cancel()
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        await self._close_connection()
        if self.recorder is not None:
            await self.recorder.stop()

    # --- one step after another ----------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            step = await self._steps.get()
            try:
                await self._do(step)
            except Exception as error:  # noqa: BLE001 - what a peer sends must not end the bot
                kind = step if isinstance(step, str) else type(step).__name__
                log.debug("%s failed: %s", kind, type(error).__name__)
                if not isinstance(step, RelayIceCandidate):
                    self._hooks.expired(self, "failed")

    async def _do(self, step: Step) -> None:
        match step:
            case RelayOffer():
                await self._take_offer(step)
            case RelayAnswer():
                await self._take_answer(step)
            case RelayIceCandidate():
                await self._take_candidate(step)
            case "offer if none came":
                if not self._fingerprint:
                    await self._offer()
            case "begin anew":
                await self._start_anew()
                await self._offer()
            case "offer":
                await self._offer()

    async def _offer(self) -> None:
        pc = self._pc
        if pc is None or pc.connectionState in ("closed", "failed"):
            pc = await self._start_anew()
        self._send_tracks(pc, KINDS)
        await pc.setLocalDescription(await pc.createOffer())
        self._offer_id = str(uuid.uuid4())
        sdp = pc.localDescription.sdp
        self._hooks.send(Offer(self.peer_id, sdp, self.id, self._offer_id))
        self._end_candidates(sdp)
        if self.state != "ringing":
            self._after("answer", ANSWER_SECONDS, self._offer_in_vain)

    async def _take_offer(self, offer: RelayOffer) -> None:
        if self.awaits_answer and not self._polite:
            return  # glare: our offer stands
        self._cancel("offer")
        self._cancel("answer")
        pc = self._pc
        if pc is None or self.awaits_answer or self._is_stranger(offer.sdp) or _is_over(pc):
            pc = await self._start_anew()
        await self._describe(pc, "offer", offer.sdp)
        # What was not offered has no place in an answer: aiortc then fails to make one.
        self._send_tracks(pc, {transceiver.kind for transceiver in pc.getTransceivers()})
        await pc.setLocalDescription(await pc.createAnswer())
        sdp = pc.localDescription.sdp
        self._hooks.send(Answer(self.peer_id, sdp, self.id, offer.offer_id))
        self._end_candidates(sdp)
        if self.state == "ringing":
            self._set_state("connecting")

    async def _take_answer(self, answer: RelayAnswer) -> None:
        pc = self._pc
        late = answer.offer_id is not None and answer.offer_id != self._offer_id
        if pc is None or not self.awaits_answer or late:
            return
        self._cancel("answer")
        if self._fingerprint and self._fingerprint != fingerprint_of(answer.sdp):
            # The other side has begun anew: ours would not fit.
            await self._start_anew()
            await self._offer()
            return
        await self._describe(pc, "answer", answer.sdp)
        if self.state == "ringing":
            self._set_state("connecting")

    async def _describe(self, pc: RTCPeerConnection, kind: str, sdp: str) -> None:
        self._fingerprint, self._fragments = fingerprint_of(sdp), fragments_of(sdp)
        await pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
        early, self._early = self._early, []
        for candidate in early:
            with contextlib.suppress(ValueError, AssertionError, IndexError, OSError):
                await self._take_candidate(candidate)

    async def _take_candidate(self, message: RelayIceCandidate) -> None:
        pc = self._pc
        if pc is None or not self._fragments:
            if len(self._early) < MAX_EARLY:  # it has overtaken its description
                self._early.append(message)
            return
        if message.username_fragment and message.username_fragment not in self._fragments:
            return  # of another generation
        if not message.candidate:
            await pc.addIceCandidate(None)
            return
        candidate = candidate_from_sdp(message.candidate.removeprefix("candidate:"))
        candidate.sdpMid = message.sdp_mid
        candidate.sdpMLineIndex = message.sdp_m_line_index
        if candidate.sdpMid is None and candidate.sdpMLineIndex is None:
            candidate.sdpMLineIndex = 0
        await pc.addIceCandidate(candidate)

    def _end_candidates(self, sdp: str) -> None:
        """Say that there will be no more: aiortc has put them all into the description."""
        fragment = next(iter(fragments_of(sdp)), None)
        message = IceCandidate(self.peer_id, "", username_fragment=fragment, call_id=self.id)
        self._hooks.send(message)

    # --- the peer connection -------------------------------------------------------------------

    def _is_stranger(self, sdp: str) -> bool:
        """Whether it is of another peer connection than before, or of another ICE generation."""
        if not self._fingerprint:
            return False
        return self._fingerprint != fingerprint_of(sdp) or self._fragments != fragments_of(sdp)

    async def _start_anew(self) -> RTCPeerConnection:
        if self._pc is not None:
            self._early = []  # else they have overtaken the first offer
        await self._close_connection()
        self._fingerprint, self._fragments = "", frozenset()
        self._sent = self._hooks.program()
        try:
            pc = self._new_connection(self._hooks.ice_servers)
        except ValueError:
            # A mistyped STUN or TURN address on the server: without them many calls still connect.
            pc = self._new_connection(())
        self._pc = pc
        if self.state == "connected":
            self._set_state("reconnecting")
        return pc

    def _new_connection(self, servers: Sequence[IceServer]) -> RTCPeerConnection:
        ice = [RTCIceServer(list(s.urls), s.username, s.credential) for s in servers]
        pc = RTCPeerConnection(RTCConfiguration(ice, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))

        heard: set[str] = set()

        def receive(track: MediaStreamTrack) -> None:
            sound_or_camera = track.kind not in heard  # what comes after it is of a shared screen
            heard.add(track.kind)
            listener = asyncio.create_task(self._listen(track, keep=sound_or_camera))
            self._listeners.add(listener)
            listener.add_done_callback(self._listeners.discard)

        def follow() -> None:
            if pc is self._pc:
                self._follow(pc.connectionState)

        pc.add_listener("track", receive)
        pc.add_listener("connectionstatechange", follow)
        return pc

    def _send_tracks(self, pc: RTCPeerConnection, kinds: Collection[str]) -> None:
        sent = [sender.track for sender in pc.getSenders()]
        for track in self._sent.tracks:
            if track.kind in kinds and track not in sent:
                pc.addTrack(track)

    async def _close_connection(self) -> None:
        pc, self._pc = self._pc, None
        if pc is not None:
            await pc.close()
        self._sent.close()
        for listener in list(self._listeners):
            listener.cancel()

    async def _listen(self, track: MediaStreamTrack, *, keep: bool) -> None:
        """Take what comes: a track that nobody reads fills the memory."""
        sent, recorder = self._sent, self.recorder
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await next_frame(track)
                if not keep:
                    continue
                self.received[track.kind] += 1
                sent.hear(frame, track.kind, track)
                if recorder is not None:
                    await recorder.put(frame, track.kind, track)

    def _follow(self, state: str) -> None:
        if state == "connected":
            self._connected_once = True
            self._attempts = 0
            self._cancel("restart")
            self._set_state("connected")
        elif state in ("failed", "closed") and self.state != "ended":
            if self._connected_once:
                self._set_state("reconnecting")
            self._restart_later()

    def _restart_later(self) -> None:
        """Both sides see the path die: the polite one lets the other begin."""
        again = min(LONGEST_SECONDS, RESTART_SECONDS * 2**self._attempts)
        self._after("restart", again + (POLITE_SECONDS if self._polite else 0), self._restart)

    def _restart(self) -> None:
        if self._pc is not None and not _is_over(self._pc):
            return  # the other side has begun
        self._attempts += 1
        if self._hooks.is_here(self.peer_id):
            self.step("begin anew")
        self._restart_later()

    def _offer_in_vain(self) -> None:
        """Nobody answered although the call is up: what was said has been lost."""
        if self.awaits_answer and self._hooks.is_here(self.peer_id):
            self.step("begin anew")

    # --- time ----------------------------------------------------------------------------------

    def _set_state(self, state: CallState) -> None:
        if state == self.state or self.state == "ended":
            return
        self.state = state
        self._start_limit()
        self._hooks.changed(self)

    def _start_limit(self) -> None:
        self._cancel("limit")
        if self.state in LIMITS:
            seconds, reason = LIMITS[self.state]
            self._after("limit", seconds, lambda: self._hooks.expired(self, reason))

    def _after(self, name: str, seconds: float, act: "Callback") -> None:
        self._cancel(name)
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, act)

    def _cancel(self, name: str) -> None:
        if name in self._timers:
            self._timers.pop(name).cancel()


class Callback(Protocol):
    """Something to be done later."""

    def __call__(self) -> object:
        """Do it."""
        ...


def _is_over(pc: RTCPeerConnection) -> bool:
    return pc.connectionState in ("closed", "failed")
