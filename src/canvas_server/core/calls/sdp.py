"""Checks of session descriptions (RFC 8866) and ICE candidates (RFC 8839).

Both are relayed as they came, or refused (SIG14). What names no media section, or no candidate, can
open no transport and give no address away; it is of no concern here.

Parsers differ in what they make of a description that keeps to the grammar only nearly: where a
line ends, which of two directions counts, whether that of the session does. Who may not send could
have the server read one thing and a browser another, so what can be read in two ways is refused.
"""

import re
from typing import NoReturn

from msgspec import Struct

from canvas_server.core.effects import Refusal
from canvas_server.protocol.errors import ErrorCode

MAX_SECTIONS = 64
"""Media sections of a description, those that have ended among them: they keep their place."""
MAX_CANDIDATES = 128
"""Candidates within one description."""

_SENDING = {
    "a=sendrecv": True,
    "a=sendonly": True,
    "a=recvonly": False,
    "a=inactive": False,
}
# What some parser takes for a direction: in other letters, or with something behind it.
_DIRECTION = re.compile(r"a= *(?:sendrecv|sendonly|recvonly|inactive)", re.IGNORECASE)
_BUNDLE_ONLY = re.compile(r"a= *bundle-only", re.IGNORECASE)
_WELL_FORMED = re.compile("[a-z]=")
# A line that says nothing of who sends. Of the many attributes (RFC 8866 section 6) those that
# browsers write most are passed over by their first letters, since a search for the others costs
# tenfold; and before all `rtpmap` and `rtcp-fb`, which are the half of a description.
_SILENT = (
    r"(?:a=(?:ss|ic|[c-hm]|(?! *(?i:sendrecv|sendonly|recvonly|inactive|bundle-only)))|"
    r"[b-ln-z]=|\Z)"
)
_TELLING_LINE = re.compile(rf"\n(?!a=rt)(?!{_SILENT})([^\n]*)")
# The same where CR and LF take turns; a CR with something in between counts as an empty line.
_TELLING_CRLF_LINE = re.compile(rf"\r(?!\na=rt)(?!\n{_SILENT})(?:\n([^\r]*))?")
_PRINTABLE = bytes(range(0x20, 0x7F))
_SECTION = re.compile(
    r"m=([a-z]{1,16}) (0|[1-9][0-9]{0,4})(?:/[0-9]{1,5})? [A-Za-z0-9/]{1,32} [^ ]"
)
_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f][0-9A-Fa-f]:){31}[0-9A-Fa-f]{2}[\r\n]")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}[\r\n]")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}[\r\n]")
# Asked for each candidate that is relayed, so no more of the grammar than matters is looked at, and
# never twice: what is repeated does not have the space in it that follows.
# Nor is a group kept: who wants to know the type looks behind.
_CANDIDATE = re.compile(
    r"(?:a=)?candidate:[!-~]{1,32}+ [0-9]{1,3}+ [!-~]{3} [0-9]{1,10}+ [0-9A-Za-z_.:-]{1,253}+ "
    r"[0-9]{1,5}+ typ (?:host|srflx|prflx|relay)(?: |$)"
)
# What some parser takes for a candidate: in other letters, or with spaces.
_CANDIDATE_LINE = re.compile(r"a= *candidate *:", re.IGNORECASE)
_RELATED = re.compile(r" raddr +[^ \r\n]+", re.IGNORECASE)
_RELATED_PORT = re.compile(r" rport +[^ \r\n]+", re.IGNORECASE)
_DEFAULT_ADDRESS = re.compile(r"^c=IN IP[46] \S+", re.MULTILINE)
_RTCP_ADDRESS = re.compile(r"^(a=rtcp:\d+) IN IP[46] \S+", re.MULTILINE)
_ORIGIN_ADDRESS = re.compile(r"^(o=\S+ \S+ \S+) IN IP[46] \S+", re.MULTILINE)


