"""Chat of a session: `entries` as the log keeps them, their `numbers`, `questions` to the log.

Who may read what is private is `core.presence.readers`; the rules are in docs/SPEC.md (CHT1 to
CHT8).
"""
