"""Types of settings that say where the site is, and which other sites may use it."""

import re
from typing import Any

import click

from canvas_server.config.types import UrlList

_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
"""What every proxy, browser and shell reads in one way (unreserved, RFC 3986 section 2.3)."""
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")
_ANCESTOR = re.compile(r"https?://(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9_.-]*)(:[0-9]{1,5})?")


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


class OriginList(UrlList):
    """Origins (RFC 6454), separated by commas or spaces."""

    name = "ORIGINS"
    form = _ORIGIN
    example = "https://call.example.org"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        """Split the text; what is returned has neither capitals nor a slash at its end."""
        origins = tuple(one.rstrip("/").lower() for one in super().convert(value, param, ctx))
        for origin in origins:
            if not self.form.fullmatch(origin):
                self.fail(
                    f"{origin!r} is no origin: write such as {self.example}, with https:// in "
                    "front and no path behind",
                    param,
                    ctx,
                )
        return origins


class AncestorList(OriginList):
    """Origins, or all those below a name, for `frame-ancestors` (CSP level 3, section 6.4.2)."""

    form = _ANCESTOR
    example = "https://intranet.example.org or https://*.example.org"


BASE_PATH = BasePathType()
ORIGINS = OriginList()
ANCESTORS = AncestorList()
