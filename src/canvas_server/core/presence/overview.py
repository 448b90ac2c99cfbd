"""Overview of sessions for the operator of a server: no content, no addresses."""

from canvas_server.core.presence.session import Session
from canvas_server.protocol.http import CallOverview, SessionOverview


def overview(session: Session) -> SessionOverview:
    """Return who is in a session, their calls, and how good these are."""
    return SessionOverview(
        session.session_id,
        session.canvas.shown.revision,
        len(session.canvas.shown.elements),
        tuple(map(session.view, session.peers.values())),
        tuple(
            CallOverview(
                call.caller,
                callee,
                call.answered,
                dict(call.qualities),
                None if call.diagnosis is None else call.diagnosis.cause,
            )
            for callee, call in session.calls.by_callee()
        ),
    )
