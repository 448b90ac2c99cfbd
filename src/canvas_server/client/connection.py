"""A client: one peer's connection to a canvas-server, resumed whenever it breaks.

It speaks the protocol of docs/PROTOCOL.md.
"""

import asyncio
import contextlib
import random
import time
import uuid
import weakref
from collections.abc import Awaitable, Callable
from typing import Literal, overload

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from canvas_server.client.agentactions import AgentAct, AgentActions
from canvas_server.client.backlog import Backlog
from canvas_server.client.edits import PendingEdits
from canvas_server.client.errors import (
    CannotConnect,
    Closed,
    Lost,
    TooLarge,
    TooMuchWaiting,
)
from canvas_server.client.messages import Messages
from canvas_server.client.retry import retry_delay
from canvas_server.client.roomactions import RoomActions
from canvas_server.client.singly import FEATURES, singly
from canvas_server.client.socket import (
    CONNECT_SECONDS,
    FLUSH_SECONDS,
    LEAVE,
    open_socket,
    socket_url,
)
from canvas_server.client.view import View
from canvas_server.protocol.client import (
    AddElement,
    Admit,
    ChatEdit,
    ClearScene,
    ClientMessage,
    Edit,
    MutePeer,
    Ping,
    PlainMessage,
    RemoveElement,
    RestoreScene,
    SetSession,
    Subscribe,
    SyncQueue,
    UpdateElement,
)
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.latercodes import with_known_codes
from canvas_server.protocol.server import (
    Ack,
    Error,
    IceServer,
    IceServersRenewed,
    PeerAssigned,
    Pong,
    ServerMessage,
    SyncResult,
    TokenRenewed,
    Waiting,
)
from canvas_server.protocol.traits import AfterGap

State = Literal["connecting", "waiting", "open", "away", "closed"]
"""`waiting`: to be let in by a moderator. `away`: the connection broke, and the client is coming
back."""

STABLE_SECONDS = 5.0
COME_BACK = 3001
"""Our close code for a socket that is given up: it says that we come back (RES1)."""
_FOR_GOOD = range(4100, 4200)

_decode = msgspec.json.Decoder(ServerMessage).decode


