"""Synchronisation of scenes with a Communitas node, where it has the tools for it.

A session whose scene is empty here begins with what the node has; from then on the node is told the
whole scene after it has changed, at most once a second. What others change there meanwhile is not
looked for: the scene is ordered here.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec
import structlog

from canvas_server.communitas.rpc import McpClient, ToolFailed
from canvas_server.core.effects import Changed, ExternalEvent, PresenceChanged, Refusal
from canvas_server.node.node import Node
from canvas_server.node.ports import LogFailure
from canvas_server.protocol.codec import MalformedMessage, decode_scene_edit
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.kinds import is_tile
from canvas_server.protocol.scene import SceneDocument, SceneVersion

TOOLS = frozenset(("canvas_get_scene", "canvas_update_scene"))
PUSH_SECONDS = 1.0

logger = structlog.get_logger()


class NetworkScenes:
    """Knows which scenes the node has to be asked for, or told of."""

    def __init__(
        self, node: Node, call_later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        """Keep the scenes of a node of ours; `call_later` runs something after some seconds."""
        self.wake: Callable[[], None] = lambda: None
        """Called when there is something to do."""
        self._node = node
        self._call_later = call_later
        self._open: set[str] = set()
        self._due: dict[str, None] = {}
        self._soon: set[str] = set()
        self._pushed: dict[str, int] = {}
        """The revision the node was told last."""
        self._complained = False

    def watch(self, effect: ExternalEvent) -> None:
        """Note what happens in sessions."""
        match effect:
            case PresenceChanged(session_id):
                if not self._node.hub.guests.has_people(session_id):
                    self._open.discard(session_id)
                elif session_id not in self._open:
                    self._open.add(session_id)
                    self._want(session_id)
            case Changed(session_id):
                if session_id not in self._soon:
                    self._soon.add(session_id)
                    self._call_later(PUSH_SECONDS, lambda: self._want(session_id))
            case _:
                pass

    def begin(self) -> None:
        """Begin anew with a node that was joined: it may have forgotten everything."""
        self._pushed.clear()
        self._due = dict.fromkeys(self._open)

    def take(self) -> str | None:
        """Return a session that something is to be done about."""
        session_id = next(iter(self._due), None)
        self._due.pop(session_id or "", None)
        return session_id

    async def sync(self, mcp: McpClient, session_id: str) -> None:
        """Ask the node for a scene that is empty here, or tell it of one that has changed.

        Raises:
            Unreachable, RpcError: the node is away.
        """
        try:
            scene = await self._node.scenes.read(session_id)
            if scene.revision == 0:
                await self._pull(mcp, session_id)
            elif self._pushed.get(session_id) != scene.revision:
                await self._push(mcp, scene)
        except (ToolFailed, LogFailure, Refusal, MalformedMessage) as error:
            if not self._complained:
                logger.warning("a scene is not kept at the Communitas node", why=str(error))
            self._complained = True

    def _want(self, session_id: str) -> None:
        self._soon.discard(session_id)
        self._due[session_id] = None
        self.wake()

    async def _pull(self, mcp: McpClient, session_id: str) -> None:
        edit = edit_of(await mcp.call("canvas_get_scene", session_id=session_id), session_id)
        if edit.add:
            scene = await self._node.scenes.edit(edit, expected=SceneVersion(0), substitutes=True)
            self._pushed[session_id] = scene.revision

    async def _push(self, mcp: McpClient, scene: SceneDocument) -> None:
        body = msgspec.to_builtins(scene)
        await mcp.call("canvas_update_scene", session_id=scene.session_id, scene=body)
        self._pushed[scene.session_id] = scene.revision
        if len(self._pushed) > len(self._open):
            self._pushed = {name: body for name, body in self._pushed.items() if name in self._open}


def edit_of(reply: Mapping[str, Any], session_id: str) -> SceneEdit:
    """Return what makes an empty scene the one that a node has.

    Tiles belong to who is there.

    Raises:
        MalformedMessage: that is no scene.
    """
    scene = reply.get("scene", reply)
    found = cast("dict[str, Any]", scene) if isinstance(scene, dict) else {}
    body = {"session_id": session_id, "add": found.get("elements", ())}
    edit = decode_scene_edit(msgspec.json.encode(body))
    kept = tuple(new for new in edit.add if not is_tile(new.kind))
    return SceneEdit(session_id, add=kept)
