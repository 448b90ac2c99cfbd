"""The HTTP API: scenes, their history and exports, tokens, sessions."""
