"""SIG14 and SIG15: what of descriptions and candidates is relayed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.core import sdp
from canvas_server.core.effects import Refused
from canvas_server.protocol.errors import ErrorCode

FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["7B"] * 32)
UFRAG, PASSWORD = "a=ice-ufrag:4ZcD", "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlJk"
HEAD = ["v=0", "o=ada 46117317 2 IN IP4 198.51.100.7", "s=-", "t=0 0"]
HOST = "candidate:1 1 udp 2122260223 192.168.1.7 50000 typ host generation 0"
HIDDEN = "candidate:2 1 udp 2122260223 5b0c1d2e-1111-4222-8333-944455556666.local 50000 typ host"
MAPPED = (
    "candidate:3 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 192.168.1.7 rport 50000 "
    "generation 0 ufrag 4ZcD network-cost 10"
)
RELAYED = (
    "candidate:4 1 udp 41885439 203.0.113.1 49160 typ relay raddr 198.51.100.7 rport 46154 "
    "generation 0"
)
OVER_TCP = "candidate:5 1 TCP 1518280447 fd00::7 9 typ host tcptype active"


def described(*lines: str, end: str = "\r\n") -> str:
    return end.join([*HEAD, *lines]) + end


SECURED = (UFRAG, PASSWORD, FINGERPRINT)
SECTION = "m=video 9 UDP/TLS/RTP/SAVPF 96 97"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(
    "lines",
    [
        (),
        (SECTION, *SECURED),
        (*SECURED, SECTION, "m=audio 0 UDP/TLS/RTP/SAVPF 111"),
        (SECTION, *SECURED, "a=" + HOST, "a=" + MAPPED, "a=" + RELAYED, "a=" + OVER_TCP),
        (SECTION, "a=fingerprint:sha-1 7B:7B", *SECURED),
        ("m=application 9/2 UDP/DTLS/SCTP webrtc-datachannel", *SECURED),
        (*[SECTION] * sdp.MAX_SECTIONS, *SECURED),
        (SECTION, *SECURED, *["a=" + HOST] * sdp.MAX_CANDIDATES),
    ],
)
def test_descriptions_that_pass(lines: tuple[str, ...], end: str) -> None:
    sdp.check_description(described(*lines, end=end))


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((SECTION, UFRAG, PASSWORD), "sha-256"),
        ((SECTION, UFRAG, PASSWORD, FINGERPRINT.replace("sha-256", "sha-1")), "sha-256"),
        ((SECTION, UFRAG, PASSWORD, FINGERPRINT[:-3]), "sha-256"),
        ((SECTION, UFRAG, PASSWORD, FINGERPRINT + ":7B"), "sha-256"),
        ((SECTION, UFRAG, PASSWORD, "a=x-" + FINGERPRINT), "sha-256"),
        ((SECTION, PASSWORD, FINGERPRINT), "ice-ufrag"),
        ((SECTION, UFRAG, FINGERPRINT), "ice-pwd"),
        ((SECTION, UFRAG[:-1], PASSWORD, FINGERPRINT), "ice-ufrag"),
        ((SECTION, UFRAG, "a=ice-pwd:short", FINGERPRINT), "ice-pwd"),
        (("m=nonsense", *SECURED), "media section"),
        ((SECTION, *SECURED, "m=video x UDP 96"), "media section"),
        ((*[SECTION] * (sdp.MAX_SECTIONS + 1), *SECURED), "64"),
        ((SECTION, *SECURED, *["a=" + HOST] * (sdp.MAX_CANDIDATES + 1)), "128"),
    ],
)
def test_descriptions_that_do_not(lines: tuple[str, ...], named: str) -> None:
    with pytest.raises(Refused) as refused:
        sdp.check_description(described(*lines))
    assert refused.value.code is ErrorCode.INVALID_SDP
    assert named in refused.value.text


def test_a_candidate_within_a_description_is_one_too() -> None:
    bad = "a=" + HOST.replace("typ host", "typ bogus")
    with pytest.raises(Refused) as refused:
        sdp.check_description(described(SECTION, *SECURED, bad))
    assert refused.value.code is ErrorCode.INVALID_CANDIDATE


@pytest.mark.parametrize(
    "candidate", ["", HOST, HIDDEN, MAPPED, RELAYED, OVER_TCP, "a=" + HOST, "of no form at all"]
)
def test_candidates_that_pass(candidate: str) -> None:
    sdp.check_candidate(candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        HOST.replace("typ host", "typ bogus"),
        HOST.replace("50000", "five"),
        HOST.replace(" udp", ""),
        HOST + "\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host",
        HOST.replace("192.168.1.7", "evil.example/path"),
        "a\nb",
        "\x00",
    ],
)
def test_candidates_that_do_not(candidate: str) -> None:
    with pytest.raises(Refused) as refused:
        sdp.check_candidate(candidate)
    assert refused.value.code is ErrorCode.INVALID_CANDIDATE


def test_only_relayed_candidates_give_no_address_away() -> None:
    assert [sdp.is_relayed(one) for one in (RELAYED, "", HOST, HIDDEN, MAPPED, OVER_TCP, "x")] == [
        True,
        True,
        *[False] * 5,
    ]
    assert "198.51.100.7" not in sdp.hide_related(RELAYED)
    assert sdp.hide_related(RELAYED).endswith("typ relay raddr 0.0.0.0 rport 0 generation 0")


def test_what_is_left_of_a_description_names_no_address_of_its_writer() -> None:
    whole = described(
        "m=video 46154 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 198.51.100.7",
        "a=rtcp:46155 IN IP4 198.51.100.7",
        *("a=" + one for one in (HOST, HIDDEN, MAPPED, RELAYED, OVER_TCP)),
        *SECURED,
    )
    left = sdp.relayed_only(whole)
    for address in ("198.51.100.7", "192.168.1.7", ".local", "fd00::7"):
        assert address not in left
    assert "203.0.113.1 49160 typ relay" in left
    assert left.splitlines() == [
        line.replace(" 198.51.100.7", " 0.0.0.0").replace("rport 46154", "rport 0")
        for line in whole.splitlines()
        if not line.startswith("a=candidate:") or "typ relay" in line
    ]
    sdp.check_description(left)


@given(
    st.text(alphabet="mvaco=:0123456789 \r\n-/IPNtypcandidatehostrelayfingerprint.", max_size=400)
)
def test_any_text_passes_or_is_refused(text: str) -> None:
    for check in (sdp.check_description, sdp.check_candidate):
        try:
            check(text)
        except Refused as refused:
            assert refused.code in (ErrorCode.INVALID_SDP, ErrorCode.INVALID_CANDIDATE)
    sdp.relayed_only(text)
