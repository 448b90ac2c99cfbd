"""The audit log of a running server: where it is, and what of the node is written into it."""

import asyncio
import functools
import time
from pathlib import Path

import structlog
from msgspec.structs import replace

from canvas_server.audit.trail import Trail
from canvas_server.audit.writer import FILE, AuditFile, AuditWriter
from canvas_server.config.settings import Settings
from canvas_server.core.effects import RecordAudit, Send
from canvas_server.core.presence.audit import refused
from canvas_server.http.websocket import WebSocketConnection
from canvas_server.node.events import NodeEvents
from canvas_server.node.node import Node
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.server import Error
from canvas_server.server.backends import StartupError
from canvas_server.server.checks import weakened

NONE = "none"
TICK_SECONDS = 5.0
MAX_SHARING = 16
"""Nodes of one cluster that may have one data folder; each has a file of its own."""

log = structlog.get_logger()


class ServerAudit:
    """Takes events, and has them written; or nothing, where no audit log is wanted."""

    def __init__(self, settings: Settings) -> None:
        """Open the file.

        Raises:
            StartupError: the file that was asked for cannot be written.
        """
        self._weakened = weakened(settings)
        self._writer = _writer(settings)
        write = self._writer.write if self._writer else _nowhere
        self._trail = Trail(write, time.time, addresses=settings.audit_addresses)
        self.record = self._trail.record if self._writer else _nowhere
        """Write an event down."""

    def watch(self, node: Node, events: NodeEvents) -> None:
        """Write down what happens at a node."""

        def noted(effect: RecordAudit) -> None:
            address = _address_of(node, effect)
            self.record(replace(effect.entry, address=address) if address else effect.entry)

        def refusal(effect: Send) -> None:
            if isinstance(effect.message, Error):
                for connection in effect.to:
                    entry = refused(node.hub.peer_at(connection), effect.message.code)
                    noted(RecordAudit(entry, connection))

        events.audit.subscribe(noted)
        events.refused.subscribe(refusal)

    def started(self) -> None:
        """Write down that the server serves."""
        self.record(AuditEntry(AuditEvent.STARTED, settings=self._weakened))

    async def run(self) -> None:
        """Say now and then what was left out, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._trail.tick()

    def close(self) -> None:
        """Write down that the server ends, and wait a moment until it is on the disk."""
        if self._writer is not None:
            self._trail.tick()
            self.record(AuditEntry(AuditEvent.STOPPED))
            self._writer.close()
            self._writer = None


def _nowhere(_: object) -> None:
    """Write nothing."""


def _address_of(node: Node, effect: RecordAudit) -> str | None:
    """Return from where a connection comes, if it came to this node."""
    if effect.connection is None:
        return None
    connection = node.connections.get(effect.connection)
    return (connection.address or None) if isinstance(connection, WebSocketConnection) else None


def _writer(settings: Settings) -> AuditWriter | None:
    """Return what writes the file, which is open; a folder that cannot be written is tried again.

    Raises:
        StartupError: the file that was asked for cannot be written.
    """
    if settings.audit_log == NONE:
        return None
    path = Path(settings.audit_log) if settings.audit_log else settings.data_dir / FILE
    opening = functools.partial(_open_beside, path, settings.audit_bytes)
    try:
        file = opening()
    except OSError as error:
        why = error.strerror or str(error)
        if settings.audit_log:
            text = f"the audit log {path} cannot be written ({why}); choose another --audit-log"
            raise StartupError(text) from error
        log.error("there is no audit log for now", path=str(path), why=why)
        return AuditWriter(opening)
    return AuditWriter(lambda: file)


def _open_beside(path: Path, total_bytes: int) -> AuditFile:
    """Open a file, or one beside it where another process has that.

    Raises:
        OSError: none can be written.
    """
    for number in range(2, MAX_SHARING + 1):
        try:
            return AuditFile(path, total_bytes)
        except BlockingIOError:
            path = path.with_name(f"{path.stem.partition('-')[0]}-{number}{path.suffix}")
    return AuditFile(path, total_bytes)
