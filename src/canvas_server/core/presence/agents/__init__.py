"""Handlers of what agents and people do together: `proposals`, `questions`, `thinking`, speech.

The rules are AGT4, AGT5, AGT8 and AGT9 of docs/SPEC.md.
"""
