"""The scene of a session: its elements, the transactions on it, and its replay."""
