"""Field types shared by messages and elements, with their limits.

A limit lives in the type, so a handler never sees an illegal value and never
checks again. Lengths of text count Unicode code points.
"""

from typing import Annotated

from msgspec import Meta

MAX_INTEGER = 2**53 - 1
"""What every reader of JSON reads exactly (RFC 8259 section 6)."""
MAX_TIMESTAMP = 8_640_000_000_000_000
"""The last one that has a date (ECMA-262, time values)."""
MAX_FRAME_BYTES = 1024 * 1024
MAX_SDP = 64 * 1024
MAX_CANDIDATE = 2 * 1024
MAX_TOKEN = 4096
MAX_DATA_URL = 512 * 1024
MAX_OPERATIONS = 1000
MAX_CHAT_TEXT = 4000
MAX_CHAT_PICTURE = 256 * 1024
MAX_PREVIEWED = 500
MAX_SELECTED = 100

# In Python `$` also matches before a line break at the end; in JSON Schema it does not.
END = r"$(?!\n)"
SESSION_PATTERN = r"^[A-Za-z0-9_-]{1,64}" + END
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" + END

SessionId = Annotated[
    str, Meta(pattern=SESSION_PATTERN, description="The name of a shared canvas.")
]
PeerId = Annotated[
    str, Meta(pattern=UUID_PATTERN, description="A participant: a UUID in lower-case text form.")
]
# A target is only looked up, so anything that is no peer is `peer_not_found`, whatever its form.
TargetPeerId = Annotated[
    str, Meta(max_length=64, description="The peer this is for; of the sender's own session.")
]
ElementId = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}" + END, description="An element of the scene.")
]
NewElementId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.:-]{0,64}" + END,
        description="Empty or absent: the server gives one, told in `ack.result.id`.",
    ),
]
MessageId = Annotated[
    str, Meta(min_length=1, max_length=64, description="Chosen by the sender, echoed in the reply.")
]
DisplayName = Annotated[str, Meta(max_length=64, description="What people read; never HTML.")]
FeatureName = Annotated[str, Meta(max_length=64)]
UserId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="A person, as whoever gave out their token knows them; seen by all who are in "
        "the session.",
    ),
]
Places = Annotated[
    int,
    Meta(
        ge=1,
        le=256,
        description="How many may be in the session by a link and all that were made with it, at a "
        "time (SES6).",
    ),
]
NetworkCallId = Annotated[
    str,
    Meta(min_length=1, max_length=128, description="A call in the Communitas network."),
]
CallId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="The call this is about, chosen by who began it (SIG8).",
    ),
]
OfferId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Chosen by the offerer and repeated by the answer (SIG9).",
    ),
]
JoinToken = Annotated[
    str,
    Meta(
        max_length=MAX_TOKEN,
        description="Lets its bearer into one session, in a role (TOK1). Never in a query.",
    ),
]
ResumeToken = Annotated[
    str, Meta(max_length=MAX_TOKEN, description="Proves a peer id in a session, for a day.")
]
Sdp = Annotated[
    str, Meta(min_length=1, max_length=MAX_SDP, description="A session description (RFC 8866).")
]
Candidate = Annotated[
    str,
    Meta(
        max_length=MAX_CANDIDATE,
        description="A candidate-attribute (RFC 8839 5.1); empty is end-of-candidates.",
    ),
]
ServerName = Annotated[
    str, Meta(min_length=1, max_length=64, description="What a server calls itself, for people.")
]
SdpMid = Annotated[str, Meta(max_length=64, description="Media stream identification (RFC 5888).")]
UsernameFragment = Annotated[
    str, Meta(max_length=256, description="The ICE generation it is of (RFC 8839 5.4).")
]
MLineIndex = Annotated[
    int, Meta(ge=0, le=1023, description="Place of the media section in the description, from 0.")
]
Count = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Received = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_INTEGER,
        description="Messages received since the latest `peer_assigned`, of every type; that one "
        "does not count (RES1).",
    ),
]
TimestampMs = Annotated[
    int, Meta(ge=0, le=MAX_TIMESTAMP, description="Milliseconds since 1970-01-01 UTC.")
]
Revision = Annotated[
    int,
    Meta(ge=0, le=MAX_INTEGER, description="Grows by 1 with each accepted change of the scene."),
]

ChatId = Annotated[
    int,
    Meta(
        ge=1,
        le=MAX_INTEGER,
        description="A message of the chat; later ones have larger numbers, not the next ones.",
    ),
]
ChatText = Annotated[
    str, Meta(max_length=MAX_CHAT_TEXT, description="Plain text with line breaks; never HTML.")
]
ChatPicture = Annotated[
    str,
    Meta(
        pattern="^data:image/",
        max_length=MAX_CHAT_PICTURE,
        description="A raster picture as a data URL (SCN10).",
    ),
]

# Far beyond any canvas, near enough that sums of a few stay exact.
Coordinate = Annotated[float, Meta(ge=-1e7, le=1e7, description="Scene units (CSS pixels).")]
ViewHeight = Annotated[int, Meta(ge=0, le=16_384, description="Device pixels; 0: not seen.")]
Extent = Annotated[float, Meta(ge=0, le=1e6, description="Scene units (CSS pixels).")]
Degrees = Annotated[float, Meta(ge=-360_000, le=360_000, description="Clockwise, in degrees.")]
Layer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1, description="Larger is nearer.")]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e7, description="Milliseconds.")]
BitsPerSecond = Annotated[float, Meta(ge=0, le=1e12, description="Bits per second.")]
FrameRate = Annotated[float, Meta(ge=0, le=1000, description="Pictures per second.")]
