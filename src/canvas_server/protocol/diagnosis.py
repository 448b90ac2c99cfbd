"""Why a call does not come about or is poor, as far as both sides and the server can tell."""

from enum import StrEnum
from typing import Literal

CandidateType = Literal["host", "srflx", "prflx", "relay"]
"""The type of an ICE candidate (RFC 8445 section 4)."""

Whose = Literal["you", "them", "both", "network"]
"""At whose side the cause lies, for the one who is told; `network`: between the two."""


class Cause(StrEnum):
    """Why no media come through, or poorly. Stable names; the text beside them is for people."""

    NO_NETWORK = "no_network"
    TURN_REFUSED = "turn_refused"
    TURN_UNREACHABLE = "turn_unreachable"
    UDP_BLOCKED = "udp_blocked"
    RELAY_FAILS = "relay_fails"
    NO_DIRECT_WAY = "no_direct_way"
    NO_SERVERS = "no_servers"
    LOSS = "loss"
    BUSY_COMPUTER = "busy_computer"
    RELAY_OVER_TCP = "relay_over_tcp"
    SLOW_NETWORK = "slow_network"
    FAR = "far"
    WELL = "well"

    @property
    def meaning(self) -> str:
        """What it means and what helps, also printed in the protocol tables."""
        return _MEANINGS[self]


_MEANINGS = {
    Cause.NO_NETWORK: "The browser offers no network at all: an extension, a VPN or a policy "
    "forbids WebRTC there.",
    Cause.TURN_REFUSED: "The TURN server refuses the credentials: `CANVAS_TURN_SECRET` is not the "
    "one that it has, or the clocks differ.",
    Cause.TURN_UNREACHABLE: "The TURN server cannot be reached from there: allow it in the "
    "firewall, or offer TURN over TLS on port 443.",
    Cause.UDP_BLOCKED: "The network there blocks UDP, and no TURN server is configured.",
    Cause.RELAY_FAILS: "Both reach the TURN server, but no media pass it: look at its relay ports "
    "and its external address.",
    Cause.NO_DIRECT_WAY: "The routers of the two let nothing through directly (symmetric NAT), and "
    "no TURN server is configured.",
    Cause.NO_SERVERS: "The two are not in one network, and neither a STUN nor a TURN server is "
    "configured.",
    Cause.LOSS: "Packets get lost on the way: a cable instead of Wi-Fi helps, and fewer downloads.",
    Cause.BUSY_COMPUTER: "The computer there is too busy for its pictures: other programs take its "
    "time.",
    Cause.RELAY_OVER_TCP: "UDP does not pass there, so that the call goes through a relay over "
    "TCP, where one lost packet holds up all that follow: allow UDP in the firewall.",
    Cause.SLOW_NETWORK: "The network takes less than the pictures need: lower the quality, or send "
    "none.",
    Cause.FAR: "It takes long there and back: a relay nearer to both helps, or no VPN.",
    Cause.WELL: "What was said of the call before is over.",
}
