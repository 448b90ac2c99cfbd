"""Kinds of values that people write on the command line."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec

from canvas_server.protocol.fields import DisplayName, UserId

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


class Duration(click.ParamType[Any]):
    """A time such as `90m`, `8h` or `7d`, in seconds."""

    name = "DURATION"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([1-9]\d{0,5})([smhd])", str(value))
        if not found:
            self.fail(f"{value!r} is no time such as 90m, 8h or 7d", param, ctx)
        return int(found[1]) * _SECONDS[found[2]]


class SiteUrl(click.ParamType[Any]):
    """The address of a site, as people copy it out of their browser: also with a canvas of it."""

    name = "URL"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Read the text."""
        site, *below = re.split("/[is]/", str(value).strip(), maxsplit=1)
        example = "https://call.example.org"
        try:
            parts = urlsplit(site)
            named = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
        except ValueError:
            self.fail(f"{value} is no address such as {example}", param, ctx)
        if parts.scheme not in ("http", "https") and "://" not in site and site:
            self.fail(f"a link needs the scheme too: write https://{site}", param, ctx)
        if parts.scheme not in ("http", "https") or not named:
            self.fail(f"{value} is no address such as {example}", param, ctx)
        return f"{site}/" if below else site


DURATION = Duration()
SITE_URL = SiteUrl()
SERVER_URL = "http://127.0.0.1:9473"
"""Where a server is that was started without settings."""


def check_names(session: str, name: str, user: str | None = None) -> None:
    """See that the server would take them.

    Raises:
        click.BadParameter: it would not.
    """
    if not re.fullmatch("[A-Za-z0-9_-]{1,64}", session):
        raise click.BadParameter(
            f"{session!r} is no name of a session: those have 1 to 64 letters from A to Z, digits, "
            "'-' and '_', as they stand in a link after /s/",
            param_hint="--session",
        )
    for value, kind, flag in (
        (name, DisplayName, "--name"),
        (user or "none", UserId, "--user"),
    ):
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise click.BadParameter(str(error), param_hint=flag) from error


def show(found: Mapping[str, object], *, as_json: bool) -> None:
    """Print what was found, for programs or a line each."""
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")
