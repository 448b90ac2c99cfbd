"""One setting: its flag, environment variable, type, default and help."""

from typing import Any

from msgspec import Struct


class Setting(Struct, frozen=True):
    """One row of the table."""

    field: str
    flag: str
    variable: str
    kind: Any
    default: Any
    help: str
    default_text: str = ""
