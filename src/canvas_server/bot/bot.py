"""A full peer without a browser: it accepts calls, sends pictures and sound, and has a tile."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from canvas_server.bot.call import BotCall
from canvas_server.bot.media import Program, Recorder, free_path
from canvas_server.bot.tile import BotTile
from canvas_server.bot.words import END_TEXT, diagnosis_text
from canvas_server.client import Client, Closed, Refused, Said, TooMuchWaiting
from canvas_server.client.errors import Lost
from canvas_server.protocol.client import (
    AddElement,
    EndCall,
    GroupCall,
    MediaState,
    RemoveElement,
    StartCall,
    UpdateElement,
)
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.server import (
    CallDiagnosis,
    CallEnded,
    ElementAdded,
    ElementRemoved,
    IceServer,
    IncomingCall,
    Peer,
    PeerAssigned,
    PeerJoined,
    PeerLeft,
    PeerList,
    PeerUpdated,
    PeerViewSize,
    RelayAnswer,
    RelayIceCandidate,
    RelayOffer,
    SceneUpdate,
    ServerMessage,
)

MAX_CALLS = 16
MAX_ENDED = 64
MAX_EARLY_PEERS = 16
MAX_EARLY = 32
LATER_SECONDS = 1.0
"""For one of two that both begin anew: the time the other has to offer first."""
NEWCOMER_SECONDS = 0.2
"""Time for who has just joined to call the members it knows of, before one of those calls."""
LEAVE_SECONDS = 5.0


class Bot:
    """Answers calls for a `Client`."""

    def __init__(
        self,
        client: Client,
        program: Program,
        *,
        say: Callable[[str], object] = lambda _: None,
        record: Path | None = None,
        call: str = "",
    ) -> None:
        """Make a bot; it does nothing before `run`.

        Args:
            client: connected.
            program: what it sends.
            say: is told in a line what happens.
            record: where to keep what comes; a further call has a number in its name.
            call: the name of somebody to call as soon as they are here.
        """
        self.calls: dict[str, BotCall] = {}
        """By peer id."""
        self.in_group = False
        self._client = client
        self._program = program
        self._say = say
        self._record = record
        self._wanted = call
        self._called: set[str] = set()
        self._ended: deque[str] = deque(maxlen=MAX_ENDED)
        self._early: dict[str, list[RelayIceCandidate]] = {}
        self._apart: set[str] = set()  # hung up on: not called again in this call of everybody
        self._membership: set[str] = set()
        self._unsure: set[str] = set()  # peers whose calls the server may have forgotten
        self._tile = BotTile(client)
        self._sends = False
        self._own_id = client.peer_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._messages = client.messages()

    async def run(self) -> None:
        """Answer until the client is closed.

        Raises:
            Closed: the server ended the connection for good.
        """
        self._look_around(list(self._client.view.peers.values()))
        async for message in self._messages:
            self._take(message)

    def call(self, peer_id: str, *, group: bool = False) -> BotCall | None:
        """BotCall a peer; None: there is a call already, or the peer is not here."""
        if peer_id in self.calls or peer_id not in self._client.view.peers:
            return None
        call = self._begin(peer_id, outgoing=True)
        call.group = group
        self._say(f"calling {call.name}")
        self.send(StartCall(peer_id, self._client.session_id, call.id, group))
        self._entered()
        return call

    async def leave(self) -> None:
        """Hang up everywhere and finish the recordings."""
        for call in list(self.calls.values()):
            self.end(call.peer_id, "hangup")
        self._leave_group()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LEAVE_SECONDS)

    def end(self, peer_id: str, reason: CallEndReason) -> None:
        """Hang up."""
        if call := self.calls.get(peer_id):
            self.send(EndCall(peer_id, reason, call.id))
            self._finish(call, reason)

    # --- what calls ask of us ------------------------------------------------------------------

    @property
    def ice_servers(self) -> Sequence[IceServer]:
        """Those the server named last."""
        return self._client.ice_servers

    @property
    def program(self) -> Program:
        """What is sent."""
        return self._program

    def send(self, message: Said) -> None:
        """Say something to the server, as long as there is one."""
        with contextlib.suppress(Closed, TooMuchWaiting):
            self._client.send(message)

    def changed(self, call: BotCall) -> None:
        """Hear that the state of a call has changed."""
        if call.state == "connected":
            self._say(f"connected with {call.name}")
        if call.state == "reconnecting":
            self._say(f"the connection with {call.name} broke, trying again")

    def expired(self, call: BotCall, reason: CallEndReason) -> None:
        """Hear that a call cannot go on."""
        if self.calls.get(call.peer_id) is call:
            self.end(call.peer_id, reason)

    def is_here(self, peer_id: str) -> bool:
        """Tell whether a peer is connected to the server, and we are."""
        peer = self._client.view.peers.get(peer_id)
        return peer is not None and peer.connected and self._client.state == "open"

    # --- what the server says ------------------------------------------------------------------

    def _take(self, message: ServerMessage) -> None:
        match message:
            case PeerAssigned(recovered=False):
                self._lost()
            case PeerList(peers=peers):
                self._look_around(list(peers), snapshot=True)
            case PeerJoined(peer=peer) | PeerUpdated(peer=peer):
                self._look_around([peer])
            case PeerLeft(peer_id=peer_id):
                self._take_end(peer_id, "left", None)
            case SceneUpdate() | ElementAdded() | ElementRemoved():
                self._show_tile()
            case _:
                self._take_of_call(message)

    def _take_of_call(self, message: ServerMessage) -> None:
        match message:
            case IncomingCall(from_peer_id=peer_id, call_id=call_id, group=group):
                self._call_of(peer_id, call_id, group=group)
            case RelayOffer(from_peer_id=peer_id, call_id=call_id):
                if call := self._call_of(peer_id, call_id, group=False):  # rule SIG6
                    self._unsure.discard(peer_id)
                    call.step(message)
            case RelayAnswer(from_peer_id=peer_id):
                self._take_answer(peer_id, message)
            case RelayIceCandidate(from_peer_id=peer_id):
                self._take_candidate(peer_id, message)
            case CallEnded(from_peer_id=peer_id, reason=reason, call_id=call_id):
                self._take_end(peer_id, reason, call_id)
            case PeerViewSize(from_peer_id=peer_id, camera=height):
                if call := self.calls.get(peer_id):
                    call.view.height = height
            case CallDiagnosis():
                name = self._client.view.name_of(message.from_peer_id)
                self._say(diagnosis_text(message, name))
            case _:
                pass

    def _take_answer(self, peer_id: str, answer: RelayAnswer) -> None:
        call = self.calls.get(peer_id)
        if call is None:
            # They accepted what we have ended meanwhile; without this they would wait for us.
            self.send(EndCall(peer_id, "hangup", answer.call_id))
        elif answer.call_id not in self._ended:
            call.add_name(answer.call_id)
            call.step(answer)

    def _take_candidate(self, peer_id: str, candidate: RelayIceCandidate) -> None:
        if candidate.call_id in self._ended:
            return
        if call := self.calls.get(peer_id):
            call.step(candidate)
        elif peer_id in self._early or len(self._early) < MAX_EARLY_PEERS:
            early = self._early.setdefault(peer_id, [])
            if len(early) < MAX_EARLY:  # it has overtaken its offer
                early.append(candidate)

    def _take_end(self, peer_id: str, reason: CallEndReason, call_id: str | None) -> None:
        call = self.calls.get(peer_id)
        if call is not None and not call.is_called(call_id):
            return
        self._early.pop(peer_id, None)
        if call is None:
            return
        if call.awaits_answer and reason == "hangup":
            # Our offer and their hang-up have crossed: behind it the offer began a new call (SIG6).
            self.send(EndCall(peer_id, "hangup", call.id))
        self._finish(call, reason)

    def _call_of(self, peer_id: str, call_id: str | None, *, group: bool) -> BotCall | None:
        """Return the call a signal belongs to; one that is new here is accepted."""
        present = self.calls.get(peer_id)
        if call_id in self._ended and not (present and present.is_called(call_id)):
            self.send(EndCall(peer_id, "hangup", call_id))
            return None
        if present is not None:
            present.add_name(call_id)
            return present
        if len(self.calls) >= MAX_CALLS:
            self.send(EndCall(peer_id, "busy", call_id))
            return None
        call = self._begin(peer_id, outgoing=False, call_id=call_id)
        call.group = group
        self._say(f"called by {call.name}")
        for candidate in self._early.pop(peer_id, ()):
            call.step(candidate)
        if group:
            self.join_group()
        self._entered()
        return call

    def _begin(self, peer_id: str, *, outgoing: bool, call_id: str | None = None) -> BotCall:
        call = BotCall(
            peer_id,
            self._client.view.name_of(peer_id),
            self,
            outgoing=outgoing,
            polite=self._client.peer_id > peer_id,
            call_id=call_id,
            recorder=Recorder(free_path(self._record)) if self._record else None,
        )
        self.calls[peer_id] = call
        return call

    def _finish(self, call: BotCall, reason: str) -> None:
        self.calls.pop(call.peer_id, None)
        self._unsure.discard(call.peer_id)
        self._ended.extend(call.names)
        recorded = call.recorder.path if call.recorder and call.recorder.started else None
        kept = f"; recorded in {recorded}" if recorded else ""
        self._say(f"call with {call.name} ended: {END_TEXT.get(reason, reason)}{kept}")
        self._later(call.close())
        if reason in ("hangup", "declined"):
            self._apart.add(call.peer_id)
        if not self.calls:
            self._leave_group()
            self._tile.forget()
            self._tell_media(sends=False)

    # --- what follows from it ------------------------------------------------------------------

    def _entered(self) -> None:
        """Be in a call: our tile belongs on the canvas."""
        self._tell_media(sends=True)
        self._show_tile()

    def _tell_media(self, *, sends: bool) -> None:
        if sends != self._sends:
            self._sends = sends
            self._say_media()

    def _say_media(self) -> None:
        self.send(MediaState(audio=self._sends, video=self._sends, screen=False))

    def _show_tile(self) -> None:
        if change := self._tile.change(in_call=bool(self.calls)):
            self._later(self._edit_tile(change))

    async def _edit_tile(self, change: AddElement | UpdateElement) -> None:
        with contextlib.suppress(Closed, Lost, Refused, TooMuchWaiting):
            ack = await self._client.edit(change)
            if not self.calls and isinstance(ack.result.id, str):
                # The call was over before the tile came: it would stay.
                await self._client.edit(RemoveElement(ack.result.id))

    def join_group(self) -> None:
        """Join the call of everybody, and call who has joined before (SIG10)."""
        if self.in_group:
            return
        self.in_group = True
        self._apart.clear()
        self.send(GroupCall(joined=True))
        for peer in list(self._client.view.peers.values()):
            self._note_member(peer)
            self._call_member(peer.peer_id)

    def _leave_group(self) -> None:
        if self.in_group:
            self.in_group = False
            self.send(GroupCall(joined=False))

    def _look_around(self, peers: list[Peer], *, snapshot: bool = False) -> None:
        """Somebody is here, or has changed; in a `snapshot` it is everybody."""
        back = [p.peer_id for p in peers if p.peer_id in self._unsure and p.connected]
        for peer_id in back:
            # Who has just found the other offers; the other has been waiting and gives it the time.
            if snapshot:
                self._offer_again(peer_id)
            else:
                loop = asyncio.get_running_loop()
                loop.call_later(LATER_SECONDS, self._offer_again, peer_id)
        for peer in peers:
            if self._note_member(peer) and self._client.peer_id < peer.peer_id:
                loop = asyncio.get_running_loop()
                loop.call_later(NEWCOMER_SECONDS, self._call_member, peer.peer_id)
            wanted = self._wanted and peer.display_name == self._wanted and peer.connected
            if wanted and peer.peer_id not in (self._client.peer_id, *self._called):
                self._called.add(peer.peer_id)
                self.call(peer.peer_id)

    def _note_member(self, peer: Peer) -> bool:
        """Note whether a peer is in the call of everybody; return that."""
        if not peer.group_call:
            self._membership.discard(peer.peer_id)
            return False
        if peer.peer_id not in self._membership:
            self._apart.discard(peer.peer_id)  # joined anew
        self._membership.add(peer.peer_id)
        return True

    def _call_member(self, peer_id: str) -> None:
        """Call a peer if both are in the call of everybody and nobody has called yet (SIG10)."""
        peer = self._client.view.peers.get(peer_id)
        wanted = peer_id in self._membership - self._apart - {self._client.peer_id}
        if self.in_group and wanted and peer is not None and peer.connected:
            self.call(peer_id, group=True)

    def _offer_again(self, peer_id: str) -> None:
        if peer_id in self._unsure and peer_id in self.calls:
            self._unsure.discard(peer_id)
            self.calls[peer_id].step("offer")

    def _lost(self) -> None:
        """Note that what the server knew of our calls is gone; the media flow on."""
        self._tile.forget()
        if self._own_id != self._client.peer_id:  # nobody knows us by our calls any more
            self._own_id = self._client.peer_id
            for call in list(self.calls.values()):
                self._finish(call, "lost")
            return
        self._unsure.update(self.calls)
        if self.in_group:
            self.send(GroupCall(joined=True))
        if self._sends:
            self._say_media()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside what else is done."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
