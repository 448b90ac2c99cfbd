"""What has to be read in a session description, and nothing more. Pure."""

import re

_FINGERPRINT = re.compile(r"^a=fingerprint:(.*?)\s*$", re.MULTILINE)
_FRAGMENT = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


def fingerprint_of(sdp: str) -> str:
    """Return the fingerprint (RFC 8122) of the certificate it was made with, else nothing."""
    found = _FINGERPRINT.search(sdp)
    return found[1].lower() if found else ""


def fragments_of(sdp: str) -> frozenset[str]:
    """Return the username fragments in it: its ICE generation (RFC 8839 section 5.4)."""
    return frozenset(_FRAGMENT.findall(sdp))
