"""Handlers of what agents send, and of what people and agents do together (AGT1 to AGT10)."""
