"""Texts of a bot about its calls."""

from canvas_server.protocol.diagnosis import Cause, Whose
from canvas_server.protocol.server import CallDiagnosis

END_TEXT: dict[str, str] = {
    "hangup": "hung up",
    "declined": "declined",
    "busy": "busy",
    "timeout": "no answer",
    "left": "left",
    "failed": "no connection",
    "lost": "the server has forgotten this peer",
}
"""Why a call has ended."""

_PLACES: dict[Whose, str] = {
    "you": "our side",
    "them": "their side",
    "both": "both sides",
    "network": "between the two",
}


def diagnosis_text(diagnosis: CallDiagnosis, name: str) -> str:
    """Say why a call does not come about or is poor, and what helps."""
    if diagnosis.cause is Cause.WELL:
        return f"the call with {name} is good again"
    return f"about the call with {name}, {_PLACES[diagnosis.whose]}: {diagnosis.cause.meaning}"
