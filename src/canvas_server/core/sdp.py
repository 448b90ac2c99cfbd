"""What rules need to know of session descriptions (RFC 8866) and ICE candidates (RFC 8839).

Both are relayed as they came, or refused (SIG14). What names no media section, or no candidate, can
open no transport and give no address away; it is of no concern here.
"""

import re

from canvas_server.core.effects import Refused
from canvas_server.protocol.errors import ErrorCode

MAX_SECTIONS = 64
"""Media sections of a description, those that have ended among them: they keep their place."""
MAX_CANDIDATES = 128
"""Candidates within one description."""

_SENDING = {"sendrecv": True, "sendonly": True, "recvonly": False, "inactive": False}
_SECTION = re.compile(r"[a-z]{1,16} \d{1,5}(?:/\d{1,5})? [A-Za-z0-9/]{1,32} \S")
_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}[\r\n]")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}[\r\n]")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}[\r\n]")
# Asked for each candidate that is relayed, so no more of the grammar than matters is looked at.
_CANDIDATE = re.compile(
    r"(?:a=)?candidate:[^ ]{1,32} \d{1,3} [^ ]{3} \d{1,10} [\w.:-]{1,253} \d{1,5} "
    r"typ (host|srflx|prflx|relay)(?: |$)",
    re.ASCII,
)
_RELATED = re.compile(r" raddr \S+ rport \d+", re.IGNORECASE)
_DEFAULT_ADDRESS = re.compile(r"^c=IN IP[46] \S+", re.MULTILINE)
_RTCP_ADDRESS = re.compile(r"^(a=rtcp:\d+) IN IP[46] \S+", re.MULTILINE)
_ORIGIN_ADDRESS = re.compile(r"^(o=\S+ \S+ \S+) IN IP[46] \S+", re.MULTILINE)


def check_description(sdp: str) -> None:
    """See that a description which opens a transport says how it is secured.

    ICE needs the credentials of RFC 8839 section 5.4, DTLS a SHA-256 fingerprint (RFC 8122 section
    5, RFC 8827 section 6.5). In a bundle one section may speak for the others (RFC 9143 section
    7.1.3), so each has to be there once.

    Raises:
        Refused: `invalid_sdp`; the text says what is missing or too much.
    """
    _, *sections = sdp.split("\nm=")
    if not sections:
        return
    if len(sections) > MAX_SECTIONS:
        _refuse_sdp(f"There are {len(sections)} media sections; {MAX_SECTIONS} are relayed.")
    if not all(map(_SECTION.match, sections)):
        _refuse_sdp("A media section does not begin with `m=<media> <port> <proto> <fmt>`.")
    if not _has("\na=fingerprint:sha-256 ", _FINGERPRINT, sdp):
        _refuse_sdp("There is no good `a=fingerprint:sha-256` (RFC 8122).")
    if not (_has("\na=ice-ufrag:", _UFRAG, sdp) and _has("\na=ice-pwd:", _PASSWORD, sdp)):
        _refuse_sdp("There is no good `a=ice-ufrag` with an `a=ice-pwd` (RFC 8839 section 5.4).")
    _, *candidates = sdp.split("\na=candidate:")
    if len(candidates) > MAX_CANDIDATES:
        _refuse_sdp(f"There are more than {MAX_CANDIDATES} candidates.")
    for candidate in candidates:
        check_candidate("candidate:" + candidate.partition("\n")[0].rstrip("\r"))


def check_candidate(candidate: str) -> None:
    """See that a candidate is one line, and a candidate-attribute where it names an address.

    Raises:
        Refused: `invalid_candidate`.
    """
    if "\n" in candidate or "\r" in candidate or "\0" in candidate:
        raise Refused(ErrorCode.INVALID_CANDIDATE)
    if not _CANDIDATE.match(candidate) and " typ " in candidate:
        raise Refused(ErrorCode.INVALID_CANDIDATE)


def relayed_only(sdp: str) -> str:
    """Return a description without the addresses of who wrote it, and with its relay candidates."""
    kept = [
        hide_related(line)
        for line in sdp.splitlines(keepends=True)
        if not line.startswith("a=candidate:") or is_relayed(line.rstrip("\r\n"))
    ]
    sdp = _DEFAULT_ADDRESS.sub("c=IN IP4 0.0.0.0", "".join(kept))
    sdp = _RTCP_ADDRESS.sub(r"\1 IN IP4 0.0.0.0", sdp)
    return _ORIGIN_ADDRESS.sub(r"\1 IN IP4 0.0.0.0", sdp)


def is_relayed(candidate: str) -> bool:
    """Tell whether a candidate gives away no more than the address of a TURN server.

    So does end-of-candidates, which is empty.
    """
    found = _CANDIDATE.match(candidate)
    return candidate == "" or (found is not None and found[1] == "relay")


def hide_related(candidate: str) -> str:
    """Return a candidate without the address it was gained from (RFC 8839 section 5.1)."""
    return _RELATED.sub(" raddr 0.0.0.0 rport 0", candidate)


def sends_media(sdp: str) -> bool:
    """Tell whether who describes itself so would send sound or pictures.

    A section without a direction has that of the session, which is `sendrecv` where it has none
    (RFC 8866 section 6.7); one with port 0 is refused or has ended (RFC 3264 section 6).
    """
    usual = True
    sections: list[bool] = []  # of those that can carry media: whether they send
    inside = counts = False
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind, port, *_ = [*line[2:].split(), "", ""]
            inside, counts = True, kind in ("audio", "video") and port != "0"
            if counts:
                sections.append(usual)
        elif line.startswith("a=") and (sending := _SENDING.get(line[2:])) is not None:
            if not inside:
                usual = sending
            elif counts:
                sections[-1] = sending
    return any(sections)


def _has(start: str, value: re.Pattern[str], sdp: str) -> bool:
    """Tell whether a line begins so and goes on with a good value."""
    at = sdp.find(start)
    while at >= 0 and not value.match(sdp, at + len(start)):
        at = sdp.find(start, at + 1)
    return at >= 0


def _refuse_sdp(text: str) -> None:
    raise Refused(ErrorCode.INVALID_SDP, text)
