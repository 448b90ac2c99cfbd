"""The rules of sessions, signalling, calls and the scene: pure, sequential, without I/O.

Nothing in here awaits, reads a clock, draws a random number or logs. Time and ids are
arguments. `docs/SPEC.md` numbers the rules that the docstrings name.
"""
