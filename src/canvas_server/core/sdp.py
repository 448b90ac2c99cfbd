"""What a session description says of media, as far as rules depend on it (RFC 8866)."""

_SENDING = {"sendrecv": True, "sendonly": True, "recvonly": False, "inactive": False}


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
