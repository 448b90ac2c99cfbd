"""What of descriptions and candidates is relayed."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canvas_server.core.calls import sdp
from canvas_server.core.effects import Refusal
from canvas_server.protocol.errors import ErrorCode
from support.fuzz.signals import assert_read_by_lines

pytestmark = pytest.mark.rule("SIG14", "SIG15")

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
        ("a=tool:m=1",),
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
        ((SECTION, *SECURED, "m=video 00 UDP 96"), "media section"),
        ((SECTION, *SECURED, "m=Video 9 UDP 96"), "media section"),
        ((SECTION, *SECURED, "m=video \u0669 UDP 96"), "media section"),
        ((SECTION, *SECURED, " m=video 9 UDP 96"), "Each line"),
        ((SECTION, *SECURED, "M=video 9 UDP 96"), "Each line"),
        ((SECTION, *SECURED, ""), "Each line"),
        ((*[SECTION] * (sdp.MAX_SECTIONS + 1), *SECURED), "64"),
        ((SECTION, *SECURED, *["a=" + HOST] * (sdp.MAX_CANDIDATES + 1)), "128"),
    ],
)
def test_descriptions_that_do_not(lines: tuple[str, ...], named: str) -> None:
    with pytest.raises(Refusal) as refused:
        sdp.check_description(described(*lines))
    assert refused.value.code is ErrorCode.INVALID_SDP
    assert named in refused.value.text


@pytest.mark.rule("SIG14")
@pytest.mark.parametrize(
    "directions",
    [
        ("a=recvonly", "a=sendrecv"),
        ("a=recvonly", "a=recvonly"),
        ("a=recvonly", "a=sendrecv x"),
        ("a=recvonly", "a=sendrecv:x"),
        ("a=sendrecv ",),
        ("a=sendrecv\t",),
        ("a=SENDRECV",),
        ("a= sendrecv",),
        ("a=sendonlyx",),
        (" a=sendrecv",),
        ("A=sendrecv",),
        ("a=recvonly", "a=x\ra=sendrecv"),
        ("a=sendrecv\r",),
        *((f"a=x{end}a=recvonly",) for end in "\x00\x0b\x0c\x1c\x1d\x1e\x7f\x85\u2028\u2029"),
    ],
)
def test_a_direction_is_read_in_one_way_or_refused(directions: tuple[str, ...]) -> None:
    """Parsers differ in which of these count, and in where a line ends."""
    with pytest.raises(Refusal) as refused:
        sdp.check_description(described(SECTION, *SECURED, *directions))
    assert refused.value.code is ErrorCode.INVALID_SDP


@pytest.mark.rule("SIG14")
@pytest.mark.parametrize("last", ["m=audio 9 RTP/AVP 0", "a=recvonly", "a=Sendrecv"])
def test_what_decides_who_sends_is_a_whole_line(last: str) -> None:
    """Chromium takes no line without an end, others leave it out."""
    with pytest.raises(Refusal):
        sdp.check_description(described(SECTION, *SECURED) + last)
    sdp.check_description(described(SECTION, *SECURED) + "a=mid:0")


@pytest.mark.rule("SIG14")
def test_a_direction_of_the_session_stands_for_no_section() -> None:
    """By RFC 8866 it is that of sections that have none; browsers take `sendrecv`."""
    for direction in ("a=inactive", "a=recvonly"):
        for lines in ((SECTION, *SECURED), (SECTION, "a=recvonly", SECTION, *SECURED)):
            with pytest.raises(Refusal) as refused:
                sdp.check_description(described(direction, *lines))
            assert "direction" in refused.value.text
        sdp.check_description(described(direction, SECTION, "a=recvonly", *SECURED))
    sdp.check_description(described("a=sendrecv", SECTION, *SECURED))


SAMPLES = json.loads(
    (Path(__file__).resolve().parents[3] / "samples" / "descriptions.json").read_text()
)


@pytest.mark.rule("SIG14", "TOK3")
@pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda sample: f"{sample['from']}, {sample['what']}"
)
def test_what_browsers_and_libraries_say_of_themselves_passes(sample: dict[str, str]) -> None:
    """As Chromium 156, Firefox ESR 153 and aiortc made them."""
    sdp.check_description(sample["sdp"])
    assert sdp.sends_media(sample["sdp"]) is sample["sends"]


# --- how others read descriptions: each errs in its own way ------------------------------------


def sends_by_libwebrtc(text: str) -> bool:
    """The reader of Chromium and native clients: lines end with LF, the last direction counts,
    that of the session does not, and a space or colon may follow it."""
    *lines, rest = text.split("\n")
    sections: list[list[bool]] = []
    for line in (line.removesuffix("\r") for line in lines):
        if rest or not re.match("[a-z]=[^ ]", line):
            return False  # refused as a whole
        if found := re.match(r"m=(\w+) +(\d+)", line):
            sections.append([True, found[2].strip("0") != "", found[1] != "application"])
        elif sections and (
            found := re.match(r"a=(sendrecv|sendonly|recvonly|inactive)(?=[ :]|$)", line)
        ):
            sections[-1][0] = found[1].startswith("send")
        elif sections and line.startswith("a=bundle-only"):
            sections[-1][1] = True
    return any(all(section) for section in sections)


def sends_by_the_rfc(text: str, lines: list[str] | None = None, *, first: bool = False) -> bool:
    """The reader of RFC 8866: a section has the direction of the session unless it has its own."""
    usual, sections = True, list[list[bool | None]]()
    for line in text.split("\r\n" if "\r\n" in text else "\n") if lines is None else lines:
        head, _, direction = line.partition("a=")
        if line.startswith("m="):
            kind, port = [*line[2:].split(), "", ""][:2]
            sections.append([None, port != "0", kind != "application"])
        elif not head and direction in ("sendrecv", "sendonly", "recvonly", "inactive"):
            sends = direction.startswith("send")
            if not sections:
                usual = sends
            elif not (first and sections[-1][0] is not None):
                sections[-1][0] = sends
        elif sections and line == "a=bundle-only":
            sections[-1][1] = True
    return any((usual if s[0] is None else s[0]) and s[1] and s[2] for s in sections)


def sends_by_a_lenient_one(text: str) -> bool:
    """A reader that forgives everything: any line end, blanks, capital letters, the first counts."""
    lines = [line.strip(" \t\0").lower() for line in re.split(r"[\n\r\0]", text)]
    lines += [line.strip() for line in text.lower().splitlines()]
    return sends_by_the_rfc(text, lines, first=True)


READERS = (sends_by_libwebrtc, sends_by_the_rfc, sends_by_a_lenient_one)
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@st.composite
def descriptions(draw: st.DrawFn) -> str:
    """Descriptions as they should be."""
    lines = [*SECURED]
    if draw(st.booleans()):
        lines.append("a=" + draw(st.sampled_from(DIRECTIONS)))
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["audio", "video", "application"]))
        lines.append(f"m={kind} {draw(st.sampled_from([0, 9]))} UDP/TLS/RTP/SAVPF 96")
        attributes = [*draw(st.sets(st.sampled_from(["mid:0", "bundle-only", "rtcp-mux"])))]
        attributes += draw(st.lists(st.sampled_from(DIRECTIONS), max_size=1))
        lines += [f"a={name}" for name in draw(st.permutations(attributes))]
    return described(*lines, end=draw(st.sampled_from(["\r\n", "\n"])))


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """Descriptions with something done to them."""
    text = draw(descriptions())
    pieces = [
        *(
            "a=sendrecv",
            "a=recvonly",
            "a=inactive",
            "a=bundle-only",
            "m=video 9 UDP 96",
            "m=audio 0 X 0",
        ),
        *(
            "\r",
            "\n",
            "\r\n",
            "\n\n",
            " ",
            "\t",
            "\0",
            "\x0b",
            "\x85",
            "\u2028",
            ":",
            " x",
            "a=",
            "A",
            "0",
        ),
    ]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(
            st.sampled_from(
                [0, len(text), *(found.end() for found in re.finditer(r"\n|$|a=|v", text))]
            )
        )
        cut = draw(st.sampled_from([0, 0, 0, 1, 2]))
        text = (
            text[:at]
            + "".join(draw(st.lists(st.sampled_from(pieces), max_size=3)))
            + text[at + cut :]
        )
    return text


@pytest.mark.rule("SIG14", "TOK3")
@given(disguised())
@example(described(SECTION, *SECURED, "a=\u017fendrecv"))
@example(described(SECTION, *SECURED, "a= \u0130nactive"))
@example(described(SECTION, *SECURED, "i=\u00fc", "a=recvonly"))
@example(described(SECTION, *SECURED, "i=\u200b"))
@example(described(SECTION, *SECURED, "a=tool:x\ry\nz="))
@example(described(SECTION, *SECURED, "a=tool:x\ra=recvonly\nz="))
@example(described(SECTION, *SECURED, "a=tool:x\n\rz="))
@example(described(SECTION, *SECURED, "a=tool:x\r") + "\n")
@example(described(SECTION, *SECURED) + "a=mid:0\r")
@example(described(SECTION, *SECURED) + "a=mid:0")
@example(described(SECTION, *SECURED) + "a=Bundle-only")
@example(described(SECTION, *SECURED, "a=recvonly", "a=recvonly", "a"))
def test_a_description_is_read_in_one_go_as_it_is_line_by_line(text: str) -> None:
    assert_read_by_lines(text)


@pytest.mark.rule("SIG14", "TOK3")
@given(descriptions())
def test_canonical_descriptions_are_read_by_all_alike(text: str) -> None:
    try:
        sdp.check_description(text)
    except Refusal as refused:
        assert "direction other than" in refused.text
        return
    assert {reader(text) for reader in READERS} == {sdp.sends_media(text)}


@pytest.mark.rule("TOK3", "SIG14")
@given(disguised())
@example(described("a=inactive", SECTION, *SECURED))
@example(described(SECTION, *SECURED, "a=recvonly", "a=sendrecv x"))
@example(described(SECTION.replace(" 9 ", " 0 "), *SECURED, "a=bundle-only", "a=sendrecv"))
def test_who_may_not_send_is_read_as_sending_by_nobody(text: str) -> None:
    """What passes for somebody without `publish`, no reader takes for sending."""
    try:
        sdp.check_description(text)
        if sdp.sends_media(text):
            return  # forbidden
    except Refusal:
        return
    assert not any(reader(text) for reader in READERS)


def test_a_candidate_within_a_description_is_one_too() -> None:
    bad = "a=" + HOST.replace("typ host", "typ bogus")
    with pytest.raises(Refusal) as refused:
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
    with pytest.raises(Refusal) as refused:
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
        except Refusal as refused:
            assert refused.code in (ErrorCode.INVALID_SDP, ErrorCode.INVALID_CANDIDATE)
    sdp.relayed_only(text)


@pytest.mark.parametrize("space", ["\u00a0", "\t", "\u3000", "\x1f"])
def test_a_candidate_is_the_same_one_whatever_is_taken_for_a_space(space: str) -> None:
    for at in (10, 15):
        candidate = RELAYED[:at] + space + RELAYED[at + 1 :]
        with pytest.raises(Refusal) as refused:
            sdp.check_candidate(candidate)
        assert refused.value.code == ErrorCode.INVALID_CANDIDATE
        assert not sdp.is_relayed(candidate)


@pytest.mark.parametrize("start", ["a=CANDIDATE:", "a= candidate:", "a=candidate :"])
def test_what_looks_like_a_candidate_is_not_left_in_a_description(start: str) -> None:
    line = start + HOST.partition(":")[2]
    assert "192.168.1.7" not in sdp.relayed_only(described(SECTION, *SECURED, line))


@pytest.mark.parametrize(
    "written",
    [
        "raddr 10.0.0.7 rport 9",
        "raddr  10.0.0.7 rport 9",
        "RADDR 10.0.0.7",
        "raddr 10.0.0.7 x rport 9",
    ],
)
def test_the_address_that_a_relayed_candidate_was_gained_from_is_hidden(written: str) -> None:
    candidate = RELAYED.partition(" raddr")[0] + " " + written
    assert sdp.is_relayed(candidate)
    assert "10.0.0.7" not in sdp.hide_related(candidate)
    assert " 9" not in sdp.hide_related(candidate).partition("relay")[2]