class Client(RoomActions, AgentActions):
    """A peer. Made by `connect`."""

    def __init__(
        self,
        url: str,
        session: str,
        name: str,
        on_state: Callable[[State], None] | None = None,
        token: str = "",
        opener: Callable[[str], Awaitable[ClientConnection]] = open_socket,
    ) -> None:
        """Prepare; `opener` opens the WebSocket at an address, each time it is needed.

        Raises:
            CannotConnect: that is no address of a server.
        """
        self.url = socket_url(url)
        self._opener = opener
        self.session_id = session
        self.name = name
        self.state: State = "connecting"
        self.peer_id = ""
        """Given by the server; another one after a long absence in which somebody took it."""
        self.ice_servers: tuple[IceServer, ...] = ()
        self.view = View()
        """Who is here and what is on the canvas."""
        self._on_state = on_state
        self._token = token
        self._resume_token = ""
        self._backlog = Backlog()
        self._edits = PendingEdits()
        self._streams: weakref.WeakSet[Messages] = weakref.WeakSet()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._runner: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self._fresh = True  # not yet subscribed on the present socket
        self._joined = False  # subscribed at least once: there is something to go on with
        self._queued = False  # it waits to be let in, and keeps its place in the queue
        self._astray = 0  # sockets given up whose `subscribe` may reach the server late
        self._pinged = False
        self._renamed = asyncio.Event()  # while it waits to be let in
        self._subscribed_name = name
        self._something_to_write = asyncio.Event()
        self._all_written = asyncio.Event()
        self._all_written.set()

    @property
    def token(self) -> str:
        """The join token of this peer, as it was renewed; empty: it has none."""
        return self._token

    @property
    def resume_token(self) -> str:
        """What shows that this peer has come in (ROM6); empty: it has not."""
        return self._resume_token

    # --- what a program does -------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, and stay connected until `close`.

        Raises:
            CannotConnect: the server cannot be reached, or would not have us.
        """
        self._runner = asyncio.create_task(self._run(), name="canvas client")
        self._runner.add_done_callback(self._ended)
        await asyncio.shield(self._ready)

    async def close(self) -> None:
        """Send what waits and leave the session at once: nobody keeps the place."""
        if self.state == "open":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._all_written.wait()
        self._finish(LEAVE, "")
        if self._socket is not None:
            await self._socket.close(LEAVE)
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)

    def send(self, message: PlainMessage) -> None:
        """Say something: at once, or when the connection is back.

        It arrives once and in order, unless the server has lost this peer's place meanwhile.

        Raises:
            Closed: this client is closed.
            TooMuchWaiting: more was said than can wait.
            TooLarge: it is larger than the server takes.
        """
        self._push(message)

    @overload
    def edit(self, message: SyncQueue) -> "asyncio.Future[SyncResult]": ...
    @overload
    def edit(
        self,
        message: AddElement | UpdateElement | RemoveElement | ClearScene | RestoreScene | ChatEdit,
    ) -> "asyncio.Future[Ack]": ...
    def edit(self, message: Edit | ChatEdit) -> "asyncio.Future[Ack] | asyncio.Future[SyncResult]":
        """Change the scene or the chat; await what is returned to know that it is stored.

        It gets a `message_id` where it has none, and is said again after a broken connection until
        it is answered; it is made once all the same (SCN6, CHT2).

        Raises:
            Closed: this client is closed.
            TooMuchWaiting: more was said than can wait.
            TooLarge: it is larger than the server takes; also when awaited.
            UnicodeEncodeError: a text of it has half a surrogate pair.
            Refused: (when awaited) it has changed nothing; with `storage_failed` try again later.
            Lost: (when awaited) nobody can tell whether it was made.
        """
        self._edits.require_room()
        message = replace(message, message_id=message.message_id or str(uuid.uuid4()))
        self._push(message)
        return self._edits.add(message)  # type: ignore[return-value] - as the overloads say

    def rename(self, name: str) -> None:
        """Take another name without leaving."""
        self.name = name
        if self.state == "open":  # else it will be said on joining
            self._push(Subscribe(self.session_id, display_name=name, features=FEATURES))
        elif self.state == "waiting":
            self._renamed.set()

    def messages(self) -> Messages:
        """Return what comes from now on, for `async for`; each caller gets all of it.

        What the server tells of many at a time is in it one by one. A `PeerAssigned` in it says
        that the connection is back. With `recovered` nothing is missing; else a `PeerList` and a
        `SceneUpdate` follow.
        """
        stream = Messages()
        if self.state == "closed":
            stream.finish()
        self._streams.add(stream)
        return stream

    # --- coming and going ----------------------------------------------------------------------

    async def _run(self) -> None:
        """Connect again and again until it is closed for good."""
        attempt = 0
        while not self._is_closed:
            began = time.monotonic()
            problem = await self._connect_once()
            if self._is_closed:
                return
            if not self._joined and not self._queued:
                self._fail(f"{self.url}: {problem}")
                return
            if time.monotonic() - began > STABLE_SECONDS:
                attempt = 0
            self._backlog.cut()
            self._set_state("away")
            await asyncio.sleep(retry_delay(attempt, random.random()))  # noqa: S311 - no secret
            attempt += 1

    async def _connect_once(self) -> str:
        """Connect and converse until it breaks; return why, for people."""
        self._fresh = True
        self._pinged = False
        try:
            socket = await self._opener(self.url)
        except CannotConnect as error:
            return str(error)
        self._socket = socket
        try:
            await self._converse(socket)
        except TimeoutError:
            self._astray += self._fresh
            await socket.close(COME_BACK)
            return "no answer"
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
        code = socket.close_code or 1006
        if code == CloseCode.MESSAGE_TOO_BIG and not self._fresh:
            self._backlog.choke()
        if code in _FOR_GOOD and not self._was_our_own(code):
            self._finish(code, socket.close_reason or "")
        return socket.close_reason or f"closed with {code}"

    async def _converse(self, socket: ClientConnection) -> None:
        writer = asyncio.create_task(self._write(socket))
        renamer = asyncio.create_task(self._rename_in_queue(socket))
        try:
            async with asyncio.timeout(CONNECT_SECONDS) as patience:
                await self._subscribe(socket)
                async for frame in socket:
                    refused = self._receive(frame)
                    if refused is not None and not self._try_otherwise(refused):
                        return await socket.close(COME_BACK)
                    if refused is not None:
                        await self._subscribe(socket)
                    if (self._queued or not self._fresh) and patience.when() is not None:
                        patience.reschedule(None)
        finally:
            for task in (writer, renamer):
                task.cancel()
            await asyncio.gather(writer, renamer, return_exceptions=True)
        return None

    async def _subscribe(self, socket: ClientConnection) -> None:
        """Ask for the place this peer had, or for a new one."""
        self._renamed.clear()
        self._subscribed_name = self.name
        message = Subscribe(
            self.session_id,
            display_name=self.name or None,
            token=self._token or None,
            features=FEATURES,
        )
        if self.peer_id:
            message = replace(
                message,
                peer_id=self.peer_id,
                resume_token=self._resume_token,
                received=self._backlog.received,
            )
        await socket.send(msgspec.json.encode(message), text=True)

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await self._something_to_write.wait()
            self._something_to_write.clear()
            if self._fresh:
                continue
            for text in self._backlog.take():
                await socket.send(text, text=True)
            if not self._something_to_write.is_set():
                self._all_written.set()

    async def _rename_in_queue(self, socket: ClientConnection) -> None:
        """Say another name to those who decide whether to let us in; the place stays ours."""
        while True:
            await self._renamed.wait()
            self._renamed.clear()
            if self._queued and self._fresh:
                await self._subscribe(socket)

    def _try_otherwise(self, error: Error) -> bool:
        """Return whether to subscribe again at once, now that this was refused."""
        if error.code.passing and self._joined:
            return False  # such as: the scene cannot be read now
        if error.code is ErrorCode.PEER_ID_TAKEN and self.peer_id:
            self.peer_id = ""
            return True
        self._fail(error.message)
        return False

    def _was_our_own(self, code: int) -> bool:
        """Whether an earlier socket of ours has taken over, its `subscribe` having come late."""
        if code != CloseCode.TAKEN_OVER or self._astray == 0:
            return False
        self._astray -= 1
        return True

    # --- what comes ----------------------------------------------------------------------------

    def _receive(self, frame: str | bytes) -> Error | None:
        """Take one frame; return the error that refuses our `subscribe`, if it is one."""
        message = _read(frame)
        if message is None:
            # Of a newer server: what we do not understand was sent to us all the same.
            self._backlog.received += not self._fresh
            return None
        if self._fresh and isinstance(message, Error):
            return message
        lost = isinstance(message, PeerAssigned) and self._assigned(message)
        if not isinstance(message, PeerAssigned) and not self._fresh:
            self._backlog.received += 1
        self._keep(message)
        if isinstance(message, Pong) and not self._fresh:
            self._pinged = False
            self._backlog.arrived(0 if message.received is UNSET else message.received)
        self.view.apply(message)
        self._edits.answer(message)
        for each in singly(message, self.peer_id):
            for stream in list(self._streams):
                stream.put(each)
        if lost:
            self._edit_again()
        if self.view.known and not self._ready.done():
            self._ready.set_result(None)
        return None

    def _keep(self, message: ServerMessage) -> None:
        """Keep what a message gives this client for later."""
        match message:
            case TokenRenewed(token=token):
                self._token = token
            case IceServersRenewed(ice_servers=ice_servers):
                self.ice_servers = ice_servers
            case Waiting(peer_id=peer_id, resume_token=resume_token):
                self._queued = True
                self.peer_id, self._resume_token = peer_id, resume_token
                self._set_state("waiting")
                if self.name != self._subscribed_name:  # renamed since
                    self._renamed.set()
            case _:
                pass

    def _assigned(self, message: PeerAssigned) -> bool:
        """Be who the server says; return whether it has forgotten what we said before."""
        before, self.peer_id = self.peer_id, message.peer_id
        self._resume_token = message.resume_token
        self.ice_servers = message.ice_servers
        if not self._fresh:
            self._backlog.subscribed()
            return False
        self._fresh = self._queued = False
        if message.recovered:
            received = 0 if message.received is UNSET else message.received
            choked = self._backlog.recovered(received)
        else:
            choked = self._backlog.lost()
        self._edits.fail(
            getattr(choked, "message_id", None),
            TooLarge("the server closed the connection because of it"),
        )
        lost = self._joined and not message.recovered
        if lost and before != message.peer_id:
            self._edits.give_up(Lost("not known whether it was made: somebody else now"))
        self._joined = True
        self._set_state("open")
        self._something_to_write.set()
        return lost

    def _edit_again(self) -> None:
        """Say what is not answered: under the same `message_id` it is a retry (SCN6)."""
        for edit in self._edits.messages():
            if edit.traits.after_gap is not AfterGap.RESEND:  # else it is in the backlog still
                self._push(edit, again=True)

    # --- helpers -------------------------------------------------------------------------------

    def _ask(self, message: SetSession | Admit | MutePeer | AgentAct) -> "asyncio.Future[Ack]":
        """Say something that is acked, under a new `message_id`."""
        self._edits.require_room()
        message = replace(message, message_id=str(uuid.uuid4()))
        self._push(message)
        return self._edits.add(message)  # type: ignore[return-value] - none is a `sync_queue`

    def _push(self, message: ClientMessage, *, again: bool = False) -> None:
        if self.state == "closed":
            raise Closed(LEAVE, "it was closed before")
        if not self._backlog.push(message, again=again):
            raise TooMuchWaiting(f"too much waits, lost: {type(message).__name__}")
        if not self._pinged and self._backlog.is_much_in_doubt:
            self._pinged = True
            self._backlog.push(Ping(self._backlog.received))
        self._all_written.clear()
        self._something_to_write.set()

    @property
    def _is_closed(self) -> bool:
        return self.state == "closed"

    def _fail(self, text: str) -> None:
        """Give up: before anything began, or because the session would not have us back."""
        if not self._ready.done():
            self._ready.set_exception(CannotConnect(text))
        self._finish(0, text)

    def _finish(self, code: int, reason: str) -> None:
        if self.state == "closed":
            return
        self._set_state("closed")
        self._edits.give_up(Closed(code, reason))
        for stream in self._streams:
            stream.finish(None if code == LEAVE else Closed(code, reason))
        if not self._ready.done():
            self._ready.set_exception(CannotConnect(reason or "closed"))
            self._ready.exception()  # seen, where nobody waits for it any more

    def _ended(self, runner: "asyncio.Task[None]") -> None:
        """Let nobody wait for what a mistake of ours has ended."""
        if not runner.cancelled() and (error := runner.exception()) is not None:
            self._fail(repr(error))

    def _set_state(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        if self._on_state is not None:
            self._on_state(state)


def _read(frame: str | bytes) -> ServerMessage | None:
    """Return a message; None: this client does not know such a one."""
    try:
        return _decode(frame)
    except (msgspec.DecodeError, msgspec.ValidationError):
        pass
    try:
        return msgspec.convert(with_known_codes(frame), ServerMessage)
    except (ValueError, RecursionError):
        return None