def check_description(sdp: str) -> None:
    """See that a description which opens a transport is secured, and can be read in one way only.

    ICE needs the credentials of RFC 8839 section 5.4, DTLS a SHA-256 fingerprint (RFC 8122 section
    5, RFC 8827 section 6.5). In a bundle one section may speak for the others (RFC 9143 section
    7.1.3), so each has to be there once.

    Raises:
        Refusal: `invalid_sdp`; the text says what is missing, too much or ambiguous.
    """
    sections = _sections(sdp)
    if not sections:
        return
    if len(sections) > MAX_SECTIONS:
        _refuse_sdp(f"There are {len(sections)} media sections; {MAX_SECTIONS} are relayed.")
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
        Refusal: `invalid_candidate`.
    """
    if "\n" in candidate or "\r" in candidate or "\0" in candidate:
        raise Refusal(ErrorCode.INVALID_CANDIDATE)
    if not _CANDIDATE.match(candidate) and " typ " in candidate:
        raise Refusal(ErrorCode.INVALID_CANDIDATE)


def relayed_only(sdp: str) -> str:
    """Return a description without the addresses of who wrote it, and with its relay candidates."""
    kept = [
        hide_related(line)
        for line in sdp.splitlines(keepends=True)
        if not _CANDIDATE_LINE.match(line) or is_relayed(line.rstrip("\r\n"))
    ]
    sdp = _DEFAULT_ADDRESS.sub("c=IN IP4 0.0.0.0", "".join(kept))
    sdp = _RTCP_ADDRESS.sub(r"\1 IN IP4 0.0.0.0", sdp)
    return _ORIGIN_ADDRESS.sub(r"\1 IN IP4 0.0.0.0", sdp)


def is_relayed(candidate: str) -> bool:
    """Tell whether a candidate gives away no more than the address of a TURN server.

    So does end-of-candidates, which is empty.
    """
    found = _CANDIDATE.match(candidate)
    return candidate == "" or (found is not None and found[0].rstrip().endswith(" relay"))


def hide_related(candidate: str) -> str:
    """Return a candidate without the address it was gained from (RFC 8839 section 5.1)."""
    return _RELATED_PORT.sub(" rport 0", _RELATED.sub(" raddr 0.0.0.0", candidate))


def sends_media(sdp: str) -> bool:
    """Tell whether who describes itself so would send sound, pictures or text.

    Raises:
        Refusal: `invalid_sdp`, where that can be read in two ways.
    """
    return any(section.sends for section in _sections(sdp))


class _Section(Struct):
    """A media description (RFC 8866 section 5.14), as far as it decides who sends."""

    kind: str
    port: str
    sends: bool = True
    """Until a direction says otherwise (RFC 8866 section 6.7)."""
    directed: bool = False
    bundle_only: bool = False

    def close(self, session_sends: bool) -> None:
        """Settle what it comes to, at its end.

        Raises:
            Refusal: `invalid_sdp`. By RFC 8866 a section without a direction has that of the
                session; browsers do not look there.
        """
        media = self.kind != "application"  # data channels are none
        if media and not (self.directed or session_sends):
            _refuse_sdp("A direction other than `sendrecv` has to stand in each media section.")
        # With port 0 it is refused or has ended (RFC 3264 section 6), unless it shares the
        # transport of another one (RFC 9143 section 6).
        ended = self.port == "0" and not self.bundle_only
        self.sends = self.sends and media and not ended


def _sections(sdp: str) -> list[_Section]:
    """Read the media sections of a description; no parser finds any where there is no `m=`.

    Raises:
        Refusal: `invalid_sdp`; the text says which line can be read in two ways.
    """
    if "m=" not in sdp and "M=" not in sdp:
        return []
    sections: list[_Section] = []
    session = _Section("session", "")
    section = session
    for line in _telling_lines(sdp):
        if line.startswith("m="):
            found = _SECTION.match(line)
            if found is None:
                _refuse_sdp("A media section does not begin with `m=<media> <port> <proto> <fmt>`.")
            if section is not session:
                section.close(session.sends)
            section = _Section(found[1], found[2])
            sections.append(section)
        elif (sends := _SENDING.get(line)) is not None:
            if section.directed:
                _refuse_sdp("A media section has one direction.")
            section.sends, section.directed = sends, True
        elif _BUNDLE_ONLY.match(line):
            section.bundle_only = True
        else:
            _refuse_sdp("A direction stands on a line of its own, in small letters.")
    if section is not session:
        section.close(session.sends)
    return sections


def _telling_lines(sdp: str) -> list[str]:
    """Return the lines of a description that decide who sends: `m=`, directions, `bundle-only`.

    Lines are split where every parser does (RFC 8866 section 9: CRLF, or LF alone).

    Raises:
        Refusal: `invalid_sdp`, for a line of another form, or one with a control character or one
            that some parsers take for the end of a line.
    """
    if sdp.endswith("\r\n") and _is_plain(sdp):  # as everybody writes it: twice as fast
        lines = _TELLING_CRLF_LINE.findall("\r\n" + sdp)
        printable = True
    else:
        last = sdp[sdp.rfind("\n") + 1 :]
        # Some parsers leave it out, others refuse it; then nothing may depend on it.
        if last and (last.startswith("m=") or _DIRECTION.match(last)):
            _refuse_sdp("The last line has no end.")
        lines = [line.removesuffix("\r") for line in _TELLING_LINE.findall("\n" + sdp)]
        printable = sdp.replace("\r\n", "").replace("\n", "").isprintable()
    if not (printable and all(map(_WELL_FORMED.match, lines))):
        _refuse_sdp("Each line is `<type>=<value>` without control characters (RFC 8866).")
    return lines


def _is_plain(sdp: str) -> bool:
    """Tell whether a description is ASCII, and CR and LF in turn its only control characters."""
    if not sdp.isascii():
        return False
    left = sdp.encode().translate(None, _PRINTABLE)
    return left == b"\r\n" * (len(left) // 2)


def _has(start: str, value: re.Pattern[str], sdp: str) -> bool:
    """Tell whether a line begins so and goes on with a good value."""
    at = sdp.find(start)
    while at >= 0 and not value.match(sdp, at + len(start)):
        at = sdp.find(start, at + 1)
    return at >= 0


def _refuse_sdp(text: str) -> NoReturn:
    raise Refusal(ErrorCode.INVALID_SDP, text)
