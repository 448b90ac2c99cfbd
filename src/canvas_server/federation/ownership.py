"""Ownership of shared scenes: which session is shared with which server, and which of them leads.

It outlives the process: a replica of a scene must not be edited while its leader is away, or the
two would go apart.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from canvas_server.federation.pairing import Pair, PairingError, Pairs
from canvas_server.files import write_whole
from canvas_server.protocol.plain import first_of

FILE = "agreements.json"
MAX_NAME = 64
MAX_AGREEMENTS = 5_000
"""With one server; then the oldest is forgotten."""

logger = structlog.get_logger()


class OwnershipRecord(Struct, frozen=True):
    """Of one session."""

    agent_id: str
    """With whom."""
    kept_here: bool
    merged: bool = True
    """If it is kept there: the leader has what we had before."""
    own_chat: int = 0
    """If it is kept there: up to this number the chat here is of before, and ours alone."""


class Known(Struct, frozen=True):
    """The other servers that are known, and what was agreed with them."""

    pairs: Pairs
    ownership: "OwnershipRecords"

    @classmethod
    def read(cls, folder: Path, fixed: Iterable[Pair]) -> "Known":
        """Read all of it from the data folder; `fixed` are known from elsewhere.

        Raises:
            PairingError: a file cannot be read.
        """
        pairs = Pairs(folder, fixed)
        try:
            return cls(pairs, OwnershipRecords(folder, pairs))
        except (OSError, msgspec.MsgspecError) as error:
            raise PairingError(f"{folder / FILE} cannot be read: {error}") from error


class OwnershipRecords:
    """All of them, by session. `flush` writes what is new."""

    def __init__(self, folder: Path, pairs: Pairs) -> None:
        """Read them.

        Raises:
            OSError, msgspec.MsgspecError: the file cannot be read.
        """
        self._file = folder / FILE
        self._pairs = pairs
        self._names: dict[str, str] = {}
        self._is_new = False
        self._failing = False
        self._all: dict[str, OwnershipRecord] = {}
        if self._file.exists():
            self._all = msgspec.json.decode(
                self._file.read_bytes(), type=dict[str, OwnershipRecord]
            )

    def of(self, session_id: str) -> OwnershipRecord | None:
        """Return what was agreed of a session with a server that we still know."""
        agreement = self._all.get(session_id)
        known = agreement is not None and self._pairs.of(agreement.agent_id) is not None
        return agreement if known else None

    def with_(self, agent_id: str) -> list[str]:
        """Return the sessions that were shared with a server."""
        return [name for name, record in self._all.items() if record.agent_id == agent_id]

    def agree(self, session_id: str, agreement: OwnershipRecord) -> None:
        """Note what was agreed."""
        if self._all.get(session_id) == agreement:
            return
        self._all.pop(session_id, None)
        self._all[session_id] = agreement
        self._is_new = True
        shared = self.with_(agreement.agent_id)
        if len(shared) > MAX_AGREEMENTS:
            logger.warning("too many shared sessions: forgot the oldest", session=shared[0])
            del self._all[shared[0]]

    def forget(self, session_id: str, agent_id: str) -> None:
        """Note that a session is not shared with a server any more."""
        agreement = self._all.get(session_id)
        if agreement is not None and agreement.agent_id == agent_id:
            del self._all[session_id]
            self._is_new = True

    def flush(self) -> None:
        """Write what was agreed since the last time; where that fails, it is tried again."""
        if not self._is_new:
            return
        try:
            write_whole(self._file, msgspec.json.encode(self._all))
        except OSError as error:
            if not self._failing:
                logger.error("cannot note what was agreed with another server", why=str(error))
            self._failing = True
        else:
            self._is_new = self._failing = False

    def call(self, agent_id: str, name: str) -> None:
        """Note what a server calls itself."""
        if name:
            self._names[agent_id] = name

    def name_of(self, agent_id: str) -> str:
        """Return what people are told: our name for a server, else its own, else its key."""
        pair = self._pairs.of(agent_id)
        ours = "" if pair is None else pair.name
        return first_of(ours or self._names.get(agent_id) or agent_id[:8], MAX_NAME)

    def leader(self, session_id: str) -> str | None:
        """Return the name of the server that keeps a scene of which we have a replica."""
        agreement = self.of(session_id)
        if agreement is None or agreement.kept_here:
            return None
        return self.name_of(agreement.agent_id)
