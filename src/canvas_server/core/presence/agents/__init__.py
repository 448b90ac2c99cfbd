"""Handlers of what agents send, and of what people do about them."""
