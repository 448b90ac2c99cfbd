"""Backoff: the pauses between reconnects, as in the browser's `web/connection/retry.js`."""

FIRST_SECONDS = 0.3
GROWTH = 1.5
LONGEST_SECONDS = 5.0


def retry_delay(attempt: int, chance: float) -> float:
    """Return the seconds to wait before an attempt: none at first, then growing.

    `chance`, from 0 to 1, leaves out up to half, so that the peers of a restarted server do not
    all come at once.
    """
    if attempt == 0:
        return 0.0
    longest = min(LONGEST_SECONDS, FIRST_SECONDS * GROWTH ** min(attempt - 1, 20))
    return longest * (0.5 + chance / 2)
