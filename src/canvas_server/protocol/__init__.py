"""Every message, element, limit and error code: the one source of truth.

The JSON Schema, the TypeScript types of the browser client and the tables of
``docs/PROTOCOL.md`` are generated from these structs by ``tools/generate.py``.
Nothing in here does I/O.
"""
