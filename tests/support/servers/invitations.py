"""Join tokens for tests, made as people make them, and requests that bear them."""

import json
import urllib.error
import urllib.request
from typing import Any

from click.testing import CliRunner

from canvas_server.cli import main
from support.servers.server import Server

SECRET = "s" * 40


def token(*options: str, secret: str = SECRET) -> str:
    """What `canvas-server token` prints."""
    env = {"CANVAS_AUTH_SECRET": secret}
    result = CliRunner().invoke(main, ["token", *options], env=env)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def ask(
    server: Server, path: str, bearer: str = "", method: str = "GET", body: object = None
) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    if data is not None:
        headers["content-type"] = "application/json"
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
