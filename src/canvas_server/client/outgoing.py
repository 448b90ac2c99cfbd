"""Types of the messages that a program sends with a client."""

from canvas_server.protocol.client import (
    Answer,
    CallReport,
    Cursor,
    EndCall,
    GetScene,
    GroupCall,
    IceCandidate,
    Kick,
    ListPeers,
    MediaState,
    Offer,
    Ping,
    Preview,
    StartCall,
    ViewSize,
)

Said = (
    ListPeers
    | GetScene
    | Ping
    | StartCall
    | GroupCall
    | Offer
    | Answer
    | IceCandidate
    | EndCall
    | Kick
    | Preview
    | MediaState
    | ViewSize
    | CallReport
    | Cursor
)
"""What `Client.send` takes: all but edits, and the `subscribe` of the client itself."""
