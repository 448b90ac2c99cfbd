"""Type of the setting that says below which path the site is."""

import re
from typing import Any

import click

_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
"""What every proxy, browser and shell reads in one way (unreserved, RFC 3986 section 2.3)."""


class BasePathType(click.ParamType[Any]):
    """A path such as `/canvas`, with a leading slash and no trailing one; empty: none."""

    name = "PATH"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Read the text."""
        parts = str(value).strip().removeprefix("/").removesuffix("/")
        if not parts:
            return ""
        if not all(_SEGMENT.fullmatch(part) for part in parts.split("/")):
            self.fail(
                f"{value!r} is no path below which pages can be: write one such as /canvas, of "
                "letters, digits, '-', '_' and '.', without the name of the host",
                param,
                ctx,
            )
        return f"/{parts}"


BASE_PATH = BasePathType()
