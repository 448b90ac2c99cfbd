"""One call with one peer: its peer connection, and how far it has come.

aiortc can neither restart ICE nor take an offer back. Where a browser would do so, this takes
another RTCPeerConnection; the other side knows it by its fingerprint and takes another one too.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Literal, Protocol

from aiortc import MediaStreamTrack, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp
from av.frame import Frame

from canvas_server.bot.descriptions import fingerprint_of, fragments_of, gathered_in
from canvas_server.bot.fitting import ShownSize
from canvas_server.bot.link import Link
from canvas_server.bot.media import KINDS, Program, Recorder
from canvas_server.bot.timers import Timers
from canvas_server.client import Said
from canvas_server.protocol.client import Answer, CallReport, IceCandidate, Offer
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
REPORT_SECONDS = 7.0
"""ICE that has found no way for so long will hardly find one (SIG12)."""
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

    def changed(self, call: "BotCall") -> None:
        """Hear that the state of a call has changed."""
        ...

    def expired(self, call: "BotCall", reason: CallEndReason) -> None:
        """Hear that a call cannot go on."""
        ...

    def is_here(self, peer_id: str) -> bool:
        """Tell whether a peer is connected to the server."""
        ...


class BotCall:
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
        self.view = ShownSize()
        """How large the other side shows our pictures."""
        self._hooks = hooks
        self._polite = polite
        self._link: Link | None = None
        self._steps: asyncio.Queue[Step] = asyncio.Queue(MAX_STEPS)
        self._early: list[RelayIceCandidate] = []
        self._fingerprint = ""  # of the peer connection at the other end; empty: none is known
        self._fragments: frozenset[str] = frozenset()
        self._offer_id = ""
        self._connected_once = False
        self._attempts = 0
        self._timers = Timers()
        self._worker = asyncio.create_task(self._work(), name=f"call with {peer_id}")
        self._start_limit()
        if outgoing:
            self.step("offer")
        else:
            self._timers.after("offer", OFFER_SECONDS, lambda: self.step("offer if none came"))

    def step(self, step: Step) -> None:
        """Do one thing after another; more than can wait is dropped."""
        with contextlib.suppress(asyncio.QueueFull):
            self._steps.put_nowait(step)

    @property
    def awaits_answer(self) -> bool:
        """Our offer is still without an answer."""
        return self._link is not None and self._link.awaits_answer

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
        self._timers.close()
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
        link = self._link
        if link is None or link.is_over:
            link = await self._start_anew()
        link.send(KINDS)
        pc = link.pc
        await pc.setLocalDescription(await pc.createOffer())
        self._offer_id = str(uuid.uuid4())
        sdp = pc.localDescription.sdp
        self._hooks.send(Offer(self.peer_id, sdp, self.id, self._offer_id))
        self._end_candidates(sdp)
        if self.state != "ringing":
            self._timers.after("answer", ANSWER_SECONDS, self._offer_in_vain)

    async def _take_offer(self, offer: RelayOffer) -> None:
        if self.awaits_answer and not self._polite:
            return  # glare: our offer stands
        self._timers.cancel("offer")
        self._timers.cancel("answer")
        link = self._link
        if link is None or link.awaits_answer or link.is_over or self._is_stranger(offer.sdp):
            link = await self._start_anew()
        pc = link.pc
        await self._describe(link, "offer", offer.sdp)
        # What was not offered has no place in an answer: aiortc then fails to make one.
        link.send({transceiver.kind for transceiver in pc.getTransceivers()})
        await pc.setLocalDescription(await pc.createAnswer())
        sdp = pc.localDescription.sdp
        self._hooks.send(Answer(self.peer_id, sdp, self.id, offer.offer_id))
        self._end_candidates(sdp)
        self._agreed()

    async def _take_answer(self, answer: RelayAnswer) -> None:
        link = self._link
        late = answer.offer_id is not None and answer.offer_id != self._offer_id
        if link is None or not link.awaits_answer or late:
            return
        self._timers.cancel("answer")
        if self._fingerprint and self._fingerprint != fingerprint_of(answer.sdp):
            # The other side has begun anew: ours would not fit.
            await self._start_anew()
            await self._offer()
            return
        await self._describe(link, "answer", answer.sdp)
        self._agreed()

    def _agreed(self) -> None:
        """Offer and answer are exchanged."""
        if not self._connected_once:
            self._timers.after("report", REPORT_SECONDS, self._report)
        if self.state == "ringing":
            self._set_state("connecting")

    def _report(self) -> None:
        """Say how far this side has got with a call that does not come about."""
        if self._link is not None and not self._connected_once:
            gathered = gathered_in(self._link.pc.localDescription.sdp)
            self._hooks.send(CallReport(self.peer_id, gathered))

    async def _describe(self, link: Link, kind: str, sdp: str) -> None:
        self._fingerprint, self._fragments = fingerprint_of(sdp), fragments_of(sdp)
        await link.pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
        early, self._early = self._early, []
        for candidate in early:
            with contextlib.suppress(ValueError, AssertionError, IndexError, OSError):
                await self._take_candidate(candidate)

    async def _take_candidate(self, message: RelayIceCandidate) -> None:
        if self._link is None or not self._fragments:
            if len(self._early) < MAX_EARLY:  # it has overtaken its description
                self._early.append(message)
            return
        if message.username_fragment and message.username_fragment not in self._fragments:
            return  # of another generation
        pc = self._link.pc
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

    async def _start_anew(self) -> Link:
        if self._link is not None:
            self._early = []  # else they have overtaken the first offer
        await self._close_connection()
        self._fingerprint, self._fragments = "", frozenset()
        sent = self._hooks.program()
        link = Link(self._hooks.ice_servers, sent, self.view, self._take, self._follow)
        self._link = link
        if self.state == "connected":
            self._set_state("reconnecting")
        return link

    async def _close_connection(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _take(self, frame: Frame, track: MediaStreamTrack) -> None:
        self.received[track.kind] += 1
        if self.recorder is not None:
            await self.recorder.put(frame, track.kind, track)

    def _follow(self, link: Link) -> None:
        if link is not self._link:
            return
        if link.pc.connectionState == "connected":
            self._connected_once = True
            self._attempts = 0
            self._timers.cancel("restart")
            self._set_state("connected")
        elif link.is_over and self.state != "ended":
            if self._connected_once:
                self._set_state("reconnecting")
            self._restart_later()

    def _restart_later(self) -> None:
        """Both sides see the path die: the polite one lets the other begin."""
        again = min(LONGEST_SECONDS, RESTART_SECONDS * 2**self._attempts)
        self._timers.after(
            "restart", again + (POLITE_SECONDS if self._polite else 0), self._restart
        )

    def _restart(self) -> None:
        if self._link is not None and not self._link.is_over:
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
        self._timers.cancel("limit")
        if self.state in LIMITS:
            seconds, reason = LIMITS[self.state]
            self._timers.after("limit", seconds, lambda: self._hooks.expired(self, reason))
