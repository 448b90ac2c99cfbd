"""Differences between operating systems: files, locks, bounds of processes, signals, the loop.

The one place that asks which system this is. Where a system has less, what is missing is said here
and in docs/HOSTING.md: Windows bounds neither the memory nor the files of the processes that read
and draw pictures, knows no modes of files, and has no SIGHUP.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a process that draws one picture has no use for it
    import asyncio

OVERTIME = 124
"""Exit code of a process that has used up its time, where no signal says so."""

if sys.platform == "win32":
    import msvcrt

    OPEN_FLAGS = os.O_BINARY | os.O_NOINHERIT
    """Of every `os.open`: no other process gets the file."""
    NO_LINKS = 0
    """Refuses what a name only leads to, where the system can."""
    MOVES_OPEN_FILES = False
    _SYNCS_FOLDERS = False  # the names in one are on the disk once they are made
    _TO_SYNC = os.O_RDWR
    _BEYOND = 1 << 30  # a lock there keeps nobody from reading what is in the file

    def lock(file: int, *, shared: bool = False) -> None:  # noqa: ARG001 - there is no such lock
        """Take a lock that ends with the process, whatever ends it.

        Raises:
            BlockingIOError: another process has it.
        """
        os.lseek(file, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(str(error)) from None

    def user() -> int:
        """Return the number of the user; 1: there are none, and nobody is root."""
        return 1

    def give(path: str | os.PathLike[str], user: int, group: int) -> None:
        """Let a file belong to a user and a group; not here."""

    def read_at_start(file: int, size: int) -> bytes:
        """Return what a file begins with."""
        os.lseek(file, 0, os.SEEK_SET)
        return os.read(file, size)

    def write_at_start(file: int, content: bytes) -> None:
        """Put something at the beginning of a file."""
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, content)

    def bound(
        *,
        memory_bytes: int,  # noqa: ARG001 - see the head of this module
        files: int,  # noqa: ARG001
        niceness: int,  # noqa: ARG001
        cpu_seconds: int | None = None,
    ) -> None:
        """Bound what this process may take; here its time alone."""
        if cpu_seconds is not None:
            _end_after(cpu_seconds)

    @contextlib.contextmanager
    def within(seconds: float) -> Generator[None]:
        """End the process when a block takes longer; by the clock, not by the processor."""
        timer = _end_after(seconds)
        try:
            yield
        finally:
            timer.cancel()

    def bare_environment() -> dict[str, str]:
        """Return the variables without which no program starts."""
        return {"SYSTEMROOT": os.environ.get("SYSTEMROOT", r"C:\Windows")}

    def own_port(listening: socket.socket) -> None:
        """Let no other program listen on the port."""
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)

    UNUSED: tuple[signal.Signals, ...] = ()
    FROM_OUTSIDE: frozenset[int] = frozenset((signal.SIGTERM, signal.SIGINT))
    OUT_OF_TIME: frozenset[int] = frozenset((OVERTIME,))

else:
    import fcntl
    import resource

    OPEN_FLAGS = os.O_CLOEXEC
    """Of every `os.open`: no other process gets the file."""
    NO_LINKS = os.O_NOFOLLOW
    """Refuses what a name only leads to, where the system can."""
    MOVES_OPEN_FILES = True
    _SYNCS_FOLDERS = True
    _TO_SYNC = os.O_RDONLY

    def lock(file: int, *, shared: bool = False) -> None:
        """Take a lock that ends with the process, whatever ends it.

        Raises:
            BlockingIOError: another process has it.
        """
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

    def user() -> int:
        """Return the number of the user; 0: it is root."""
        return os.geteuid()

    def give(path: str | os.PathLike[str], user: int, group: int) -> None:
        """Let a file belong to a user and a group."""
        os.chown(path, user, group)

    def read_at_start(file: int, size: int) -> bytes:
        """Return what a file begins with."""
        return os.pread(file, size, 0)

    def write_at_start(file: int, content: bytes) -> None:
        """Put something at the beginning of a file."""
        os.pwrite(file, content, 0)

    def bound(
        *, memory_bytes: int, files: int, niceness: int, cpu_seconds: int | None = None
    ) -> None:
        """Bound what this process may take; it writes no files, and calls come first."""
        if cpu_seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        # macOS refuses this bound, and would not keep to it.
        with contextlib.suppress(*((ValueError, OSError) if sys.platform == "darwin" else ())):
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        os.nice(niceness)

    @contextlib.contextmanager
    def within(seconds: float) -> Generator[None]:
        """End the process (SIGPROF) when a block takes longer, also within a decoder."""
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def bare_environment() -> dict[str, str]:
        """Return the variables without which no program starts."""
        return {}

    def own_port(listening: socket.socket) -> None:
        """Listen on a port although connections of before linger on it."""
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    UNUSED = (signal.SIGUSR1, signal.SIGUSR2)
    """What ends a process that does not know it."""
    FROM_OUTSIDE = frozenset((-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP))
    """Exit codes that say nothing of what the process did."""
    OUT_OF_TIME = frozenset((-signal.SIGPROF, -signal.SIGXCPU))
    """Exit codes of a process that has used up its time."""


def sync(path: str | os.PathLike[str]) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if not _SYNCS_FOLDERS and os.path.isdir(path):  # noqa: PTH112 - it may be text
        return
    file = os.open(path, _TO_SYNC | OPEN_FLAGS)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def on_signals(
    loop: "asyncio.AbstractEventLoop",
    numbers: Iterable[signal.Signals],
    act: Callable[[signal.Signals], object],
) -> None:
    """Have signals acted on in a loop, which runs in the main thread."""
    for number in numbers:
        try:
            loop.add_signal_handler(number, act, number)
        except NotImplementedError:  # the loop of Windows
            signal.signal(number, lambda _, __, n=number: loop.call_soon_threadsafe(act, n))


def new_event_loop() -> "asyncio.AbstractEventLoop":
    """Return uvloop's, where it is installed; asyncio's own does the same, more slowly."""
    try:
        import uvloop  # noqa: PLC0415 - it is not there on every system
    except ImportError:
        import asyncio  # noqa: PLC0415

        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _end_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os._exit, (OVERTIME,))
    timer.daemon = True
    timer.start()
    return timer
