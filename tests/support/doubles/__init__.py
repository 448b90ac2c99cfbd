"""Programs of others: the real one, and a double that behaves like it or worse."""
