"""What has to be read in a session description, and nothing more. Pure."""

import re
from typing import cast

from canvas_server.protocol.diagnosis import CandidateType

_FINGERPRINT = re.compile(r"^a=fingerprint:(.*?)\s*$", re.MULTILINE)
_CANDIDATE_TYPE = re.compile(r"^a=candidate:.* typ (host|srflx|prflx|relay)\b", re.MULTILINE)
_FRAGMENT = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


def fingerprint_of(sdp: str) -> str:
    """Return the fingerprint (RFC 8122) of the certificate it was made with, else nothing."""
    found = _FINGERPRINT.search(sdp)
    return found[1].lower() if found else ""


def fragments_of(sdp: str) -> frozenset[str]:
    """Return the username fragments in it: its ICE generation (RFC 8839 section 5.4)."""
    return frozenset(_FRAGMENT.findall(sdp))


def gathered_in(sdp: str) -> tuple[CandidateType, ...]:
    """Return the types of the ICE candidates in it (RFC 8839 section 5.1), each once."""
    found = cast("list[CandidateType]", _CANDIDATE_TYPE.findall(sdp))
    return tuple(dict.fromkeys(found))
