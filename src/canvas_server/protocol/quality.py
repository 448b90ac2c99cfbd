"""How good a call is at one side of it, as its browser measures (W3C webrtc-stats)."""

from typing import Literal

from msgspec import Struct

from canvas_server.protocol.diagnosis import CandidateType
from canvas_server.protocol.fields import BitsPerSecond, Fraction, FrameRate, Milliseconds

Rating = Literal["good", "fair", "poor"]
"""How a person finds the call, by the rules of the client."""

Limitation = Literal["none", "cpu", "bandwidth", "other"]
"""What keeps the pictures sent smaller than wished: the `RTCQualityLimitationReason`."""


class Path(Struct, frozen=True):
    """The way that the media take: the types of both candidates, and how the local one goes."""

    local: CandidateType
    remote: CandidateType
    protocol: Literal["udp", "tcp", "tls"]
    """To the relay where `local` is one."""

    @property
    def relayed(self) -> bool:
        """Whether a TURN server of either side passes everything on."""
        return "relay" in (self.local, self.remote)

    @property
    def relayed_over_tcp(self) -> bool:
        """Whether this side reaches its relay by TCP, because UDP does not pass."""
        return self.local == "relay" and self.protocol != "udp"


class Quality(Struct, frozen=True, omit_defaults=True):
    """The last seconds of a call; what is not known is absent.

    `in`: what comes from the other, `out`: what goes there. No addresses.
    """

    rating: Rating
    path: Path | None = None
    loss_in: Fraction | None = None
    loss_out: Fraction | None = None
    round_trip: Milliseconds | None = None
    jitter: Milliseconds | None = None
    bitrate_in: BitsPerSecond | None = None
    bitrate_out: BitsPerSecond | None = None
    frame_rate_in: FrameRate | None = None
    frame_rate_out: FrameRate | None = None
    limitation: Limitation | None = None
