"""Errors of HTTP answers: ``{success: false, error, code}``."""

import msgspec
from starlette.responses import Response


def error_body(code: str, text: str) -> bytes:
    """Return the JSON body of an error."""
    return msgspec.json.encode({"success": False, "error": text, "code": code})


def refusal(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return an answer that says what went wrong."""
    return Response(error_body(code, text), status, headers, "application/json")
