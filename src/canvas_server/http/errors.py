"""Errors of HTTP answers: ``{success: false, error, code}``."""

import msgspec


def error_body(code: str, text: str) -> bytes:
    """Return the JSON body of an error."""
    return msgspec.json.encode({"success": False, "error": text, "code": code})
