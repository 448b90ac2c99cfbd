"""Requests of the command line to a running server, as who runs it."""

import time
import urllib.error
import urllib.request

import click
import msgspec

from canvas_server.auth.admin import AdminTokens
from canvas_server.auth.keys import Keys

SECONDS = 60


def answer_of(
    url: str, path: str, secrets: tuple[str, ...], method: str, body: msgspec.Struct | None = None
) -> bytes:
    """Return what a server answers; `url` is that of its site.

    Raises:
        click.ClickException: it did not, or refused it.
    """
    headers: dict[str, str] = {}
    if secrets:
        token = AdminTokens(Keys.of_secrets(secrets)).sign(time.time() + SECONDS)
        headers["authorization"] = f"Bearer {token}"
    if body is not None:
        headers["content-type"] = "application/json"
    data = None if body is None else msgspec.json.encode(body)
    request = urllib.request.Request(  # noqa: S310 - the address is of the data folder, or named
        url.rstrip("/") + path, data, headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 - as above
            return response.read()
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode(errors="replace")
        raise click.ClickException(f"{url} refused it: {text}") from error
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{url} did not answer: {error}") from error
