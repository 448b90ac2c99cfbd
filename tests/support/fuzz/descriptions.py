"""Descriptions of who may not send, in every disguise: for the readers of real browsers."""

import random
import re

_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_STARTS = (*["a="] * 8, "a= ", "A=", " a=", "a =", "a=\t", "a==", "a=\u200b", "a=x-", "a=a=")
_ENDS = (" ", "\t", ":", ":x", " x", "\0", "\x0b", "\x85", "\u2028", "\ra=sendrecv", ";", "\\")
_ATTRIBUTES = (
    *("a=bundle-only", "a=Bundle-only", "a=bundle-only x", "a=rid:a recv", "a=rid:a send"),
    *("a=simulcast:recv a", "a=simulcast:send a", "a=msid:- x", "a=msid:s t", "a=ssrc:1 cname:x"),
    *("a=ssrc:1 msid:s t", "a=extmap-allow-mixed", "a=group:BUNDLE 0", "a=mid:0", "a=mid:9"),
    *("a=setup:actpass", "a=rtcp-mux-only", "i=x", "b=AS:0", "c=IN IP4 0.0.0.0", "t=0 0", "a="),
    *("a=x:m=video 9 UDP/TLS/RTP/SAVPF 96", "a=sendrecv:0", "a=x:a=sendrecv", "s=a=sendrecv"),
)
_PORTS = (" 0 ", " 00 ", " 0/1 ", " 9/0 ", "  9 ", " +9 ", " \u0669 ", " 65536 ", " 0x9 ")
_LINE_ENDS = ("\r\n", "\n", "\r", "\r\r\n", "\n\r", "\x0b", "\x85", "\u2028", "\r\n\r\n", " \r\n")


def _direction(chance: random.Random) -> str:
    """A direction, or what some parser may take for one."""
    name = chance.choice(_DIRECTIONS)
    if chance.random() < 0.6:
        return chance.choice(_STARTS) + name
    spelt = (
        name.upper(),
        name.capitalize(),
        name + chance.choice(_ENDS),
        name.replace("n", "\uff4e"),
    )
    return "a=" + chance.choice(spelt)


def _disguise(section: list[str], chance: random.Random) -> None:
    """Let a section that sends say that it does not, and hide something in it."""
    at = next((n for n, line in enumerate(section) if line[2:] in _DIRECTIONS), None)
    if at is not None and not section[0].startswith("m=application"):
        section[at] = chance.choice(("a=recvonly", "a=inactive", "a=recvonly"))
        if chance.random() < 0.08:
            section[0] = re.sub(r" \d+ ", chance.choice(_PORTS), section[0], count=1)
            section[at] = chance.choice((section[at], "a=sendrecv"))
    if chance.random() < 0.03:
        section[0] = chance.choice(
            (
                section[0].replace("m=", "M="),
                section[0].replace("m=application", "m=video"),
                section[0].replace("UDP/DTLS/SCTP webrtc-datachannel", "UDP/TLS/RTP/SAVPF 96"),
                section[0].replace(" ", "\t", 1),
            )
        )
    if chance.random() < 0.2:
        hidden = chance.choice(
            (_direction(chance), chance.choice(_ATTRIBUTES), "a=" + chance.choice(_DIRECTIONS))
        )
        section.insert(chance.randrange(1, len(section) + 1), hidden)


def disguised(offer: str, chance: random.Random) -> str:
    """Return an offer in a disguise; most of them pass nowhere, which is for the test to see."""
    head, *rest = re.split(r"(?m)^(?=m=)", offer)
    lines = head.splitlines()
    if chance.random() < 0.1:
        hidden = chance.choice((_direction(chance), chance.choice(_ATTRIBUTES)))
        lines.insert(chance.randrange(1, len(lines) + 1), hidden)
    sections = [section.splitlines() for section in rest]
    for section in sections:
        _disguise(section, chance)
    if chance.random() < 0.05:
        sections.append(list(chance.choice(sections)))
    lines += [line for section in sections for line in section]
    weights = (3000, 30, *[0.3] * (len(_LINE_ENDS) - 2))
    return "".join(line + chance.choices(_LINE_ENDS, weights)[0] for line in lines)
