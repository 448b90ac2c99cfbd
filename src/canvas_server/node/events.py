"""Event topics of a node, and their subscribers.

The topics are made before the node, which publishes to them; the federation, the bridge to a
Communitas node, the metrics, the audit log and readiness subscribe. Handlers run at once, in order.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from canvas_server.core.effects import (
    ExternalEvent,
    NetworkCallRequest,
    Published,
    RecordAudit,
    RecordMetric,
    Send,
)
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.quality import Quality

E = TypeVar("E")


class Topic(Generic[E]):
    """Events of one kind, and the handlers that are called with each of them."""

    def __init__(self) -> None:
        self._handlers: list[Callable[[E], object]] = []

    def subscribe(self, handler: Callable[[E], object]) -> None:
        """Have a handler called with every event from now on."""
        self._handlers.append(handler)

    def publish(self, event: E) -> None:
        """Call the handlers."""
        for handler in self._handlers:
            handler(event)


class NodeEvents:
    """The topics of a node."""

    def __init__(self) -> None:
        self.call_metrics: Topic[Quality | Cause] = Topic()
        """How good a call is, and why it is poor or does not come about."""
        self.network_calls: Topic[NetworkCallRequest] = Topic()
        """Requests to the Communitas network, answered by `Node.network_answered`."""
        self.external: Topic[ExternalEvent] = Topic()
        """What happens in sessions that is for those beyond this server."""
        self.audit: Topic[RecordAudit] = Topic()
        """What is written down for who runs the server."""
        self.refused: Topic[Send] = Topic()
        """An `error` that is sent."""
        self.log_failing: Topic[bool] = Topic()
        """The log has begun to fail, or works again."""

    def publish(self, effect: Published) -> None:
        """Give an effect to those who subscribed to what it is about."""
        match effect:
            case RecordMetric():
                self.call_metrics.publish(effect.what)
            case RecordAudit():
                self.audit.publish(effect)
            case NetworkCallRequest():
                self.network_calls.publish(effect)
            case _:
                self.external.publish(effect)
