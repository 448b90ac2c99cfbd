"""Writes the lines of the audit log: a thread, so that nothing waits for a disk.

Lines come out in the order in which they came in. When more wait than `MAX_WAITING_BYTES`, or the
disk refuses them, lines are lost, and one that counts them follows as soon as it can be written.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from canvas_server import system
from canvas_server.audit.trail import rfc3339
from canvas_server.files import give_to_owner
from canvas_server.protocol.audit import AuditEntry, AuditEvent

FILE = "audit.jsonl"
KEPT_FILES = 4
"""The one that is written, and those before it: `audit.jsonl.1` is the latest of them."""
MAX_WAITING_BYTES = 4 * 1024 * 1024
CLOSE_SECONDS = 1.0
"""How long the end of the process waits for lines that are not on the disk."""

log = structlog.get_logger()


class AuditFile:
    """A file of bounded size with those before it; made by and for its owner alone (0600)."""

    def __init__(self, path: Path, total_bytes: int) -> None:
        """Open it, and write on where it ends.

        Raises:
            OSError: it cannot be written, or another process writes it.
        """
        self._path = path
        self._most = max(1, total_bytes // KEPT_FILES)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._open()
        self._size = os.fstat(self._file).st_size

    def write(self, line: bytes) -> None:
        """Write a line; before it is too long, the file becomes the latest of those before it.

        Raises:
            OSError: it cannot be written; nothing of it is in the file.
        """
        if self._size and self._size + len(line) > self._most:
            self._rotate()
        if self._file < 0:  # what was to come after a full one could not be opened
            self._file, self._size = self._open(), 0
        try:
            written = os.write(self._file, line)
            if written < len(line):
                raise OSError("the disk is full")
        except OSError:
            with contextlib.suppress(OSError):  # half a line would spoil the next one
                os.ftruncate(self._file, self._size)
            raise
        self._size += written

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | system.OPEN_FLAGS | system.NO_LINKS
        file = os.open(self._path, flags, 0o600)
        try:
            system.lock(file)
            with contextlib.suppress(OSError):  # a file system that knows no owners
                give_to_owner(self._path)
        except BaseException:
            os.close(file)
            raise
        return file

    def _rotate(self) -> None:
        if not system.MOVES_OPEN_FILES:
            os.close(self._file)
            self._file = -1
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path if number == 1 else older.with_suffix(f".{number - 1}")
            with contextlib.suppress(FileNotFoundError):
                newer.replace(older)
        file = self._open()
        if self._file >= 0:
            os.close(self._file)
        self._file, self._size = file, 0


class AuditWriter:
    """Takes lines from the event loop, and writes them in a thread."""

    def __init__(
        self, open_file: Callable[[], AuditFile], clock: Callable[[], float] = time.time
    ) -> None:
        """`open_file` is called in the thread, until it opens one."""
        self._open_file = open_file
        self._file: AuditFile | None = None
        self._clock = clock
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._lost = 0
        self._failing = False
        self._closed = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Have a line written soon; it waits for nothing."""
        with self._wake:
            if self._bytes + len(line) > MAX_WAITING_BYTES:
                self._lost += 1
                return
            self._lines.append(line)
            self._bytes += len(line)
            self._wake.notify()

    def close(self) -> None:
        """Write what waits, then let go of the file; a second call does nothing."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._lines or self._closed):
                    self._wake.wait()
                lines, self._lines, self._bytes = self._lines, deque(), 0
                lost, self._lost = self._lost, 0
                is_last = self._closed
            self._write_all(lines, lost)
            if is_last:
                if self._file is not None:
                    self._file.close()
                return

    def _write_all(self, lines: deque[bytes], lost: int) -> None:
        """Write lines; `lost` are those that came after them and found no room."""
        for line in lines:
            lost += not self._try(line)
        if lost and not self._try(self._lost_line(lost)):
            with self._wake:
                self._lost += lost

    def _try(self, line: bytes) -> bool:
        try:
            if self._file is None:
                self._file = self._open_file()
            self._file.write(line)
        except OSError as error:
            if not self._failing:
                log.error("the audit log cannot be written", why=error.strerror or str(error))
            self._failing = True
            return False
        if self._failing:
            log.info("the audit log is written again")
        self._failing = False
        return True

    def _lost_line(self, count: int) -> bytes:
        entry = AuditEntry(AuditEvent.LEFT_OUT, of="*", count=count)
        fields = {"time": rfc3339(self._clock()), **msgspec.to_builtins(entry)}
        return msgspec.json.encode(fields) + b"\n"
