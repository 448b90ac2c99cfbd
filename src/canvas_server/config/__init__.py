"""The settings of a server: what can be set, and what kinds of values there are."""
