"""Self-hosted video calls on a shared canvas."""

__version__ = "0.1.0"
