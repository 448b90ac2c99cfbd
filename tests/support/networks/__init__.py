"""Networks that break on demand."""
